/*
 * A slow link that loses packets, made of two TUN interfaces: what goes into
 * one comes out of the other after a while, or never.  It is for kernels that
 * have no such thing themselves.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "lossy.h"

#ifdef HAVE_LINUX_IF_TUN_H
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <linux/if_tun.h>
#include <net/if.h>

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <green.h>

#define DELAY	(20 * GREEN_MSEC)
#define LOSS	3			/* in 100 */
#define LARGEST	2048

struct way {
	int	 from;
	int	 to;
	struct green_group *g;
};

struct packet {
	int	 to;
	size_t	 len;
	char	 data[LARGEST];
};

static int
deliver(void *arg)
{
	struct packet *p = arg;
	int rc = green_sleep(DELAY);

	/* A link that has no room loses it. */
	if (rc == 0)
		(void)!write(p->to, p->data, p->len);
	free(p);
	return (rc);
}

/* The same ones each time. */
static bool
is_lost(void)
{
	static uint32_t x = 1;

	x = x * 1103515245 + 12345;
	return ((x >> 16) % 100 < LOSS);
}

static int
pass(void *arg)
{
	struct way *w = arg;
	struct packet *p;
	ssize_t n;

	for (;;) {
		if (green_wait_readable(w->from) == -1)
			return (-1);
		if ((p = malloc(sizeof(*p))) == NULL)
			return (-1);
		n = read(w->from, p->data, sizeof(p->data));
		p->to = w->to;
		p->len = n == -1 ? 0 : (size_t)n;
		if (p->len == 0 || is_lost())
			free(p);
		else if (green_spawn(w->g, deliver, p) == -1) {
			free(p);
			return (-1);
		}
	}
}

static int
open_tun(const char *name)
{
	struct ifreq r = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if (fd == -1)
		return (-1);
	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", name);
	if (ioctl(fd, TUNSETIFF, &r) == 0)
		return (fd);
	close(fd);
	return (-1);
}

int
lossy(const char *one, const char *other)
{
	struct green_group g;
	struct way there, back;
	int a, b, rc;

	if ((a = open_tun(one)) == -1)
		return (-1);
	if ((b = open_tun(other)) == -1) {
		close(a);
		return (-1);
	}
	printf("ready\n");
	fflush(stdout);
	green_group_open(&g);
	there = (struct way){ .from = a, .to = b, .g = &g };
	back = (struct way){ .from = b, .to = a, .g = &g };
	rc = green_spawn(&g, pass, &there);
	if (rc == 0)
		rc = pass(&back);
	rc = green_group_close(&g, rc);
	close(a);
	close(b);
	return (rc);
}
#else
#include <errno.h>

int
lossy(const char *one, const char *other)
{
	(void)one;
	(void)other;
	errno = ENOTSUP;
	return (-1);
}
#endif
