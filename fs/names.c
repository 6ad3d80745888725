/*
 * All names of a directory, sorted.  They lie one after the other in one text,
 * each after its type; what they are sorted by comes first in a number, so that
 * few of them have to be looked at.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "names.h"

#define FIRST	1024			/* bytes of text to begin with */
#define SOME	32			/* names, likewise */

struct reading {
	int	 fd;
	struct green__names *names;
	size_t	 room;			/* for names */
	size_t	 len;			/* of text */
	size_t	 size;
};

static int
need_text(struct reading *r, size_t len)
{
	size_t size = r->size == 0 ? FIRST : r->size;
	char *text;

	while (size - r->len < len)
		size *= 2;
	if (size == r->size)
		return (0);
	if ((text = realloc(r->names->text, size)) == NULL)
		return (-1);
	r->names->text = text;
	r->size = size;
	return (0);
}

static int
need_name(struct reading *r)
{
	size_t room = r->room == 0 ? SOME : r->room * 2;
	struct green__name *name;

	if (r->names->n < r->room)
		return (0);
	name = reallocarray(r->names->name, room, sizeof(*name));
	if (name == NULL)
		return (-1);
	r->names->name = name;
	r->room = room;
	return (0);
}

static int
add(void *arg, const char *name, unsigned char type, ino_t ino)
{
	struct reading *r = arg;
	size_t len = strlen(name) + 1;

	if (name[0] == '.' && (name[1] == '\0' ||
	    (name[1] == '.' && name[2] == '\0')))
		return (0);
	if (need_text(r, len + 1) == -1 || need_name(r) == -1)
		return (-1);
	if (type == DT_UNKNOWN)
		type = green__type_at(r->fd, name);
	r->names->text[r->len] = (char)type;
	memcpy(r->names->text + r->len + 1, name, len);
	r->names->name[r->names->n++].key = (uint64_t)ino;
	r->len += len + 1;
	return (0);
}

/* The text stays where it is from now on. */
static void
point_to_text(struct green__names *s)
{
	char *p = s->text;
	size_t i;

	for (i = 0; i < s->n; i++) {
		s->name[i].name = ++p;
		p += strlen(p) + 1;
	}
}

/* How many bytes all names begin with. */
static size_t
shared(const struct green__names *s)
{
	const char *first = s->name[0].name, *name;
	size_t i, j, same = strlen(first);

	for (i = 1; i < s->n; i++) {
		name = s->name[i].name;
		for (j = 0; j < same && name[j] == first[j]; j++)
			;
		same = j;
	}
	return (same);
}

/* What follows these, up to eight bytes of it: as numbers in strcmp()'s order. */
static void
set_keys(struct green__names *s)
{
	size_t i, j, same = s->n > 0 ? shared(s) : 0;
	const char *p;
	uint64_t key;

	for (i = 0; i < s->n; i++) {
		p = s->name[i].name + same;
		key = 0;
		for (j = 0; j < sizeof(key); j++)
			key = key << 8 | (unsigned char)(*p == '\0' ? 0 : *p++);
		s->name[i].key = key;
	}
}

static int
by_key(const void *a, const void *b)
{
	const struct green__name *x = a, *y = b;

	if (x->key != y->key)
		return (x->key < y->key ? -1 : 1);
	return (strcmp(x->name, y->name));
}

int
green__names_read(struct green__names *s, int fd, enum green__names_order order)
{
	struct reading r = { .fd = fd, .names = s };
	int error;

	*s = (struct green__names){ 0 };
	if (green__entries_read(fd, add, &r) == -1) {
		error = errno;
		green__names_free(s);
		errno = error;
		return (-1);
	}
	point_to_text(s);
	if (order == NAMES_BY_NAME)
		set_keys(s);
	if (s->n > 1)
		qsort(s->name, s->n, sizeof(*s->name), by_key);
	return (0);
}

void
green__names_free(struct green__names *s)
{
	free(s->name);
	free(s->text);
	*s = (struct green__names){ 0 };
}
