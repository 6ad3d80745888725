/*
 * The certificate that all loops of a server show, and a new one in its place.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */

#include <green.h>

/* Read it: -1 leaves the one that there is, and green_errmsg() says why. */
int	 certificate_read(const char *cert, const char *key);
/* In each loop: have l, which is closed on failure, show it; and before l is
   closed, no more. */
struct green_listener *certificate_show(struct green_listener *l,
	    int64_t patience);
void	 certificate_hide(void);
/* Any of the loops: have all show the one that was read last. */
void	 certificate_renew(void);
/* When no loop runs any more. */
void	 certificate_free(void);
