# Benchmarks: compiled by make check; make bench runs those that take no more
# than some seconds each, and whose lines make one table.

bench_common = %D%/bench.c %D%/bench.h %D%/in_green.h
bench_table = \
	%D%/switch$(EXEEXT) \
	%D%/spawn$(EXEEXT) \
	%D%/park$(EXEEXT) \
	%D%/timer$(EXEEXT) \
	%D%/scope$(EXEEXT) \
	%D%/cancel$(EXEEXT) \
	%D%/channel$(EXEEXT) \
	%D%/select$(EXEEXT) \
	%D%/lock$(EXEEXT) \
	%D%/file$(EXEEXT) \
	%D%/walk$(EXEEXT) \
	%D%/process$(EXEEXT) \
	%D%/blocked$(EXEEXT) \
	%D%/to_thread$(EXEEXT) \
	%D%/cacheline$(EXEEXT) \
	# EOL

check_PROGRAMS += \
	%D%/blocked \
	%D%/cacheline \
	%D%/cancel \
	%D%/channel \
	%D%/file \
	%D%/lock \
	%D%/park \
	%D%/process \
	%D%/scope \
	%D%/select \
	%D%/spawn \
	%D%/switch \
	%D%/timer \
	%D%/to_thread \
	%D%/tree \
	%D%/walk \
	# EOL
if GREEN_EPOLL
check_PROGRAMS += %D%/echo %D%/idle %D%/turns
bench_table += %D%/echo$(EXEEXT) %D%/idle$(EXEEXT) %D%/turns$(EXEEXT)
endif
if GREEN_TLS
check_PROGRAMS += %D%/tls
bench_table += %D%/tls$(EXEEXT)
endif

%C%_blocked_SOURCES = %D%/blocked.c $(bench_common)
%C%_blocked_LDADD = libgreen.la
%C%_cacheline_SOURCES = %D%/cacheline.c $(bench_common) %D%/place.h
%C%_cacheline_LDADD = libgreen.la
%C%_cancel_SOURCES = %D%/cancel.c $(bench_common)
%C%_cancel_LDADD = libgreen.la
%C%_channel_SOURCES = %D%/channel.c $(bench_common)
%C%_channel_LDADD = libgreen.la
%C%_file_SOURCES = %D%/file.c $(bench_common)
%C%_file_LDADD = libgreen.la
%C%_lock_SOURCES = %D%/lock.c $(bench_common)
%C%_lock_LDADD = libgreen.la
%C%_park_SOURCES = %D%/park.c $(bench_common) %D%/memory.h
%C%_park_LDADD = libgreen.la
%C%_process_SOURCES = %D%/process.c $(bench_common)
%C%_process_LDADD = libgreen.la
%C%_scope_SOURCES = %D%/scope.c $(bench_common)
%C%_scope_LDADD = libgreen.la
%C%_select_SOURCES = %D%/select.c $(bench_common)
%C%_select_LDADD = libgreen.la
%C%_spawn_SOURCES = %D%/spawn.c $(bench_common)
%C%_spawn_LDADD = libgreen.la
%C%_switch_SOURCES = %D%/switch.c $(bench_common)
%C%_switch_LDADD = libgreen.la
%C%_timer_SOURCES = %D%/timer.c $(bench_common)
%C%_timer_LDADD = libgreen.la
%C%_to_thread_SOURCES = %D%/to_thread.c $(bench_common) %D%/place.h
%C%_to_thread_LDADD = libgreen.la
%C%_walk_SOURCES = %D%/walk.c $(bench_common)
%C%_walk_LDADD = libgreen.la
%C%_tree_SOURCES = %D%/tree.c %D%/tree.h %D%/tree_verbs.c $(bench_common)
%C%_tree_LDADD = libgreen.la $(OPENSSL_LIBS) $(LIBBSD_LIBS)
%C%_echo_SOURCES = %D%/echo.c %D%/echo.h %D%/echo_epoll.c %D%/echo_green.c \
	%D%/loopback.h $(bench_common)
%C%_echo_LDADD = libgreen.la $(LIBBSD_LIBS)
%C%_turns_SOURCES = %D%/turns.c %D%/echo.h %D%/echo_epoll.c %D%/echo_green.c \
	%D%/loopback.h $(bench_common)
%C%_turns_LDADD = libgreen.la
%C%_idle_SOURCES = %D%/idle.c %D%/echo.h %D%/echo_epoll.c %D%/echo_green.c \
	%D%/loopback.h %D%/memory.h $(bench_common)
%C%_idle_LDADD = libgreen.la
%C%_tls_SOURCES = %D%/tls.c %D%/tls.h %D%/tls_green.c %D%/tls_plain.c \
	%D%/loopback.h $(bench_common)
%C%_tls_LDADD = libgreen.la $(OPENSSL_LIBS)

bench: $(bench_table)
	@for program in $(bench_table) ; do ./$$program || exit ; done | \
	    $(AWK) '!/^#/ || !head++'

# Beside those of the peers whose tools are here: a report, in bench/results of
# the build directory.  bench/peers/report tells of its settings.
bench-peers: $(bench_table)
	CC='$(CC)' $(SHELL) '$(srcdir)/%D%/peers/build' %D%/built
	CC='$(CC)' $${PYTHON-python3} '$(srcdir)/%D%/peers/report' %D% \
	    %D%/built %D%/results

clean-local:
	rm -rf %D%/built

.PHONY: bench bench-peers

EXTRA_DIST += \
	%D%/peers/build \
	%D%/peers/chart.py \
	%D%/peers/ev.c \
	%D%/peers/fiber.cc \
	%D%/peers/peer.go \
	%D%/peers/peer.h \
	%D%/peers/peer_anyio.py \
	%D%/peers/pth.c \
	%D%/peers/report \
	%D%/peers/tokio/Cargo.toml \
	%D%/peers/tokio/src/main.rs \
	%D%/peers/tokio/src/serve.rs \
	%D%/peers/uv.c \
	# EOL

