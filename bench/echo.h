/*
 * The servers of bench/echo.c and bench/turns.c: each serves the listening socket
 * fd until its process is killed.  A request is 64 bytes; the answer is the same,
 * or, as http, a small page for every 64 bytes that came.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef ECHO_H
#define ECHO_H

#include <stdbool.h>

#define REQUEST	64

extern const char page[];
extern const unsigned page_len;

void	 serve_epoll(int fd, bool http);
void	 serve_epoll_buffers(int fd, bool http);
void	 serve_green(int fd, bool http);

#endif /* ECHO_H */
