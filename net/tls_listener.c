/*
 * Listeners that hand out streams after their handshake.  A port of one is the
 * port that it was, under other operations: when somebody accepts, all that
 * have come get a task each for their handshake, and those that are done are
 * handed out, in the order in which they were.  A handshake that is done makes
 * the port's descriptor ready, as one more connection would.  What nobody
 * accepts stays in the kernel's queue, and so nobody shakes hands for nothing.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/queue.h>

#include <stdlib.h>

#include "tls.h"

#define TIMEOUT	(30 * GREEN_SEC)
#define SHAKES	1000			/* at a time */

struct shake {
	TAILQ_ENTRY(shake) link;	/* among its layer's, or those done */
	struct tls_layer *layer;
	struct green_stream *s;		/* NULL: it has failed */
	struct green_scope scope;
	bool	 begun;			/* the scope is open */
};
TAILQ_HEAD(shakes, shake);

/* What makes a port one of TLS. */
struct tls_layer {
	const struct green__port_ops *below;
	struct green__port *port;	/* NULL: closed */
	struct green_tls_config *cfg;
	int64_t	 timeout;
	struct shakes busy, done;
	size_t	 n;			/* of the busy ones */
	bool	 freed;			/* but for those */
};

static const struct green__port_ops tls_port_ops;

static void
free_layer(struct tls_layer *y)
{
	if (!y->freed || y->n > 0)
		return;
	green_tls_config_release(y->cfg);
	free(y);
}

/* The handshake is over: hand its stream out, or forget it. */
static void
settle(struct shake *h)
{
	struct tls_layer *y = h->layer;

	TAILQ_REMOVE(&y->busy, h, link);
	y->n--;
	if (h->s != NULL && y->port != NULL)
		TAILQ_INSERT_TAIL(&y->done, h, link);
	else {
		green_stream_abort(h->s);
		free(h);
	}
	/* There is one to hand out, or room for another. */
	if (y->port != NULL)
		green__fd_ready(&y->port->fd, GREEN__READ, false);
	free_layer(y);
}

static int
shake(void *arg)
{
	struct shake *h = arg;
	const struct green_tls_options opt = { .config = h->layer->cfg };

	if (h->layer->port == NULL) {
		green_stream_abort(h->s);
		h->s = NULL;
	} else {
		green_move_on_after(&h->scope, h->layer->timeout);
		h->begun = true;
		h->s = green_tls_wrap(h->s, &opt);
		h->begun = false;
		(void)!green_scope_close(&h->scope, h->s == NULL ? -1 : 0);
	}
	settle(h);
	return (0);
}

/* On failure s is closed. */
static int
begin(struct tls_layer *y, struct green_stream *s)
{
	struct shake *h;

	if ((h = malloc(sizeof(*h))) == NULL) {
		green_stream_abort(s);
		return (green__fail(ENOMEM));
	}
	*h = (struct shake){ .layer = y, .s = s };
	if (green__task_spawn(&green__loop->guests, shake, h, NULL, 0,
	    "TLS handshake", NULL) == NULL) {
		green_stream_abort(s);
		free(h);
		return (-1);
	}
	TAILQ_INSERT_TAIL(&y->busy, h, link);
	y->n++;
	return (0);
}

/* Begin with all that have come: -1 and EAGAIN when there are no more. */
static int
begin_all(struct tls_layer *y)
{
	struct green_stream *s;

	while (y->n < SHAKES) {
		if ((s = y->below->accept(y->port)) != NULL) {
			if (begin(y, s) == -1)
				return (-1);
		} else if (errno != ECONNABORTED)
			return (-1);
	}
	green__fd_drained(&y->port->fd, GREEN__READ, true);
	return (green__fail(EAGAIN));
}

static struct green_stream *
tls_accept(struct green__port *p)
{
	struct tls_layer *y = p->layer;
	struct green_stream *s;
	struct shake *h;
	int rc = begin_all(y);

	(void)rc;
	if ((h = TAILQ_FIRST(&y->done)) == NULL)
		return (NULL);
	TAILQ_REMOVE(&y->done, h, link);
	s = h->s;
	free(h);
	/* Or nobody would look for the next. */
	green__fd_ready(&p->fd, GREEN__READ, false);
	return (s);
}

static int
tls_attr(struct green__port *p, enum green_attr a, void *value, size_t size)
{
	return (p->layer->below->attr(p, a, value, size));
}

static void
tls_close(struct green__port *p)
{
	struct tls_layer *y = p->layer;
	struct shake *h;

	y->port = NULL;
	TAILQ_FOREACH(h, &y->busy, link)
		if (h->begun)
			green_scope_cancel(&h->scope,
			    "the listener was closed");
	while ((h = TAILQ_FIRST(&y->done)) != NULL) {
		TAILQ_REMOVE(&y->done, h, link);
		green_stream_abort(h->s);
		free(h);
	}
	y->below->close(p);
}

static void
tls_free(struct green__port *p)
{
	struct tls_layer *y = p->layer;

	y->below->free(p);
	y->freed = true;
	free_layer(y);
}

static const struct green__port_ops tls_port_ops = {
	.accept = tls_accept,
	.attr = tls_attr,
	.close = tls_close,
	.free = tls_free
};

/* One for each of n ports, or none and NULL. */
static struct tls_layer **
make_layers(size_t n)
{
	struct tls_layer **v = calloc(n, sizeof(*v));
	size_t i;

	for (i = 0; v != NULL && i < n; i++)
		if ((v[i] = calloc(1, sizeof(*v[i]))) == NULL) {
			while (i > 0)
				free(v[--i]);
			free(v);
			v = NULL;
		}
	if (v == NULL)
		(void)green__fail(ENOMEM);
	return (v);
}

static void
put_layer(struct tls_layer *y, struct green__port *p,
    struct green_tls_config *cfg, int64_t timeout)
{
	*y = (struct tls_layer){
		.below = p->ops,
		.port = p,
		.cfg = green__tls_hold(cfg),
		.timeout = timeout
	};
	TAILQ_INIT(&y->busy);
	TAILQ_INIT(&y->done);
	p->ops = &tls_port_ops;
	p->layer = y;
}

static int
put_layers(struct green_listener *l, struct green_tls_config *cfg,
    int64_t timeout)
{
	struct green__port *const *port;
	struct tls_layer **v;
	size_t i, n;

	if (timeout < 0)
		return (green__failx(EINVAL, "timeout is below 0"));
	if (green__listener_ports(l, &port, &n) == -1)
		return (-1);
	for (i = 0; i < n; i++)
		if (port[i]->layer != NULL)
			return (green__failx(EINVAL,
			    "it is a listener of TLS already"));
	if ((v = make_layers(n)) == NULL)
		return (-1);
	for (i = 0; i < n; i++)
		put_layer(v[i], port[i], cfg,
		    timeout == 0 ? TIMEOUT : timeout);
	free(v);
	return (0);
}

static int
check(const struct green_tls_config *cfg)
{
	return (cfg->server_side ? 0 : green__failx(EINVAL,
	    "a listener needs a server's configuration"));
}

struct green_listener *
green_tls_listener(struct green_listener *l,
    const struct green_tls_options *opt, int64_t timeout)
{
	struct green_tls_config *cfg = green__tls_config(opt);
	bool ok = cfg != NULL && check(cfg) == 0 &&
	    put_layers(l, cfg, timeout) == 0;
	char *told;
	int error;

	told = green__fail_told();
	error = errno;
	green_tls_config_release(cfg);
	if (!ok) {
		green_listener_close(l);
		(void)green__fail_text(error, told);
	}
	free(told);
	return (ok ? l : NULL);
}

int
green_tls_listener_set_config(struct green_listener *l,
    struct green_tls_config *cfg)
{
	struct green_tls_config *old;
	struct green__port *const *port;
	size_t i, n;

	green__listener_all_ports(l, &port, &n);
	if (check(cfg) == -1)
		return (-1);
	for (i = 0; i < n; i++)
		if (port[i]->layer == NULL)
			return (green__failx(EINVAL,
			    "it is no listener of TLS"));
	for (i = 0; i < n; i++) {
		old = port[i]->layer->cfg;
		port[i]->layer->cfg = green__tls_hold(cfg);
		green_tls_config_release(old);
	}
	return (0);
}
