/*
 * Which reactors there are, best first, and which of them a loop runs on: the
 * one that its options name, else $GREEN_BACKEND's, else the first.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/stat.h>

#include <stdlib.h>
#include <string.h>

#include "internal.h"

#ifdef HAVE_EPOLL
#define EPOLL(x)	x(epoll)
#else
#define EPOLL(x)
#endif
#ifdef HAVE_KQUEUE
#define KQUEUE(x)	x(kqueue)
#else
#define KQUEUE(x)
#endif
#define REACTORS(x)	EPOLL(x) KQUEUE(x) x(poll)

#define OPS(name)	&green__reactor_##name,
#define NAME(name)	#name,

static const struct green__reactor_ops *const reactors[] = { REACTORS(OPS) };
static const char *const names[] = { REACTORS(NAME) NULL };

static int
unknown(const char *name)
{
	char list[64] = "";
	size_t i;

	for (i = 0; names[i] != NULL; i++) {
		strlcat(list, i == 0 ? "" : ", ", sizeof(list));
		strlcat(list, names[i], sizeof(list));
	}
	return (green__failx(EINVAL, "backend \"%s\": not built in; there are "
	    "%s", name, list));
}

const struct green__reactor_ops *
green__reactor_choose(const char *name)
{
	size_t i;

	if (name == NULL)
		name = getenv("GREEN_BACKEND");
	if (name == NULL || *name == '\0')
		return (reactors[0]);
	for (i = 0; names[i] != NULL; i++)
		if (strcmp(name, names[i]) == 0)
			return (reactors[i]);
	unknown(name);
	return (NULL);
}

int
green__reactor_probe(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return (-1);
	if (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode) ||
	    S_ISBLK(st.st_mode)) {
		errno = EPERM;
		return (-1);
	}
	return (0);
}

const char *const *
green_backends(void)
{
	return (names);
}

const char *
green_backend(void)
{
	return (green__loop == NULL ? NULL : green__loop->ops->name);
}

int
green_backend_fd(void)
{
	struct loop *l = green__loop;
	int fd;

	if (l == NULL)
		return (green__fail(EPERM));
	fd = l->ops->fd(l->reactor);
	return (fd == -1 ? green__fail(ENOTSUP) : fd);
}
