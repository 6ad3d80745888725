/*
 * getaddrinfo(3) for tasks.  What the system's resolver says is handed on as it
 * is; what the loop's own says is put into a list of the same shape, which is
 * known by a flag that no system has.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/types.h>
#include <sys/socket.h>

#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define OURS	(1 << 30)		/* among ai_flags */

struct entry {
	struct addrinfo ai;
	struct sockaddr_storage sa;
	char	 name[];
};

void
green_freeaddrinfo(struct addrinfo *res)
{
	struct addrinfo *next;

	if (res != NULL && (res->ai_flags & OURS) == 0) {
		freeaddrinfo(res);
		return;
	}
	for (; res != NULL; res = next) {
		next = res->ai_next;
		free(res);
	}
}

/* A copy of one, with a canonical name or NULL. */
static struct addrinfo *
copy(const struct addrinfo *ai, const char *name)
{
	size_t len = name == NULL ? 0 : strlen(name) + 1;
	struct entry *e;

	if ((e = malloc(sizeof(*e) + len)) == NULL)
		return (NULL);
	e->ai = *ai;
	e->ai.ai_flags |= OURS;
	memcpy(&e->sa, ai->ai_addr, ai->ai_addrlen);
	e->ai.ai_addr = (struct sockaddr *)&e->sa;
	e->ai.ai_canonname = name == NULL ? NULL : memcpy(e->name, name, len);
	e->ai.ai_next = NULL;
	return (&e->ai);
}

/* What the system makes of an address, the service and the hints, at *end. */
static int
append(struct addrinfo ***end, struct green__addr *a, const char *service,
    const struct addrinfo *hints, const char *name)
{
	struct addrinfo *res, *ai, number = *hints;
	char host[NI_MAXHOST];
	int rc;

	rc = getnameinfo(green__sa(a), a->len, host, sizeof(host), NULL, 0,
	    NI_NUMERICHOST);
	if (rc != 0)
		return (rc);
	number.ai_flags = (number.ai_flags | AI_NUMERICHOST) & ~AI_CANONNAME;
	if ((rc = green__lookup(host, service, &number, &res)) != 0)
		return (rc);
	for (ai = res; ai != NULL; ai = ai->ai_next) {
		if (ai->ai_addrlen > sizeof(struct sockaddr_storage))
			continue;
		if ((**end = copy(ai, name)) == NULL) {
			freeaddrinfo(res);
			return (EAI_MEMORY);
		}
		*end = &(**end)->ai_next;
		name = NULL;
	}
	freeaddrinfo(res);
	return (0);
}

/* By the loop's own resolver. */
static int
look_up(const char *host, const char *service, const struct addrinfo *hints,
    struct addrinfo **res)
{
	struct addrinfo *list = NULL, **end = &list;
	struct green__addrs a;
	const char *name = hints->ai_flags & AI_CANONNAME ? host : NULL;
	size_t i;
	int rc, error;

	if ((rc = green__resolver_ask(&a, host, hints->ai_family)) != 0)
		return (rc);
	for (i = 0; i < a.n && rc == 0; i++)
		rc = append(&end, &a.v[i], service, hints,
		    list == NULL ? name : NULL);
	error = errno;
	free(a.v);
	if (rc == 0)
		*res = list;
	else
		green_freeaddrinfo(list);
	errno = error;
	return (rc);
}

int
green_getaddrinfo(const char *host, const char *service,
    const struct addrinfo *hints, struct addrinfo **res)
{
	static const struct addrinfo none = { .ai_family = AF_UNSPEC };

	if (green__check() == -1)
		return (EAI_SYSTEM);
	if (hints == NULL)
		hints = &none;
	if (green__loop->resolver == NULL || host == NULL ||
	    (hints->ai_flags & AI_NUMERICHOST) != 0 ||
	    green__is_number(host))
		return (green__lookup(host, service, hints, res));
	return (look_up(host, service, hints, res));
}
