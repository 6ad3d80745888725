# Byte streams and listeners.

libgreen_all_la_SOURCES += \
	%D%/copy.c \
	%D%/custom.c \
	%D%/fd_stream.c \
	%D%/frame.c \
	%D%/internal.h \
	%D%/io.c \
	%D%/join.c \
	%D%/listener.c \
	%D%/pair.c \
	%D%/quiet.h \
	%D%/quiet_write.c \
	%D%/serve.c \
	%D%/staple.c \
	%D%/stream.c \
	# EOL
if GREEN_SPLICE
libgreen_all_la_SOURCES += %D%/quiet.c %D%/splice.c
else
libgreen_all_la_SOURCES += %D%/no_splice.c
endif
