/*
 * Claims that need a process of their own, as it dies of them, or says
 * something on its standard error, or goes short of something: a child is
 * forked for each.  It tells by its exit status how its checks went.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/resource.h>
#include <sys/wait.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "pool/internal.h"

#include "check.h"
#include "harness.h"
#include "watched.h"

#define ERROR_IN_CHILD	3	/* its status when fn fails, or a check in it */

bool in_child;

/* What a child has left behind. */
struct remains {
	int	 status;
	char	 said[16384];		/* what fits of its standard error */
};

static int
call(green_fn *fn, void *arg, enum check_where where)
{
	if (where == CHECK_PLAIN || green_backend() != NULL)
		return (fn(arg));
	return (check_run(fn, arg,
	    where == CHECK_MOCKED ? &check_mock_clock : NULL));
}

static void
be_child(green_fn *fn, void *arg, enum check_where where, int err)
{
	const struct rlimit none = { 0, 0 };
	unsigned failed = CU_get_number_of_failures();
	int rc;

	in_child = true;
	(void)setrlimit(RLIMIT_CORE, &none);
	if (dup2(err, STDERR_FILENO) == -1)
		_exit(ERROR_IN_CHILD);
	close(err);
	rc = call(fn, arg, where);
	if (rc != 0)
		fprintf(stderr, "the child's result is %d (%s)\n", rc,
		    rc == -1 ? green_errmsg() : "no error");
	if (rc != 0 || CU_get_number_of_failures() != failed)
		_exit(ERROR_IN_CHILD);
	_exit(0);
}

static void
hear(int fd, struct remains *r)
{
	char rest[4096];
	size_t len = 0;
	ssize_t n;

	for (;;) {
		if (len < sizeof(r->said) - 1)
			n = read(fd, r->said + len, sizeof(r->said) - 1 - len);
		else
			n = read(fd, rest, sizeof(rest));
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		if (len < sizeof(r->said) - 1)
			len += (size_t)n;
	}
	r->said[len] = '\0';
}

static bool
run_child(green_fn *fn, void *arg, enum check_where where, struct remains *r)
{
	unsigned seconds = watch_remaining();
	int err[2];
	pid_t pid;

	/* ThreadSanitizer gives no signals, nor new threads, to the child of a
	   process that has some. */
	if (SANITIZED_THREADS)
		green__pool_end();
	fflush(NULL);
	if (pipe(err) == -1)
		return (false);
	if ((pid = fork()) == -1) {
		close(err[0]);
		close(err[1]);
		return (false);
	}
	if (pid == 0) {
		close(err[0]);
		watch_child(seconds);
		be_child(fn, arg, where, err[1]);
	}
	close(err[1]);
	hear(err[0], r);
	close(err[0]);
	while (waitpid(pid, &r->status, 0) == -1)
		if (errno != EINTR)
			return (false);
	return (true);
}

/* How a child ended, in words. */
static const char *
end(int status, char *buf, size_t size)
{
	if (WIFSIGNALED(status))
		snprintf(buf, size, "dies of signal %d", WTERMSIG(status));
	else
		snprintf(buf, size, "ends with status %d", WEXITSTATUS(status));
	return (buf);
}

/* Each line of text is somewhere in what was said. */
static bool
has_lines(const char *said, const char *text)
{
	char line[256];
	size_t len;

	for (; *text != '\0'; text += len + (text[len] == '\n')) {
		len = strcspn(text, "\n");
		snprintf(line, sizeof(line), "%.*s", (int)len, text);
		if (strstr(said, line) == NULL)
			return (false);
	}
	return (true);
}

static bool
verdict(bool ok, const struct remains *r, const char *claim,
    const char *wanted, const char *file, int line)
{
	static char text[sizeof(r->said) + 1024];
	char how[64];

	if (ok)
		return (check_(true, claim, file, line));
	snprintf(text, sizeof(text), "%s: the child %s, and says \"%s\"; "
	    "wanted: %s%s%s", claim, end(r->status, how, sizeof(how)),
	    r->said, wanted == NULL ? "nothing" : "\"",
	    wanted == NULL ? "" : wanted, wanted == NULL ? "" : "\"");
	return (check_(false, text, file, line));
}

bool
check_dies_(green_fn *fn, void *arg, const char *text, enum check_where where,
    const char *file, int line)
{
	static struct remains r;
	bool died;

	if (!run_child(fn, arg, where, &r))
		return (check_(false, "a child can be forked", file, line));
	/* A sanitizer may turn a signal into a status of its own. */
	died = WIFSIGNALED(r.status) ? WTERMSIG(r.status) == SIGABRT ||
	    WTERMSIG(r.status) == SIGSEGV || WTERMSIG(r.status) == SIGBUS :
	    WEXITSTATUS(r.status) != 0 &&
	    WEXITSTATUS(r.status) != ERROR_IN_CHILD;
	return (verdict(died && has_lines(r.said, text), &r,
	    "a child dies", text, file, line));
}

bool
check_survives_(green_fn *fn, void *arg, const char *text,
    enum check_where where, const char *file, int line)
{
	static struct remains r;
	bool said;

	if (!run_child(fn, arg, where, &r))
		return (check_(false, "a child can be forked", file, line));
	said = text == NULL ? r.said[0] == '\0' : has_lines(r.said, text);
	return (verdict(WIFEXITED(r.status) && WEXITSTATUS(r.status) == 0 &&
	    said, &r, "a child survives", text, file, line));
}
