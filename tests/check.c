/*
 * Verdicts, and the loops that test bodies run in.  Every verdict ends up in
 * CUnit's records, with the values that were seen in its text.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "check.h"
#include "harness.h"

struct combo combo;
const struct green_options check_mock_clock = { .mock_clock = true };

bool
check_(bool ok, const char *what, const char *file, int line)
{
	if (!ok && in_child)
		fprintf(stderr, "%s:%d: %s\n", file, line, what);
	return (CU_assertImplementation(ok ? CU_TRUE : CU_FALSE,
	    (unsigned)line, what, file, "", CU_FALSE) != CU_FALSE);
}

bool
check_int_(intmax_t got, intmax_t want, const char *what, const char *file,
    int line)
{
	char text[512];
	int error = errno;

	if (got == want)
		return (check_(true, what, file, line));
	snprintf(text, sizeof(text), "%s is %jd%s%s%s, not %jd", what, got,
	    got == -1 ? " (" : "", got == -1 ? strerror(error) : "",
	    got == -1 ? ")" : "", want);
	return (check_(false, text, file, line));
}

bool
check_str_(const char *got, const char *want, const char *what,
    const char *file, int line)
{
	char text[1024];

	if (got == want || (got != NULL && want != NULL &&
	    strcmp(got, want) == 0))
		return (check_(true, what, file, line));
	snprintf(text, sizeof(text), "%s is \"%s\", not \"%s\"", what,
	    got == NULL ? "(null)" : got, want == NULL ? "(null)" : want);
	return (check_(false, text, file, line));
}

bool
check_has_(const char *whole, const char *part, const char *what,
    const char *file, int line)
{
	char text[2048];

	if (whole != NULL && strstr(whole, part) != NULL)
		return (check_(true, what, file, line));
	snprintf(text, sizeof(text), "%s has no \"%s\" in it: \"%s\"", what,
	    part, whole == NULL ? "(null)" : whole);
	return (check_(false, text, file, line));
}

bool
check_errno_(intmax_t rc, int code, const char *what, const char *file,
    int line)
{
	int error = errno;
	char text[512];

	if (rc == -1 && error == code)
		return (check_(true, what, file, line));
	if (rc == -1)
		snprintf(text, sizeof(text), "%s fails with \"%s\" (%d), not "
		    "\"%s\" (%d)", what, strerror(error), error,
		    strerror(code), code);
	else
		snprintf(text, sizeof(text), "%s is %jd, and does not fail "
		    "with \"%s\" (%d)", what, rc, strerror(code), code);
	return (check_(false, text, file, line));
}

bool
check_null_(const void *p, int code, const char *what, const char *file,
    int line)
{
	return (check_errno_(p == NULL ? -1 : 0, code, what, file, line));
}

int
check_run(green_fn *fn, void *arg, const struct green_options *opt)
{
	struct green_options o = { 0 };

	if (opt != NULL)
		o = *opt;
	o.backend = combo.reactor;
	return (green_run(fn, arg, &o));
}

static int
run_body(void *arg)
{
	void (**body)(void) = arg;

	(*body)();
	return (0);
}

void
check_in_loop_(void (*body)(void), const struct green_options *opt)
{
	check_int_(check_run(run_body, &body, opt), 0, "the loop's result",
	    __FILE__, __LINE__);
}
