/*
 * Walking a tree.  Directories that are still to be read are in one list, in
 * the order in which they will be handed out; workers take them from its front,
 * and put what they find in the place of what they have read, so that the order
 * is the same however many workers there are.  A trip reads ahead so much, and
 * no worker is at it between two calls.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/queue.h>
#include <sys/stat.h>

#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "descent.h"
#include "internal.h"
#include "walk.h"

#define AHEAD	4096			/* entries a trip reads, or little more */
#define EMPTY	8			/* what a directory counts itself */
#define WORKERS	4

enum state { UNREAD, READING, READ };

struct node {				/* a directory */
	TAILQ_ENTRY(node) link;		/* until it is READ */
	struct node *parent;
	enum state state;
	int	 error;			/* it cannot be read */
	const char *name;		/* the parent's; the root's own */
	size_t	 len;			/* of its path, with a slash */
	int	 depth;			/* of what is in it */
	struct green__names names;
	struct node **child;		/* one for each name; NULL: not entered */
	struct stat *st;		/* likewise; NULL: not wanted */
	size_t	 next;
};

struct green__walk {
	struct node *at;		/* whose names are handed out; NULL: end */
	struct node *last;		/* handed out; to be entered next */
	char	*root;
	char	*pattern;
	int	 flags;
	char	*path;			/* of at, and of what is in it */
	size_t	 room;
	pthread_mutex_t lock;		/* of what follows */
	TAILQ_HEAD(, node) unread;	/* or being read */
	size_t	 ahead;			/* what this trip may still read */
};

static struct node *
make_node(struct node *parent, const char *name)
{
	struct node *n = calloc(1, sizeof(*n));
	size_t len = strlen(name);

	if (n == NULL)
		return (NULL);
	n->parent = parent;
	n->name = name;
	n->len = len + (len > 0 && name[len - 1] == '/' ? 0 : 1);
	if (parent != NULL) {
		n->len += parent->len;
		n->depth = parent->depth + 1;
	}
	return (n);
}

/* It has no children any more. */
static void
free_node(struct node *n)
{
	green__names_free(&n->names);
	free(n->child);
	free(n->st);
	free(n);
}

/* n, and all below it from n->next on; no worker is about. */
static void
free_tree(struct green__walk *w, struct node *n)
{
	struct node *top = n->parent, *up;
	size_t i;

	while (n != top) {
		for (i = n->next; n->child != NULL && i < n->names.n; i++)
			if (n->child[i] != NULL)
				break;
		if (n->child != NULL && i < n->names.n) {
			n->next = i + 1;
			n = n->child[i];
			continue;
		}
		up = n->parent;
		if (n->state != READ)
			TAILQ_REMOVE(&w->unread, n, link);
		free_node(n);
		n = up;
	}
}

/* In a worker: the path, by which it is opened; malloc'd. */
static char *
path_of(const struct node *n)
{
	char *path = malloc(n->len + 1), *end;
	size_t len;

	if (path == NULL)
		return (NULL);
	end = path + n->len;
	*end = '\0';
	for (; n != NULL; n = n->parent) {
		len = strlen(n->name);
		if (len == 0 || n->name[len - 1] != '/')
			*--end = '/';
		end -= len;
		memcpy(end, n->name, len);
	}
	return (path);
}

/* However long its path is: that may be more than the system takes at once. */
static int
open_path(char *path, int flags)
{
	size_t len = strlen(path);
	char *cut = path;
	int error, fd = AT_FDCWD, next;

	while (len >= PATH_MAX) {
		for (cut = path + PATH_MAX - 1; *cut != '/'; cut--)
			;
		*cut = '\0';
		next = openat(fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		error = errno;
		if (fd != AT_FDCWD)
			close(fd);
		errno = error;
		if ((fd = next) == -1)
			return (-1);
		len -= (size_t)(cut + 1 - path);
		path = cut + 1;
	}
	next = openat(fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | flags);
	error = errno;
	if (fd != AT_FDCWD)
		close(fd);
	errno = error;
	return (next);
}

static int
open_node(const struct node *n)
{
	char *path = path_of(n);
	int error, fd;

	if (path == NULL)
		return (-1);
	/* A slash at the end of a link's name would follow it. */
	if (n->parent != NULL)
		path[n->len - 1] = '\0';
	fd = open_path(path, n->parent == NULL ? 0 : O_NOFOLLOW);
	error = errno;
	free(path);
	errno = error;
	return (fd);
}

/* The next part of a pattern; its length, 0: there is none. */
static size_t
part(const char **p)
{
	*p += strspn(*p, "/");
	return (strcspn(*p, "/"));
}

/* Can the pattern match anything in this directory of n's? */
static bool
leads_on(const char *pattern, const struct node *n, const char *name)
{
	const char *p = pattern;
	char *glob;
	size_t len;
	bool same;
	int i;

	for (i = 0; i <= n->depth; i++) {
		if ((len = part(&p)) == 2 && memcmp(p, "**", 2) == 0)
			return (true);
		if (len == 0)
			return (false);
		if (i < n->depth) {	/* that n is entered says it */
			p += len;
			continue;
		}
		if ((glob = strndup(p, len)) == NULL)
			return (true);	/* it only takes longer */
		same = fnmatch(glob, name, 0) == 0;
		free(glob);
		if (!same)
			return (false);
		p += len;
	}
	return (part(&p) > 0);
}

static int
read_names(struct green__walk *w, struct node *n, int fd)
{
	size_t i;

	if (green__names_read(&n->names, fd) == -1)
		return (-1);
	if (n->names.n == 0)
		return (0);
	n->child = calloc(n->names.n, sizeof(*n->child));
	if (n->child == NULL)
		return (-1);
	if ((w->flags & GREEN_PATH_STAT) &&
	    (n->st = calloc(n->names.n, sizeof(*n->st))) == NULL)
		return (-1);
	for (i = 0; i < n->names.n; i++) {
		if (n->st != NULL && fstatat(fd, n->names.name[i].name,
		    &n->st[i], AT_SYMLINK_NOFOLLOW) == -1)
			n->st[i].st_mode = 0;
		if (n->names.name[i].type != DT_DIR || (w->pattern != NULL &&
		    !leads_on(w->pattern, n, n->names.name[i].name)))
			continue;
		n->child[i] = make_node(n, n->names.name[i].name);
		if (n->child[i] == NULL)
			return (-1);
	}
	return (0);
}

/* Whatever happens: what it has, or an error. */
static void
read_node(struct green__walk *w, struct node *n)
{
	size_t i;
	int fd = open_node(n);

	if (fd != -1 && read_names(w, n, fd) == 0) {
		close(fd);
		return;
	}
	n->error = errno;
	/* It has gone, or something else has its place: it is empty. */
	if (n->parent != NULL && (n->error == ENOENT || n->error == ENOTDIR ||
	    n->error == ELOOP))
		n->error = 0;
	if (fd != -1)
		close(fd);
	for (i = 0; n->child != NULL && i < n->names.n; i++)
		free(n->child[i]);
	free(n->child);
	n->child = NULL;
	green__names_free(&n->names);
}

static struct node *
next_unread(struct green__walk *w)
{
	struct node *n;

	TAILQ_FOREACH(n, &w->unread, link)
		if (n->state == UNREAD)
			return (n);
	return (NULL);
}

/* Its children take its place. */
static void
put_children(struct green__walk *w, struct node *n)
{
	size_t i, cost = n->names.n + EMPTY;

	for (i = 0; i < n->names.n; i++)
		if (n->child[i] != NULL)
			TAILQ_INSERT_BEFORE(n, n->child[i], link);
	TAILQ_REMOVE(&w->unread, n, link);
	n->state = READ;
	w->ahead -= cost < w->ahead ? cost : w->ahead;
}

/* In each worker. */
static int
read_ahead(void *arg)
{
	struct green__walk *w = arg;
	struct node *n;
	int rc = 0;

	pthread_mutex_lock(&w->lock);
	while (w->ahead > 0 && (n = next_unread(w)) != NULL) {
		if ((rc = green_thread_check_cancelled()) == -1)
			break;
		n->state = READING;
		pthread_mutex_unlock(&w->lock);
		read_node(w, n);
		pthread_mutex_lock(&w->lock);
		put_children(w, n);
	}
	pthread_mutex_unlock(&w->lock);
	return (rc);
}

/* One more worker, if there is one to be had: the caller's is enough. */
static int
help(void *arg)
{
	int rc = green__path_work(read_ahead, arg);

	return (rc == -1 ? 0 : rc);
}

/* A trip; with others if there is work for them. */
static int
trip(struct green__walk *w)
{
	struct node *first = TAILQ_FIRST(&w->unread);
	struct green_group g;
	int i, rc;

	w->ahead = AHEAD;
	if (TAILQ_NEXT(first, link) == NULL)
		return (green__path_work(read_ahead, w));
	green_group_open(&g);
	for (i = 1; i < WORKERS; i++)
		if (green_spawn(&g, help, w) == -1)
			break;
	rc = green__path_work(read_ahead, w);
	return (green_group_close(&g, rc));
}

struct green__walk *
green__walk_open(const char *path, const char *pattern, int flags)
{
	struct green__walk *w = calloc(1, sizeof(*w));
	int error;

	if (w == NULL)
		return (NULL);
	TAILQ_INIT(&w->unread);
	if ((error = pthread_mutex_init(&w->lock, NULL)) != 0) {
		free(w);
		errno = error;
		return (NULL);
	}
	w->flags = flags;
	w->root = strdup(path);
	if (w->root != NULL && (pattern == NULL ||
	    (w->pattern = strdup(pattern)) != NULL) &&
	    (w->at = make_node(NULL, w->root)) != NULL) {
		TAILQ_INSERT_HEAD(&w->unread, w->at, link);
		w->path = path_of(w->at);
		w->room = w->at->len + 1;
	}
	if (w->path == NULL)
		errno = ENOMEM;
	else if (*path == '\0')
		errno = ENOENT;
	else if (trip(w) == 0) {
		if (w->at->error == 0)
			return (w);
		errno = w->at->error;
	}
	error = errno;
	green__walk_free(w);
	errno = error;
	return (NULL);
}

/* The path of a name of the directory that the walk is at. */
static int
join(struct green__walk *w, const char *name)
{
	size_t len = strlen(name), need = w->at->len + len + 2;
	char *path;

	if (need > w->room) {
		if ((path = realloc(w->path, need * 2)) == NULL)
			return (-1);
		w->path = path;
		w->room = need * 2;
	}
	/* Where the directory's own path ended, when it was handed out. */
	w->path[w->at->len - 1] = '/';
	memcpy(w->path + w->at->len, name, len + 1);
	return (0);
}

static void
leave(struct green__walk *w)
{
	struct node *n = w->at;

	w->at = n->parent;
	if (w->at != NULL)
		w->at->child[w->at->next - 1] = NULL;
	free_node(n);
}

/* The next name, which the walk is at, to e. */
static void
take(struct green__walk *w, struct green_dirent *e)
{
	struct node *n = w->at, *child = n->child[n->next];

	*e = (struct green_dirent){
		.name = n->names.name[n->next].name,
		.path = w->path,
		.type = n->names.name[n->next].type,
		.depth = n->depth,
		.error = child == NULL ? 0 : child->error
	};
	if (n->st != NULL && n->st[n->next].st_mode != 0)
		e->st = &n->st[n->next];
	n->next++;
	w->last = child;
}

int
green__walk_next(struct green__walk *w, struct green_dirent *e)
{
	size_t root = strlen(w->root);
	struct node *n;

	root += w->root[root - 1] == '/' ? 0 : 1;
	for (;;) {
		if (w->last != NULL)
			w->at = w->last;
		w->last = NULL;
		if ((n = w->at) == NULL)
			return (0);
		if (n->next == n->names.n) {
			leave(w);
			continue;
		}
		if (n->child[n->next] != NULL &&
		    n->child[n->next]->state != READ) {
			if (trip(w) == -1)
				return (-1);
			continue;
		}
		if (join(w, n->names.name[n->next].name) == -1)
			return (-1);
		take(w, e);
		if (w->pattern == NULL ||
		    green_path_match(w->path + root, w->pattern))
			return (1);
	}
}

void
green__walk_skip(struct green__walk *w)
{
	struct node *n = w->last;

	if (n == NULL)
		return;
	n->parent->child[n->parent->next - 1] = NULL;
	free_tree(w, n);
	w->last = NULL;
}

void
green__walk_free(struct green__walk *w)
{
	struct node *n = w->at, *top = NULL;

	/* On the way from the root, what was entered is still to go. */
	for (; n != NULL; n = n->parent) {
		n->next = 0;
		top = n;
	}
	if (top != NULL)
		free_tree(w, top);
	(void)pthread_mutex_destroy(&w->lock);
	free(w->root);
	free(w->pattern);
	free(w->path);
	free(w);
}
