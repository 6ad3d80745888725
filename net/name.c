/*
 * Where hosts and ports lead, for those who connect and listen: names are
 * looked up, by the loop's own resolver or the system's; numbers are no names,
 * whatever a resolver would make of them.
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

#include "internal.h"

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
fail(int rc, const char *host, const char *service)
{
	int code;

	switch (rc) {
	case EAI_AGAIN:
		code = EAGAIN;
		break;
	case EAI_MEMORY:
		code = ENOMEM;
		break;
	case EAI_SERVICE:
		return (green__failx(EINVAL, "service \"%.64s\" is not known",
		    service == NULL ? "" : service));
	case EAI_SYSTEM:
		if (errno == ECANCELED)
			return (-1);
		code = errno;
		break;
	default:
		code = EADDRNOTAVAIL;
		break;
	}
	return (green__failx(code, "host \"%.256s\": %s", host,
	    rc == EAI_SYSTEM ? strerror(code) : gai_strerror(rc)));
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

/* By the system's resolver.  service NULL: no port yet. */
static int
look_up(struct green__addrs *a, const char *host, const char *service,
    int family, int type)
{
	struct addrinfo hints = { .ai_socktype = type }, *res;
	int rc;

	/* A number of the wrong family is not to be taken for a name. */
	if (!green__is_number(host))
		hints.ai_family = family;
	if ((rc = green__lookup(host, service, &hints, &res)) != 0)
		return (fail(rc, host, service));
	rc = green__addrs_collect(a, res, family);
	freeaddrinfo(res);
	return (rc);
}

static int
resolve_host(struct green__addrs *a, const char *host, const char *service,
    int family, int type)
{
	int rc;

	if (service == NULL && green__loop->resolver != NULL &&
	    !green__is_number(host)) {
		rc = green__resolver_ask(a, host, family);
		return (rc == 0 ? 0 : fail(rc, host, NULL));
	}
	if ((rc = look_up(a, host, service, family, type)) == -1 || a->n > 0)
		return (rc);
	free(a->v);
	a->v = NULL;
	return (green__failx(EADDRNOTAVAIL, "host \"%.256s\" has no %s address",
	    host, family == AF_INET ? "IPv4" : "IPv6"));
}

/* The number of a service that has only a name. */
static int
resolve_service(const char *service, int type)
{
	struct green__addrs a = { .v = NULL };
	int number;

	if (look_up(&a, "127.0.0.1", service, AF_INET, type) == -1)
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
	/* What gives addresses alone knows of no services. */
	if (number == -1 && (host == NULL || green__loop->resolver != NULL) &&
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
