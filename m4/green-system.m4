# What the code asks about: functions, declarations and members that not every
# system has.  config.h has the answers; the HAVE_DECL ones are 0 or 1.

# A kernel is often newer than the headers, and refuses what it does not know:
# the numbers are the same on all of Linux, but for Alpha's calls.
AC_DEFUN([GREEN_CHECK_KERNEL],
[AS_CASE([$host_os], [linux*],
    [GREEN_LINUX_NUMBER([MADV_GUARD_INSTALL], [sys/mman.h], [102])
    GREEN_LINUX_NUMBER([RWF_NOSIGNAL], [sys/uio.h], [0x100])
    AS_CASE([$host_cpu], [alpha*], [],
	[GREEN_LINUX_NUMBER([SYS_cachestat], [sys/syscall.h], [451])])
    AC_DEFINE([HAVE_ABSTRACT_SOCKETS], [1],
	[Define to 1 if UNIX sockets may have names that are no files.])])
])

# GREEN_LINUX_NUMBER(NAME, HEADER, VALUE): define NAME if HEADER does not.
AC_DEFUN([GREEN_LINUX_NUMBER],
[AC_CHECK_DECL([$1], [],
    [AC_DEFINE([$1], [$3], [Define to $3 where <$2> is older than that.])],
    [[#include <$2>]])
])

# The headers have off_t, and struct stat: where these have two sizes, libgreen's is
# the larger, its callers' too (libgreen.pc, the headers), whatever compilers have
# been told to begin with.
AC_DEFUN([GREEN_LARGE_FILES],
[AC_CACHE_CHECK([what makes off_t large], [green_cv_large_files],
    [green_saved_CPPFLAGS=$CPPFLAGS
    for green_flag in '' -D_FILE_OFFSET_BITS=64 -D_LARGE_FILES; do
	CPPFLAGS="$green_saved_CPPFLAGS -U_FILE_OFFSET_BITS -U_LARGE_FILES"
	CPPFLAGS="$CPPFLAGS $green_flag"
	AC_COMPILE_IFELSE([AC_LANG_SOURCE([
#include <sys/types.h>
_Static_assert(sizeof(off_t) == 8, "too small");
	    ])], [break], [green_flag=no])
    done
    CPPFLAGS=$green_saved_CPPFLAGS
    green_cv_large_files=${green_flag:-none needed}])
LARGE_FILES_CFLAGS=
AS_CASE([$green_cv_large_files],
    [no], [AC_MSG_ERROR([off_t has not 64 bits])],
    [-*], [LARGE_FILES_CFLAGS=$green_cv_large_files
	CPPFLAGS="$CPPFLAGS $LARGE_FILES_CFLAGS"])
AC_SUBST([LARGE_FILES_CFLAGS])
])

AC_DEFUN([GREEN_CHECK_THREAD_NAMES],
[AC_CHECK_HEADERS([pthread_np.h])
AC_CHECK_FUNCS([pthread_condattr_setclock sched_getcpu sched_setaffinity])
GREEN_THREAD_NAME([2], [pthread_setname_np], [(pthread_self(), "name")])
GREEN_THREAD_NAME([3], [pthread_setname_np], [(pthread_self(), "%s", (void *)0)])
GREEN_THREAD_NAME([1], [pthread_setname_np], [("name")])
GREEN_THREAD_NAME([], [pthread_set_name_np], [(pthread_self(), "name")])
])

# GREEN_THREAD_NAME(ARGUMENTS, FUNCTION, CALL)
AC_DEFUN([GREEN_THREAD_NAME],
[AC_CACHE_CHECK([for $2$3], [green_cv_$2_$1],
    [AC_LINK_IFELSE([AC_LANG_PROGRAM([
#include <pthread.h>
#ifdef HAVE_PTHREAD_NP_H
#include <pthread_np.h>
#endif
	], [$2$3;])],
	[green_cv_$2_$1=yes], [green_cv_$2_$1=no])])
AS_IF([test "$green_cv_$2_$1" = yes],
    [AC_DEFINE(m4_toupper([HAVE_$2]m4_ifval([$1], [_$1])), [1],
	[Define to 1 if $2() takes $1 argument(s).])])
])

# To link it does, so that it is known when cross-compiling, too.
AC_DEFUN([GREEN_CHECK_COUNTER],
[AC_CACHE_CHECK([for a counter to extend the clock by], [green_cv_tsc],
    [AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <cpuid.h>
unsigned a, b, c, d;]],
	[[return (__get_cpuid(0x80000007, &a, &b, &c, &d) == 0 ||
	    __builtin_ia32_rdtsc() == 0);]])],
	[green_cv_tsc=yes], [green_cv_tsc=no])])
AS_IF([test "$green_cv_tsc" = yes],
    [AC_DEFINE([HAVE_TSC], [1], [Define to 1 if programs may read the TSC.])])
])

AC_DEFUN([GREEN_CHECK_CHILDREN],
[AC_CHECK_FUNCS([waitid])
])

AC_DEFUN([GREEN_CHECK_SOCKETS],
[AC_CHECK_FUNCS([accept4 getpeereid])
GREEN_CHECK_PIPE2
AC_CHECK_DECLS([MSG_CMSG_CLOEXEC, MSG_NOSIGNAL, SOCK_CLOEXEC, SOCK_NONBLOCK,
    SO_NOSIGPIPE, SO_PEERCRED, SO_REUSEPORT], [], [],
    [[#include <sys/types.h>
    #include <sys/socket.h>]])
AS_IF([test "$ac_cv_have_decl_MSG_NOSIGNAL" = yes],
    [green_flags=MSG_NOSIGNAL], [green_flags=0])
AC_DEFINE_UNQUOTED([GREEN_SEND_FLAGS], [$green_flags],
    [Define to the flags of send() that keep SIGPIPE away, if there are any.])
# macOS learnt MSG_NOSIGNAL late: its headers may know more than its kernel.
AS_CASE([$ac_cv_have_decl_SO_NOSIGPIPE,$ac_cv_have_decl_MSG_NOSIGNAL,$host_os],
    [yes,no,* | yes,*,darwin*],
    [AC_DEFINE([GREEN_SET_NOSIGPIPE], [1],
	[Define to 1 if a socket option is to keep SIGPIPE away.])])
AC_CHECK_HEADERS([linux/if_tun.h])
AC_CHECK_HEADERS([sys/ucred.h], [], [], [[#include <sys/types.h>]])
AC_CHECK_DECLS([LOCAL_PEERCRED, LOCAL_PEEREID, LOCAL_PEERPID], [], [],
    [[#include <sys/types.h>
    #include <sys/socket.h>
    #include <sys/un.h>]])
AC_CHECK_DECLS([IP_BIND_ADDRESS_NO_PORT, IP_MULTICAST_ALL,
    IPV6_MULTICAST_ALL, TCP_KEEPALIVE, TCP_KEEPCNT,
    TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_MAXUNACKTIME, TCP_RXT_CONNDROPTIME,
    TCP_USER_TIMEOUT], [], [],
    [[#include <sys/types.h>
    #include <sys/socket.h>
    #include <netinet/in.h>
    #include <netinet/tcp.h>]])
AC_CHECK_TYPES([struct sockpeercred, struct unpcbid], [], [],
    [[#include <sys/types.h>
    #include <sys/socket.h>
    #include <sys/un.h>]])
AC_CHECK_MEMBERS([struct xucred.cr_pid], [], [],
    [[#include <sys/types.h>
    #include <sys/ucred.h>]])
AC_CHECK_MEMBERS([struct sockaddr.sa_len], [], [],
    [[#include <sys/types.h>
    #include <sys/socket.h>]])
GREEN_CHECK_MMSG
])

AC_DEFUN([GREEN_CHECK_MMSG],
[AC_CACHE_CHECK([for recvmmsg and sendmmsg], [green_cv_mmsg],
    [AC_LINK_IFELSE([AC_LANG_PROGRAM([
#include <sys/types.h>
#include <sys/socket.h>
	], [
struct mmsghdr m;
return ((int)recvmmsg(0, &m, 1, 0, 0) + (int)sendmmsg(0, &m, 1, 0));
	])],
	[green_cv_mmsg=yes], [green_cv_mmsg=no])])
AM_CONDITIONAL([COMPAT_MMSG], [test "$green_cv_mmsg" = no])
])

# A new SDK of macOS declares it for systems that have it not, and warns.
AC_DEFUN([GREEN_CHECK_PIPE2],
[AC_CACHE_CHECK([for pipe2], [green_cv_pipe2],
    [green_saved_CFLAGS=$CFLAGS
    CFLAGS="$CFLAGS -Werror"
    AC_LINK_IFELSE([AC_LANG_PROGRAM([
#include <fcntl.h>
#include <unistd.h>
	], [
int fds@<:@2@:>@;
return (pipe2(fds, O_CLOEXEC | O_NONBLOCK));
	])],
	[green_cv_pipe2=yes], [green_cv_pipe2=no])
    CFLAGS=$green_saved_CFLAGS])
AS_IF([test "$green_cv_pipe2" = yes],
    [AC_DEFINE([HAVE_PIPE2], [1], [Define to 1 if there is pipe2().])])
])

# What streams are copied by, and how stdio sees them.
AC_DEFUN([GREEN_CHECK_STREAMS],
[AC_CACHE_CHECK([for splice], [green_cv_splice],
    [AC_LINK_IFELSE([AC_LANG_PROGRAM([#include <fcntl.h>],
	[return ((int)splice(0, 0, 1, 0, F_SETPIPE_SZ, SPLICE_F_MOVE));])],
	[green_cv_splice=yes], [green_cv_splice=no])])
AM_CONDITIONAL([GREEN_SPLICE], [test "$green_cv_splice" = yes])
GREEN_CHECK_STDIO
])

# Some have one call to make a FILE of functions, some the other, libbsd the
# first.  glibc wants to hear 0 of a write that failed, everybody else -1.
AC_DEFUN([GREEN_CHECK_STDIO],
[green_saved_CPPFLAGS=$CPPFLAGS green_saved_LIBS=$LIBS
CPPFLAGS="$CPPFLAGS $LIBBSD_CFLAGS" LIBS="$LIBBSD_LIBS $LIBS"
GREEN_CHECK_DECLARED([funopen], [stdio.h])
CPPFLAGS=$green_saved_CPPFLAGS LIBS=$green_saved_LIBS
AS_IF([test "$green_have_funopen" = no],
    [GREEN_CHECK_DECLARED([fopencookie], [stdio.h])
    AS_IF([test "$green_have_fopencookie" = no],
	[AC_MSG_ERROR([there is neither funopen() nor fopencookie()])])])
AM_CONDITIONAL([GREEN_FUNOPEN], [test "$green_have_funopen" = yes])
AC_CHECK_DECL([__GLIBC__], [green_write_fails=0], [green_write_fails=-1],
    [[#include <stdio.h>]])
AC_DEFINE_UNQUOTED([STDIO_WRITE_FAILS], [($green_write_fails)],
    [What stdio is told of a write that failed.])
])

AC_DEFUN([GREEN_CHECK_FILES],
[AC_CHECK_FUNCS([copy_file_range flock posix_fadvise tee])
AC_CHECK_FUNCS([statx])
GREEN_CHECK_DECLARED([fdatasync], [unistd.h])
AC_CHECK_MEMBERS([struct dirent.d_type], [], [], [[#include <dirent.h>]])
AC_CHECK_MEMBERS([struct stat.st_atim], [], [], [[#include <sys/stat.h>]])
AC_CACHE_CHECK([for getdents64], [green_cv_getdents64],
    [AC_LINK_IFELSE([AC_LANG_PROGRAM([#include <dirent.h>],
	[struct dirent64 e = { .d_type = DT_UNKNOWN };
	return ((int)getdents64(0, &e, sizeof(e)));])],
	[green_cv_getdents64=yes], [green_cv_getdents64=no])])
AM_CONDITIONAL([GREEN_GETDENTS], [test "$green_cv_getdents64" = yes])
AC_CACHE_CHECK([for FICLONE], [green_cv_ficlone],
    [AC_LINK_IFELSE([AC_LANG_PROGRAM([#include <sys/ioctl.h>
#include <linux/fs.h>],
	[return (ioctl(0, FICLONE, 1));])],
	[green_cv_ficlone=yes], [green_cv_ficlone=no])])
AM_CONDITIONAL([GREEN_FICLONE], [test "$green_cv_ficlone" = yes])
AC_CACHE_CHECK([for preadv2 with RWF_NOWAIT], [green_cv_preadv2],
    [AC_LINK_IFELSE([AC_LANG_PROGRAM([#include <sys/uio.h>],
	[struct iovec v = { 0, 0 };
	return ((int)preadv2(0, &v, 1, 0, RWF_NOWAIT));])],
	[green_cv_preadv2=yes], [green_cv_preadv2=no])])
AS_IF([test "$green_cv_preadv2" = yes],
    [AC_DEFINE([HAVE_PREADV2], [1],
	[Define to 1 if there is preadv2() with RWF_NOWAIT.])])
AC_CACHE_CHECK([for Linux's sendfile], [green_cv_sendfile],
    [AC_LINK_IFELSE([AC_LANG_PROGRAM([#include <sys/sendfile.h>],
	[off_t at = 0;
	return ((int)sendfile(1, 0, &at, 1));])],
	[green_cv_sendfile=yes], [green_cv_sendfile=no])])
AS_IF([test "$green_cv_sendfile" = yes],
    [AC_DEFINE([HAVE_SENDFILE], [1],
	[Define to 1 if there is sendfile() as Linux has it.])])
])

# Headers of tools that libgreen tells of its stacks and its doings.
AC_DEFUN([GREEN_CHECK_TOOLS],
[AC_CHECK_HEADERS([sys/syscall.h valgrind/valgrind.h])
AC_CHECK_FUNCS([_Unwind_Backtrace])
])

# What makes HTML of documents that have tables; without, make html leaves them
# out.
AC_DEFUN([GREEN_CHECK_MARKDOWN],
[AC_ARG_VAR([MARKDOWN], [lowdown, cmark-gfm or pandoc, for make html])
AC_CHECK_PROGS([MARKDOWN], [lowdown cmark-gfm pandoc])
])

# Static probes, where they need nothing but the header: on the BSDs and macOS
# <sys/sdt.h> wants a file that dtrace(1) makes of each program's objects.
AC_DEFUN([GREEN_CHECK_PROBES],
[AS_IF([test "$enable_probes" != no],
    [AC_CACHE_CHECK([for static probes], [green_cv_probes],
	[AC_LINK_IFELSE([AC_LANG_PROGRAM([#include <sys/sdt.h>],
	    [DTRACE_PROBE4(libgreen, a__probe, 1, "", 2, 3);])],
	    [green_cv_probes=yes], [green_cv_probes=no])])
    green_probes=$green_cv_probes],
    [green_probes=no])
AS_IF([test "$enable_probes" = yes && test "$green_probes" = no],
    [AC_MSG_ERROR([--enable-probes: <sys/sdt.h> is missing, or needs more])])
AS_IF([test "$green_probes" = yes],
    [AC_DEFINE([GREEN_PROBES], [1], [Define to 1 for static probes.])])
])
