/*
 * Files to test with.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <err.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scratch.h"

static char root[256];
static pid_t owner;

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	(void)remove(path);
	return (0);
}

static void
remove_all(void)
{
	if (owner == getpid())
		(void)nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void
make_root(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(root, sizeof(root), "%s/green-check.XXXXXX",
	    tmp == NULL || *tmp == '\0' ? "/tmp" : tmp);
	if (mkdtemp(root) == NULL)
		err(1, "%s", root);
	owner = getpid();
	if (atexit(remove_all) != 0)
		err(1, "atexit");
}

char *
scratch_path(const char *name)
{
	char path[512];
	char *copy;

	if (*root == '\0')
		make_root();
	snprintf(path, sizeof(path), "%s%s%s", root, name == NULL ? "" : "/",
	    name == NULL ? "" : name);
	if ((copy = strdup(path)) == NULL)
		err(1, "strdup");
	return (copy);
}

char
scratch_byte(size_t i)
{
	return ((char)(i * 31 + i / 251 + i / 65537));
}

char *
scratch_file(const char *name, size_t size)
{
	char *path = scratch_path(name);
	FILE *fp = fopen(path, "w");
	size_t i;

	if (fp == NULL)
		err(1, "%s", path);
	for (i = 0; i < size; i++)
		putc(scratch_byte(i), fp);
	if (fclose(fp) != 0)
		err(1, "%s", path);
	return (path);
}
