/*
 * Names.  A resolver blocks, on files and on name servers, and so runs in a
 * worker thread, under a limit of its own; what is a number already never gets
 * there.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/types.h>
#include <sys/socket.h>

#include <ctype.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include <green/thread.h>

#include "internal.h"

#define NUMERIC	(AI_NUMERICHOST | AI_NUMERICSERV)

struct lookup {
	const char *host;
	const char *service;
	const struct addrinfo *hints;
	struct addrinfo *res;
	int	 rc;			/* an EAI_ code */
	int	 error;			/* errno of EAI_SYSTEM */
};

static int
look_up(void *arg)
{
	struct lookup *l = arg;

	l->rc = getaddrinfo(l->host, l->service, l->hints, &l->res);
	l->error = errno;
	return (0);
}

/* In a worker: -1 is ECANCELED or the like; else l has the answer. */
static int
look_up_elsewhere(struct lookup *l)
{
	return (green_to_thread_limited(&green__loop->limiter_names, look_up,
	    l));
}

/* Here, for it does not block: true unless there is a name to look up. */
static bool
look_up_number(struct lookup *l)
{
	struct addrinfo hints = *l->hints;
	struct lookup number = *l;

	hints.ai_flags |= NUMERIC;
	number.hints = &hints;
	if (l->host == NULL)
		return (false);
	(void)look_up(&number);
	if (number.rc != 0)
		return (false);
	l->rc = 0;
	l->res = number.res;
	return (true);
}

int
green_getaddrinfo(const char *host, const char *port,
    const struct addrinfo *hints, struct addrinfo **res)
{
	static const struct addrinfo none = { .ai_family = AF_UNSPEC };
	struct lookup l = {
		.host = host,
		.service = port,
		.hints = hints == NULL ? &none : hints
	};

	if (green__check() == -1)
		return (EAI_SYSTEM);
	if (look_up_number(&l))
		green__spend();
	else if (look_up_elsewhere(&l) == -1)
		return (EAI_SYSTEM);
	if (l.rc == 0)
		*res = l.res;
	else if (l.rc == EAI_SYSTEM)
		(void)green__fail(l.error);
	return (l.rc);
}

struct reverse {
	const struct sockaddr *sa;
	socklen_t salen;
	char	*host;
	size_t	 hostlen;
	char	*port;
	size_t	 portlen;
	int	 flags;
	int	 rc;
	int	 error;
};

static int
reverse(void *arg)
{
	struct reverse *r = arg;

	r->rc = getnameinfo(r->sa, r->salen, r->host, (socklen_t)r->hostlen,
	    r->port, (socklen_t)r->portlen, r->flags);
	r->error = errno;
	return (0);
}

int
green_getnameinfo(const struct sockaddr *sa, socklen_t salen, char *host,
    size_t hostlen, char *port, size_t portlen, int flags)
{
	struct reverse r = {
		.sa = sa, .salen = salen, .host = host, .hostlen = hostlen,
		.port = port, .portlen = portlen, .flags = flags
	};
	bool names = (host != NULL && (flags & NI_NUMERICHOST) == 0) ||
	    (port != NULL && (flags & NI_NUMERICSERV) == 0);

	if (green__check() == -1)
		return (EAI_SYSTEM);
	if (!names) {
		(void)reverse(&r);
		green__spend();
	} else if (green_to_thread_limited(&green__loop->limiter_names,
	    reverse, &r) == -1)
		return (EAI_SYSTEM);
	if (r.rc == EAI_SYSTEM)
		(void)green__fail(r.error);
	return (r.rc);
}

/*
 * 0 .. 65535; or -1: it may be the name of a service.  Resolvers take "-1" and
 * "65536" for numbers, and cut them.  EINVAL for what is neither, as -2.
 */
static int
parse_port(const char *port)
{
	unsigned long n;
	size_t digits;

	if (port == NULL || port[0] == '\0') {
		(void)green__failx(EINVAL, "no port was given");
		return (-2);
	}
	digits = strspn(port, "0123456789");
	if (port[digits] != '\0' && isalnum((unsigned char)port[0]))
		return (-1);
	n = strtoul(port, NULL, 10);
	if (port[digits] != '\0' || digits > 9 || n > 65535) {
		(void)green__failx(EINVAL,
		    "port \"%.64s\" is not a number from 0 to 65535", port);
		return (-2);
	}
	return ((int)n);
}

/* A resolver's failure as ours. */
static int
fail(const struct lookup *l)
{
	int code;

	switch (l->rc) {
	case EAI_AGAIN:
		code = EAGAIN;
		break;
	case EAI_MEMORY:
		code = ENOMEM;
		break;
	case EAI_SERVICE:
		return (green__failx(EINVAL, "service \"%.64s\" is not known",
		    l->service));
	case EAI_SYSTEM:
		code = l->error;
		break;
	default:
		code = EADDRNOTAVAIL;
		break;
	}
	return (green__failx(code, "host \"%.256s\": %s", l->host,
	    l->rc == EAI_SYSTEM ? strerror(code) : gai_strerror(l->rc)));
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

/* Those of a family, each once. */
static int
collect(struct green__addrs *a, const struct addrinfo *res, int family)
{
	const struct addrinfo *ai;
	size_t n = 0;

	for (ai = res; ai != NULL; ai = ai->ai_next)
		n++;
	if ((a->v = calloc(n, sizeof(*a->v))) == NULL)
		return (green__fail(ENOMEM));
	for (ai = res; ai != NULL; ai = ai->ai_next) {
		if ((ai->ai_family != AF_INET && ai->ai_family != AF_INET6) ||
		    (family != AF_UNSPEC && ai->ai_family != family) ||
		    ai->ai_addrlen > sizeof(a->v->sa) || known(a, ai))
			continue;
		a->v[a->n].len = ai->ai_addrlen;
		memcpy(&a->v[a->n++].sa, ai->ai_addr, ai->ai_addrlen);
	}
	return (0);
}

static int
resolve_any(struct green__addrs *a, int port, int family)
{
	if ((a->v = calloc(2, sizeof(*a->v))) == NULL)
		return (green__fail(ENOMEM));
	if (family != AF_INET)
		green__addr_any(&a->v[a->n++], AF_INET6, port);
	if (family != AF_INET6)
		green__addr_any(&a->v[a->n++], AF_INET, port);
	return (0);
}

/* service NULL: no port yet. */
static int
resolve_host(struct green__addrs *a, const char *host, const char *service,
    int family, int type)
{
	struct addrinfo hints = { .ai_socktype = type };
	struct lookup l = { .host = host, .service = service, .hints = &hints };
	int rc;

	/* Of any family at first, so that no number is taken for a name. */
	if (!look_up_number(&l)) {
		hints.ai_family = strchr(host, ':') != NULL ? AF_UNSPEC :
		    family;
		if (look_up_elsewhere(&l) == -1)
			return (-1);
	}
	if (l.rc != 0)
		return (fail(&l));
	rc = collect(a, l.res, family);
	freeaddrinfo(l.res);
	if (rc == 0 && a->n == 0) {
		free(a->v);
		a->v = NULL;
		rc = green__failx(EADDRNOTAVAIL,
		    "host \"%.256s\" has no %s address", host,
		    family == AF_INET ? "IPv4" : "IPv6");
	}
	return (rc);
}

/* The number of a service that has only a name. */
static int
resolve_service(const char *service, int type)
{
	struct green__addrs a = { .v = NULL };
	int number;

	if (resolve_host(&a, "127.0.0.1", service, AF_INET, type) == -1)
		return (-1);
	number = green__addr_port(&a.v[0]);
	free(a.v);
	return (number);
}

int
green__resolve(struct green__addrs *a, const char *host, const char *port,
    int family, int type)
{
	int number = parse_port(port);
	size_t i;

	*a = (struct green__addrs){ .v = NULL };
	if (number == -2)
		return (-1);
	if (family != AF_UNSPEC && family != AF_INET && family != AF_INET6)
		return (green__failx(EINVAL, "family %d is not one of IP's",
		    family));
	if (host == NULL && number == -1 &&
	    (number = resolve_service(port, type)) == -1)
		return (-1);
	if (host == NULL)
		return (resolve_any(a, number, family));
	if (resolve_host(a, host, number == -1 ? port : NULL, family,
	    type) == -1)
		return (-1);
	for (i = 0; i < a->n && number != -1; i++)
		green__addr_set_port(&a->v[i], number);
	return (0);
}
