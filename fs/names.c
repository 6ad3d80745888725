/*
 * All names of a directory, sorted.  They are read before anything is done with
 * the first of them, so that what is made or removed meanwhile does not count.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "descent.h"
#include "internal.h"

#define FIRST	4096			/* bytes of text to begin with */

/* Type, name and NUL of each, one after the other. */
struct text {
	char	*buf;
	size_t	 len;
	size_t	 size;
	size_t	 n;
};

static int
add(struct text *t, unsigned char type, const char *name)
{
	size_t len = strlen(name) + 1, size = t->size;
	char *buf;

	if (t->size - t->len < len + 1) {
		while (size - t->len < len + 1)
			size = size == 0 ? FIRST : size * 2;
		if ((buf = realloc(t->buf, size)) == NULL)
			return (-1);
		t->buf = buf;
		t->size = size;
	}
	t->buf[t->len] = (char)type;
	memcpy(t->buf + t->len + 1, name, len);
	t->len += len + 1;
	t->n++;
	return (0);
}

static int
read_all(DIR *dir, struct text *t)
{
	struct dirent *e;

	for (;;) {
		errno = 0;
		if ((e = readdir(dir)) == NULL)
			return (errno == 0 ? 0 : -1);
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (add(t, green__type_of(dir, e), e->d_name) == -1)
			return (-1);
	}
}

static int
by_name(const void *a, const void *b)
{
	const struct green__name *x = a, *y = b;

	return (strcmp(x->name, y->name));
}

static int
index_text(struct green__names *s, const struct text *t)
{
	const char *p = t->buf;
	size_t i;

	s->text = t->buf;
	s->n = t->n;
	s->name = NULL;
	if (t->n == 0)
		return (0);
	if ((s->name = calloc(t->n, sizeof(*s->name))) == NULL)
		return (-1);
	for (i = 0; i < t->n; i++) {
		s->name[i].type = (unsigned char)*p++;
		s->name[i].name = p;
		p += strlen(p) + 1;
	}
	qsort(s->name, s->n, sizeof(*s->name), by_name);
	return (0);
}

int
green__names_read(struct green__names *s, int fd)
{
	struct text t = { 0 };
	DIR *dir;
	int copy, error, rc;

	if ((copy = fcntl(fd, F_DUPFD_CLOEXEC, 0)) == -1)
		return (-1);
	if ((dir = fdopendir(copy)) == NULL) {
		error = errno;
		close(copy);
		errno = error;
		return (-1);
	}
	rc = read_all(dir, &t);
	if (rc == 0)
		rc = index_text(s, &t);
	error = errno;
	closedir(dir);
	if (rc == -1)
		free(t.buf);
	errno = error;
	return (rc);
}

void
green__names_free(struct green__names *s)
{
	free(s->name);
	free(s->text);
	*s = (struct green__names){ 0 };
}
