/*
 * http: and https: URLs, taken apart, and references to others from them (RFC
 * 3986).  Text alone; what is there afterwards is fit to be sent.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef URL_H
#define URL_H

#include <stdbool.h>

#define URL_MAX		4096

struct url {
	bool	 tls;
	char	 host[256];		/* of an IPv6 address without brackets */
	char	 port[6];
	char	 target[URL_MAX];	/* path and query, escaped; never "" */
};

/* NULL, or why not. */
const char *url_parse(struct url *u, const char *text);
const char *url_follow(struct url *to, const struct url *from,
	    const char *reference);
/* "host", "[::1]:8080": with the port where it is not the scheme's. */
const char *url_authority(const struct url *u, char buf[272]);
/* What a file with its content may be called: never a path, never hidden by dots
   alone. */
const char *url_name(const struct url *u, char buf[256]);

#endif
