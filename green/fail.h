/* How calls fail (errmsg.c), and how programs do that misuse them. */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef GREEN_FAIL_H
#define GREEN_FAIL_H

#include "base.h"

/* The calling task is cancelled: fail so, with the reason; -1. */
int	 green__cancelled(void) GREEN__COLD;

/* Errors (errmsg.c): set errno, say no more about it; -1. */
int	 green__fail(int code) GREEN__COLD;
/* The same with a text for green_errmsg(). */
int	 green__failx(int code, const char *fmt, ...) GREEN__PRINTF(2, 3)
	    GREEN__COLD;
/* The same with a text that is copied; NULL: none. */
int	 green__fail_text(int code, const char *text) GREEN__COLD;
/* Where something happened, for messages. */
static inline const char *
green__place(const char *where)
{
	return (where == NULL ? "an unknown place" : where);
}
/* What there is to say of errno beyond strerror(), for somebody else to say:
   malloc'd; NULL: nothing. */
char	*green__fail_told(void);
/* A bug in the program: "libgreen: ..." on stderr, and abort(). */
void	 green__die(const char *fmt, ...) GREEN__PRINTF(1, 2)
	    GREEN__NORETURN GREEN__COLD;

#endif /* GREEN_FAIL_H */
