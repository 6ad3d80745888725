# Benchmarks: compiled by make check, run by hand.

check_PROGRAMS += \
	%D%/blocked \
	%D%/cacheline \
	%D%/cancel \
	%D%/channel \
	%D%/park \
	%D%/pread \
	%D%/process \
	%D%/spawn \
	%D%/switch \
	%D%/timer \
	%D%/to_thread \
	%D%/tree \
	# EOL
if GREEN_EPOLL
check_PROGRAMS += %D%/echo %D%/idle
endif
if GREEN_TLS
check_PROGRAMS += %D%/tls
endif

%C%_cancel_SOURCES = %D%/cancel.c %D%/bench.h
%C%_cancel_LDADD = libgreen.la
%C%_cacheline_SOURCES = %D%/cacheline.c %D%/bench.h %D%/place.h
%C%_blocked_SOURCES = %D%/blocked.c
%C%_blocked_LDADD = libgreen.la
%C%_channel_SOURCES = %D%/channel.c %D%/bench.h
%C%_channel_LDADD = libgreen.la
%C%_switch_SOURCES = %D%/switch.c %D%/bench.h
%C%_switch_LDADD = libgreen.la
%C%_process_SOURCES = %D%/process.c %D%/bench.h
%C%_process_LDADD = libgreen.la
%C%_spawn_SOURCES = %D%/spawn.c %D%/bench.h
%C%_spawn_LDADD = libgreen.la
%C%_park_SOURCES = %D%/park.c %D%/bench.h
%C%_park_LDADD = libgreen.la
%C%_timer_SOURCES = %D%/timer.c %D%/bench.h
%C%_timer_LDADD = libgreen.la
%C%_to_thread_SOURCES = %D%/to_thread.c %D%/bench.h %D%/place.h
%C%_to_thread_LDADD = libgreen.la
%C%_tree_SOURCES = %D%/tree.c %D%/tree.h %D%/tree_verbs.c %D%/bench.h
%C%_tree_LDADD = libgreen.la $(OPENSSL_LIBS) $(LIBBSD_LIBS)
%C%_pread_SOURCES = %D%/pread.c %D%/bench.h
%C%_pread_LDADD = libgreen.la
%C%_echo_SOURCES = %D%/echo.c %D%/echo.h %D%/echo_epoll.c %D%/echo_green.c \
	%D%/bench.h %D%/loopback.h
%C%_echo_LDADD = libgreen.la $(LIBBSD_LIBS)
%C%_idle_SOURCES = %D%/idle.c %D%/echo.h %D%/echo_green.c %D%/bench.h \
	%D%/loopback.h
%C%_idle_LDADD = libgreen.la

%C%_tls_SOURCES = %D%/tls.c %D%/tls.h %D%/tls_green.c %D%/tls_plain.c \
	%D%/bench.h %D%/loopback.h
%C%_tls_LDADD = libgreen.la $(OPENSSL_LIBS)

# The peers are built and run by hand.
EXTRA_DIST += \
	%D%/peers/build \
	%D%/peers/echo \
	%D%/peers/echo.go \
	%D%/peers/echo_uv.c \
	%D%/peers/to_thread \
	%D%/peers/to_thread_anyio.py \
	%D%/peers/to_thread_uv.c \
	%D%/peers/tokio/Cargo.toml \
	%D%/peers/tokio/src/echo.rs \
	%D%/peers/tokio/src/to_thread.rs \
	# EOL
