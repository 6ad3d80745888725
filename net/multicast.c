/*
 * Multicast groups, and how what is sent to them goes out.  Interfaces are
 * known by name; systems agree on their index for IPv6, and on their address
 * for IPv4, which is looked up.  A socket that takes both families is told of
 * both.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/types.h>
#include <sys/socket.h>
#include <arpa/inet.h>
#include <net/if.h>

#include <ifaddrs.h>
#include <limits.h>
#include <string.h>

#include "dgram.h"

/* Linux's names, older than the RFC's. */
#ifndef IPV6_JOIN_GROUP
#define IPV6_JOIN_GROUP		IPV6_ADD_MEMBERSHIP
#define IPV6_LEAVE_GROUP	IPV6_DROP_MEMBERSHIP
#endif

#define NONE	(-1)
#if !HAVE_DECL_IP_MULTICAST_ALL
#define IP_MULTICAST_ALL	NONE
#endif
#if !HAVE_DECL_IPV6_MULTICAST_ALL
#define IPV6_MULTICAST_ALL	NONE
#endif

static void
clear(int fd, int level, int option)
{
	int off = 0;

	/* Kernels may know less than headers. */
	if (option != NONE)
		(void)setsockopt(fd, level, option, &off, sizeof(off));
}

void
green__dgram_own_groups(int fd, int family, bool dual)
{
	if (family == AF_INET || dual)
		clear(fd, IPPROTO_IP, IP_MULTICAST_ALL);
	if (family == AF_INET6)
		clear(fd, IPPROTO_IPV6, IPV6_MULTICAST_ALL);
}

/* Its number; 0: the system's choice. */
static int
find_index(const char *interface, unsigned *index)
{
	*index = 0;
	if (interface == NULL)
		return (0);
	if ((*index = if_nametoindex(interface)) != 0)
		return (0);
	return (green__failx(ENXIO, "no interface \"%.64s\"", interface));
}

/* Its first address of IPv4; INADDR_ANY: the system's choice. */
static int
find_addr(const char *interface, struct in_addr *addr)
{
	struct ifaddrs *all, *i;
	struct sockaddr_in in;
	unsigned index;
	bool found = false;

	addr->s_addr = htonl(INADDR_ANY);
	if (interface == NULL)
		return (0);
	if (getifaddrs(&all) == -1)
		return (green__fail(errno));
	for (i = all; i != NULL && !found; i = i->ifa_next) {
		found = i->ifa_addr != NULL &&
		    i->ifa_addr->sa_family == AF_INET &&
		    strcmp(i->ifa_name, interface) == 0;
		if (found) {
			memcpy(&in, i->ifa_addr, sizeof(in));
			*addr = in.sin_addr;
		}
	}
	freeifaddrs(all);
	if (found)
		return (0);
	if (find_index(interface, &index) == -1)
		return (-1);
	return (green__failx(EADDRNOTAVAIL,
	    "interface \"%.64s\" has no IPv4 address", interface));
}

static int
set(const struct green_dgram *d, int level, int option, const void *value,
    size_t len)
{
	if (setsockopt(d->fd.fd, level, option, value, (socklen_t)len) == -1)
		return (green__fail(errno));
	return (0);
}

static int
change4(struct green_dgram *d, struct in_addr group, const char *interface,
    bool join)
{
	struct ip_mreq m = { .imr_multiaddr = group };

	if (find_addr(interface, &m.imr_interface) == -1)
		return (-1);
	return (set(d, IPPROTO_IP, join ? IP_ADD_MEMBERSHIP :
	    IP_DROP_MEMBERSHIP, &m, sizeof(m)));
}

static int
change6(struct green_dgram *d, struct in6_addr group, const char *interface,
    bool join)
{
	struct ipv6_mreq m = { .ipv6mr_multiaddr = group };
	unsigned index;

	if (find_index(interface, &index) == -1)
		return (-1);
	m.ipv6mr_interface = index;
	return (set(d, IPPROTO_IPV6, join ? IPV6_JOIN_GROUP : IPV6_LEAVE_GROUP,
	    &m, sizeof(m)));
}

static bool
speaks(const struct green_dgram *d, int family)
{
	return (d->family == family || (d->dual && family == AF_INET));
}

/* May it be told, and in a loop? */
static int
check(const struct green_dgram *d)
{
	if (d->state & DGRAM_CLOSED)
		return (green__fail(EBADF));
	if (!speaks(d, AF_INET) && !speaks(d, AF_INET6))
		return (green__fail(ENOTSUP));
	return (0);
}

static int
change(struct green_dgram *d, const char *group, const char *interface,
    bool join)
{
	struct in6_addr addr6;
	struct in_addr addr;

	if (check(d) == -1)
		return (-1);
	if (inet_pton(AF_INET, group, &addr) == 1) {
		if (!IN_MULTICAST(ntohl(addr.s_addr)))
			return (green__fail(EINVAL));
		return (speaks(d, AF_INET) ? change4(d, addr, interface, join) :
		    green__fail(EAFNOSUPPORT));
	}
	if (inet_pton(AF_INET6, group, &addr6) != 1 ||
	    !IN6_IS_ADDR_MULTICAST(&addr6))
		return (green__failx(EINVAL, "\"%.64s\" is not the address of "
		    "a group", group));
	return (speaks(d, AF_INET6) ? change6(d, addr6, interface, join) :
	    green__fail(EAFNOSUPPORT));
}

int
green_dgram_join(struct green_dgram *d, const char *group,
    const char *interface)
{
	return (change(d, group, interface, true));
}

int
green_dgram_leave(struct green_dgram *d, const char *group,
    const char *interface)
{
	return (change(d, group, interface, false));
}

/* Of a socket that takes both, IPv4 is set where the system can. */
static int
set_number(struct green_dgram *d, int option, int option6, unsigned n)
{
	unsigned char byte = (unsigned char)n;
	int rc = 0;

	if (d->family == AF_INET6)
		rc = set(d, IPPROTO_IPV6, option6, &n, sizeof(n));
	if (rc == 0 && speaks(d, AF_INET) &&
	    set(d, IPPROTO_IP, option, &byte, sizeof(byte)) == -1 && !d->dual)
		rc = -1;
	return (rc);
}

int
green_dgram_set_multicast_ttl(struct green_dgram *d, int ttl)
{
	if (check(d) == -1)
		return (-1);
	if (ttl < 0 || ttl > UCHAR_MAX)
		return (green__fail(EINVAL));
	return (set_number(d, IP_MULTICAST_TTL, IPV6_MULTICAST_HOPS,
	    (unsigned)ttl));
}

int
green_dgram_set_multicast_loop(struct green_dgram *d, bool on)
{
	if (check(d) == -1)
		return (-1);
	return (set_number(d, IP_MULTICAST_LOOP, IPV6_MULTICAST_LOOP, on));
}

int
green_dgram_set_multicast_interface(struct green_dgram *d,
    const char *interface)
{
	struct in_addr addr;
	unsigned index;

	if (check(d) == -1)
		return (-1);
	if (d->family == AF_INET6 && (find_index(interface, &index) == -1 ||
	    set(d, IPPROTO_IPV6, IPV6_MULTICAST_IF, &index,
	    sizeof(index)) == -1))
		return (-1);
	if (!speaks(d, AF_INET))
		return (0);
	if (find_addr(interface, &addr) == -1 || set(d, IPPROTO_IP,
	    IP_MULTICAST_IF, &addr, sizeof(addr)) == -1)
		return (d->dual ? 0 : -1);
	return (0);
}
