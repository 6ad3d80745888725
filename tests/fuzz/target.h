/*
 * A fuzz target: a function of bytes, whatever they are, that does with them
 * what libgreen or an example does with a stranger's, and says what must hold
 * then. It leaves nothing behind, and does the same each time.  scripts/fuzz
 * makes a program of each; replay.c makes one of all, which runs what is in
 * corpus/.
 *
 *	TARGET(path)
 *	{
 *		... data[0 .. size) ...
 *		MUST(strcmp(again, once) == 0);
 *		return (0);
 *	}
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef FUZZ_TARGET_H
#define FUZZ_TARGET_H

#include <stddef.h>
#include <stdint.h>

#include <green/run.h>
#include <green/stream.h>

#ifdef FUZZ_ALONE
#define TARGET(name)							\
	int	 LLVMFuzzerTestOneInput(const uint8_t *data, size_t size); \
	int								\
	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
#else
#define TARGET(name)							\
	int	 fuzz_##name(const uint8_t *data, size_t size);		\
	int								\
	fuzz_##name(const uint8_t *data, size_t size)
#endif

/* Or this input has found something. */
#define MUST(e)								\
	((e) ? (void)0 : fuzz_fail(#e, __FILE__, __LINE__))
_Noreturn void fuzz_fail(const char *claim, const char *file, int line);

/* Bytes that are taken from the front. */
struct fuzz_bytes {
	const uint8_t *at;
	size_t	 left;
};
/* One; 0 when there are no more. */
unsigned fuzz_byte(struct fuzz_bytes *b);
/* A copy of what stands before the first end, which is passed over, as a string
   in a block of just that size: whoever reads on is seen.  free() */
char	*fuzz_string(struct fuzz_bytes *b, char end);
/* Likewise, not a string.  free() */
void	*fuzz_block(const void *data, size_t size);

/* What was sent somewhere. */
struct fuzz_sink {
	char	*data;			/* free() */
	size_t	 len;
};
/*
 * A stream that brings data, which stays the caller's: at most cuts[i] + 1
 * bytes at a time, i counting up, and over again; ncuts 0: as many as there is
 * room for.  What is sent goes to sink.
 */
struct green_stream *fuzz_stream(const void *data, size_t len,
	    const uint8_t *cuts, size_t ncuts, struct fuzz_sink *sink);
/* fn in a loop's first task; it must not fail. */
void	 fuzz_in_task(green_fn *fn, void *arg);

#endif /* FUZZ_TARGET_H */
