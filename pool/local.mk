# Worker threads.

libgreen_all_la_SOURCES += \
	%D%/call.h \
	%D%/errand.c \
	%D%/errand.h \
	%D%/from_thread.c \
	%D%/internal.h \
	%D%/limiters.c \
	%D%/pool.c \
	%D%/post.c \
	%D%/post.h \
	%D%/revocable.c \
	%D%/to_thread.c \
	%D%/token.c \
	# EOL
