/* Timeouts: a scope with a deadline, around any piece of code. */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include <err.h>
#include <errno.h>
#include <stdio.h>

#include <green.h>

/* Two questions, of which each takes its time. */
static int
ask(int64_t each)
{
	for (int i = 0; i < 2; i++)
		if (green_sleep(each) == -1)
			return (-1);
	return (42);
}

static int
questions(void *arg)
{
	struct green_scope s;
	int rc;

	(void)arg;
	green_fail_after(&s, 60 * GREEN_SEC);
	rc = green_scope_close(&s, ask(10 * GREEN_MSEC));
	printf("the first answer: %d\n", rc);

	green_fail_after(&s, 50 * GREEN_MSEC);
	rc = green_scope_close(&s, ask(40 * GREEN_MSEC));
	if (rc == -1 && errno == ETIMEDOUT)
		printf("the second took too long\n");

	green_move_on_after(&s, 50 * GREEN_MSEC);
	rc = green_scope_close(&s, ask(40 * GREEN_MSEC));
	if (green_scope_caught(&s))
		printf("so did the third; never mind\n");
	return (rc);
}

int
main(void)
{
	if (green_run(questions, NULL, NULL) == -1)
		err(1, "questions");
	return (0);
}
