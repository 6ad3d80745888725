/*
 * One certificate for all loops, read once for all of them, so that clients can
 * resume with one loop what they began with another.  What loops and threads
 * share is under a lock, which nobody holds while he waits.  A listener belongs to
 * its loop: each is told there, by its token, of a new certificate.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */

#include <err.h>
#include <pthread.h>

#include "certificate.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct green_tls_config *current;
static struct show {
	struct green_token *token;
	struct green_listener *listener;	/* NULL: shows nothing */
} shows[256];					/* by loop */

int
certificate_read(const char *cert, const char *key)
{
	static const char *const alpn[] = { "http/1.1", NULL };
	const struct green_tls_options opt = {
		.server_side = true,
		.cert_file = cert,
		.key_file = key,
		.alpn = alpn,
		.allow_truncation = true	/* HTTP tells where it ends */
	};
	struct green_tls_config *cfg = green_tls_config_open(&opt), *old;

	if (cfg == NULL)
		return (-1);
	pthread_mutex_lock(&lock);
	old = current;
	current = cfg;
	pthread_mutex_unlock(&lock);
	green_tls_config_release(old);
	return (0);
}

struct green_listener *
certificate_show(struct green_listener *l, int64_t patience)
{
	struct show *s = &shows[green_run_index()];
	struct green_token *token = green_token_get();

	if (token == NULL) {
		green_listener_close(l);
		return (NULL);
	}
	pthread_mutex_lock(&lock);
	l = green_tls_listener(l, &(struct green_tls_options){
	    .config = current }, patience);
	if (l != NULL)
		*s = (struct show){ token, l };
	pthread_mutex_unlock(&lock);
	if (l == NULL)
		green_token_release(token);
	return (l);
}

void
certificate_hide(void)
{
	struct show *s = &shows[green_run_index()];

	pthread_mutex_lock(&lock);
	if (s->listener != NULL)
		green_token_release(s->token);
	s->listener = NULL;
	pthread_mutex_unlock(&lock);
}

/* In the listener's own loop; in no task. */
static void
show(void *arg)
{
	struct show *s = arg;

	pthread_mutex_lock(&lock);
	if (s->listener != NULL &&
	    green_tls_listener_set_config(s->listener, current) == -1)
		warnx("%s", green_errmsg());
	pthread_mutex_unlock(&lock);
}

void
certificate_renew(void)
{
	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < sizeof(shows) / sizeof(shows[0]); i++)
		if (shows[i].listener != NULL &&
		    green_token_post(shows[i].token, show, &shows[i]) == -1)
			warnx("loop %zu: %s", i, green_errmsg());
	pthread_mutex_unlock(&lock);
}

void
certificate_free(void)
{
	green_tls_config_release(current);
	current = NULL;
}
