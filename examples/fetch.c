/*
 * fetch: download files over HTTP and HTTPS, several at a time.  Tasks, each with
 * a connection of its own that it keeps as long as it is of use, take one URL
 * after the other from one list, without a lock, as only one task runs at a time.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */

#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dial.h"
#include "fetch.h"
#include "proxy.h"

struct options options = {
	.retries = 3,
	.redirects = 10,
	.patience = 30 * GREEN_SEC,
	.limit = GREEN_FOREVER
};

static struct job *jobs;
static size_t	 njobs, taken;
static int	 ntasks = 4, interrupted;
static const char *backend, *directory;

static int
take_jobs(void *arg)
{
	struct http http = { .s = NULL };
	struct job *j;
	int rc = 0;

	(void)arg;
	while (rc == 0 && taken < njobs) {
		j = &jobs[taken++];
		if ((rc = job_run(j, &http)) == 0)
			progress_tell(j);
	}
	http_close(&http);
	return (rc);
}

/* Whatever is under way ends as it can be gone on with. */
static int
await_signal(void *group)
{
	static const int signals[] = { SIGHUP, SIGINT, SIGTERM };
	struct green_signals *s = green_signals_open(signals, 3);
	int sig;

	if (s == NULL)
		return (-1);
	if ((sig = green_signals_next(s)) > 0) {
		interrupted = sig;
		green_group_cancel(group, "interrupted");
	}
	green_signals_close(s);
	return (sig == -1 ? -1 : 0);
}

static int
fetch_all(void *arg)
{
	struct green_group g;
	int rc;

	(void)arg;
	if (directory != NULL && green_path_mkdir(directory, 0777,
	    GREEN_PATH_PARENTS | GREEN_PATH_EXIST_OK) == -1)
		return (-1);
	green_group_open(&g);
	rc = green_spawn_daemon(&g, await_signal, &g);
	if (rc == 0)
		rc = green_spawn_daemon(&g, progress_draw, NULL);
	for (int i = 0; i < ntasks && (size_t)i < njobs && rc == 0; i++)
		rc = green_spawn(&g, take_jobs, NULL);
	rc = green_group_close(&g, rc);
	progress_end();
	dial_forget();
	return (rc);
}

/* Is b a file that a needs while it comes?  output.c has their names. */
static bool
needs(const char *a, const char *b)
{
	size_t n = strlen(a);

	return (strncmp(a, b, n) == 0 && (b[n] == '\0' ||
	    strcmp(b + n, ".part") == 0 || strcmp(b + n, ".part.tag") == 0));
}

/* Where it goes, and what is shown of it. */
static void
place(struct job *j, const char *file)
{
	char name[256];
	char *path;

	j->name = j->text;
	if (file != NULL && strcmp(file, "-") == 0)
		return;
	if (file == NULL)
		file = url_name(&j->url, name);
	path = green_path_join(directory == NULL ? "" : directory, file);
	if (path == NULL)
		err(FAILED_HERE, NULL);
	j->path = path;
	if ((j->name = strrchr(path, '/')) != NULL)
		j->name++;
	else
		j->name = path;
	for (struct job *other = jobs; other < j; other++)
		if (needs(other->path, j->path) || needs(j->path, other->path))
			errx(USAGE, "%s and %s would both be %s", other->text,
			    j->text, j->path);
}

static void
add(const char *text, const char *file)
{
	struct job *j = &jobs[njobs];
	const char *why;

	j->text = text;
	j->size = -1;
	if ((why = url_parse(&j->url, text)) != NULL)
		errx(USAGE, "%s: %s", text, why);
	place(j, file);
	njobs++;
}

static int
number(const char *s, int least, int most)
{
	char *end;
	long n = strtol(s, &end, 10);

	if (end == s || *end != '\0' || n < least || n > most)
		errx(USAGE, "%s: not a number from %d to %d", s, least, most);
	return ((int)n);
}

static void
usage(void)
{
	fprintf(stderr, "usage: fetch [-ckOq] [-b backend] [-j tasks] "
	    "[-m seconds] [-o file]\n             [-P directory] [-r retries] "
	    "[-t seconds] [--cacert file]\n             [--cert file] "
	    "[--key file] [--downgrade]\n             "
	    "[--max-redirects number] URL ...\n");
	exit(USAGE);
}

static const char *
either(const char *name, const char *other)
{
	const char *value = getenv(name);

	return (value == NULL ? getenv(other) : value);
}

/* Not $HTTP_PROXY, which a CGI program has from whoever asks. */
static void
find_proxies(void)
{
	const char *http = getenv("http_proxy");
	const char *https = either("https_proxy", "HTTPS_PROXY");
	const char *why = proxy_set(http, https, either("no_proxy", "NO_PROXY"));

	if (why != NULL)
		errx(USAGE, "proxy in the environment: %s", why);
}

static const struct option longer[] = {
	{ "backend", required_argument, NULL, 'b' },
	{ "cacert", required_argument, NULL, 'C' },
	{ "cert", required_argument, NULL, 'E' },
	{ "continue", no_argument, NULL, 'c' },
	{ "directory", required_argument, NULL, 'P' },
	{ "downgrade", no_argument, NULL, 'D' },
	{ "insecure", no_argument, NULL, 'k' },
	{ "key", required_argument, NULL, 'K' },
	{ "max-redirects", required_argument, NULL, 'R' },
	{ "max-time", required_argument, NULL, 'm' },
	{ "output", required_argument, NULL, 'o' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "retries", required_argument, NULL, 'r' },
	{ "timeout", required_argument, NULL, 't' },
	{ NULL, 0, NULL, 0 }
};

static void
parse(int argc, char *argv[])
{
	const char *file = NULL, *ca = NULL, *cert = NULL, *key = NULL;
	bool insecure = false, named = false;
	int ch;

	while ((ch = getopt_long(argc, argv, "b:cj:km:Oo:P:qr:t:", longer,
	    NULL)) != -1)
		switch (ch) {
		case 'b': backend = optarg; break;
		case 'c': options.resume = true; break;
		case 'C': ca = optarg; break;
		case 'D': options.downgrade = true; break;
		case 'E': cert = optarg; break;
		case 'j': ntasks = number(optarg, 1, 1000); break;
		case 'k': insecure = true; break;
		case 'K': key = optarg; break;
		case 'm':
			options.limit = number(optarg, 1, 86400) * GREEN_SEC;
			break;
		case 'O': named = true; break;
		case 'o': file = optarg; break;
		case 'P': directory = optarg; break;
		case 'q': options.quiet = true; break;
		case 'r': options.retries = number(optarg, 0, 1000); break;
		case 'R': options.redirects = number(optarg, 0, 1000); break;
		case 't':
			options.patience = number(optarg, 1, 86400) * GREEN_SEC;
			break;
		default: usage();
		}
	argc -= optind;
	argv += optind;
	if (argc < 1)
		usage();
	if (named && file != NULL)
		errx(USAGE, "-o and -O do not go together");
	if (file == NULL && !named && directory == NULL)
		file = "-";
	if (file != NULL && argc > 1)
		errx(USAGE, "several URLs need -O or -P");
	if (key != NULL && cert == NULL)
		errx(USAGE, "--key needs --cert");
	find_proxies();
	dial_trust(ca, insecure);
	dial_show(cert, key == NULL ? cert : key);
	if ((jobs = calloc((size_t)argc, sizeof(*jobs))) == NULL)
		err(FAILED_HERE, NULL);
	for (int i = 0; i < argc; i++)
		add(argv[i], file);
}

/* Of all that has failed, what is first in enum outcome. */
static int
outcome(void)
{
	enum outcome worst = FETCHED;

	for (size_t i = 0; i < njobs; i++) {
		if (jobs[i].outcome != FETCHED &&
		    (worst == FETCHED || jobs[i].outcome < worst))
			worst = jobs[i].outcome;
		free(jobs[i].path);
	}
	free(jobs);
	return ((int)worst);
}

int
main(int argc, char *argv[])
{
	parse(argc, argv);
	progress_begin(jobs, njobs);
	if (green_run(fetch_all, NULL, &(struct green_options){
	    .backend = backend }) == -1)
		errx(FAILED_HERE, "%s", green_errmsg());
	if (interrupted != 0) {
		warnx("interrupted; -c goes on where it was");
		signal(interrupted, SIG_DFL);
		raise(interrupted);
	}
	return (outcome());
}
