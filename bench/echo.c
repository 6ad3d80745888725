/*
 * Requests a second and CPU time a request of a 64-byte echo and a small HTTP
 * answer: a server on libgreen beside a hand-written epoll server and whatever
 * else is named, one CPU for the server and another, where there is one, for the
 * clients, in turns.  Ratios are to the epoll server of the same round.
 *
 *	echo [-n rounds] [-t seconds] [name=program ...]
 *
 * A program serves the listening socket that is its descriptor 3, as "echo" or
 * as "http", until it is killed: bench/peers/echo builds and runs some.
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

#define SUBJECTS	8
#define LISTENER	3		/* a program's */

static int rounds = 5;
static double length = 1;		/* seconds of each measurement */

static struct subject {
	const char *name;
	void	(*serve)(int fd, bool http);
	const char *program;		/* instead of that */
} subjects[SUBJECTS] = {
	{ "epoll", serve_epoll, NULL },
	{ "libgreen", serve_green, NULL }
};
static int nsubjects = 2;

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

/* Keep conns connections busy for so many seconds; the requests answered. */
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
	end = seconds() + length;
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

static void
serve(const struct subject *s, int fd, bool http)
{
	pin(0);
	if (s->program == NULL)
		s->serve(fd, http);
	else if (fd == LISTENER ? fcntl(fd, F_SETFD, 0) != -1 :
	    dup2(fd, LISTENER) != -1)
		execl(s->program, s->program, http ? "http" : "echo", NULL);
	err(1, "%s", s->name);
}

static struct result
measure(const struct subject *s, bool http, int conns)
{
	struct sockaddr_in sin;
	struct rusage u;
	int fd = listen_any(&sin), status;
	long done;
	pid_t pid = fork();

	if (pid == -1)
		err(1, "fork");
	if (pid == 0)
		serve(s, fd, http);
	close(fd);
	done = load(&sin, conns, http ? page_len : REQUEST);
	kill(pid, SIGKILL);
	if (wait4(pid, &status, 0, &u) == -1)
		err(1, "wait4");
	return ((struct result){ (double)done / length,
	    ((double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e6 +
	    (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec)) /
	    (double)done });
}

static double
median(double *v)
{
	qsort(v, (size_t)rounds, sizeof(*v), by_size);
	return (v[rounds / 2]);
}

static void
compare(const char *what, bool http, int conns)
{
	double *v[SUBJECTS][4];
	struct result r, bare = { 0, 0 };
	int i, j, k;

	for (i = 0; i < nsubjects; i++)
		for (k = 0; k < 4; k++)
			if ((v[i][k] = calloc((size_t)rounds,
			    sizeof(double))) == NULL)
				err(1, "calloc");
	for (j = 0; j < rounds; j++)
		for (i = 0; i < nsubjects; i++) {
			r = measure(&subjects[i], http, conns);
			if (i == 0)
				bare = r;
			v[i][0][j] = r.rate;
			v[i][1][j] = r.cpu;
			v[i][2][j] = r.rate / bare.rate;
			v[i][3][j] = r.cpu / bare.cpu;
		}
	for (i = 0; i < nsubjects; i++) {
		printf("| %s | %d | %s | %.0f | %.2f | %.3f | %.3f |\n", what,
		    conns, subjects[i].name, median(v[i][0]), median(v[i][1]),
		    median(v[i][2]), median(v[i][3]));
		for (k = 0; k < 4; k++)
			free(v[i][k]);
	}
	fflush(stdout);
}

static void
usage(void)
{
	fprintf(stderr,
	    "usage: echo [-n rounds] [-t seconds] [name=program ...]\n");
	exit(2);
}

static void
add(char *arg)
{
	char *program = strchr(arg, '=');

	if (program == NULL || nsubjects == SUBJECTS)
		usage();
	*program++ = '\0';
	subjects[nsubjects++] = (struct subject){
		.name = arg, .program = program
	};
}

int
main(int argc, char *argv[])
{
	static const int conns[] = { 1, 100, 1000 };
	struct rlimit rl;
	size_t i;
	int c;

	while ((c = getopt(argc, argv, "n:t:")) != -1)
		if (c == 'n')
			rounds = (int)strtol(optarg, NULL, 10);
		else if (c == 't')
			length = strtod(optarg, NULL);
		else
			usage();
	if (rounds < 1 || length <= 0)
		usage();
	while (optind < argc)
		add(argv[optind++]);
	if (getrlimit(RLIMIT_NOFILE, &rl) == 0) {
		rl.rlim_cur = rl.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &rl);
	}
	pin(1);
	printf("| | connections | server | requests/s | us of CPU a request | "
	    "rate / epoll | CPU / epoll |\n"
	    "| --- | --- | --- | --- | --- | --- | --- |\n");
	for (i = 0; i < sizeof(conns) / sizeof(conns[0]); i++)
		compare("echo", false, conns[i]);
	for (i = 0; i < sizeof(conns) / sizeof(conns[0]); i++)
		compare("http", true, conns[i]);
	return (0);
}
