/*
 * tree: the checksums of all files of a tree, as sha256sum(1) prints them, or how
 * much room it takes, as du(1) does.  Tasks take files from one walk, a batch at a
 * time, and have a worker thread read and digest them.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <green.h>

#define BATCH	64			/* files a task takes at once, */
#define ENOUGH	(4 << 20)		/* or fewer, if they are so many bytes */
#define CHUNK	(128 * 1024)		/* bytes to read at once */

struct file {
	char	*path;
	int64_t	 size;
	int	 error;			/* errno; 0: it is digested */
	unsigned char digest[32];
};
struct batch {
	struct file file[BATCH];
	size_t	 n;
	char	 buf[CHUNK];
};

static int	 ntasks;
static bool	 only_sizes;
static char	**paths;
static struct green_dir *walk;		/* of the tasks' files, */
static struct green_lock turn;		/* which they take by turns */
static int64_t	 bytes, all_bytes;	/* 0: not known yet */
static size_t	 files, failures;

static void
complain(const char *path, int error)
{
	failures++;
	warnx("%s: %s", path, strerror(error));
}

/* In a worker; -1: the task is cancelled. */
static int
digest(EVP_MD_CTX *md, struct file *f, char *buf)
{
	int fd = open(f->path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	ssize_t n = -1;

	if (fd != -1 && EVP_DigestInit_ex(md, EVP_sha256(), NULL) != 1)
		errno = ENOTSUP;
	else if (fd != -1)
		while ((n = read(fd, buf, CHUNK)) > 0) {
			if (EVP_DigestUpdate(md, buf, (size_t)n) != 1) {
				errno = ENOTSUP;
				break;
			}
			f->size += n;
			if (green_thread_check_cancelled() == -1)
				break;
		}
	f->error = n == 0 ? 0 : errno;
	if (fd != -1)
		close(fd);
	if (f->error == 0 && EVP_DigestFinal_ex(md, f->digest, NULL) != 1)
		f->error = ENOTSUP;
	return (f->error == ECANCELED ? -1 : 0);
}

static int
digest_all(void *arg)
{
	struct batch *b = arg;
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	int rc = md == NULL ? -1 : 0;

	for (size_t i = 0; rc == 0 && i < b->n; i++)
		rc = digest(md, &b->file[i], b->buf);
	EVP_MD_CTX_free(md);
#ifndef LIBRESSL_VERSION_NUMBER
	/* What OpenSSL keeps for this thread, which may outlive it. */
	OPENSSL_thread_stop();
#endif
	if (rc == -1)
		errno = md == NULL ? ENOMEM : ECANCELED;
	return (rc);
}

/* A name with a newline or the like is escaped, and the line says so. */
static void
print(const struct file *f)
{
	static const char special[] = "\\\n\r";
	const char *p, *s;

	if (strpbrk(f->path, special) != NULL)
		putchar('\\');
	for (size_t i = 0; i < sizeof(f->digest); i++)
		printf("%02x", f->digest[i]);
	fputs("  ", stdout);
	for (p = f->path; *p != '\0'; p++)
		if ((s = strchr(special, *p)) != NULL)
			printf("\\%c", "\\nr"[s - special]);
		else
			putchar(*p);
	putchar('\n');
}

/* The next files: how many; 0 at the end. */
static int
take(struct batch *b)
{
	struct green_dirent e;
	int64_t size = 0;
	int rc;

	if (green_lock_acquire(&turn) == -1)
		return (-1);
	while ((rc = green_dir_next(walk, &e)) == 1) {
		if (e.error != 0)
			complain(e.path, e.error);
		if (e.type != DT_REG)
			continue;
		b->file[b->n] = (struct file){ .path = strdup(e.path) };
		if (b->file[b->n].path == NULL) {
			rc = -1;
			break;
		}
		size += e.st == NULL ? 0 : e.st->st_size;
		if (++b->n == BATCH || size >= ENOUGH)
			break;
	}
	if (green_lock_release(&turn) == -1)
		return (-1);
	return (rc == -1 ? -1 : (int)b->n);
}

/* They are done, or all is cancelled. */
static void
put(struct batch *b, bool done)
{
	struct file *f;

	for (f = b->file; f < b->file + b->n; f++) {
		if (done && f->error != 0)
			complain(f->path, f->error);
		else if (done) {
			print(f);
			files++;
			bytes += f->size;
		}
		free(f->path);
	}
	b->n = 0;
}

static int
sum_files(void *arg)
{
	struct batch *b = malloc(sizeof(*b));
	int error, rc = -1;

	(void)arg;
	if (b == NULL)
		return (-1);
	b->n = 0;
	while ((rc = take(b)) > 0 && (rc = green_to_thread(digest_all, b)) == 0)
		put(b, true);
	error = errno;
	put(b, false);
	free(b);
	errno = error;
	return (rc);
}

/* For the bar: how much there is. */
static int
count(void *path)
{
	struct green_dir *d = green_dir_walk(path, GREEN_PATH_STAT);
	struct green_dirent e;
	int64_t total = 0;
	int rc = -1;

	while (d != NULL && (rc = green_dir_next(d, &e)) == 1)
		if (e.type == DT_REG && e.st != NULL)
			total += e.st->st_size;
	if (rc == 0)
		all_bytes = total;
	(void)green_dir_close(d);
	return (0);
}

static int
progress(void *arg)
{
	static const char bar[] = "##############################";
	int width = sizeof(bar) - 1, full;

	(void)arg;
	while (green_sleep(GREEN_SEC / 10) == 0) {
		fprintf(stderr, "\r%zu files, %.1f MB", files,
		    (double)bytes / 1e6);
		if (all_bytes == 0)
			continue;
		full = (int)(bytes * width / all_bytes);
		full = full > width ? width : full;
		fprintf(stderr, " [%.*s%*s] %d %% ", full, bar, width - full,
		    "", full * 100 / width);
	}
	fprintf(stderr, "\r%78s\r", "");
	return (-1);			/* cancelled, as all is done */
}

static int
checksums(char *path)
{
	struct green_group g;
	int rc = 0;

	green_group_open(&g);
	for (int i = 0; i < ntasks && rc == 0; i++)
		rc = green_spawn(&g, sum_files, NULL);
	if (rc == 0 && isatty(STDERR_FILENO)) {
		rc = green_spawn_daemon(&g, count, path);
		if (rc == 0)
			rc = green_spawn_daemon(&g, progress, NULL);
	}
	return (green_group_close(&g, rc));
}

/* Of what has several names, each counts. */
static int
sizes(const char *path)
{
	struct green_dirent e;
	struct stat st;
	int64_t blocks;
	int rc;

	if (green_path_stat(path, &st) == -1)
		return (-1);
	for (blocks = st.st_blocks; (rc = green_dir_next(walk, &e)) == 1;) {
		if (e.error != 0)
			complain(e.path, e.error);
		if (e.st != NULL)
			blocks += e.st->st_blocks;
	}
	if (rc == 0)
		printf("%lld\t%s\n", (long long)(blocks + 1) / 2, path);
	return (rc);
}

static int
all(void *arg)
{
	int rc = 0;

	(void)arg;
	for (; rc == 0 && *paths != NULL; paths++)
		if ((walk = green_dir_walk(*paths, GREEN_PATH_STAT)) != NULL) {
			rc = only_sizes ? sizes(*paths) : checksums(*paths);
			(void)green_dir_close(walk);
		} else if (errno == ECANCELED)
			rc = -1;
		else
			complain(*paths, errno);
	return (rc);
}

int
main(int argc, char *argv[])
{
	static char dot[] = ".";
	static char *here[] = { dot, NULL };
	const int signals[] = { SIGINT, SIGTERM, 0 };
	struct green_options options = { .cancel_on_signals = signals };
	int ch;

	ntasks = (int)sysconf(_SC_NPROCESSORS_ONLN);
	while ((ch = getopt(argc, argv, "cj:s")) != -1)
		if (ch == 'c' || ch == 's')
			only_sizes = ch == 's';
		else if (ch != 'j' || (ntasks = atoi(optarg)) < 1) {
			fprintf(stderr, "usage: tree [-cs] [-j tasks] "
			    "[directory ...]\n");
			return (2);
		}
	paths = argc > optind ? argv + optind : here;
	if (green_run(all, NULL, &options) == -1)
		errx(1, "%s", green_errmsg());
	if (fflush(stdout) == EOF || ferror(stdout))
		err(1, "stdout");
	if (failures > 0)
		errx(1, "%zu failed", failures);
	return (0);
}
