/*
 * What a request costs the servers of bench/echo.c, told apart to a hundredth:
 * one on libgreen, one written by hand on epoll, that one again, which shows
 * what chance does, and that one with a buffer for each connection, which shows
 * what it takes to touch any memory of a connection's own at all.  They share a
 * processor; their clients have another, where there is one.  Every connection
 * of one asks, and when all have been answered it is another's turn, a few
 * milliseconds later, so that whatever else the machine does hits all alike.
 * CPU time is the server's.
 *
 *	turns [subject connections]
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/wait.h>

#include <signal.h>
#include <unistd.h>

#include "bench.h"
#include "echo.h"
#include "loopback.h"

#define SERVERS		4
#define REQUESTS	20000		/* a run, or some more */

static struct server {
	const char *who;
	void	(*serve)(int fd, bool http);
	pid_t	 pid;
	clockid_t clock;
	int	*fds;
	double	 wall[RUNS_MAX], cpu[RUNS_MAX];
} servers[SERVERS] = {
	{ .who = "libgreen", .serve = serve_green },
	{ .who = "epoll", .serve = serve_epoll },
	{ .who = "epoll-again", .serve = serve_epoll },
	{ .who = "epoll-buffers", .serve = serve_epoll_buffers }
};

static int runs;

static void
start(struct server *s, bool http, int n)
{
	struct sockaddr_in sin;
	int i, fd = listen_any(&sin);

	if ((s->pid = fork()) == -1)
		err(1, "fork");
	if (s->pid == 0) {
		pin(0);
		s->serve(fd, http);
		_exit(1);
	}
	close(fd);
	if ((errno = clock_getcpuclockid(s->pid, &s->clock)) != 0)
		err(1, "clock_getcpuclockid");
	if ((s->fds = calloc((size_t)n, sizeof(*s->fds))) == NULL)
		err(1, "calloc");
	for (i = 0; i < n; i++)
		s->fds[i] = dial(&sin);
}

static void
stop(struct server *s, int n)
{
	int i;

	kill(s->pid, SIGKILL);
	waitpid(s->pid, NULL, 0);
	for (i = 0; i < n; i++)
		close(s->fds[i]);
	free(s->fds);
}

static void
ask_all(struct server *s, int n, size_t answer)
{
	static const char request[REQUEST];
	char buf[4096];
	int i;

	for (i = 0; i < n; i++)
		if (send(s->fds[i], request, REQUEST, 0) != REQUEST)
			err(1, "send");
	for (i = 0; i < n; i++)
		if (recv(s->fds[i], buf, answer, MSG_WAITALL) !=
		    (ssize_t)answer)
			err(1, "%s", s->who);
}

/* Each has its turn, in an order that leaves nobody always behind the same. */
static void
take_turns(int run, int round, int n, size_t answer)
{
	struct server *s;
	double wall, cpu;
	int i;

	for (i = 0; i < SERVERS; i++) {
		s = &servers[((round % 2 == 0 ? i : SERVERS - 1 - i) + round) %
		    SERVERS];
		wall = seconds();
		cpu = seconds_of(s->clock);
		ask_all(s, n, answer);
		s->wall[run] += seconds() - wall;
		s->cpu[run] += seconds_of(s->clock) - cpu;
	}
}

static void
compare(const char *name, int n)
{
	bool http = strcmp(name, "http-turns") == 0;
	size_t answer = http ? page_len : REQUEST;
	int i, run, round, rounds = REQUESTS / n + 1;

	for (i = 0; i < SERVERS; i++)
		start(&servers[i], http, n);
	/* The first run does not count: the last takes its place. */
	for (run = 0; run <= runs; run++) {
		for (i = 0; i < SERVERS; i++)
			servers[i].wall[run % runs] =
			    servers[i].cpu[run % runs] = 0;
		for (round = 0; round < rounds; round++)
			take_turns(run % runs, round, n, answer);
	}
	for (i = 0; i < SERVERS; i++) {
		stop(&servers[i], n);
		bench_line(name, n, servers[i].who, servers[i].wall,
		    servers[i].cpu, runs, (long)rounds * n, 0);
	}
}

int
main(int argc, char *argv[])
{
	static const int counts[] = { 1, 100, 1000 };
	size_t i;

	if (argc != 1 && argc != 3)
		errx(2, "usage: turns [subject connections]");
	runs = bench_runs();
	(void)many_descriptors();
	pin(1);
	if (argc == 3 && atoi(argv[2]) < 1)
		errx(2, "%s: no number of connections", argv[2]);
	bench_head();
	if (argc == 3) {
		if (strcmp(argv[1], "echo-turns") != 0 &&
		    strcmp(argv[1], "http-turns") != 0)
			errx(3, "%s: no such subject", argv[1]);
		compare(argv[1], atoi(argv[2]));
		return (0);
	}
	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		compare("echo-turns", counts[i]);
	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		compare("http-turns", counts[i]);
	return (0);
}
