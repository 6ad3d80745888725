/*
 * TLS connections to test with: both sides in one loop.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef TESTS_TLS_H
#define TESTS_TLS_H

#include <green/tls.h>

/* One side's handshake, in a task of its own, and how it ended. */
struct side {
	struct green_stream *s;		/* raw before, TLS after; or NULL */
	const struct green_tls_options *opt;
	int	 error;
	char	 msg[512];
};
int	 side_wrap(void *side);
/* Both handshakes at once, over ends that are connected: the server's is 0. */
void	 sides_wrap(struct side side[2]);
/* The same over a UNIX socket, with options that are good but for these; NULL:
   they are good.  true: both have succeeded. */
bool	 sides_open(struct side side[2], const struct green_tls_options *server,
	    const struct green_tls_options *client);
void	 sides_close(struct side side[2]);
extern const char *const sides_hostname;	/* "server.example" */
/* Those that are good. */
struct green_tls_options server_options(void);
struct green_tls_options client_options(void);

#endif /* TESTS_TLS_H */
