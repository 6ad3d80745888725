/*
 * Whose a file is, by name; who has no name is a number.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <green/path.h>

#include "internal.h"
#include "users.h"

struct question {
	const char *path;
	char	*name;
};

static char *
number(uintmax_t id)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%ju", id);
	return (strdup(text));
}

static int
do_owner(void *arg)
{
	struct question *q = arg;
	struct stat st;

	if (stat(q->path, &st) == -1)
		return (-1);
	q->name = green__user_name(st.st_uid);
	if (q->name == NULL && errno == ENOENT)
		q->name = number(st.st_uid);
	return (q->name == NULL ? -1 : 0);
}

static int
do_group(void *arg)
{
	struct question *q = arg;
	struct stat st;

	if (stat(q->path, &st) == -1)
		return (-1);
	q->name = green__group_name(st.st_gid);
	if (q->name == NULL && errno == ENOENT)
		q->name = number(st.st_gid);
	return (q->name == NULL ? -1 : 0);
}

static char *
ask(green_fn *fn, const char *path)
{
	struct question q = { .path = path };

	return (green__path_work(fn, &q) == -1 ? NULL : q.name);
}

char *
green_path_owner(const char *path)
{
	return (ask(do_owner, path));
}

char *
green_path_group(const char *path)
{
	return (ask(do_group, path));
}
