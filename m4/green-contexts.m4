# How tasks get their first frame, and switch: assembly for the processors that it
# is written for, makecontext() where it works; both by linking and running, as
# some C libraries declare makecontext() and have it not.  When cross-compiling,
# what links will do.  sigaltstack() is there everywhere, and always built.

# The real jump, there and back, twice.
AC_DEFUN([GREEN_ASM_PROGRAM],
[AC_LANG_SOURCE([
#include "$srcdir/green/context_asm.h"
_Static_assert(sizeof(void *) == 8, "a register is a pointer");
static struct green__context home, away;
static _Alignas(16) char stack@<:@64 * 1024@:>@;
static volatile int been;
static void
entry(void)
{
	for (;;) {
		been++;
		jump(&away, &home);
	}
}
int
main(void)
{
	int all = 0;

	away.sp = stack + sizeof(stack) - 16;
	away.pc = (const void *)entry;
	jump(&home, &away);
	all += been;
	jump(&home, &away);
	all += been;
	return (all != 3);
}
])])

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

# Nothing that switches stacks, longjmp() as little as the jump, takes the
# processor's shadow stack along: libgreen must not be marked as fit for one.
AC_DEFUN([GREEN_NO_SHADOW_STACKS],
[AC_CACHE_CHECK([what turns shadow stacks off], [green_cv_no_shadow_stacks],
    [green_cv_no_shadow_stacks='none needed'
    AC_COMPILE_IFELSE([AC_LANG_SOURCE([
#if defined(__CET__) && (__CET__ & 2) != 0
#error shadow stacks
#endif
])], [], [green_cv_no_shadow_stacks=-fcf-protection=branch])
    AC_COMPILE_IFELSE([AC_LANG_SOURCE([
#ifdef __ARM_FEATURE_GCS_DEFAULT
#error shadow stacks
#endif
])], [], [green_cv_no_shadow_stacks=-mbranch-protection=pac-ret+bti])])
AS_CASE([$green_cv_no_shadow_stacks], [-*],
    [CFLAGS="$CFLAGS $green_cv_no_shadow_stacks"])
])

AC_DEFUN([GREEN_CHECK_CONTEXTS],
[GREEN_NO_SHADOW_STACKS
AC_CACHE_CHECK([whether contexts in assembly work], [green_cv_context_asm],
    [AC_RUN_IFELSE([GREEN_ASM_PROGRAM],
	[green_cv_context_asm=yes], [green_cv_context_asm=no],
	[AC_LINK_IFELSE([GREEN_ASM_PROGRAM],
	    [green_cv_context_asm=yes], [green_cv_context_asm=no])])])
AS_IF([test $green_cv_context_asm = yes],
    [AC_DEFINE([HAVE_CONTEXT_ASM], [1],
	[Define to 1 if context_asm.c is built in.])])
AM_CONDITIONAL([GREEN_CONTEXT_ASM], [test $green_cv_context_asm = yes])
UCONTEXT_CFLAGS= UCONTEXT_LIBS=
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
AS_IF([test "$green_ucontext" = yes],
    [green_contexts="ucontext $green_contexts"])
AS_IF([test $green_cv_context_asm = yes],
    [green_contexts="asm $green_contexts"])
])
