/*
 * webd: serve the files of a directory over HTTP/1.1.  Each connection has a
 * task, in straight code: receive a request, find the file, send it, and again.
 * Scopes limit how long a client may take for any of that.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */

#define _GNU_SOURCE		/* glibc: strcasestr(), strptime(), timegm() */

#include <sys/resource.h>
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <green.h>

#define HTTP_DATE	"%a, %d %b %Y %H:%M:%S GMT"
#define HEX		"0123456789abcdefABCDEF"
#define LINE		8192		/* bytes of a line, 1/4 of a head */
#define PIECE		(1 << 20)	/* bytes that must leave in time */

struct request {
	struct green_stream *stream;
	struct green_scope scope;	/* the time that there is */
	size_t	 len;			/* of head: lines, each with its '\0' */
	char	 head[5 * LINE];
	const char *method, *target;	/* "-": not understood */
	char	 path[LINE + 16];	/* the target decoded, after a "." */
	size_t	 path_len;
	bool	 keep;			/* may another request follow? */
	struct stat st;			/* found: a file, or a directory */
	char	*page;			/* with a list of what is in it */
	size_t	 page_len;
};

static int64_t	 patience = 30 * GREEN_SEC;
static int	 port = 8080, loops = 1, verbose;
static char	*root;			/* the working directory */
static int	 stopped[2], listening[2];	/* pipes: readable when so */

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

/* The value of a field, "" if it is not there. */
static const char *
field(const struct request *r, const char *name)
{
	size_t n = strlen(name);
	const char *line = r->head;

	while ((line += strlen(line) + 1) < r->head + r->len)
		if (strncasecmp(line, name, n) == 0 && line[n] == ':')
			return (line + n + 1 + strspn(line + n + 1, " \t"));
	return ("");
}

/* Send the head of an answer, and its body as well if that is text. */
static int
reply(struct request *r, const char *status, const char *fields,
    const char *text, long long length)
{
	char date[40];

	strftime(date, sizeof(date), HTTP_DATE,
	    gmtime_r(&(time_t){ time(NULL) }, &(struct tm){ 0 }));
	if (verbose)
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

static int
send_file(struct request *r, struct green_file *file)
{
	long long size = r->st.st_size, first = 0, end = size, a, b = INT64_MAX;
	char date[40], fields[512], range[100] = "", c = '-', d;
	const char *status = "200 OK";
	struct tm tm = { 0 };
	int64_t n;

	n = sscanf(field(r, "Range"), "bytes=%18lld%c%18lld%c", &a, &c, &b, &d);
	if (strptime(field(r, "If-Modified-Since"), HTTP_DATE, &tm) != NULL &&
	    r->st.st_mtime <= timegm(&tm))
		status = "304 Not Modified";
	else if (n > 0 && n < 4 && (n == 1) == (a < 0) && c == '-' && a <= b &&
	    *r->method == 'G' && *field(r, "If-Range") == '\0') {
		first = a >= 0 ? a : a + size > 0 ? a + size : 0;
		end = b < size ? b + 1 : size;
		if (first >= end)
			return (refuse(r, "416 Range Not Satisfiable"));
		status = "206 Partial Content";
		snprintf(range, sizeof(range), "Content-Range: bytes "
		    "%lld-%lld/%lld\r\n", first, end - 1, size);
	}
	gmtime_r(&r->st.st_mtime, &tm);
	strftime(date, sizeof(date), HTTP_DATE, &tm);
	snprintf(fields, sizeof(fields), "Content-Type: %s\r\n"
	    "Last-Modified: %s\r\nAccept-Ranges: bytes\r\n%s",
	    type_of(r->path), date, range);
	n = reply(r, status, fields, "", end - first);
	if (n == -1 || *status == '3' || *r->method == 'H')
		return ((int)n);
	for (n = 1; first < end && n > 0; first += n) {
		green_scope_extend(&r->scope, patience);
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
	char location[1024];
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
		snprintf(location, sizeof(location), "Location: %s/\r\n",
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
	r->keep = version[8] != '0' && *field(r, "Content-Length") <= '0' &&
	    *field(r, "Transfer-Encoding") == '\0' &&
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

static int
client(struct green_stream *s, void *arg)
{
	struct request r;
	int rc;

	(void)arg;
	r.stream = s;
	do {
		green_fail_after(&r.scope, patience);
		green_scope_set_stoppable(&r.scope, true);
		rc = (int)green_scope_close(&r.scope, receive(&r));
		green_fail_after(&r.scope, patience);
		if (rc == 1)
			rc = answer(&r);
		else if (rc == -1 && errno == ETIMEDOUT)
			rc = r.len == 0 && green_stream_buffered(s) == 0 ? 0 :
			    refuse(&r, "408 Request Timeout");
		rc = (int)green_scope_close(&r.scope, rc);
	} while (rc == 0 && r.keep);
	/* What is still unread would take the answer with it. */
	GREEN_MOVE_ON_AFTER(&r.scope, GREEN_SEC)
		while (rc == 0 && !green_stopping() &&
		    green_stream_send_eof(s) == 0 &&
		    green_stream_receive(s, r.head, sizeof(r.head)) > 0)
			continue;
	return (rc);
}

static void
stop(int sig)
{
	(void)!write(stopped[1], &sig, 1);
}

static int
await_signal(void *scope)
{
	if (green_wait_readable(stopped[0]) == -1)
		return (-1);
	green_scope_stop(scope, patience, "signalled");
	return (0);
}

static int
serve(void *arg)
{
	struct green_listen_options opt = { .reuse_port = loops > 1 };
	struct green_listener *listener;
	struct green_group group;
	char service[8];
	int rc;

	/* The first loop chooses the port for all of them. */
	if (green_run_index() > 0 && green_wait_readable(listening[0]) == -1)
		return (-1);
	snprintf(service, sizeof(service), "%d", port);
	if ((listener = green_listen_tcp("127.0.0.1", service, &opt)) == NULL)
		return (-1);
	if (green_run_index() == 0 && green_listener_attr(listener,
	    GREEN_ATTR_LOCAL_PORT, &port, sizeof(port)) == 0) {
		dprintf(1, "listening on http://127.0.0.1:%d/ (%s, %d loop%s)"
		    "\n", port, green_backend(), loops, loops == 1 ? "" : "s");
		close(listening[1]);
	}
	green_group_open(&group);
	if ((rc = green_spawn_daemon(&group, await_signal, &group.scope)) == 0)
		rc = green_serve(listener, &group, client, arg);
	green_listener_close(listener);
	return (green_group_close(&group, rc));
}

static int
number(const char *s, int least, int most)
{
	char *end;
	long n = strtol(s, &end, 10);

	if (end == s || *end != '\0' || n < least || n > most)
		errx(1, "%s: not a number from %d to %d", s, least, most);
	return ((int)n);
}

int
main(int argc, char *argv[])
{
	struct sigaction sa = { .sa_handler = stop, .sa_flags = SA_RESETHAND };
	struct green_options options = { .backend = NULL };
	struct rlimit files;
	int ch;

	while ((ch = getopt(argc, argv, "b:l:p:t:v")) != -1)
		if (ch == 'b')
			options.backend = optarg;
		else if (ch == 'l')
			loops = number(optarg, 1, 256);
		else if (ch == 'p')
			port = number(optarg, 0, 65535);
		else if (ch == 't')
			patience = number(optarg, 1, 86400) * GREEN_SEC;
		else if (ch == 'v')
			verbose = 1;
		else
			optind = argc;
	if (argc - optind != 1)
		errx(1, "usage: webd [-b backend] [-l loops] [-p port] "
		    "[-t seconds] [-v] directory");
	if (chdir(argv[optind]) == -1 || (root = realpath(".", NULL)) == NULL)
		err(1, "%s", argv[optind]);
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	if (pipe(stopped) == -1 || pipe(listening) == -1 ||
	    sigaction(SIGTERM, &sa, NULL) == -1 ||
	    sigaction(SIGINT, &sa, NULL) == -1)
		err(1, "pipe");
	if (green_run_parallel(loops, serve, NULL, &options) == -1)
		errx(1, "%s", green_errmsg());
	return (0);
}
