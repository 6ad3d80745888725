/*
 * The tests of fetch's parts, with CUnit and libgreen-testing: what is text alone
 * by tables, and the client of HTTP with a server in the same loop, which answers
 * with what it is told to, on every backend and cancelled at every checkpoint.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <CUnit/Basic.h>
#include <green/testing.h>

#include "backoff.h"
#include "fetch.h"
#include "output.h"
#include "proxy.h"

struct options options = {
	.retries = 3,
	.redirects = 2,
	.patience = 30 * GREEN_SEC,
	.limit = GREEN_FOREVER
};

#define LENGTH(a)	(sizeof(a) / sizeof((a)[0]))

/*
 * URLs.
 */

static void
urls_are_taken_apart(void)
{
	static const struct {
		const char *text, *authority, *port, *target, *name;
	} v[] = {
		{ "http://a", "a", "80", "/", "index.html" },
		{ "HTTPS://a.b-c:8443/d/e?f#g", "a.b-c:8443", "8443", "/d/e?f",
		    "e" },
		{ "https://a:443?x", "a", "443", "/?x", "index.html" },
		{ "http://a:", "a", "80", "/", "index.html" },
		{ "http://[::1]:81/x", "[::1]:81", "81", "/x", "x" },
		{ "http://[fe80::1]", "[fe80::1]", "80", "/", "index.html" },
		{ "http://a/b c\"\xc3\xa9", "a", "80", "/b%20c%22%C3%A9",
		    "b c\"\xc3\xa9" },
		{ "http://a/%7Eb%2Fc%00d%zz", "a", "80",
		    "/%7Eb%2Fc%00d%25zz", "~b%2Fc%00d%zz" },
		{ "http://a/b/%2e%2e", "a", "80", "/b/%2e%2e", "index.html" },
		{ "http://a/b/./c/../../../d/.", "a", "80", "/d/",
		    "index.html" },
		{ "http://a/b/..?c/../d", "a", "80", "/?c/../d",
		    "index.html" },
		{ "http://a/.b/..c/...", "a", "80", "/.b/..c/...",
		    "index.html" },
		{ "http://a/..//b", "a", "80", "//b", "b" }
	};
	char authority[272], name[256];
	struct url u;

	for (size_t i = 0; i < LENGTH(v); i++) {
		CU_ASSERT(url_parse(&u, v[i].text) == NULL);
		CU_ASSERT_STRING_EQUAL(url_authority(&u, authority),
		    v[i].authority);
		CU_ASSERT_STRING_EQUAL(u.port, v[i].port);
		CU_ASSERT_STRING_EQUAL(u.target, v[i].target);
		CU_ASSERT_STRING_EQUAL(url_name(&u, name), v[i].name);
	}
}

static void
what_is_no_url_is_refused(void)
{
	static const char *const v[] = { "", "a", "http:", "http:/a", "http://",
	    "http://:80", "http://a:x", "http://a:0", "http://a:65536",
	    "http://a:080000", "http://a:-1", "http://a:8 0", "http://a b",
	    "http://[::1", "http://[]", "http://[::1]x", "http://[::g]",
	    "http://a@b", "http://a\\b", "http://a%41", "http://a\r\nb",
	    "http://a/\n", "http://a/\x7f", "ftp://a", "file:///a",
	    "httpx://a" };
	char text[2 * URL_MAX];
	struct url u;

	for (size_t i = 0; i < LENGTH(v); i++)
		CU_ASSERT(url_parse(&u, v[i]) != NULL);
	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	memcpy(text, "http://b/", 9);
	CU_ASSERT(url_parse(&u, text) != NULL);
	memcpy(text, "http://a", 8);
	CU_ASSERT(url_parse(&u, text) != NULL);
}

/* Those of RFC 3986, 5.4. */
static void
references_lead_where_the_standard_says(void)
{
	static const struct {
		const char *reference, *authority, *target;
	} v[] = {
		{ "g", "a", "/b/c/g" }, { "./g", "a", "/b/c/g" },
		{ "g/", "a", "/b/c/g/" }, { "/g", "a", "/g" },
		{ "//g", "g", "/" }, { "?y", "a", "/b/c/d;p?y" },
		{ "g?y", "a", "/b/c/g?y" }, { "#s", "a", "/b/c/d;p?q" },
		{ "g#s", "a", "/b/c/g" }, { "g?y#s", "a", "/b/c/g?y" },
		{ ";x", "a", "/b/c/;x" }, { "g;x?y#s", "a", "/b/c/g;x?y" },
		{ "", "a", "/b/c/d;p?q" }, { ".", "a", "/b/c/" },
		{ "./", "a", "/b/c/" }, { "..", "a", "/b/" },
		{ "../", "a", "/b/" }, { "../g", "a", "/b/g" },
		{ "../..", "a", "/" }, { "../../", "a", "/" },
		{ "../../g", "a", "/g" }, { "../../../g", "a", "/g" },
		{ "/./g", "a", "/g" }, { "/../g", "a", "/g" },
		{ "g.", "a", "/b/c/g." }, { "..g", "a", "/b/c/..g" },
		{ "./../g", "a", "/b/g" }, { "./g/.", "a", "/b/c/g/" },
		{ "g/./h", "a", "/b/c/g/h" }, { "g/../h", "a", "/b/c/h" },
		{ "g;x=1/../y", "a", "/b/c/y" },
		{ "g?y/../x", "a", "/b/c/g?y/../x" },
		{ "https://h:1/i", "h:1", "/i" }
	};
	struct url from, to;
	char authority[272];

	CU_ASSERT(url_parse(&from, "http://a/b/c/d;p?q") == NULL);
	for (size_t i = 0; i < LENGTH(v); i++) {
		CU_ASSERT(url_follow(&to, &from, v[i].reference) == NULL);
		CU_ASSERT_STRING_EQUAL(url_authority(&to, authority),
		    v[i].authority);
		CU_ASSERT_STRING_EQUAL(to.target, v[i].target);
		CU_ASSERT(to.tls == (v[i].reference[0] == 'h'));
	}
	CU_ASSERT(url_follow(&to, &from, "g:h") != NULL);
	CU_ASSERT(url_follow(&to, &from, "javascript:x") != NULL);
	CU_ASSERT(url_follow(&to, &from, "//x@y/") != NULL);
}

/*
 * Proxies.
 */

static void
proxies_are_for_what_the_environment_says(void)
{
	static const struct {
		const char *no, *url;
		bool	 by;
	} v[] = {
		{ NULL, "http://a.example", true },
		{ "", "https://a.example", true },
		{ "*", "http://a.example", false },
		{ "a.example", "http://a.example:81", false },
		{ "A.example", "https://a.EXAMPLE", false },
		{ "x, example ,y", "http://a.example", false },
		{ ".example", "http://a.example", false },
		{ ".a.example", "http://a.example", false },
		{ "a.example", "http://a.example./", false },
		{ "a.example", "http://ba.example", true },
		{ "b.a.example", "http://a.example", true },
		{ ",,.", "http://a.example", true },
		{ "127.0.0.1", "http://127.0.0.1", false },
		{ "::1", "http://[::1]", false },
		{ "[::1]", "http://[::1]", false }
	};
	const struct url *by;
	struct url u;

	for (size_t i = 0; i < LENGTH(v); i++) {
		CU_ASSERT(proxy_set("p.example:3128", "https://s.example/",
		    v[i].no) == NULL);
		CU_ASSERT(url_parse(&u, v[i].url) == NULL);
		by = proxy_for(&u);
		CU_ASSERT((by != NULL) == v[i].by);
		if (by != NULL) {
			CU_ASSERT_STRING_EQUAL(by->host, u.tls ? "s.example" :
			    "p.example");
			CU_ASSERT_STRING_EQUAL(by->port, u.tls ? "443" :
			    "3128");
			CU_ASSERT(by->tls == u.tls);
		}
	}
	CU_ASSERT(proxy_set("socks5://p", NULL, NULL) != NULL);
	CU_ASSERT(proxy_set(NULL, "http://me:secret@p/", NULL) != NULL);
	CU_ASSERT(proxy_set("", NULL, NULL) == NULL);
	CU_ASSERT(proxy_for(&u) == NULL);
}

/*
 * Heads of answers.
 */

#define OK	"HTTP/1.1 200 OK\r\n"
#define PART	"HTTP/1.1 206 Part\r\n"

static const char *
parse(struct http_response *r, const char *head)
{
	return (http_response_parse(r, head, strlen(head)));
}

static void
heads_say_where_bodies_end(void)
{
	static const struct {
		const char *head;
		int	 status;
		int64_t	 length;
		bool	 chunked, keep;
	} v[] = {
		{ OK "Content-Length: 0\r\n\r\n", 200, 0, false, true },
		{ OK "content-length:\t7 \r\n\r\n", 200, 7, false, true },
		{ OK "\r\n", 200, -1, false, false },
		{ "HTTP/1.1 404\r\n\r\n", 404, -1, false, false },
		{ "HTTP/1.7 404 \r\nContent-Length: 1\r\n\r\n", 404, 1, false,
		    true },
		{ OK "Transfer-Encoding: Chunked\r\n\r\n", 200, -1, true,
		    true },
		{ OK "Connection: x, CLOSE ,y\r\nContent-Length: 1\r\n\r\n",
		    200, 1, false, false },
		{ "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\n", 200, 1,
		    false, false },
		{ "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n"
		    "Content-Length: 1\r\n\r\n", 200, 1, false, true },
		{ "HTTP/1.1 204 No\r\nContent-Length: 1\r\n\r\n", 204, 0,
		    false, true },
		{ "HTTP/1.1 304 No\r\nTransfer-Encoding: chunked\r\n\r\n", 304,
		    0, false, true },
		{ "HTTP/1.1 103 Hints\r\n\r\n", 103, 0, false, true }
	};
	struct http_response r;

	for (size_t i = 0; i < LENGTH(v); i++) {
		CU_ASSERT(parse(&r, v[i].head) == NULL);
		CU_ASSERT_EQUAL(r.status, v[i].status);
		CU_ASSERT_EQUAL(r.length, v[i].length);
		CU_ASSERT_EQUAL(r.chunked, v[i].chunked);
		CU_ASSERT_EQUAL(r.keep, v[i].keep);
	}
}

static void
heads_that_are_none_are_refused(void)
{
	static const char *const v[] = { "", "\r\n", "\r\n\r\n", OK, "HTTP/1.1",
	    "HTTP/1.1 200 OK\n\n", "HTTP/1.1 200 OK\r\n\n", "\r\n" OK "\r\n",
	    "HTTP/2 200 OK\r\n\r\n", "HTTP/1.1  200 OK\r\n\r\n",
	    "HTTP/1.1 20 OK\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n",
	    "HTTP/1.1 099 OK\r\n\r\n", "HTTP/1.1 600 OK\r\n\r\n",
	    "http/1.1 200 OK\r\n\r\n", "HTTP/1.1 200OK\r\n\r\n",
	    "ICY 200 OK\r\n\r\n", OK "A: b\n\r\n", OK "A: b\r\n c\r\n\r\n",
	    OK "A : b\r\n\r\n", OK ": b\r\n\r\n", OK "A\r\n\r\n",
	    OK "A: b\rc\r\n\r\n", OK "A: \x01\r\n\r\n", OK "\x80: b\r\n\r\n",
	    OK "\r\nbody", OK "Content-Length: 1\r\nContent-Length: 1\r\n\r\n",
	    OK "Content-Length: 1, 1\r\n\r\n", OK "Content-Length:\r\n\r\n",
	    OK "Content-Length: +1\r\n\r\n", OK "Content-Length: -1\r\n\r\n",
	    OK "Content-Length: 0x1\r\n\r\n", OK "Content-Length: 1 1\r\n\r\n",
	    OK "Content-Length: 9999999999999999999\r\n\r\n",
	    OK "Transfer-Encoding: gzip\r\n\r\n",
	    OK "Transfer-Encoding: gzip, chunked\r\n\r\n",
	    OK "Transfer-Encoding: chunked, chunked\r\n\r\n",
	    OK "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n",
	    OK "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n",
	    "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
	    PART "\r\n",
	    PART "Content-Range: bytes 1-0/2\r\n\r\n",
	    PART "Content-Range: bytes 0-2/2\r\n\r\n",
	    PART "Content-Range: bytes */2\r\n\r\n",
	    PART "Content-Range: lines 0-1/2\r\n\r\n",
	    PART "Content-Range: bytes 0-1/2x\r\n\r\n",
	    PART "Content-Length: 3\r\nContent-Range: bytes 0-1/2\r\n\r\n" };
	static const char nul[] = OK "A: \0b\r\n\r\n";
	struct http_response r;

	for (size_t i = 0; i < LENGTH(v); i++)
		CU_ASSERT(parse(&r, v[i]) != NULL);
	CU_ASSERT(http_response_parse(&r, nul, sizeof(nul) - 1) != NULL);
}

static void
heads_that_are_cut_anywhere_are_refused(void)
{
	static const char head[] = "HTTP/1.1 206 Part\r\nContent-Length: 2\r\n"
	    "Content-Range: bytes 0-1/2\r\nETag: \"x\"\r\n\r\n";
	struct http_response r;
	char *copy;

	for (size_t n = 0; n <= sizeof(head) - 1; n++) {
		/* No byte of more is read. */
		if ((copy = malloc(n + 1)) == NULL) {
			CU_FAIL("out of memory");
			return;
		}
		memcpy(copy, head, n);
		CU_ASSERT((http_response_parse(&r, copy, n) == NULL) ==
		    (n == sizeof(head) - 1));
		free(copy);
	}
}

static void
a_reason_that_cannot_be_shown_is_shown_otherwise(void)
{
	static const char head[] = "HTTP/1.1 200  a\0\x1b \0\r\n\r\n";
	struct http_response r;

	CU_ASSERT(http_response_parse(&r, head, sizeof(head) - 1) == NULL);
	CU_ASSERT_STRING_EQUAL(r.reason, "a?? ?");
}

static void
validators_are_strong_or_none(void)
{
	static const struct {
		const char *fields, *validator;
	} v[] = {
		{ "ETag: \"a b\"\r\n", "\"a b\"" },
		{ "ETag: W/\"a\"\r\n", "" },
		{ "ETag: a\r\n", "" },
		{ "ETag: \"\r\n", "" },
		{ "Date: Sun, 06 Nov 1994 08:50:37 GMT\r\n"
		    "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n",
		    "Sun, 06 Nov 1994 08:49:37 GMT" },
		{ "Date: Sun, 06 Nov 1994 08:50:36 GMT\r\n"
		    "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n", "" },
		{ "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n", "" },
		{ "ETag: W/\"a\"\r\nDate: Sun, 06 Nov 1994 08:50:37 GMT\r\n"
		    "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n", "" }
	};
	struct http_response r;
	char head[512];

	for (size_t i = 0; i < LENGTH(v); i++) {
		snprintf(head, sizeof(head), OK "%s\r\n", v[i].fields);
		CU_ASSERT(parse(&r, head) == NULL);
		CU_ASSERT_STRING_EQUAL(r.validator, v[i].validator);
	}
}

static void
chunks_have_sizes(void)
{
	static const struct {
		const char *line;
		int64_t	 size;
	} v[] = {
		{ "0", 0 }, { "a", 10 }, { "fF", 255 }, { "0010", 16 },
		{ "7fffffff", 0x7fffffff }, { "5;x", 5 }, { "5 ; x=\"y\"", 5 },
		{ "fffffffffffffff", 0xfffffffffffffff }, { "", -1 },
		{ "-1", -1 }, { "+1", -1 }, { " 1", -1 }, { "0x1", -1 },
		{ "1x", -1 }, { "1 x", -1 }, { ";", -1 }, { "1;\x01", -1 },
		{ "1\r", -1 }, { "ffffffffffffffff", -1 },
		{ "0000000000000001", -1 }
	};

	for (size_t i = 0; i < LENGTH(v); i++)
		CU_ASSERT_EQUAL(http_chunk_size(v[i].line,
		    strlen(v[i].line)), v[i].size);
}

static void
pauses_double_up_to_a_minute(void)
{
	struct backoff b;

	backoff_start(&b, 8);
	for (int64_t s = 1; s <= 32; s *= 2)
		CU_ASSERT_EQUAL(backoff_next(&b, 0), s * GREEN_SEC);
	CU_ASSERT_EQUAL(backoff_next(&b, 0), 60 * GREEN_SEC);
	CU_ASSERT_EQUAL(backoff_next(&b, 0), 60 * GREEN_SEC);
	CU_ASSERT_EQUAL(backoff_next(&b, 0), -1);
	backoff_start(&b, 2);
	CU_ASSERT_EQUAL(backoff_next(&b, 5 * GREEN_SEC), 5 * GREEN_SEC);
	CU_ASSERT_EQUAL(backoff_next(&b, 61 * GREEN_SEC), -1);
	CU_ASSERT_EQUAL(backoff_next(&b, -1), 2 * GREEN_SEC);
}

/*
 * The client.  Answers of the server, one a request; where a '|' stands it closes
 * the connection.
 */

struct server {
	struct green_listener *l;
	const char *answers;
	struct url url;
};

static int
serve_client(struct green_stream *s, const char **at)
{
	const char *data;
	size_t n;

	while (**at != '\0' && green_stream_receive_until(s, "\r\n\r\n", 4, 4096,
	    &data) > 0) {
		n = strcspn(*at, "|^");
		if (green_stream_send(s, *at, n) == -1)
			return (-1);
		*at += n;
		if (**at == '\0' || *(*at)++ == '|')
			return (green_stream_send_eof(s));
	}
	return (0);
}

static int
serve(void *arg)
{
	struct server *server = arg;
	struct green_stream *s;
	int rc = 0;

	while (rc == 0 && (s = green_accept(server->l)) != NULL) {
		rc = serve_client(s, &server->answers);
		green_stream_close(s);
	}
	return (-1);			/* cancelled */
}

/* Run test against a server that gives these answers. */
static int
with(const char *answers, int (*test)(struct http *h, const struct url *u))
{
	struct server server = { .answers = answers };
	struct http h = { .s = NULL };
	struct green_group g;
	int port, rc;

	server.l = green_listen_tcp("127.0.0.1", "0", NULL);
	if (server.l == NULL)
		return (-1);
	green_group_open(&g);
	rc = green_listener_attr(server.l, GREEN_ATTR_LOCAL_PORT, &port,
	    sizeof(port));
	if (rc == 0) {
		CU_ASSERT(url_parse(&server.url, "http://127.0.0.1/x") == NULL);
		snprintf(server.url.port, sizeof(server.url.port), "%d", port);
		rc = green_spawn_daemon(&g, serve, &server);
	}
	if (rc == 0)
		rc = test(&h, &server.url);
	http_close(&h);
	rc = green_group_close(&g, rc);
	green_listener_close(server.l);
	return (rc);
}

/* The whole body of the next answer, in pieces of that size. */
static int
body_is(struct http *h, const struct url *u, const char *wanted, size_t piece)
{
	struct http_response r;
	char buf[64];
	size_t len = 0;
	ssize_t n;

	if (http_get(h, u, "", &r) == -1)
		return (-1);
	while ((n = http_receive(h, buf + len, piece)) > 0)
		len += (size_t)n;
	if (n == -1)
		return (-1);
	http_end(h);
	CU_ASSERT(len == strlen(wanted) && memcmp(buf, wanted, len) == 0);
	return (0);
}

static int
get_four(struct http *h, const struct url *u)
{
	for (size_t piece = 1; piece <= 4; piece++)
		if (body_is(h, u, "abcdefghij", piece) == -1)
			return (-1);
	return (0);
}

#define PLAIN	OK "Content-Length: 10\r\n\r\nabcdefghij^"
#define CHUNKED	OK "Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n" \
		"7\r\ndefghij\r\n0\r\nTrailer: x\r\n\r\n^"

GREEN_CU_TEST(bodies_come_in_any_pieces)
{
	if (with(PLAIN PLAIN PLAIN PLAIN, get_four) == -1 ||
	    with(CHUNKED CHUNKED PLAIN CHUNKED, get_four) == -1)
		return (-1);
	return (with("HTTP/1.1 103 Hints\r\n\r\n" PLAIN OK "\r\nabcdefghij|"
	    PLAIN CHUNKED, get_four));
}

GREEN_CU_TEST(a_kept_connection_that_was_closed_is_made_anew)
{
	return (with(OK "Content-Length: 10\r\n\r\nabcdefghij|" PLAIN
	    OK "Content-Length: 10\r\n\r\nabcdefghij|" CHUNKED, get_four));
}

static int
get_bad(struct http *h, const struct url *u)
{
	struct http_response r;
	char buf[64];
	ssize_t n = http_get(h, u, "", &r);

	while (n == 0 && (n = http_receive(h, buf, sizeof(buf))) > 0)
		n = 0;
	if (n == -1 && errno == ECANCELED)
		return (-1);
	CU_ASSERT(n == -1 && (errno == EBADMSG || errno == EPIPE));
	CU_ASSERT(strlen(http_why(h)) > 0);
	return (0);
}

GREEN_CU_TEST(answers_that_are_broken_fail)
{
	static const char *const v[] = { "x\r\n\r\n|", OK "|", OK "A: b|", "|",
	    OK "Content-Length: 10\r\n\r\nabc|",
	    OK "Transfer-Encoding: chunked\r\n\r\n|",
	    OK "Transfer-Encoding: chunked\r\n\r\nx\r\nabc\r\n|",
	    OK "Transfer-Encoding: chunked\r\n\r\n3\r\nab|",
	    OK "Transfer-Encoding: chunked\r\n\r\n3\r\nabc|",
	    OK "Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n|",
	    OK "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n|",
	    OK "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n|",
	    OK "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nA: b\r\n|",
	    "HTTP/1.1 101 Switching\r\n\r\n|" };

	for (size_t i = 0; i < LENGTH(v); i++)
		if (with(v[i], get_bad) == -1)
			return (-1);
	return (0);
}

/* The server is a proxy for both schemes. */
static void
be_a_proxy(const struct url *u)
{
	static char text[64];

	snprintf(text, sizeof(text), "127.0.0.1:%s", u->port);
	CU_ASSERT(proxy_set(text, text, NULL) == NULL);
}

static int
get_far(struct http *h, const struct url *u)
{
	struct url far;
	int rc;

	be_a_proxy(u);
	CU_ASSERT(url_parse(&far, "http://far.invalid/x") == NULL);
	rc = get_four(h, &far);
	(void)proxy_set(NULL, NULL, NULL);
	return (rc);
}

/* The proxy's answer, and what is told of it. */
static int	 refusal;
static const char *words;

static int
fail_far(struct http *h, const struct url *u)
{
	struct http_response r;
	struct url far;
	int rc;

	be_a_proxy(u);
	CU_ASSERT(url_parse(&far, "https://far.invalid/x") == NULL);
	rc = http_get(h, &far, "", &r);
	(void)proxy_set(NULL, NULL, NULL);
	if (rc == -1 && (errno == ECANCELED || errno == ENOTSUP))
		return (errno == ECANCELED ? -1 : 0);
	CU_ASSERT(rc == -1 && errno == refusal && h->s == NULL);
	CU_ASSERT(strstr(http_why(h), words) != NULL);
	return (0);
}

GREEN_CU_TEST(a_proxy_brings_what_it_is_asked_for)
{
	return (with(PLAIN OK "Content-Length: 10\r\n\r\nabcdefghij|" CHUNKED
	    PLAIN, get_far));
}

GREEN_CU_TEST(a_proxy_that_does_not_connect_is_told_of)
{
	static const struct {
		const char *answer;
		int	 refusal;
		const char *words;
	} v[] = {
		{ "HTTP/1.1 407 Who?\r\n\r\n|", ECONNREFUSED,
		    "the proxy says: 407 Who?" },
		{ "HTTP/1.1 502 Bad\r\n\r\n|", EHOSTUNREACH,
		    "the proxy says: 502 Bad" },
		{ "x\r\n\r\n|", EBADMSG, "not of HTTP/1.1" },
		{ "|", EPIPE, "hung up" },
		{ OK "\r\n220 far\r\n|", EPROTO, "in the clear" }
	};

	for (size_t i = 0; i < LENGTH(v); i++) {
		refusal = v[i].refusal;
		words = v[i].words;
		if (with(v[i].answer, fail_far) == -1)
			return (-1);
	}
	return (0);
}

/*
 * Jobs, by a clock that jumps when all wait: what becomes of them, and how many
 * seconds that takes.
 */

static struct expected {
	enum outcome outcome;
	int64_t	 seconds;
} expected;

static int
run_job(struct http *h, const struct url *u)
{
	char path[] = "/dev/null";
	struct job j = { .text = "it", .url = *u, .path = path, .size = -1 };
	int64_t began = green_now();

	if (job_run(&j, h) == -1)
		return (-1);
	CU_ASSERT_EQUAL(j.outcome, expected.outcome);
	CU_ASSERT_EQUAL((green_now() - began) / GREEN_SEC, expected.seconds);
	return (0);
}

#define BUSY	"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n"
#define MOVED	"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: y\r\n" \
		"\r\n^"

#define HALF	OK "Content-Length: 10\r\nETag: \"x\"\r\n\r\nabcde|"
#define REST(tag) PART "Content-Range: bytes 5-9/10\r\nETag: \"" tag \
		"\"\r\n\r\nfghij|"

static int
run_jobs(void *unused)
{
	static const struct {
		const char *answers;
		struct expected expected;
	} v[] = {
		{ PLAIN, { FETCHED, 0 } },
		{ BUSY "\r\n^" BUSY "\r\n^" PLAIN, { FETCHED, 1 + 2 } },
		{ BUSY "Retry-After: 9\r\n\r\n^" CHUNKED, { FETCHED, 9 } },
		{ BUSY "Retry-After: 61\r\n\r\n^", { FAILED_STATUS, 0 } },
		{ BUSY "\r\n^" BUSY "\r\n^" BUSY "\r\n^" BUSY "\r\n^",
		    { FAILED_STATUS, 1 + 2 + 4 } },
		{ "||||", { FAILED_NETWORK, 1 + 2 + 4 } },
		{ "^^^^^", { FAILED_NETWORK, 30 + 1 + 30 + 2 + 30 + 4 + 30 } },
		{ "x\r\n\r\n|", { FAILED_ANSWER, 0 } },
		{ HALF REST("x"), { FETCHED, 1 } },
		{ HALF REST("y"), { FAILED_ANSWER, 1 } },
		{ MOVED MOVED PLAIN, { FETCHED, 0 } },
		{ MOVED MOVED MOVED, { FAILED_ANSWER, 0 } }
	};

	(void)unused;
	for (size_t i = 0; i < LENGTH(v); i++) {
		expected = v[i].expected;
		if (with(v[i].answers, run_job) == -1)
			return (-1);
	}
	return (0);
}

static void
what_may_pass_is_tried_again_after_a_while(void)
{
	struct green_options opt = {
		.mock_clock = true,
		.mock_autojump = 20 * GREEN_MSEC
	};

	CU_ASSERT(green_test(run_jobs, NULL, &opt) == 0);
}

static int
get_all(void *unused)
{
	(void)unused;
	return (with(OK "Content-Length: 10\r\n\r\nabcdefghij|" PLAIN CHUNKED
	    OK "\r\nabcdefghij|", get_four));
}

static void
it_can_be_cancelled_everywhere(void)
{
	CU_ASSERT(green_test_cancel_everywhere(get_all, NULL, NULL) > 0);
}

/*
 * Where it goes: a file in a directory of its own.
 */

static char	 directory[] = "/tmp/test_fetch.XXXXXX";
static char	 path[64], part[64], tag[64];

static int
make_directory(void)
{
	if (mkdtemp(directory) == NULL)
		return (-1);
	snprintf(path, sizeof(path), "%s/it", directory);
	snprintf(part, sizeof(part), "%s/it.part", directory);
	snprintf(tag, sizeof(tag), "%s/it.part.tag", directory);
	return (0);
}

static void
remove_files(void)
{
	(void)unlink(path);
	(void)unlink(part);
	(void)unlink(tag);
}

static int
remove_directory(void)
{
	remove_files();
	return (rmdir(directory));
}

static void
put(const char *name, const char *text)
{
	FILE *f = fopen(name, "w");

	CU_ASSERT(f != NULL);
	if (f == NULL)
		return;
	fputs(text, f);
	CU_ASSERT(fclose(f) == 0);
}

static bool
holds(const char *name, const char *text)
{
	FILE *f = fopen(name, "r");
	char buf[64] = "";
	size_t n = 0;

	if (f != NULL) {
		n = fread(buf, 1, sizeof(buf), f);
		fclose(f);
	}
	return (f != NULL && n == strlen(text) && memcmp(buf, text, n) == 0);
}

static int
open_part(void *unused)
{
	struct output o;
	int rc;

	(void)unused;
	put(part, "abcde");
	put(tag, "\"x\"");
	if ((rc = output_open(&o, path, true)) == 0) {
		CU_ASSERT_EQUAL(o.have, 5);
		output_close(&o);
	}
	CU_ASSERT(holds(part, "abcde") && holds(tag, "\"x\""));
	return (rc);
}

static void
a_part_stays_when_it_is_not_even_begun_with(void)
{
	CU_ASSERT(green_test_cancel_everywhere(open_part, NULL, NULL) > 0);
}

/* As another program does that has fetched all of it. */
static int
take_part_away(void *unused)
{
	(void)unused;
	while (unlink(part) == -1)
		if (green_checkpoint() == -1)
			return (-1);
	return (0);
}

GREEN_CU_TEST(a_part_that_is_taken_away_is_not_ours)
{
	struct green_group g;
	struct output o;
	int rc;

	remove_files();
	if (output_open(&o, path, false) == -1)
		return (-1);
	output_close(&o);
	green_group_open(&g);
	rc = green_spawn(&g, take_part_away, NULL);
	CU_ASSERT(rc == 0 && output_open(&o, path, false) == -1 &&
	    errno == EBUSY);
	output_close(&o);
	return (green_group_close(&g, rc));
}

static int
complete(void *unused)
{
	struct output o;
	int rc;

	(void)unused;
	remove_files();
	put(part, "abcde");
	put(tag, "\"x\"");
	if ((rc = output_open(&o, path, true)) == 0) {
		rc = output_commit(&o);
		output_close(&o);
	}
	if (access(part, F_OK) == -1) {
		CU_ASSERT(holds(path, "abcde") && access(tag, F_OK) == -1);
	} else {
		CU_ASSERT(holds(part, "abcde") && holds(tag, "\"x\""));
	}
	return (rc);
}

static void
what_is_complete_is_not_lost(void)
{
	CU_ASSERT(green_test_cancel_everywhere(complete, NULL, NULL) > 0);
}

int
main(void)
{
	CU_TestInfo tests[] = {
		{ "urls are taken apart", urls_are_taken_apart },
		{ "what is no url is refused", what_is_no_url_is_refused },
		{ "references lead where the standard says",
		    references_lead_where_the_standard_says },
		{ "proxies are for what the environment says",
		    proxies_are_for_what_the_environment_says },
		{ "heads say where bodies end", heads_say_where_bodies_end },
		{ "heads that are none are refused",
		    heads_that_are_none_are_refused },
		{ "heads that are cut anywhere are refused",
		    heads_that_are_cut_anywhere_are_refused },
		{ "a reason that cannot be shown is shown otherwise",
		    a_reason_that_cannot_be_shown_is_shown_otherwise },
		{ "validators are strong or none",
		    validators_are_strong_or_none },
		{ "chunks have sizes", chunks_have_sizes },
		{ "pauses double up to a minute",
		    pauses_double_up_to_a_minute },
		{ "bodies come in any pieces", bodies_come_in_any_pieces },
		{ "a kept connection that was closed is made anew",
		    a_kept_connection_that_was_closed_is_made_anew },
		{ "answers that are broken fail",
		    answers_that_are_broken_fail },
		{ "a proxy brings what it is asked for",
		    a_proxy_brings_what_it_is_asked_for },
		{ "a proxy that does not connect is told of",
		    a_proxy_that_does_not_connect_is_told_of },
		{ "what may pass is tried again after a while",
		    what_may_pass_is_tried_again_after_a_while },
		{ "it can be cancelled everywhere",
		    it_can_be_cancelled_everywhere },
		CU_TEST_INFO_NULL
	};
	CU_TestInfo outputs[] = {
		{ "a part stays when it is not even begun with",
		    a_part_stays_when_it_is_not_even_begun_with },
		{ "a part that is taken away is not ours",
		    a_part_that_is_taken_away_is_not_ours },
		{ "what is complete is not lost",
		    what_is_complete_is_not_lost },
		CU_TEST_INFO_NULL
	};
	CU_SuiteInfo suites[] = {
		{ "fetch", NULL, NULL, NULL, NULL, tests },
		{ "output", make_directory, remove_directory, NULL, NULL,
		    outputs },
		CU_SUITE_INFO_NULL
	};

	if (CU_initialize_registry() != CUE_SUCCESS ||
	    CU_register_suites(suites) != CUE_SUCCESS ||
	    CU_basic_run_tests() != CUE_SUCCESS)
		return (1);
	return (CU_get_number_of_failure_records() != 0);
}
