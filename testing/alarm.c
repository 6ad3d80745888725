/*
 * An alarm: a thread that waits for a run to end, and after so many seconds
 * ($GREEN_TEST_TIMEOUT, else 10) ends the process instead.  Who hangs cannot be
 * got out of whatever it is in; but it is told, with what its tasks wait for,
 * which the thread that runs them writes itself, in a signal handler.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <green.h>

#include "internal.h"

#define SECONDS		10
#define LONGEST		100000

static void
dump(int signo)
{
	(void)signo;
	green_dump(STDERR_FILENO);
	abort();
}

static void
end_process(struct green__alarm *w)
{
	const struct timespec a_while = { 10, 0 };
	struct sigaction sa;

	fprintf(stderr, "%s: it does not come back; its %u seconds are over\n",
	    w->text, w->seconds);
	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = dump;
	sa.sa_flags = (int)SA_RESETHAND;
	sigemptyset(&sa.sa_mask);
	(void)sigaction(SIGABRT, &sa, NULL);
	if (pthread_kill(w->watched, SIGABRT) == 0)
		nanosleep(&a_while, NULL);
	sa.sa_handler = SIG_DFL;
	(void)sigaction(SIGABRT, &sa, NULL);
	abort();
}

/* With the lock: until this round is over, or its time. */
static void
wait_round(struct green__alarm *w)
{
	unsigned long round = w->round;
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += w->seconds;
	while (w->round == round)
		if (pthread_cond_timedwait(&w->changed, &w->lock, &until) ==
		    ETIMEDOUT && w->round == round)
			end_process(w);
}

static void *
run(void *arg)
{
	struct green__alarm *w = arg;

	pthread_mutex_lock(&w->lock);
	while (!w->leaving) {
		if (w->armed)
			wait_round(w);
		else
			pthread_cond_wait(&w->changed, &w->lock);
	}
	pthread_mutex_unlock(&w->lock);
	return (NULL);
}

unsigned
green__test_seconds(void)
{
	const char *text = getenv("GREEN_TEST_TIMEOUT");
	long n = text == NULL ? SECONDS : strtol(text, NULL, 10);

	return (n < 1 || n > LONGEST ? SECONDS : (unsigned)n);
}

int
green__alarm_open(struct green__alarm *w)
{
	sigset_t all, before;
	int error;

	memset(w, 0, sizeof(*w));
	w->seconds = green__test_seconds();
	w->watched = pthread_self();
	if ((error = pthread_mutex_init(&w->lock, NULL)) != 0)
		goto fail_lock;
	if ((error = pthread_cond_init(&w->changed, NULL)) != 0)
		goto fail_changed;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&w->thread, NULL, run, w);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error != 0)
		goto fail_thread;
	return (0);
fail_thread:
	pthread_cond_destroy(&w->changed);
fail_changed:
	pthread_mutex_destroy(&w->lock);
fail_lock:
	errno = error;
	return (-1);
}

static void
change(struct green__alarm *w, bool armed, bool leaving)
{
	pthread_mutex_lock(&w->lock);
	w->armed = armed;
	w->leaving = leaving;
	w->round++;
	pthread_cond_signal(&w->changed);
	pthread_mutex_unlock(&w->lock);
}

void
green__alarm_arm(struct green__alarm *w, const char *text)
{
	snprintf(w->text, sizeof(w->text), "%s", text);
	change(w, true, false);
}

void
green__alarm_disarm(struct green__alarm *w)
{
	change(w, false, false);
}

void
green__alarm_close(struct green__alarm *w)
{
	change(w, false, true);
	pthread_join(w->thread, NULL);
	pthread_cond_destroy(&w->changed);
	pthread_mutex_destroy(&w->lock);
}
