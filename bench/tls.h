/*
 * A TLS connection, or many: by libgreen, and by OpenSSL alone.  Each side has a
 * thread of its own.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef BENCH_TLS_H
#define BENCH_TLS_H

#include <openssl/ssl.h>

#define PIECE	65536			/* of bulk, to send and to receive */
#define NAME	"localhost"

enum work {
	UP,				/* n pieces from the client */
	DOWN,				/* from the server */
	FULL,				/* n connections: a handshake, a byte */
	RESUMED
};
struct side {
	enum work work;
	long	 n;
	int	 listener;		/* the server's */
	int	 port;
	SSL_CTX	*ctx;
	const char *ca;			/* what the client trusts: a file */
};

/* Threads' functions; the argument is their struct side. */
void	*green_server(void *side);
void	*green_client(void *side);
void	*plain_server(void *side);
void	*plain_client(void *side);

#endif /* BENCH_TLS_H */
