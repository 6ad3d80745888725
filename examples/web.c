/*
 * What webd tells one client: receive a request, find the file, send it, and
 * again.  Scopes limit how long the client may take for any of that.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */

#define _GNU_SOURCE		/* glibc: strcasestr(), strptime(), timegm() */

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "web.h"

#define HTTP_DATE	"%a, %d %b %Y %H:%M:%S GMT"
#define HEX		"0123456789abcdefABCDEF"
#define LINE		8192		/* bytes of a line, 1/4 of a head */
#define PIECE		(1 << 20)	/* bytes that must leave in time */

struct request {
	const struct web *web;
	struct green_stream *stream;
	struct green_scope scope;	/* the time that there is */
	size_t	 len;			/* of head: lines, each with its '\0' */
	char	 head[5 * LINE];
	const char *fields;		/* in head, behind the first line */
	const char *method, *target;	/* "-": not understood */
	char	 path[LINE + 16];	/* the target decoded, after a "." */
	size_t	 path_len;
	bool	 keep;			/* may another request follow? */
	struct stat st;			/* found: a file, or a directory */
	char	*page;			/* with a list of what is in it */
	size_t	 page_len;
};

static const char *
type_of(const char *path)
{
	static const char *const types[] = { ".css", "text/css", ".html",
	    "text/html; charset=utf-8", ".jpg", "image/jpeg", ".js",
	    "text/javascript", ".png", "image/png", ".svg", "image/svg+xml",
	    ".txt", "text/plain; charset=utf-8", ".h", "text/plain" };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i += 2)
		if (strcasecmp(strrchr(path, '.'), types[i]) == 0)
			return (types[i + 1]);
	return ("application/octet-stream");
}

/* The value of a field, if that is the line's. */
static const char *
value(const char *line, const char *name)
{
	size_t n = strlen(name);

	if (strncasecmp(line, name, n) != 0 || line[n] != ':')
		return (NULL);
	return (line + n + 1 + strspn(line + n + 1, " \t"));
}

/* The value of a field, "" if it is not there. */
static const char *
field(const struct request *r, const char *name)
{
	const char *line, *end = r->head + r->len, *found;

	for (line = r->fields; line < end; line += strlen(line) + 1)
		if ((found = value(line, name)) != NULL)
			return (found);
	return ("");
}

/* Does more belong to it, which is not read, and may look like a request? */
static bool
has_body(const struct request *r)
{
	const char *line, *end = r->head + r->len, *length;

	for (line = r->fields; line < end; line += strlen(line) + 1) {
		length = value(line, "Content-Length");
		if ((length != NULL && strcmp(length, "0") != 0) ||
		    value(line, "Transfer-Encoding") != NULL)
			return (true);
	}
	return (false);
}

/* Send the head of an answer, and its body as well if that is text. */
static int
reply(struct request *r, const char *status, const char *fields,
    const char *text, long long length)
{
	char date[40];

	strftime(date, sizeof(date), HTTP_DATE,
	    gmtime_r(&(time_t){ time(NULL) }, &(struct tm){ 0 }));
	if (r->web->verbose)
		dprintf(1, "[%s] \"%s %s\" %.3s %lld\n", date, r->method,
		    r->target, status, length);
	r->keep = r->keep && !green_stopping();
	return (green_stream_printf(r->stream, "HTTP/1.1 %s\r\nDate: %s\r\n"
	    "Content-Length: %lld\r\nConnection: %s\r\n%s\r\n%s", status, date,
	    length, r->keep ? "keep-alive" : "close", fields,
	    *r->method == 'H' ? "" : text));
}

static int
refuse(struct request *r, const char *status)
{
	return (reply(r, status, "Content-Type: text/plain\r\n"
	    "Allow: GET, HEAD\r\n", status, (long long)strlen(status)));
}

/* Text for a page, or for a link in it. */
static void
put(FILE *page, const char *before, const char *s, bool link)
{
	fputs(before, page);
	for (int c; (c = (unsigned char)*s) != '\0'; s++)
		if (link ? !isalnum(c) && strchr("-._~", c) == NULL :
		    strchr("&<>\"'", c) != NULL)
			fprintf(page, link ? "%%%02X" : "&#%d;", c);
		else
			putc(c, page);
}

/* In a worker thread: a page of what is in r->path, sorted. */
static int
list(void *arg)
{
	struct request *r = arg;
	FILE *page = open_memstream(&r->page, &r->page_len);
	struct dirent **entry = NULL;
	int n = page == NULL ? -1 : scandir(r->path, &entry, NULL, alphasort);

	if (page != NULL)
		fputs("<!DOCTYPE html>\n<meta charset=utf-8>\n<ul>\n", page);
	for (int i = 0; i < n; free(entry[i++])) {
		put(page, "<li><a href=\"", entry[i]->d_name, true);
		put(page, entry[i]->d_type == DT_DIR ? "/\">" : "\">",
		    entry[i]->d_name, false);
		fputs("</a>\n", page);
	}
	free(entry);
	return (page == NULL || fclose(page) == EOF || n == -1 ? -1 : 0);
}

/* What stands for the content: weakly, while it may change within a second. */
static void
tag(const struct request *r, char *buf, size_t size)
{
	snprintf(buf, size, "%s\"%jx-%jx-%jx\"", time(NULL) - r->st.st_mtime <
	    2 ? "W/" : "", (uintmax_t)r->st.st_ino, (uintmax_t)r->st.st_size,
	    (uintmax_t)r->st.st_mtime);
}

/* Does the client have it already? */
static bool
is_known(const struct request *r, const char *etag)
{
	const char *tags = field(r, "If-None-Match");
	struct tm tm = { 0 };

	if (*tags != '\0')
		return (*tags == '*' ||
		    strstr(tags, strchr(etag, '"')) != NULL);
	return (strptime(field(r, "If-Modified-Since"), HTTP_DATE, &tm) !=
	    NULL && r->st.st_mtime <= timegm(&tm));
}

/* Is one part asked for, of what the file still is?  From first on, to end. */
static bool
is_part(const struct request *r, const char *etag, const char *date,
    long long *first, long long *end)
{
	const char *same = field(r, "If-Range");
	long long size = r->st.st_size, a, b = INT64_MAX;
	char c = '-', d;
	int n;

	n = sscanf(field(r, "Range"), "bytes=%18lld%c%18lld%c", &a, &c, &b, &d);
	if (n < 1 || n > 3 || (n == 1) != (a < 0) || c != '-' || a > b ||
	    *r->method != 'G' || (*same != '\0' && *etag == 'W') ||
	    (*same != '\0' && strcmp(same, etag) != 0 &&
	    strcmp(same, date) != 0))
		return (false);
	*first = a >= 0 ? a : a + size > 0 ? a + size : 0;
	*end = b < size ? b + 1 : size;
	return (true);
}

static int
send_file(struct request *r, struct green_file *file)
{
	long long size = r->st.st_size, first = 0, end = size;
	char date[40], etag[80], fields[512], range[100] = "";
	const char *status = "200 OK";
	int64_t n;

	strftime(date, sizeof(date), HTTP_DATE,
	    gmtime_r(&r->st.st_mtime, &(struct tm){ 0 }));
	tag(r, etag, sizeof(etag));
	if (is_known(r, etag))
		status = "304 Not Modified";
	else if (is_part(r, etag, date, &first, &end)) {
		status = first < end ? "206 Partial Content" :
		    "416 Range Not Satisfiable";
		if (first >= end)
			snprintf(range, sizeof(range), "Content-Range: bytes "
			    "*/%lld\r\n", size);
		else
			snprintf(range, sizeof(range), "Content-Range: bytes "
			    "%lld-%lld/%lld\r\n", first, end - 1, size);
	}
	snprintf(fields, sizeof(fields), "Content-Type: %s\r\n"
	    "Last-Modified: %s\r\nETag: %s\r\nAccept-Ranges: bytes\r\n%s",
	    type_of(r->path), date, etag, range);
	n = reply(r, status, fields, "", first < end ? end - first : 0);
	if (n == -1 || *status == '3' || *r->method == 'H')
		return ((int)n);
	for (n = 1; first < end && n > 0; first += n) {
		green_scope_extend(&r->scope, r->web->patience);
		n = green_file_send(r->stream, file, first,
		    end - first < PIECE ? end - first : PIECE);
	}
	return (n > 0 ? 0 : -1);	/* 0: the file has become shorter */
}

/* Links are followed, but what lies outside of root does not exist. */
static struct green_file *
open_inside(struct request *r, const char *name)
{
	char *real = green_path_resolve(strcpy(r->path + r->path_len, name) -
	    r->path_len);
	const char *root = r->web->root;
	size_t n = root[1] == '\0' ? 0 : strlen(root);
	struct green_file *file = NULL;

	errno = real != NULL ? ENOENT : errno;
	if (real != NULL && strncmp(real, root, n) == 0 &&
	    (real[n] == '/' || real[n] == '\0'))
		file = green_file_open(real, O_RDONLY | O_NONBLOCK, 0);
	free(real);
	return (file);
}

static int
answer(struct request *r)
{
	bool slash = r->path[r->path_len - 1] == '/';
	struct green_file *file = slash ? open_inside(r, "index.html") : NULL;
	char location[LINE + 32];
	int rc;

	if (file == NULL && (file = open_inside(r, "")) == NULL)
		return (refuse(r, errno == EACCES ? "403 Forbidden" :
		    errno == EMFILE || errno == ENFILE ?
		    "503 Service Unavailable" : "404 Not Found"));
	r->page = NULL;
	if (green_file_stat(file, &r->st) == -1 ||
	    (!S_ISREG(r->st.st_mode) && !S_ISDIR(r->st.st_mode)))
		rc = refuse(r, "403 Forbidden");
	else if (S_ISREG(r->st.st_mode))
		rc = send_file(r, file);
	else if (!slash) {
		snprintf(location, sizeof(location), "Location: ./%s/\r\n",
		    strrchr(r->target, '/') + 1);
		rc = reply(r, "301 Moved Permanently", location, "", 0);
	} else if (green_to_thread(list, r) == -1)
		rc = refuse(r, "503 Service Unavailable");
	else
		rc = reply(r, "200 OK", "Content-Type: text/html\r\n", r->page,
		    (long long)r->page_len);
	free(r->page);
	green_file_close(file);
	return (rc);
}

/* What the lines of a request say: 1, or what refuse() does. */
static int
parse(struct request *r)
{
	char *s = strchr(r->head, ' '), *version = strrchr(r->head, ' ');
	unsigned int c;
	size_t n = 0;

	r->fields = r->head + strlen(r->head) + 1;
	if (s == version || s[1] != '/' ||
	    (strcmp(version, " HTTP/1.1") == 0 && *field(r, "Host") == '\0'))
		return (refuse(r, "400 Bad Request"));
	if (strncmp(version, " HTTP/1.", 8) != 0 || strlen(version) != 9)
		return (refuse(r, "505 HTTP Version Not Supported"));
	*s++ = *version = '\0';
	if (strcmp(r->head, "GET") != 0 && strcmp(r->head, "HEAD") != 0)
		return (refuse(r, "405 Method Not Allowed"));
	for (r->path[n++] = '.'; *s != '\0' && *s != '?'; r->path[n++] = c) {
		c = (unsigned char)*s++;
		if (c <= ' ' || (c == '%' && (strspn(s, HEX) < 2 ||
		    sscanf(s, "%2x", &c) != 1 || c == '\0')))
			return (refuse(r, "400 Bad Request"));
		s += s[-1] == '%' ? 2 : 0;
	}
	*s = '\0';
	r->path_len = n;
	r->method = r->head;
	r->target = r->head + strlen(r->head) + 1;
	r->keep = version[8] != '0' && !has_body(r) &&
	    strcasestr(field(r, "Connection"), "close") == NULL;
	return (1);
}

/* Receive lines up to an empty one: 1; 0: no more requests; -1. */
static int
receive(struct request *r)
{
	char *line;
	size_t n;
	int rc = 1;

	r->method = r->target = "-";
	r->keep = false;
	for (r->len = 0; r->len < 4 * LINE && (rc = green_stream_receive_line(
	    r->stream, LINE, &line)) == 1; r->len += n) {
		n = r->len == 0 && *line == '\0' ? 0 : strlen(line) + 1;
		if (n == 1)
			return (parse(r));
		if (r->len > 0 && line[strcspn(line, ": \t")] != ':')
			return (refuse(r, "400 Bad Request"));
		memcpy(r->head + r->len, line, n);
	}
	if (rc == 1 || (rc == -1 && errno == EMSGSIZE))
		return (refuse(r, r->len == 0 ? "414 URI Too Long" :
		    "431 Request Header Fields Too Large"));
	return (rc);
}

int
web_client(struct green_stream *s, void *web)
{
	struct request r;
	int rc;

	r.web = web;
	r.stream = s;
	do {
		green_fail_after(&r.scope, r.web->patience);
		green_scope_set_stoppable(&r.scope, true);
		rc = (int)green_scope_close(&r.scope, receive(&r));
		green_fail_after(&r.scope, r.web->patience);
		if (rc == 1)
			rc = answer(&r);
		else if (rc == -1 && errno == ETIMEDOUT)
			rc = r.len == 0 && green_stream_buffered(s) == 0 ? 0 :
			    refuse(&r, "408 Request Timeout");
		rc = (int)green_scope_close(&r.scope, rc);
	} while (rc == 0 && r.keep);
	/* What is still unread would take the answer with it.  TLS 1.2 cannot
	   end in one direction: there the client leaves first. */
	GREEN_MOVE_ON_AFTER(&r.scope, GREEN_SEC)
		while (rc == 0 && !green_stopping() &&
		    (green_stream_send_eof(s) == 0 || errno == ENOTSUP) &&
		    green_stream_receive(s, r.head, sizeof(r.head)) > 0)
			continue;
	return (rc);
}
