/*
 * Sessions that clients may resume, kept with their configuration by the name
 * that was verified when they began: a session is never used for another name.
 * Those of TLS 1.3 are used once, so that nobody can tell two connections for
 * one client's; before that anybody could, and servers hand out but one. A
 * configuration may serve several loops, hence the lock.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <string.h>

#include "tls.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int place = -1;			/* of our structure, in an SSL's extras */

static void
find_place(void)
{
	place = SSL_get_ex_new_index(0, NULL, NULL, NULL, NULL);
}

struct tls *
green__tls_of(const SSL *ssl)
{
	return (place == -1 ? NULL : SSL_get_ex_data(ssl, place));
}

int
green__tls_bind(struct tls *t)
{
	(void)pthread_once(&once, find_place);
	if (place == -1 || SSL_set_ex_data(t->ssl, place, t) != 1)
		return (green__fail(ENOMEM));
	return (0);
}

/* A session has come, and is ours if we return 1. */
static int
keep(SSL *ssl, SSL_SESSION *session)
{
	struct tls *t = green__tls_of(ssl);
	struct tls_sessions *s;

	if (t == NULL || t->name[0] == '\0' || !t->cfg->verify)
		return (0);
	s = &t->cfg->sessions;
	(void)pthread_mutex_lock(&s->lock);
	if (s->v[s->next].session != NULL)
		SSL_SESSION_free(s->v[s->next].session);
	memcpy(s->v[s->next].name, t->name, sizeof(t->name));
	s->v[s->next].session = session;
	s->next = (s->next + 1) % TLS_SESSIONS;
	(void)pthread_mutex_unlock(&s->lock);
	return (1);
}

static bool
is_for_once(const SSL_SESSION *session)
{
	return (SSL_SESSION_get_protocol_version(session) >= TLS1_3_VERSION);
}

/* The latest for a name, to be freed. */
static SSL_SESSION *
take(struct tls_sessions *s, const char *name)
{
	SSL_SESSION *found = NULL;
	size_t i, at;

	(void)pthread_mutex_lock(&s->lock);
	for (i = 1; i <= TLS_SESSIONS && found == NULL; i++) {
		at = (s->next + TLS_SESSIONS - i) % TLS_SESSIONS;
		if (s->v[at].session == NULL ||
		    strcmp(s->v[at].name, name) != 0)
			continue;
		found = s->v[at].session;
		if (is_for_once(found))
			s->v[at].session = NULL;
		else
			(void)SSL_SESSION_up_ref(found);
	}
	(void)pthread_mutex_unlock(&s->lock);
	return (found);
}

void
green__tls_session_use(struct tls *t)
{
	SSL_SESSION *session;

	if (t->cfg->server_side || t->name[0] == '\0' ||
	    (session = take(&t->cfg->sessions, t->name)) == NULL)
		return;
	(void)SSL_set_session(t->ssl, session);
	SSL_SESSION_free(session);
}

int
green__tls_sessions_open(struct green_tls_config *cfg)
{
	if (pthread_mutex_init(&cfg->sessions.lock, NULL) != 0)
		return (-1);
	if (cfg->server_side || cfg->borrowed)
		return (0);
	(void)SSL_CTX_set_session_cache_mode(cfg->ctx, SSL_SESS_CACHE_CLIENT |
	    SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_sess_set_new_cb(cfg->ctx, keep);
	return (0);
}

void
green__tls_sessions_close(struct green_tls_config *cfg)
{
	size_t i;

	for (i = 0; i < TLS_SESSIONS; i++)
		SSL_SESSION_free(cfg->sessions.v[i].session);
	(void)pthread_mutex_destroy(&cfg->sessions.lock);
}
