/* Pipes, close-on-exec from birth where the system can. */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef GREEN_PIPE_H
#define GREEN_PIPE_H

int	 green__pipe(int fd[2]);		/* EMFILE, ENFILE */
int	 green__fd_nonblocking(int fd);		/* 0; -1 and errno */

#endif /* GREEN_PIPE_H */
