/*
 * What there is to see: on a terminal a bar for each file that is under way, and
 * a line for all; else nothing but what has failed.  Lines that are drawn are
 * below those that stay, and drawn over ten times a second.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */

#include <sys/ioctl.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "fetch.h"

#define TICK	(GREEN_SEC / 10)

static struct job *jobs;
static size_t	 njobs;
static int	 drawn;			/* lines, above the cursor */
static bool	 visible;
static int	 rows = 24, columns = 80;

void
progress_begin(struct job *all, size_t n)
{
	jobs = all;
	njobs = n;
	visible = !options.quiet && isatty(STDERR_FILENO) &&
	    (all[0].path != NULL || !isatty(STDOUT_FILENO));
}

static void
measure(void)
{
	struct winsize w;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_row > 2 &&
	    w.ws_col > 20) {
		rows = w.ws_row;
		columns = w.ws_col;
	}
}

static const char *
amount(double n, char buf[16])
{
	static const char units[] = "BkMGTP";
	int i = 0;

	for (; n >= 999.5 && units[i + 1] != '\0'; i++)
		n /= 1000;
	snprintf(buf, 16, i == 0 || n >= 99.95 ? "%.0f %c" : "%.1f %c", n,
	    units[i]);
	return (buf);
}

/* What a terminal takes for nothing but text. */
static const char *
plain(const char *s, char *buf, int size)
{
	int i = 0;

	for (; i < size - 1 && s[i] != '\0'; i++)
		buf[i] = isascii((unsigned char)s[i]) &&
		    isprint((unsigned char)s[i]) ? s[i] : '?';
	buf[i] = '\0';
	return (buf);
}

static void
put_bar(FILE *out, const struct job *j, int width)
{
	int full = j->size <= 0 ? 0 : (int)((double)width * (double)j->have /
	    (double)j->size);

	putc('[', out);
	for (int i = 0; i < width; i++)
		putc(i < full ? '=' : i == full && j->size > 0 ? '>' : ' ',
		    out);
	putc(']', out);
}

static void
put_job(FILE *out, const struct job *j)
{
	char name[64], have[16], rate[16], left[32] = "", why[256];
	int room = columns / 3 < 40 ? columns / 3 : 40, bar;
	intmax_t seconds;

	fprintf(out, "%-*s ", room, plain(j->name, name, room + 1));
	if (j->state == PAUSED) {
		fprintf(out, "waits: %s\n", plain(j->why, why,
		    columns - room - 8));
		return;
	}
	/* "[]  99%  99.9 M  99.9 M/s  9:59:59" */
	if ((bar = columns - room - 38) >= 5)
		put_bar(out, j, bar < 40 ? bar : 40);
	if (j->size > 0) {
		fprintf(out, " %3d%%", (int)(100 * (double)j->have /
		    (double)j->size));
		if (j->rate >= 1) {
			seconds = (intmax_t)((double)(j->size - j->have) /
			    j->rate);
			snprintf(left, sizeof(left), " %jd:%02jd", seconds / 60,
			    seconds % 60);
		}
	}
	fprintf(out, " %7s %7s/s%s\n", amount((double)j->have, have),
	    amount(j->rate, rate), left);
}

static void
put_all(FILE *out)
{
	size_t ended = 0, failed = 0;
	char came[16], rate[16];
	double bytes = 0, speed = 0;

	for (size_t i = 0; i < njobs; i++) {
		ended += jobs[i].state == ENDED;
		failed += jobs[i].state == ENDED && jobs[i].outcome != FETCHED;
		bytes += (double)jobs[i].came;
		speed += jobs[i].state == ACTIVE ? jobs[i].rate : 0;
	}
	fprintf(out, "%zu of %zu files, %s, %s/s", ended, njobs,
	    amount(bytes, came), amount(speed, rate));
	if (failed > 0)
		fprintf(out, ", %zu failed", failed);
	putc('\n', out);
}

static void
erase(FILE *out)
{
	if (drawn > 0)
		fprintf(out, "\033[%dA\r\033[J", drawn);
	drawn = 0;
}

/* In one piece, so that it does not flicker. */
static void
draw(void)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (out == NULL)
		return;
	measure();
	erase(out);
	for (size_t i = 0; i < njobs && drawn < rows - 2; i++)
		if (jobs[i].state == ACTIVE || jobs[i].state == PAUSED) {
			put_job(out, &jobs[i]);
			drawn++;
		}
	put_all(out);
	drawn++;
	if (fclose(out) == 0)
		(void)!write(STDERR_FILENO, text, len);
	free(text);
}

/* Lately is the last second or so. */
static void
measure_rates(int64_t *before)
{
	struct job *j;

	for (size_t i = 0; i < njobs; i++) {
		j = &jobs[i];
		j->rate += 0.1 * ((double)(j->came - before[i]) *
		    (double)GREEN_SEC / (double)TICK - j->rate);
		before[i] = j->came;
	}
}

int
progress_draw(void *unused)
{
	int64_t *before;

	(void)unused;
	if (!visible)
		return (0);
	if ((before = calloc(njobs, sizeof(*before))) == NULL)
		return (-1);
	do {
		measure_rates(before);
		draw();
	} while (green_sleep(TICK) == 0);
	free(before);
	return (-1);			/* cancelled, as all is done */
}

void
progress_tell(const struct job *j)
{
	char name[256], have[16];

	erase(stderr);
	if (j->outcome != FETCHED)
		fprintf(stderr, "fetch: %s: %s\n", j->text, j->why);
	else if (visible)
		fprintf(stderr, "%s: %s\n", plain(j->name, name, sizeof(name)),
		    amount((double)j->have, have));
	if (visible)
		draw();
}

void
progress_end(void)
{
	if (visible)
		draw();
	drawn = 0;
}
