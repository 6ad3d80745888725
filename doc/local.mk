# The tutorial, and pages for those who come from elsewhere.  Their programs are
# what the text shows, word for word, and print what it says: tutorial.sh.

dist_doc_DATA += \
	%D%/from-anyio.md \
	%D%/from-go.md \
	%D%/from-libuv.md \
	%D%/from-pthreads.md \
	%D%/tutorial.md \
	# EOL

tutorialdir = $(docdir)/tutorial
dist_tutorial_DATA = \
	%D%/tutorial/say.c \
	%D%/tutorial/shout.c \
	%D%/tutorial/shout.h \
	%D%/tutorial/step1.c \
	%D%/tutorial/step2.c \
	%D%/tutorial/step3.c \
	%D%/tutorial/step4.c \
	%D%/tutorial/step5.c \
	%D%/tutorial/step6.c \
	%D%/tutorial/step7.c \
	%D%/tutorial/step8.c \
	%D%/tutorial/step9.c \
	%D%/tutorial/step10.c \
	%D%/tutorial/step11.c \
	%D%/tutorial/step12.c \
	%D%/tutorial/step13.c \
	%D%/tutorial/step14.c \
	# EOL

# As their readers would build them: the public headers, and the library.
check_PROGRAMS += \
	%D%/from-go \
	%D%/from-libuv \
	%D%/from-pthreads \
	%D%/tutorial/step1 \
	%D%/tutorial/step2 \
	%D%/tutorial/step3 \
	%D%/tutorial/step4 \
	%D%/tutorial/step5 \
	%D%/tutorial/step6 \
	%D%/tutorial/step7 \
	%D%/tutorial/step8 \
	%D%/tutorial/step9 \
	%D%/tutorial/step10 \
	%D%/tutorial/step11 \
	%D%/tutorial/step14 \
	# EOL
if GREEN_TLS
check_PROGRAMS += \
	%D%/tutorial/say \
	%D%/tutorial/step12 \
	%D%/tutorial/step13 \
	# EOL
endif

%C%_from_go_CPPFLAGS = -I$(top_srcdir)/include
%C%_from_go_LDADD = libgreen.la
%C%_from_libuv_CPPFLAGS = -I$(top_srcdir)/include
%C%_from_libuv_LDADD = libgreen.la
%C%_from_pthreads_CPPFLAGS = -I$(top_srcdir)/include
%C%_from_pthreads_LDADD = libgreen.la
%C%_tutorial_say_CPPFLAGS = -I$(top_srcdir)/include
%C%_tutorial_say_LDADD = libgreen.la
%C%_tutorial_step1_CPPFLAGS = -I$(top_srcdir)/include
%C%_tutorial_step1_LDADD = libgreen.la
%C%_tutorial_step2_CPPFLAGS = -I$(top_srcdir)/include
%C%_tutorial_step2_LDADD = libgreen.la
%C%_tutorial_step3_CPPFLAGS = -I$(top_srcdir)/include
%C%_tutorial_step3_LDADD = libgreen.la
%C%_tutorial_step4_CPPFLAGS = -I$(top_srcdir)/include
%C%_tutorial_step4_LDADD = libgreen.la
%C%_tutorial_step5_CPPFLAGS = -I$(top_srcdir)/include
%C%_tutorial_step5_LDADD = libgreen.la
%C%_tutorial_step6_CPPFLAGS = -I$(top_srcdir)/include
%C%_tutorial_step6_LDADD = libgreen.la
%C%_tutorial_step7_CPPFLAGS = -I$(top_srcdir)/include
%C%_tutorial_step7_LDADD = libgreen.la
%C%_tutorial_step8_CPPFLAGS = -I$(top_srcdir)/include
%C%_tutorial_step8_LDADD = libgreen.la
%C%_tutorial_step9_CPPFLAGS = -I$(top_srcdir)/include
%C%_tutorial_step9_LDADD = libgreen.la
%C%_tutorial_step10_CPPFLAGS = -I$(top_srcdir)/include
%C%_tutorial_step10_LDADD = libgreen.la
%C%_tutorial_step11_CPPFLAGS = -I$(top_srcdir)/include
%C%_tutorial_step11_LDADD = libgreen.la
%C%_tutorial_step12_CPPFLAGS = -I$(top_srcdir)/include
%C%_tutorial_step12_LDADD = libgreen.la
%C%_tutorial_step13_CPPFLAGS = -I$(top_srcdir)/include
%C%_tutorial_step13_LDADD = libgreen.la
%C%_tutorial_step12_SOURCES = %D%/tutorial/step12.c %D%/tutorial/shout.c
%C%_tutorial_step13_SOURCES = %D%/tutorial/step13.c %D%/tutorial/shout.c
%C%_tutorial_step14_CPPFLAGS = -I$(top_srcdir)/include
%C%_tutorial_step14_LDADD = libgreen-testing.la libgreen.la
%C%_tutorial_step14_SOURCES = %D%/tutorial/step14.c %D%/tutorial/shout.c
