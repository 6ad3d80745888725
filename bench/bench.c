/*
 * Measures a table of subjects.  How many operations fill the time is found out
 * first; then all that share a name take turns, so that whatever else the machine
 * does hits them alike.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "bench.h"

#define MANY	64			/* that share a name */

/* One of those that take turns. */
struct entry {
	const struct subject *s;
	long	 n;
	double	 wall[RUNS_MAX];	/* ns an operation */
	double	 cpu[RUNS_MAX];
	double	 bytes;
};

static int runs = RUNS;
static double length = 0.1;
static const char *only;

double
seconds_of(clockid_t clock)
{
	struct timespec ts;

	if (clock_gettime(clock, &ts) == -1)
		err(1, "clock_gettime");
	return ((double)ts.tv_sec + (double)ts.tv_nsec / 1e9);
}

double
seconds(void)
{
	return (seconds_of(CLOCK_MONOTONIC));
}

double
cpu_seconds(void)
{
	return (seconds_of(CLOCK_PROCESS_CPUTIME_ID));
}

void
trial_start(struct trial *t)
{
	t->stopped = false;
	t->cpu = cpu_seconds();
	t->wall = seconds();
}

void
trial_stop(struct trial *t)
{
	if (t->stopped)
		return;
	t->wall = seconds() - t->wall;
	t->cpu = cpu_seconds() - t->cpu;
	t->stopped = true;
}

static struct trial
try(struct entry *e, long tasks, long n)
{
	const struct subject *s = e->s;
	struct trial t = { tasks, n, s->arg, 0, 0, 0, false };
	int rc;

	trial_start(&t);
	rc = s->in != NULL ? s->in(s->fn, &t) : s->fn(&t);
	if (rc == -1)
		err(1, "%s %ld %s", s->name, tasks, s->who);
	trial_stop(&t);
	if (t.bytes > e->bytes)
		e->bytes = t.bytes;
	return (t);
}

/* As many operations as fill the time, twice, as the first may have had to wait for
   others; 0: none can be done. */
static void
calibrate(struct entry *e, long tasks)
{
	struct trial t = try(e, tasks, 1);
	int filled = t.wall >= length;
	double more;

	while (t.n > 0 && filled < 2 && t.wall < 10 * length) {
		more = t.wall > 0 ? 1.2 * length / t.wall : 100;
		t = try(e, tasks, filled ? t.n : (long)((double)t.n *
		    (more < 1.5 ? 1.5 : more > 100 ? 100 : more)) + 1);
		filled = t.wall >= length ? filled + 1 : 0;
	}
	e->n = t.n;
}

static void
print(const char *name, long tasks, const char *who, double *wall, double *cpu,
    int n, double ns, double bytes)
{
	double median;

	qsort(wall, (size_t)n, sizeof(*wall), by_size);
	median = wall[n / 2];
	printf("%-16s %8ld %-14s %11.2f %11.2f %7.1f", name, tasks, who,
	    wall[0] * ns, median * ns,
	    (wall[n - 1] - wall[0]) / median * 100);
	if (cpu != NULL) {
		qsort(cpu, (size_t)n, sizeof(*cpu), by_size);
		printf(" %11.2f", cpu[0] * ns);
	} else
		printf(" %11s", "-");
	printf(" %11.0f", 1e9 / (wall[0] * ns));
	if (bytes > 0)
		printf(" %7.0f\n", bytes);
	else
		printf(" %7s\n", "-");
	fflush(stdout);
}

void
bench_line(const char *name, long tasks, const char *who, double *wall,
    double *cpu, int n, long operations, double bytes)
{
	print(name, tasks, who, wall, cpu, n, 1e9 / (double)operations, bytes);
}

void
bench_head(void)
{
	printf("%-16s %8s %-14s %11s %11s %7s %11s %11s %7s\n", "# ns: subject",
	    "tasks", "who", "best", "median", "spread%", "CPU", "per second",
	    "bytes");
}

static void
measure(struct entry *e, int entries, long tasks, long n)
{
	struct trial t;
	int i, k;

	for (k = 0; k < entries; k++)
		if (n > 0)
			e[k].n = n;
		else
			calibrate(&e[k], tasks);
	for (i = 0; i < runs; i++)
		for (k = 0; k < entries; k++) {
			if (e[k].n == 0)
				continue;
			t = try(&e[k], tasks, e[k].n);
			e[k].wall[i] = t.wall / (double)t.n * 1e9;
			e[k].cpu[i] = t.cpu / (double)t.n * 1e9;
			if (t.n == 0)
				e[k].n = 0;
		}
	for (k = 0; k < entries; k++)
		if (e[k].n > 0)
			print(e[k].s->name, tasks, e[k].s->who, e[k].wall,
			    e[k].cpu, runs, 1, e[k].bytes);
}

/* All that have that name. */
static int
measure_name(const struct subject *table, const char *name, long tasks, long n)
{
	struct entry e[MANY];
	const struct subject *s;
	int entries = 0;

	for (s = table; s->name != NULL && entries < MANY; s++)
		if (strcmp(s->name, name) == 0 &&
		    (only == NULL || strcmp(s->who, only) == 0)) {
			memset(&e[entries], 0, sizeof(e[0]));
			e[entries++].s = s;
		}
	measure(e, entries, tasks, n);
	return (entries);
}

static bool
had(const struct subject *table, const struct subject *s)
{
	for (; table < s; table++)
		if (strcmp(table->name, s->name) == 0)
			return (true);
	return (false);
}

static void
measure_all(const struct subject *table)
{
	const struct subject *s;
	int i;

	bench_head();
	for (s = table; s->name != NULL; s++)
		for (i = 0; !had(table, s) && i < COUNTS && s->tasks[i] > 0;
		    i++)
			(void)measure_name(table, s->name, s->tasks[i], 0);
}

static void
settings(void)
{
	const char *p;

	if ((p = getenv("BENCH_RUNS")) != NULL)
		runs = atoi(p);
	if ((p = getenv("BENCH_SECONDS")) != NULL)
		length = strtod(p, NULL);
	only = getenv("BENCH_WHO");
	if (runs < 1 || runs > RUNS_MAX || length < 0)
		errx(2, "BENCH_RUNS: 1 to %d; BENCH_SECONDS: not below 0",
		    RUNS_MAX);
}

int
bench_runs(void)
{
	settings();
	return (runs);
}

int
bench(int argc, char *argv[], const struct subject *table)
{
	long tasks, n = 0;

	settings();
	if (argc < 2) {
		measure_all(table);
		return (0);
	}
	tasks = argc > 2 ? atol(argv[2]) : 0;
	if (argc > 3) {
		n = atol(argv[3]);
		runs = 1;
	}
	if (argc > 4 || tasks < 1 || n < 0 || (argc > 3 && n == 0))
		errx(2, "usage: %s [subject tasks [operations]]", argv[0]);
	if (measure_name(table, argv[1], tasks, n) == 0)
		errx(3, "%s: no such subject", argv[1]);
	return (0);
}
