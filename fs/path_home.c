/*
 * Where relative paths and "~" begin.  The environment is read here, in the
 * loop's thread, where the program changes it; what asks the system goes to a
 * worker, and only if it must.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <green/path.h>

#include "internal.h"
#include "path_text.h"
#include "users.h"

struct question {
	const char *user;		/* NULL: the process's */
	char	*answer;
};

static int
do_cwd(void *arg)
{
	struct question *q = arg;
	size_t size = 128;
	char *buf;

	for (;; size *= 2) {
		if ((buf = realloc(q->answer, size)) == NULL)
			break;
		q->answer = buf;
		if (getcwd(buf, size) != NULL)
			return (0);
		if (errno != ERANGE)
			break;
	}
	free(q->answer);
	return (-1);
}

static int
do_home(void *arg)
{
	struct question *q = arg;

	q->answer = green__user_home(q->user);
	return (q->answer == NULL ? -1 : 0);
}

static char *
ask(green_fn *fn, const char *user)
{
	struct question q = { .user = user };

	return (green__path_work(fn, &q) == -1 ? NULL : q.answer);
}

/* A copy, for what needs no worker. */
static char *
at_once(const char *s)
{
	char *copy;

	if (green__check() == -1)
		return (NULL);
	if ((copy = strdup(s)) == NULL) {
		green__fail(ENOMEM);
		return (NULL);
	}
	green__spend();
	return (copy);
}

char *
green_path_cwd(void)
{
	return (ask(do_cwd, NULL));
}

char *
green_path_absolute(const char *path)
{
	char *cwd, *whole;

	if (green_path_is_absolute(path))
		return (at_once(path));
	if ((cwd = green_path_cwd()) == NULL)
		return (NULL);
	whole = green_path_join(cwd, path);
	free(cwd);
	return (whole);
}

char *
green_path_home(void)
{
	const char *home = getenv("HOME");

	if (home != NULL && *home != '\0')
		return (at_once(home));
	return (ask(do_home, NULL));
}

/* The home of who is named after the "~". */
static char *
home_of(const char *who, size_t len)
{
	char *user, *home;

	if (len == 0)
		return (green_path_home());
	if ((user = strndup(who, len)) == NULL) {
		green__fail(ENOMEM);
		return (NULL);
	}
	home = ask(do_home, user);
	free(user);
	return (home);
}

char *
green_path_expanduser(const char *path)
{
	struct green__piece home;
	size_t len;
	char *found, *whole;

	if (*path != '~')
		return (at_once(path));
	path++;
	len = strcspn(path, "/");
	if ((found = home_of(path, len)) == NULL)
		return (NULL);
	path += len;
	home = green__path_whole(found);
	if (*path == '\0')
		return (found);
	while (home.len > 0 && found[home.len - 1] == '/')
		home.len--;
	whole = green__path_concat(home, green__path_whole(path));
	free(found);
	return (whole);
}
