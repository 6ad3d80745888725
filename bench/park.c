/*
 * Parked tasks: how long it takes to make a great many, and how much memory
 * each of them costs, page tables included.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <string.h>

#include <green.h>

#include "bench.h"

/* A line of /proc/self/status, in bytes; 0 where there is none. */
static double
status(const char *key)
{
	char line[128];
	double kb = 0;
	FILE *f = fopen("/proc/self/status", "r");

	if (f == NULL)
		return (0);
	while (fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, key, strlen(key)) == 0)
			kb = strtod(line + strlen(key), NULL);
	fclose(f);
	return (kb * 1024);
}

static int
park(void *arg)
{
	return (green_event_wait(arg));
}

static int
park_all(void *arg)
{
	long i, n = *(long *)arg;
	struct green_event wake = { { NULL } };
	struct green_group g;
	double start = seconds(), cpu = cpu_seconds(), parked;
	double rss = status("VmRSS:"), pte = status("VmPTE:");
	int rc = 0;

	green_group_open(&g);
	for (i = 0; i < n && rc == 0; i++)
		rc = green_spawn(&g, park, &wake);
	if (rc == 0)
		rc = green_checkpoint();
	parked = seconds();
	if (rc == 0)
		printf("%8ld parked in %.3f s (CPU %.3f s, %.0f ns each); a "
		    "task: %.0f bytes and %.0f of page tables\n", n,
		    parked - start, cpu_seconds() - cpu,
		    (parked - start) / (double)n * 1e9,
		    (status("VmRSS:") - rss) / (double)n,
		    (status("VmPTE:") - pte) / (double)n);
	start = seconds();
	green_event_set(&wake);
	rc = green_group_close(&g, rc);
	printf("%8ld woken and ended in %.3f s\n", n, seconds() - start);
	return (rc);
}

int
main(int argc, char *argv[])
{
	long counts[] = { 1000, 100000, 1000000 };
	size_t i;

	if (argc > 1) {
		counts[0] = strtol(argv[1], NULL, 10);
		if (counts[0] < 1)
			errx(1, "usage: park [tasks]");
	}
	for (i = 0; i < (argc > 1 ? 1 : 3); i++)
		if (green_run(park_all, &counts[i], NULL) == -1)
			err(1, "green_run");
	return (0);
}
