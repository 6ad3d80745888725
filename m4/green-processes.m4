# How processes are started, and how a loop learns that one has ended: all ways
# that link are built in.

AC_DEFUN([GREEN_CHECK_PROCESSES],
[AC_CHECK_FUNCS([close_range closefrom])
AC_CHECK_HEADERS([sys/single_threaded.h])
GREEN_CHECK_VFORK
GREEN_CHECK_PIDFD
GREEN_CHECK_EVFILT_PROC
])

# Some systems warn of it, as others misuse it.
AC_DEFUN([GREEN_CHECK_VFORK],
[AC_CACHE_CHECK([for vfork], [green_cv_vfork],
    [green_saved_CFLAGS=$CFLAGS
    CFLAGS="$CFLAGS -Werror"
    AC_LINK_IFELSE([AC_LANG_PROGRAM([#include <unistd.h>],
	[return (vfork() == -1);])],
	[green_cv_vfork=yes], [green_cv_vfork=no])
    CFLAGS=$green_saved_CFLAGS])
AS_IF([test "$green_cv_vfork" = yes],
    [AC_DEFINE([HAVE_VFORK], [1], [Define to 1 if vfork() is not frowned upon.])])
])

AC_DEFUN([GREEN_CHECK_PIDFD],
[green_pidfd=no
AS_CASE([$host_os], [linux*], [green_pidfd=yes
    AS_CASE([$host_cpu], [alpha*], [],
	[GREEN_LINUX_NUMBER([SYS_pidfd_open], [sys/syscall.h], [434])])])
AS_IF([test "$green_pidfd" = yes],
    [AC_DEFINE([HAVE_PIDFD], [1], [Define to 1 if child_pidfd.c is built in.])])
AM_CONDITIONAL([GREEN_PIDFD], [test "$green_pidfd" = yes])
])

# The kernel's own: libkqueue's descriptor does not become readable for it.
AC_DEFUN([GREEN_CHECK_EVFILT_PROC],
[AC_CHECK_DECL([NOTE_EXIT], [green_evfilt_proc=$green_cv_kqueue],
    [green_evfilt_proc=no], [[#include <sys/types.h>
    #include <sys/event.h>]])
AS_IF([test "$green_evfilt_proc" = yes],
    [AC_DEFINE([HAVE_EVFILT_PROC], [1],
	[Define to 1 if child_kqueue.c is built in.])])
AM_CONDITIONAL([GREEN_EVFILT_PROC], [test "$green_evfilt_proc" = yes])
])
