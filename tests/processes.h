/* Commands to test processes with. */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef PROCESSES_H
#define PROCESSES_H

#include <green/process.h>

/* Arguments as exec wants them, from literals. */
#define ARGV(...)	((char *const *)(const char *const[]){ __VA_ARGS__, NULL })

/* sh -c command; opt may be NULL. */
struct green_process *shell(const char *command,
	    const struct green_process_options *opt);
/* Its status once it has ended; -1: it could not be started. */
int	 shell_status(const char *command,
	    const struct green_process_options *opt);
/* All that it writes to stdout, malloc'd. */
char	*shell_output(const char *command,
	    const struct green_process_options *opt);
/* A line of what p writes, malloc'd: it has come so far. */
char	*process_line(struct green_process *p);
/* The number that is in the line. */
long	 process_number(struct green_process *p);

#endif /* PROCESSES_H */
