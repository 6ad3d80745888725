/*
 * What is to be run: the arguments, the paths where the program may be, the
 * descriptors to keep, checked and laid out so that the child has nothing to
 * work out.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define SHELL		"/bin/sh"
#define DEFAULT_PATH	"/usr/bin:/bin"

extern char **environ;

static size_t
count(char *const *v)
{
	size_t n = 0;

	while (v[n] != NULL)
		n++;
	return (n);
}

/* sh -c COMMAND sh $1 $2 ... */
static int
use_shell(struct green__exec *e, char *const argv[])
{
	static char sh[] = "sh", c[] = "-c";
	size_t n = count(argv);
	char **v;

	if ((v = reallocarray(NULL, n + 4, sizeof(*v))) == NULL)
		return (green__fail(ENOMEM));
	v[0] = sh;
	v[1] = c;
	v[2] = argv[0];
	v[3] = sh;
	memcpy(v + 4, argv + 1, n * sizeof(*v));
	e->argv = v;
	e->shell = true;
	return (0);
}

/* dir/file, dir being the working directory where it is empty. */
static char *
join(const char *dir, size_t len, const char *file)
{
	size_t size = len + strlen(file) + 2;
	char *path;

	if ((path = malloc(size)) == NULL)
		return (NULL);
	memcpy(path, dir, len);
	path[len] = '\0';
	if (len > 0)
		strlcat(path, "/", size);
	strlcat(path, file, size);
	return (path);
}

/* Every place where the program may be. */
static int
find_paths(struct green__exec *e, const char *file)
{
	const char *path = getenv("PATH"), *p;
	size_t n = 1, len;

	if (strchr(file, '/') != NULL)
		path = "";
	else if (path == NULL || *path == '\0')
		path = DEFAULT_PATH;
	for (p = path; *p != '\0'; p++)
		n += *p == ':';
	if ((e->paths = calloc(n + 1, sizeof(*e->paths))) == NULL)
		return (green__fail(ENOMEM));
	for (n = 0, p = path;; p += len + 1) {
		len = strcspn(p, ":");
		if ((e->paths[n++] = join(p, len, file)) == NULL)
			return (green__fail(ENOMEM));
		if (p[len] == '\0')
			return (0);
	}
}

static int
compare(const void *a, const void *b)
{
	return (*(const int *)a - *(const int *)b);
}

static int
keep_fds(struct green__exec *e, const struct green_process_options *opt)
{
	size_t i;
	int fd;

	e->stay = reallocarray(NULL, opt->nkeep_fds + 1, sizeof(*e->stay));
	if (e->stay == NULL)
		return (green__fail(ENOMEM));
	for (i = 0; i < opt->nkeep_fds; i++) {
		fd = opt->keep_fds[i];
		if (fcntl(fd, F_GETFD) == -1)
			return (green__failx(EBADF,
			    "keep_fds: %d is not open", fd));
		if (fd > 2)
			e->stay[e->nstay++] = fd;
	}
	qsort(e->stay, e->nstay, sizeof(*e->stay), compare);
	return (0);
}

int
green__command_open(struct green__exec *e, char *const argv[],
    const struct green_process_options *opt)
{
	if (argv == NULL || argv[0] == NULL || *argv[0] == '\0')
		return (green__failx(EINVAL, "there is no program to run"));
	e->argv = argv;
	e->env = opt->env == NULL ? environ : opt->env;
	e->cwd = opt->cwd;
	e->session = opt->new_session;
	e->group = opt->new_group;
	e->set_umask = opt->set_umask;
	e->umask = opt->umask;
	e->uid = opt->uid;
	e->gid = opt->gid;
	if ((opt->shell && use_shell(e, argv) == -1) ||
	    find_paths(e, opt->shell ? SHELL : argv[0]) == -1 ||
	    keep_fds(e, opt) == -1) {
		green__command_close(e);
		return (-1);
	}
	return (0);
}

void
green__command_close(struct green__exec *e)
{
	int error = errno;
	size_t i;

	if (e->shell)
		free((void *)(uintptr_t)e->argv);
	for (i = 0; e->paths != NULL && e->paths[i] != NULL; i++)
		free(e->paths[i]);
	free(e->paths);
	free(e->stay);
	errno = error;
}
