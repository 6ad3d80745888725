/*
 * What is sent when a stream is tried: the byte at a place, of ASCII, so that
 * text is it too.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "stream.h"

static char
byte_at(size_t at)
{
	return ((char)(' ' + ((at ^ at >> 6 ^ at >> 12 ^ at >> 18) & 63)));
}

void
green__put_bytes(char *buf, size_t at, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		buf[i] = byte_at(at + i);
}

bool
green__are_bytes(const char *buf, size_t at, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (buf[i] != byte_at(at + i))
			return (false);
	return (true);
}
