# Scripts look at the tree, the test program at what it does.

dist_check_SCRIPTS += \
	%D%/corpora.sh \
	%D%/fetch.sh \
	%D%/gdb.sh \
	%D%/headers.sh \
	%D%/html.sh \
	%D%/layers.sh \
	%D%/mandoc.sh \
	%D%/manpages.sh \
	%D%/netns.sh \
	%D%/proxies.sh \
	%D%/probes.sh \
	%D%/readme.sh \
	%D%/rules.sh \
	%D%/supervise.sh \
	%D%/symbols.sh \
	%D%/tls_peers.sh \
	%D%/translations.sh \
	%D%/tree.sh \
	%D%/tutorial.sh \
	%D%/webd.sh \
	%D%/words.sh \
	# EOL

EXTRA_DIST += %D%/RULES %D%/ca.sh %D%/servers.sh %D%/cppcheck.supp \
	%D%/lsan.supp %D%/valgrind.supp
# Run by .ci/run: it takes a minute or two.
EXTRA_DIST += \
	%D%/models.sh \
	%D%/models/inbox.pml \
	%D%/models/pool.pml \
	%D%/models/post.pml \
	%D%/models/revocable.pml \
	# EOL

if GREEN_TESTS
check_PROGRAMS += %D%/check
endif
%C%_check_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS) $(LIBUV_CFLAGS)
%C%_check_LDADD = libgreen_testing_all.la libgreen_all.la $(CUNIT_LIBS) \
	$(LIBEV_LIBS) $(LIBUV_LIBS) $(LIBM)
%C%_check_SOURCES = \
	%D%/check.c \
	%D%/check.h \
	%D%/child.c \
	%D%/fuzz.h \
	%D%/fuzz_model.c \
	%D%/fuzz_sync.c \
	%D%/fuzz_tasks.c \
	%D%/fuzz_trade.c \
	%D%/guests.c \
	%D%/guests.h \
	%D%/gate.c \
	%D%/gate.h \
	%D%/harness.h \
	%D%/main.c \
	%D%/pair.h \
	%D%/pairs.c \
	%D%/scratch.c \
	%D%/scratch.h \
	%D%/shortage.c \
	%D%/shortage.h \
	%D%/streams.c \
	%D%/streams.h \
	%D%/tasks.c \
	%D%/tasks.h \
	%D%/test_anyio.c \
	%D%/test_block.c \
	%D%/test_checkpoint.c \
	%D%/test_clock.c \
	%D%/test_cond.c \
	%D%/test_channel.c \
	%D%/test_connect.c \
	%D%/test_conform.c \
	%D%/test_context.c \
	%D%/test_copy.c \
	%D%/test_crowd.c \
	%D%/test_custom.c \
	%D%/test_deadline.c \
	%D%/test_deadlock.c \
	%D%/test_dgram.c \
	%D%/test_dir.c \
	%D%/test_dump.c \
	%D%/test_errmsg.c \
	%D%/test_event.c \
	%D%/test_everywhere.c \
	%D%/test_failure.c \
	%D%/test_fd.c \
	%D%/test_fd_any.c \
	%D%/test_fd_stream.c \
	%D%/test_file.c \
	%D%/test_file_line.c \
	%D%/test_file_lock.c \
	%D%/test_file_replace.c \
	%D%/test_file_send.c \
	%D%/test_file_stream.c \
	%D%/test_fopen.c \
	%D%/test_frame.c \
	%D%/test_future.c \
	%D%/test_fuzz.c \
	%D%/test_group.c \
	%D%/test_guard.c \
	%D%/test_guest.c \
	%D%/test_handle.c \
	%D%/test_inbox.c \
	%D%/test_interrupt.c \
	%D%/test_layout.c \
	%D%/test_limiter.c \
	%D%/test_lock.c \
	%D%/test_memory.c \
	%D%/test_misuse.c \
	%D%/test_nest.c \
	%D%/test_net.c \
	%D%/test_option.c \
	%D%/test_options.c \
	%D%/test_pair.c \
	%D%/test_parallel.c \
	%D%/test_pass.c \
	%D%/test_path.c \
	%D%/test_path_ask.c \
	%D%/test_path_atomic.c \
	%D%/test_path_change.c \
	%D%/test_path_edge.c \
	%D%/test_path_meta.c \
	%D%/test_path_text.c \
	%D%/test_pattern.c \
	%D%/processes.c \
	%D%/processes.h \
	%D%/test_local.c \
	%D%/test_process.c \
	%D%/test_process_run.c \
	%D%/test_portal.c \
	%D%/test_reactor.c \
	%D%/test_resolver.c \
	%D%/test_run.c \
	%D%/test_scope.c \
	%D%/test_sem.c \
	%D%/test_sequence.c \
	%D%/test_serve.c \
	%D%/test_signals.c \
	%D%/test_spawn.c \
	%D%/test_select.c \
	%D%/test_spin.c \
	%D%/test_stack.c \
	%D%/test_stall.c \
	%D%/test_to_process.c \
	%D%/test_token.c \
	%D%/test_topic.c \
	%D%/test_start.c \
	%D%/test_stats.c \
	%D%/test_stop.c \
	%D%/test_stranger.c \
	%D%/test_storm.c \
	%D%/test_stream.c \
	%D%/test_task.c \
	%D%/test_task_info.c \
	%D%/test_tcp.c \
	%D%/test_temp.c \
	%D%/test_testing.c \
	%D%/test_thread.c \
	%D%/test_thread_from.c \
	%D%/test_thread_revoke.c \
	%D%/test_timer.c \
	%D%/test_tree.c \
	%D%/test_unix.c \
	%D%/test_unix_dgram.c \
	%D%/test_wait.c \
	%D%/test_walk.c \
	%D%/test_watch.c \
	%D%/test_whim.c \
	%D%/trade.h \
	%D%/watch.c \
	%D%/watched.h \
	# EOL

# What netns.sh drives.
check_PROGRAMS += %D%/netdrive
%C%_netdrive_LDADD = libgreen_all.la
%C%_netdrive_SOURCES = \
	%D%/lossy.c \
	%D%/lossy.h \
	%D%/netdrive.c \
	# EOL

# What corpora.sh has run; scripts/fuzz makes programs for fuzzers of the targets.
check_PROGRAMS += %D%/fuzz/replay
EXTRA_DIST += %D%/fuzz/corpus
%C%_fuzz_replay_CPPFLAGS = $(AM_CPPFLAGS)
%C%_fuzz_replay_LDADD = libgreen_all.la
%C%_fuzz_replay_SOURCES = \
	$(http_parts) \
	examples/web.c \
	examples/web.h \
	%D%/fuzz/address.c \
	%D%/fuzz/fetch.c \
	%D%/fuzz/frame.c \
	%D%/fuzz/glob.c \
	%D%/fuzz/path.c \
	%D%/fuzz/replay.c \
	%D%/fuzz/response.c \
	%D%/fuzz/target.c \
	%D%/fuzz/target.h \
	%D%/fuzz/text.c \
	%D%/fuzz/url.c \
	%D%/fuzz/web.c \
	# EOL

if GREEN_VNODES
%C%_check_SOURCES += %D%/vnodes.c
endif
if GREEN_LIBEV
%C%_check_SOURCES += %D%/test_guest_ev.c
endif
if GREEN_ICONV
%C%_check_SOURCES += %D%/test_text.c
else
%C%_check_SOURCES += %D%/test_text_none.c
endif
if GREEN_LIBUV
%C%_check_SOURCES += %D%/test_guest_uv.c
endif
if GREEN_TLS
%C%_check_SOURCES += \
	%D%/certs.c \
	%D%/certs.h \
	%D%/test_tls.c \
	%D%/test_tls_certs.c \
	%D%/test_tls_conform.c \
	%D%/test_tls_end.c \
	%D%/test_tls_listener.c \
	%D%/test_tls_peer.c \
	%D%/test_tls_trust.c \
	%D%/tls.c \
	%D%/tls.h \
	# EOL
else
%C%_check_SOURCES += %D%/test_tls_none.c
endif
