/*
 * What a group remembers of its failures beyond their errno: names and texts.
 * A group has no room for them and nobody to free them, so its host keeps them,
 * until it ends; only those of the last groups, for a host that goes on for
 * ever.  Records are found by the group's serial number, never by a pointer,
 * which may point to memory that is something else by now.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define KEPT	64		/* groups of one host */

struct failure_record {
	TAILQ_ENTRY(failure_record) link;
	uint64_t serial;
	char	*first;			/* the first text, in full */
	struct green_error errors[GREEN_GROUP_ERRORS];
};

static struct failure_record *
find(const struct group *g, const struct green_task *host)
{
	struct failure_record *r;

	if (host == NULL)
		return (NULL);
	TAILQ_FOREACH(r, &host->failures, link)
		if (r->serial == g->serial)
			return (r);
	return (NULL);
}

static void
forget(struct green_task *host, struct failure_record *r)
{
	TAILQ_REMOVE(&host->failures, r, link);
	host->nfailures--;
	free(r->first);
	free(r);
}

static struct failure_record *
remember(struct group *g)
{
	struct green_task *host = g->scope.task;
	struct failure_record *r = find(g, host);

	if (r != NULL || (r = calloc(1, sizeof(*r))) == NULL)
		return (r);
	r->serial = g->serial;
	if (host->nfailures == KEPT)
		forget(host, TAILQ_FIRST(&host->failures));
	TAILQ_INSERT_TAIL(&host->failures, r, link);
	host->nfailures++;
	return (r);
}

void
green__failure_add(struct group *g, int code, const char *name,
    const char *text)
{
	struct failure_record *r;
	size_t i = g->nfailures++;

	if (i >= GREEN_GROUP_ERRORS)
		return;
	g->codes[i] = code;
	/* Out of memory, the codes alone are told. */
	if ((r = remember(g)) == NULL)
		return;
	r->errors[i].code = code;
	strlcpy(r->errors[i].task, name, sizeof(r->errors[i].task));
	strlcpy(r->errors[i].text, text, sizeof(r->errors[i].text));
	if (i == 0)
		r->first = strdup(text);
}

const char *
green__failure_text(const struct group *g, const struct green_task *host)
{
	struct failure_record *r = find(g, host);

	return (r == NULL ? NULL : r->first);
}

void
green__failures_free(struct green_task *t)
{
	while (!TAILQ_EMPTY(&t->failures))
		forget(t, TAILQ_FIRST(&t->failures));
}

int
green_group_error(const struct green_group *shown, size_t i,
    struct green_error *e)
{
	const struct group *g = GROUP(shown);
	struct failure_record *r;

	if (i >= g->nfailures || i >= GREEN_GROUP_ERRORS)
		return (green__fail(EINVAL));
	if ((r = find(g, green__task())) != NULL && r->errors[i].code != 0) {
		*e = r->errors[i];
		return (0);
	}
	memset(e, 0, sizeof(*e));
	e->code = g->codes[i];
	strlcpy(e->text, strerror(e->code), sizeof(e->text));
	return (0);
}
