/* How much memory a process has, page tables included, where Linux tells. */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef MEMORY_H
#define MEMORY_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEASURABLE	1000	/* tasks; pages are coarse */

/* In bytes; 0: nobody tells. */
static inline double
memory_of(long pid)
{
	char line[128], path[64] = "/proc/self/status";
	double kib = 0;
	FILE *fp;

	if (pid != 0)
		snprintf(path, sizeof(path), "/proc/%ld/status", pid);
	if ((fp = fopen(path, "r")) == NULL)
		return (0);
	while (fgets(line, sizeof(line), fp) != NULL)
		if (strncmp(line, "VmRSS:", 6) == 0 ||
		    strncmp(line, "VmPTE:", 6) == 0)
			kib += strtod(line + 6, NULL);
	fclose(fp);
	return (kib * 1024);
}

static inline double
memory(void)
{
	return (memory_of(0));
}

#endif /* MEMORY_H */
