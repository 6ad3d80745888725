# The last thing that configure says.

AC_DEFUN([GREEN_SUMMARY],
[AS_CASE([$enable_sanitizers], [no], [green_sanitizers=none],
    [green_sanitizers=$enable_sanitizers])
AS_IF([test "$green_cv_bsd" = yes], [green_bsd="the C library"],
    [green_bsd="libbsd"])
AC_MSG_NOTICE([
libgreen $PACKAGE_VERSION for $host
    reactors:        $green_reactors
    contexts:        $green_contexts
    BSD functions:   $green_bsd
    tls:             $green_tls
    static probes:   $green_probes
    tests:           $green_tests
    guests of:       $green_hosts
    sanitizers:      $green_sanitizers
    compiler:        $CC $CFLAGS
    flags:           $GREEN_CFLAGS
])
])
