/*
 * Random programs: tasks, groups and scopes, and those who meddle with them.
 * What a scope or a group gives back is worked out by the rules, from what went
 * in, and must be that.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "green/internal.h"

#include "fuzz.h"

#define DEPTH		4		/* of groups in groups */
#define CHILDREN	4		/* at most, of one group */

/*
 * Scopes.
 */

static struct green_scope **
show(struct fuzz *p, struct green_scope *s)
{
	struct green_scope **slot = &p->open[fuzz_draw(p, FUZZ_SLOTS)];

	if (*slot != NULL)
		return (NULL);
	*slot = s;
	return (slot);
}

static void
hide(struct green_scope **slot)
{
	if (slot != NULL)
		*slot = NULL;
}

/* Open a scope of some kind; does it become a timeout? */
static bool
open_scope(struct fuzz *p, struct green_scope *s)
{
	int64_t time = fuzz_draw(p, 5);

	switch (fuzz_draw(p, 6)) {
	case 0:
		green_move_on_after(s, time);
		return (false);
	case 1:
		green_move_on_at(s, green_now() + time);
		return (false);
	case 2:
		green_fail_after(s, time);
		return (true);
	case 3:
		green_fail_at(s, green_now() + time);
		return (true);
	case 4:
		green_move_on_after(s, 6);
		green_scope_set_shield(s, true);
		return (false);
	default:
		green_scope_open(s);
		green_scope_set_stoppable(s, fuzz_draw(p, 3) == 0);
		return (false);
	}
}

/* Close s with rc, and see that it does with it what it should. */
static int
close_scope(struct fuzz *p, struct green_scope *s, bool fails, int rc)
{
	bool catches = rc == -1 && errno == ECANCELED &&
	    green_scope_cancel_called(s) && !fuzz_model_cancelled_around(s);
	bool late = fails && green_scope_cause(s) == GREEN_DEADLINE;
	int error = errno, result;

	fuzz_must(p, green_now() <= green_scope_deadline(s) ||
	    green_scope_cancel_called(s), "no deadline passes unnoticed");
	result = (int)green_scope_close(s, rc);
	fuzz_must(p, green_scope_caught(s) == catches,
	    "the outermost cancelled scope catches, and no other");
	if (!catches)
		fuzz_must(p, result == rc && errno == error,
		    "a scope passes on what it does not catch");
	else
		fuzz_must(p, late ? result == -1 && errno == ETIMEDOUT :
		    result == 0, "a cancellation ends at its scope");
	/* A timeout is dealt with, or else it would end the program early. */
	return (result == -1 && errno == ETIMEDOUT ? 0 : result);
}

static int
scope(struct fuzz_job *j)
{
	struct fuzz *p = j->p;
	struct green_scope s, **slot;
	bool fails;
	int rc, error;

	fails = open_scope(p, &s);
	slot = show(p, &s);
	rc = fuzz_steps(j, 1 + fuzz_draw(p, 3));
	error = errno;
	hide(slot);
	if (fuzz_draw(p, 16) == 0)
		green_scope_cancel(&s, "its own");
	errno = error;
	return (close_scope(p, &s, fails, rc));
}

static int
block(struct fuzz_job *j)
{
	struct fuzz *p = j->p;
	struct green_scope s;
	int rc = 0, n = (int)fuzz_draw(p, 3);

	GREEN_SHIELD(&s, 4) {
		for (; n > 0 && rc == 0; n--)
			rc = fuzz_level(p, green_sleep(fuzz_draw(p, 4)));
		if (rc == -1)
			break;
	}
	fuzz_must(p, rc == -1 || !green_scope_caught(&s),
	    "a block catches what failed");
	return (fuzz_level(p, green_checkpoint_if_cancelled()));
}

/*
 * Groups.
 */

struct family {
	int	 live;
	int	 failures;		/* the body's included */
	int	 first;			/* errno of the first */
	bool	 saw_cancel;		/* in a cancelled group, ECANCELED */
	struct child {
		struct fuzz_job job;
		struct family *family;
		struct green_task *handle;
		const void *value;	/* inherited */
		enum {
			PLAIN, DAEMON, HANDLED, STARTING, FAILING, RETURNING
		} kind;
		bool	 ended, cancelled;
		int	 rc, code;
	} child[CHILDREN];
};

/* What becomes of the group when the child returns this. */
static void
note_end(struct child *c, int rc)
{
	struct family *f = c->family;
	const struct green_task *t = green__task();
	int error = errno;

	c->ended = true;
	c->rc = rc;
	c->code = error;
	c->cancelled = green__is_cancelled(t);
	f->live--;
	if (rc != -1 || t->patron != NULL)
		return;
	if (error != ECANCELED || !green__is_cancelled(t)) {
		if (f->failures++ == 0)
			f->first = error;
	} else if (t->group->scope.flags & SCOPE_EFFECTIVE)
		f->saw_cancel = true;
}

static int
live(struct child *c)
{
	struct fuzz_job *j = &c->job;
	int rc = 0;

	switch (c->kind) {
	case STARTING:
		rc = fuzz_steps(j, fuzz_draw(j->p, 3));
		if (rc == -1)
			return (-1);
		fuzz_must(j->p, green_started(c) == 0, "started");
		break;
	case FAILING:
		rc = fuzz_steps(j, fuzz_draw(j->p, 3));
		return (rc == 0 ? fuzz_fail(j->p) : rc);
	case RETURNING:
		return (fuzz_steps(j, fuzz_draw(j->p, 3)));
	default:
		break;
	}
	rc = fuzz_steps(j, 1 + fuzz_draw(j->p, 4));
	if (c->kind == DAEMON && rc == 0)
		rc = fuzz_level(j->p, green_sleep_forever());
	return (rc);
}

static int
child(void *arg)
{
	struct child *c = arg;
	struct fuzz_job *j = &c->job;
	int rc, error;

	fuzz_task_begins(j, c->value);
	rc = live(c);
	error = errno;
	fuzz_task_ends(j);
	errno = error;
	note_end(c, rc);
	return (rc);
}

/* green_start(), with what may come of it. */
static int
start(struct fuzz *p, struct green_group *g, struct child *c)
{
	bool handle = fuzz_draw(p, 2) == 0;
	void *value = NULL;
	int rc = 0;

	if (handle) {
		c->handle = green_start_task(g, child, c, &value);
		rc = c->handle == NULL ? -1 : 0;
	} else
		rc = green_start(g, child, c, &value);
	if (rc == 0) {
		fuzz_must(p, c->kind == STARTING && value == c,
		    "who has started says so");
		return (0);
	}
	fuzz_must(p, c->ended, "who does not start has ended");
	switch (errno) {
	case ECANCELED:
		/* The caller is cancelled; or the child was, by its group. */
		return (fuzz_model_cancelled() ? fuzz_level(p, -1) : 0);
	case EPROTO:
		fuzz_must(p, c->rc != -1, "EPROTO is for those who return");
		return (0);
	default:
		fuzz_must(p, c->rc == -1 && errno == c->code,
		    "a start fails as its task does");
		return (0);
	}
}

static int
spawn(struct fuzz *p, struct green_group *g, struct child *c)
{
	switch (c->kind) {
	case PLAIN:
		return (green_spawn(g, child, c));
	case DAEMON:
		return (green_spawn_daemon(g, child, c));
	case HANDLED:
		c->handle = green_spawn_task(g, child, c);
		return (c->handle == NULL ? -1 : 0);
	default:
		return (start(p, g, c));
	}
}

/* What a handle tells is what has happened. */
static int
handle(struct fuzz *p, struct child *c)
{
	enum green_task_status status = green_task_status(c->handle);
	int rc = 0;

	if (!c->ended) {
		fuzz_must(p, status == GREEN_TASK_PENDING ||
		    status == GREEN_TASK_CANCELLING, "who runs is pending");
		fuzz_must(p, green_task_result(c->handle) == -1 &&
		    errno == EINPROGRESS, "no result yet");
		if (fuzz_draw(p, 3) == 0)
			green_task_cancel(c->handle, "by its handle");
		rc = fuzz_level(p, green_task_wait(c->handle));
		if (rc == -1)
			return (-1);
		status = green_task_status(c->handle);
	}
	fuzz_must(p, c->ended, "who was waited for has ended");
	fuzz_must(p, status == (c->rc != -1 ? GREEN_TASK_FINISHED :
	    c->code == ECANCELED && c->cancelled ? GREEN_TASK_CANCELLED :
	    GREEN_TASK_FAILED), "the status is what happened");
	rc = green_task_result(c->handle);
	fuzz_must(p, rc == c->rc && (rc != -1 || errno == c->code),
	    "the result is what came back");
	if (fuzz_draw(p, 2) == 0) {
		green_task_release(c->handle);
		c->handle = NULL;
	}
	return (0);
}

/* The group's result, by the rules. */
static void
judge(struct fuzz *p, const struct green_group *g, struct family *f,
    bool waited, int body, int error, int rc)
{
	bool around = !green_scope_shield(&g->scope) &&
	    fuzz_model_cancelled();
	bool body_cancelled = body == -1 && error == ECANCELED;
	bool called = green_scope_cancel_called(&g->scope), catches = false;
	int code = errno;

	fuzz_must(p, f->live == 0, "a group closes when it is empty");
	fuzz_must(p, green_group_failures(g) == (size_t)f->failures,
	    "a group counts its failures");
	if (f->failures > 0)
		fuzz_must(p, rc == -1 && code == f->first,
		    "the first failure comes out");
	else if ((body_cancelled && (around || !called)) ||
	    (waited && (around || (f->saw_cancel && !called))))
		fuzz_must(p, rc == -1 && code == ECANCELED,
		    "a cancellation from around comes out");
	else if (body_cancelled || (f->saw_cancel && called)) {
		catches = true;
		fuzz_must(p, rc == 0, "a group catches its own cancellation");
	} else
		fuzz_must(p, rc == body, "a group passes its body's result on");
	fuzz_must(p, green_scope_caught(&g->scope) == catches,
	    "a group that catches says so");
}

static int
body(struct fuzz_job *j, struct green_group *g, struct family *f)
{
	struct fuzz *p = j->p;
	unsigned i, n = 1 + fuzz_draw(p, CHILDREN);
	struct child *c;
	int rc = 0;

	for (i = 0; i < n && rc == 0; i++) {
		c = &f->child[i];
		c->job.p = p;
		c->job.depth = j->depth + 1;
		c->family = f;
		c->value = green_local_get(p->handed_down);
		c->kind = fuzz_draw(p, 6);
		f->live++;
		rc = spawn(p, g, c);
		if (rc == 0 && fuzz_draw(p, 4) == 0)
			rc = fuzz_steps(j, 1);
	}
	if (rc == 0 && fuzz_draw(p, 2) == 0)
		rc = fuzz_steps(j, 1);
	for (i = 0; i < n && rc == 0; i++)
		if (f->child[i].handle != NULL && fuzz_draw(p, 2) == 0)
			rc = handle(p, &f->child[i]);
	return (rc);
}

static int
group(struct fuzz_job *j)
{
	struct fuzz *p = j->p;
	struct family f;
	struct green_group g;
	struct green_scope **slot;
	bool waited;
	int rc, result, error;

	if (j->depth >= DEPTH || j->holds)
		return (0);
	memset(&f, 0, sizeof(f));
	green_group_open(&g);
	if (fuzz_draw(p, 8) == 0)
		green_scope_set_deadline(&g.scope, green_now() + fuzz_draw(p, 6));
	slot = show(p, &g.scope);
	rc = body(j, &g, &f);
	error = errno;
	if (fuzz_draw(p, 16) == 0)
		green_group_cancel(&g, NULL);
	if (rc == -1 && (error != ECANCELED || !fuzz_model_cancelled())) {
		if (f.failures++ == 0)
			f.first = error;
	}
	waited = f.live > 0;
	errno = error;
	result = green_group_close(&g, rc);
	hide(slot);
	judge(p, &g, &f, waited, rc, error, result);
	/* What a child failed with is dealt with. */
	return (fuzz_failed(result) ? 0 : result);
}

/*
 * Patterns.
 */

struct piece {
	struct fuzz_job job;
	int	 rc;			/* -2: it has not run; -3: it runs */
	int	 code;
	int	 place;			/* among those that ended */
};
struct work {
	struct fuzz *p;
	int	 running, most;
	int	 ended, told;
	struct piece piece[6];
};

static int
do_piece(size_t i, void *arg)
{
	struct work *w = arg;
	struct piece *me = &w->piece[i];
	int rc, error;

	fuzz_must(w->p, me->rc == -2, "a piece is done once");
	me->rc = -3;
	if (++w->running > w->most)
		w->most = w->running;
	rc = fuzz_steps(&me->job, fuzz_draw(w->p, 3));
	error = errno;
	w->running--;
	me->rc = rc;
	me->code = error;
	/* Shielded since, it is not cancelled, and has ended like others. */
	if (rc != -1 || error != ECANCELED || !fuzz_model_cancelled())
		me->place = w->ended++;
	errno = error;
	return (rc == -1 ? -1 : (int)i);
}

/* A task of green_map() does several, and does not end with each. */
static int
map_piece(size_t i, void *arg)
{
	struct work *w = arg;
	int rc = do_piece(i, w), error = errno;

	if (w->piece[i].job.dooms) {
		w->p->taken = false;
		fuzz_must(w->p, green_lock_release(&w->p->doomed) == 0,
		    "release");
	}
	errno = error;
	return (rc);
}

struct call {
	struct work *w;
	size_t	 i;
};

static int
do_call(void *arg)
{
	struct call *c = arg;
	struct piece *me = &c->w->piece[c->i];
	int rc, error;

	fuzz_task_begins(&me->job, NULL);
	rc = do_piece(c->i, c->w);
	error = errno;
	fuzz_task_ends(&me->job);
	errno = error;
	return (rc);
}

static int
completed(size_t i, int rc, int code, void *arg)
{
	struct work *w = arg;
	struct piece *me = &w->piece[i];

	fuzz_must(w->p, rc == (me->rc == -1 ? -1 : (int)i),
	    "a completion tells the result");
	fuzz_must(w->p, rc != -1 || code == me->code, "and the failure");
	fuzz_must(w->p, me->place == w->told++,
	    "completions come in their order");
	return (fuzz_draw(w->p, 8) == 0 ? 1 : 0);
}

static void
judge_map(struct work *w, size_t n, size_t limit, int rc)
{
	size_t i;

	fuzz_must(w->p, w->running == 0, "map waits for all");
	fuzz_must(w->p, limit == 0 || w->most <= (int)limit,
	    "map keeps its limit");
	for (i = 0; i < n; i++)
		fuzz_must(w->p, rc == -1 || w->piece[i].rc == 0,
		    "map does every piece");
}

static int
gather(struct work *w, const struct green_call *calls, size_t n)
{
	int rc[6], result;
	size_t i;

	result = green_gather(calls, n, rc);
	for (i = 0; i < n; i++)
		fuzz_must(w->p, rc[i] == (w->piece[i].rc == 0 ? (int)i : -1),
		    "gather has each result");
	return (result);
}

static int
first(struct work *w, const struct green_call *calls, size_t n)
{
	int rc = green_first(calls, n);

	fuzz_must(w->p, w->running == 0, "first waits for all");
	fuzz_must(w->p, rc == -1 || ((size_t)rc < n &&
	    w->piece[rc].place == 0), "first tells who was");
	return (rc == -1 ? -1 : 0);
}

static int
pattern(struct fuzz_job *j)
{
	struct fuzz *p = j->p;
	struct work w;
	struct call call[6];
	struct green_call calls[6];
	size_t i, n = 1 + fuzz_draw(p, 6), limit = fuzz_draw(p, 4);
	int rc;

	if (j->depth >= DEPTH || j->holds)
		return (0);
	memset(&w, 0, sizeof(w));
	w.p = p;
	for (i = 0; i < 6; i++) {
		w.piece[i].job = (struct fuzz_job){ .p = p,
		    .depth = j->depth + 1 };
		w.piece[i].rc = -2;
		w.piece[i].place = -1;
		call[i] = (struct call){ &w, i };
		calls[i] = (struct green_call){ do_call, &call[i] };
	}
	switch (fuzz_draw(p, 4)) {
	case 0:
		rc = green_map(n, limit, map_piece, &w);
		judge_map(&w, n, limit, rc);
		break;
	case 1:
		rc = gather(&w, calls, n);
		break;
	case 2:
		rc = first(&w, calls, n);
		break;
	default:
		rc = green_as_completed(calls, n, completed, &w);
		rc = rc == 1 ? 0 : rc;
		break;
	}
	return (fuzz_failed(rc) ? 0 : fuzz_level(p, rc));
}

/*
 * The rest.
 */

static int
checkpoint(struct fuzz_job *j)
{
	if (fuzz_draw(j->p, 8) == 0)
		green_cancel_shielded_checkpoint();
	return (fuzz_level(j->p, green_checkpoint()));
}

static int
sleep_some(struct fuzz_job *j)
{
	int64_t began = green_now(), length = fuzz_draw(j->p, 4);
	int rc = fuzz_level(j->p, green_sleep(length));

	fuzz_must(j->p, rc == -1 || green_now() >= began + length,
	    "a sleep takes its time");
	return (rc);
}

static int
meddle(struct fuzz_job *j)
{
	struct fuzz *p = j->p;
	struct green_scope *s = p->open[fuzz_draw(p, FUZZ_SLOTS)];

	if (s == NULL)
		return (0);
	switch (fuzz_draw(p, 12)) {
	case 0:
	case 1:
		green_scope_cancel(s, "by lot");
		break;
	case 2:
		green_scope_stop(s, fuzz_draw(p, 5), "by lot");
		break;
	case 3:
	case 4:
		green_scope_set_shield(s, p->shielding && fuzz_draw(p, 2) == 0);
		break;
	case 5:
		green_scope_set_deadline(s, green_now() + fuzz_draw(p, 6) - 1);
		break;
	case 6:
		green_scope_extend(s, fuzz_draw(p, 6));
		break;
	case 7:
		green_scope_set_stoppable(s, fuzz_draw(p, 2) == 0);
		break;
	default:
		break;
	}
	return (0);
}

static int
fail(struct fuzz_job *j)
{
	if (j->depth == 0 || fuzz_draw(j->p, 8) != 0)
		return (0);
	return (fuzz_fail(j->p));
}

fuzz_step *const fuzz_tasks_steps[] = {
	scope, scope, scope, block, group, group, group, pattern, checkpoint,
	sleep_some, sleep_some, meddle, meddle, fail, NULL
};
