/*
 * A loop's own resolver, in place of the system's: tests have names lead where
 * they like by it, and programs ask name servers without worker threads.  It
 * only says which addresses a host has; services and the rest stay with the
 * system's, which is asked about each address, a number.
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

struct green_answer {
	struct green__addrs a;
	int	 family;
};

int
green_resolver_set(green_resolver_fn *fn, void *arg)
{
	if (green__loop == NULL)
		return (green__fail(EPERM));
	green__loop->resolver = fn;
	green__loop->resolver_arg = arg;
	return (0);
}

static bool
known(const struct green__addrs *a, const struct addrinfo *ai)
{
	size_t i;

	for (i = 0; i < a->n; i++)
		if (a->v[i].len == ai->ai_addrlen &&
		    memcmp(&a->v[i].sa, ai->ai_addr, ai->ai_addrlen) == 0)
			return (true);
	return (false);
}

int
green__addrs_collect(struct green__addrs *a, const struct addrinfo *res,
    int family)
{
	const struct addrinfo *ai;
	struct green__addr *v;
	size_t n = a->n;

	for (ai = res; ai != NULL; ai = ai->ai_next)
		n++;
	if ((v = reallocarray(a->v, n, sizeof(*v))) == NULL)
		return (green__fail(ENOMEM));
	a->v = v;
	for (ai = res; ai != NULL; ai = ai->ai_next) {
		if ((ai->ai_family != AF_INET && ai->ai_family != AF_INET6) ||
		    (family != AF_UNSPEC && ai->ai_family != family) ||
		    ai->ai_addrlen > sizeof(v->sa) || known(a, ai))
			continue;
		memset(&a->v[a->n], 0, sizeof(*v));
		a->v[a->n].len = ai->ai_addrlen;
		memcpy(&a->v[a->n++].sa, ai->ai_addr, ai->ai_addrlen);
	}
	return (0);
}

int
green_answer_add(struct green_answer *answer, const char *address)
{
	const struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST,
		.ai_socktype = SOCK_STREAM
	};
	struct addrinfo *res;
	int rc = getaddrinfo(address, NULL, &hints, &res);

	if (rc != 0)
		return (rc == EAI_MEMORY ? green__fail(ENOMEM) :
		    green__failx(EINVAL, "\"%.64s\" is not an address",
		    address));
	rc = green__addrs_collect(&answer->a, res, answer->family);
	freeaddrinfo(res);
	return (rc);
}

int
green__resolver_ask(struct green__addrs *a, const char *host, int family)
{
	struct loop *l = green__loop;
	struct green_answer answer = { .family = family };
	int rc, error;

	rc = l->resolver(host, family, &answer, l->resolver_arg);
	if (rc == 0 && answer.a.n == 0)
		rc = EAI_NONAME;
	if (rc != 0) {
		error = errno;
		free(answer.a.v);
		errno = error;
	} else
		*a = answer.a;
	return (rc);
}
