/*
 * What the files of libgreen-testing share: what a run may leave behind, and
 * somebody to tell of a run that does not end.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef TESTING_INTERNAL_H
#define TESTING_INTERNAL_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#define GREEN__DESCRIPTORS	1024	/* those looked at: a leak takes the lowest */

/* remains.c: what the process had before a run. */
struct green__remains {
	bool	 open[GREEN__DESCRIPTORS];
	bool	 children;
	size_t	 calls;			/* of worker threads */
};
/* Once before the others: what a backend takes for the whole process, the first
   time, is not to count. */
void	 green__remains_settle(void);
void	 green__remains_note(struct green__remains *r);
/* What is there now and was not, a line for each on stderr, which begins with
   who; true if nothing is. */
bool	 green__remains_none(const struct green__remains *before,
	    const char *who);

/* alarm.c: when an armed one's time is over, it says text on stderr, with a
   dump of the tasks of the thread that has opened it, and aborts the process. */
struct green__alarm {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	pthread_t thread, watched;
	unsigned seconds;
	unsigned long round;		/* so many times armed or disarmed */
	bool	 armed;
	bool	 leaving;
	char	 text[256];
};
/* What a run, or a claim, may take: $GREEN_TEST_TIMEOUT, else 10. */
unsigned green__test_seconds(void);
int	 green__alarm_open(struct green__alarm *w);	/* EAGAIN, ... */
void	 green__alarm_arm(struct green__alarm *w, const char *text);
void	 green__alarm_disarm(struct green__alarm *w);
void	 green__alarm_close(struct green__alarm *w);

#endif /* TESTING_INTERNAL_H */
