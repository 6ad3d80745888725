# Worker threads.

libgreen_all_la_SOURCES += \
	%D%/call.h \
	%D%/internal.h \
	%D%/pool.c \
	%D%/to_thread.c \
	# EOL
