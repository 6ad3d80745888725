/*
 * What bench/tree does itself with a tree, as a program of one line would.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef HAVE_TLS
#include <openssl/evp.h>
#endif

#include <green.h>

#include "tree.h"

#define BATCH		128		/* files a trip, for checksums */
#define AT_ONCE		2		/* trips */
#define SUM		32		/* bytes of SHA-256 */

static int
die(const char *what)
{
	warn("%s", what);
	return (-1);
}

static int
walk(void *arg)
{
	char **argv = arg;
	bool st = strcmp(argv[0], "stat") == 0;
	struct green_dir *d = green_dir_walk(argv[1], st ? GREEN_PATH_STAT : 0);
	struct green_dirent e;
	int rc;

	if (d == NULL)
		return (die(argv[1]));
	while ((rc = green_dir_next(d, &e)) == 1) {
		if (st && e.st != NULL)
			printf("%jd ", (intmax_t)e.st->st_size);
		fputs(e.path, stdout);
		putchar('\n');
	}
	if (rc == -1)
		return (die(argv[1]));
	return (green_dir_close(d));
}

static int
copy(void *arg)
{
	char **argv = arg;
	int all = strcmp(argv[0], "copy-all") == 0 ? GREEN_PATH_PRESERVE : 0;

	if (green_path_copy(argv[1], argv[2], GREEN_PATH_RECURSIVE | all) == -1)
		return (die(argv[1]));
	return (0);
}

static int
erase(void *arg)
{
	char **argv = arg;

	if (green_path_remove(argv[1], GREEN_PATH_RECURSIVE) == -1)
		return (die(argv[1]));
	return (0);
}

#ifdef HAVE_TLS
struct batch {
	char	*path[BATCH];
	unsigned char sum[BATCH][SUM];
	int	 n;
};

struct sums {
	struct green_dir *dir;
	struct green_lock lock;		/* of the above */
};

static int
sum_file(EVP_MD_CTX *ctx, const char *path, unsigned char *sum)
{
	static _Thread_local char buf[128 * 1024];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd == -1 || EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) != 1)
		return (die(path));
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		if (EVP_DigestUpdate(ctx, buf, (size_t)n) != 1)
			return (-1);
	close(fd);
	return (n == 0 && EVP_DigestFinal_ex(ctx, sum, NULL) == 1 ? 0 : -1);
}

/* In a worker. */
static int
sum_batch(void *arg)
{
	struct batch *b = arg;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int i, rc = 0;

	for (i = 0; i < b->n && rc == 0; i++)
		rc = sum_file(ctx, b->path[i], b->sum[i]);
	EVP_MD_CTX_free(ctx);
	return (rc);
}

static int
next_batch(struct sums *s, struct batch *b)
{
	struct green_dirent e;
	int rc = 1;

	b->n = 0;
	if (green_lock_acquire(&s->lock) == -1)
		return (-1);
	while (b->n < BATCH && (rc = green_dir_next(s->dir, &e)) == 1)
		if (e.type == DT_REG && (b->path[b->n++] = strdup(e.path)) ==
		    NULL)
			err(1, "strdup");
	if (green_lock_release(&s->lock) == -1 || rc == -1)
		return (-1);
	return (b->n > 0);
}

static int
sum_batches(void *arg)
{
	struct sums *s = arg;
	struct batch *b = malloc(sizeof(*b));
	int i, j, rc;

	if (b == NULL)
		return (-1);
	while ((rc = next_batch(s, b)) == 1) {
		if ((rc = green_to_thread(sum_batch, b)) == -1)
			break;
		for (i = 0; i < b->n; i++) {
			for (j = 0; j < SUM; j++)
				printf("%02x", b->sum[i][j]);
			printf("  %s\n", b->path[i]);
			free(b->path[i]);
		}
	}
	free(b);
	return (rc);
}

static int
sum(void *arg)
{
	char **argv = arg;
	struct sums s = { .dir = green_dir_walk(argv[1], 0) };
	struct green_group g;
	int i, rc = 0;

	if (s.dir == NULL)
		return (die(argv[1]));
	green_group_open(&g);
	for (i = 0; i < AT_ONCE && rc == 0; i++)
		rc = green_spawn(&g, sum_batches, &s);
	rc = green_group_close(&g, rc);
	return (green_dir_close(s.dir) == -1 ? -1 : rc);
}
#endif

static const struct verb {
	const char *name;
	green_fn *fn;
	int	 n;			/* paths */
} verbs[] = {
	{ "walk", walk, 1 },
	{ "stat", walk, 1 },
	{ "copy", copy, 2 },
	{ "copy-all", copy, 2 },
	{ "remove", erase, 1 },
#ifdef HAVE_TLS
	{ "sum", sum, 1 },
#endif
	{ NULL, NULL, 0 }
};

int
tree_verb(int argc, char *argv[])
{
	const struct verb *v;

	for (v = verbs; v->name != NULL; v++)
		if (strcmp(v->name, argv[0]) == 0 && argc == v->n + 1)
			return (green_run(v->fn, argv, NULL) == -1);
	errx(2, "%s: no such verb, or other arguments", argv[0]);
}
