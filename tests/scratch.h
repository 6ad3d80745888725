/*
 * Files to test with, in a directory of the test program's own, which goes when
 * it ends.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef SCRATCH_H
#define SCRATCH_H

#include <stddef.h>

/* A path in there, malloc'd; NULL: the directory's own. */
char	*scratch_path(const char *name);
/* The same, with a file there whose byte i is scratch_byte(i). */
char	*scratch_file(const char *name, size_t size);
char	 scratch_byte(size_t i);

#endif /* SCRATCH_H */
