/*
 * Random programs of tasks, groups, scopes, shields, deadlines, locks, permits
 * and channels, each drawn from a seed and run on the mock clock in an order
 * that the seed shuffles; and what must hold in all of them.  $FUZZ_SEED is the
 * first seed, $FUZZ_PROGRAMS how many there are; a failure names its seed.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <green/channel.h>

#include "check.h"

#define DEPTH		4		/* of groups in groups */
#define ITEMS		4096		/* that one program may send */
#define PROGRAMS	300

struct program {
	uint64_t state;			/* of the generator */
	int	 tasks;			/* that have begun and not ended */
	int	 budget;		/* steps left to the whole program */
	struct green_lock lock;
	struct green_task *holder;
	struct green_sem sem;
	int	 permits;		/* taken */
	struct green_sender *tx;
	struct green_receiver *rx;
	int	 nitems;
	unsigned char sent[ITEMS], received[ITEMS];
	struct green_scope *open[64];	/* scopes that others may cancel */
	bool	 bad;
};

struct job {
	struct program *p;
	int	 depth;
	int	*live;			/* tasks of its group */
	bool	 holds;			/* something that others wait for */
};

static unsigned
draw(struct program *p, unsigned n)
{
	p->state ^= p->state << 13;
	p->state ^= p->state >> 7;
	p->state ^= p->state << 17;
	return ((unsigned)((p->state >> 11) % n));
}

/* One CHECK() for all: so many would drown whatever fails. */
static void
must(struct program *p, bool holds, const char *what)
{
	if (holds || p->bad)
		return;
	p->bad = true;
	CHECK_STR(what, "");
}

/* Cancellation is a level: what failed by it goes on failing. */
static int
level(struct program *p, int rc)
{
	if (rc == -1 && errno == ECANCELED) {
		must(p, green_checkpoint_if_cancelled() == -1 &&
		    errno == ECANCELED, "a cancellation that went away");
		errno = ECANCELED;
	}
	return (rc);
}

static int	 steps(struct job *j, int n);

/* A scope of some kind around some steps, cancelled by whom it may be. */
static int
in_scope(struct job *j)
{
	struct program *p = j->p;
	struct green_scope s;
	int64_t due = GREEN_FOREVER;
	unsigned slot = draw(p, 64);
	bool fails = false, registered = p->open[slot] == NULL;
	int rc;

	switch (draw(p, 4)) {
	case 0:
		green_scope_open(&s);
		break;
	case 1:
		green_move_on_after(&s, (int64_t)draw(p, 5));
		break;
	case 2:
		green_fail_after(&s, (int64_t)draw(p, 5));
		fails = true;
		break;
	case 3:
		green_move_on_after(&s, 6);
		green_scope_set_shield(&s, true);
		break;
	}
	due = green_scope_deadline(&s);
	if (registered)
		p->open[slot] = &s;
	rc = steps(j, 1 + (int)draw(p, 3));
	if (draw(p, 16) == 0)
		green_scope_cancel(&s, "the program's own");
	must(p, green_now() <= due || green_scope_cancel_called(&s),
	    "a deadline that passed unnoticed");
	if (registered)
		p->open[slot] = NULL;
	rc = (int)green_scope_close(&s, rc);
	must(p, !green_scope_caught(&s) || green_scope_cancel_called(&s),
	    "a scope that caught what was not its own");
	if (green_scope_caught(&s) && fails &&
	    green_scope_cause(&s) == GREEN_DEADLINE) {
		must(p, rc == -1 && errno == ETIMEDOUT, "a timeout untold");
		rc = 0;
	}
	return (rc == -1 && errno == ETIMEDOUT ? 0 : rc);
}

static int
child(void *arg)
{
	struct job *j = arg;
	int rc, error;

	j->p->tasks++;
	rc = steps(j, 1 + (int)draw(j->p, 4));
	error = errno;
	j->p->tasks--;
	--*j->live;
	errno = error;
	return (rc);
}

static int
in_group(struct job *j)
{
	struct program *p = j->p;
	struct green_group g;
	int live = 0, i, n = 1 + (int)draw(p, 3), rc = 0;
	struct job next = { p, j->depth + 1, &live, false };
	unsigned slot = draw(p, 64);
	bool registered = p->open[slot] == NULL;

	green_group_open(&g);
	if (registered)
		p->open[slot] = &g.scope;
	for (i = 0; i < n; i++) {
		live++;
		must(p, green_spawn_copy(&g, child, &next, sizeof(next)) == 0,
		    "a spawn that failed");
	}
	if (draw(p, 2) == 0)
		rc = steps(j, 1);
	if (draw(p, 16) == 0)
		green_group_cancel(&g, NULL);
	rc = green_group_close(&g, rc);
	if (registered)
		p->open[slot] = NULL;
	must(p, live == 0, "a group that closed with tasks in it");
	/* What a child failed with is dealt with. */
	return (rc == -1 && errno == EIO ? 0 : rc);
}

static int
with_lock(struct job *j)
{
	struct program *p = j->p;
	int rc, error;

	if (level(p, green_lock_acquire(&p->lock)) == -1)
		return (-1);
	must(p, p->holder == NULL, "a lock that two tasks hold");
	p->holder = green_self();
	j->holds = true;
	rc = steps(j, 1 + (int)draw(p, 2));
	error = errno;
	j->holds = false;
	must(p, p->holder == green_self(), "a lock that changed hands");
	p->holder = NULL;
	must(p, green_lock_release(&p->lock) == 0, "a release that failed");
	errno = error;
	return (rc);
}

static int
with_permit(struct job *j)
{
	struct program *p = j->p;
	int rc, error;

	if (level(p, green_sem_acquire(&p->sem)) == -1)
		return (-1);
	must(p, ++p->permits <= 2, "more permits than there are");
	j->holds = true;
	rc = steps(j, 1 + (int)draw(p, 2));
	error = errno;
	j->holds = false;
	p->permits--;
	must(p, green_sem_release(&p->sem) == 0, "a release that failed");
	errno = error;
	return (rc);
}

static int
send_one(struct job *j)
{
	struct program *p = j->p;
	struct green_scope s;
	int rc, item = p->nitems++;

	if (item >= ITEMS)
		return (0);
	green_move_on_after(&s, 3);
	rc = level(p, green_channel_send(p->tx, &item));
	p->sent[item] = rc == 0;
	return ((int)green_scope_close(&s, rc));
}

static int
receive_one(struct job *j)
{
	struct program *p = j->p;
	struct green_scope s;
	int rc, item = -1;

	green_move_on_after(&s, 3);
	rc = level(p, green_channel_receive(p->rx, &item));
	if (rc == 1)
		must(p, item >= 0 && ++p->received[item] == 1,
		    "an item that came twice");
	rc = (int)green_scope_close(&s, rc);
	return (rc == -1 ? -1 : 0);
}

static int
step(struct job *j)
{
	struct program *p = j->p;
	unsigned i;

	switch (draw(p, 12)) {
	case 0:
		return (level(p, green_checkpoint()));
	case 1:
	case 2:
		return (level(p, green_sleep((int64_t)draw(p, 4))));
	case 3:
	case 4:
		return (in_scope(j));
	case 5:
	case 6:
		return (j->depth < DEPTH && !j->holds ? in_group(j) : 0);
	case 7:
		return (j->holds ? 0 : with_lock(j));
	case 8:
		return (j->holds ? 0 : with_permit(j));
	case 9:
		return (send_one(j));
	case 10:
		return (receive_one(j));
	default:
		i = draw(p, 64);
		if (p->open[i] != NULL && draw(p, 3) == 0)
			green_scope_cancel(p->open[i], "by lot");
		else if (j->depth > 0 && draw(p, 8) == 0) {
			errno = EIO;
			return (-1);
		}
		return (0);
	}
}

static int
steps(struct job *j, int n)
{
	for (; n > 0 && j->p->budget-- > 0; n--)
		if (step(j) == -1)
			return (-1);
	return (0);
}

static int
run_program(void *arg)
{
	struct program *p = arg;
	int live = 1, item, i;
	struct job j = { p, 0, &live, false };

	(void)!green_sem_init(&p->sem, 2, 2);
	if (green_channel_open(sizeof(int), draw(p, 4), &p->tx, &p->rx) == -1)
		return (-1);
	while (p->budget > 0)
		(void)steps(&j, 10);
	must(p, p->tasks == 0, "a task that outlived its group");
	must(p, !green_lock_locked(&p->lock), "a lock that nobody released");
	must(p, green_sem_value(&p->sem) == 2, "a permit that was lost");
	while (green_channel_receive_nowait(p->rx, &item) == 1)
		must(p, ++p->received[item] == 1, "an item that came twice");
	for (i = 0; i < p->nitems && i < ITEMS; i++)
		must(p, p->sent[i] == p->received[i], "an item that was lost");
	green_sender_close(p->tx);
	green_receiver_close(p->rx);
	return (0);
}

static long
setting(const char *name, long otherwise)
{
	const char *value = getenv(name);

	return (value == NULL ? otherwise : strtol(value, NULL, 10));
}

PLAIN_TEST(random_programs_keep_every_promise)
{
	static struct program p;
	long seed = setting("FUZZ_SEED", 1);
	long end = seed + setting("FUZZ_PROGRAMS", PROGRAMS);
	struct green_options opt = { .mock_clock = true };

	for (; seed < end; seed++) {
		memset(&p, 0, sizeof(p));
		p.state = (uint64_t)seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
		p.budget = 200;
		opt.seed = (uint64_t)seed;
		if (!CHECK_INT(IN_LOOP(run_program, &p, &opt), 0) || p.bad) {
			fprintf(stderr, "FUZZ_SEED=%ld fails\n", seed);
			return;
		}
	}
}

CU_TestInfo fuzz_tests[] = {
	CLAIM(random_programs_keep_every_promise),
	CU_TEST_INFO_NULL
};
