/*
 * Certificates to test with, good and bad, made when they are needed: their
 * days are counted from today.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef CERTS_H
#define CERTS_H

#include <stdbool.h>

#include <openssl/ssl.h>

struct cert {
	X509	*x;
	EVP_PKEY *key;
	char	 file[256];		/* with the key, in PEM */
};
struct cert_wish {
	const char *name;		/* the common name */
	const char *san;		/* "DNS:a.example,IP:127.0.0.1"; or NULL */
	const struct cert *issuer;	/* NULL: itself */
	int	 from, to;		/* days from now; 0 and 0: good for now */
	int	 rsa;			/* bits; 0: an elliptic curve's key */
	bool	 ca;
	bool	 sha1;			/* signed by way of that */
};
/* Its own file is in the scratch directory.  false: CHECK has told. */
bool	 cert_make(struct cert *c, const struct cert_wish *w);
void	 cert_free(struct cert *c);
/* Every test's: a CA, and one for localhost, server.example, *.wild.example,
   127.0.0.1 and ::1. */
const struct cert *cert_ca(void);
const struct cert *cert_server(void);
/* A context with it, and without any demands on keys. */
SSL_CTX	*cert_context(const struct cert *c);

#endif /* CERTS_H */
