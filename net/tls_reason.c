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
	{ SSL_R_WRONG_VERSION_NUMBER, EPROTO,
	    "the peer offers no version of TLS that is allowed" },
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

/* Those that we have sent, and that reasons above stand for. */
static const struct {
	int	 alert, reason;
} sent[] = {
	{ SSL_AD_PROTOCOL_VERSION, SSL_R_UNSUPPORTED_PROTOCOL },
	{ SSL_AD_HANDSHAKE_FAILURE, SSL_R_NO_SHARED_CIPHER },
	{ SSL_AD_BAD_RECORD_MAC, SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC },
};

/* 1000 and the number of an alert. */
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

/* The oldest error, 0 for none, and whether there is text beside it. */
static unsigned long
take(bool *text)
{
	const char *data;
	int flags = 0;
	unsigned long e;

#ifdef HAVE_ERR_GET_ERROR_ALL
	e = ERR_get_error_all(NULL, NULL, NULL, &data, &flags);
#else
	e = ERR_get_error_line_data(NULL, NULL, &data, &flags);
#endif
	*text = (flags & ERR_TXT_STRING) != 0;
	return (e);
}

/* An alert from the peer comes with its number as text.  LibreSSL tells of those
   that it sends as well, without: they count if there is nothing else. */
static unsigned long
oldest(bool *own)
{
	unsigned long e, mine = 0;
	bool text;
	size_t i;

	while ((e = take(&text)) != 0 && is_alert(e) && !text)
		mine = e;
	*own = e == 0 && mine != 0;
	for (i = 0; *own && i < sizeof(sent) / sizeof(sent[0]); i++)
		if (sent[i].alert + SSL_AD_REASON_OFFSET ==
		    ERR_GET_REASON(mine)) {
			*own = false;
			e = ERR_PACK(ERR_LIB_SSL, 0, sent[i].reason);
		}
	return (*own ? mine : e);
}

static int
put(unsigned long e, bool own, char *why, size_t size)
{
	const char *text = ERR_reason_error_string(e);
	int reason = ERR_GET_REASON(e);
	size_t i;

	if (reason == ERR_R_MALLOC_FAILURE) {
		(void)snprintf(why, size, "%s", strerror(ENOMEM));
		return (ENOMEM);
	}
	if (is_alert(e)) {
		(void)snprintf(why, size, "%s: %s", own ?
		    "what the peer has sent was refused" :
		    "the peer has refused", alert_words(e));
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
	bool own;
	unsigned long e = oldest(&own);
	int code = put(e, own, why, size);

	ERR_clear_error();
	return (code);
}
