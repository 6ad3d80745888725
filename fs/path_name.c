/*
 * The last name of a path, what is above it, its suffix, and the same path with
 * another.  A suffix begins at the name's last dot, but not at a dot in front
 * of it (".profile", "..") nor at its end ("etc."): so a stem is never empty,
 * nor a suffix a dot alone.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <green/path.h>

#include "internal.h"
#include "path_text.h"

static const struct green__piece nothing = { "", 0 };

static char *
copy(struct green__piece p)
{
	return (green__path_concat(p, nothing));
}

/* As basename(3): "." of an empty path, "/" of the root. */
static struct green__piece
base_of(const char *path)
{
	struct green__piece name = green__path_name(path);

	if (name.len > 0)
		return (name);
	return (green__path_whole(*path == '/' ? "/" : "."));
}

char *
green_path_basename(const char *path)
{
	return (copy(base_of(path)));
}

char *
green_path_dirname(const char *path)
{
	size_t len = (size_t)(green__path_name(path).at - path);

	while (len > 0 && path[len - 1] == '/')
		len--;
	if (len == 0)
		return (copy(green__path_whole(*path == '/' ? "/" : ".")));
	return (copy((struct green__piece){ path, len }));
}

static struct green__piece
suffix_of(struct green__piece name)
{
	const char *end = name.at + name.len, *dot;

	for (dot = end; dot > name.at && dot[-1] != '.'; dot--)
		;
	if (dot > name.at)
		dot--;
	/* Nothing but dots in front of it, or nothing at all behind. */
	if (*dot != '.' || dot + 1 == end ||
	    strspn(name.at, ".") >= (size_t)(dot - name.at))
		dot = end;
	return ((struct green__piece){ dot, (size_t)(end - dot) });
}

char *
green_path_suffix(const char *path)
{
	return (copy(suffix_of(base_of(path))));
}

char *
green_path_stem(const char *path)
{
	struct green__piece name = base_of(path);

	name.len -= suffix_of(name).len;
	return (copy(name));
}

static bool
is_dots(struct green__piece name)
{
	return ((name.len == 1 || name.len == 2) &&
	    strncmp(name.at, "..", name.len) == 0);
}

/* What can be replaced by another name: none of "", "/", ".", "..". */
static bool
is_name(struct green__piece name)
{
	return (name.len > 0 && memchr(name.at, '/', name.len) == NULL &&
	    !is_dots(name));
}

/* path's last name becomes two pieces together. */
static char *
replace(const char *path, struct green__piece a, struct green__piece b)
{
	struct green__piece above = { path, 0 };
	struct green__piece old = green__path_name(path);
	char *name, *s = NULL;

	if ((name = green__path_concat(a, b)) == NULL)
		return (NULL);
	above.len = (size_t)(old.at - path);
	if (is_name(old) && is_name(green__path_whole(name)))
		s = green__path_concat(above, green__path_whole(name));
	else
		green__fail(EINVAL);
	free(name);
	return (s);
}

char *
green_path_with_name(const char *path, const char *name)
{
	return (replace(path, green__path_whole(name), nothing));
}

char *
green_path_with_stem(const char *path, const char *stem)
{
	if (*stem == '\0') {
		green__fail(EINVAL);
		return (NULL);
	}
	return (replace(path, green__path_whole(stem),
	    suffix_of(green__path_name(path))));
}

char *
green_path_with_suffix(const char *path, const char *suffix)
{
	struct green__piece name = green__path_name(path);

	if (*suffix != '\0' && (*suffix != '.' ||
	    suffix[strspn(suffix, ".")] == '\0')) {
		green__fail(EINVAL);
		return (NULL);
	}
	name.len -= suffix_of(name).len;
	return (replace(path, name, green__path_whole(suffix)));
}
