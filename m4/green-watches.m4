# How a tree is watched: all ways that the system has are built in, beside looking
# at all of it.

AC_DEFUN([GREEN_CHECK_WATCHES],
[AC_CACHE_CHECK([for inotify], [green_cv_inotify],
    [AC_LINK_IFELSE([AC_LANG_PROGRAM([
#include <sys/inotify.h>
	], [
return (inotify_init1(IN_NONBLOCK | IN_CLOEXEC) == -1 ||
    inotify_add_watch(0, "", IN_EXCL_UNLINK | IN_ONLYDIR) == -1);
	])],
	[green_cv_inotify=yes], [green_cv_inotify=no])])
AS_IF([test "$green_cv_inotify" = yes],
    [AC_DEFINE([HAVE_INOTIFY], [1],
	[Define to 1 if watch_inotify.c is built in.])])
AM_CONDITIONAL([GREEN_INOTIFY], [test "$green_cv_inotify" = yes])
GREEN_CHECK_EVFILT_VNODE
])

# The kernel's own: libkqueue has it for files alone.
AC_DEFUN([GREEN_CHECK_EVFILT_VNODE],
[AC_CHECK_DECL([EVFILT_VNODE], [green_evfilt_vnode=$green_cv_kqueue],
    [green_evfilt_vnode=no], [[#include <sys/types.h>
    #include <sys/event.h>]])
AS_IF([test "$green_evfilt_vnode" = yes],
    [AC_DEFINE([HAVE_EVFILT_VNODE], [1],
	[Define to 1 if watch_kqueue.c is built in.])])
AM_CONDITIONAL([GREEN_EVFILT_VNODE], [test "$green_evfilt_vnode" = yes])
green_vnodes=no
AS_IF([test -n "$green_libkqueue" && test "$green_cv_inotify" = yes],
    [green_vnodes=yes
    AC_DEFINE([HAVE_VNODES], [1],
	[Define to 1 if the tests have a kqueue for watch_kqueue.c.])])
AM_CONDITIONAL([GREEN_VNODES], [test "$green_vnodes" = yes])
])
