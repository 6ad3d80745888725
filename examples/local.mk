# Programs that people would run, compiled and linked as they would: no more
# than the public headers, no more than libgreen.

noinst_PROGRAMS += %D%/fetchall %D%/supervise %D%/webd
noinst_PROGRAMS += %D%/fetchall %D%/jobd %D%/webd
noinst_PROGRAMS += %D%/fetchall %D%/socks5d %D%/tcpproxy %D%/webd

%C%_fetchall_CPPFLAGS = -I$(top_srcdir)/include
%C%_fetchall_LDADD = libgreen.la
%C%_fetchall_SOURCES = %D%/fetchall.c

%C%_supervise_CPPFLAGS = -I$(top_srcdir)/include
%C%_supervise_LDADD = libgreen.la
%C%_supervise_SOURCES = %D%/supervise.c
%C%_jobd_CPPFLAGS = -I$(top_srcdir)/include
%C%_jobd_LDADD = libgreen.la
%C%_jobd_SOURCES = %D%/jobd.c %D%/jobs.c %D%/jobs.h

# And its tests, by libgreen-testing, as its author would write them.
if GREEN_TESTS
check_PROGRAMS += %D%/test_jobs
example_tests += %D%/test_jobs
endif
%C%_test_jobs_CPPFLAGS = -I$(top_srcdir)/include $(CUNIT_CFLAGS)
%C%_test_jobs_LDADD = libgreen-testing.la libgreen.la $(CUNIT_LIBS)
%C%_test_jobs_SOURCES = %D%/jobs.c %D%/jobs.h %D%/test_jobs.c
%C%_socks5d_CPPFLAGS = -I$(top_srcdir)/include
%C%_socks5d_LDADD = libgreen.la
%C%_socks5d_SOURCES = %D%/socks5d.c

%C%_tcpproxy_CPPFLAGS = -I$(top_srcdir)/include
%C%_tcpproxy_LDADD = libgreen.la
%C%_tcpproxy_SOURCES = %D%/tcpproxy.c

%C%_webd_CPPFLAGS = -I$(top_srcdir)/include
%C%_webd_LDADD = libgreen.la
%C%_webd_SOURCES = %D%/webd.c

# They are not installed, and so it is not either.
EXTRA_DIST += man/supervise.1 man/webd.1
# They are not installed, and so these are not either.
EXTRA_DIST += man/socks5d.1 man/tcpproxy.1 man/webd.1
