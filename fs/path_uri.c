/*
 * Paths as URIs (RFC 8089).  All bytes but unreserved ones and slashes are
 * escaped, whatever their encoding.  Nothing of a URI is left out silently:
 * what has no place in a path, like another host or a query, is an error.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <green/path.h>

#include "internal.h"

static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "abcdefghijklmnopqrstuvwxyz0123456789-._~/";
static const char digits[] = "0123456789ABCDEF";

static void *
fail(int code)
{
	green__fail(code);
	return (NULL);
}

char *
green_path_to_uri(const char *path)
{
	static const char scheme[] = "file://";
	size_t len = strlen(path);
	char *uri, *to;

	if (!green_path_is_absolute(path))
		return (fail(EINVAL));
	if (len > (SIZE_MAX - sizeof(scheme)) / 3 ||
	    (uri = malloc(sizeof(scheme) + 3 * len)) == NULL)
		return (fail(ENOMEM));
	memcpy(uri, scheme, sizeof(scheme));
	for (to = uri + sizeof(scheme) - 1; *path != '\0'; path++) {
		if (strchr(plain, *path) != NULL)
			*to++ = *path;
		else {
			*to++ = '%';
			*to++ = digits[(unsigned char)*path >> 4];
			*to++ = digits[(unsigned char)*path & 15];
		}
	}
	*to = '\0';
	return (uri);
}

static int
digit(char c)
{
	const char *at;

	if (c >= 'a' && c <= 'f')
		c = (char)(c - 'a' + 'A');
	at = c == '\0' ? NULL : strchr(digits, c);
	return (at == NULL ? -1 : (int)(at - digits));
}

/*
 * The byte that s begins with, and how many characters that took; 0 if there
 * cannot be such a byte in a path here.  An escaped slash would be part of a
 * name, where there is none.
 */
static size_t
decode(const char *s, char *c)
{
	int high, low;

	*c = *s;
	if (*s == '?' || *s == '#')
		return (0);
	if (*s != '%')
		return (1);
	if ((high = digit(s[1])) == -1 || (low = digit(s[2])) == -1)
		return (0);
	*c = (char)(high << 4 | low);
	return (*c == '\0' || *c == '/' ? 0 : 3);
}

/* Where the path begins: "file:/a", "file:///a", "file://localhost/a". */
static const char *
after_host(const char *uri)
{
	static const char scheme[] = "file:", local[] = "localhost";

	if (strncasecmp(uri, scheme, sizeof(scheme) - 1) != 0)
		return (NULL);
	uri += sizeof(scheme) - 1;
	if (strncmp(uri, "//", 2) == 0) {
		uri += 2;
		if (strncasecmp(uri, local, sizeof(local) - 1) == 0)
			uri += sizeof(local) - 1;
	}
	return (*uri == '/' ? uri : NULL);
}

char *
green_path_from_uri(const char *uri)
{
	const char *from = after_host(uri);
	char *path, *to;
	size_t n;

	if (from == NULL)
		return (fail(EINVAL));
	if ((path = malloc(strlen(from) + 1)) == NULL)
		return (fail(ENOMEM));
	for (to = path; *from != '\0'; from += n, to++) {
		if ((n = decode(from, to)) == 0) {
			free(path);
			return (fail(EINVAL));
		}
	}
	*to = '\0';
	return (path);
}
