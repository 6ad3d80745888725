/*
 * Whom to trust.  All of it is read by who makes a configuration, directories
 * too, where OpenSSL would look only in the middle of a handshake, and keep the
 * loop waiting for the disk.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "tls.h"

/* As "openssl rehash" names a certificate: "5ed36f99.0". */
static bool
is_certificate(const char *name)
{
	return (strspn(name, "0123456789abcdef") == 8 && name[8] == '.' &&
	    name[9] != '\0' && name[9 + strspn(name + 9, "0123456789")] ==
	    '\0');
}

/* What cannot be read is left to be found missing in a handshake. */
static void
read_directory(X509_STORE *store, const char *path)
{
	X509_LOOKUP *l = X509_STORE_add_lookup(store, X509_LOOKUP_file());
	char file[1024];
	struct dirent *e;
	DIR *d;
	int n;

	if (l == NULL || (d = opendir(path)) == NULL)
		return;
	while ((e = readdir(d)) != NULL) {
		if (!is_certificate(e->d_name))
			continue;
		n = snprintf(file, sizeof(file), "%s/%s", path, e->d_name);
		if (n > 0 && (size_t)n < sizeof(file))
			(void)X509_load_cert_file(l, file, X509_FILETYPE_PEM);
	}
	(void)closedir(d);
	green__tls_clear();
}

static int
trust_system(SSL_CTX *ctx)
{
	X509_STORE *store = SSL_CTX_get_cert_store(ctx);

	green__tls_clear();
	if (SSL_CTX_set_default_verify_paths(ctx) != 1)
		return (green__tls_refuse(NULL));
	/* Where there is no file with all of them. */
	if (sk_X509_OBJECT_num(X509_STORE_get0_objects(store)) == 0)
		read_directory(store, X509_get_default_cert_dir());
	return (0);
}

int
green__tls_trust(SSL_CTX *ctx, const struct green_tls_options *opt)
{
	if (opt->ca_file == NULL && opt->ca_path == NULL)
		return (trust_system(ctx));
	if (green__tls_readable(opt->ca_file) == -1 ||
	    green__tls_readable(opt->ca_path) == -1)
		return (-1);
	green__tls_clear();
	if (SSL_CTX_load_verify_locations(ctx, opt->ca_file,
	    opt->ca_path) != 1)
		return (green__tls_refuse(opt->ca_file == NULL ? opt->ca_path :
		    opt->ca_file));
	if (opt->ca_path != NULL)
		read_directory(SSL_CTX_get_cert_store(ctx), opt->ca_path);
	/* Whose certificates a client may choose among. */
	if (opt->server_side && opt->ca_file != NULL)
		SSL_CTX_set_client_CA_list(ctx,
		    SSL_load_client_CA_file(opt->ca_file));
	return (0);
}
