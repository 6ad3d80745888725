/*
 * What libgreen shows to libgreen-testing, and to nobody else: these names may
 * change with any version, and the two libraries of one version belong
 * together.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef GREEN_PROBE_H
#define GREEN_PROBE_H

#include <green/scope.h>

GREEN_BEGIN_DECLS

/*
 * A probe is told of what the tasks of its loop do, as they do it (probe.c).
 *   CHECK  a checkpoint begins: if its task is cancelled now, it fails
 *   PARK   a task is about to wait: if it is cancelled now, that ends at once
 *   LOCK   a task has ended and left a lock held
 */
enum green_probe_event_ {
	GREEN_PROBE_CHECK_,
	GREEN_PROBE_PARK_,
	GREEN_PROBE_LOCK_
};
struct green_probe_ {
	void	(*see)(struct green_probe_ *p, enum green_probe_event_ e);
};
/* From here on p (NULL: none) is the running loop's; which it was before. */
struct green_probe_ *green_probe_(struct green_probe_ *p);

/* Would the calling task see s cancelled, through all shields inside of it? */
bool	 green_sees_(const struct green_scope *s);
/* Give the calling task n calls that need not block, until it gives way for what
   reason ever; how many it had. */
unsigned green_budget_(unsigned n);

/* idle.c, clock.c: green_wait_all_blocked(), green_mock_advance(). */
int	 green_wait_idle_(int64_t cushion);
int	 green_mock_advance_(int64_t duration);

/* Calls in the process's worker threads, and those that wait for one.  Any
   thread. */
size_t	 green_thread_calls_(void);

GREEN_END_DECLS
#endif /* GREEN_PROBE_H */
