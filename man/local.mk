# Manual pages, one for each task of a reader.  The other names that a page has
# in its NAME section are installed as small files that refer to it.

dist_man_MANS += \
	%D%/green-probes.7 \
	%D%/green.7 \
	%D%/green_accept.3 \
	%D%/green_channel_open.3 \
	%D%/green_checkpoint.3 \
	%D%/green_cond_wait.3 \
	%D%/green_connect_tcp.3 \
	%D%/green_dgram_join.3 \
	%D%/green_dgram_receive.3 \
	%D%/green_dir_open.3 \
	%D%/green_dir_walk.3 \
	%D%/green_dump.3 \
	%D%/green_errmsg.3 \
	%D%/green_event_wait.3 \
	%D%/green_file_lock.3 \
	%D%/green_file_open.3 \
	%D%/green_file_replace.3 \
	%D%/green_file_send.3 \
	%D%/green_file_stream.3 \
	%D%/green_from_thread_run.3 \
	%D%/green_future_wait.3 \
	%D%/green_getaddrinfo.3 \
	%D%/green_group_open.3 \
	%D%/green_guard_enter.3 \
	%D%/green_guest_open.3 \
	%D%/green_key_create.3 \
	%D%/green_limiter_acquire.3 \
	%D%/green_listen_tcp.3 \
	%D%/green_lock_acquire.3 \
	%D%/green_map.3 \
	%D%/green_path_chmod.3 \
	%D%/green_path_cwd.3 \
	%D%/green_path_exists.3 \
	%D%/green_path_join.3 \
	%D%/green_path_copy.3 \
	%D%/green_path_link.3 \
	%D%/green_path_stat.3 \
	%D%/green_portal_open.3 \
	%D%/green_process_open.3 \
	%D%/green_process_run.3 \
	%D%/green_run.3 \
	%D%/green_scope_open.3 \
	%D%/green_select.3 \
	%D%/green_sem_acquire.3 \
	%D%/green_set_stall_limit.3 \
	%D%/green_send_fds.3 \
	%D%/green_sequence.3 \
	%D%/green_signals_open.3 \
	%D%/green_sleep.3 \
	%D%/green_spawn.3 \
	%D%/green_start.3 \
	%D%/green_stream_from_fd.3 \
	%D%/green_stream_copy.3 \
	%D%/green_stream_fopen.3 \
	%D%/green_stream_new.3 \
	%D%/green_stream_pair.3 \
	%D%/green_stream_receive.3 \
	%D%/green_stream_receive_until.3 \
	%D%/green_stream_set.3 \
	%D%/green_stream_staple.3 \
	%D%/green_task_wait.3 \
	%D%/green_tasks.3 \
	%D%/green_tls_config_open.3 \
	%D%/green_tls_listener.3 \
	%D%/green_tls_wrap.3 \
	%D%/green_to_process.3 \
	%D%/green_temp_file.3 \
	%D%/green_test.3 \
	%D%/green_test_cancel_everywhere.3 \
	%D%/green_test_checkpoints.3 \
	%D%/green_test_stream.3 \
	%D%/green_text.3 \
	%D%/green_to_thread.3 \
	%D%/green_token_get.3 \
	%D%/green_topic_open.3 \
	%D%/green_udp_open.3 \
	%D%/green_wait_all_blocked.3 \
	%D%/green_wait_readable.3 \
	%D%/green_watch_open.3 \
	# EOL

# "page name" for each of those names.
man_names = $(AWK) '$$1 == ".Sh" { on = ($$2 == "NAME") } \
	on && $$1 == ".Nm" { page = FILENAME; sub(/.*\//, "", page); \
	    if (page != $$2 ".3") print page, $$2 }' \
	    $(srcdir)/%D%/green_*.3

install-man-names:
	@$(man_names) | while read -r page name; do \
	    echo ".so man3/$$page" >"$(DESTDIR)$(man3dir)/$$name.3" || exit; \
	    chmod 644 "$(DESTDIR)$(man3dir)/$$name.3" || exit; \
	done

uninstall-man-names:
	@$(man_names) | while read -r page name; do \
	    rm -f "$(DESTDIR)$(man3dir)/$$name.3"; \
	done

.PHONY: install-man-names uninstall-man-names

EXTRA_DIST += %D%/html.sh %D%/style.css

# make html: build/html/index.html and all that it refers to.
html-local:
	srcdir='$(srcdir)' MARKDOWN='$(MARKDOWN)' $(srcdir)/%D%/html.sh html

clean-local: clean-html
clean-html:
	rm -rf html

.PHONY: clean-html
