/*
 * A 64-byte echo and a small HTTP answer, over so many connections, each of
 * which asks again when it has been answered: a server on libgreen beside two
 * written by hand on epoll and whatever else is named, one CPU for the server
 * and another, where there is one, for the clients.  CPU time is the server's.
 *
 *	BENCH_SERVERS='name=program ...' echo [subject connections [requests]]
 *	echo serve libgreen|epoll|epoll-buffers echo|http
 *
 * A program serves the listening socket that is its descriptor 3, as "echo" or
 * as "http", until it is killed, and so does this one if told to serve.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <netinet/in.h>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "bench.h"
#include "echo.h"
#include "loopback.h"

#define SERVERS		32
#define LISTENER	3		/* a program's */

struct server {
	const char *name;
	void	(*serve)(int fd, bool http);
	const char *program;		/* instead of that */
};

static struct server servers[SERVERS] = {
	{ "libgreen", serve_green, NULL },
	{ "epoll", serve_epoll, NULL },
	{ "epoll-buffers", serve_epoll_buffers, NULL }
};
static int nservers = 3;

/* What a subject is about. */
struct service {
	const struct server *server;
	bool	 http;
};

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
		fcntl(c->fds[i], F_SETFL, O_NONBLOCK);
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
keep_busy(struct clients *c, long requests)
{
	struct epoll_event evs[256];
	char buf[4096];
	ssize_t r;
	int i, k, n;

	for (c->done = 0; c->done < requests;) {
		if ((n = epoll_wait(c->ep, evs, 256, 10000)) == 0)
			errx(1, "no answer");
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

#define FEWEST	10		/* requests a connection */

/* It counts when all are connected, and the server has come to know them. */
static void
load(struct trial *t, const struct sockaddr_in *sin, unsigned answer,
    clockid_t clock)
{
	struct clients c = { .answer = answer };
	double cpu;

	if (t->n < FEWEST * t->tasks)
		t->n = FEWEST * t->tasks;
	connect_all(&c, sin, (int)t->tasks);
	keep_busy(&c, t->tasks + t->n / 4);
	cpu = seconds_of(clock);
	trial_start(t);
	keep_busy(&c, t->n);
	trial_stop(t);
	t->cpu = seconds_of(clock) - cpu;
	t->n = c.done;
	close_all(&c);
}

static void
serve(const struct server *s, int fd, bool http)
{
	pin(0);
	if (s->program == NULL)
		s->serve(fd, http);
	else if (fd == LISTENER ? fcntl(fd, F_SETFD, 0) != -1 :
	    dup2(fd, LISTENER) != -1)
		execl(s->program, s->program, http ? "http" : "echo", NULL);
	err(1, "%s", s->name);
}

static int
measure(void *arg)
{
	struct trial *t = arg;
	const struct service *s = t->arg;
	struct sockaddr_in sin;
	clockid_t clock;
	int fd = listen_any(&sin), status;
	pid_t pid = fork();

	if (pid == -1)
		return (-1);
	if (pid == 0)
		serve(s->server, fd, s->http);
	close(fd);
	if ((errno = clock_getcpuclockid(pid, &clock)) != 0)
		return (-1);
	load(t, &sin, s->http ? page_len : REQUEST, clock);
	kill(pid, SIGTERM);
	waitpid(pid, &status, 0);
	return (0);
}

/* "name=program ...", cut into its words. */
static void
add_servers(const char *list)
{
	char *word, *program, *all = strdup(list);

	for (word = strtok(all, " "); word != NULL; word = strtok(NULL, " ")) {
		if ((program = strchr(word, '=')) == NULL ||
		    nservers == SERVERS)
			errx(2, "BENCH_SERVERS: %s", word);
		*program++ = '\0';
		servers[nservers++] = (struct server){
			.name = word, .program = program
		};
	}
}

static int
compare(int argc, char *argv[])
{
	static struct subject table[2 * SERVERS + 1];
	static struct service services[2 * SERVERS];
	int i;

	for (i = 0; i < 2 * nservers; i++) {
		services[i].server = &servers[i % nservers];
		services[i].http = i >= nservers;
		table[i] = (struct subject){ i >= nservers ? "http" : "echo",
		    servers[i % nservers].name, measure, NULL,
		    { 1, 100, 1000 }, &services[i] };
	}
	return (bench(argc, argv, table));
}

static int
serve_as_told(const char *name, const char *protocol)
{
	int i;

	for (i = 0; i < nservers; i++)
		if (strcmp(servers[i].name, name) == 0)
			serve(&servers[i], LISTENER,
			    strcmp(protocol, "http") == 0);
	errx(2, "%s: no such server", name);
}

int
main(int argc, char *argv[])
{
	const char *more = getenv("BENCH_SERVERS");

	if (argc == 4 && strcmp(argv[1], "serve") == 0)
		return (serve_as_told(argv[2], argv[3]));
	if (more != NULL)
		add_servers(more);
	(void)many_descriptors();
	pin(1);
	return (compare(argc, argv));
}
