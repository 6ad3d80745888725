/*
 * What went wrong, in words.  OpenSSL's own are for those who know its sources:
 * the failures that users meet are put in others.  The queue that it leaves its
 * errors in is the thread's; as no task gives way between an SSL call and this,
 * and each call finds it empty, no task ever sees another's.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "tls.h"

static const struct {
	int	 reason;
	int	 code;
	const char *words;
} known[] = {
	{ SSL_R_HTTP_REQUEST, EPROTO,
	    "the peer does not speak TLS, but plain HTTP" },
	{ SSL_R_HTTPS_PROXY_REQUEST, EPROTO,
	    "the peer does not speak TLS, but plain HTTP to a proxy" },
	{ SSL_R_WRONG_VERSION_NUMBER, EPROTO, "the peer does not speak TLS" },
	{ SSL_R_UNSUPPORTED_PROTOCOL, EPROTO,
	    "the peer offers no version of TLS that is allowed" },
#ifdef SSL_R_VERSION_TOO_LOW
	{ SSL_R_VERSION_TOO_LOW, EPROTO,
	    "the peer's version of TLS is too old" },
#endif
	{ SSL_R_NO_SHARED_CIPHER, EPROTO,
	    "the peer offers no cipher that is allowed" },
#ifdef SSL_R_NO_APPLICATION_PROTOCOL
	{ SSL_R_NO_APPLICATION_PROTOCOL, EPROTO,
	    "the peer offers no protocol (ALPN) that is spoken here" },
#endif
	{ SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE, EACCES,
	    "the client has shown no certificate" },
	{ SSL_R_CERTIFICATE_VERIFY_FAILED, EACCES,
	    "the peer's certificate is not to be trusted" },
	{ SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC, EPROTO,
	    "what has arrived is not what the peer has sent" },
};

/* 1000 and the number of an alert: the peer has sent that. */
static bool
is_alert(unsigned long e)
{
	return (ERR_GET_LIB(e) == ERR_LIB_SSL &&
	    ERR_GET_REASON(e) >= SSL_AD_REASON_OFFSET &&
	    ERR_GET_REASON(e) < SSL_AD_REASON_OFFSET + 256);
}

/* OpenSSL's list of them ends before TLS 1.3; its errors have the rest. */
static const char *
alert_words(unsigned long e)
{
	const char *words = SSL_alert_desc_string_long(ERR_GET_REASON(e) -
	    SSL_AD_REASON_OFFSET);
	const char *text = ERR_reason_error_string(e), *at;

	if (strcmp(words, "unknown") != 0 || text == NULL)
		return (words);
	at = strstr(text, "alert ");
	return (at == NULL ? text : at + strlen("alert "));
}

static int
put(unsigned long e, char *why, size_t size)
{
	const char *text = ERR_reason_error_string(e);
	int reason = ERR_GET_REASON(e);
	size_t i;

	if (reason == ERR_R_MALLOC_FAILURE) {
		(void)snprintf(why, size, "%s", strerror(ENOMEM));
		return (ENOMEM);
	}
	if (is_alert(e)) {
		(void)snprintf(why, size, "the peer has refused: %s",
		    alert_words(e));
		return (EPROTO);
	}
	if (ERR_GET_LIB(e) == ERR_LIB_SSL)
		for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			if (known[i].reason == reason) {
				(void)snprintf(why, size, "%s",
				    known[i].words);
				return (known[i].code);
			}
	if (ERR_GET_LIB(e) == ERR_LIB_PEM && reason == PEM_R_NO_START_LINE)
		text = "nothing of that kind in it, in PEM";
	else if (ERR_GET_LIB(e) == ERR_LIB_PEM &&
	    (reason == PEM_R_BAD_PASSWORD_READ || reason == PEM_R_BAD_DECRYPT))
		text = "it is locked by a password";
	else if (ERR_GET_LIB(e) == ERR_LIB_X509 &&
	    reason == X509_R_KEY_VALUES_MISMATCH)
		text = "the key is not the certificate's";
	(void)snprintf(why, size, "%s", text == NULL ? "TLS has failed" : text);
	return (EPROTO);
}

int
green__tls_reason(char *why, size_t size)
{
	unsigned long e = ERR_get_error();
	int code = put(e, why, size);

	ERR_clear_error();
	return (code);
}
