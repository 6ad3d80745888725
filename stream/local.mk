# Byte streams and listeners.

libgreen_all_la_SOURCES += \
	%D%/copy.c \
	%D%/custom.c \
	%D%/fd_stream.c \
	%D%/fopen.c \
	%D%/fopen.h \
	%D%/frame.c \
	%D%/internal.h \
	%D%/io.c \
	%D%/join.c \
	%D%/listener.c \
	%D%/pair.c \
	%D%/quiet.c \
	%D%/quiet.h \
	%D%/report.c \
	%D%/serve.c \
	%D%/staple.c \
	%D%/stream.c \
	# EOL
if GREEN_SPLICE
libgreen_all_la_SOURCES += %D%/splice.c
else
libgreen_all_la_SOURCES += %D%/no_splice.c
endif
if GREEN_FUNOPEN
libgreen_all_la_SOURCES += %D%/fopen_funopen.c
else
libgreen_all_la_SOURCES += %D%/fopen_cookie.c
endif
if GREEN_ICONV
libgreen_all_la_SOURCES += %D%/text.c
else
libgreen_all_la_SOURCES += %D%/no_text.c
endif
