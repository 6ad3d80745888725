/* TLS as a program has it that does nothing else: OpenSSL on blocking sockets. */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/socket.h>

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <err.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "tls.h"

static SSL *
wrap(const struct side *p, int fd)
{
	SSL *ssl = SSL_new(p->ctx);
	int on = 1;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (ssl == NULL || SSL_set_fd(ssl, fd) != 1)
		errx(1, "SSL_set_fd");
	return (ssl);
}

static void
part(SSL *ssl)
{
	int fd = SSL_get_fd(ssl);

	(void)SSL_shutdown(ssl);
	SSL_free(ssl);
	close(fd);
}

static void
send_all(SSL *ssl, long n)
{
	static char piece[PIECE];

	while (n-- > 0)
		if (SSL_write(ssl, piece, PIECE) != PIECE)
			errx(1, "SSL_write");
}

static void
receive_all(SSL *ssl, long n)
{
	char buf[PIECE];
	long have;
	int got;

	for (have = 0; have < n; have += got)
		if ((got = SSL_read(ssl, buf, sizeof(buf))) <= 0)
			errx(1, "SSL_read");
}

static SSL *
accept_one(const struct side *p)
{
	struct pollfd ready = { .fd = p->listener, .events = POLLIN };
	SSL *ssl;
	int fd;

	while ((fd = accept(p->listener, NULL, NULL)) == -1)
		(void)poll(&ready, 1, -1);
	ssl = wrap(p, fd);
	if (SSL_accept(ssl) != 1)
		errx(1, "SSL_accept");
	return (ssl);
}

/* Who has read that has read all, and may close. */
static void
dismiss(SSL *ssl)
{
	if (SSL_write(ssl, "x", 1) != 1)
		errx(1, "SSL_write");
	part(ssl);
}

void *
plain_server(void *side)
{
	struct side *p = side;
	SSL *ssl;
	long i;

	if (p->work == UP || p->work == DOWN) {
		ssl = accept_one(p);
		if (p->work == UP)
			receive_all(ssl, p->n * PIECE);
		else
			send_all(ssl, p->n);
		dismiss(ssl);
		return (NULL);
	}
	for (i = 0; i < p->n; i++)
		dismiss(accept_one(p));
	return (NULL);
}

static SSL *
connect_one(const struct side *p, SSL_SESSION *session)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	SSL *ssl;

	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	sin.sin_port = htons((uint16_t)p->port);
	if (fd == -1 || connect(fd, (struct sockaddr *)&sin, sizeof(sin)) == -1)
		err(1, "connect");
	ssl = wrap(p, fd);
	if (SSL_set_tlsext_host_name(ssl, NAME) != 1 ||
	    SSL_set1_host(ssl, NAME) != 1)
		errx(1, "SSL_set1_host");
	if (session != NULL)
		(void)SSL_set_session(ssl, session);
	if (SSL_connect(ssl) != 1)
		errx(1, "SSL_connect");
	return (ssl);
}

void *
plain_client(void *side)
{
	struct side *p = side;
	SSL_SESSION *session = NULL;
	SSL *ssl;
	long i, reused = 0;

	if (p->work == UP || p->work == DOWN) {
		ssl = connect_one(p, NULL);
		if (p->work == UP)
			send_all(ssl, p->n);
		else
			receive_all(ssl, p->n * PIECE);
		receive_all(ssl, 1);
		part(ssl);
		return (NULL);
	}
	for (i = 0; i < p->n; i++) {
		ssl = connect_one(p, session);
		receive_all(ssl, 1);
		reused += SSL_session_reused(ssl);
		SSL_SESSION_free(session);
		session = p->work == RESUMED ? SSL_get1_session(ssl) : NULL;
		part(ssl);
	}
	SSL_SESSION_free(session);
	if (reused != (p->work == RESUMED ? p->n - 1 : 0))
		errx(1, "%ld of %ld sessions were resumed", reused, p->n);
	return (NULL);
}
