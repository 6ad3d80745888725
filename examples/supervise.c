/*
 * supervise: keep programs running.  Each line of its file names a service and
 * the command that it is; one that ends is started again, the sooner the longer
 * it ran.  What services write is passed on, a line at a time, with their names
 * before it.  SIGHUP: the file has changed.  SIGINT, SIGTERM: end, services first.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <green.h>

#define LINE_LENGTH	65536		/* of output, before it is cut */
#define BACKOFF_MIN	(1 * GREEN_SEC)
#define BACKOFF_MAX	(60 * GREEN_SEC)
#define COLOURS		6		/* of a terminal, from red on */

struct service {
	struct service *next;
	char	*name;
	char	*command;
	int	 colour;
	struct green_task *task;	/* NULL: not started */
};

static const char *file;
static int64_t grace = 5 * GREEN_SEC;
static bool coloured;

/* One line of what it says, or of what there is to be said about it. */
static void __attribute__((__format__(__printf__, 2, 3)))
report(const struct service *s, const char *fmt, ...)
{
	va_list ap;

	if (coloured)
		printf("\033[3%dm%s\033[0m | ", s->colour, s->name);
	else
		printf("%s | ", s->name);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
}

/* Until it has closed its output; a line that has no end is cut. */
static int
pass_on(const struct service *s, struct green_stream *out)
{
	char *line, piece[1024];
	ssize_t n;
	int rc;

	while ((rc = green_stream_receive_line(out, LINE_LENGTH, &line)) != 0) {
		if (rc == 1)
			report(s, "%s", line);
		else if (errno != EMSGSIZE)
			return (-1);
		else if ((n = green_stream_receive(out, piece,
		    sizeof(piece))) > 0)
			report(s, "%.*s", (int)n, piece);
		else
			return ((int)n);
	}
	return (0);
}

static void
report_end(const struct service *s, int status)
{
	if (WIFSIGNALED(status))
		report(s, "* ended by signal %d (%s)", WTERMSIG(status),
		    strsignal(WTERMSIG(status)));
	else
		report(s, "* exit status %d", WEXITSTATUS(status));
}

/* It listens to SIGTERM, we to it: what it says of its end must not end it. */
static void
stop(const struct service *s, struct green_process *p)
{
	struct green_scope scope;
	int rc;

	GREEN_SHIELD(&scope, grace) {
		rc = green_process_signal_tree(p, SIGTERM);
		if (rc == 0)
			rc = green_process_signal_tree(p, SIGCONT);
		if (rc == 0)
			rc = pass_on(s, green_process_stdout(p));
		if (rc == 0)
			(void)!green_process_wait(p, NULL);
	}
	if (green_scope_cancel_called(&scope))
		(void)!green_process_signal_tree(p, SIGKILL);
}

/* Run it once, to its end; or, when cancelled, to an end of our making. */
static int
run(const struct service *s)
{
	const struct green_process_options opt = {
		.in = GREEN_STDIO_NULL,
		.out = GREEN_STDIO_PIPE,
		.err = GREEN_STDIO_STDOUT,
		.shell = true,
		.new_group = true,
		.grace = grace
	};
	char *const argv[] = { s->command, NULL };
	struct green_process *p;
	int rc, status, error;

	if ((p = green_process_open(argv, &opt)) == NULL) {
		report(s, "* %s", green_errmsg());
		return (errno == ECANCELED ? -1 : 0);
	}
	report(s, "* started, process %ld", (long)green_process_pid(p));
	rc = pass_on(s, green_process_stdout(p));
	if (rc == 0 && (rc = green_process_wait(p, &status)) == 0)
		report_end(s, status);
	error = errno;
	if (rc == -1) {
		report(s, "* stopping: %s", green_errmsg());
		stop(s, p);
	}
	(void)green_process_close(p);
	errno = error;
	return (rc == -1 && error == ECANCELED ? -1 : 0);
}

static int
keep_running(void *arg)
{
	const struct service *s = arg;
	int64_t backoff = BACKOFF_MIN, began;

	for (;;) {
		began = green_now();
		if (run(s) == -1)
			return (-1);
		if (green_now() - began > BACKOFF_MAX)
			backoff = BACKOFF_MIN;
		report(s, "* again in %d s", (int)(backoff / GREEN_SEC));
		if (green_sleep(backoff) == -1)
			return (-1);
		backoff = backoff * 2 > BACKOFF_MAX ? BACKOFF_MAX : backoff * 2;
	}
}

/* The file. */

static void
services_free(struct service *s)
{
	struct service *next;

	for (; s != NULL; s = next) {
		next = s->next;
		free(s->name);
		free(s->command);
		free(s);
	}
}

static struct service *
find(struct service *s, const char *name)
{
	while (s != NULL && strcmp(s->name, name) != 0)
		s = s->next;
	return (s);
}

/* "name: command"; -1: it is not. */
static int
add(struct service **list, char *line, int number)
{
	struct service *s;
	char *colon;

	line += strspn(line, " \t");
	line[strcspn(line, "\r\n")] = '\0';
	if (*line == '\0' || *line == '#')
		return (0);
	colon = strchr(line, ':');
	if (colon == NULL || colon == line || colon[1] == '\0') {
		warnx("%s:%d: not a name, a colon and a command", file, number);
		return (-1);
	}
	*colon++ = '\0';
	if (find(*list, line) != NULL) {
		warnx("%s:%d: there is a service %s already", file, number,
		    line);
		return (-1);
	}
	if ((s = calloc(1, sizeof(*s))) == NULL)
		return (-1);
	s->name = strdup(line);
	s->command = strdup(colon + strspn(colon, " \t"));
	s->colour = 1 + number % COLOURS;
	while (*list != NULL)
		list = &(*list)->next;
	*list = s;
	return (s->name == NULL || s->command == NULL ? -1 : 0);
}

/* The whole file, or nothing of it. */
static int
read_services(struct service **list)
{
	char *text, *line, *rest;
	void *buf;
	int number = 0, rc = 0;

	*list = NULL;
	if (green_path_read(file, &buf, NULL) == -1) {
		warn("%s", file);
		return (-1);
	}
	text = rest = buf;
	while (rc == 0 && (line = strsep(&rest, "\n")) != NULL)
		rc = add(list, line, ++number);
	free(text);
	if (rc == 0)
		return (0);
	services_free(*list);
	*list = NULL;
	return (-1);
}

/* Out of the list; NULL: it is not there as it was. */
static struct service *
take_same(struct service **list, const struct service *s)
{
	struct service *found;

	for (; (found = *list) != NULL; list = &found->next)
		if (strcmp(found->name, s->name) == 0 &&
		    strcmp(found->command, s->command) == 0) {
			*list = found->next;
			found->next = NULL;
			return (found);
		}
	return (NULL);
}

static int
end_all(struct service *s)
{
	struct service *first = s;
	int rc = 0;

	for (; s != NULL; s = s->next)
		if (s->task != NULL)
			green_task_cancel(s->task, "no longer wanted");
	for (s = first; s != NULL && rc == 0; s = s->next)
		if (s->task != NULL)
			rc = green_task_wait(s->task);
	for (s = first; s != NULL && rc == 0; s = s->next)
		green_task_release(s->task);
	if (rc == 0)
		services_free(first);
	return (rc);
}

/* Those that stay as they are go on; the others end before new ones begin. */
static int
change(struct green_group *g, struct service **running)
{
	struct service *wanted, *old = *running, *s, *same, **end = running;

	if (read_services(&wanted) == -1)
		return (-1);
	*running = NULL;
	while ((s = wanted) != NULL) {
		wanted = s->next;
		s->next = NULL;
		if ((same = take_same(&old, s)) != NULL) {
			services_free(s);
			s = same;
		}
		*end = s;
		end = &s->next;
	}
	if (end_all(old) == -1)
		return (-1);
	for (s = *running; s != NULL; s = s->next)
		if (s->task == NULL && (s->task = green_spawn_task(g,
		    keep_running, s)) == NULL) {
			warn("%s", s->name);
			return (-1);
		}
	return (0);
}

/* Signals say what is to be done; the first that says so ends it all. */
static int
follow(struct green_group *g, struct green_signals *signals,
    struct service **running)
{
	int sig;

	if (change(g, running) == -1)
		return (-1);
	while ((sig = green_signals_next(signals)) == SIGHUP)
		if (change(g, running) == -1 && errno == ECANCELED)
			return (-1);
	if (sig == -1)
		return (-1);
	green_group_cancel(g, strsignal(sig));
	return (0);
}

static int
supervise(void *arg)
{
	static const int sigs[] = { SIGHUP, SIGINT, SIGTERM };
	struct service *running = NULL;
	struct green_signals *signals;
	struct green_group g;
	int rc;

	(void)arg;
	if ((signals = green_signals_open(sigs, 3)) == NULL)
		return (-1);
	green_group_open(&g);
	rc = green_group_close(&g, follow(&g, signals, &running));
	green_signals_close(signals);
	services_free(running);
	return (rc);
}

static int64_t
seconds(const char *s)
{
	char *end;
	long n = strtol(s, &end, 10);

	if (end == s || *end != '\0' || n < 1 || n > 86400)
		errx(2, "%s: not a number of seconds from 1 to 86400", s);
	return (n * GREEN_SEC);
}

static void
usage(void)
{
	fprintf(stderr, "usage: supervise [-g seconds] file\n");
	exit(2);
}

int
main(int argc, char *argv[])
{
	int opt;

	while ((opt = getopt(argc, argv, "g:")) != -1) {
		if (opt != 'g')
			usage();
		grace = seconds(optarg);
	}
	if (optind != argc - 1)
		usage();
	file = argv[optind];
	coloured = isatty(STDOUT_FILENO);
	if (green_run(supervise, NULL, NULL) == -1)
		err(1, "%s", file);
	return (0);
}
