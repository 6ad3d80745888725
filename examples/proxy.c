/*
 * $http_proxy is for http: URLs, $https_proxy for https:, and $no_proxy lists what
 * is reached without: names of hosts and domains, and addresses.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "proxy.h"

#define BETWEEN	", \t"			/* hosts that need none */

static struct url proxies[2];		/* of http:, of https: */
static bool	 set[2];
static const char *hosts = "";

static const char *
parse(struct url *u, const char *text)
{
	char full[URL_MAX];
	int n;

	/* "host:port" is usual as well. */
	n = snprintf(full, sizeof(full), "%s%s",
	    strstr(text, "://") == NULL ? "http://" : "", text);
	if (n < 0 || (size_t)n >= sizeof(full))
		return ("the URL is too long");
	return (url_parse(u, full));
}

const char *
proxy_set(const char *http, const char *https, const char *no)
{
	const char *text[2] = { http, https }, *why;

	hosts = no == NULL ? "" : no;
	for (int i = 0; i < 2; i++) {
		set[i] = text[i] != NULL && *text[i] != '\0';
		if (set[i] && (why = parse(&proxies[i], text[i])) != NULL)
			return (why);
	}
	return (NULL);
}

/* "example.org" and ".example.org" stand for that host and all below. */
static bool
matches(const char *host, const char *entry, size_t len)
{
	size_t n = strlen(host);

	if (len == 1 && *entry == '*')
		return (true);
	if (len > 2 && entry[0] == '[' && entry[len - 1] == ']') {
		entry++;
		len -= 2;
	}
	if (len > 0 && *entry == '.') {
		entry++;
		len--;
	}
	if (n > 0 && host[n - 1] == '.')
		n--;
	return (len > 0 && n >= len &&
	    strncasecmp(host + n - len, entry, len) == 0 &&
	    (n == len || host[n - len - 1] == '.'));
}

const struct url *
proxy_for(const struct url *u)
{
	size_t n;

	if (!set[u->tls])
		return (NULL);
	for (const char *s = hosts; *s != '\0'; s += n + strspn(s + n, BETWEEN)) {
		n = strcspn(s, BETWEEN);
		if (matches(u->host, s, n))
			return (NULL);
	}
	return (&proxies[u->tls]);
}
