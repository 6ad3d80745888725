/*
 * Whether a peer's certificate is to be trusted, and why not, in words that its
 * owner can act on.  OpenSSL asks for each certificate of the chain; the first
 * refusal is what is told.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <arpa/inet.h>

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "tls.h"

bool
green__tls_is_address(const char *name)
{
	unsigned char a[16];

	return (inet_pton(AF_INET, name, a) == 1 ||
	    inet_pton(AF_INET6, name, a) == 1);
}

/* So much of len bytes of text as has no surprises in it. */
static void
add(char *buf, size_t size, const char *before, const void *text, size_t len)
{
	const unsigned char *p = text;
	size_t at = strlen(buf);

	for (; *before != '\0' && at + 1 < size; before++)
		buf[at++] = *before;
	for (; len > 0 && at + 1 < size; len--, p++)
		buf[at++] = (*p < 0x20 || *p == 0x7f) ? '?' : (char)*p;
	buf[at] = '\0';
}

/* The common name, or all of the name, of who is or has signed. */
static void
add_common(char *buf, size_t size, const X509_NAME *name)
{
	int i = X509_NAME_get_index_by_NID((X509_NAME *)(uintptr_t)name,
	    NID_commonName, -1);
	const ASN1_STRING *s;
	char line[128];

	if (i != -1) {
		s = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(
		    (X509_NAME *)(uintptr_t)name, i));
		add(buf, size, "", ASN1_STRING_get0_data(s),
		    (size_t)ASN1_STRING_length(s));
	} else if (X509_NAME_oneline((X509_NAME *)(uintptr_t)name, line,
	    sizeof(line)) != NULL && line[0] != '\0')
		add(buf, size, "", line, strlen(line));
	else
		add(buf, size, "", "nobody", 6);
}

static void
add_address(char *buf, size_t size, const char *before,
    const ASN1_OCTET_STRING *ip)
{
	char text[INET6_ADDRSTRLEN];
	int len = ASN1_STRING_length(ip);

	if ((len == 4 || len == 16) && inet_ntop(len == 4 ? AF_INET : AF_INET6,
	    ASN1_STRING_get0_data(ip), text, sizeof(text)) != NULL)
		add(buf, size, before, text, strlen(text));
}

/* Whom a certificate is for: a few of its names.  false: it has none but the common
   name, which stands for no host. */
static bool
put_names(char *buf, size_t size, X509 *cert, int max)
{
	GENERAL_NAMES *names;
	const GENERAL_NAME *g;
	const char *between = "";
	bool any;
	int i, n;

	buf[0] = '\0';
	names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	n = names == NULL ? 0 : sk_GENERAL_NAME_num(names);
	for (i = 0; i < n && max > 0; i++) {
		g = sk_GENERAL_NAME_value(names, i);
		if (g->type == GEN_DNS)
			add(buf, size, between,
			    ASN1_STRING_get0_data(g->d.dNSName),
			    (size_t)ASN1_STRING_length(g->d.dNSName));
		else if (g->type == GEN_IPADD)
			add_address(buf, size, between, g->d.iPAddress);
		else
			continue;
		between = ", ";
		max--;
	}
	if (i < n && max == 0)
		add(buf, size, ", ...", "", 0);
	any = buf[0] != '\0';
	if (!any)
		add_common(buf, size, X509_get_subject_name(cert));
	GENERAL_NAMES_free(names);
	return (any);
}

static void
put_date(char *buf, size_t size, const ASN1_TIME *when)
{
	struct tm tm;

	if (when == NULL || ASN1_TIME_to_tm(when, &tm) != 1 ||
	    strftime(buf, size, "%Y-%m-%d", &tm) == 0)
		(void)snprintf(buf, size, "an unknown day");
}

static int
key_bits(X509 *cert)
{
	EVP_PKEY *key = X509_get0_pubkey(cert);

	return (key == NULL ? 0 : EVP_PKEY_bits(key));
}

/* What is wrong with cert, which may be an issuer's. */
static void
describe(const struct tls *t, int error, X509 *cert, char *why, size_t size)
{
	char who[160], issuer[160] = "", date[32];
	bool named = put_names(who, sizeof(who), cert, 3);

	add_common(issuer, sizeof(issuer), X509_get_issuer_name(cert));
	switch (error) {
	case X509_V_ERR_CERT_HAS_EXPIRED:
		put_date(date, sizeof(date), X509_get0_notAfter(cert));
		(void)snprintf(why, size,
		    "certificate for %s has expired on %s", who, date);
		break;
	case X509_V_ERR_CERT_NOT_YET_VALID:
		put_date(date, sizeof(date), X509_get0_notBefore(cert));
		(void)snprintf(why, size,
		    "certificate for %s is not valid before %s", who, date);
		break;
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		(void)snprintf(why, size, named ?
		    "certificate is for %s, not %s" :
		    "certificate for %s has no subjectAltName, without which "
		    "it cannot be for %s", who, t->name);
		break;
	case X509_V_ERR_UNSUPPORTED_NAME_SYNTAX:
		(void)snprintf(why, size,
		    "certificate for %s has a name that is none", who);
		break;
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
		(void)snprintf(why, size, "certificate for %s is self-signed, "
		    "and not among those that are trusted", who);
		break;
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		(void)snprintf(why, size, "issuer is not trusted: %s, of the "
		    "certificate for %s", issuer, who);
		break;
	case X509_V_ERR_CERT_REVOKED:
		(void)snprintf(why, size,
		    "certificate for %s has been revoked by %s", who, issuer);
		break;
	case X509_V_ERR_EE_KEY_TOO_SMALL:
	case X509_V_ERR_CA_KEY_TOO_SMALL:
		(void)snprintf(why, size, "key of the certificate for %s is too "
		    "weak: %d bits", who, key_bits(cert));
		break;
	case X509_V_ERR_CA_MD_TOO_WEAK:
		(void)snprintf(why, size,
		    "signature of the certificate for %s is too weak", who);
		break;
	default:
		(void)snprintf(why, size, "certificate for %s: %s", who,
		    X509_verify_cert_error_string(error));
	}
}

static int
judge(int ok, X509_STORE_CTX *ctx)
{
	const SSL *ssl = X509_STORE_CTX_get_ex_data(ctx,
	    SSL_get_ex_data_X509_STORE_CTX_idx());
	struct tls *t = ssl == NULL ? NULL : green__tls_of(ssl);
	int error = X509_STORE_CTX_get_error(ctx);
	X509 *cert = X509_STORE_CTX_get_current_cert(ctx);

	/* Names are the peer's own, whoever has forbidden them. */
	if (error == X509_V_ERR_UNSUPPORTED_NAME_SYNTAX)
		cert = NULL;
	if (!ok && t != NULL && t->why[0] == '\0') {
		if (cert == NULL)
			cert = X509_STORE_CTX_get0_cert(ctx);
		if (cert != NULL)
			describe(t, error, cert, t->why, sizeof(t->why));
	}
	return (ok);
}

int
green__tls_verify(struct tls *t)
{
	X509_VERIFY_PARAM *param = SSL_get0_param(t->ssl);
	int mode = SSL_VERIFY_PEER;

	if (t->cfg->server_side)
		mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
	SSL_set_verify(t->ssl, mode, judge);
	if (t->name[0] == '\0' || t->cfg->server_side)
		return (0);
	if (green__tls_is_address(t->name))
		return (X509_VERIFY_PARAM_set1_ip_asc(param, t->name) == 1 ?
		    0 : green__fail(ENOMEM));
	X509_VERIFY_PARAM_set_hostflags(param,
	    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS |
	    X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
	return (X509_VERIFY_PARAM_set1_host(param, t->name,
	    strlen(t->name)) == 1 ? 0 : green__fail(ENOMEM));
}
