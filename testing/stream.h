/*
 * What the files share that try a stream: a trial of one claim, what it
 * expects, and calls in tasks of their own.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef TESTING_STREAM_H
#define TESTING_STREAM_H

#include <stdbool.h>
#include <stddef.h>

#include <green/testing.h>

#define GREEN__HUGE	((size_t)64 << 20)	/* nobody holds as much */

/* A call, or many, in a task of its own, and how that ended. */
struct green__call {
	struct green_stream *s;
	size_t	 len;			/* all to be moved */
	size_t	 least;			/* at once, growing up to most */
	size_t	 most;
	size_t	 moved;
	ssize_t	 rc;
	int	 error;
	bool	 wrong;			/* other bytes than were sent */
	bool	 done;
	struct green_event end;
	struct green_scope scope;
};

struct green__trial {
	struct green_stream *end[2];	/* NULL: closed by now */
	struct green_scope scope;
	struct green_group group;
	struct green__call call[8];
	int	 ncalls;
	bool	 failed;
	char	 text[256];		/* what does not hold, first */
};

/* stream_data.c and the others: each has a table of claims, up to one without a
   name. */
struct green__claim {
	const char *name;
	void	(*fn)(struct green__trial *t);
};
#define GREEN__CLAIM(name)	{ #name, name }
extern const struct green__claim green__stream_data[];
extern const struct green__claim green__stream_end[];
extern const struct green__claim green__stream_close[];
extern const struct green__claim green__stream_busy[];
extern const struct green__claim green__stream_cancel[];
extern const struct green__claim green__stream_frame[];

/* stream_expect.c: true if it is so; else the trial has failed. */
void	 green__complain(struct green__trial *t, const char *fmt, ...)
	    __attribute__((__format__(__printf__, 2, 3)));
bool	 green__expect(struct green__trial *t, const char *what, ssize_t rc,
	    ssize_t want);
/* One of two errnos; 0: none. */
bool	 green__expect_failure(struct green__trial *t, const char *what,
	    ssize_t rc, int code, int other);
/* The end of a stream whose other side was closed. */
bool	 green__expect_end(struct green__trial *t, const char *what,
	    ssize_t rc);
bool	 green__expect_cut(struct green__trial *t, const char *what,
	    ssize_t rc);
/* All of it has come as it was sent; all of it was sent. */
void	 green__expect_all(struct green__trial *t, const struct green__call *c,
	    size_t len);
void	 green__expect_sent(struct green__trial *t,
	    const struct green__call *c);

/* stream_bytes.c: what is sent, n bytes of it from a place on. */
void	 green__put_bytes(char *buf, size_t at, size_t n);
bool	 green__are_bytes(const char *buf, size_t at, size_t n);

/*
 * stream_call.c: fn in a task, on an end; NULL: told already.  Wait for its
 * end, and take on its errno; false: the claim's time is over.
 */
struct green__call *green__call_begin(struct green__trial *t, green_fn *fn,
	    int i, size_t len);
bool	 green__call_await(struct green__call *c);
/* What can be done in a task; and the last thing there. */
int	 green__send_all(void *call);
int	 green__receive_all(void *call);	/* up to the end, or len */
int	 green__receive_record(void *call);
int	 green__receive_line(void *call);
int	 green__call_over(struct green__call *c, ssize_t rc);

/* stream_block.c: let others get on until they wait; a call that does, or NULL. */
void	 green__settle(void);
struct green__call *green__block_sender(struct green__trial *t, int i);
struct green__call *green__block_receiver(struct green__trial *t,
	    green_fn *fn, int i);
/* Close an end, which must leave errno alone. */
void	 green__close_end(struct green__trial *t, int i);
/* Tell the other side that this was all.  False: it cannot, or may not. */
bool	 green__end_sending(struct green__trial *t, int i);
/* Some bytes from one end to the other, in tasks: all is well there. */
void	 green__converse(struct green__trial *t, int from);

#endif /* TESTING_STREAM_H */
