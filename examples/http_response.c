/*
 * The head of an answer is taken as the standard has it, or not at all: whoever
 * guesses what a broken one means may be talked into taking one answer for two.
 * Lines end with CR LF, names are tokens, what says where the body ends is there
 * once, and nothing else says so too.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */

#define _GNU_SOURCE		/* glibc: strptime(), timegm() */

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "http_response.h"

#define DIGITS	"0123456789"
#define TOKEN	DIGITS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" \
		"!#$%&'*+-.^_`|~"

/* A line, or the value of a field: some bytes of the head. */
struct text {
	const char *s;
	size_t	 len;
};

/* The fields that count, each at most once; in the order of names[]. */
enum name { CONTENT_LENGTH, CONTENT_RANGE, DATE, ETAG, LAST_MODIFIED, LOCATION,
    RETRY_AFTER, TRANSFER_ENCODING, NAMES };
static const char *const names[NAMES] = { "Content-Length", "Content-Range",
    "Date", "ETag", "Last-Modified", "Location", "Retry-After",
    "Transfer-Encoding" };

struct fields {
	struct text value[NAMES];	/* s is NULL: not there */
	bool	 close, keep_alive;	/* Connection */
};

static bool
is(struct text t, const char *word)
{
	return (t.len == strlen(word) && strncasecmp(t.s, word, t.len) == 0);
}

/* How many bytes of it, from at on, are of that kind? */
static size_t
span(struct text t, size_t at, const char *kind)
{
	size_t n = at;

	while (n < t.len && t.s[n] != '\0' && strchr(kind, t.s[n]) != NULL)
		n++;
	return (n - at);
}

/* A number that is all of it; -1. */
static int64_t
number(struct text t)
{
	int64_t n = 0;

	if (t.len == 0 || t.len > 18 || span(t, 0, DIGITS) != t.len)
		return (-1);
	for (size_t i = 0; i < t.len; i++)
		n = 10 * n + (t.s[i] - '0');
	return (n);
}

/* Without blanks around it. */
static struct text
trim(struct text t)
{
	size_t n = span(t, 0, " \t");

	t.s += n;
	t.len -= n;
	while (t.len > 0 && (t.s[t.len - 1] == ' ' || t.s[t.len - 1] == '\t'))
		t.len--;
	return (t);
}

/* What stands before c is taken from t; without c, all of it. */
static struct text
cut(struct text *t, char c)
{
	const char *at = memchr(t->s, c, t->len);
	struct text part = *t;

	if (at != NULL)
		part.len = (size_t)(at - t->s);
	t->s += part.len + (at != NULL);
	t->len -= part.len + (at != NULL);
	return (part);
}

static bool
copy(char *to, size_t size, struct text t)
{
	if (t.s == NULL || t.len >= size)
		return (false);
	memcpy(to, t.s, t.len);
	to[t.len] = '\0';
	return (true);
}

static const char *
parse_status(struct http_response *r, struct text t, bool *old)
{
	if (t.len < 12 || memcmp(t.s, "HTTP/1.", 7) != 0 ||
	    !isdigit((unsigned char)t.s[7]) || t.s[8] != ' ' ||
	    span(t, 9, DIGITS) != 3 || (t.len > 12 && t.s[12] != ' '))
		return ("the answer is not of HTTP/1.1");
	*old = t.s[7] == '0';
	r->status = (int)number((struct text){ t.s + 9, 3 });
	if (r->status < 100 || r->status > 599)
		return ("the answer has no such status");
	t.s += 12;
	t.len -= 12;
	if (t.len >= sizeof(r->reason))
		t.len = sizeof(r->reason) - 1;
	t = trim(t);
	(void)copy(r->reason, sizeof(r->reason), t);
	for (size_t i = 0; i < t.len; i++)
		if (!isprint((unsigned char)r->reason[i]))
			r->reason[i] = '?';
	return (NULL);
}

static void
parse_connection(struct fields *f, struct text t)
{
	struct text word;

	while (t.len > 0) {
		word = trim(cut(&t, ','));
		f->close = f->close || is(word, "close");
		f->keep_alive = f->keep_alive || is(word, "keep-alive");
	}
}

static const char *
parse_field(struct fields *f, struct text line)
{
	struct text name = { line.s, span(line, 0, TOKEN) };
	struct text value = { line.s + name.len, line.len - name.len };

	if (name.len == 0 || value.len == 0 || *value.s != ':')
		return ("a field of the answer has no name");
	for (size_t i = 0; i < value.len; i++)
		if (value.s[i] != '\t' && iscntrl((unsigned char)value.s[i]))
			return ("a control character in the answer's head");
	value.s++;
	value.len--;
	value = trim(value);
	if (is(name, "Connection"))
		parse_connection(f, value);
	for (int i = 0; i < NAMES; i++)
		if (is(name, names[i])) {
			if (f->value[i].s != NULL)
				return ("a field is there twice in the answer");
			f->value[i] = value;
		}
	return (NULL);
}

/* A part of so many bytes, "bytes 2-4/10"; a star stands for what is not told, or
   for no part. */
static const char *
parse_range(struct http_response *r, struct text t)
{
	static const char wrong[] = "the answer has no such range";
	struct text unit = cut(&t, ' '), range = cut(&t, '/');
	bool none = is(range, "*");

	if (!is(unit, "bytes"))
		return (wrong);
	if (!is(t, "*") && (r->size = number(t)) == -1)
		return (wrong);
	if (!none) {
		r->first = number(cut(&range, '-'));
		r->last = number(range);
		if (r->first == -1 || r->last < r->first ||
		    (r->size != -1 && r->last >= r->size))
			return (wrong);
	}
	return (none != (r->status == 206) ? NULL : wrong);
}

static time_t
date(struct text t)
{
	struct tm tm = { 0 };
	char s[32];

	if (!copy(s, sizeof(s), t) ||
	    strptime(s, "%a, %d %b %Y %H:%M:%S GMT", &tm) == NULL)
		return (-1);
	return (timegm(&tm));
}

/* A tag that is not weak; or a date that was a while ago, so that the content was
   not changed twice on it. */
static void
choose_validator(struct http_response *r, const struct fields *f)
{
	struct text tag = f->value[ETAG];
	time_t now, then;

	if (tag.s != NULL) {
		if (tag.len >= 2 && *tag.s == '"' && tag.s[tag.len - 1] == '"')
			(void)copy(r->validator, sizeof(r->validator), tag);
		return;
	}
	now = date(f->value[DATE]);
	then = date(f->value[LAST_MODIFIED]);
	if (now != -1 && then != -1 && now - then >= 60)
		(void)copy(r->validator, sizeof(r->validator),
		    f->value[LAST_MODIFIED]);
}

/* Where does the body end? */
static const char *
find_length(struct http_response *r, const struct fields *f, bool old)
{
	struct text length = f->value[CONTENT_LENGTH];
	struct text coding = f->value[TRANSFER_ENCODING];

	if (coding.s != NULL && (length.s != NULL || old))
		return ("the answer tells its length in two ways");
	if (coding.s != NULL && !is(coding, "chunked"))
		return ("the answer's transfer encoding is not known");
	if (length.s != NULL && (r->length = number(length)) == -1)
		return ("the answer has no such length");
	r->chunked = coding.s != NULL;
	if (r->status < 200 || r->status == 204 || r->status == 304) {
		r->chunked = false;
		r->length = 0;
	}
	return (NULL);
}

static const char *
understand(struct http_response *r, const struct fields *f, bool old)
{
	struct text range = f->value[CONTENT_RANGE];
	const char *why;
	int64_t n;

	if ((why = find_length(r, f, old)) != NULL)
		return (why);
	if ((r->status == 206 || r->status == 416) && range.s != NULL &&
	    (why = parse_range(r, range)) != NULL)
		return (why);
	if (r->status == 206 && (range.s == NULL || (r->length != -1 &&
	    r->length != r->last - r->first + 1)))
		return ("the answer has no such range");
	if (f->value[LOCATION].s != NULL && !copy(r->location,
	    sizeof(r->location), f->value[LOCATION]))
		return ("the answer's location is too long");
	if (f->value[RETRY_AFTER].s != NULL) {
		n = number(f->value[RETRY_AFTER]);
		r->retry_after = n > 86400 ? 86400 : (int)n;
	}
	choose_validator(r, f);
	r->keep = !f->close && (!old || f->keep_alive) &&
	    (r->chunked || r->length != -1);
	return (NULL);
}

const char *
http_response_parse(struct http_response *r, const char *head, size_t len)
{
	struct text rest = { head, len }, line;
	struct fields f = { .close = false };
	bool old = false, first = true;
	const char *why;

	*r = (struct http_response){ .length = -1, .first = -1, .last = -1,
	    .size = -1, .retry_after = -1 };
	for (;; first = false) {
		line = cut(&rest, '\n');
		if (line.len == 0 || line.s[line.len - 1] != '\r' ||
		    line.s + line.len == head + len)
			return ("a line of the answer does not end in CR LF");
		line.len--;
		if (line.len == 0 && !first)
			break;
		why = first ? parse_status(r, line, &old) :
		    parse_field(&f, line);
		if (why != NULL)
			return (why);
	}
	if (rest.len > 0)
		return ("there is more after the answer's head");
	return (understand(r, &f, old));
}

int64_t
http_chunk_size(const char *line, size_t len)
{
	static const char hex[] = "0123456789abcdef";
	struct text t = { line, len };
	size_t n = span(t, 0, "0123456789abcdefABCDEF"), at;
	int64_t size = 0;

	if (n == 0 || n > 15)
		return (-1);
	for (size_t i = 0; i < n; i++)
		size = 16 * size + (strchr(hex, tolower((unsigned char)line[i])) -
		    hex);
	/* Extensions are passed over. */
	at = n + span(t, n, " \t");
	if (at < len && line[at] != ';')
		return (-1);
	for (; at < len; at++)
		if (line[at] != '\t' && iscntrl((unsigned char)line[at]))
			return (-1);
	return (size);
}
