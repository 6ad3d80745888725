# Byte streams and listeners.

libgreen_all_la_SOURCES += \
	%D%/custom.c \
	%D%/fd_stream.c \
	%D%/frame.c \
	%D%/internal.h \
	%D%/io.c \
	%D%/listener.c \
	%D%/quiet_write.c \
	%D%/serve.c \
	%D%/stream.c \
	# EOL
