# How tasks get their first frame: makecontext() where it works, by linking and
# running, as some C libraries declare it and have it not.  sigaltstack() is
# there everywhere, and always built.

AC_DEFUN([GREEN_UCONTEXT_PROGRAM],
[AC_LANG_SOURCE([
#include <ucontext.h>
static ucontext_t home, away;
static char stack@<:@64 * 1024@:>@;
static int been;
static void
entry(void)
{
	been = 1;
}
int
main(void)
{
	if (getcontext(&away) == -1)
		return (1);
	away.uc_stack.ss_sp = stack;
	away.uc_stack.ss_size = sizeof(stack);
	away.uc_link = &home;
	makecontext(&away, entry, 0);
	return (swapcontext(&home, &away) == -1 || !been);
}
])])

# GREEN_TRY_UCONTEXT(LIBRARIES): sets green_ucontext to yes or no.
AC_DEFUN([GREEN_TRY_UCONTEXT],
[green_saved_CPPFLAGS=$CPPFLAGS green_saved_LIBS=$LIBS
CPPFLAGS="$CPPFLAGS $UCONTEXT_CFLAGS" LIBS="$1 $LIBS"
AC_RUN_IFELSE([GREEN_UCONTEXT_PROGRAM],
    [green_ucontext=yes], [green_ucontext=no],
    [AC_LINK_IFELSE([GREEN_UCONTEXT_PROGRAM],
	[green_ucontext=yes], [green_ucontext=no])])
CPPFLAGS=$green_saved_CPPFLAGS LIBS=$green_saved_LIBS
])

AC_DEFUN([GREEN_CHECK_CONTEXTS],
[UCONTEXT_CFLAGS= UCONTEXT_LIBS=
AC_CACHE_CHECK([whether makecontext works], [green_cv_ucontext],
    [GREEN_TRY_UCONTEXT([])
    green_cv_ucontext=$green_ucontext])
green_ucontext=$green_cv_ucontext
AS_IF([test "$green_ucontext" = no],
    [PKG_CHECK_MODULES([UCONTEXT], [libucontext],
	[AC_MSG_CHECKING([whether libucontext works])
	for green_lib in "$UCONTEXT_LIBS" "-lucontext_posix $UCONTEXT_LIBS"; do
	    GREEN_TRY_UCONTEXT([$green_lib])
	    AS_IF([test $green_ucontext = yes],
		[UCONTEXT_LIBS=$green_lib
		break])
	done
	AC_MSG_RESULT([$green_ucontext])],
	[:])])
AS_IF([test "$green_ucontext" = yes],
    [AC_DEFINE([HAVE_UCONTEXT], [1],
	[Define to 1 if context_ucontext.c is built in.])],
    [UCONTEXT_CFLAGS= UCONTEXT_LIBS=])
AC_SUBST([UCONTEXT_CFLAGS])
AC_SUBST([UCONTEXT_LIBS])
AM_CONDITIONAL([GREEN_UCONTEXT], [test "$green_ucontext" = yes])
AC_CHECK_FUNC([sigaltstack], [],
    [AC_MSG_ERROR([sigaltstack is missing])])
green_contexts=sigaltstack
AS_IF([test "$green_ucontext" = yes], [green_contexts="ucontext sigaltstack"])
])
