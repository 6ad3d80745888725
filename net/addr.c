/*
 * Addresses: their text, their ports, and those that no resolver is needed for.
 * Any thread.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/types.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>

#include <stdio.h>
#include <string.h>

#include "internal.h"

#define PATH_AT	offsetof(struct sockaddr_un, sun_path)
#define ABSTRACT	"abstract:"

_Static_assert(sizeof(((struct sockaddr_un *)0)->sun_path) + 1 <
    GREEN_ADDRSTRLEN, "a UNIX address needs more than GREEN_ADDRSTRLEN");

static void
format_in(const void *sa, char *buf, size_t size)
{
	struct sockaddr_in in;
	char host[INET_ADDRSTRLEN];

	memcpy(&in, sa, sizeof(in));
	if (inet_ntop(AF_INET, &in.sin_addr, host, sizeof(host)) != NULL)
		snprintf(buf, size, "%s:%u", host,
		    (unsigned)ntohs(in.sin_port));
}

/* Do names of interfaces stand behind it, or numbers alone?  As getnameinfo(3)
   has it, and getaddrinfo(3) takes it. */
static bool
is_of_link(const struct in6_addr *a)
{
	return (IN6_IS_ADDR_LINKLOCAL(a) || IN6_IS_ADDR_MC_LINKLOCAL(a));
}

static void
format_in6(const void *sa, char *buf, size_t size)
{
	struct sockaddr_in6 in6;
	char host[INET6_ADDRSTRLEN], name[IF_NAMESIZE], scope[24] = "";

	memcpy(&in6, sa, sizeof(in6));
	if (in6.sin6_scope_id != 0 && is_of_link(&in6.sin6_addr) &&
	    if_indextoname(in6.sin6_scope_id, name) != NULL)
		snprintf(scope, sizeof(scope), "%%%s", name);
	else if (in6.sin6_scope_id != 0)
		snprintf(scope, sizeof(scope), "%%%lu",
		    (unsigned long)in6.sin6_scope_id);
	if (inet_ntop(AF_INET6, &in6.sin6_addr, host, sizeof(host)) != NULL)
		snprintf(buf, size, "[%s%s]:%u", host, scope,
		    (unsigned)ntohs(in6.sin6_port));
}

/* A path may lack its '\0'; an abstract name begins with one, and goes on. */
static void
format_un(const void *sa, socklen_t len, char *buf, size_t size)
{
	struct sockaddr_un un;
	size_t n;

	memset(&un, 0, sizeof(un));
	memcpy(&un, sa, len < sizeof(un) ? len : sizeof(un));
	if (len <= PATH_AT)
		return;
	if (un.sun_path[0] == '\0' && len > PATH_AT + 1) {
		n = len - PATH_AT - 1;
		if (n > sizeof(un.sun_path) - 1)
			n = sizeof(un.sun_path) - 1;
		snprintf(buf, size, "@%.*s", (int)n, un.sun_path + 1);
	} else
		snprintf(buf, size, "%.*s", (int)sizeof(un.sun_path),
		    un.sun_path);
}

const char *
green_addr_format(const struct sockaddr *sa, socklen_t len, char *buf,
    size_t size)
{
	sa_family_t family;
	int error = errno;

	if (size == 0)
		return (buf);
	buf[0] = '\0';
	if (len < offsetof(struct sockaddr, sa_data))
		return (buf);
	family = sa->sa_family;
	if (family == AF_INET && len >= sizeof(struct sockaddr_in))
		format_in(sa, buf, size);
	else if (family == AF_INET6 && len >= sizeof(struct sockaddr_in6))
		format_in6(sa, buf, size);
	else if (family == AF_UNIX)
		format_un(sa, len, buf, size);
	else
		snprintf(buf, size, "address of family %d", (int)family);
	errno = error;
	return (buf);
}

const char *
green__addr_text(struct green__addr *a, char *buf, size_t size)
{
	return (green_addr_format(green__sa(a), a->len, buf, size));
}

static struct sockaddr_in *
in(struct green__addr *a)
{
	return ((struct sockaddr_in *)&a->sa);
}

static struct sockaddr_in6 *
in6(struct green__addr *a)
{
	return ((struct sockaddr_in6 *)&a->sa);
}

int
green__addr_port(struct green__addr *a)
{
	switch (a->sa.ss_family) {
	case AF_INET:
		return (ntohs(in(a)->sin_port));
	case AF_INET6:
		return (ntohs(in6(a)->sin6_port));
	default:
		return (-1);
	}
}

void
green__addr_set_port(struct green__addr *a, int port)
{
	if (a->sa.ss_family == AF_INET)
		in(a)->sin_port = htons((uint16_t)port);
	else if (a->sa.ss_family == AF_INET6)
		in6(a)->sin6_port = htons((uint16_t)port);
}

static void
set_len(struct green__addr *a, size_t len)
{
	a->len = (socklen_t)len;
#ifdef HAVE_STRUCT_SOCKADDR_SA_LEN
	green__sa(a)->sa_len = (uint8_t)len;
#endif
}

void
green__addr_any(struct green__addr *a, int family, int port)
{
	memset(a, 0, sizeof(*a));
	a->sa.ss_family = (sa_family_t)family;
	if (family == AF_INET6) {
		in6(a)->sin6_addr = in6addr_any;
		set_len(a, sizeof(struct sockaddr_in6));
	} else {
		in(a)->sin_addr.s_addr = htonl(INADDR_ANY);
		set_len(a, sizeof(struct sockaddr_in));
	}
	green__addr_set_port(a, port);
}

static int
fail_too_long(size_t most, size_t len)
{
	return (green__failx(ENAMETOOLONG, "a UNIX socket's name has at most "
	    "%zu bytes, not %zu", most, len));
}

#ifdef HAVE_ABSTRACT_SOCKETS
static int
set_abstract(struct green__addr *a, const char *name)
{
	struct sockaddr_un *un = (struct sockaddr_un *)&a->sa;
	size_t len = strlen(name);

	if (len == 0)
		return (green__failx(EINVAL, "the abstract name is empty"));
	if (len >= sizeof(un->sun_path))
		return (fail_too_long(sizeof(un->sun_path) - 1, len));
	memcpy(un->sun_path + 1, name, len);
	set_len(a, PATH_AT + 1 + len);
	return (0);
}
#else
static int
set_abstract(struct green__addr *a, const char *name)
{
	(void)a;
	(void)name;
	return (green__failx(ENOTSUP, "abstract names are Linux's alone"));
}
#endif

int
green__addr_unix(struct green__addr *a, const char *path)
{
	struct sockaddr_un *un = (struct sockaddr_un *)&a->sa;
	size_t len = strlen(path);

	if (len == 0)
		return (green__fail(ENOENT));
	memset(a, 0, sizeof(*a));
	un->sun_family = AF_UNIX;
	if (strncmp(path, ABSTRACT, sizeof(ABSTRACT) - 1) == 0)
		return (set_abstract(a, path + sizeof(ABSTRACT) - 1));
	if (len >= sizeof(un->sun_path))
		return (fail_too_long(sizeof(un->sun_path) - 1, len));
	memcpy(un->sun_path, path, len);
	set_len(a, PATH_AT + len + 1);
	return (0);
}

bool
green__addr_is_file(const struct green__addr *a)
{
	return (((const struct sockaddr_un *)&a->sa)->sun_path[0] != '\0');
}

int
green__addr_local(struct green__addr *a, int fd)
{
	*a = (struct green__addr){ .len = sizeof(a->sa) };
	if (getsockname(fd, green__sa(a), &a->len) == -1)
		return (green__fail(errno));
	return (0);
}

int
green__addrs_bind(const struct green__addrs *a, int fd, int family)
{
	struct green__addr at;
	size_t i;
	int error = 0;

	for (i = 0; i < a->n; i++) {
		at = a->v[i];
		if (at.sa.ss_family != family)
			continue;
		if (bind(fd, green__sa(&at), at.len) == 0)
			return (0);
		error = errno;
	}
	if (a->n == 0)
		return (0);
	if (error == 0)
		return (green__failx(EADDRNOTAVAIL,
		    "no local address of that family"));
	return (green__failx(error, "local address: %s", strerror(error)));
}
