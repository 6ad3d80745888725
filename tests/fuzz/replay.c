/*
 * Runs fuzz targets on files.  It needs no fuzzer, and is one for AFL++, which
 * hands it a file each time.
 *
 *	replay DIR		each target on what is in DIR/TARGET, and on
 *				what is left of that when it is cut short
 *	replay TARGET FILE ...	that target on those files
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <dirent.h>
#include <err.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIZE_LIMIT	65536		/* bytes of a file */
#define CUTS		32		/* places, evenly, to cut it at */

typedef int target_fn(const uint8_t *data, size_t size);
target_fn fuzz_address, fuzz_fetch, fuzz_frame, fuzz_glob, fuzz_path,
    fuzz_response, fuzz_text, fuzz_url, fuzz_web;

static const struct target {
	const char *name;
	target_fn *fn;
} targets[] = {
	{ "address", fuzz_address },
	{ "fetch", fuzz_fetch },
	{ "frame", fuzz_frame },
	{ "glob", fuzz_glob },
	{ "path", fuzz_path },
	{ "response", fuzz_response },
	{ "text", fuzz_text },
	{ "url", fuzz_url },
	{ "web", fuzz_web }
};

static uint8_t *
read_file(const char *path, size_t *size)
{
	uint8_t *data = malloc(SIZE_LIMIT);
	FILE *f = fopen(path, "rb");

	if (data == NULL || f == NULL)
		err(2, "%s", path);
	*size = fread(data, 1, SIZE_LIMIT, f);
	if (ferror(f))
		errx(2, "%s: cannot be read", path);
	fclose(f);
	return (data);
}

static void
run(const struct target *t, const char *path, bool cut)
{
	size_t size, step;
	uint8_t *data = read_file(path, &size);

	(void)t->fn(data, size);
	step = size / CUTS + 1;
	for (size_t n = 0; cut && n < size; n += step)
		(void)t->fn(data, n);
	free(data);
}

/* Targets may go elsewhere: paths are absolute.  free() */
static char *
absolute(const char *path)
{
	char *s = realpath(path, NULL);

	if (s == NULL)
		err(2, "%s", path);
	return (s);
}

/* How many files there are. */
static int
run_all(const struct target *t, const char *corpus)
{
	char dir[4096], path[4096 + 256];
	struct dirent *e;
	DIR *d;
	int n = 0;

	snprintf(dir, sizeof(dir), "%s/%s", corpus, t->name);
	if ((d = opendir(dir)) == NULL)
		err(2, "%s", dir);
	while ((e = readdir(d)) != NULL) {
		if (*e->d_name == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		fprintf(stderr, "%s\n", path);
		run(t, path, true);
		n++;
	}
	closedir(d);
	return (n);
}

int
main(int argc, char *argv[])
{
	const struct target *t = targets;
	const struct target *end = t + sizeof(targets) / sizeof(*targets);

	for (int i = argc == 2 ? 1 : 2; i < argc; i++)
		argv[i] = absolute(argv[i]);
	if (argc == 2) {
		for (; t < end; t++)
			if (run_all(t, argv[1]) == 0)
				errx(1, "nothing in %s/%s", argv[1], t->name);
		free(argv[1]);
		return (0);
	}
	while (argc > 2 && t < end && strcmp(t->name, argv[1]) != 0)
		t++;
	if (argc < 3 || t == end)
		errx(2, "usage: replay DIR | replay TARGET FILE ...");
	for (int i = 2; i < argc; i++) {
		run(t, argv[i], false);
		free(argv[i]);
	}
	return (0);
}
