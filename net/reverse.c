/*
 * The names of addresses.  As for lookup.c: what needs a name server is done in
 * a worker, with all that it needs in memory of its own.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/types.h>
#include <sys/socket.h>

#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include <green/thread.h>

#include "internal.h"

struct question {
	struct sockaddr_storage sa;
	socklen_t salen;
	size_t	 hostlen;
	size_t	 portlen;
	int	 flags;
	int	 rc;
	int	 error;
	char	 text[];		/* host, port */
};

static void
question_free(void *arg)
{
	int error = errno;

	free(arg);
	errno = error;
}

static int
ask(void *arg)
{
	struct question *q = arg;

	q->rc = getnameinfo((struct sockaddr *)&q->sa, q->salen,
	    q->hostlen == 0 ? NULL : q->text, (socklen_t)q->hostlen,
	    q->portlen == 0 ? NULL : q->text + q->hostlen,
	    (socklen_t)q->portlen, q->flags);
	q->error = errno;
	return (0);
}

/* Both are shorter than their room, as ask() said. */
static int
answer(const struct question *q, char *host, char *port)
{
	if (q->rc == 0 && q->hostlen > 0)
		strcpy(host, q->text);
	if (q->rc == 0 && q->portlen > 0)
		strcpy(port, q->text + q->hostlen);
	return (q->rc);
}

static size_t
room(const char *buf, size_t len, size_t most)
{
	if (buf == NULL)
		return (0);
	return (len < most ? len : most);
}

static int
ask_elsewhere(const struct question *what, char *host, char *port)
{
	struct question *q;
	int rc;

	q = malloc(sizeof(*q) + what->hostlen + what->portlen);
	if (q == NULL) {
		(void)green__fail(ENOMEM);
		return (EAI_MEMORY);
	}
	*q = *what;
	if (green_to_thread_abandonable(&green__loop->limiter_names, ask, q,
	    question_free) == -1) {
		if (!green_thread_abandoned())
			question_free(q);
		return (EAI_SYSTEM);
	}
	rc = answer(q, host, port);
	if (rc == EAI_SYSTEM)
		(void)green__fail(q->error);
	question_free(q);
	return (rc);
}

int
green_getnameinfo(const struct sockaddr *sa, socklen_t salen, char *host,
    size_t hostlen, char *port, size_t portlen, int flags)
{
	struct question q = {
		.salen = salen,
		.hostlen = room(host, hostlen, NI_MAXHOST),
		.portlen = room(port, portlen, NI_MAXSERV),
		.flags = flags
	};
	int rc;

	if (green__check() == -1)
		return (EAI_SYSTEM);
	if (salen > sizeof(q.sa))
		return (EAI_FAMILY);
	memcpy(&q.sa, sa, salen);
	if ((q.hostlen > 0 && (flags & NI_NUMERICHOST) == 0) ||
	    (q.portlen > 0 && (flags & NI_NUMERICSERV) == 0))
		return (ask_elsewhere(&q, host, port));
	rc = getnameinfo(sa, salen, host, (socklen_t)q.hostlen, port,
	    (socklen_t)q.portlen, flags);
	if (rc == EAI_SYSTEM)
		(void)green__fail(errno);
	green__spend();
	return (rc);
}
