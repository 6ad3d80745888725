/*
 * Paths as text.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <green/path.h>

#include "check.h"

#define LENGTH(a)	(sizeof(a) / sizeof((a)[0]))

/* Calls and what they give; NULL: EINVAL. */
struct unary {
	const char *path;
	const char *want;
};
struct binary {
	const char *a;
	const char *b;
	const char *want;
};

static void
is_text(char *got, const char *want, const char *a, const char *b)
{
	check_note("\"%s\", \"%s\"", a, b);
	if (want == NULL)
		CHECK_NULL(got, EINVAL);
	else
		CHECK_STR(got, want);
	free(got);
}

static void
all_unary(char *(*fn)(const char *), const struct unary *u, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		is_text(fn(u[i].path), u[i].want, u[i].path, "");
}
#define UNARY(fn, rows)		all_unary((fn), (rows), LENGTH(rows))

static void
all_binary(char *(*fn)(const char *, const char *), const struct binary *b,
    size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		is_text(fn(b[i].a, b[i].b), b[i].want, b[i].a, b[i].b);
}
#define BINARY(fn, rows)	all_binary((fn), (rows), LENGTH(rows))

PLAIN_TEST(paths_are_joined)
{
	static const struct binary rows[] = {
		{ "a", "b", "a/b" },
		{ "a/", "b", "a/b" },
		{ "a//", "b", "a//b" },
		{ "a/b", "c/d", "a/b/c/d" },
		{ "a", "b/", "a/b/" },
		{ "/", "b", "/b" },
		{ "//", "b", "//b" },
		{ ".", "b", "./b" },
		{ "a", "..", "a/.." }
	};

	BINARY(green_path_join, rows);
}

PLAIN_TEST(an_absolute_path_wins_a_join)
{
	static const struct binary rows[] = {
		{ "a", "/b", "/b" },
		{ "/a/b", "/", "/" },
		{ "", "/b", "/b" }
	};

	BINARY(green_path_join, rows);
}

PLAIN_TEST(an_empty_path_adds_nothing_to_a_join)
{
	static const struct binary rows[] = {
		{ "a", "", "a" },
		{ "a/", "", "a/" },
		{ "", "b", "b" },
		{ "", "", "" },
		{ "/", "", "/" }
	};

	BINARY(green_path_join, rows);
}

PLAIN_TEST(dirname_is_what_is_above)
{
	static const struct unary rows[] = {
		{ "/usr/lib", "/usr" },
		{ "/usr/", "/" },
		{ "/usr", "/" },
		{ "usr", "." },
		{ "usr/", "." },
		{ "usr//lib//", "usr" },
		{ "a/b/c", "a/b" },
		{ "///a", "/" },
		{ "/", "/" },
		{ "//", "/" },
		{ "", "." },
		{ ".", "." },
		{ "..", "." },
		{ "a/..", "a" }
	};

	UNARY(green_path_dirname, rows);
}

PLAIN_TEST(basename_is_the_last_name)
{
	static const struct unary rows[] = {
		{ "/usr/lib", "lib" },
		{ "/usr/", "usr" },
		{ "usr", "usr" },
		{ "usr///", "usr" },
		{ "/", "/" },
		{ "///", "/" },
		{ "", "." },
		{ ".", "." },
		{ "..", ".." },
		{ "a/.", "." },
		{ "a b\n", "a b\n" }
	};

	UNARY(green_path_basename, rows);
}

/* stem, suffix */
static const struct binary halves[] = {
	{ "a", ".txt", "a.txt" },
	{ "a.tar", ".gz", "a.tar.gz" },
	{ "a", "", "a" },
	{ ".profile", "", ".profile" },
	{ ".profile", ".old", ".profile.old" },
	{ "..profile", "", "..profile" },
	{ ".", "", "." },
	{ "..", "", ".." },
	{ "...", "", "..." },
	{ "a.", "", "a." },
	{ "a..", "", "a.." },
	{ "a.b.", "", "a.b." },
	{ "a.", ".b", "a..b" },
	{ "a", ". b", "a. b" }
};

PLAIN_TEST(a_name_is_its_stem_and_its_suffix)
{
	size_t i;

	for (i = 0; i < LENGTH(halves); i++) {
		is_text(green_path_stem(halves[i].want), halves[i].a,
		    halves[i].want, "");
		is_text(green_path_suffix(halves[i].want), halves[i].b,
		    halves[i].want, "");
	}
}

PLAIN_TEST(stem_and_suffix_are_of_the_last_name)
{
	static const struct unary stems[] = {
		{ "a.d/b", "b" },
		{ "a.d/b.c", "b" },
		{ "a.d/", "a" },
		{ "/x/.b", ".b" },
		{ "/", "/" },
		{ "", "." }
	};
	static const struct unary suffixes[] = {
		{ "a.d/b", "" },
		{ "a.d/b.c", ".c" },
		{ "a.d//", ".d" },
		{ "/x/.b", "" },
		{ "a.d/..", "" },
		{ "/", "" },
		{ "", "" }
	};

	UNARY(green_path_stem, stems);
	UNARY(green_path_suffix, suffixes);
}

PLAIN_TEST(a_name_is_replaced)
{
	static const struct binary rows[] = {
		{ "a/b", "c", "a/c" },
		{ "/a/b.c", "d", "/a/d" },
		{ "a", "b", "b" },
		{ "/a", "b", "/b" },
		{ "a//b//", "c", "a//c" },
		{ "./a", "b", "./b" },
		{ "a", "...", "..." },
		{ "a", ".b", ".b" }
	};

	BINARY(green_path_with_name, rows);
}

PLAIN_TEST(what_is_no_name_replaces_none)
{
	static const struct binary rows[] = {
		{ "a", "", NULL },
		{ "a", ".", NULL },
		{ "a", "..", NULL },
		{ "a", "b/c", NULL },
		{ "a", "/", NULL },
		{ "a", "b/", NULL }
	};

	BINARY(green_path_with_name, rows);
}

PLAIN_TEST(a_path_without_a_name_gets_none)
{
	static const char *const paths[] = {
		"", "/", "//", ".", "..", "a/.", "a/..", "../"
	};
	size_t i;

	for (i = 0; i < LENGTH(paths); i++) {
		is_text(green_path_with_name(paths[i], "b"), NULL, paths[i],
		    "name");
		is_text(green_path_with_stem(paths[i], "b"), NULL, paths[i],
		    "stem");
		is_text(green_path_with_suffix(paths[i], ".b"), NULL, paths[i],
		    "suffix");
		is_text(green_path_with_suffix(paths[i], ""), NULL, paths[i],
		    "no suffix");
	}
}

PLAIN_TEST(a_stem_is_replaced)
{
	static const struct binary rows[] = {
		{ "a/b.c", "d", "a/d.c" },
		{ "b", "d", "d" },
		{ "b.tar.gz", "d", "d.gz" },
		{ ".b", "d", "d" },
		{ "b.c/", "d", "d.c" },
		{ "b.", "d", "d" },
		{ "b.c", "x.y", "x.y.c" },
		{ "b.c", "", NULL },
		{ "b", "", NULL },
		{ "b.c", "x/y", NULL },
		{ "b", "..", NULL }
	};

	BINARY(green_path_with_stem, rows);
}

PLAIN_TEST(a_suffix_is_replaced)
{
	static const struct binary rows[] = {
		{ "a/b.c", ".d", "a/b.d" },
		{ "a/b.c", "", "a/b" },
		{ "b", ".d", "b.d" },
		{ "b", "", "b" },
		{ "b.tar.gz", ".xz", "b.tar.xz" },
		{ "b", ".tar.gz", "b.tar.gz" },
		{ ".b", ".d", ".b.d" },
		{ "b.", ".d", "b..d" },
		{ "b.c/", ".d", "b.d" }
	};

	BINARY(green_path_with_suffix, rows);
}

PLAIN_TEST(what_is_no_suffix_replaces_none)
{
	static const struct binary rows[] = {
		{ "b.c", "d", NULL },
		{ "b.c", ".", NULL },
		{ "b.c", "..", NULL },
		{ "b.c", ".d/e", NULL },
		{ "b.c", "/", NULL },
		{ "b.c", "d.e", NULL }
	};

	BINARY(green_path_with_suffix, rows);
}

PLAIN_TEST(normal_paths_have_no_dots_and_no_slashes_in_vain)
{
	static const struct unary rows[] = {
		{ "a/b", "a/b" },
		{ "a//b///c", "a/b/c" },
		{ "a/./b/.", "a/b" },
		{ "./a", "a" },
		{ "a/../b", "b" },
		{ "a/b/../../c", "c" },
		{ "a/", "a" },
		{ "a/..", "." },
		{ "a/../..", ".." },
		{ "..", ".." },
		{ "../..", "../.." },
		{ "../a/../b", "../b" },
		{ "../../a", "../../a" },
		{ "a/../../b", "../b" },
		{ "", "." },
		{ ".", "." },
		{ "./.", "." },
		{ "/", "/" },
		{ "//", "/" },
		{ "///a", "/a" },
		{ "/..", "/" },
		{ "/../..//a", "/a" },
		{ "/a/..", "/" },
		{ "/a/../..", "/" },
		{ "/./a/./", "/a" },
		{ "...", "..." },
		{ "a/.../..b/.c", "a/.../..b/.c" }
	};
	size_t i;

	UNARY(green_path_normalize, rows);
	/* And a normal path is what it was. */
	for (i = 0; i < LENGTH(rows); i++)
		is_text(green_path_normalize(rows[i].want), rows[i].want,
		    rows[i].want, "");
}

PLAIN_TEST(ways_between_paths_may_climb)
{
	static const struct binary rows[] = {
		{ "/a/b", "/a", "b" },
		{ "/a/b/c", "/a", "b/c" },
		{ "/b", "/a", "../b" },
		{ "/a", "/a/b/c", "../.." },
		{ "/a/x", "/a/b/c", "../../x" },
		{ "/ab", "/a", "../ab" },
		{ "/a", "/ab", "../a" },
		{ "/a", "/", "a" },
		{ "/", "/a", ".." },
		{ "/", "/", "." },
		{ "a", "a", "." },
		{ "a/", "./a//", "." },
		{ "a/b", "", "a/b" },
		{ "", "a/b", "../.." },
		{ "", "", "." },
		{ "a/../b", "c", "../b" },
		{ "../a", "..", "a" },
		{ "..", "a", "../.." },
		{ "../a", "../b", "../a" }
	};

	BINARY(green_path_relative, rows);
}

PLAIN_TEST(a_way_that_text_does_not_tell_is_refused)
{
	static const struct binary rows[] = {
		{ "/a", "a", NULL },
		{ "a", "/a", NULL },
		{ "", "/", NULL },
		{ "a", "..", NULL },
		{ "a", "../b", NULL },
		{ "../a", "../..", NULL }
	};

	BINARY(green_path_relative, rows);
}

/* The way leads there. */
PLAIN_TEST(a_base_and_the_way_are_the_path)
{
	static const char *const paths[] = {
		"/", "/a", "/a/b", "/a/bc/d", "/b//../a", "/c/./d/e/f/"
	};
	char *way, *all, *there, *want;
	size_t i, j;

	for (i = 0; i < LENGTH(paths); i++) {
		want = green_path_normalize(paths[i]);
		for (j = 0; j < LENGTH(paths); j++) {
			way = green_path_relative(paths[i], paths[j]);
			all = green_path_join(paths[j], way);
			there = green_path_normalize(all);
			CHECK_STR(there, want);
			free(way);
			free(all);
			free(there);
		}
		free(want);
	}
}

static const struct unary uris[] = {
	{ "/", "file:///" },
	{ "/etc/passwd", "file:///etc/passwd" },
	{ "/a-b._~/Z9", "file:///a-b._~/Z9" },
	{ "/a b", "file:///a%20b" },
	{ "/%41", "file:///%2541" },
	{ "/a?b#c", "file:///a%3Fb%23c" },
	{ "/a:b@c;d=e&f+g,h!", "file:///a%3Ab%40c%3Bd%3De%26f%2Bg%2Ch%21" },
	{ "/\303\244\377\n", "file:///%C3%A4%FF%0A" },
	{ "//a/", "file:////a/" }
};

PLAIN_TEST(uris_of_paths_and_back)
{
	size_t i;

	for (i = 0; i < LENGTH(uris); i++) {
		is_text(green_path_to_uri(uris[i].path), uris[i].want,
		    uris[i].path, "");
		is_text(green_path_from_uri(uris[i].want), uris[i].path,
		    uris[i].want, "");
	}
}

PLAIN_TEST(every_byte_survives_a_uri)
{
	char path[257], *uri, *back;
	int i;

	path[0] = '/';
	for (i = 1; i < 256; i++)
		path[i] = (char)i;
	path[256] = '\0';
	uri = green_path_to_uri(path);
	back = green_path_from_uri(uri);
	CHECK_STR(back, path);
	free(uri);
	free(back);
}

PLAIN_TEST(relative_paths_have_no_uri)
{
	static const struct unary rows[] = {
		{ "", NULL },
		{ "a", NULL },
		{ "./a", NULL }
	};

	UNARY(green_path_to_uri, rows);
}

PLAIN_TEST(other_forms_of_uris_are_understood)
{
	static const struct unary rows[] = {
		{ "file:/a", "/a" },
		{ "FILE:///a", "/a" },
		{ "file://localhost/a", "/a" },
		{ "file://LocalHost/", "/" },
		{ "file:///%c3%A4", "/\303\244" },
		{ "file:///a b", "/a b" },
		{ "file:///%7E", "/~" }
	};

	UNARY(green_path_from_uri, rows);
}

PLAIN_TEST(uris_that_are_no_path_here_are_refused)
{
	static const struct unary rows[] = {
		{ "", NULL },
		{ "/a", NULL },
		{ "file", NULL },
		{ "file:", NULL },
		{ "file:a", NULL },
		{ "file:a/b", NULL },
		{ "file://", NULL },
		{ "file://a", NULL },
		{ "file://localhost", NULL },
		{ "file://elsewhere/a", NULL },
		{ "file://localhosts/a", NULL },
		{ "http:///a", NULL },
		{ "files:///a", NULL },
		{ "file:///a%", NULL },
		{ "file:///a%4", NULL },
		{ "file:///a%4/", NULL },
		{ "file:///a%zz", NULL },
		{ "file:///a%-1", NULL },
		{ "file:///a%00b", NULL },
		{ "file:///a%2Fb", NULL },
		{ "file:///a%2fb", NULL },
		{ "file:///a?b", NULL },
		{ "file:///a#b", NULL }
	};

	UNARY(green_path_from_uri, rows);
}

static void
has_parts(const char *path, size_t n, const char *const *want)
{
	char **parts = green_path_parts(path);
	size_t i;

	check_note("\"%s\"", path);
	REQUIRE(CHECK(parts != NULL));
	for (i = 0; i < n && CHECK(parts[i] != NULL); i++)
		CHECK_STR(parts[i], want[i]);
	if (i == n)
		CHECK(parts[n] == NULL);
	free(parts);
}
#define PARTS(path, ...)						\
	has_parts((path),						\
	    LENGTH(((const char *[]){ __VA_ARGS__ })),			\
	    (const char *[]){ __VA_ARGS__ })

PLAIN_TEST(parts_are_what_is_between_slashes)
{
	has_parts("", 0, NULL);
	PARTS("a", "a");
	PARTS("a/b//c/", "a", "b", "c");
	PARTS("/", "/");
	PARTS("///", "/");
	PARTS("/a", "/", "a");
	PARTS("//a//b", "/", "a", "b");
	PARTS("./a/../b", ".", "a", "..", "b");
	PARTS(" / ", " ", " ");
}

PLAIN_TEST(absolute_paths_begin_with_a_slash)
{
	CHECK(green_path_is_absolute("/"));
	CHECK(green_path_is_absolute("//a"));
	CHECK(!green_path_is_absolute(""));
	CHECK(!green_path_is_absolute("a/"));
	CHECK(!green_path_is_absolute("./a"));
	CHECK(!green_path_is_absolute("~"));
}

PLAIN_TEST(a_match_is_of_the_whole_path)
{
	CHECK(green_path_match("a", "a"));
	CHECK(green_path_match("a.c", "*.c"));
	CHECK(green_path_match("a/b.c", "a/*.c"));
	CHECK(green_path_match("a/b.c", "*/*.c"));
	CHECK(!green_path_match("a/b.c", "*.c"));
	CHECK(!green_path_match("a/b.c", "a"));
	CHECK(!green_path_match("a/b/c", "a/*"));
	CHECK(!green_path_match("a", "a/*"));
	CHECK(!green_path_match("a", ""));
	CHECK(green_path_match("", ""));
	CHECK(green_path_match("/a/b", "/a/b"));
	CHECK(green_path_match("/a/b", "/*/b"));
	CHECK(!green_path_match("/a", "a"));
	CHECK(!green_path_match("/a", "*/a"));
	CHECK(!green_path_match("a", "/a"));
	CHECK(green_path_match("/", "/"));
	CHECK(green_path_match("a//b/", "a/b"));
	CHECK(green_path_match("a/b", "a//b/"));
}

PLAIN_TEST(a_part_matches_as_names_do)
{
	CHECK(green_path_match("a1", "a?"));
	CHECK(!green_path_match("a", "a?"));
	CHECK(green_path_match("b", "[a-c]"));
	CHECK(!green_path_match("d", "[a-c]"));
	CHECK(green_path_match("d", "[!a-c]"));
	CHECK(green_path_match("*", "\\*"));
	CHECK(!green_path_match("a", "\\*"));
	/* Hidden names are like others, and case counts. */
	CHECK(green_path_match(".a", "*"));
	CHECK(green_path_match(".a/.b", "?a/*b"));
	CHECK(!green_path_match("A", "a"));
	CHECK(!green_path_match("a/b", "a?b"));
	CHECK(!green_path_match("a/b", "a[/]b"));
}

PLAIN_TEST(two_stars_are_any_depth)
{
	CHECK(green_path_match("c", "**/c"));
	CHECK(green_path_match("a/b/c", "**/c"));
	CHECK(!green_path_match("a/b/c", "**/b"));
	CHECK(green_path_match("a/c", "a/**/c"));
	CHECK(green_path_match("a/b/b/c", "a/**/c"));
	CHECK(!green_path_match("b/c", "a/**/c"));
	CHECK(green_path_match("a/x/a/b/c/b", "**/a/**/b"));
	CHECK(green_path_match("a/b/a/b/c", "**/a/b/c"));
	CHECK(!green_path_match("a/b/a/c", "**/a/b/c"));
	CHECK(green_path_match("/a/b", "/**/b"));
	CHECK(green_path_match("/b", "/**/b"));
	CHECK(!green_path_match("/b", "**/b"));
	CHECK(green_path_match("a/.b/c.d", "**/*.d"));
	CHECK(green_path_match("a/b", "**/**/b"));
	/* Within a part they are what one is. */
	CHECK(green_path_match("ab", "a**"));
	CHECK(!green_path_match("a/b", "a**"));
}

PLAIN_TEST(two_stars_at_the_end_are_all_below)
{
	CHECK(green_path_match("a/b", "a/**"));
	CHECK(green_path_match("a/b/c", "a/**"));
	CHECK(!green_path_match("a", "a/**"));
	CHECK(green_path_match("a", "**"));
	CHECK(green_path_match("a/b", "**"));
	CHECK(!green_path_match("", "**"));
	CHECK(green_path_match("/a", "/**"));
	CHECK(!green_path_match("/", "/**"));
	CHECK(green_path_match("a/b", "**/**"));
	CHECK(green_path_match("a", "**/**"));
}

/* Any other way of trying would not come back. */
PLAIN_TEST(many_stars_do_not_take_for_ever)
{
	char path[2001], pattern[400];
	size_t i;

	for (i = 0; i < 1000; i++)
		memcpy(path + 2 * i, "a/", 2);
	path[2000] = '\0';
	for (i = 0; i < 79; i++)
		memcpy(pattern + 5 * i, "**/a/", 5);
	memcpy(pattern + 5 * i, "b", 2);
	CHECK(!green_path_match(path, pattern));
	memcpy(pattern + 5 * i, "a", 2);
	CHECK(green_path_match(path, pattern));
}

static void *
in_a_thread(void *arg)
{
	char *joined = green_path_join("a", "b");
	int *error = arg;

	free(joined);
	errno = 0;
	if (joined != NULL && green_path_to_uri("a") == NULL)
		*error = errno;
	return (NULL);
}

PLAIN_TEST(text_is_for_any_thread)
{
	pthread_t thread;
	int error = 0;

	REQUIRE(CHECK_INT(pthread_create(&thread, NULL, in_a_thread, &error),
	    0));
	CHECK_INT(pthread_join(thread, NULL), 0);
	CHECK_INT(error, EINVAL);
}

static int
cancelled(void *arg)
{
	struct green_scope s;
	char *joined;

	(void)arg;
	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	joined = green_path_join("a", "b");
	CHECK_STR(joined, "a/b");
	free(joined);
	CHECK(green_path_match("a", "*"));
	return (green_scope_close(&s, 0));
}

PLAIN_TEST(text_is_no_checkpoint)
{
	CHECK_INT(green_run(cancelled, NULL, NULL), 0);
}

CU_TestInfo path_text_tests[] = {
	CLAIM(paths_are_joined),
	CLAIM(an_absolute_path_wins_a_join),
	CLAIM(an_empty_path_adds_nothing_to_a_join),
	CLAIM(dirname_is_what_is_above),
	CLAIM(basename_is_the_last_name),
	CLAIM(a_name_is_its_stem_and_its_suffix),
	CLAIM(stem_and_suffix_are_of_the_last_name),
	CLAIM(a_name_is_replaced),
	CLAIM(what_is_no_name_replaces_none),
	CLAIM(a_path_without_a_name_gets_none),
	CLAIM(a_stem_is_replaced),
	CLAIM(a_suffix_is_replaced),
	CLAIM(what_is_no_suffix_replaces_none),
	CLAIM(normal_paths_have_no_dots_and_no_slashes_in_vain),
	CLAIM(ways_between_paths_may_climb),
	CLAIM(a_way_that_text_does_not_tell_is_refused),
	CLAIM(a_base_and_the_way_are_the_path),
	CLAIM(uris_of_paths_and_back),
	CLAIM(every_byte_survives_a_uri),
	CLAIM(relative_paths_have_no_uri),
	CLAIM(other_forms_of_uris_are_understood),
	CLAIM(uris_that_are_no_path_here_are_refused),
	CLAIM(parts_are_what_is_between_slashes),
	CLAIM(absolute_paths_begin_with_a_slash),
	CLAIM(a_match_is_of_the_whole_path),
	CLAIM(a_part_matches_as_names_do),
	CLAIM(two_stars_are_any_depth),
	CLAIM(two_stars_at_the_end_are_all_below),
	CLAIM(many_stars_do_not_take_for_ever),
	CLAIM(text_is_for_any_thread),
	CLAIM(text_is_no_checkpoint),
	CU_TEST_INFO_NULL
};
