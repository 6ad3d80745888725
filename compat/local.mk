# Replacements for what a system lacks.  Their declarations are in headers of
# the system's names, which include the real ones.

EXTRA_DIST += \
	%D%/include/stdlib.h \
	%D%/mmsg/sys/socket.h \
	%D%/random/stdlib.h \
	# EOL

if COMPAT_REALLOCARRAY
AM_CPPFLAGS += -I$(top_srcdir)/%D%/include
libgreen_all_la_SOURCES += %D%/reallocarray.c
endif

if COMPAT_MMSG
AM_CPPFLAGS += -I$(top_srcdir)/%D%/mmsg
libgreen_all_la_SOURCES += %D%/mmsg.c
endif

if COMPAT_ARC4RANDOM
AM_CPPFLAGS += -I$(top_srcdir)/%D%/random
libgreen_all_la_SOURCES += %D%/arc4random_buf.c
endif
