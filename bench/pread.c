/* Reading a cached file, beside pread(2) and read(2): 4 KiB anywhere, and all of it. */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <green.h>

#include "bench.h"

#define PIECE	4096
#define PIECES	16384			/* 64 MiB */

static char path[] = "/tmp/bench-pread.XXXXXX";
static char buf[PIECE];

static off_t
somewhere(void)
{
	return ((off_t)(random() % PIECES) * PIECE);
}

static double
measure_plain(long n)
{
	int fd = open(path, O_RDONLY);
	double start = seconds();
	long i;

	for (i = 0; i < n; i++)
		if (pread(fd, buf, PIECE, somewhere()) != PIECE)
			err(1, "pread");
	start = seconds() - start;
	close(fd);
	return (start);
}

/* All of it, so many times; of which n are pieces. */
#define LARGE	65536
static char large[LARGE];

static double
measure_plain_all(long n)
{
	int fd = open(path, O_RDONLY);
	double start = seconds();
	long i;

	for (i = 0; i < n; i++)
		if (read(fd, large, LARGE) != LARGE &&
		    (lseek(fd, 0, SEEK_SET) != 0 ||
		    read(fd, large, LARGE) != LARGE))
			err(1, "read");
	start = seconds() - start;
	close(fd);
	return (start);
}

static double took;

static int
read_in_order(void *arg)
{
	long i, n = *(long *)arg;
	struct green_file *f = green_file_open(path, O_RDONLY, 0);
	double start = seconds();

	if (f == NULL)
		return (-1);
	for (i = 0; i < n; i++)
		if (green_file_read(f, large, LARGE) != LARGE &&
		    (green_file_seek(f, 0, SEEK_SET) != 0 ||
		    green_file_read(f, large, LARGE) != LARGE))
			return (-1);
	took = seconds() - start;
	return (green_file_close(f));
}

static double
measure_all(long n)
{
	if (green_run(read_in_order, &n, NULL) == -1)
		err(1, "green_run");
	return (took);
}

static int
read_all(void *arg)
{
	long i, n = *(long *)arg;
	struct green_file *f = green_file_open(path, O_RDONLY, 0);
	double start = seconds();

	if (f == NULL)
		return (-1);
	for (i = 0; i < n; i++)
		if (green_file_pread(f, buf, PIECE, somewhere()) != PIECE)
			return (-1);
	took = seconds() - start;
	return (green_file_close(f));
}

static double
measure(long n)
{
	if (green_run(read_all, &n, NULL) == -1)
		err(1, "green_run");
	return (took);
}

int
main(void)
{
	int fd = mkstemp(path), i;
	double plain, green;

	if (fd == -1)
		err(1, "%s", path);
	memset(buf, 'x', sizeof(buf));
	for (i = 0; i < PIECES; i++)
		if (write(fd, buf, PIECE) != PIECE)
			err(1, "write");
	close(fd);
	plain = report("pread(2), 4 KiB cached", 200000, measure_plain);
	green = report("green_file_pread(), 4 KiB cached", 200000, measure);
	printf("%-44s %10.2f x\n", "  of pread(2)", green / plain);
	plain = report("read(2), 64 KiB cached", 10240, measure_plain_all);
	green = report("green_file_read(), 64 KiB cached", 10240, measure_all);
	printf("%-44s %10.2f x\n", "  of read(2)", green / plain);
	unlink(path);
	return (0);
}
