# Programs that people would run, compiled and linked as they would: no more
# than the public headers, no more than libgreen.

noinst_PROGRAMS += %D%/fetchall %D%/supervise %D%/webd

%C%_fetchall_CPPFLAGS = -I$(top_srcdir)/include
%C%_fetchall_LDADD = libgreen.la
%C%_fetchall_SOURCES = %D%/fetchall.c

%C%_supervise_CPPFLAGS = -I$(top_srcdir)/include
%C%_supervise_LDADD = libgreen.la
%C%_supervise_SOURCES = %D%/supervise.c

%C%_webd_CPPFLAGS = -I$(top_srcdir)/include
%C%_webd_LDADD = libgreen.la
%C%_webd_SOURCES = %D%/webd.c

# They are not installed, and so it is not either.
EXTRA_DIST += man/supervise.1 man/webd.1
