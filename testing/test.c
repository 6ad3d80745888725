/*
 * One test on every backend.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <green/testing.h>

#include "internal.h"

/* 0, or why it has failed. */
static int
run_on(const char *backend, green_fn *fn, void *arg,
    const struct green_options *opt)
{
	struct green_options o = { 0 };
	struct green__remains before;
	char who[64];
	int rc, error = 0;

	if (opt != NULL)
		o = *opt;
	o.backend = backend;
	snprintf(who, sizeof(who), "green_test: on %s", backend);
	green__remains_settle();
	green__remains_note(&before);
	rc = green_run(fn, arg, &o);
	if (rc == -1) {
		error = errno;
		fprintf(stderr, "%s: %s\n", who, green_errmsg());
	} else if (rc != 0) {
		error = EPROTO;
		fprintf(stderr, "%s: the test returns %d\n", who, rc);
	}
	if (!green__remains_none(&before, who) && error == 0)
		error = EPROTO;
	return (error);
}

int
green_test(green_fn *fn, void *arg, const struct green_options *opt)
{
	const char *one[] = { opt == NULL ? NULL : opt->backend, NULL };
	const char *const *backends = one;
	int error, first = 0;

	if (green_backend() != NULL) {
		errno = EBUSY;
		return (-1);
	}
	if (one[0] == NULL)
		one[0] = getenv("GREEN_BACKEND");
	if (one[0] == NULL || *one[0] == '\0')
		backends = green_backends();
	for (; *backends != NULL; backends++) {
		error = run_on(*backends, fn, arg, opt);
		if (first == 0)
			first = error;
	}
	errno = first;
	return (first == 0 ? 0 : -1);
}
