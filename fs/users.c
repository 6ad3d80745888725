/*
 * Entries of the lists of users and groups, one field of each.  Their room
 * grows until an entry fits; systems have different words for one that is not
 * there.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "users.h"

struct query {
	const char *name;
	uid_t	 uid;
	gid_t	 gid;
	const char *field;		/* what was found, or NULL */
};
/* The field, in size bytes at buf; an error number. */
typedef int look_up_fn(struct query *, char *buf, size_t size);

static char *
find(look_up_fn *look_up, struct query *q)
{
	size_t size = 1024;
	char *buf = NULL, *copy = NULL, *more;
	int error;

	do {
		if ((more = realloc(buf, size)) == NULL) {
			error = ENOMEM;
			break;
		}
		buf = more;
		q->field = NULL;
		error = look_up(q, buf, size);
		if (error == ERANGE)
			size *= 2;
	} while (error == ERANGE || error == EINTR);
	if (error == ESRCH || error == EBADF || error == EPERM ||
	    (error == 0 && q->field == NULL))
		error = ENOENT;
	if (error == 0 && (copy = strdup(q->field)) == NULL)
		error = ENOMEM;
	free(buf);
	errno = error;
	return (copy);
}

static int
home(struct query *q, char *buf, size_t size)
{
	struct passwd pw, *found = NULL;
	int error;

	if (q->name != NULL)
		error = getpwnam_r(q->name, &pw, buf, size, &found);
	else
		error = getpwuid_r(q->uid, &pw, buf, size, &found);
	if (error == 0 && found != NULL)
		q->field = pw.pw_dir;
	return (error);
}

static int
user_name(struct query *q, char *buf, size_t size)
{
	struct passwd pw, *found = NULL;
	int error = getpwuid_r(q->uid, &pw, buf, size, &found);

	if (error == 0 && found != NULL)
		q->field = pw.pw_name;
	return (error);
}

static int
group_name(struct query *q, char *buf, size_t size)
{
	struct group gr, *found = NULL;
	int error = getgrgid_r(q->gid, &gr, buf, size, &found);

	if (error == 0 && found != NULL)
		q->field = gr.gr_name;
	return (error);
}

char *
green__user_home(const char *name)
{
	struct query q = { .name = name, .uid = getuid() };

	return (find(home, &q));
}

char *
green__user_name(uid_t uid)
{
	struct query q = { .uid = uid };

	return (find(user_name, &q));
}

char *
green__group_name(gid_t gid)
{
	struct query q = { .gid = gid };

	return (find(group_name, &q));
}
