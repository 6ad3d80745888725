# Programs that people would run, compiled and linked as they would: no more
# than the public headers, no more than libgreen.

noinst_PROGRAMS += \
	%D%/fetch \
	%D%/fetchall \
	%D%/jobd \
	%D%/socks5d \
	%D%/supervise \
	%D%/tcpproxy \
	%D%/webd \
	# EOL

# What of fetch its tests, and the fuzzers, are linked with, too.
http_parts = \
	%D%/dial.c \
	%D%/dial.h \
	%D%/http.c \
	%D%/http.h \
	%D%/http_response.c \
	%D%/http_response.h \
	%D%/proxy.c \
	%D%/proxy.h \
	%D%/url.c \
	%D%/url.h \
	# EOL
fetch_parts = \
	$(http_parts) \
	%D%/backoff.h \
	%D%/fetch.h \
	%D%/job.c \
	%D%/output.c \
	%D%/output.h \
	# EOL

%C%_fetch_CPPFLAGS = -I$(top_srcdir)/include
%C%_fetch_LDADD = libgreen.la
%C%_fetch_SOURCES = $(fetch_parts) %D%/fetch.c %D%/progress.c

%C%_fetchall_CPPFLAGS = -I$(top_srcdir)/include
%C%_fetchall_LDADD = libgreen.la
%C%_fetchall_SOURCES = %D%/fetchall.c

%C%_jobd_CPPFLAGS = -I$(top_srcdir)/include
%C%_jobd_LDADD = libgreen.la
%C%_jobd_SOURCES = %D%/jobd.c %D%/jobs.c %D%/jobs.h

%C%_socks5d_CPPFLAGS = -I$(top_srcdir)/include
%C%_socks5d_LDADD = libgreen.la
%C%_socks5d_SOURCES = %D%/socks5d.c

%C%_supervise_CPPFLAGS = -I$(top_srcdir)/include
%C%_supervise_LDADD = libgreen.la
%C%_supervise_SOURCES = %D%/supervise.c

%C%_tcpproxy_CPPFLAGS = -I$(top_srcdir)/include
%C%_tcpproxy_LDADD = libgreen.la
%C%_tcpproxy_SOURCES = %D%/tcpproxy.c

# Its digests are OpenSSL's.
if GREEN_TLS
noinst_PROGRAMS += %D%/tree
tree = tree
endif
%C%_tree_CPPFLAGS = -I$(top_srcdir)/include $(OPENSSL_CFLAGS)
%C%_tree_LDADD = libgreen.la $(OPENSSL_LIBS)
%C%_tree_SOURCES = %D%/tree.c

%C%_webd_CPPFLAGS = -I$(top_srcdir)/include
%C%_webd_LDADD = libgreen.la
%C%_webd_SOURCES = \
	%D%/certificate.c \
	%D%/certificate.h \
	%D%/web.c \
	%D%/web.h \
	%D%/webd.c \
	# EOL

# Their tests, by libgreen-testing, as their authors would write them.
if GREEN_TESTS
check_PROGRAMS += %D%/test_fetch %D%/test_jobs
example_tests += %D%/test_fetch %D%/test_jobs
endif
%C%_test_fetch_CPPFLAGS = -I$(top_srcdir)/include $(CUNIT_CFLAGS)
%C%_test_fetch_LDADD = libgreen-testing.la libgreen.la $(CUNIT_LIBS)
%C%_test_fetch_SOURCES = $(fetch_parts) %D%/test_fetch.c
%C%_test_jobs_CPPFLAGS = -I$(top_srcdir)/include $(CUNIT_CFLAGS)
%C%_test_jobs_LDADD = libgreen-testing.la libgreen.la $(CUNIT_LIBS)
%C%_test_jobs_SOURCES = %D%/jobs.c %D%/jobs.h %D%/test_jobs.c

# Those of use beyond an example.  make install-tools installs them and their
# pages, all by the name green-X.
tools = \
	fetch \
	socks5d \
	supervise \
	tcpproxy \
	$(tree) \
	webd \
	# EOL

install-tools: all
	$(MKDIR_P) '$(DESTDIR)$(bindir)' '$(DESTDIR)$(mandir)/man1'
	for tool in $(tools); do \
	    $(LIBTOOL) --mode=install $(INSTALL_PROGRAM) \
		"%D%/$$tool$(EXEEXT)" \
		"$(DESTDIR)$(bindir)/green-$$tool$(EXEEXT)" || exit; \
	    TOOL=`echo "$$tool" | tr a-z A-Z`; \
	    $(SED) -e "s/^\\.Dt $$TOOL/.Dt GREEN-$$TOOL/" \
		-e "s/^\\.Nm $$tool/.Nm green-$$tool/" \
		"$(srcdir)/man/$$tool.1" \
		>"$(DESTDIR)$(mandir)/man1/green-$$tool.1" || exit; \
	done

.PHONY: install-tools

# Otherwise they are not installed, and so their pages are not either.
EXTRA_DIST += \
	man/fetch.1 \
	man/fetchall.1 \
	man/jobd.1 \
	man/socks5d.1 \
	man/supervise.1 \
	man/tcpproxy.1 \
	man/tree.1 \
	man/webd.1 \
	# EOL
