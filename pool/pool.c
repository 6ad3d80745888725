/*
 * The pool: worker threads that all loops of the process share.  Jobs wait in
 * one line.  A worker is at work on one, or looks for one, or is idle; while
 * one looks, nobody else has to be woken, as it does not stop before the line
 * is empty.  So whoever puts a job in line, or takes one and leaves others
 * there, sees to it that a worker looks: he wakes an idle one, the last that
 * became idle, or starts one.
 *
 * Each worker that leaves joins the one that left before it, so that joining
 * the last is joining them all: at the process's end nothing is left behind.
 * One whose job ends the thread, by pthread_exit() or since it is cancelled,
 * leaves in the same way, by a cleanup handler, and another takes its place if
 * there is a job for it.
 *
 * Numbers in brackets are steps of tests/models/pool.pml, which spin checks.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stddef.h>
#include <time.h>

#include "green/internal.h"
#include "green/probe.h"

#include "internal.h"
#include "thread.h"

#define NAME		"green-worker"
#define STACK_SIZE	(1024 * 1024)

int64_t green__pool_patience = 10 * GREEN_SEC;

struct worker {
	SLIST_ENTRY(worker) link;	/* while it is idle */
	pthread_cond_t wake;
	bool	 woken;
	atomic_uint expected;		/* how many are about to signal wake */
	struct green__job *job;		/* which it is at work on */
	struct spin spin;
	unsigned seen;			/* pool.nsubmits, when the line was empty */
};

static struct {
	pthread_mutex_t lock;
	struct green__jobs jobs;
	SLIST_HEAD(, worker) idle;
	size_t	 nworkers;
	atomic_size_t nlooking;		/* falls only with the lock held */
	atomic_uint nsubmits;
	pthread_t last_left;
	bool	 has_left;		/* last_left is to be joined */
	bool	 ending;		/* whoever is idle leaves */
	pthread_cond_t none_looks;
} pool = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.jobs = TAILQ_HEAD_INITIALIZER(pool.jobs),
	.none_looks = PTHREAD_COND_INITIALIZER
};

/* Stands for a worker that is still to be started. */
static struct worker unborn;

static void	 summon(struct worker *w);

/*
 * One more worker is to look for jobs: which, for summon().  It counts already,
 * but runs only once the lock is free, lest it run into it.
 */
static struct worker *
choose(void)
{
	struct worker *w = SLIST_FIRST(&pool.idle);

	atomic_fetch_add(&pool.nlooking, 1);			/* (1) */
	if (w == NULL) {
		pool.nworkers++;
		return (&unborn);
	}
	SLIST_REMOVE_HEAD(&pool.idle, link);
	atomic_fetch_add(&w->expected, 1);
	w->woken = true;
	return (w);
}

/* With the lock: true, if nobody looks any more. */
static bool
stop_looking(void)
{
	if (atomic_fetch_sub(&pool.nlooking, 1) > 1)		/* (2) */
		return (false);
	if (pool.ending)
		pthread_cond_broadcast(&pool.none_looks);
	return (true);
}

static bool
submitted(void *worker)
{
	return (atomic_load_explicit(&pool.nsubmits, memory_order_relaxed) !=
	    ((struct worker *)worker)->seen);
}

/* Before it is idle, it looks on for a while: with the lock, which it leaves.
   true: it is to look at the line once more. */
static bool
linger(struct worker *w)
{
	int64_t idle = GREEN_FOREVER;

	w->seen = pool.nsubmits;
	pthread_mutex_unlock(&pool.lock);
	(void)green__spin(&w->spin, &idle, submitted, w);
	pthread_mutex_lock(&pool.lock);
	return (pool.ending || !TAILQ_EMPTY(&pool.jobs));
}

/* Be idle until called; false: for so long that it is time to go. */
static bool
stay_idle(struct worker *w)
{
	struct timespec until;

	if (linger(w))
		return (true);
	until = green__deadline(green__pool_patience);
	w->woken = false;					/* (9) */
	SLIST_INSERT_HEAD(&pool.idle, w, link);
	(void)stop_looking();
	while (!w->woken) {
		if (pthread_cond_timedwait(&w->wake, &pool.lock, &until) !=
		    ETIMEDOUT || w->woken)
			continue;
		SLIST_REMOVE(&pool.idle, w, worker, link);	/* (10) */
		atomic_fetch_add(&pool.nlooking, 1);
		return (false);
	}
	return (true);
}

/* Before others see that it is done, it looks: they may have the next. */
static void
end_job(struct green__job *j)
{
	atomic_fetch_add(&pool.nlooking, 1);			/* (12) */
	j->done(j, 0);						/* (13) */
}

/* Take jobs until none is left. */
static void
work(struct worker *w)
{
	struct green__job *j;
	struct worker *help;

	while ((j = TAILQ_FIRST(&pool.jobs)) != NULL) {
		TAILQ_REMOVE(&pool.jobs, j, link);		/* (8) */
		j->waits = false;
		help = stop_looking() && !TAILQ_EMPTY(&pool.jobs) ? choose() :
		    NULL;
		pthread_mutex_unlock(&pool.lock);
		summon(help);
		w->job = j;
		j->run(j);					/* (11) */
		end_job(j);
		pthread_mutex_lock(&pool.lock);
	}
}

/* With the lock, which it leaves; one that looks. */
static void
leave(struct worker *w)
{
	bool none_looks = stop_looking(), join;			/* (14) */
	struct worker *help = NULL;
	pthread_t before;

	pool.nworkers--;
	if (none_looks && !TAILQ_EMPTY(&pool.jobs))
		help = choose();
	join = pool.has_left;
	before = pool.last_left;
	pool.has_left = true;
	pool.last_left = pthread_self();
	pthread_mutex_unlock(&pool.lock);
	summon(help);

	while (atomic_load(&w->expected) > 0)			/* (15) */
		sched_yield();
	pthread_cond_destroy(&w->wake);
	if (join)
		pthread_join(before, NULL);			/* (16) */
}

/* The thread ends in the midst of a job. */
static void
fall(void *arg)
{
	struct worker *w = arg;

	w->job->fell(w->job);
	end_job(w->job);
	pthread_mutex_lock(&pool.lock);
	leave(w);
}

static void *
worker(void *arg)
{
	struct worker self = { .woken = true };

	/* Only what a job runs of the program's may be cancelled. */
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	green__thread_name(NAME);
	(void)green__cond_init(&self.wake);

	pthread_cleanup_push(fall, &self);
	pthread_mutex_lock(&pool.lock);
	do
		work(&self);
	while (!pool.ending && stay_idle(&self));
	pthread_cleanup_pop(0);
	leave(&self);
	return (arg);
}

/*
 * A worker could not be started.  With others at work, the jobs wait for them;
 * one that has become idle meanwhile, as this one was to come, is called.
 * Without any thread nobody does the jobs, nor will.
 */
static void
give_up(int error)
{
	struct green__jobs jobs = TAILQ_HEAD_INITIALIZER(jobs);
	struct green__job *j;
	struct worker *help = NULL;
	bool none_looks;

	pthread_mutex_lock(&pool.lock);
	none_looks = stop_looking();				/* (4) */
	if (--pool.nworkers == 0) {
		TAILQ_CONCAT(&jobs, &pool.jobs, link);
		TAILQ_FOREACH(j, &jobs, link)
			j->waits = false;
	} else if (none_looks && !TAILQ_EMPTY(&pool.jobs) &&
	    !SLIST_EMPTY(&pool.idle))
		help = choose();
	pthread_mutex_unlock(&pool.lock);
	summon(help);
	while ((j = TAILQ_FIRST(&jobs)) != NULL) {
		TAILQ_REMOVE(&jobs, j, link);
		j->done(j, error);				/* (5) */
	}
}

/* Start the worker that choose() has counted already. */
static void
start(void)
{
	pthread_t thread;
	int error;

	error = green__thread_start(&thread, STACK_SIZE, worker, NULL);
	if (error != 0)
		give_up(error);
}

/* Without the lock.  w: from choose(), or NULL. */
static void
summon(struct worker *w)
{
	if (w == &unborn)					/* (3) */
		start();
	else if (w != NULL) {
		pthread_cond_signal(&w->wake);			/* (6) */
		atomic_fetch_sub(&w->expected, 1);		/* (7) */
	}
}

static void
before_fork(void)
{
	pthread_mutex_lock(&pool.lock);
}

static void
after_fork(void)
{
	pthread_mutex_unlock(&pool.lock);
}

/* The child has none of the threads; their jobs are the parent's. */
static void
after_fork_in_child(void)
{
	TAILQ_INIT(&pool.jobs);
	SLIST_INIT(&pool.idle);
	pool.nworkers = 0;
	pool.nlooking = 0;
	pool.has_left = false;
	pool.ending = false;
	pthread_cond_init(&pool.none_looks, NULL);
	pthread_mutex_unlock(&pool.lock);
	green__calls_leave_behind();
}

/* For green_stats(). */
static void
count(struct green_stats *st)
{
	const struct green__job *j;
	const struct worker *w;

	pthread_mutex_lock(&pool.lock);
	st->threads = pool.nworkers;
	SLIST_FOREACH(w, &pool.idle, link)
		st->threads_idle++;
	TAILQ_FOREACH(j, &pool.jobs, link)
		st->calls_queued++;
	pthread_mutex_unlock(&pool.lock);
}

static void
prepare(void)
{
	atomic_store(&green__count_threads, count);
	(void)pthread_atfork(before_fork, after_fork, after_fork_in_child);
}

void
green__pool_prepare(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, prepare);
}

void
green__pool_submit(struct green__jobs *jobs)
{
	struct green__job *j;
	struct worker *w;

	TAILQ_FOREACH(j, jobs, link)
		j->waits = true;
	pthread_mutex_lock(&pool.lock);
	TAILQ_CONCAT(&pool.jobs, jobs, link);			/* (17) */
	atomic_fetch_add(&pool.nsubmits, 1);
	w = atomic_load(&pool.nlooking) == 0 ? choose() : NULL;
	pthread_mutex_unlock(&pool.lock);
	summon(w);
}

bool
green__pool_withdraw(struct green__job *j)
{
	bool waits;

	pthread_mutex_lock(&pool.lock);
	waits = j->waits;					/* (18) */
	if (waits)
		TAILQ_REMOVE(&pool.jobs, j, link);
	j->waits = false;
	pthread_mutex_unlock(&pool.lock);
	return (waits);
}

/* Workers that are neither idle nor looking are at work. */
size_t
green_thread_calls_(void)
{
	struct green__job *j;
	struct worker *w;
	size_t n;

	pthread_mutex_lock(&pool.lock);
	n = pool.nworkers - atomic_load(&pool.nlooking);
	SLIST_FOREACH(w, &pool.idle, link)
		n--;
	TAILQ_FOREACH(j, &pool.jobs, link)
		n++;
	pthread_mutex_unlock(&pool.lock);
	return (n);
}

__attribute__((__destructor__)) void
green__pool_end(void)
{
	struct worker *w;
	pthread_t last;
	bool join;

	pthread_mutex_lock(&pool.lock);
	pool.ending = true;					/* (19) */
	SLIST_FOREACH(w, &pool.idle, link) {
		w->woken = true;
		atomic_fetch_add(&pool.nlooking, 1);
		pthread_cond_signal(&w->wake);
	}
	SLIST_INIT(&pool.idle);
	while (pool.nlooking > 0)				/* (20) */
		pthread_cond_wait(&pool.none_looks, &pool.lock);
	join = pool.has_left;
	last = pool.last_left;
	pool.has_left = false;
	pool.ending = false;
	pthread_mutex_unlock(&pool.lock);
	if (join)
		pthread_join(last, NULL);			/* (21) */
}
