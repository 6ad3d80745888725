/*
 * Fuzz target: addresses.  A host that is a number, and a port, lead to
 * addresses whose text leads to the same; a UNIX path comes out as it went in;
 * and bytes that somebody calls an address become a text that ends where it
 * must.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/types.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "green/internal.h"
#include "net/internal.h"
#include "target.h"

struct question {
	const char *host;
	const char *port;
};

/* "[host]:port" or "host:port", as two strings in text. */
static void
split(char *text, const char **host, const char **port)
{
	char *colon = strrchr(text, ':');

	MUST(colon != NULL);
	*colon = '\0';
	*port = colon + 1;
	*host = text;
	if (*text == '[') {
		MUST(colon[-1] == ']');
		colon[-1] = '\0';
		*host = text + 1;
	}
}

static int
resolve(void *arg)
{
	const struct question *q = arg;
	struct green__addrs a, again;
	const char *host, *port;
	char text[GREEN_ADDRSTRLEN], copy[GREEN_ADDRSTRLEN];

	if (green__resolve(&a, q->host, q->port, AF_UNSPEC, SOCK_STREAM) == -1)
		return (0);
	MUST(a.n > 0);
	for (size_t i = 0; i < a.n; i++) {
		green__addr_text(&a.v[i], text, sizeof(text));
		memcpy(copy, text, sizeof(copy));
		split(text, &host, &port);
		MUST(atoi(port) == green__addr_port(&a.v[i]));
		MUST(green__resolve(&again, host, port, AF_UNSPEC,
		    SOCK_STREAM) == 0);
		MUST(again.n == 1 && again.v[0].len == a.v[i].len);
		green__addr_text(&again.v[0], text, sizeof(text));
		MUST(strcmp(text, copy) == 0);
		free(again.v);
	}
	free(a.v);
	return (0);
}

/* Only what needs no resolver. */
static void
check_number(const char *host, const char *port)
{
	struct question q = { host, port };

	if (green__is_number(host) &&
	    port[strspn(port, "0123456789")] == '\0')
		fuzz_in_task(resolve, &q);
}

static void
check_path(const char *path)
{
	char text[GREEN_ADDRSTRLEN];
	struct green__addr a;

	if (green__addr_unix(&a, path) == -1) {
		MUST(errno == ENOENT || errno == EINVAL || errno == ENOTSUP ||
		    errno == ENAMETOOLONG);
		return;
	}
	MUST(a.len <= sizeof(struct sockaddr_un));
	green__addr_text(&a, text, sizeof(text));
	if (green__addr_is_file(&a))
		MUST(strcmp(text, path) == 0);
	else
		MUST(*text == '@' &&
		    strcmp(text + 1, strchr(path, ':') + 1) == 0);
}

/* Of any length, into room of any size, which the first byte says. */
static void
check_bytes(struct fuzz_bytes b)
{
	static const int families[] = { AF_INET, AF_INET6, AF_UNIX, AF_UNSPEC };
	struct sockaddr_storage ss = { .ss_family = AF_UNSPEC };
	char text[GREEN_ADDRSTRLEN], *cut;
	size_t room = fuzz_byte(&b) % GREEN_ADDRSTRLEN + 1, len;
	void *p;

	ss.ss_family = (sa_family_t)families[fuzz_byte(&b) % 4];
	len = offsetof(struct sockaddr, sa_data);
	if (b.left > sizeof(ss) - len)
		b.left = sizeof(ss) - len;
	if (b.left > 0)
		memcpy((char *)&ss + len, b.at, b.left);
	len += b.left;
	p = fuzz_block(&ss, len);
	cut = malloc(room);
	MUST(cut != NULL);
	green_addr_format(p, (socklen_t)len, text, sizeof(text));
	green_addr_format(p, (socklen_t)len, cut, room);
	MUST(memchr(text, '\0', sizeof(text)) != NULL);
	MUST(memchr(cut, '\0', room) != NULL);
	MUST(strncmp(text, cut, room - 1) == 0);
	free(p);
	free(cut);
}

TARGET(address)
{
	struct fuzz_bytes rest = { data, size };
	char *host, *port;

	check_bytes(rest);
	host = fuzz_string(&rest, '\n');
	port = fuzz_string(&rest, '\0');
	check_number(host, port);
	check_path(host);
	free(host);
	free(port);
	return (0);
}
