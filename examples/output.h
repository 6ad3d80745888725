/*
 * Where a download goes: to a file that is there when it is complete, and no
 * earlier; or straight to what is no file.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <green.h>

struct output {
	char	*path;			/* NULL: standard output */
	char	*part, *tag;		/* files beside it; NULL: it is no file */
	struct green_file *file;	/* the part */
	bool	 ours;			/* nobody else writes to it */
	struct green_stream *direct;
	int64_t	 have;			/* bytes so far */
	char	 validator[256];	/* of which content; "": not known */
};

/* resume: with what an earlier program has left.  EBUSY: another is at it. */
int	 output_open(struct output *o, const char *path, bool resume);
/* What comes next is the content from its beginning, of that validator. */
int	 output_restart(struct output *o, const char *validator);
int	 output_write(struct output *o, const void *buf, size_t len);
/* It is complete. */
int	 output_commit(struct output *o);
/* What is not complete stays, if somebody can go on with it. */
void	 output_close(struct output *o);

#endif
