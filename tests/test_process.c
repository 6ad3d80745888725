/* Subprocesses: how they start, what they are given, how they end. */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "proc/child.h"

#include "check.h"
#include "harness.h"
#include "processes.h"
#include "scratch.h"

static const struct green_process_options piped = {
	.in = GREEN_STDIO_PIPE,
	.out = GREEN_STDIO_PIPE
};

/* Every way to learn that a child has ended, on any reactor. */
static const char *const ways[] = {
#ifdef HAVE_PIDFD
	"pidfd",
#endif
#ifdef HAVE_EVFILT_PROC
	"kqueue",
#endif
	"sigchld"
};
/* Those that the kernel knows, too. */
#define EACH_WAY(i)							\
	for (size_t i = 0; way(&i); i++)

static bool
works_here(void)
{
	/* One that has ended already would need no way at all. */
	struct green_process *p = shell("read x", &piped);

	if (p == NULL)
		return (!CHECK_INT(errno, ENOSYS));
	return (CHECK_INT(green_process_close(p), 0));
}

static bool
way(size_t *i)
{
	for (; *i < sizeof(ways) / sizeof(ways[0]); ++*i)
		if (CHECK(setenv("GREEN_CHILD", ways[*i], 1) == 0) &&
		    works_here())
			return (true);
	(void)unsetenv("GREEN_CHILD");
	return (false);
}

GREEN_TEST(a_process_runs_and_its_status_is_told)
{
	int status;

	EACH_WAY(i) {
		status = shell_status("exit 7", NULL);
		CHECK(WIFEXITED(status));
		CHECK_INT(WEXITSTATUS(status), 7);
		status = shell_status("kill -KILL $$", NULL);
		CHECK(WIFSIGNALED(status));
		CHECK_INT(WTERMSIG(status), SIGKILL);
	}
}

GREEN_TEST(the_leader_of_a_group_has_the_same_status)
{
	const struct green_process_options o = { .new_group = true };
	int status;

	EACH_WAY(i) {
		status = shell_status("exit 7", &o);
		CHECK(WIFEXITED(status));
		CHECK_INT(WEXITSTATUS(status), 7);
		status = shell_status("kill -TERM $$", &o);
		CHECK(WIFSIGNALED(status));
		CHECK_INT(WTERMSIG(status), SIGTERM);
	}
}

GREEN_TEST(an_unknown_way_to_watch_is_refused_and_leaves_no_process)
{
	setenv("GREEN_CHILD", "telepathy", 1);
	CHECK_NULL(shell("exit 0", NULL), EINVAL);
	unsetenv("GREEN_CHILD");
}

GREEN_TEST(a_program_that_is_not_there_fails_with_the_execs_errno)
{
	char *file = scratch_file("not-executable", 10);

	CHECK_NULL(green_process_open(ARGV("no-such-program"), NULL), ENOENT);
	CHECK_NULL(green_process_open(ARGV("/no/such/program"), NULL), ENOENT);
	CHECK_NULL(green_process_open(ARGV("/"), NULL), EACCES);
	CHECK(chmod(file, 0644) == 0);
	CHECK_NULL(green_process_open(ARGV(file), NULL), EACCES);
	CHECK(chmod(file, 0755) == 0);
	CHECK_NULL(green_process_open(ARGV(file), NULL), ENOEXEC);
	free(file);
}

/* To become somebody, whoever it is, is what only a child with a memory of its own
   does. */
GREEN_TEST(the_execs_errno_reaches_a_parent_that_shares_no_memory)
{
	const uid_t uid = getuid();
	const struct green_process_options o = { .uid = &uid };

	CHECK_NULL(green_process_open(ARGV("no-such-program"), &o), ENOENT);
	CHECK_NULL(green_process_open(ARGV("/"), &o), EACCES);
}

GREEN_TEST(nothing_to_run_is_invalid)
{
	CHECK_NULL(green_process_open((char *const[]){ NULL }, NULL), EINVAL);
	CHECK_NULL(green_process_open(ARGV(""), NULL), EINVAL);
}

GREEN_TEST(the_parents_path_is_searched)
{
	char *const env[] = { (char[]){ "PATH=/nowhere" }, NULL };
	const struct green_process_options o = { .env = env };
	struct green_process *p;
	int status = -1;

	p = green_process_open(ARGV("true"), &o);
	REQUIRE(CHECK(p != NULL));
	CHECK_INT(green_process_wait(p, &status), 0);
	CHECK_INT(status, 0);
	CHECK_INT(green_process_close(p), 0);
}

PLAIN_TEST(outside_of_a_loop_no_process_can_be_started)
{
	CHECK_NULL(green_process_open(ARGV("true"), NULL), EPERM);
	CHECK_ERRNO(green_process_run(ARGV("true"), NULL, NULL, 0, true, NULL),
	    EPERM);
}

GREEN_TEST(a_cancelled_task_starts_no_process)
{
	struct green_scope s;

	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	CHECK_NULL(green_process_open(ARGV("true"), NULL), ECANCELED);
	CHECK_INT(green_scope_close(&s, 0), 0);
}

GREEN_TEST(pipes_are_streams)
{
	struct green_process *p;
	char buf[16];

	EACH_WAY(i) {
		p = green_process_open(ARGV("cat"), &piped);
		REQUIRE(CHECK(p != NULL));
		CHECK(green_process_stderr(p) == NULL);
		CHECK_INT(green_stream_send(green_process_stdin(p), "hello", 5),
		    0);
		CHECK_INT(green_stream_receive_exactly(green_process_stdout(p),
		    buf, 5), 5);
		CHECK(memcmp(buf, "hello", 5) == 0);
		CHECK_INT(green_stream_send_eof(green_process_stdin(p)), 0);
		CHECK_INT(green_stream_receive(green_process_stdout(p), buf,
		    1), 0);
		CHECK_INT(green_process_wait(p, NULL), 0);
		CHECK_INT(green_process_close(p), 0);
	}
}

GREEN_TEST(a_stream_that_was_closed_is_no_longer_the_processs)
{
	struct green_process *p = green_process_open(ARGV("cat"), &piped);
	char c;

	REQUIRE(CHECK(p != NULL));
	CHECK_INT(green_stream_close(green_process_stdin(p)), 0);
	CHECK(green_process_stdin(p) == NULL);
	CHECK_INT(green_stream_receive(green_process_stdout(p), &c, 1), 0);
	CHECK_INT(green_process_wait(p, NULL), 0);
	CHECK_INT(green_process_close(p), 0);
}

GREEN_TEST(a_reader_that_is_gone_is_epipe_and_no_signal)
{
	struct green_process *p = shell("exec <&-; echo gone; cat /dev/null; "
	    "sleep 100", &piped);
	char *line;

	REQUIRE(CHECK(p != NULL));
	line = process_line(p);
	CHECK_STR(line, "gone");
	free(line);
	CHECK_ERRNO(green_stream_send(green_process_stdin(p), "x", 1), EPIPE);
	CHECK_INT(green_process_kill(p), 0);
	CHECK_INT(green_process_close(p), 0);
}

GREEN_TEST(stderr_can_go_where_stdout_goes)
{
	const struct green_process_options o = {
		.out = GREEN_STDIO_PIPE,
		.err = GREEN_STDIO_STDOUT
	};
	char *out = shell_output("echo to stderr >&2", &o);

	CHECK_STR(out, "to stderr\n");
	free(out);
}

GREEN_TEST(stdout_cannot_go_where_stdout_goes)
{
	const struct green_process_options o = { .out = GREEN_STDIO_STDOUT };

	CHECK_NULL(shell("exit 0", &o), EINVAL);
}

GREEN_TEST(descriptors_can_be_given)
{
	char *from = scratch_file("given", 100), *to = scratch_path("taken");
	struct green_process_options o = {
		.in = GREEN_STDIO_FD,
		.out = GREEN_STDIO_FD
	};
	struct stat st;

	o.in_fd = open(from, O_RDONLY | O_CLOEXEC);
	o.out_fd = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	CHECK_INT(shell_status("cat", &o), 0);
	CHECK(stat(to, &st) == 0);
	CHECK_INT(st.st_size, 100);
	close(o.in_fd);
	close(o.out_fd);
	CHECK_NULL(shell("cat", &o), EBADF);
	CHECK_HAS(green_errmsg(), "in_fd");
	free(from);
	free(to);
}

GREEN_TEST(the_null_device_is_empty)
{
	const struct green_process_options o = {
		.in = GREEN_STDIO_NULL,
		.out = GREEN_STDIO_NULL,
		.err = GREEN_STDIO_NULL
	};

	CHECK_INT(shell_status("cat && echo x && echo x >&2", &o), 0);
}

GREEN_TEST(it_has_no_descriptor_but_the_first_three)
{
	static const struct green_process_options o = { .in = GREEN_STDIO_NULL };
	int fd = open("/dev/null", O_RDONLY);	/* no FD_CLOEXEC */
	char *out;

	out = shell_output("for i in 0 1 2 3 4 5 6 7 8 9; do "
	    "(eval \"exec <&$i\") 2>/dev/null && echo $i; done", &o);
	CHECK_STR(out, "0\n1\n2\n");
	free(out);
	close(fd);
}

GREEN_TEST(descriptors_to_keep_keep_their_numbers)
{
	int low = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int high = fcntl(low, F_DUPFD_CLOEXEC, 60), fds[2];
	struct green_process_options o = { .keep_fds = fds, .nkeep_fds = 2 };
	char command[256], want[64], *out;

	fds[0] = high;
	fds[1] = low;
	snprintf(command, sizeof(command), "for i in %d %d 59 61; do "
	    "[ -e /dev/fd/$i ] && echo $i; done; true", low, high);
	snprintf(want, sizeof(want), "%d\n%d\n", low, high);
	out = shell_output(command, &o);
	CHECK_STR(out, want);
	free(out);
	close(low);
	CHECK_NULL(shell("exit 0", &o), EBADF);
	close(high);
}

GREEN_TEST(it_works_in_the_given_directory)
{
	char *dir = scratch_path(NULL), *out;
	const struct green_process_options o = { .cwd = dir };
	const struct green_process_options none = { .cwd = "/no/such" };

	out = shell_output("pwd -P", &o);
	CHECK_HAS(out, strrchr(dir, '/'));
	free(out);
	CHECK_NULL(shell("pwd", &none), ENOENT);
	free(dir);
}

GREEN_TEST(the_environment_is_inherited_or_given)
{
	char *const env[] = { (char[]){ "COLOUR=green" }, NULL };
	const struct green_process_options o = { .env = env };
	char *out;

	setenv("COLOUR", "blue", 1);
	out = shell_output("echo $COLOUR", NULL);
	CHECK_STR(out, "blue\n");
	free(out);
	out = shell_output("echo $COLOUR", &o);
	CHECK_STR(out, "green\n");
	free(out);
	unsetenv("COLOUR");
}

GREEN_TEST(a_shells_arguments_follow_its_command)
{
	const struct green_process_options o = { .shell = true };
	struct green_output res;

	CHECK_INT(green_process_run(ARGV("echo $0 $2 $1", "one", "two"), &o,
	    NULL, 0, true, &res), 0);
	CHECK_STR((char *)res.out, "sh two one\n");
	free(res.out);
	free(res.err);
}

GREEN_TEST(its_umask_can_be_set)
{
	const struct green_process_options o = {
		.set_umask = true,
		.umask = 0137
	};
	char *out = shell_output("umask", &o);

	CHECK_INT(strtol(out, NULL, 8), 0137);
	free(out);
}

GREEN_TEST(a_session_or_group_of_its_own_is_named_after_it)
{
	struct green_process_options o = piped;
	struct green_process *p;
	pid_t pid;

	p = green_process_open(ARGV("cat"), &o);
	REQUIRE(CHECK(p != NULL));
	CHECK_INT(getpgid(green_process_pid(p)), getpgrp());
	CHECK_INT(green_process_close(p), 0);
	o.new_group = true;
	p = green_process_open(ARGV("cat"), &o);
	REQUIRE(CHECK(p != NULL));
	pid = green_process_pid(p);
	CHECK_INT(getpgid(pid), pid);
	CHECK_INT(getsid(pid), getsid(0));
	CHECK_INT(green_process_close(p), 0);
	o.new_session = true;
	p = green_process_open(ARGV("cat"), &o);
	REQUIRE(CHECK(p != NULL));
	pid = green_process_pid(p);
	CHECK_INT(getpgid(pid), pid);
	CHECK_INT(getsid(pid), pid);
	CHECK_INT(green_process_close(p), 0);
}

GREEN_TEST(it_can_become_another_user)
{
	const uid_t uid = 65534;
	const gid_t gid = 65533;
	const struct green_process_options o = { .uid = &uid, .gid = &gid };
	struct green_process *p;
	char *out;

	if (geteuid() != 0) {
		p = shell("exit 0", &o);
		CHECK(p == NULL && errno == EPERM);
		return;
	}
	out = shell_output("id -u; id -g; id -G", &o);
	CHECK_STR(out, "65534\n65533\n65533\n");
	free(out);
}

GREEN_TEST(its_signals_are_as_new)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, before;
	sigset_t block, old;
	int status;

	sigaction(SIGPIPE, &ignore, &before);
	sigemptyset(&block);
	sigaddset(&block, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &block, &old);
	status = shell_status("kill -PIPE $$; kill -TERM $$", NULL);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE);
	status = shell_status("kill -TERM $$", NULL);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	sigaction(SIGPIPE, &before, NULL);
}

/* What several tasks learn of one process. */
struct wait {
	struct green_process *p;
	int	 status[3];
	int	 n;
};

static int
wait_for_it(void *arg)
{
	struct wait *w = arg;
	int status;

	if (green_process_wait(w->p, &status) == -1)
		return (-1);
	w->status[w->n++] = status;
	return (0);
}

GREEN_TEST(any_number_of_tasks_may_wait)
{
	struct wait w = { .n = 0 };
	struct green_group g;

	EACH_WAY(i) {
		w = (struct wait){ .p = shell("read x; exit 3", &piped) };
		REQUIRE(CHECK(w.p != NULL));
		green_group_open(&g);
		CHECK_INT(green_spawn(&g, wait_for_it, &w), 0);
		CHECK_INT(green_spawn(&g, wait_for_it, &w), 0);
		CHECK_INT(green_spawn(&g, wait_for_it, &w), 0);
		CHECK_INT(green_checkpoint(), 0);
		CHECK_INT(green_stream_send(green_process_stdin(w.p), "\n", 1),
		    0);
		CHECK_INT(green_group_close(&g, 0), 0);
		CHECK_INT(w.n, 3);
		CHECK_INT(WEXITSTATUS(w.status[0]), 3);
		CHECK_INT(WEXITSTATUS(w.status[2]), 3);
		/* Afterwards too. */
		CHECK_INT(green_process_wait(w.p, NULL), 0);
		CHECK_INT(green_process_close(w.p), 0);
	}
}

GREEN_TEST(a_wait_can_be_cancelled_and_made_again)
{
	struct green_process *p = shell("read x; exit 3", &piped);
	struct green_scope s;
	int status;

	REQUIRE(CHECK(p != NULL));
	green_fail_after(&s, GREEN_MSEC);
	CHECK_ERRNO(green_scope_close(&s, green_process_wait(p, &status)),
	    ETIMEDOUT);
	CHECK_ERRNO(green_process_wait_nowait(p, &status), EAGAIN);
	CHECK_INT(green_stream_close(green_process_stdin(p)), 0);
	CHECK_INT(green_process_wait(p, &status), 0);
	CHECK_INT(WEXITSTATUS(status), 3);
	CHECK_INT(green_process_wait_nowait(p, &status), 0);
	CHECK_INT(green_process_close(p), 0);
}

GREEN_TEST(a_wait_is_for_the_process_and_not_for_its_pipes)
{
	struct green_process *p;
	long pid;

	EACH_WAY(i) {
		p = shell("sleep 100 & echo $!; exit 0", &piped);
		REQUIRE(CHECK(p != NULL));
		pid = process_number(p);
		CHECK_INT(green_process_wait(p, NULL), 0);
		CHECK(pid > 1 && kill((pid_t)pid, SIGKILL) == 0);
		CHECK_INT(green_process_close(p), 0);
	}
}

GREEN_TEST(one_that_has_ended_takes_no_signal)
{
	struct green_process *p = shell("exit 0", NULL);

	REQUIRE(CHECK(p != NULL));
	CHECK_INT(green_process_wait(p, NULL), 0);
	CHECK_ERRNO(green_process_signal(p, SIGTERM), ESRCH);
	CHECK_ERRNO(green_process_terminate(p), ESRCH);
	CHECK_ERRNO(green_process_kill(p), ESRCH);
	CHECK_INT(green_process_close(p), 0);
}

GREEN_TEST(signals_reach_it)
{
	struct green_process *p = shell("trap 'exit 4' USR1; echo ready; "
	    "read x; exit 5", &piped);
	int status;

	REQUIRE(CHECK(p != NULL));
	free(process_line(p));
	CHECK_ERRNO(green_process_signal(p, -1), EINVAL);
	CHECK_ERRNO(green_process_signal_tree(p, SIGUSR1), EINVAL);
	CHECK_INT(green_process_signal(p, SIGUSR1), 0);
	CHECK_INT(green_process_wait(p, &status), 0);
	CHECK_INT(WEXITSTATUS(status), 4);
	CHECK_INT(green_process_close(p), 0);
}

GREEN_TEST(closing_ends_one_that_still_runs)
{
	struct green_process *p;
	long pid;

	EACH_WAY(i) {
		p = shell("echo $$; exec sleep 100", &piped);
		REQUIRE(CHECK(p != NULL));
		pid = process_number(p);
		CHECK_INT(green_process_pid(p), pid);
		CHECK_INT(green_process_close(p), 0);
		CHECK(kill((pid_t)pid, 0) == -1 && errno == ESRCH);
	}
}

static void
count_end(struct green__child *c)
{
	++*(int *)c->user;
}

GREEN_TEST(one_that_has_ended_takes_no_descriptor_to_be_watched)
{
	int ends = 0;
	struct green__child c = { .on_end = count_end, .user = &ends };
	siginfo_t info;

	if ((c.pid = fork()) == 0)
		_exit(9);
	CHECK_INT(waitid(P_PID, (id_t)c.pid, &info, WEXITED | WNOWAIT), 0);
	CHECK_INT(green__child_watch(&c), 0);
	CHECK_INT(c.fd.fd, -1);
	CHECK_INT(ends, 1);
	CHECK_INT(WEXITSTATUS(c.status), 9);
	CHECK(c.reaped);
}

/* It says when it is deaf to SIGTERM. */
#define DEAF	"trap '' TERM; echo $$; while :; do sleep 100; done"

GREEN_TEST(one_that_ignores_sigterm_is_killed_after_its_grace)
{
	const struct green_process_options o = {
		.out = GREEN_STDIO_PIPE,
		.new_group = true,
		.grace = 20 * GREEN_MSEC
	};
	struct green_process *p;
	int64_t began;
	long pid;

	EACH_WAY(i) {
		p = shell(DEAF, &o);
		REQUIRE(CHECK(p != NULL));
		pid = process_number(p);
		began = green_now();
		CHECK_INT(green_process_close(p), 0);
		CHECK(green_now() - began >= 20 * GREEN_MSEC);
		CHECK(kill((pid_t)pid, 0) == -1 && errno == ESRCH);
	}
}

MOCK_TEST(grace_is_real_time_also_on_a_mock_clock)
{
	const struct green_process_options o = {
		.out = GREEN_STDIO_PIPE,
		.new_group = true,
		.grace = 20 * GREEN_MSEC
	};
	struct green_process *p = shell(DEAF, &o);
	struct timespec began, now;

	REQUIRE(CHECK(p != NULL));
	(void)process_number(p);
	clock_gettime(CLOCK_MONOTONIC, &began);
	CHECK_INT(green_process_close(p), 0);
	clock_gettime(CLOCK_MONOTONIC, &now);
	CHECK((now.tv_sec - began.tv_sec) * GREEN_SEC +
	    (now.tv_nsec - began.tv_nsec) >= 20 * GREEN_MSEC);
}

GREEN_TEST(a_stopped_one_can_still_be_closed)
{
	struct green_process *p = shell("echo $$; kill -STOP $$; read x",
	    &piped);

	REQUIRE(CHECK(p != NULL));
	(void)process_number(p);
	CHECK_INT(green_process_close(p), 0);
}

GREEN_TEST(closing_ends_the_whole_tree)
{
	const struct green_process_options o = {
		.out = GREEN_STDIO_PIPE,
		.new_session = true
	};
	struct green_process *p = shell("sleep 100 & echo $!; wait", &o);
	long pid;

	REQUIRE(CHECK(p != NULL));
	pid = process_number(p);
	CHECK_INT(green_process_close(p), 0);
	CHECK(pid > 1);
	while (kill((pid_t)pid, 0) == 0)
		if (green_sleep(GREEN_MSEC) == -1)
			break;
	CHECK(kill((pid_t)pid, 0) == -1 && errno == ESRCH);
}

GREEN_TEST(the_tree_is_reached_after_its_leaders_end)
{
	const struct green_process_options o = {
		.out = GREEN_STDIO_PIPE,
		.new_group = true
	};
	struct green_process *p = shell("sleep 100 & echo $!; exit 0", &o);
	char c;

	REQUIRE(CHECK(p != NULL));
	CHECK(process_number(p) > 1);
	CHECK_INT(green_process_wait(p, NULL), 0);
	CHECK_INT(green_process_signal_tree(p, SIGKILL), 0);
	CHECK_INT(green_stream_receive(green_process_stdout(p), &c, 1), 0);
	CHECK_INT(green_process_close(p), 0);
}

GREEN_TEST(a_cancelled_close_does_all_its_work)
{
	struct green_process *p = shell("echo $$; exec sleep 100", &piped);
	struct green_scope s;
	long pid;
	int rc;

	REQUIRE(CHECK(p != NULL));
	pid = process_number(p);
	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	rc = green_process_close(p);
	CHECK_ERRNO(rc, ECANCELED);
	CHECK_INT(green_scope_close(&s, rc), 0);
	CHECK(kill((pid_t)pid, 0) == -1 && errno == ESRCH);
}

GREEN_TEST(a_cancelled_close_ends_what_the_leader_left)
{
	const struct green_process_options o = {
		.out = GREEN_STDIO_PIPE,
		.new_group = true,
		.grace = 20 * GREEN_MSEC
	};
	struct green_process *p = shell("(" DEAF ") & wait_for=$!; exit 0", &o);
	struct green_scope s;
	long pid;
	int rc;

	REQUIRE(CHECK(p != NULL));
	pid = process_number(p);
	CHECK_INT(green_process_wait(p, NULL), 0);
	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	rc = green_process_close(p);
	CHECK_INT(green_scope_close(&s, rc), 0);
	CHECK(pid > 1);
	while (kill((pid_t)pid, 0) == 0)
		if (green_sleep(GREEN_MSEC) == -1)
			break;
}

static struct green_process *left;

static int
leave_it(void *arg)
{
	(void)arg;
	left = shell("exec sleep 100", NULL);
	return (left == NULL ? -1 : 0);
}

GREEN_TEST(a_forked_child_that_closes_it_leaves_it_alone)
{
	struct green_process *p;
	int status = -1;
	pid_t pid;

	EACH_WAY(i) {
		p = shell("read x; exit 3", &piped);
		REQUIRE(CHECK(p != NULL));
		if ((pid = fork()) == 0) {
			(void)green_process_close(p);
			_exit(0);
		}
		CHECK_INT(waitpid(pid, &status, 0), pid);
		CHECK_INT(status, 0);
		CHECK_ERRNO(green_process_wait_nowait(p, &status), EAGAIN);
		CHECK_INT(green_stream_send(green_process_stdin(p), "\n", 1),
		    0);
		CHECK_INT(green_process_wait(p, &status), 0);
		CHECK_INT(WEXITSTATUS(status), 3);
		CHECK_INT(green_process_close(p), 0);
	}
}

PLAIN_TEST(one_that_was_never_closed_ends_with_the_loop)
{
	pid_t pid;

	CHECK_INT(IN_LOOP(leave_it, NULL, NULL), 0);
	pid = green_process_pid(left);
	CHECK(kill(pid, 0) == -1 && errno == ESRCH);
	CHECK_INT(green_process_close(left), 0);
}

GREEN_TEST(children_of_others_are_left_alone)
{
	int status;
	pid_t pid;

	EACH_WAY(i) {
		pid = fork();
		if (pid == 0)
			_exit(9);
		CHECK_INT(WEXITSTATUS(shell_status("exit 1", NULL)), 1);
		CHECK_INT(waitpid(pid, &status, 0), pid);
		CHECK_INT(WEXITSTATUS(status), 9);
	}
}

GREEN_TEST(somebody_else_may_have_reaped_it)
{
	struct green_process *p = shell("read x", &piped);
	int status;

	REQUIRE(CHECK(p != NULL));
	CHECK(kill(green_process_pid(p), SIGKILL) == 0);
	CHECK_INT(waitpid(green_process_pid(p), &status, 0),
	    green_process_pid(p));
	CHECK_ERRNO(green_process_wait(p, &status), ECHILD);
	CHECK_INT(green_process_close(p), 0);
}

GREEN_TEST(a_terminal_is_one_for_the_program)
{
	const struct green_process_options o = {
		.in = GREEN_STDIO_PTY,
		.out = GREEN_STDIO_PTY,
		.err = GREEN_STDIO_PTY,
		.rows = 33,
		.columns = 77
	};
	struct green_process *p = shell("stty -echo; test -t 0 && test -t 1 && "
	    "test -t 2 && stty size; read x; stty size; (: </dev/tty) && "
	    "echo $x", &o);
	char *line;

	REQUIRE(CHECK(p != NULL));
	CHECK(green_process_stdin(p) == green_process_stdout(p));
	line = process_line(p);
	CHECK_STR(line, "33 77");
	free(line);
	CHECK_INT(green_process_resize(p, 44, 88), 0);
	CHECK_INT(green_stream_send(green_process_stdin(p), "word\n", 5), 0);
	line = process_line(p);
	CHECK_STR(line, "44 88");
	free(line);
	line = process_line(p);
	CHECK_STR(line, "word");
	free(line);
	CHECK_INT(green_stream_receive_line(green_process_stdout(p), 100,
	    &line), 0);
	CHECK_INT(green_process_wait(p, NULL), 0);
	CHECK_INT(green_process_close(p), 0);
}

GREEN_TEST(one_without_a_terminal_has_no_size)
{
	struct green_process *p = shell("exit 0", NULL);

	REQUIRE(CHECK(p != NULL));
	CHECK_ERRNO(green_process_resize(p, 1, 1), ENOTSUP);
	CHECK_INT(green_process_close(p), 0);
}

static int
burst_one(size_t i, void *arg)
{
	char command[32];

	(void)arg;
	snprintf(command, sizeof(command), "exit %zu", i % 100);
	CHECK_INT(WEXITSTATUS(shell_status(command, NULL)), i % 100);
	return (0);
}

GREEN_TEST(many_at_once_leave_nothing_behind)
{
	EACH_WAY(i)
		CHECK_INT(green_map(60, 16, burst_one, NULL), 0);
}

/* Loops in many threads: CUnit is the main one's. */
static atomic_uint started, strange;

static int
look_around(size_t i, void *arg)
{
	const struct green_process_options o = { .shell = true };
	struct green_output res;

	(void)i;
	(void)arg;
	/* Its first three, and the one that it looks with. */
	if (green_process_run(ARGV("echo /dev/fd/*"), &o, NULL, 0, true,
	    &res) == -1)
		return (-1);
	if (strlen(res.out) > strlen("/dev/fd/0 /dev/fd/1 /dev/fd/2 /dev/fd/3 "))
		strange++;
	started++;
	free(res.out);
	free(res.err);
	return (0);
}

static int
look_around_often(void *n)
{
	return (green_map(*(size_t *)n, 4, look_around, NULL));
}

PLAIN_TEST(no_descriptor_leaks_into_it_whatever_other_threads_do)
{
	struct green_options o = { .backend = combo.reactor };
	size_t n = (size_t)check_storm(2);

	started = strange = 0;
	CHECK_INT(green_run_parallel(16, look_around_often, &n, &o), 0);
	CHECK_INT(started, 16 * n);
	CHECK_INT(strange, 0);
}

MOCK_TEST(the_mock_clock_stands_still_while_one_runs)
{
	struct green_process *p = shell("sleep 0.02", NULL);
	int64_t began = green_now();

	REQUIRE(CHECK(p != NULL));
	CHECK_INT(green_process_wait(p, NULL), 0);
	CHECK_INT(green_now() - began, 0);
	CHECK_INT(green_process_close(p), 0);
}

MOCK_TEST(the_mock_clock_goes_on_when_one_has_ended_that_nobody_waits_for)
{
	struct green_process *p = shell("exit 0", NULL);

	REQUIRE(CHECK(p != NULL));
	CHECK_INT(green_sleep(GREEN_SEC), 0);
	CHECK_INT(green_process_wait_nowait(p, NULL), 0);
	CHECK_INT(green_process_close(p), 0);
}

CU_TestInfo process_tests[] = {
	CLAIM(a_process_runs_and_its_status_is_told),
	CLAIM(the_leader_of_a_group_has_the_same_status),
	CLAIM(an_unknown_way_to_watch_is_refused_and_leaves_no_process),
	CLAIM(a_program_that_is_not_there_fails_with_the_execs_errno),
	CLAIM(the_execs_errno_reaches_a_parent_that_shares_no_memory),
	CLAIM(nothing_to_run_is_invalid),
	CLAIM(the_parents_path_is_searched),
	CLAIM(outside_of_a_loop_no_process_can_be_started),
	CLAIM(a_cancelled_task_starts_no_process),
	CLAIM(pipes_are_streams),
	CLAIM(a_stream_that_was_closed_is_no_longer_the_processs),
	CLAIM(a_reader_that_is_gone_is_epipe_and_no_signal),
	CLAIM(stderr_can_go_where_stdout_goes),
	CLAIM(stdout_cannot_go_where_stdout_goes),
	CLAIM(descriptors_can_be_given),
	CLAIM(the_null_device_is_empty),
	CLAIM(it_has_no_descriptor_but_the_first_three),
	CLAIM(descriptors_to_keep_keep_their_numbers),
	CLAIM(it_works_in_the_given_directory),
	CLAIM(the_environment_is_inherited_or_given),
	CLAIM(a_shells_arguments_follow_its_command),
	CLAIM(its_umask_can_be_set),
	CLAIM(a_session_or_group_of_its_own_is_named_after_it),
	CLAIM(it_can_become_another_user),
	CLAIM(its_signals_are_as_new),
	CLAIM(any_number_of_tasks_may_wait),
	CLAIM(a_wait_can_be_cancelled_and_made_again),
	CLAIM(a_wait_is_for_the_process_and_not_for_its_pipes),
	CLAIM(one_that_has_ended_takes_no_signal),
	CLAIM(signals_reach_it),
	CLAIM(closing_ends_one_that_still_runs),
	CLAIM(one_that_has_ended_takes_no_descriptor_to_be_watched),
	CLAIM(one_that_ignores_sigterm_is_killed_after_its_grace),
	CLAIM(grace_is_real_time_also_on_a_mock_clock),
	CLAIM(a_stopped_one_can_still_be_closed),
	CLAIM(closing_ends_the_whole_tree),
	CLAIM(the_tree_is_reached_after_its_leaders_end),
	CLAIM(a_cancelled_close_does_all_its_work),
	CLAIM(a_cancelled_close_ends_what_the_leader_left),
	CLAIM(a_forked_child_that_closes_it_leaves_it_alone),
	CLAIM(one_that_was_never_closed_ends_with_the_loop),
	CLAIM(children_of_others_are_left_alone),
	CLAIM(somebody_else_may_have_reaped_it),
	CLAIM(a_terminal_is_one_for_the_program),
	CLAIM(one_without_a_terminal_has_no_size),
	CLAIM(many_at_once_leave_nothing_behind),
	CLAIM(no_descriptor_leaks_into_it_whatever_other_threads_do),
	CLAIM(the_mock_clock_stands_still_while_one_runs),
	CLAIM(the_mock_clock_goes_on_when_one_has_ended_that_nobody_waits_for),
	CU_TEST_INFO_NULL
};
