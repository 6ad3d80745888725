/*
 * The copy of a directory and all that it has: a tour of what is copied, with a
 * second tree, the copy, that grows beside it.  A directory gets its mode and
 * times as it is left, and is its owner's to write in until then.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/stat.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "copy.h"
#include "tour.h"

#define BITS	((mode_t)07777)

struct place {				/* a directory and its copy */
	struct green__stop stop;
	struct green__branch to;
	struct stat st;
	mode_t	 mode;			/* that the copy is to have */
	bool	 made;			/* it was not there before */
	bool	 gone;			/* nothing is copied */
};

struct trip {
	struct green__tour tour;
	struct green__copy *c;
	struct green__tree to;
};
#define OF_TOUR(t)	GREEN__CONTAINER((t), struct trip, tour)
#define OF_STOP(s)	GREEN__CONTAINER((s), struct place, stop)

/* In the directory above the copy, or by a path. */
static int
make_dir(struct trip *t, struct place *p)
{
	struct green__branch *up = p->to.parent;
	int at = AT_FDCWD, rc;

	if (up != NULL && (at = green__branch_hold(&t->to, up)) == -1)
		return (-1);
	rc = mkdirat(at, p->to.name, (p->st.st_mode & 0777) | 0700);
	if (up != NULL)
		green__branch_let_go(&t->to, up);
	p->made = rc == 0;
	if (up == NULL)
		t->c->made = p->made;
	if (rc == -1 && errno == EEXIST && (t->c->flags & GREEN_PATH_EXIST_OK))
		rc = 0;
	return (rc);
}

/* Its descriptor, held; it has been made if it was not there. */
static int
hold_copy(struct trip *t, struct place *p)
{
	struct stat st;
	int fd;

	if (make_dir(t, p) == -1)
		return (-1);
	if ((fd = green__branch_hold(&t->to, &p->to)) == -1) {
		if (!p->made && (errno == ENOTDIR || errno == ELOOP))
			errno = EEXIST;
		return (-1);
	}
	if (fstat(fd, &st) == -1) {
		green__branch_let_go(&t->to, &p->to);
		return (-1);
	}
	p->mode = st.st_mode;
	if (p->made)
		p->mode &= p->st.st_mode | ~(mode_t)0700;
	return (fd);
}

/* What was read of its type may not be so any more. */
static int
copy_entry(struct trip *t, int from, const struct green__name *e, int to)
{
	struct stat st = { .st_mode = S_IFREG };
	int rc;

	if (*green__name_type(e) == DT_DIR)
		return (0);
	/* That can be told as well when it is open. */
	if (*green__name_type(e) == DT_REG) {
		rc = green__copy_entry(t->c, from, e->name, &st, to, e->name);
		if (rc == 0 || (errno != ENOENT && errno != ELOOP &&
		    errno != ESTALE))
			return (rc);
	}
	if (fstatat(from, e->name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return (errno == ENOENT ? 0 : -1);
	if (!S_ISDIR(st.st_mode))
		return (green__copy_entry(t->c, from, e->name, &st, to,
		    e->name));
	*green__name_type(e) = DT_DIR;
	return (0);
}

static int
copy_entries(struct trip *t, struct place *p, int from)
{
	struct green__names *names = &p->stop.names;
	int rc = 0, to;
	size_t i;

	if (fstat(from, &p->st) == -1 ||
	    green__names_read(names, from, NAMES_BY_INODE) == -1)
		return (-1);
	if ((to = hold_copy(t, p)) == -1)
		return (-1);
	for (i = 0; i < names->n && rc == 0; i++)
		if ((rc = green__tour_check(&t->tour)) == 0)
			rc = copy_entry(t, from, &names->name[i], to);
	green__branch_let_go(&t->to, &p->to);
	return (rc);
}

static int
enter(struct green__tour *tour, struct green__stop *s)
{
	struct trip *t = OF_TOUR(tour);
	struct place *p = OF_STOP(s);
	struct place *up = s->parent == NULL ? NULL : OF_STOP(s->parent);
	int from, rc;

	green__branch_init(&p->to, up == NULL ? NULL : &up->to,
	    up == NULL ? t->c->to : s->branch.name);
	from = green__branch_hold(&tour->tree, &s->branch);
	p->gone = from == -1 && errno == ENOENT && up != NULL;
	if (from == -1)
		return (p->gone ? 0 : -1);
	rc = copy_entries(t, p, from);
	green__branch_let_go(&tour->tree, &s->branch);
	return (rc);
}

/* As the flags say. */
static int
finish(struct trip *t, struct place *p, int fd)
{
	if (t->c->flags & GREEN_PATH_PRESERVE)
		return (green__copy_facts(t->c, fd, &p->st));
	if ((p->mode & 0700) != 0700)
		return (fchmod(fd, p->mode & BITS));
	return (0);
}

static int
leave(struct green__tour *tour, struct green__stop *s)
{
	struct trip *t = OF_TOUR(tour);
	struct place *p = OF_STOP(s);
	int fd, rc;

	if (p->gone)
		return (0);
	if ((fd = green__branch_hold(&t->to, &p->to)) == -1)
		return (-1);
	rc = finish(t, p, fd);
	green__branch_let_go(&t->to, &p->to);
	if (rc == -1)
		return (-1);
	green__branch_end(&t->to, &p->to, true);
	green__branch_end(&tour->tree, &s->branch, true);
	green__copy_went(t->c, 0, 1);
	if (s->parent == NULL)
		green__copy_done(t->c);
	return (0);
}

static void
end(struct green__tour *tour, struct green__stop *s)
{
	/* It may not have been entered. */
	if (OF_STOP(s)->to.name != NULL)
		green__branch_end(&OF_TOUR(tour)->to, &OF_STOP(s)->to, false);
}

int
green__copy_tree(struct green__copy *c)
{
	static const struct green__tour_ops ops = {
		.size = sizeof(struct place),
		.enter = enter,
		.leave = leave,
		.end = end
	};
	struct trip t = { .tour = { .ops = &ops }, .c = c };
	int error, rc;

	if (green__tree_init(&t.to) == -1)
		return (green__fail(errno));
	rc = green__tour(&t.tour, c->from);
	error = errno;
	green__tree_destroy(&t.to);
	errno = error;
	return (rc);
}
