# The compiler: its dialect, its warnings, what it is told to hide.

# GREEN_XOPEN_SOURCE: macOS hides <ucontext.h> from who does not ask for X/Open,
# and lays ucontext_t out by the answer, so that all files must give the same.
AC_DEFUN([GREEN_XOPEN_SOURCE],
[AC_REQUIRE([AC_CANONICAL_HOST])dnl
AS_CASE([$host_os], [darwin*],
    [AC_DEFINE([_XOPEN_SOURCE], [700],
	[Define to 700 where <ucontext.h> asks for it.])])
])

# GREEN_TRY_CFLAG(FLAG, VARIABLE): append FLAG to VARIABLE if the compiler
# knows it.  -Werror makes clang refuse warnings that it does not know.
AC_DEFUN([GREEN_TRY_CFLAG],
[AS_VAR_PUSHDEF([green_var], [green_cv_cflag_$1])dnl
AC_CACHE_CHECK([whether $CC accepts $1], [green_var],
    [green_saved_CFLAGS=$CFLAGS
    CFLAGS="$CFLAGS -Werror $1"
    AC_COMPILE_IFELSE([AC_LANG_SOURCE([int nothing;])],
	[AS_VAR_SET([green_var], [yes])],
	[AS_VAR_SET([green_var], [no])])
    CFLAGS=$green_saved_CFLAGS])
AS_VAR_IF([green_var], [yes], [$2="${$2:+$$2 }$1"])
AS_VAR_POPDEF([green_var])dnl
])

# GREEN_COMPILER_FLAGS: GREEN_CFLAGS, for the whole tree.
AC_DEFUN([GREEN_COMPILER_FLAGS],
[AC_LANG_ASSERT([C])
GREEN_CFLAGS=
m4_foreach_w([green_flag],
    [-Wall
    -Wextra
    -Wmissing-prototypes
    -Wpointer-arith
    -Wshadow
    -Wstrict-prototypes
    -Wundef
    -Wvla
    -Wwrite-strings
    -fvisibility=hidden],
    [GREEN_TRY_CFLAG(green_flag, [GREEN_CFLAGS])
])dnl
AS_CASE([$host_os], [darwin*],
    # makecontext() is deprecated there, and has no successor
    [GREEN_TRY_CFLAG([-Wno-deprecated-declarations], [GREEN_CFLAGS])])
AS_IF([test "$enable_werror" = yes], [GREEN_CFLAGS="$GREEN_CFLAGS -Werror"])
AC_SUBST([GREEN_CFLAGS])
])
