/*
 * Streams and listeners to test with, and tasks that use them.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef STREAMS_H
#define STREAMS_H

#include <green/net.h>

/* Two ends of one connection. */
bool	 streams_open(struct green_stream *end[2]);		/* TCP */
bool	 streams_open_local(struct green_stream *end[2]);	/* UNIX */
void	 streams_close(struct green_stream *end[2]);

/* A listener on some port of 127.0.0.1. */
struct green_listener *streams_listen(int *port);
struct green_stream *streams_connect(int port);
/* A port of every address where connections are refused, for as long as the
   descriptor, which is returned, is open: nobody else can listen there. */
int	 streams_refuse(int *port);

/* One call in a task of its own, and how it ended. */
struct call {
	struct green_stream *s;
	char	*buf;			/* NULL: send anything */
	size_t	 len;
	bool	 done;
	ssize_t	 rc;
	int	 error;
};
int	 call_receive(void *call);
int	 call_receive_exactly(void *call);
int	 call_receive_line(void *call);
int	 call_send(void *call);
int	 call_close(void *call);

/* Handlers for green_serve(). */
int	 echo(struct green_stream *s, void *unused);
int	 greet(struct green_stream *s, void *unused);	/* "hello\n" */

/* Let others run until they wait. */
void	 settle(void);

#endif /* STREAMS_H */
