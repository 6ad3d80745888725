/*
 * Does work on files hold up those who are served?  A client asks a server every
 * millisecond: what a request takes with nothing else to do, and while other tasks
 * copy a file and walk a tree, over and over; and how long one task kept the loop.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <unistd.h>

#include "in_green.h"

#define REQUESTS	500
#define FILES		1000
#define SIZE		(64 * 1024 * 1024)

static char top[] = "/tmp/bench-blocked.XXXXXX";
static char file[64], copy[64], tree[64];

struct run {
	bool	 busy;
	double	 took[REQUESTS];
	double	 longest;		/* run of a task */
};

static int
serve(void *arg)
{
	struct green_stream *s = arg;
	char buf[64];
	ssize_t n;

	while ((n = green_stream_receive(s, buf, sizeof(buf))) > 0)
		if (green_stream_send(s, buf, (size_t)n) == -1)
			return (-1);
	return ((int)n);
}

static int
ask(struct green_stream *s, double *took)
{
	char buf[64] = "request";
	double sent;
	int i;

	for (i = 0; i < REQUESTS; i++) {
		sent = seconds();
		if (green_stream_send(s, buf, sizeof(buf)) == -1 ||
		    green_stream_receive_exactly(s, buf, sizeof(buf)) == -1)
			return (-1);
		took[i] = seconds() - sent;
		if (green_sleep(GREEN_MSEC) == -1)
			return (-1);
	}
	return (0);
}

static int
walk(void *arg)
{
	struct green_dirent e;
	struct green_dir *d;
	int rc;

	(void)arg;
	do {
		if ((d = green_dir_walk(tree, GREEN_PATH_STAT)) == NULL)
			return (-1);
		while ((rc = green_dir_next(d, &e)) == 1)
			continue;
		(void)green_dir_close(d);
	} while (rc == 0);
	return (rc);
}

static int
copy_file(void *arg)
{
	(void)arg;
	while (green_path_copy(file, copy, GREEN_PATH_EXIST_OK) == 0)
		continue;
	return (-1);
}

/* A listener, and both ends of a connection to it. */
static int
pair(struct green_stream *s[2])
{
	struct green_listener *l = green_listen_tcp("127.0.0.1", "0", NULL);
	char text[16];
	int port;

	if (l == NULL || green_listener_attr(l, GREEN_ATTR_LOCAL_PORT, &port,
	    sizeof(port)) == -1)
		return (-1);
	snprintf(text, sizeof(text), "%d", port);
	s[0] = green_connect_tcp("127.0.0.1", text, NULL);
	s[1] = s[0] == NULL ? NULL : green_accept(l);
	green_listener_close(l);
	return (s[1] == NULL ? -1 : 0);
}

static int
measure(void *arg)
{
	struct run *r = arg;
	struct green_stream *s[2];
	struct green_stats st;
	struct green_group g;
	int rc;

	if (pair(s) == -1)
		return (-1);
	green_group_open(&g);
	rc = green_spawn_daemon(&g, serve, s[1]);
	if (r->busy && rc == 0)
		rc = green_spawn_daemon(&g, walk, NULL);
	if (r->busy && rc == 0)
		rc = green_spawn_daemon(&g, copy_file, NULL);
	if (rc == 0)
		rc = ask(s[0], r->took);
	rc = green_group_close(&g, rc);
	(void)green_stream_close(s[0]);
	(void)green_stream_close(s[1]);
	green_stats(&st);
	r->longest = (double)st.longest_run / GREEN_SEC;
	return (rc);
}

static void
create(const char *path, off_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0644);
	static char piece[65536];

	if (fd == -1)
		err(1, "%s", path);
	for (; size > 0; size -= (off_t)sizeof(piece))
		if (write(fd, piece, sizeof(piece)) != sizeof(piece))
			err(1, "%s", path);
	close(fd);
}

static void
make_files(void)
{
	char path[100];
	int i;

	if (mkdtemp(top) == NULL)
		err(1, "%s", top);
	snprintf(file, sizeof(file), "%s/file", top);
	snprintf(copy, sizeof(copy), "%s/copy", top);
	snprintf(tree, sizeof(tree), "%s/tree", top);
	create(file, SIZE);
	if (mkdir(tree, 0755) == -1)
		err(1, "%s", tree);
	for (i = 0; i < FILES; i++) {
		snprintf(path, sizeof(path), "%s/%d", tree, i);
		create(path, 0);
	}
}

static int
remove_files(void *arg)
{
	(void)arg;
	return (green_path_remove(top, GREEN_PATH_RECURSIVE));
}

static void
tell(const char *name, const char *longest, bool busy)
{
	static struct run r;

	r.busy = busy;
	if (green_run(measure, &r, NULL) == -1)
		err(1, "%s", name);
	bench_line(name, 1, "libgreen", r.took, NULL, REQUESTS, 1, 0);
	bench_line(longest, 1, "libgreen", &r.longest, NULL, 1, 1, 0);
}

int
main(void)
{
	make_files();
	bench_head();
	tell("unblocked", "unblocked-run", false);
	tell("blocked", "blocked-run", true);
	if (green_run(remove_files, NULL, NULL) == -1)
		err(1, "%s", top);
	return (0);
}
