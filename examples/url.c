/*
 * URLs are parsed strictly where they say whom to talk to, and kindly where they
 * say what to ask for: there, what may not be sent as it is becomes escaped.  A
 * reference is made an URL in full, as text, and then parsed as any other.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "url.h"

#define DIGITS	"0123456789"
#define HEX	DIGITS "abcdefABCDEF"
#define ALPHA	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define PLAIN	ALPHA DIGITS "-._~!$&'()*+,;=:@/?%"

static const char *
parse_port(struct url *u, const char *s, size_t len)
{
	long port;

	if (len == 0 || (len == 1 && *s == ':')) {
		strcpy(u->port, u->tls ? "443" : "80");
		return (NULL);
	}
	if (*s != ':' || len > 6 || strspn(s + 1, DIGITS) != len - 1 ||
	    (port = strtol(s + 1, NULL, 10)) < 1 || port > 65535)
		return ("no such port in the URL");
	snprintf(u->port, sizeof(u->port), "%ld", port);
	return (NULL);
}

static const char *
parse_authority(struct url *u, const char *s, size_t len)
{
	bool address = *s == '[';
	size_t n;

	if (memchr(s, '@', len) != NULL)
		return ("a user's name in the URL is not supported");
	if (address) {
		s++;
		len--;
	}
	n = strspn(s, address ? HEX ":." : ALPHA DIGITS "-._");
	if (n == 0 || n > len || n >= sizeof(u->host) ||
	    (address ? s[n] != ']' : n < len && s[n] != ':'))
		return ("no host's name in the URL");
	memcpy(u->host, s, n);
	u->host[n] = '\0';
	n += address;
	return (parse_port(u, s + n, len - n));
}

/* "/a/./b/../c" is "/a/c": in place, up to the query. */
static void
remove_dots(char *path)
{
	char *from = path, *to = path;
	size_t n;

	while (*from == '/') {
		n = 1 + strcspn(from + 1, "/?");
		if ((n == 2 && from[1] == '.') ||
		    (n == 3 && from[1] == '.' && from[2] == '.')) {
			while (n == 3 && to > path && *--to != '/')
				continue;
			from += n;
			if (*from != '/')
				*to++ = '/';
		} else {
			memmove(to, from, n);
			to += n;
			from += n;
		}
	}
	memmove(to, from, strlen(from) + 1);
}

/* Is what stands at s an escape? */
static bool
escaped(const char *s)
{
	return (strspn(s + 1, HEX) >= 2);
}

/* From "/", "?", "#" or the end on. */
static const char *
parse_target(struct url *u, const char *s)
{
	char *to = u->target, *end = to + sizeof(u->target) - 4;

	if (*s != '/')
		*to++ = '/';
	for (; *s != '\0' && *s != '#'; s++) {
		if (to >= end)
			return ("the URL is too long");
		if (strchr(PLAIN, *s) != NULL && (*s != '%' || escaped(s)))
			*to++ = *s;
		else
			to += sprintf(to, "%%%02X", (unsigned char)*s);
	}
	*to = '\0';
	remove_dots(u->target);
	return (NULL);
}

const char *
url_parse(struct url *u, const char *text)
{
	const char *why, *s;
	size_t n;

	for (s = text; *s != '\0'; s++)
		if (iscntrl((unsigned char)*s))
			return ("a control character in the URL");
	u->tls = strncasecmp(text, "https://", 8) == 0;
	if (!u->tls && strncasecmp(text, "http://", 7) != 0)
		return ("neither an http: nor an https: URL");
	s = text + (u->tls ? 8 : 7);
	n = strcspn(s, "/?#");
	if ((why = parse_authority(u, s, n)) != NULL)
		return (why);
	return (parse_target(u, s + n));
}

/* Does it say another scheme? */
static bool
is_absolute(const char *s)
{
	return (s[strspn(s, ALPHA DIGITS "+.-")] == ':' &&
	    isalpha((unsigned char)*s));
}

const char *
url_follow(struct url *to, const struct url *from, const char *reference)
{
	const char *scheme = from->tls ? "https:" : "http:", *slash;
	char text[2 * URL_MAX], authority[272];
	size_t path = strcspn(from->target, "?"), keep;
	int n;

	if (is_absolute(reference))
		return (url_parse(to, reference));
	if (strncmp(reference, "//", 2) == 0)
		n = snprintf(text, sizeof(text), "%s%s", scheme, reference);
	else {
		keep = path;
		if (*reference == '/')
			keep = 0;
		else if (*reference == '\0' || *reference == '#')
			keep = strlen(from->target);
		else if (*reference != '?') {
			for (slash = from->target + path; *slash != '/';)
				slash--;
			keep = (size_t)(slash + 1 - from->target);
		}
		n = snprintf(text, sizeof(text), "%s//%s%.*s%s", scheme,
		    url_authority(from, authority), (int)keep, from->target,
		    reference);
	}
	if (n < 0 || (size_t)n >= sizeof(text))
		return ("the URL is too long");
	return (url_parse(to, text));
}

const char *
url_authority(const struct url *u, char buf[272])
{
	bool address = strchr(u->host, ':') != NULL;
	bool usual = strcmp(u->port, u->tls ? "443" : "80") == 0;

	snprintf(buf, 272, "%s%s%s%s%s", address ? "[" : "", u->host,
	    address ? "]" : "", usual ? "" : ":", usual ? "" : u->port);
	return (buf);
}

/* 0 where the byte is not one for names. */
static char
unescape(const char *s)
{
	unsigned int c = 0;

	(void)sscanf(s + 1, "%2x", &c);
	return (c == '/' || c == 0x7f || c < ' ' ? '\0' : (char)c);
}

const char *
url_name(const struct url *u, char buf[256])
{
	size_t path = strcspn(u->target, "?"), n = 0;
	const char *end = u->target + path, *s = end;
	char c;

	while (s[-1] != '/')
		s--;
	/* There is more to come at the end of it, while it is not complete. */
	while (s < end && n < 240) {
		c = *s == '%' && escaped(s) ? unescape(s) : '\0';
		s += c != '\0' ? 3 : 1;
		buf[n++] = c != '\0' ? c : s[-1];
	}
	buf[n] = '\0';
	if (strspn(buf, ".") == n)
		strcpy(buf, "index.html");
	return (buf);
}
