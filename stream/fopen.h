/*
 * How stdio is told of a stream: the functions that it calls, and the one, in
 * fopen_*.c, that tells it.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef GREEN_FOPEN_H
#define GREEN_FOPEN_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdio.h>

ssize_t	 green__cookie_read(void *cookie, char *buf, size_t max);
ssize_t	 green__cookie_write(void *cookie, const char *buf, size_t len);
off_t	 green__cookie_seek(void *cookie, off_t to, int whence);
int	 green__cookie_close(void *cookie);

FILE	*green__cookie_open(void *cookie, bool reads, bool writes);

#endif /* GREEN_FOPEN_H */
