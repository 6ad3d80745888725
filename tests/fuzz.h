/*
 * Random programs: the world that the tasks of one share, and what its parts
 * have in common.  Each part is a list of steps that a task may take, drawn
 * from the program's seed, with what must hold afterwards.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef FUZZ_H
#define FUZZ_H

#include <green/channel.h>
#include <green/group.h>
#include <green/local.h>
#include <green/sync.h>

#define FUZZ_SLOTS	64	/* open scopes that anybody may meddle with */
#define FUZZ_ITEMS	4096	/* that one program may send */
#define FUZZ_CHANNELS	3
#define FUZZ_FUTURES	4
#define FUZZ_BORROWERS	4
#define FUZZ_TOPICS	8
#define FUZZ_PERMITS	2

struct fuzz_topic {
	struct green_topic *topic;	/* NULL: closed, or not open yet */
	int	 capacity;
	int	 published;
};

struct fuzz {
	uint64_t state;			/* of the generator */
	uint64_t trace;			/* a hash of all that happened */
	int64_t	 began;
	int	 budget;		/* steps left to the whole program */
	int	 tasks;			/* that have begun and not ended */
	int	 serial;		/* of the last task */
	bool	 threads;		/* steps may call workers: no trace */
	bool	 shielding;		/* steps may shield what is cancelled */
	bool	 bad;
	struct green_scope *open[FUZZ_SLOTS];

	struct green_lock lock;
	const struct green_task *holder;
	unsigned ticket, served;	/* of those who asked, who have had it */
	struct green_lock doomed;	/* whoever takes it ends with it */
	bool	 taken, dead;
	struct green_cond cond;		/* a monitor with a stock */
	const struct green_task *inside;
	int	 stock, made, used;
	struct green_sem sem;
	int	 permits;		/* taken */
	struct green_limiter limiter;
	int	 tokens;		/* lent to those who know of it */
	char	 borrower[FUZZ_BORROWERS];
	unsigned borrows[FUZZ_BORROWERS];	/* who have it, or ask for it */
	bool	 has_token[FUZZ_BORROWERS];
	unsigned lent[FUZZ_BORROWERS];		/* tokens, in all */
	struct green_event event;
	struct green_future future[FUZZ_FUTURES];
	int	 outcome[FUZZ_FUTURES];	/* 0: not yet; 1: a value; -1: EIO */
	struct green_guard guard;
	bool	 guarded;
	struct green_sender *tx[FUZZ_CHANNELS];
	struct green_receiver *rx[FUZZ_CHANNELS];
	int	 nitems;
	unsigned char channel[FUZZ_ITEMS];	/* that each was meant for */
	unsigned char sent[FUZZ_ITEMS], received[FUZZ_ITEMS];
	struct fuzz_topic topics[FUZZ_TOPICS];
	int	 ntopics;
	struct green_key mine, handed_down;
	int	 values;		/* set in mine, not destroyed yet */
};

/* What a task knows of itself. */
struct fuzz_job {
	struct fuzz *p;
	int	 depth;			/* of groups in groups */
	bool	 holds;			/* something that others wait for */
	bool	 dooms;			/* has the lock that it ends with */
};

/* Fail, as programs do: -1, with one of several errnos; and was it that? */
int	 fuzz_fail(struct fuzz *p);
bool	 fuzz_failed(int rc);

/* 0 .. n-1 */
unsigned fuzz_draw(struct fuzz *p, unsigned n);
/* One check for all: so many of CHECK() would drown whatever fails. */
void	 fuzz_must(struct fuzz *p, bool holds, const char *what);
/* Cancellation is a level: what failed by it goes on failing.  Passes rc on. */
int	 fuzz_level(struct fuzz *p, int rc);
/* That many steps, while the budget lasts, or until one fails. */
int	 fuzz_steps(struct fuzz_job *j, unsigned n);

/*
 * The parts: fuzz_tasks.c has tasks, groups and scopes, fuzz_sync.c what is
 * fought for, fuzz_trade.c what goes from one to another.  A step returns 0, or
 * -1 when the task is to end, cancelled or failed.
 */
typedef int fuzz_step(struct fuzz_job *j);
extern fuzz_step *const fuzz_tasks_steps[], *const fuzz_sync_steps[],
    *const fuzz_trade_steps[];		/* each ends with NULL */

/* Make what the part needs; look at it after each step; and at the end. */
void	 fuzz_sync_begin(struct fuzz *p);
void	 fuzz_sync_look(struct fuzz *p);
void	 fuzz_sync_end(struct fuzz *p);
void	 fuzz_trade_begin(struct fuzz *p);
void	 fuzz_trade_look(struct fuzz *p);
void	 fuzz_trade_end(struct fuzz *p);
/* Of the task that begins here: what it may find, and leaves behind. */
void	 fuzz_task_begins(struct fuzz_job *j, const void *handed_down);
void	 fuzz_task_ends(struct fuzz_job *j);

/*
 * The model (fuzz_model.c): what scopes, groups, tasks and timers of the loop
 * must look like, worked out anew from what they are made of.
 */
void	 fuzz_model_look(struct fuzz *p);
/* Is the calling task cancelled, as seen from around s? */
bool	 fuzz_model_cancelled_around(const struct green_scope *s);
/* Is the calling task cancelled? */
bool	 fuzz_model_cancelled(void);

#endif /* FUZZ_H */
