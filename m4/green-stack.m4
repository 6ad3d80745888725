# Memory for stacks, and the state that a switch between them keeps.

AC_DEFUN([GREEN_CHECK_STACKS],
[AC_REQUIRE([AC_CANONICAL_HOST])dnl
AC_CHECK_DECLS([MADV_DONTNEED, MADV_FREE, MADV_NOHUGEPAGE, MAP_ANONYMOUS,
    MAP_NORESERVE, MAP_STACK], [], [], [[#include <sys/mman.h>]])
AS_IF([test "$ac_cv_have_decl_MAP_ANONYMOUS" = yes],
    [green_map="MAP_PRIVATE | MAP_ANONYMOUS"],
    [green_map="MAP_PRIVATE | MAP_ANON"])
AS_IF([test "$ac_cv_have_decl_MAP_NORESERVE" = yes],
    [green_map="$green_map | MAP_NORESERVE"])
# OpenBSD kills a process whose stack is no MAP_STACK memory; Linux keeps huge
# pages away from it; on FreeBSD it grows on demand, below a guard of its own.
AS_CASE([$host_os], [linux* | openbsd*],
    [AS_IF([test "$ac_cv_have_decl_MAP_STACK" = yes],
	[green_map="$green_map | MAP_STACK"])])
AC_DEFINE_UNQUOTED([GREEN_MAP_STACK], [($green_map)],
    [Define to the flags of mmap() for memory that serves as stacks.])
# Linux's MADV_DONTNEED gives pages back at once; elsewhere it is mere advice.
green_madv=
AS_CASE([$host_os],
    [linux*], [green_madv=MADV_DONTNEED],
    [AS_IF([test "$ac_cv_have_decl_MADV_FREE" = yes], [green_madv=MADV_FREE])])
AS_IF([test -n "$green_madv"],
    [AC_DEFINE_UNQUOTED([GREEN_MADV_DISCARD], [$green_madv],
	[Define to the advice by which madvise() drops pages, if any.])])
# Which pages have been touched: OpenBSD has no mincore() any more, and what it
# writes is signed here and unsigned there.
AC_CACHE_CHECK([for mincore], [green_cv_mincore],
    [green_cv_mincore=no
    for green_vec in 'unsigned char' char; do
	AC_COMPILE_IFELSE([AC_LANG_PROGRAM([
#include <sys/types.h>
#include <sys/mman.h>
int mincore(void *, size_t, $green_vec *);
	    ], [$green_vec c; return (mincore((void *)0, 1, &c));])],
	    [green_cv_mincore=$green_vec; break])
    done])
AS_IF([test "$green_cv_mincore" != no],
    [AC_CHECK_FUNC([mincore],
	[AC_DEFINE([HAVE_MINCORE], [1], [Define to 1 if there is mincore().])
	AC_DEFINE_UNQUOTED([GREEN_MINCORE_VEC], [$green_cv_mincore],
	    [Define to the type of what mincore() writes.])])])
# Tests look at the floating-point environment, and the library does so where it
# has no instructions of its own for that.
LIBM=
AC_CHECK_FUNC([fegetenv], [], [AC_CHECK_LIB([m], [fegetenv], [LIBM=-lm])])
AC_SUBST([LIBM])
AS_CASE([$host_cpu], [x86_64 | i?86 | amd64 | aarch64* | arm64* | riscv*], [],
    [LIBS="$LIBM $LIBS"])
])
