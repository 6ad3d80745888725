# What the user may ask configure for.

# GREEN_ENABLE_WERROR: --enable-werror, off unless asked for: a release must
# build with the compilers of years to come.
AC_DEFUN([GREEN_ENABLE_WERROR],
[AC_ARG_ENABLE([werror],
    [AS_HELP_STRING([--enable-werror],
	[treat warnings of the compiler as errors])],
    [], [enable_werror=no])
])

# GREEN_ENABLE_SANITIZERS: --enable-sanitizers=LIST, a hard error where the
# compiler cannot link with them.
AC_DEFUN([GREEN_ENABLE_SANITIZERS],
[AC_ARG_ENABLE([sanitizers],
    [AS_HELP_STRING([--enable-sanitizers=LIST],
	[build with -fsanitize=LIST, such as address,undefined])],
    [], [enable_sanitizers=no])
AS_CASE([$enable_sanitizers],
    [yes], [enable_sanitizers=address,undefined],
    [''], [enable_sanitizers=no])
GREEN_SANITIZERS=
AS_IF([test "$enable_sanitizers" != no],
    [AC_MSG_CHECKING([whether $CC links with -fsanitize=$enable_sanitizers])
    green_saved_CFLAGS=$CFLAGS
    GREEN_SANITIZERS="-fsanitize=$enable_sanitizers -fno-sanitize-recover=all"
    GREEN_SANITIZERS="$GREEN_SANITIZERS -fno-omit-frame-pointer"
    CFLAGS="$CFLAGS $GREEN_SANITIZERS"
    AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])],
	[AC_MSG_RESULT([yes])],
	[AC_MSG_RESULT([no])
	AC_MSG_ERROR([$CC does not support --enable-sanitizers=$enable_sanitizers])])
    CFLAGS=$green_saved_CFLAGS])
AC_SUBST([GREEN_SANITIZERS])
])

# GREEN_ENABLE_PROBES: --disable-probes; else they are there where they link.
AC_DEFUN([GREEN_ENABLE_PROBES],
[AC_ARG_ENABLE([probes],
    [AS_HELP_STRING([--disable-probes],
	[no static probes (DTrace, SystemTap), which are a nop each])],
    [], [enable_probes=auto])
])

# GREEN_WITH_TLS: by OpenSSL or LibreSSL, where there is one.
AC_DEFUN([GREEN_WITH_TLS],
[AC_ARG_WITH([tls],
    [AS_HELP_STRING([--without-tls],
	[leave TLS out, and do without OpenSSL])],
    [], [with_tls=auto])
green_tls=no
GREEN_REQUIRES=
AS_IF([test "$with_tls" != no],
    [PKG_CHECK_MODULES([OPENSSL], [openssl >= 1.1.1],
	[green_tls=yes GREEN_REQUIRES=openssl],
	[AS_IF([test "$with_tls" = yes],
	    [AC_MSG_ERROR([--with-tls: OpenSSL is missing
(libssl-dev, openssl-devel; scripts/setup installs what a build needs)])])
	green_tls="no (OpenSSL is missing)"])])
AS_IF([test "$green_tls" = yes],
    [AC_DEFINE([HAVE_TLS], [1], [Define to 1 if TLS is built in.])
    green_saved_LIBS=$LIBS
    LIBS="$OPENSSL_LIBS $LIBS"
    AC_CHECK_FUNCS([OPENSSL_thread_stop ERR_get_error_all])
    LIBS=$green_saved_LIBS])
AM_CONDITIONAL([GREEN_TLS], [test "$green_tls" = yes])
AC_SUBST([GREEN_REQUIRES])
])
