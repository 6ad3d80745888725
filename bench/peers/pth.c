/* GNU Pth: threads, switched by its scheduler; it has no channels, but mutexes and
   conditions to make them of. */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#define _GNU_SOURCE

#include <sys/socket.h>

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <pth.h>
#include <unistd.h>

#include "../bench.h"
#include "peer.h"

#define MOST	10000		/* threads; it looks at all of them */

static struct trial *now;
static pth_attr_t joinable;
static long inside;			/* of the gate, as in bench/in_green.h */
static bool open_gate;

static void
enter(void)
{
	inside++;
	while (!open_gate)
		pth_yield(NULL);
}

static void
leave(void)
{
	if (--inside == 0)
		trial_stop(now);
}

/* All of them, and wait until they end. */
static int
in_threads(void *(*fn)(void *), long tasks, bool gated)
{
	pth_t *threads = calloc((size_t)tasks, sizeof(*threads));
	long i;

	open_gate = false;
	for (i = 0; i < tasks; i++)
		if ((threads[i] = pth_spawn(joinable, fn, (void *)i)) == NULL)
			return (-1);
	while (gated && inside < tasks)
		pth_yield(NULL);
	if (gated)
		trial_start(now);
	open_gate = true;
	for (i = 0; i < tasks; i++)
		pth_join(threads[i], NULL);
	free(threads);
	return (0);
}

/* Each does as much, if there are not too many. */
static int
share(struct trial *t, void *(*fn)(void *))
{
	if (t->tasks > MOST) {
		t->n = 0;
		return (0);
	}
	now = t;
	t->n = (t->n + t->tasks - 1) / t->tasks * t->tasks;
	return (in_threads(fn, t->tasks, true));
}

/* So many at once, again and again. */
static int
batches(struct trial *t, void *(*fn)(void *))
{
	long i, rounds = (t->n + t->tasks - 1) / t->tasks;
	int rc = 0;

	t->n = t->tasks > MOST ? 0 : rounds * t->tasks;
	now = t;
	for (i = 0; i < t->n && rc == 0; i += t->tasks)
		rc = in_threads(fn, t->tasks, false);
	return (rc);
}

static void *
hop(void *arg)
{
	long i;

	(void)arg;
	enter();
	for (i = 0; i < now->n / now->tasks; i++)
		pth_yield(NULL);
	leave();
	return (NULL);
}

static void *
empty(void *arg)
{
	return (arg);
}

static void *
nap(void *arg)
{
	(void)arg;
	pth_usleep((unsigned)(nap_ns(now->tasks) / 1000 + 1));
	return (NULL);
}

static int
hop_all(void *arg)
{
	return (share(arg, hop));
}

static int
spawn(void *arg)
{
	return (batches(arg, empty));
}

static int
nap_all(void *arg)
{
	return (batches(arg, nap));
}

/* A place for one item, which the sender leaves when it has been taken. */
static struct {
	pth_mutex_t m;
	pth_cond_t changed;
	bool	 full;
} place = { PTH_MUTEX_INIT, PTH_COND_INIT, false };

static void *
pass(void *arg)
{
	bool sender = (long)arg == 0;
	long i;

	enter();
	pth_mutex_acquire(&place.m, FALSE, NULL);
	for (i = 0; i < now->n; i++) {
		while (place.full == sender)
			pth_cond_await(&place.changed, &place.m, NULL);
		place.full = sender;
		pth_cond_notify(&place.changed, FALSE);
	}
	pth_mutex_release(&place.m);
	leave();
	return (NULL);
}

static int
channel(void *arg)
{
	struct trial *t = now = arg;

	if (t->tasks != 2) {
		t->n = 0;
		return (0);
	}
	return (in_threads(pass, 2, true));
}

static int
lock(void *arg)
{
	pth_mutex_t m = PTH_MUTEX_INIT;
	struct trial *t = arg;
	long i;

	for (i = 0; i < t->n; i++) {
		pth_mutex_acquire(&m, FALSE, NULL);
		pth_mutex_release(&m);
	}
	return (0);
}

static bool http;

static void *
answer(void *arg)
{
	int fd = (int)(intptr_t)arg;
	char buf[4096];
	ssize_t n;

	while ((n = pth_recv(fd, buf, sizeof(buf), 0)) > 0)
		if (!http)
			(void)pth_send(fd, buf, (size_t)n, MSG_NOSIGNAL);
		else
			for (; n > 0; n -= REQUEST)
				(void)pth_send(fd, page, sizeof(page) - 1,
				    MSG_NOSIGNAL);
	close(fd);
	return (NULL);
}

static int
serve(bool as_http)
{
	int fd, on = 1;

	http = as_http;
	pth_fdmode(3, PTH_FDMODE_BLOCK);
	while ((fd = pth_accept(3, NULL, NULL)) != -1) {
		/* It waits by select(2). */
		if (fd >= FD_SETSIZE)
			errx(1, "too many descriptors");
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		if (pth_spawn(PTH_ATTR_DEFAULT, answer, (void *)(intptr_t)fd) ==
		    NULL)
			errx(1, "pth_spawn");
	}
	return (1);
}

static const struct subject subjects[] = {
	{ "switch", "Pth", hop_all, NULL, { 2 }, NULL },
	{ "spawn", "Pth", spawn, NULL, { 1 }, NULL },
	{ "timer", "Pth", nap_all, NULL, { 1000 }, NULL },
	{ "channel", "Pth", channel, NULL, { 2 }, NULL },
	{ "lock", "Pth", lock, NULL, { 1 }, NULL },
	{ .name = NULL }
};

int
main(int argc, char *argv[])
{
	if (!pth_init())
		errx(1, "pth_init");
	joinable = pth_attr_new();
	pth_attr_set(joinable, PTH_ATTR_JOINABLE, TRUE);
	return (to_serve(argc, argv) ? serve(is_http(argv)) :
	    bench(argc, argv, subjects));
}
