/*
 * webd: serve the files of a directory over HTTP/1.1, or HTTPS.  Loops, each in a
 * thread, share a port, and each connection has a task, in straight code: web.c.
 * SIGHUP has the certificate read again; SIGTERM and SIGINT end it in good order.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */

#include <sys/resource.h>
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "certificate.h"
#include "web.h"

static struct web web = { .patience = 30 * GREEN_SEC };
static int	 port = 8080, loops = 1;
static char	*cert, *key;		/* files; NULL: no TLS */
static int	 stopped[2], listening[2];	/* pipes: readable when so */

static void
stop(int sig)
{
	(void)!write(stopped[1], &sig, 1);
}

static int
await_stop(void *scope)
{
	if (green_wait_readable(stopped[0]) == -1)
		return (-1);
	green_scope_stop(scope, web.patience, "signalled");
	return (0);
}

/* A certificate that cannot be read leaves the one that there is. */
static int
await_renewal(void *hangups)
{
	while (green_signals_next(hangups) != -1)
		if (certificate_read(cert, key) == 0) {
			certificate_renew();
			dprintf(1, "%s: read again\n", cert);
		} else if (errno != ECANCELED)
			warnx("%s; the old certificate stays", green_errmsg());
	return (-1);
}

static struct green_listener *
listen_here(void)
{
	struct green_listen_options opt = { .reuse_port = loops > 1 };
	struct green_listener *listener;
	char service[8];

	/* The first loop chooses the port for all of them. */
	if (green_run_index() > 0 && green_wait_readable(listening[0]) == -1)
		return (NULL);
	snprintf(service, sizeof(service), "%d", port);
	listener = green_listen_tcp("127.0.0.1", service, &opt);
	if (listener != NULL && cert != NULL)
		listener = certificate_show(listener, web.patience);
	if (listener != NULL && green_run_index() == 0 && green_listener_attr(
	    listener, GREEN_ATTR_LOCAL_PORT, &port, sizeof(port)) == 0) {
		dprintf(1, "listening on http%s://127.0.0.1:%d/ (%s, %d loop%s)"
		    "\n", cert == NULL ? "" : "s", port, green_backend(), loops,
		    loops == 1 ? "" : "s");
		close(listening[1]);
	}
	return (listener);
}

static int
serve_with(struct green_signals *hangups)
{
	struct green_listener *listener;
	struct green_group group;
	int rc;

	if ((listener = listen_here()) == NULL)
		return (-1);
	green_group_open(&group);
	rc = green_spawn_daemon(&group, await_stop, &group.scope);
	if (rc == 0 && hangups != NULL)
		rc = green_spawn_daemon(&group, await_renewal, hangups);
	if (rc == 0)
		rc = green_serve(listener, &group, web_client, &web);
	if (cert != NULL)
		certificate_hide();
	green_listener_close(listener);
	return (green_group_close(&group, rc));
}

static int
serve(void *arg)
{
	struct green_signals *hangups = NULL;
	int rc;

	(void)arg;
	if (cert != NULL && green_run_index() == 0 &&
	    (hangups = green_signals_open(&(int){ SIGHUP }, 1)) == NULL)
		return (-1);
	rc = serve_with(hangups);
	green_signals_close(hangups);
	return (rc);
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

/* It is looked up again, when the working directory is another; links too. */
static char *
absolute(const char *path)
{
	char *here = realpath(".", NULL), *whole = NULL;

	if (here == NULL || (whole = green_path_join(here, path)) == NULL)
		err(1, "%s", path);
	free(here);
	return (whole);
}

static void
usage(void)
{
	errx(1, "usage: webd [-v] [-b backend] [-c certificate -k key] "
	    "[-l loops] [-p port] [-t seconds]\n            directory");
}

int
main(int argc, char *argv[])
{
	struct sigaction sa = { .sa_handler = stop, .sa_flags = SA_RESETHAND };
	struct green_options options = { .backend = NULL };
	struct rlimit files;
	int ch;

	while ((ch = getopt(argc, argv, "b:c:k:l:p:t:v")) != -1)
		if (ch == 'b')
			options.backend = optarg;
		else if (ch == 'c')
			cert = absolute(optarg);
		else if (ch == 'k')
			key = absolute(optarg);
		else if (ch == 'l')
			loops = number(optarg, 1, 256);
		else if (ch == 'p')
			port = number(optarg, 0, 65535);
		else if (ch == 't')
			web.patience = number(optarg, 1, 86400) * GREEN_SEC;
		else if (ch == 'v')
			web.verbose = true;
		else
			optind = argc;
	if (argc - optind != 1)
		usage();
	if ((cert == NULL) != (key == NULL))
		errx(1, "-c and -k go together: a certificate and its key");
	if (cert != NULL && certificate_read(cert, key) == -1)
		errx(1, "%s", green_errmsg());
	if (chdir(argv[optind]) == -1 ||
	    (web.root = realpath(".", NULL)) == NULL)
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
	certificate_free();
	free(cert);
	free(key);
	free(web.root);
	return (0);
}
