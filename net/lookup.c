/*
 * The system's resolver.  It blocks, on files and on name servers, and so runs
 * in a worker thread, under a limit of its own; numbers never get there.  A
 * question owns all that it is made of: who asked may be cancelled, and gone,
 * before the worker has the answer, which is thrown away then.
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

#define NUMERIC	(AI_NUMERICHOST | AI_NUMERICSERV)

struct question {
	struct addrinfo hints;
	const char *host;		/* in text, or NULL */
	const char *service;		/* likewise */
	struct addrinfo *res;		/* NULL: none, or handed out */
	int	 rc;			/* an EAI_ code */
	int	 error;			/* errno of EAI_SYSTEM */
	char	 text[];
};

static struct question *
question_new(const char *host, const char *service,
    const struct addrinfo *hints)
{
	size_t hlen = host == NULL ? 0 : strlen(host) + 1;
	size_t slen = service == NULL ? 0 : strlen(service) + 1;
	struct question *q;

	if ((q = malloc(sizeof(*q) + hlen + slen)) == NULL)
		return (NULL);
	*q = (struct question){ .hints = *hints };
	if (host != NULL)
		q->host = memcpy(q->text, host, hlen);
	if (service != NULL)
		q->service = memcpy(q->text + hlen, service, slen);
	return (q);
}

static void
question_free(void *arg)
{
	struct question *q = arg;
	int error = errno;

	if (q->res != NULL)
		freeaddrinfo(q->res);
	free(q);
	errno = error;
}

static int
ask(void *arg)
{
	struct question *q = arg;

	q->rc = getaddrinfo(q->host, q->service, &q->hints, &q->res);
	q->error = errno;
	if (q->rc != 0)
		q->res = NULL;
	return (0);
}

bool
green__is_number(const char *host)
{
	const struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST,
		.ai_socktype = SOCK_STREAM
	};
	struct addrinfo *res;

	if (getaddrinfo(host, NULL, &hints, &res) != 0)
		return (false);
	freeaddrinfo(res);
	return (true);
}

/* Here, for it does not block: false if there is a name to look up. */
static bool
look_up_number(const char *host, const char *service,
    const struct addrinfo *hints, struct addrinfo **res)
{
	struct addrinfo number = *hints;

	number.ai_flags |= NUMERIC;
	return (getaddrinfo(host, service, &number, res) == 0);
}

int
green__lookup(const char *host, const char *service,
    const struct addrinfo *hints, struct addrinfo **res)
{
	struct question *q;
	int rc;

	if (look_up_number(host, service, hints, res)) {
		green__spend();
		return (0);
	}
	if ((q = question_new(host, service, hints)) == NULL) {
		(void)green__fail(ENOMEM);
		return (EAI_MEMORY);
	}
	if (green_to_thread_abandonable(&green__loop->limiter_names, ask, q,
	    question_free) == -1) {
		if (!green_thread_abandoned())
			question_free(q);
		return (EAI_SYSTEM);
	}
	if ((rc = q->rc) == 0) {
		*res = q->res;
		q->res = NULL;
	} else if (rc == EAI_SYSTEM)
		(void)green__fail(q->error);
	question_free(q);
	return (rc);
}
