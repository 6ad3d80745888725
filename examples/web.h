/*
 * Files over HTTP/1.1, to one client at a time.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */

#include <green.h>

struct web {
	char	*root;			/* the working directory */
	int64_t	 patience;		/* ns for a client to take its time */
	bool	 verbose;		/* a line for each answer */
};

/* Answer what comes until the client leaves; for green_serve(). */
int	 web_client(struct green_stream *s, void *web);
