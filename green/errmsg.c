/*
 * Errors: errno says which, green_errmsg() says more where there is more to
 * say.  A task keeps the text of its last failure together with the errno that
 * it belongs to, so that a stale text is never taken for the answer.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

/* What the calls of a thread outside of any loop have to say. */
static _Thread_local struct {
	int	 code;
	char	 text[512];
} outside;

static void
set_text(int code, const char *text)
{
	struct green_task *t = green__task();

	if (t == NULL) {
		outside.code = text == NULL ? 0 : code;
		if (text != NULL)
			snprintf(outside.text, sizeof(outside.text), "%s",
			    text);
		return;
	}
	free(t->errmsg);
	t->errmsg = text == NULL ? NULL : strdup(text);
	t->errmsg_code = code;
}

int
green__fail(int code)
{
	struct green_task *t = green__task();

	if (t == NULL || t->errmsg != NULL)
		set_text(code, NULL);
	errno = code;
	return (-1);
}

int
green__fail_text(int code, const char *text)
{
	set_text(code, text);
	errno = code;
	return (-1);
}

int
green__failx(int code, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return (green__fail_text(code, text));
}

char *
green__fail_told(void)
{
	struct green_task *t = green__task();
	int error = errno;
	char *text = NULL;

	if (t == NULL && outside.code == error && error != 0)
		text = strdup(outside.text);
	else if (t != NULL && t->errmsg != NULL && t->errmsg_code == error)
		text = strdup(t->errmsg);
	errno = error;
	return (text);
}

const char *
green_errmsg(void)
{
	struct green_task *t = green__task();

	if (t == NULL)
		return (outside.code == errno && outside.code != 0 ?
		    outside.text : strerror(errno));
	if (t->errmsg != NULL && t->errmsg_code == errno)
		return (t->errmsg);
	return (strerror(errno));
}

void
green__die(const char *fmt, ...)
{
	char text[1024] = "libgreen: ";
	size_t len = strlen(text);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text + len, sizeof(text) - len - 1, fmt, ap);
	va_end(ap);
	len = strlen(text);
	text[len++] = '\n';
	(void)!write(STDERR_FILENO, text, len);
	abort();
}
