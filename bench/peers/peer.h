/* What the peers in C and C++ share: as the programs beside libgreen do it. */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef PEER_H
#define PEER_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* bench/timer.c: how long a task sleeps, of so many. */
static inline long
nap_ns(long tasks)
{
	return (1 + random() % (tasks * 20000));
}

/* bench/file.c, of $BENCH_FILE. */
#define PAGE		4096
#define PIECE		65536
#define FILE_SIZE	(64 * 1024 * 1024)

/* bench/echo.c */
#define REQUEST		64

static const char page[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
    "Content-Length: 14\r\n\r\nHello, world!\n";

static inline bool
is_http(char *argv[])
{
	return (strcmp(argv[1], "http") == 0);
}

static inline bool
to_serve(int argc, char *argv[])
{
	return (argc == 2 && (is_http(argv) || strcmp(argv[1], "echo") == 0));
}

#endif /* PEER_H */
