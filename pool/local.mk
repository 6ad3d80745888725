# Worker threads.

libgreen_all_la_SOURCES += \
	%D%/call.h \
	%D%/errand.c \
	%D%/errand.h \
	%D%/from_thread.c \
	%D%/internal.h \
	%D%/limiters.c \
	%D%/pool.c \
	%D%/portal.c \
	%D%/portal.h \
	%D%/portal_call.c \
	%D%/portal_start.c \
	%D%/post.c \
	%D%/post.h \
	%D%/revocable.c \
	%D%/thread.c \
	%D%/thread.h \
	%D%/to_thread.c \
	%D%/token.c \
	# EOL
