/*
 * Requests a second and CPU time a request of a 64-byte echo and a small HTTP
 * answer: a server on libgreen beside a hand-written epoll server, one CPU for
 * the server and another, where there is one, for the clients, in turns.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "echo.h"

#define ROUNDS	5
#define LENGTH	1.0			/* seconds of each measurement */

const char page[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
    "Content-Length: 14\r\n\r\nHello, world!\n";
const unsigned page_len = sizeof(page) - 1;

static void
pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	(void)sched_setaffinity(0, sizeof(set), &set);
}

static int
listen_any(struct sockaddr_in *sin)
{
	socklen_t len = sizeof(*sin);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	memset(sin, 0, sizeof(*sin));
	sin->sin_family = AF_INET;
	sin->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd == -1 || bind(fd, (struct sockaddr *)sin, len) == -1 ||
	    listen(fd, 4096) == -1 ||
	    getsockname(fd, (struct sockaddr *)sin, &len) == -1)
		err(1, "listen");
	return (fd);
}

static int
dial(const struct sockaddr_in *sin)
{
	int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd == -1 ||
	    connect(fd, (const struct sockaddr *)sin, sizeof(*sin)) == -1)
		err(1, "connect");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return (fd);
}

/* Keep conns connections busy for LENGTH seconds; the requests answered. */
static long
load(const struct sockaddr_in *sin, int conns, unsigned answer)
{
	static const char request[REQUEST];
	struct epoll_event ev = { .events = EPOLLIN | EPOLLET }, evs[256];
	unsigned *got = calloc((size_t)conns, sizeof(*got));
	int *fds = calloc((size_t)conns, sizeof(*fds));
	int ep = epoll_create1(EPOLL_CLOEXEC), i, n;
	char buf[4096];
	double end;
	ssize_t r;
	long done = 0;
	unsigned c;

	for (i = 0; i < conns; i++) {
		fds[i] = dial(sin);
		ev.data.u32 = (uint32_t)i;
		epoll_ctl(ep, EPOLL_CTL_ADD, fds[i], &ev);
	}
	end = seconds() + LENGTH;
	for (i = 0; i < conns; i++)
		if (send(fds[i], request, REQUEST, 0) != REQUEST)
			err(1, "send");
	while (seconds() < end) {
		n = epoll_wait(ep, evs, 256, 100);
		for (i = 0; i < n; i++) {
			c = evs[i].data.u32;
			r = recv(fds[c], buf, sizeof(buf), 0);
			if (r <= 0)
				errx(1, "the server hung up");
			if ((got[c] += (unsigned)r) < answer)
				continue;
			got[c] = 0;
			done++;
			if (send(fds[c], request, REQUEST, 0) != REQUEST)
				err(1, "send");
		}
	}
	for (i = 0; i < conns; i++)
		close(fds[i]);
	close(ep);
	free(fds);
	free(got);
	return (done);
}

struct result {
	double	 rate;			/* requests a second */
	double	 cpu;			/* us of the server's CPU a request */
};

static struct result
measure(void (*serve)(int, bool), bool http, int conns)
{
	struct sockaddr_in sin;
	struct rusage u;
	int fd = listen_any(&sin), status;
	long done;
	pid_t pid = fork();

	if (pid == -1)
		err(1, "fork");
	if (pid == 0) {
		pin(0);
		serve(fd, http);
		_exit(1);
	}
	close(fd);
	done = load(&sin, conns, http ? page_len : REQUEST);
	kill(pid, SIGKILL);
	if (wait4(pid, &status, 0, &u) == -1)
		err(1, "wait4");
	return ((struct result){ (double)done / LENGTH,
	    ((double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e6 +
	    (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec)) /
	    (double)done });
}

static void
compare(const char *what, bool http, int conns)
{
	double rate[2][ROUNDS], cpu[2][ROUNDS];
	struct result r;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		r = measure(serve_epoll, http, conns);
		rate[0][i] = r.rate;
		cpu[0][i] = r.cpu;
		r = measure(serve_green, http, conns);
		rate[1][i] = r.rate;
		cpu[1][i] = r.cpu;
	}
	for (i = 0; i < 2; i++) {
		qsort(rate[i], ROUNDS, sizeof(double), by_size);
		qsort(cpu[i], ROUNDS, sizeof(double), by_size);
		printf("%-5s %5d connections, %-8s %9.0f/s best %9.0f median "
		    "%6.2f us CPU best %6.2f median\n", what, conns,
		    i == 0 ? "epoll" : "libgreen", rate[i][ROUNDS - 1],
		    rate[i][ROUNDS / 2], cpu[i][0], cpu[i][ROUNDS / 2]);
	}
	printf("%-5s %5d connections, libgreen/epoll: rate %.3f, CPU %.3f\n",
	    what, conns, rate[1][ROUNDS / 2] / rate[0][ROUNDS / 2],
	    cpu[1][ROUNDS / 2] / cpu[0][ROUNDS / 2]);
	fflush(stdout);
}

int
main(void)
{
	static const int conns[] = { 1, 100, 1000 };
	struct rlimit rl;
	size_t i;

	if (getrlimit(RLIMIT_NOFILE, &rl) == 0) {
		rl.rlim_cur = rl.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &rl);
	}
	pin(1);
	for (i = 0; i < sizeof(conns) / sizeof(conns[0]); i++)
		compare("echo", false, conns[i]);
	for (i = 0; i < sizeof(conns) / sizeof(conns[0]); i++)
		compare("http", true, conns[i]);
	return (0);
}
