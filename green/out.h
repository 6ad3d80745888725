/*
 * Text on its way to a descriptor, without stdio: signal handlers may write it,
 * and it needs little of a task's stack.  Lines arrive whole if they fit.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef GREEN_OUT_H
#define GREEN_OUT_H

#include <stddef.h>
#include <stdint.h>

struct out {
	int	 fd;
	size_t	 len;
	size_t	 line;			/* where the last one begins */
	char	 buf[512];
};

void	 green__out_text(struct out *o, const char *s);
void	 green__out_number(struct out *o, uintmax_t n);
void	 green__out_seconds(struct out *o, int64_t ns);	/* "1.250 s" */
void	 green__out_flush(struct out *o);

#endif /* GREEN_OUT_H */
