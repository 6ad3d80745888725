/*
 * What TLS connections have in common: certificates, keys, what is trusted,
 * read and parsed once, in a worker thread, as files may take their time.  The
 * floor is TLS 1.2, and what keys and signatures of a peer's certificate must
 * at least be is OpenSSL's security level 2.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <green/thread.h>

#include "tls.h"

/* A configuration in the making, by a worker. */
struct making {
	struct green_tls_config *cfg;
	const struct green_tls_options *opt;
	X509_STORE *trust;		/* read already; NULL: not yet */
};

int
green__tls_refuse(const char *file)
{
	char why[256];
	int code = green__tls_reason(why, sizeof(why));

	if (code == EPROTO)
		code = EINVAL;
	return (file == NULL ? green__failx(code, "%s", why) :
	    green__failx(code, "%s: %s", file, why));
}

int
green__tls_readable(const char *file)
{
	int fd;

	if (file == NULL)
		return (0);
	if ((fd = open(file, O_RDONLY | O_CLOEXEC)) == -1)
		return (green__failx(errno, "%s: %s", file, strerror(errno)));
	(void)close(fd);
	return (0);
}

/* Nobody is asked for a password. */
static int
no_password(char *buf, int size, int writing, void *unused)
{
	(void)buf;
	(void)size;
	(void)writing;
	(void)unused;
	return (-1);
}

static int
load_cert(SSL_CTX *ctx, const struct green_tls_options *opt)
{
	if (opt->cert_file == NULL)
		return (0);
	if (green__tls_readable(opt->cert_file) == -1 ||
	    green__tls_readable(opt->key_file) == -1)
		return (-1);
	SSL_CTX_set_default_passwd_cb(ctx, no_password);
	green__tls_clear();
	if (SSL_CTX_use_certificate_chain_file(ctx, opt->cert_file) != 1)
		return (green__tls_refuse(opt->cert_file));
	if (SSL_CTX_use_PrivateKey_file(ctx, opt->key_file,
	    SSL_FILETYPE_PEM) != 1)
		return (green__tls_refuse(opt->key_file));
	return (0);
}

static int
load(struct making *m)
{
	if (m->trust != NULL) {
		(void)X509_STORE_up_ref(m->trust);
		SSL_CTX_set_cert_store(m->cfg->ctx, m->trust);
	} else if (m->cfg->verify &&
	    green__tls_trust(m->cfg->ctx, m->opt) == -1)
		return (-1);
	return (load_cert(m->cfg->ctx, m->opt));
}

void
green__tls_leave_worker(void)
{
#ifdef HAVE_OPENSSL_THREAD_STOP
	int error = errno;

	OPENSSL_thread_stop();
	errno = error;
#endif
}

/* By a worker. */
static int
load_apart(void *making)
{
	int rc = load(making);

	green__tls_leave_worker();
	return (rc);
}

/* The server's order decides. */
static int
select_alpn(SSL *ssl, const unsigned char **out, unsigned char *outlen,
    const unsigned char *in, unsigned inlen, void *arg)
{
	const struct green_tls_config *cfg = arg;
	unsigned char *found;

	(void)ssl;
	if (SSL_select_next_proto(&found, outlen, cfg->alpn, cfg->alpn_len, in,
	    inlen) != OPENSSL_NPN_NEGOTIATED)
		return (SSL_TLSEXT_ERR_ALERT_FATAL);
	*out = found;
	return (SSL_TLSEXT_ERR_OK);
}

static int
set_alpn(struct green_tls_config *cfg, const char *const *alpn)
{
	size_t i, n, len = 0;
	unsigned char *p;

	if (alpn == NULL || alpn[0] == NULL)
		return (0);
	for (i = 0; alpn[i] != NULL; i++) {
		n = strlen(alpn[i]);
		if (n == 0 || n > 255 || (len += n + 1) > UINT16_MAX)
			return (green__failx(EINVAL,
			    "a protocol's name has 1 to 255 bytes"));
	}
	if ((p = cfg->alpn = malloc(len)) == NULL)
		return (green__fail(ENOMEM));
	cfg->alpn_len = (unsigned)len;
	for (i = 0; alpn[i] != NULL; i++, p += n) {
		n = strlen(alpn[i]);
		*p++ = (unsigned char)n;
		memcpy(p, alpn[i], n);
	}
	if (cfg->server_side && !cfg->borrowed)
		SSL_CTX_set_alpn_select_cb(cfg->ctx, select_alpn, cfg);
	return (0);
}

bool
green__tls_name(char dst[TLS_NAME], const char *name)
{
	size_t len = strlen(name);

	/* No more is the link that an address is on. */
	if (strchr(name, ':') != NULL)
		len = strcspn(name, "%");
	/* A root that is written out is in no certificate. */
	if (len > 1 && name[len - 1] == '.')
		len--;
	if (len == 0 || len >= TLS_NAME || name[0] == '.')
		return (false);
	memcpy(dst, name, len);
	dst[len] = '\0';
	return (true);
}

static int
check(const struct green_tls_options *opt)
{
	char name[TLS_NAME];

	if (opt->hostname != NULL && !green__tls_name(name, opt->hostname))
		return (green__failx(EINVAL, "\"%s\" is no host's name",
		    opt->hostname));
	if (opt->context != NULL)
		return (0);
	if ((opt->cert_file == NULL) != (opt->key_file == NULL))
		return (green__failx(EINVAL,
		    "cert_file and key_file go together"));
	if (opt->server_side && opt->cert_file == NULL)
		return (green__failx(EINVAL,
		    "a server needs cert_file and key_file"));
	return (0);
}

static SSL_CTX *
new_context(bool server_side)
{
	static const unsigned char id[] = "libgreen";
	SSL_CTX *ctx;

	ctx = SSL_CTX_new(server_side ? TLS_server_method() :
	    TLS_client_method());
	if (ctx == NULL)
		return (NULL);
	if (SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) != 1) {
		SSL_CTX_free(ctx);
		return (NULL);
	}
	if (SSL_CTX_get_security_level(ctx) < 2)
		SSL_CTX_set_security_level(ctx, 2);
	(void)SSL_CTX_set_options(ctx, SSL_OP_NO_COMPRESSION);
#ifdef SSL_OP_NO_RENEGOTIATION
	(void)SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION);
#endif
	(void)SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
	/* Or clients with certificates could resume nothing. */
	if (server_side)
		(void)SSL_CTX_set_session_id_context(ctx, id, sizeof(id) - 1);
	return (ctx);
}

static struct green_tls_config *
new_config(const struct green_tls_options *opt)
{
	struct green_tls_config *cfg;

	if ((cfg = calloc(1, sizeof(*cfg))) == NULL)
		return (NULL);
	atomic_init(&cfg->refs, 1);
	cfg->server_side = opt->server_side;
	cfg->verify = opt->server_side ? opt->require_client_cert :
	    !opt->no_verify;
	cfg->allow_truncation = opt->allow_truncation;
	cfg->borrowed = opt->context != NULL;
	if (opt->hostname != NULL)
		(void)green__tls_name(cfg->hostname, opt->hostname);
	if (opt->context == NULL)
		cfg->ctx = new_context(opt->server_side);
	else if (SSL_CTX_up_ref(opt->context) == 1)
		cfg->ctx = opt->context;
	if (cfg->ctx == NULL) {
		free(cfg);
		return (NULL);
	}
	if (green__tls_sessions_open(cfg) == -1) {
		SSL_CTX_free(cfg->ctx);
		free(cfg);
		return (NULL);
	}
	return (cfg);
}

static int
fill(struct making *m)
{
	if (set_alpn(m->cfg, m->opt->alpn) == -1)
		return (-1);
	if (m->cfg->borrowed)
		return (0);
	if (green__loop == NULL || (m->opt->cert_file == NULL &&
	    (m->trust != NULL || !m->cfg->verify)))
		return (load(m));
	return (green_to_thread_limited(&green__loop->limiter_files, load_apart,
	    m));
}

/* With trust that was read already, or NULL. */
static struct green_tls_config *
make(const struct green_tls_options *opt, X509_STORE *trust)
{
	struct making m = { .opt = opt, .trust = trust };

	if (check(opt) == -1)
		return (NULL);
	green__tls_clear();
	if ((m.cfg = new_config(opt)) == NULL) {
		(void)green__fail(ENOMEM);
		return (NULL);
	}
	if (fill(&m) == -1) {
		green_tls_config_release(m.cfg);
		return (NULL);
	}
	return (m.cfg);
}

struct green_tls_config *
green_tls_config_open(const struct green_tls_options *opt)
{
	static const struct green_tls_options none;

	if (green__loop != NULL && green__check() == -1)
		return (NULL);
	return (make(opt == NULL ? &none : opt, NULL));
}

void
green_tls_config_release(struct green_tls_config *cfg)
{
	int error = errno;

	if (cfg == NULL || atomic_fetch_sub(&cfg->refs, 1) > 1)
		return;
	green__tls_sessions_close(cfg);
	SSL_CTX_free(cfg->ctx);
	free(cfg->alpn);
	free(cfg);
	errno = error;
}

struct green_tls_config *
green__tls_hold(struct green_tls_config *cfg)
{
	(void)atomic_fetch_add(&cfg->refs, 1);
	return (cfg);
}

bool
green__tls_config_named(const struct green_tls_config *cfg)
{
	return (cfg->hostname[0] != '\0');
}

/* A client that trusts whom the system does. */
static bool
is_usual(const struct green_tls_options *opt)
{
	return (!opt->server_side && !opt->no_verify && opt->ca_file == NULL &&
	    opt->ca_path == NULL && opt->context == NULL);
}

struct green_tls_config *
green__tls_config(const struct green_tls_options *opt)
{
	struct green_tls_config *usual, *cfg;

	if (opt != NULL && opt->config != NULL)
		return (green__tls_hold(opt->config));
	if (opt != NULL && (!is_usual(opt) || check(opt) == -1))
		return (is_usual(opt) ? NULL : green_tls_config_open(opt));
	usual = green__tls_default(green__clock());
	if (usual == NULL || opt == NULL ||
	    (opt->alpn == NULL && opt->cert_file == NULL))
		return (usual);
	cfg = make(opt, SSL_CTX_get_cert_store(usual->ctx));
	green_tls_config_release(usual);
	return (cfg);
}
