# Worker threads.

libgreen_all_la_SOURCES += \
	%D%/call.h \
	%D%/internal.h \
	%D%/limiters.c \
	%D%/pool.c \
	%D%/revocable.c \
	%D%/to_thread.c \
	# EOL
