/*
 * How a server is reached: a connection, over TLS where the URL says so, and by a
 * proxy if there is one.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef DIAL_H
#define DIAL_H

#include "http.h"

/* For https: whom to trust, NULL for the system's, or everybody; and what to show
   to who asks, NULL for nothing. */
void	 dial_trust(const char *ca_file, bool insecure);
void	 dial_show(const char *cert_file, const char *key_file);
void	 dial_forget(void);
/*
 * Connect h, which is not, to where u is: 0, or -1.
 *   ECONNREFUSED, EHOSTUNREACH  a proxy does not
 *   EBADMSG, EPIPE              its answer is none
 *   ...                         as connecting and TLS fail
 */
int	 dial(struct http *h, const struct url *u);

#endif
