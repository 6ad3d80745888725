/*
 * Random programs of all that there is, each drawn from a seed and run on the
 * mock clock in an order that the seed shuffles; and what must hold in all of
 * them.  $FUZZ_SEED is the first seed, $FUZZ_PROGRAMS how many there are; a
 * failure, a crash and a program that hangs name their seed.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "fuzz.h"

#define STEPS		200	/* of all tasks of a program together */
#define PROGRAMS	300	/* of them, some */
#define AGAIN		8	/* run twice, and */
#define THREADS		64	/* some with worker threads */
#define LOOK		8	/* steps from one look at all to the next */

static struct fuzz *running;		/* for the destructor of values */

unsigned
fuzz_draw(struct fuzz *p, unsigned n)
{
	p->state ^= p->state << 13;
	p->state ^= p->state >> 7;
	p->state ^= p->state << 17;
	return ((unsigned)((p->state >> 11) % n));
}

static const int failures[] = { EIO, EDOM, ERANGE, ENOSPC };
#define NFAILURES	(sizeof(failures) / sizeof(failures[0]))

int
fuzz_fail(struct fuzz *p)
{
	errno = failures[fuzz_draw(p, NFAILURES)];
	return (-1);
}

bool
fuzz_failed(int rc)
{
	size_t i;

	for (i = 0; rc == -1 && i < NFAILURES; i++)
		if (errno == failures[i])
			return (true);
	return (false);
}

void
fuzz_must(struct fuzz *p, bool holds, const char *what)
{
	if (holds || p->bad)
		return;
	p->bad = true;
	check_(false, what, __FILE__, __LINE__);
}

int
fuzz_level(struct fuzz *p, int rc)
{
	/* Shielded before it could run, a task whose wait was cancelled is not
	   cancelled any more. */
	if (rc != -1 || errno != ECANCELED || p->shielding)
		return (rc);
	fuzz_must(p, fuzz_model_cancelled(), "ECANCELED means cancelled");
	fuzz_must(p, green_checkpoint_if_cancelled() == -1 &&
	    errno == ECANCELED, "a cancellation stays");
	errno = ECANCELED;
	return (-1);
}

/* Two runs of one program take the same way. */
static void
trace(struct fuzz *p, uint64_t what)
{
	p->trace = (p->trace ^ what) * UINT64_C(0x100000001b3);
}

static void
look(struct fuzz *p)
{
	if (p->bad)
		return;
	fuzz_sync_look(p);
	fuzz_trade_look(p);
	fuzz_model_look(p);
}

static fuzz_step *
draw_step(struct fuzz *p)
{
	fuzz_step *const *parts[] = { fuzz_tasks_steps, fuzz_sync_steps,
	    fuzz_trade_steps };
	fuzz_step *const *part = parts[fuzz_draw(p, 4) % 3];
	unsigned n = 0;

	while (part[n] != NULL)
		n++;
	return (part[fuzz_draw(p, n)]);
}

int
fuzz_steps(struct fuzz_job *j, unsigned n)
{
	struct fuzz *p = j->p;
	int rc = 0;

	while (n-- > 0 && rc == 0 && p->budget > 0) {
		p->budget--;
		rc = draw_step(p)(j);
		trace(p, green_task_id(green_self()));
		trace(p, (uint64_t)(green_now() - p->began));
		trace(p, (uint64_t)(rc == -1 ? errno : -rc));
		if (p->budget % LOOK == 0) {
			int error = errno;

			look(p);
			errno = error;
		}
	}
	return (rc);
}

static void
destroy(void *value)
{
	(void)value;
	running->values--;
}

void
fuzz_task_begins(struct fuzz_job *j, const void *handed_down)
{
	struct fuzz *p = j->p;

	p->tasks++;
	fuzz_must(p, green_local_get(p->mine) == NULL,
	    "a task begins without values of its own");
	if (handed_down != NULL)
		fuzz_must(p, green_local_get(p->handed_down) == handed_down,
		    "a task begins with what is handed down");
	fuzz_must(p, green_local_set(p->handed_down, j) == 0 &&
	    green_local_set(p->mine, j) == 0, "set");
	p->values++;
}

void
fuzz_task_ends(struct fuzz_job *j)
{
	struct fuzz *p = j->p;

	p->tasks--;
	fuzz_must(p, green_local_get(p->handed_down) == j &&
	    green_local_get(p->mine) == j, "a task's values are its own");
	if (j->dooms) {
		p->taken = false;
		p->dead = true;
	}
}

static int
run_program(void *arg)
{
	struct fuzz *p = arg;
	struct fuzz_job j = { .p = p };

	p->began = green_now();
	fuzz_sync_begin(p);
	fuzz_trade_begin(p);
	fuzz_task_begins(&j, NULL);
	while (p->budget > 0 && !p->bad)
		(void)fuzz_steps(&j, 10);
	fuzz_task_ends(&j);
	look(p);
	fuzz_must(p, p->tasks == 0, "no task outlives its group");
	fuzz_sync_end(p);
	fuzz_trade_end(p);
	return (0);
}

/* Its trace. */
static uint64_t
run_seed(struct fuzz *p, uint64_t seed)
{
	struct green_options opt = { .mock_clock = true, .seed = seed };
	static struct green_key mine, handed_down;

	memset(p, 0, sizeof(*p));
	if (mine.id == 0 && (green_key_create(&mine, destroy, 0) == -1 ||
	    green_key_create(&handed_down, NULL, GREEN_KEY_INHERIT) == -1))
		fuzz_must(p, false, "keys");
	p->mine = mine;
	p->handed_down = handed_down;
	p->state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
	p->budget = STEPS;
	p->threads = seed % THREADS == 0;
	p->shielding = seed % 4 == 0;
	running = p;
	if (IN_LOOP(run_program, p, &opt) == -1)
		fuzz_must(p, false, green_errmsg());
	fuzz_must(p, p->values == 0, "values are destroyed");
	return (p->trace);
}

static uint64_t
setting(const char *name, uint64_t otherwise)
{
	const char *value = getenv(name);

	return (value == NULL ? otherwise : strtoull(value, NULL, 10));
}

PLAIN_TEST(random_programs_keep_every_promise)
{
	static struct fuzz p;
	uint64_t seed = setting("FUZZ_SEED", 1), way;
	uint64_t end = seed + setting("FUZZ_PROGRAMS", PROGRAMS);

	for (; seed != end && !p.bad; seed++) {
		check_note("FUZZ_SEED=%ju", (uintmax_t)seed);
		way = run_seed(&p, seed);
		if (seed % AGAIN == 1 && !p.threads && !p.bad)
			fuzz_must(&p, run_seed(&p, seed) == way,
			    "a seed decides the way");
		if (p.bad)
			fprintf(stderr, "FUZZ_SEED=%ju fails\n",
			    (uintmax_t)seed);
	}
	p.bad = false;
	CHECK(seed == end);
}

CU_TestInfo fuzz_tests[] = {
	CLAIM(random_programs_keep_every_promise),
	CU_TEST_INFO_NULL
};
