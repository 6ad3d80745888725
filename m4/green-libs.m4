# Libraries that libgreen is linked with.

AC_DEFUN([GREEN_CHECK_THREADS],
[AC_SEARCH_LIBS([pthread_create], [pthread], [],
    [AC_MSG_ERROR([POSIX threads are missing])])
])

# Some processors leave wide atomics to a library, or those of a byte.
AC_DEFUN([GREEN_CHECK_ATOMICS],
[AC_CACHE_CHECK([for what atomics need], [green_cv_atomics],
    [green_saved_LIBS=$LIBS
    green_cv_atomics=missing
    for green_lib in '' -latomic; do
	LIBS="$green_saved_LIBS $green_lib"
	AC_LINK_IFELSE([AC_LANG_PROGRAM([
#include <stdatomic.h>
#include <stdint.h>
_Atomic(uint64_t) a;
_Atomic(void *) p;
_Atomic(unsigned char) b;
	    ], [
void *old = 0;
if (atomic_fetch_add(&a, 1) == 7 || atomic_exchange(&b, 1) ||
    atomic_compare_exchange_strong(&p, &old, (void *)&a))
	return (1);
	    ])],
	    [green_cv_atomics=${green_lib:-nothing}; break])
    done
    LIBS=$green_saved_LIBS])
AS_CASE([$green_cv_atomics],
    [missing], [AC_MSG_ERROR([C11 atomics are missing])],
    [-l*], [LIBS="$LIBS $green_cv_atomics"])
])

AC_DEFUN([GREEN_CHECK_SOCKET_LIBS],
[AC_SEARCH_LIBS([clock_gettime], [rt])
AC_SEARCH_LIBS([socket], [socket network])
AC_SEARCH_LIBS([getaddrinfo], [nsl])
])

# GREEN_LINK_BSD(IF-LINKED, IF-NOT): a program with what BSD systems have in
# their C library, and others have in libbsd.
AC_DEFUN([GREEN_LINK_BSD],
[AC_LINK_IFELSE([AC_LANG_PROGRAM([
#include <sys/queue.h>
#include <string.h>
struct item {
	SLIST_ENTRY(item) s;
	STAILQ_ENTRY(item) q;
	TAILQ_ENTRY(item) t;
};
SLIST_HEAD(, item) slist;
STAILQ_HEAD(, item) stailq;
TAILQ_HEAD(, item) tailq;
	], [
struct item *i, *next;
char text@<:@8@:>@;

TAILQ_FOREACH_SAFE(i, &tailq, t, next)
	TAILQ_REMOVE(&tailq, i, t);
SLIST_FOREACH_SAFE(i, &slist, s, next)
	SLIST_REMOVE_HEAD(&slist, s);
if ((i = STAILQ_FIRST(&stailq)) != NULL)
	STAILQ_REMOVE_HEAD(&stailq, q);
return ((int)strlcpy(text, "text", sizeof(text)));
	])], [$1], [$2])
])

AC_DEFUN([GREEN_CHECK_LIBBSD],
[AC_CACHE_CHECK([whether the C library has BSD's queues and strings],
    [green_cv_bsd],
    [GREEN_LINK_BSD([green_cv_bsd=yes], [green_cv_bsd=no])])
AS_IF([test "$green_cv_bsd" = no],
    [PKG_CHECK_MODULES([LIBBSD], [libbsd-overlay], [],
	[AC_MSG_ERROR([libbsd is missing: this system's C library needs it
(libbsd-dev, libbsd-devel; scripts/setup installs what a build needs)])])
    AC_CACHE_CHECK([whether libbsd has BSD's queues and strings],
	[green_cv_libbsd],
	[green_saved_CPPFLAGS=$CPPFLAGS green_saved_LIBS=$LIBS
	CPPFLAGS="$CPPFLAGS $LIBBSD_CFLAGS" LIBS="$LIBBSD_LIBS $LIBS"
	GREEN_LINK_BSD([green_cv_libbsd=yes], [green_cv_libbsd=no])
	CPPFLAGS=$green_saved_CPPFLAGS LIBS=$green_saved_LIBS])
    AS_IF([test "$green_cv_libbsd" = no],
	[AC_MSG_ERROR([libbsd does not work here; config.log tells more])])])
])

# What compat/ has for systems that have it not, and no libbsd either.
AC_DEFUN([GREEN_CHECK_COMPAT],
[green_saved_CPPFLAGS=$CPPFLAGS green_saved_LIBS=$LIBS
CPPFLAGS="$CPPFLAGS $LIBBSD_CFLAGS" LIBS="$LIBBSD_LIBS $LIBS"
GREEN_CHECK_DECLARED([reallocarray], [stdlib.h])
GREEN_CHECK_DECLARED([arc4random_buf], [stdlib.h])
CPPFLAGS=$green_saved_CPPFLAGS LIBS=$green_saved_LIBS
AM_CONDITIONAL([COMPAT_REALLOCARRAY],
    [test "$green_have_reallocarray" = no])
AM_CONDITIONAL([COMPAT_ARC4RANDOM],
    [test "$green_have_arc4random_buf" = no])
])

# GREEN_CHECK_DECLARED(FUNCTION, HEADER): macOS has functions that it does not
# tell of.
AC_DEFUN([GREEN_CHECK_DECLARED],
[AC_CHECK_FUNC([$1],
    [AC_CHECK_DECL([$1], [green_have_$1=yes], [green_have_$1=no],
	[[#include <$2>]])],
    [green_have_$1=no])
AS_IF([test "$green_have_$1" = yes],
    [AC_DEFINE(m4_toupper([HAVE_$1]), [1],
	[Define to 1 if <$2> has $1().])])
])

# Event loops that the tests let drive a guest, besides poll(2).
AC_DEFUN([GREEN_CHECK_HOSTS],
[green_hosts=poll
LIBEV_LIBS=
AC_CHECK_HEADER([ev.h],
    [AC_CHECK_LIB([ev], [ev_loop_new],
	[LIBEV_LIBS=-lev green_hosts="$green_hosts libev"])])
AC_SUBST([LIBEV_LIBS])
AM_CONDITIONAL([GREEN_LIBEV], [test -n "$LIBEV_LIBS"])
PKG_CHECK_MODULES([LIBUV], [libuv],
    [green_libuv=yes green_hosts="$green_hosts libuv"],
    [green_libuv=no])
AM_CONDITIONAL([GREEN_LIBUV], [test "$green_libuv" = yes])
AS_IF([test -n "$LIBEV_LIBS"],
    [AC_DEFINE([HAVE_LIBEV], [1], [Define to 1 if the tests have libev.])],
    [green_hosts="$green_hosts (libev is missing: left out)"])
AS_IF([test "$green_libuv" = yes],
    [AC_DEFINE([HAVE_LIBUV], [1], [Define to 1 if the tests have libuv.])],
    [green_hosts="$green_hosts (libuv is missing: left out)"])
])

# In the C library, or in one of its own.
AC_DEFUN([GREEN_CHECK_ICONV],
[AC_CACHE_CHECK([for what iconv needs], [green_cv_iconv],
    [green_saved_LIBS=$LIBS
    green_cv_iconv=missing
    for green_lib in '' -liconv; do
	LIBS="$green_lib $green_saved_LIBS"
	AC_LINK_IFELSE([AC_LANG_PROGRAM([#include <iconv.h>], [
iconv_t cd = iconv_open("", "");
return (iconv(cd, 0, 0, 0, 0) != 0 || iconv_close(cd) != 0);
	    ])],
	    [green_cv_iconv=${green_lib:-nothing}; break])
    done
    LIBS=$green_saved_LIBS])
AS_CASE([$green_cv_iconv],
    [-l*], [LIBS="$green_cv_iconv $LIBS"])
AM_CONDITIONAL([GREEN_ICONV], [test "$green_cv_iconv" != missing])
])

# Symbols have versions where the linker gives them some.
AC_DEFUN([GREEN_CHECK_SYMBOL_VERSIONS],
[AC_CACHE_CHECK([whether the linker takes --version-script],
    [green_cv_version_script],
    [green_saved_LDFLAGS=$LDFLAGS
    LDFLAGS="$LDFLAGS -shared -fPIC -Wl,--version-script=conftest.map"
    echo 'V_0 { global: green; local: *; };' >conftest.map
    AC_LINK_IFELSE([AC_LANG_SOURCE([int green(void); int green(void) { return (0); }])],
	[green_cv_version_script=yes],
	[green_cv_version_script=no])
    rm -f conftest.map
    LDFLAGS=$green_saved_LDFLAGS])
AM_CONDITIONAL([GREEN_SYMBOL_VERSIONS],
    [test "$green_cv_version_script" = yes])
])

# What shared libraries are called, if there are to be any.
AC_DEFUN([GREEN_CHECK_SHARED],
[eval "GREEN_SHREXT=\"$shrext_cmds\""
AC_SUBST([GREEN_SHREXT])
AM_CONDITIONAL([GREEN_SHARED], [test "$enable_shared" = yes])
])

# Without CUnit all is built but the test program.
AC_DEFUN([GREEN_CHECK_CUNIT],
[PKG_CHECK_MODULES([CUNIT], [cunit],
    [green_tests=yes],
    [green_tests="no (CUnit is missing: make check runs the lint scripts alone)"])
AM_CONDITIONAL([GREEN_TESTS], [test "$green_tests" = yes])
])
