/*
 * fetchall: fetch every file of a directory from the web server that serves it,
 * many at a time, and compare the checksum of what came with that of the file.
 * Each fetching task has a connection of its own, and takes the next file from
 * one list for all: without a lock, as only one task runs at a time.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */

#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <green.h>

#define LINE	16384		/* bytes of a line of an answer's head */
#define CHUNK	32768		/* bytes to receive or read at once */

/* What came from the server, or was read from a file. */
struct digest {
	uint64_t sum;			/* FNV-1a */
	int64_t	 length;
};

struct file {
	char	*path;			/* within the directory */
	int64_t	 took;			/* ns for all of it; -1: not done */
};

static const char *directory;
static const char *at = "";		/* what failed, if anything has */
static char	 authority[256];	/* host:port as the URL has it */
static char	 host[256], port[32] = "80", prefix[256];
static int	 ntasks = 64;
static bool	 quiet;

static struct file *files;
static size_t	 nfiles, taken, done, bad, skipped;
static int64_t	 bytes, began;

static void
digest_add(struct digest *d, const char *data, size_t len)
{
	uint64_t sum = d->sum;

	for (size_t i = 0; i < len; i++)
		sum = (sum ^ (unsigned char)data[i]) * 0x100000001b3;
	d->sum = sum;
	d->length += (int64_t)len;
}

static int
fail(int code)
{
	errno = code;
	return (-1);
}

/*
 * The list of files.
 */

static int
list_add(const char *path)
{
	struct file *more;

	if ((nfiles & (nfiles - 1)) == 0) {
		more = realloc(files, (nfiles == 0 ? 1 : 2 * nfiles) *
		    sizeof(*files));
		if (more == NULL)
			return (-1);
		files = more;
	}
	files[nfiles].took = -1;
	if ((files[nfiles].path = strdup(path)) == NULL)
		return (-1);
	nfiles++;
	return (0);
}

static int
type_of(const struct green_dirent *e)
{
	struct stat st;

	if (e->type != DT_UNKNOWN)
		return (e->type);
	if (green_path_lstat(e->path, &st) == -1)
		return (-1);
	return (S_ISREG(st.st_mode) ? DT_REG : S_ISDIR(st.st_mode) ? DT_DIR :
	    DT_UNKNOWN);
}

/* Every regular file in path and below; links are left alone. */
static int
list_tree(const char *path)
{
	struct green_dir *dir;
	struct green_dirent e;
	const char *within;
	int rc;

	if ((dir = green_dir_open(path)) == NULL)
		return (-1);
	while ((rc = green_dir_next(dir, &e)) == 1) {
		within = e.path + strlen(directory);
		within += strspn(within, "/");
		switch (rc = type_of(&e)) {
		case DT_DIR:
			rc = list_tree(e.path);
			break;
		case DT_REG:
			rc = list_add(within);
			break;
		}
		if (rc == -1)
			break;
	}
	green_dir_close(dir);
	return (rc);
}

static void
list_free(void)
{
	for (size_t i = 0; i < nfiles; i++)
		free(files[i].path);
	free(files);
}

/*
 * One file from the server.
 */

static int
send_request(struct green_stream *s, const char *path)
{
	char *encoded = malloc(3 * strlen(path) + 1), *to = encoded;
	int rc;

	if (encoded == NULL)
		return (-1);
	for (; *path != '\0'; path++)
		if (isalnum((unsigned char)*path) ||
		    strchr("-._~/", *path) != NULL)
			*to++ = *path;
		else
			to += sprintf(to, "%%%02X", (unsigned char)*path);
	*to = '\0';
	rc = green_stream_printf(s, "GET %s/%s HTTP/1.1\r\nHost: %s\r\n\r\n",
	    prefix, encoded, authority);
	free(encoded);
	return (rc);
}

/* Of an answer: its status, its body's length, is it the connection's last? */
static int
receive_head(struct green_stream *s, int64_t *length, bool *last)
{
	char *line, *value;
	int rc, status;

	*length = -1;
	*last = false;
	if ((rc = green_stream_receive_line(s, LINE, &line)) != 1)
		return (rc == 0 ? fail(ECONNRESET) : -1);
	if (sscanf(line, "HTTP/1.%*1d %3d", &status) != 1)
		return (fail(EBADMSG));
	while ((rc = green_stream_receive_line(s, LINE, &line)) == 1 &&
	    *line != '\0') {
		if ((value = strchr(line, ':')) == NULL)
			return (fail(EBADMSG));
		*value++ = '\0';
		value += strspn(value, " \t");
		if (strcasecmp(line, "Content-Length") == 0)
			*length = strtoll(value, NULL, 10);
		else if (strcasecmp(line, "Connection") == 0)
			*last = strcasecmp(value, "close") == 0;
	}
	if (rc != 1)
		return (rc == 0 ? fail(ECONNRESET) : -1);
	/* Other ways to tell where a body ends are not for this client. */
	return (*length == -1 ? fail(EBADMSG) : status);
}

static int
receive_body(struct green_stream *s, int64_t length, struct digest *d)
{
	char buf[CHUNK];
	ssize_t n;

	while (d->length < length) {
		n = green_stream_receive(s, buf, length - d->length < CHUNK ?
		    (size_t)(length - d->length) : CHUNK);
		if (n <= 0)
			return (n == 0 ? fail(ECONNRESET) : -1);
		digest_add(d, buf, (size_t)n);
	}
	return (0);
}

/* The status; -1 if the connection fails. */
static int
fetch(struct green_stream **s, struct file *file, struct digest *d)
{
	int64_t length, start = green_now();
	int status;
	bool last;

	if (*s == NULL && (*s = green_connect_tcp(host, port, NULL)) == NULL)
		return (-1);
	if (send_request(*s, file->path) == -1 ||
	    (status = receive_head(*s, &length, &last)) == -1 ||
	    receive_body(*s, length, d) == -1)
		return (-1);
	file->took = green_now() - start;
	bytes += d->length;
	done++;
	if (last) {
		green_stream_close(*s);
		*s = NULL;
	}
	return (status);
}

/*
 * The same file on the disk, and the tasks that do this for all files.
 */

static int
read_file(struct green_file *f, struct digest *d)
{
	char buf[CHUNK];
	ssize_t n;

	while ((n = green_file_pread(f, buf, sizeof(buf), d->length)) > 0)
		digest_add(d, buf, (size_t)n);
	return ((int)n);
}

/* Something is wrong with a file; the others go on. */
static void
complain(const struct file *file, const char *what)
{
	if (bad++ < 10)
		warnx("%s: %s", file->path, what);
}

static int
check(struct green_stream **s, struct file *file, struct green_file *f)
{
	struct digest came = { 0xcbf29ce484222325, 0 }, is = came;
	char text[32];
	int status;

	if ((status = fetch(s, file, &came)) == -1 || read_file(f, &is) == -1)
		return (-1);
	if (status != 200) {
		snprintf(text, sizeof(text), "status %d", status);
		complain(file, text);
	} else if (came.length != is.length || came.sum != is.sum)
		complain(file, "what came differs");
	return (0);
}

static int
worker(void *arg)
{
	struct green_stream *s = NULL;
	struct green_file *f;
	struct file *file;
	char path[4096];
	int rc = 0;

	(void)arg;
	while (rc == 0 && taken < nfiles) {
		file = &files[taken++];
		snprintf(path, sizeof(path), "%s/%s", directory, file->path);
		f = green_file_open(path, O_RDONLY | O_NOFOLLOW, 0);
		if (f != NULL)
			rc = check(&s, file, f);
		else if (errno == EACCES || errno == ENOENT)
			skipped++;	/* not for us, or gone meanwhile */
		else
			rc = -1;
		if (rc == -1 && errno != ECANCELED)
			at = file->path;
		green_file_close(f);
	}
	green_stream_close(s);
	return (rc);
}

/*
 * What there is to see.
 */

static int
progress(void *arg)
{
	(void)arg;
	while (green_sleep(GREEN_SEC / 10) == 0)
		fprintf(stderr, "\r%s: %zu of %zu files, %.1f MB, "
		    "%.0f requests/s ", green_backend(), done, nfiles,
		    (double)bytes / 1e6, (double)done * GREEN_SEC /
		    (double)(green_now() - began));
	fprintf(stderr, "\r%72s\r", "");
	return (-1);			/* cancelled, as the work is done */
}

static int
by_time(const void *a, const void *b)
{
	const struct file *x = a, *y = b;

	return ((x->took > y->took) - (x->took < y->took));
}

/* In ms: what so many percent of the requests took at most. */
static double
percentile(size_t percent)
{
	size_t i = (done * percent + 99) / 100;		/* from 1 to done */

	return ((double)files[nfiles - done + i - 1].took / GREEN_MSEC);
}

static void
report(int64_t took)
{
	qsort(files, nfiles, sizeof(*files), by_time);
	printf("%s: %zu files, %.1f MB in %.2f s, %.0f requests/s",
	    green_backend(), done, (double)bytes / 1e6,
	    (double)took / GREEN_SEC,
	    (double)done * GREEN_SEC / (double)(took > 0 ? took : 1));
	if (done > 0)
		printf("; p50 %.2f p90 %.2f p99 %.2f max %.2f ms",
		    percentile(50), percentile(90), percentile(99),
		    percentile(100));
	if (skipped > 0)
		printf("; %zu skipped", skipped);
	printf("; %zu mismatches\n", bad);
}

static int
fetch_all(void *arg)
{
	struct green_group group;
	int rc = 0;

	(void)arg;
	at = directory;
	if (list_tree(directory) == -1)
		return (-1);
	at = authority;
	began = green_now();
	green_group_open(&group);
	for (int i = 0; i < ntasks && rc == 0; i++)
		rc = green_spawn(&group, worker, NULL);
	if (rc == 0 && !quiet && isatty(STDERR_FILENO))
		rc = green_spawn_daemon(&group, progress, NULL);
	rc = green_group_close(&group, rc);
	if (rc == 0 && !quiet)
		report(green_now() - began);
	return (rc);
}

/* http://host[:port][/prefix], an IPv6 address in brackets. */
static bool
parse_url(const char *url)
{
	char rest[2] = "";

	if (sscanf(url, "http://%255[^/]%255s", authority, prefix) < 1)
		return (false);
	prefix[strcspn(prefix, "?#")] = '\0';
	while (*prefix != '\0' && prefix[strlen(prefix) - 1] == '/')
		prefix[strlen(prefix) - 1] = '\0';
	return (sscanf(authority, *authority == '[' ?
	    "[%255[^]]]:%31[0-9]%1s" : "%255[^:]:%31[0-9]%1s",
	    host, port, rest) >= 1 && *rest == '\0');
}

static _Noreturn void
usage(void)
{
	fprintf(stderr, "usage: fetchall [-q] [-b backend] [-j tasks] URL "
	    "directory\n       fetchall -l\n");
	exit(2);
}

static _Noreturn void
list_backends(void)
{
	const char *const *name;

	for (name = green_backends(); *name != NULL; name++)
		puts(*name);
	exit(0);
}

int
main(int argc, char *argv[])
{
	struct green_options options = { .backend = NULL };
	char *end;
	long n;
	int ch;

	while ((ch = getopt(argc, argv, "b:j:lq")) != -1)
		switch (ch) {
		case 'b':
			options.backend = optarg;
			break;
		case 'j':
			n = strtol(optarg, &end, 10);
			if (end == optarg || *end != '\0' || n < 1 || n > 10000)
				errx(2, "%s: not a number from 1 to 10000",
				    optarg);
			ntasks = (int)n;
			break;
		case 'l':
			list_backends();
		case 'q':
			quiet = true;
			break;
		default:
			usage();
		}
	if (argc - optind != 2)
		usage();
	if (!parse_url(argv[optind]))
		errx(2, "%s: not a URL of the form http://host[:port]/",
		    argv[optind]);
	directory = argv[optind + 1];
	if (green_run(fetch_all, NULL, &options) == -1)
		errx(1, "%s%s%s", at, *at == '\0' ? "" : ": ", green_errmsg());
	list_free();
	return (bad == 0 ? 0 : 1);
}
