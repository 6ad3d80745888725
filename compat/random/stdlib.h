/*
 * <stdlib.h> with arc4random_buf(), for systems where it has it not: on the
 * include path of those alone.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include_next <stdlib.h>

#ifndef GREEN_COMPAT_RANDOM_STDLIB_H
#define GREEN_COMPAT_RANDOM_STDLIB_H

#define arc4random_buf	green__arc4random_buf
void	 arc4random_buf(void *buf, size_t len);

#endif /* GREEN_COMPAT_RANDOM_STDLIB_H */
