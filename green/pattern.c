/*
 * Patterns: many functions at once, and what becomes of their results.  All are
 * made of one group each; of what they share with their tasks nothing outlives
 * the call.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "queue.h"

/* Spawn n tasks, the i-th for { all, i }, and wait for them. */
struct part {
	void	*all;
	size_t	 i;
};

static int
run_parts(size_t n, green_fn *fn, void *all, struct green_group *g)
{
	struct part p = { .all = all };
	int rc = 0;

	for (; p.i < n && rc == 0; p.i++)
		rc = green_spawn_copy_(g, fn, &p, sizeof(p), NULL, NULL);
	return (rc);
}

static int
run_group(size_t n, green_fn *fn, void *all)
{
	struct green_group g;

	if (green__check() == -1)
		return (-1);
	green_group_open(&g);
	return (green_group_close(&g, run_parts(n, fn, all, &g)));
}

struct map {
	size_t	 next;
	size_t	 n;
	int	(*fn)(size_t i, void *arg);
	void	*arg;
};

/* Each task takes the next piece of work, until none is left. */
static int
map_some(void *arg)
{
	struct map *m = ((struct part *)arg)->all;

	while (m->next < m->n && !green__is_cancelled(green__task()))
		if (m->fn(m->next++, m->arg) == -1)
			return (-1);
	return (m->next < m->n ? green__cancelled() : 0);
}

int
green_map(size_t n, size_t limit, int (*fn)(size_t i, void *arg), void *arg)
{
	struct map m = { 0, n, fn, arg };

	return (run_group(limit == 0 || limit > n ? n : limit, map_some, &m));
}

struct gather {
	const struct green_call *calls;
	int	*rc;
};

static int
gather_one(void *arg)
{
	struct part *p = arg;
	struct gather *all = p->all;
	int rc = all->calls[p->i].fn(all->calls[p->i].arg);

	if (all->rc != NULL)
		all->rc[p->i] = rc;
	return (rc == -1 ? -1 : 0);
}

int
green_gather(const struct green_call *calls, size_t n, int rc[])
{
	struct gather all = { calls, rc };
	size_t i;

	for (i = 0; i < n && rc != NULL; i++)
		rc[i] = -1;
	return (run_group(n, gather_one, &all));
}

/*
 * A race.  Whoever ends first decides; who ends because he is cancelled has not
 * ended first.
 */
struct race {
	const struct green_call *calls;
	struct green_group g;
	bool	 over;
	size_t	 winner;
	int	 result;
	int	 code;
	char	*errmsg;
};

static int
race_one(void *arg)
{
	struct part *p = arg;
	struct race *r = p->all;
	int rc = r->calls[p->i].fn(r->calls[p->i].arg), error = errno;

	if (rc == -1 && error == ECANCELED &&
	    green__is_cancelled(green__task()))
		return (-1);
	if (r->over)
		return (0);
	r->over = true;
	r->winner = p->i;
	r->result = rc;
	r->code = error;
	if (rc == -1)
		r->errmsg = strdup(green_errmsg());
	green_group_cancel(&r->g, "another one of green_first() was first");
	return (0);
}

int
green_first(const struct green_call *calls, size_t n)
{
	struct race r = { .calls = calls };
	int rc;

	if (green__check() == -1)
		return (-1);
	if (n == 0 || n > INT32_MAX)
		return (green__fail(EINVAL));
	green_group_open(&r.g);
	rc = green_group_close(&r.g, run_parts(n, race_one, &r, &r.g));
	if (rc != -1 && r.result == -1)
		rc = green__fail_text(r.code, r.errmsg);
	free(r.errmsg);
	return (rc == -1 ? -1 : (int)r.winner);
}

/*
 * Completions, in their order: each task that ends puts itself in line, and the
 * caller tells of them, one after the other.
 */
struct completion {
	STAILQ_ENTRY(completion) link;
	size_t	 i;
	int	 result;
	int	 code;
};
struct completions {
	const struct green_call *calls;
	struct completion *all;
	STAILQ_HEAD(, completion) line;
	size_t	 ncancelled;		/* tasks, of whom there is none */
	struct waiters caller;		/* while he waits for the next */
};

static int
complete_one(void *arg)
{
	struct part *p = arg;
	struct completions *cs = p->all;
	struct completion *c = &cs->all[p->i];
	bool cancelled;

	c->i = p->i;
	c->result = cs->calls[p->i].fn(cs->calls[p->i].arg);
	c->code = errno;
	cancelled = c->result == -1 && c->code == ECANCELED &&
	    green__is_cancelled(green__task());
	/* The caller may not be, if a shield has been put there since. */
	if (cancelled)
		cs->ncancelled++;
	else
		STAILQ_INSERT_TAIL(&cs->line, c, link);
	(void)green__wake_first(&cs->caller, 0, 0);
	return (cancelled ? -1 : 0);
}

static int
tell_all(struct completions *cs, size_t n,
    int (*done)(size_t i, int rc, int code, void *arg), void *arg)
{
	struct completion *c;
	struct queued self;
	int rc;

	while (n > cs->ncancelled) {
		if ((c = STAILQ_FIRST(&cs->line)) == NULL) {
			if (green__queue_wait(&cs->caller, &self,
			    "completion") == -1)
				return (-1);
			continue;
		}
		STAILQ_REMOVE_HEAD(&cs->line, link);
		n--;
		rc = done(c->i, c->result, c->code, arg);
		if (rc != 0)
			return (rc);
	}
	if (n == 0)
		return (0);
	return (green__check() == -1 ? -1 : green__fail(ECANCELED));
}

int
green_as_completed(const struct green_call *calls, size_t n,
    int (*done)(size_t i, int rc, int code, void *arg), void *arg)
{
	struct completions cs = { .calls = calls };
	struct green_group g;
	int rc, enough, error;

	if (green__check() == -1)
		return (-1);
	if (n > 0 && (cs.all = calloc(n, sizeof(*cs.all))) == NULL)
		return (green__fail(ENOMEM));
	STAILQ_INIT(&cs.line);
	green_group_open(&g);
	rc = run_parts(n, complete_one, &cs, &g);
	if (rc == 0)
		rc = tell_all(&cs, n, done, arg);
	enough = rc != -1 ? rc : 0;
	if (enough != 0)
		green_group_cancel(&g, "green_as_completed() has enough");
	rc = green_group_close(&g, rc);
	error = errno;
	free(cs.all);
	errno = error;
	return (rc == 0 ? enough : rc);
}
