/*
 * Random programs: what tasks fight for.  One has it at a time, or as many as
 * may; who came first gets it first; and in the end all is given back.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <errno.h>

#include "fuzz.h"

#define PATIENCE	3	/* ns of a wait that may be for nothing */

/* With what has been taken, some steps. */
static int
steps_with_it(struct fuzz_job *j)
{
	int rc;

	j->holds = true;
	rc = fuzz_steps(j, 1 + fuzz_draw(j->p, 2));
	j->holds = false;
	return (rc);
}

static int
lock(struct fuzz_job *j)
{
	struct fuzz *p = j->p;
	unsigned ticket;
	int rc, error;

	if (j->holds)
		return (0);
	ticket = ++p->ticket;
	if (fuzz_draw(p, 4) == 0) {
		rc = green_lock_acquire_nowait(&p->lock);
		fuzz_must(p, rc == 0 || (errno == EAGAIN &&
		    green_lock_locked(&p->lock)), "nowait tells the truth");
		if (rc == -1)
			return (0);
	} else if (fuzz_level(p, green_lock_acquire(&p->lock)) == -1)
		return (-1);
	fuzz_must(p, p->holder == NULL, "one task holds a lock");
	fuzz_must(p, ticket > p->served, "a lock goes to who came first");
	p->holder = green_self();
	p->served = ticket;
	rc = steps_with_it(j);
	error = errno;
	fuzz_must(p, p->holder == green_self() &&
	    green_lock_owner(&p->lock) == green_task_id(green_self()),
	    "a lock stays with its owner");
	p->holder = NULL;
	fuzz_must(p, green_lock_release(&p->lock) == 0, "release");
	errno = error;
	return (rc);
}

/* Whoever gets it keeps it, and all the others hear of his end. */
static int
doomed_lock(struct fuzz_job *j)
{
	struct fuzz *p = j->p;
	struct green_scope s;
	int rc;

	if (fuzz_draw(p, 4) != 0)
		return (0);
	green_move_on_after(&s, PATIENCE);
	rc = fuzz_level(p, green_lock_acquire(&p->doomed));
	if (rc == 0) {
		fuzz_must(p, !p->taken && !p->dead, "one task holds a lock");
		if (j->depth > 0)
			p->taken = j->dooms = true;
		else
			fuzz_must(p, green_lock_release(&p->doomed) == 0,
			    "release");
	} else if (errno == EDEADLK)
		fuzz_must(p, j->dooms, "EDEADLK is for the owner");
	else if (errno == EOWNERDEAD)
		fuzz_must(p, p->dead, "EOWNERDEAD is for the dead");
	else
		return ((int)green_scope_close(&s, rc));
	return ((int)green_scope_close(&s, 0));
}

static bool
in_stock(void *arg)
{
	struct fuzz *p = arg;

	fuzz_must(p, p->inside == NULL && green_cond_locked(&p->cond),
	    "the predicate is called with the lock");
	return (p->stock > 0);
}

static void
enter(struct fuzz *p)
{
	fuzz_must(p, p->inside == NULL, "one task is in the monitor");
	p->inside = green_self();
	if (fuzz_draw(p, 2) == 0)
		green_cancel_shielded_checkpoint();
	fuzz_must(p, p->inside == green_self(), "nobody else comes in");
}

static int
produce(struct fuzz_job *j)
{
	struct fuzz *p = j->p;
	size_t waiting, n = 1 + fuzz_draw(p, 3);

	if (j->holds)
		return (0);
	if (fuzz_level(p, green_cond_acquire(&p->cond)) == -1)
		return (-1);
	enter(p);
	p->stock++;
	p->made++;
	waiting = green_cond_waiting(&p->cond);
	fuzz_must(p, (n == 3 ? green_cond_notify_all(&p->cond) :
	    green_cond_notify(&p->cond, n)) == 0 &&
	    green_cond_waiting(&p->cond) ==
	    (n == 3 || waiting < n ? 0 : waiting - n),
	    "as many are notified as it says");
	p->inside = NULL;
	fuzz_must(p, green_cond_release(&p->cond) == 0, "release");
	return (0);
}

static int
consume(struct fuzz_job *j)
{
	struct fuzz *p = j->p;
	struct green_scope s;
	int rc, error;

	if (j->holds)
		return (0);
	if (fuzz_level(p, green_cond_acquire(&p->cond)) == -1)
		return (-1);
	enter(p);
	p->inside = NULL;
	green_move_on_after(&s, PATIENCE);
	rc = fuzz_level(p, green_cond_wait_for(&p->cond, in_stock, p));
	error = errno;
	enter(p);
	if (rc == 0) {
		fuzz_must(p, p->stock > 0, "wait_for waits until it is so");
		p->stock--;
		p->used++;
	}
	p->inside = NULL;
	fuzz_must(p, green_cond_release(&p->cond) == 0,
	    "who waited has the lock again");
	errno = error;
	return ((int)green_scope_close(&s, rc));
}

static int
permit(struct fuzz_job *j)
{
	struct fuzz *p = j->p;
	int rc, error;

	if (j->holds)
		return (0);
	if (fuzz_level(p, green_sem_acquire(&p->sem)) == -1)
		return (-1);
	fuzz_must(p, ++p->permits <= FUZZ_PERMITS,
	    "no more permits than there are");
	rc = steps_with_it(j);
	error = errno;
	p->permits--;
	fuzz_must(p, green_sem_release(&p->sem) == 0, "release");
	errno = error;
	return (rc);
}

/* A token for who, or (NULL) for the task. */
static int
token_for(struct fuzz_job *j, const void *who)
{
	struct fuzz *p = j->p;
	int rc, error;

	p->tokens++;
	fuzz_must(p, (who == NULL ? green_limiter_acquire_nowait(&p->limiter) :
	    green_limiter_acquire_for_nowait(&p->limiter, who)) == -1 &&
	    errno == EBUSY, "a borrower has one token");
	rc = steps_with_it(j);
	error = errno;
	p->tokens--;
	fuzz_must(p, (who == NULL ? green_limiter_release(&p->limiter) :
	    green_limiter_release_for(&p->limiter, who)) == 0, "release");
	errno = error;
	return (rc);
}

static int
token(struct fuzz_job *j)
{
	struct fuzz *p = j->p;
	unsigned k = fuzz_draw(p, FUZZ_BORROWERS);
	bool own = fuzz_draw(p, 2) == 0, busy = !own && p->borrows[k] > 0;
	unsigned before = p->lent[k];
	struct green_scope s;
	int rc, error;

	if (j->holds)
		return (0);
	if (fuzz_draw(p, 4) == 0)
		green_limiter_set_total(&p->limiter, fuzz_draw(p, 4));
	green_move_on_after(&s, PATIENCE);
	if (!own)
		p->borrows[k]++;
	rc = own ? green_limiter_acquire(&p->limiter) :
	    green_limiter_acquire_for(&p->limiter, &p->borrower[k]);
	if (rc == -1 && errno == EBUSY) {
		fuzz_must(p, busy, "EBUSY is for who borrows already");
		p->borrows[k]--;
		return ((int)green_scope_close(&s, 0));
	}
	/* Another has had it since only if this one was cancelled while waiting. */
	fuzz_must(p, rc == -1 || own ||
	    (!p->has_token[k] && p->lent[k] == before),
	    "a borrower has one token");
	rc = fuzz_level(p, rc);
	if (rc == 0 && !own) {
		p->has_token[k] = true;
		p->lent[k]++;
	}
	if (rc == 0) {
		rc = token_for(j, own ? NULL : &p->borrower[k]);
		if (!own)
			p->has_token[k] = false;
	}
	error = errno;
	if (!own)
		p->borrows[k]--;
	errno = error;
	return ((int)green_scope_close(&s, rc));
}

static int
guard(struct fuzz_job *j)
{
	struct fuzz *p = j->p;
	int rc = green_guard_enter(&p->guard);

	fuzz_must(p, rc == 0 ? !p->guarded : p->guarded && errno == EBUSY,
	    "a guard refuses the second, and only him");
	if (rc == -1)
		return (0);
	p->guarded = true;
	rc = fuzz_steps(j, 1);
	p->guarded = false;
	green_guard_leave(&p->guard);
	return (rc);
}

static int
event(struct fuzz_job *j)
{
	struct fuzz *p = j->p;
	struct green_scope s;
	int rc;

	if (fuzz_draw(p, 16) == 0)
		green_event_set(&p->event);
	green_move_on_after(&s, PATIENCE);
	rc = fuzz_level(p, green_event_wait(&p->event));
	fuzz_must(p, rc == -1 || green_event_is_set(&p->event),
	    "an event is waited for");
	return ((int)green_scope_close(&s, rc));
}

/* A future's outcome is what all who ask are told. */
static int
future(struct fuzz_job *j)
{
	struct fuzz *p = j->p;
	unsigned k = fuzz_draw(p, FUZZ_FUTURES);
	struct green_future *f = &p->future[k];
	struct green_scope s;
	void *value = NULL;
	int rc;

	if (fuzz_draw(p, 4) == 0) {
		bool fail = fuzz_draw(p, 2) == 0;

		rc = fail ? green_future_fail(f, EIO) : green_future_set(f, f);
		fuzz_must(p, rc == 0 ? p->outcome[k] == 0 :
		    p->outcome[k] != 0 && errno == EALREADY,
		    "a future is set once");
		if (rc == 0)
			p->outcome[k] = fail ? -1 : 1;
	}
	green_move_on_after(&s, PATIENCE);
	rc = green_future_wait(f, &value);
	if (rc == -1 && errno == EIO) {
		fuzz_must(p, p->outcome[k] == -1, "a future fails for a reason");
		rc = 0;
	} else if (rc == 0)
		fuzz_must(p, p->outcome[k] == 1 && value == f,
		    "a future has its value");
	return ((int)green_scope_close(&s, fuzz_level(p, rc)));
}

fuzz_step *const fuzz_sync_steps[] = {
	lock, lock, doomed_lock, produce, consume, permit, token, guard, event,
	future, NULL
};

void
fuzz_sync_begin(struct fuzz *p)
{
	fuzz_must(p, green_sem_init(&p->sem, FUZZ_PERMITS, FUZZ_PERMITS) == 0,
	    "init");
	green_limiter_init(&p->limiter, 2);
	green_cond_init(&p->cond, NULL);
}

/* Nobody waits for what is there. */
void
fuzz_sync_look(struct fuzz *p)
{
	size_t total = green_limiter_total(&p->limiter);
	size_t lent = green_limiter_borrowed(&p->limiter);

	fuzz_must(p, green_lock_waiting(&p->lock) == 0 ||
	    green_lock_locked(&p->lock), "nobody waits for a free lock");
	fuzz_must(p, green_sem_waiting(&p->sem) == 0 ||
	    green_sem_value(&p->sem) == 0, "nobody waits for a free permit");
	fuzz_must(p, green_limiter_waiting(&p->limiter) == 0 || lent >= total,
	    "nobody waits for a free token");
	fuzz_must(p, green_limiter_available(&p->limiter) ==
	    (lent < total ? total - lent : 0), "a limiter can count");
	fuzz_must(p, lent >= (size_t)p->tokens, "who has a token is a borrower");
	fuzz_must(p, !green_event_is_set(&p->event) ||
	    green_event_waiting(&p->event) == 0,
	    "nobody waits for what has happened");
}

void
fuzz_sync_end(struct fuzz *p)
{
	fuzz_must(p, !green_lock_locked(&p->lock), "a lock is given back");
	fuzz_must(p, !green_cond_locked(&p->cond) &&
	    green_cond_waiting(&p->cond) == 0, "a monitor is left");
	fuzz_must(p, p->made - p->used == p->stock && p->stock >= 0,
	    "what was made is used once");
	fuzz_must(p, green_sem_value(&p->sem) == FUZZ_PERMITS,
	    "permits are given back");
	fuzz_must(p, green_limiter_borrowed(&p->limiter) == 0,
	    "tokens are given back");
	fuzz_must(p, green_lock_locked(&p->doomed) == (p->taken || p->dead),
	    "a dead lock stays dead");
}
