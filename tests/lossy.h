/*
 * A slow link that loses packets.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef LOSSY_H
#define LOSSY_H

/* In a task: make two interfaces, say "ready" on stdout, and be the link between
   them for as long as it goes.  -1: they cannot be made. */
int	 lossy(const char *one, const char *other);

#endif /* LOSSY_H */
