/*
 * Programs that guests run, and what a host is to have of each: the same for
 * every host that drives one (test_guest*.c).
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef GUESTS_H
#define GUESTS_H

#include <green/run.h>

/* Drives g to its end, or until it has stepped at_most times; how often it has. */
typedef int host_fn(struct green_guest *g, int at_most);

/* On the suite's reactor. */
struct green_guest *open_guest(green_fn *fn, void *arg,
	    const struct green_options *opt);
/* Sleeps, sockets, worker threads, cancellations, in a guest of this host's, which
   is not to spin. */
void	 check_host(host_fn *host);
/* A deadline's distance in ms, rounded up; -1: none. */
int	 guest_patience(const struct green_guest *g);

#endif /* GUESTS_H */
