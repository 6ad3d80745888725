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
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "echo.h"
#include "loopback.h"

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

struct result {
	double	 rate;			/* requests a second */
	double	 cpu;			/* us of the server's CPU a request */
};

static double
cpu_of(clockid_t clock)
{
	struct timespec ts;

	if (clock_gettime(clock, &ts) == -1)
		err(1, "clock_gettime");
	return ((double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3);
}

/* The clients: each connection sends when it has got its answer. */
struct clients {
	int	 n;
	int	*fds;
	unsigned *got;			/* of the answer that is to come */
	unsigned answer;
	int	 ep;
	long	 done;
};

static void
ask(struct clients *c, int i)
{
	static const char request[REQUEST];

	if (send(c->fds[i], request, REQUEST, 0) != REQUEST)
		err(1, "send");
}

static void
connect_all(struct clients *c, const struct sockaddr_in *sin, int n)
{
	struct epoll_event ev = { .events = EPOLLIN | EPOLLET };
	int i;

	c->n = n;
	c->got = calloc((size_t)n, sizeof(*c->got));
	c->fds = calloc((size_t)n, sizeof(*c->fds));
	c->ep = epoll_create1(EPOLL_CLOEXEC);
	if (c->got == NULL || c->fds == NULL || c->ep == -1)
		err(1, "clients");
	for (i = 0; i < n; i++) {
		c->fds[i] = dial(sin);
		ev.data.u32 = (uint32_t)i;
		if (epoll_ctl(c->ep, EPOLL_CTL_ADD, c->fds[i], &ev) == -1)
			err(1, "epoll_ctl");
		ask(c, i);
	}
}

static void
close_all(struct clients *c)
{
	int i;

	for (i = 0; i < c->n; i++)
		close(c->fds[i]);
	close(c->ep);
	free(c->fds);
	free(c->got);
}

static void
keep_busy(struct clients *c, double until)
{
	struct epoll_event evs[256];
	char buf[4096];
	ssize_t r;
	int i, k, n;

	while (seconds() < until) {
		n = epoll_wait(c->ep, evs, 256, 100);
		for (k = 0; k < n; k++) {
			i = (int)evs[k].data.u32;
			r = recv(c->fds[i], buf, sizeof(buf), 0);
			if (r <= 0)
				errx(1, "the server hung up");
			if ((c->got[i] += (unsigned)r) < c->answer)
				continue;
			c->got[i] = 0;
			c->done++;
			ask(c, i);
		}
	}
}

/* When all are connected, and the server has come to know them. */
static struct result
load(const struct sockaddr_in *sin, int conns, unsigned answer, clockid_t clock)
{
	struct clients c = { .answer = answer };
	struct result r;
	double began;

	connect_all(&c, sin, conns);
	keep_busy(&c, seconds() + length / 4);
	c.done = 0;
	r.cpu = cpu_of(clock);
	began = seconds();
	keep_busy(&c, began + length);
	r.rate = (double)c.done / (seconds() - began);
	r.cpu = (cpu_of(clock) - r.cpu) / (double)c.done;
	close_all(&c);
	return (r);
}

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
	struct result r;
	clockid_t clock;
	int fd = listen_any(&sin), status;
	pid_t pid = fork();

	if (pid == -1)
		err(1, "fork");
	if (pid == 0)
		serve(s, fd, http);
	close(fd);
	if ((status = clock_getcpuclockid(pid, &clock)) != 0)
		errx(1, "clock_getcpuclockid: %s", strerror(status));
	r = load(&sin, conns, http ? page_len : REQUEST, clock);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return (r);
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
