/*
 * What a path consists of: names between slashes, of which one or many are the
 * same.  The rest of what is done with paths as text is built on this.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <green/path.h>

#include "internal.h"
#include "path_text.h"

struct green__piece
green__path_whole(const char *s)
{
	return ((struct green__piece){ s, strlen(s) });
}

struct green__piece
green__path_name(const char *path)
{
	const char *end = path + strlen(path), *at;

	while (end > path && end[-1] == '/')
		end--;
	for (at = end; at > path && at[-1] != '/'; at--)
		;
	return ((struct green__piece){ at, (size_t)(end - at) });
}

struct green__piece
green__path_next(const char **p)
{
	const char *at = *p + strspn(*p, "/");
	size_t len = strcspn(at, "/");

	*p = at + len;
	return ((struct green__piece){ at, len });
}

char *
green__path_concat(struct green__piece a, struct green__piece b)
{
	char *s = malloc(a.len + b.len + 1);

	if (s == NULL) {
		green__fail(ENOMEM);
		return (NULL);
	}
	memcpy(s, a.at, a.len);
	memcpy(s + a.len, b.at, b.len);
	s[a.len + b.len] = '\0';
	return (s);
}

bool
green_path_is_absolute(const char *path)
{
	return (*path == '/');
}

char *
green_path_join(const char *a, const char *b)
{
	struct green__piece left = green__path_whole(a);
	char *s;

	if (*a == '\0' || *b == '/')
		left.len = 0;
	else if (*b != '\0' && a[left.len - 1] != '/') {
		/* The slash takes the place of a's NUL. */
		left.len++;
		s = green__path_concat(left, green__path_whole(b));
		if (s != NULL)
			s[left.len - 1] = '/';
		return (s);
	}
	return (green__path_concat(left, green__path_whole(b)));
}

/* One block: the pointers, then the names that they point to. */
char **
green_path_parts(const char *path)
{
	const char *p = path;
	struct green__piece part;
	size_t n = green_path_is_absolute(path) ? 1 : 0;
	size_t bytes = 2 * n;
	char **parts, *to;

	while ((part = green__path_next(&p)).len > 0) {
		n++;
		bytes += part.len + 1;
	}
	if ((parts = malloc((n + 1) * sizeof(*parts) + bytes)) == NULL) {
		green__fail(ENOMEM);
		return (NULL);
	}
	to = (char *)(parts + n + 1);
	n = 0;
	if (green_path_is_absolute(path)) {
		parts[n++] = to;
		memcpy(to, "/", 2);
		to += 2;
	}
	for (p = path; (part = green__path_next(&p)).len > 0; to++) {
		parts[n++] = to;
		memcpy(to, part.at, part.len);
		to += part.len;
		*to = '\0';
	}
	parts[n] = NULL;
	return (parts);
}
