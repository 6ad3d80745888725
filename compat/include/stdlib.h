/*
 * <stdlib.h> with what it should have, for systems where it has it not: on the
 * include path of those alone.  The name that the linker sees is not the plain
 * one, which a program may have for itself.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include_next <stdlib.h>

#ifndef GREEN_COMPAT_STDLIB_H
#define GREEN_COMPAT_STDLIB_H

#define reallocarray	green__reallocarray
void	*reallocarray(void *p, size_t n, size_t size);

#endif /* GREEN_COMPAT_STDLIB_H */
