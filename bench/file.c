/*
 * Reading a cached file, beside pread(2) and read(2): 4 KiB anywhere, by as many
 * tasks, and all of it in pieces of 64 KiB.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <fcntl.h>
#include <unistd.h>

#include "in_green.h"

#define PAGE	4096
#define PIECE	65536
#define SIZE	(64 * 1024 * 1024)

static char path[] = "/tmp/bench-file.XXXXXX";
static char buf[PIECE];

static off_t
somewhere(void)
{
	return ((off_t)(random() % (SIZE / PAGE)) * PAGE);
}

struct job {
	struct green_file *f;
	struct gate gate;
};

static int
read_anywhere(void *arg)
{
	struct job *j = arg;
	int rc = gate_enter(&j->gate);
	long i;

	for (i = 0; i < j->gate.each && rc == 0; i++)
		if (green_file_pread(j->f, buf, PAGE, somewhere()) != PAGE)
			rc = -1;
	gate_leave(&j->gate);
	return (rc);
}

static int
read_all_anywhere(void *arg)
{
	struct trial *t = arg;
	struct job j = {
		green_file_open(path, O_RDONLY, 0), gate_for(t, t->tasks)
	};
	struct green_group g;
	int rc = 0;
	long i;

	if (j.f == NULL)
		return (-1);
	green_group_open(&g);
	for (i = 0; i < t->tasks && rc == 0; i++)
		rc = green_spawn(&g, read_anywhere, &j);
	rc = green_group_close(&g, gate_open(&j.gate, t->tasks, rc));
	return (green_file_close(j.f) == -1 ? -1 : rc);
}

static int
pread_anywhere(void *arg)
{
	struct trial *t = arg;
	int fd = open(path, O_RDONLY), rc = 0;
	long i;

	for (i = 0; i < t->n && rc == 0; i++)
		if (pread(fd, buf, PAGE, somewhere()) != PAGE)
			rc = -1;
	trial_stop(t);
	close(fd);
	return (rc);
}

/* Again from the beginning, when all has been read. */
static int
read_pieces(void *arg)
{
	struct trial *t = arg;
	struct green_file *f = green_file_open(path, O_RDONLY, 0);
	int rc = 0;
	long i;

	if (f == NULL)
		return (-1);
	trial_start(t);
	for (i = 0; i < t->n && rc == 0; i++)
		if (green_file_read(f, buf, PIECE) != PIECE &&
		    (green_file_seek(f, 0, SEEK_SET) != 0 ||
		    green_file_read(f, buf, PIECE) != PIECE))
			rc = -1;
	trial_stop(t);
	return (green_file_close(f) == -1 ? -1 : rc);
}

static int
plain_pieces(void *arg)
{
	struct trial *t = arg;
	int fd = open(path, O_RDONLY), rc = 0;
	long i;

	for (i = 0; i < t->n && rc == 0; i++)
		if (read(fd, buf, PIECE) != PIECE &&
		    (lseek(fd, 0, SEEK_SET) != 0 ||
		    read(fd, buf, PIECE) != PIECE))
			rc = -1;
	trial_stop(t);
	close(fd);
	return (rc);
}

static void
make_file(void)
{
	int fd = mkstemp(path);
	long i;

	if (fd == -1)
		err(1, "%s", path);
	memset(buf, 'x', sizeof(buf));
	for (i = 0; i < SIZE / PIECE; i++)
		if (write(fd, buf, PIECE) != PIECE)
			err(1, "%s", path);
	close(fd);
}

static const struct subject subjects[] = {
	{ "file-4k", "libgreen", read_all_anywhere, in_green, { 1, 100 }, NULL },
	{ "file-4k", "pread", pread_anywhere, NULL, { 1 }, NULL },
	{ "file-64k", "libgreen", read_pieces, in_green, { 1 }, NULL },
	{ "file-64k", "read", plain_pieces, NULL, { 1 }, NULL },
	{ .name = NULL }
};

int
main(int argc, char *argv[])
{
	int rc;

	make_file();
	rc = bench(argc, argv, subjects);
	unlink(path);
	return (rc);
}
