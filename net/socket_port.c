/*
 * Listening sockets as ports of listeners.  A connection that there is no
 * memory for, once it was taken from the kernel's queue, stays with its port
 * until there is.  A UNIX socket's file is removed before the descriptor is
 * closed: as long as that is open, no other file can have its inode.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>
#include <unistd.h>

#include "internal.h"

struct socket_port {
	struct green__port port;
	int	 family;
	int	 accepted;		/* has no stream yet; -1: none */
	struct green__unix_file file;
};

static struct socket_port *
port_of(struct green__port *p)
{
	return (GREEN__CONTAINER(p, struct socket_port, port));
}

static struct green_stream *
port_accept(struct green__port *port)
{
	struct socket_port *p = port_of(port);
	struct green_stream *s;

	if (p->accepted == -1 &&
	    (p->accepted = green__socket_accept(port->fd.fd)) == -1) {
		if (errno == EAGAIN)
			green__fd_drained(&port->fd, GREEN__READ, true);
		(void)green__fail(errno);
		return (NULL);
	}
	if ((s = green__socket_stream(p->accepted, p->family)) != NULL)
		p->accepted = -1;
	return (s);
}

static int
port_attr(struct green__port *port, enum green_attr a, void *value, size_t size)
{
	return (green__socket_attr(port->fd.fd, a, value, size));
}

static void
port_close(struct green__port *port)
{
	struct socket_port *p = port_of(port);
	int fd = green__fd_close(&port->fd);

	green__unix_remove(&p->file);
	(void)close(fd);
	if (p->accepted != -1)
		(void)close(p->accepted);
}

static void
port_free(struct green__port *port)
{
	free(port_of(port));
}

static const struct green__port_ops socket_port_ops = {
	.accept = port_accept,
	.attr = port_attr,
	.close = port_close,
	.free = port_free
};

int
green__socket_prepare(int fd, const struct green_listen_options *opt)
{
	if (green__socket_set_buffers(fd, opt->receive_buffer,
	    opt->send_buffer) == -1)
		return (-1);
	return (opt->prepare == NULL ? 0 : opt->prepare(fd, opt->prepare_arg));
}

struct green__port *
green__socket_port(int fd, int family, const struct green__unix_file *file)
{
	struct socket_port *p;

	if ((p = malloc(sizeof(*p))) == NULL) {
		(void)green__fail(ENOMEM);
		return (NULL);
	}
	*p = (struct socket_port){
		.port.ops = &socket_port_ops,
		.family = family,
		.accepted = -1
	};
	if (file != NULL)
		p->file = *file;
	if (green__fd_open(&p->port.fd, fd) == -1) {
		free(p);
		return (NULL);
	}
	return (&p->port);
}

struct green_listener *
green_listener_from_fd(int fd)
{
	struct green_listener *l = NULL;
	struct green__port *p;
	struct green__addr a;
	int flags[2];

	if (green__addr_local(&a, fd) == -1)
		return (NULL);
	if (green__socket_adopt(fd, SOCKET_LISTENER, flags) == -1) {
		(void)green__fail(errno);
		return (NULL);
	}
	p = green__socket_port(fd, a.sa.ss_family, NULL);
	if (p != NULL && (l = green__listener_new(&p, 1)) == NULL) {
		(void)green__fd_close(&p->fd);
		port_free(p);
	}
	if (l == NULL)
		green__socket_disown(fd, flags);
	else
		(void)green__socket_set_nodelay(fd);
	return (l);
}
