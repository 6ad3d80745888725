/*
 * Ten thousand connections that are idle, but for a request now and then, beside
 * a thousand that are busy: what these get, what memory a connection costs the
 * server, and how long the idle ones wait for their answers, the slowest above
 * all; of libgreen's server and of one written by hand.
 *
 *	idle [connections [busy connections]]
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <netinet/in.h>

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "echo.h"
#include "loopback.h"
#include "memory.h"

#define ASKING	100		/* idle ones at a time that are not */
#define QUEUE	500		/* connections that wait to be accepted */
#define SPARE	64		/* descriptors */

static struct client {
	int	 fd;
	double	 asked;
} *clients;
static int nclients, nbusy;
static double *waits;		/* of each idle one, in seconds */

static void
ask(struct client *c)
{
	static const char request[REQUEST];

	c->asked = seconds();
	if (send(c->fd, request, REQUEST, 0) != REQUEST)
		err(1, "send");
}

/* The answer, which comes whole; how long it took. */
static double
take(struct client *c)
{
	char buf[REQUEST];

	if (recv(c->fd, buf, sizeof(buf), 0) != REQUEST)
		err(1, "recv");
	return (seconds() - c->asked);
}

static void
connect_all(const struct sockaddr_in *sin, int ep)
{
	struct epoll_event ev = { .events = EPOLLIN };
	int i;

	for (i = 0; i < nclients; i++) {
		clients[i].fd = dial(sin);
		ev.data.u32 = (uint32_t)i;
		if (epoll_ctl(ep, EPOLL_CTL_ADD, clients[i].fd, &ev) == -1)
			err(1, "epoll_ctl");
		/* Each is to have its task, and none to be dropped for want of
		   room in the listener's queue. */
		ask(&clients[i]);
		if (i >= QUEUE)
			(void)take(&clients[i - QUEUE]);
	}
	for (i = nclients < QUEUE ? 0 : nclients - QUEUE; i < nclients; i++)
		(void)take(&clients[i]);
}

/* The busy ones come first, and never rest; of the idle ones each asks once. */
static long
work(int ep)
{
	struct epoll_event evs[256];
	int i, n, next = nbusy, answered = 0, idle = nclients - nbusy;
	struct client *c;
	double wait;
	long done = 0;

	for (i = 0; i < nbusy; i++)
		ask(&clients[i]);
	for (i = 0; i < ASKING && next < nclients; i++)
		ask(&clients[next++]);
	while (answered < idle) {
		n = epoll_wait(ep, evs, 256, -1);
		for (i = 0; i < n; i++) {
			c = &clients[evs[i].data.u32];
			wait = take(c);
			done++;
			if (c < clients + nbusy) {
				ask(c);
				continue;
			}
			waits[answered++] = wait;
			if (next < nclients)
				ask(&clients[next++]);
		}
	}
	return (done);
}

static void
run(const char *who, void (*serve)(int fd, bool http))
{
	struct sockaddr_in sin;
	int i, fd = listen_any(&sin), ep = epoll_create1(EPOLL_CLOEXEC);
	int idle = nclients - nbusy;
	double took, cpu, bytes;
	clockid_t clock;
	long done;
	pid_t pid = fork();

	if (pid == -1 || ep == -1)
		err(1, "fork");
	if (pid == 0) {
		pin(0);
		serve(fd, false);
		_exit(1);
	}
	close(fd);
	pin(1);
	if ((errno = clock_getcpuclockid(pid, &clock)) != 0)
		err(1, "clock_getcpuclockid");
	bytes = memory_of(pid);
	connect_all(&sin, ep);
	bytes = (memory_of(pid) - bytes) / nclients;
	cpu = seconds_of(clock);
	took = seconds();
	done = work(ep);
	took = seconds() - took;
	cpu = seconds_of(clock) - cpu;
	bench_line("idle-busy", nbusy, who, &took, &cpu, 1, done, bytes);
	bench_line("idle-wait", idle, who, waits, NULL, idle, 1, 0);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	for (i = 0; i < nclients; i++)
		close(clients[i].fd);
	close(ep);
}

int
main(int argc, char *argv[])
{
	long descriptors = many_descriptors();

	nclients = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 11000;
	nbusy = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 1000;
	if (nbusy < 1 || nclients <= nbusy)
		errx(2, "usage: idle [connections [busy connections]]");
	if (descriptors < nclients + SPARE) {
		if (argc > 1)
			errx(1, "at most %ld descriptors here", descriptors);
		nclients = (int)descriptors - SPARE;
		nbusy = nclients / 11;
	}
	clients = calloc((size_t)nclients, sizeof(*clients));
	waits = calloc((size_t)nclients, sizeof(*waits));
	if (clients == NULL || waits == NULL)
		err(1, "calloc");
	bench_head();
	run("libgreen", serve_green);
	run("epoll", serve_epoll);
	return (0);
}
