# What tells a loop that descriptors are ready: all that link are built in.

AC_DEFUN([GREEN_CHECK_REACTORS],
[GREEN_CHECK_EPOLL
GREEN_CHECK_KQUEUE
AC_CHECK_FUNC([poll], [], [AC_MSG_ERROR([poll is missing])])
AC_CHECK_FUNCS([ppoll])
green_reactors=poll
AS_IF([test "$green_kqueue" = yes],
    [green_reactors="${green_libkqueue:-kqueue} $green_reactors"])
AS_IF([test "$green_epoll" = yes], [green_reactors="epoll $green_reactors"])
])

AC_DEFUN([GREEN_CHECK_EPOLL],
[AC_CACHE_CHECK([for epoll], [green_cv_epoll],
    [AC_LINK_IFELSE([AC_LANG_PROGRAM([#include <sys/epoll.h>],
	[return (epoll_create1(EPOLL_CLOEXEC) == -1 || EPOLLET == 0);])],
	[green_cv_epoll=yes], [green_cv_epoll=no])])
green_epoll=$green_cv_epoll
AS_IF([test "$green_epoll" = yes],
    [AC_DEFINE([HAVE_EPOLL], [1],
	[Define to 1 if reactor_epoll.c is built in.])])
AM_CONDITIONAL([GREEN_EPOLL], [test "$green_epoll" = yes])
AC_CHECK_FUNCS([epoll_pwait2 eventfd])
])

AC_DEFUN([GREEN_KQUEUE_PROGRAM],
[AC_LANG_PROGRAM([
#include <sys/types.h>
#include <sys/event.h>
], [
struct kevent k;
EV_SET(&k, 1, EVFILT_READ, EV_ADD | EV_CLEAR, 0, 0, 0);
return (kqueue() == -1 || kevent(0, &k, 1, 0, 0, 0) == -1);
])])

# GREEN_CHECK_KQUEUE: the system's own, else libkqueue.
AC_DEFUN([GREEN_CHECK_KQUEUE],
[AC_ARG_WITH([libkqueue],
    [AS_HELP_STRING([--without-libkqueue],
	[no kqueue reactor where only libkqueue has it])],
    [], [with_libkqueue=auto])
green_libkqueue=
KQUEUE_CFLAGS= KQUEUE_LIBS=
AC_CACHE_CHECK([for kqueue], [green_cv_kqueue],
    [AC_LINK_IFELSE([GREEN_KQUEUE_PROGRAM],
	[green_cv_kqueue=yes], [green_cv_kqueue=no])])
green_kqueue=$green_cv_kqueue
AS_IF([test "$green_kqueue" = no && test "$with_libkqueue" != no],
    [PKG_CHECK_MODULES([KQUEUE], [libkqueue],
	[AC_MSG_CHECKING([whether libkqueue works])
	green_saved_CPPFLAGS=$CPPFLAGS green_saved_LIBS=$LIBS
	CPPFLAGS="$CPPFLAGS $KQUEUE_CFLAGS" LIBS="$KQUEUE_LIBS $LIBS"
	AC_LINK_IFELSE([GREEN_KQUEUE_PROGRAM],
	    [green_kqueue=yes green_libkqueue="kqueue (libkqueue)"
	    AC_DEFINE([HAVE_LIBKQUEUE], [1],
		[Define to 1 if kqueue is libkqueue's.])],
	    [KQUEUE_CFLAGS= KQUEUE_LIBS=])
	CPPFLAGS=$green_saved_CPPFLAGS LIBS=$green_saved_LIBS
	AC_MSG_RESULT([$green_kqueue])],
	[:])
    AS_IF([test "$with_libkqueue" = yes && test "$green_kqueue" = no],
	[AC_MSG_ERROR([--with-libkqueue: libkqueue is missing])])])
AS_IF([test "$green_kqueue" = yes],
    [AC_DEFINE([HAVE_KQUEUE], [1],
	[Define to 1 if reactor_kqueue.c is built in.])])
AC_SUBST([KQUEUE_CFLAGS])
AC_SUBST([KQUEUE_LIBS])
AM_CONDITIONAL([GREEN_KQUEUE], [test "$green_kqueue" = yes])
])
