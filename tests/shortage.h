/*
 * What a child process can be short of.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef SHORTAGE_H
#define SHORTAGE_H

#include <stdbool.h>
#include <stddef.h>

/* From here on no thread can be started; false: the system cannot do that. */
bool	 no_more_threads(void);
/* The address space has room for so many bytes; false: as above. */
bool	 no_more_memory(size_t bytes);

#endif /* SHORTAGE_H */
