/* A mailbox with a lock and a condition, and a reader who loses patience. */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include <err.h>
#include <errno.h>
#include <stdio.h>

#include <green.h>

struct mailbox {
	struct green_cond changed;	/* with a lock of its own */
	int	 letters;
};

static bool
has_letters(void *arg)
{
	struct mailbox *m = arg;

	return (m->letters > 0);
}

/* pthread_cond_timedwait() in a loop: the scope has the time, wait_for the loop. */
static int
take(struct mailbox *m, int64_t patience)
{
	struct green_scope s;
	int rc;

	green_fail_after(&s, patience);
	if ((rc = green_cond_acquire(&m->changed)) == 0) {
		rc = green_cond_wait_for(&m->changed, has_letters, m);
		if (rc == 0)
			m->letters--;
		if (green_cond_release(&m->changed) == -1)
			rc = -1;
	}
	return (green_scope_close(&s, rc));
}

static int
reader(void *arg)
{
	int n = 0;

	while (take(arg, 200 * GREEN_MSEC) == 0)
		n++;
	if (errno != ETIMEDOUT)
		return (-1);
	printf("%d letters, and then nothing\n", n);
	return (n);
}

static int
postman(void *arg)
{
	struct mailbox *m = arg;

	for (int i = 0; i < 3; i++) {
		if (green_sleep(10 * GREEN_MSEC) == -1 ||
		    green_cond_acquire(&m->changed) == -1)
			return (-1);
		m->letters++;
		if (green_cond_notify(&m->changed, 1) == -1 ||
		    green_cond_release(&m->changed) == -1)
			return (-1);
	}
	return (0);
}

static int
street(void *arg)
{
	struct mailbox m = { .letters = 0 };
	struct green_group g;
	int rc;

	(void)arg;
	green_cond_init(&m.changed, NULL);
	green_group_open(&g);				/* pthread_create() */
	if ((rc = green_spawn(&g, postman, &m)) == 0)
		rc = green_spawn(&g, reader, &m);
	return (green_group_close(&g, rc));		/* pthread_join() */
}

int
main(void)
{
	/* On this clock nobody's patience takes any time. */
	const struct green_options opt = { .mock_clock = true };

	if (green_run(street, NULL, &opt) == -1)
		err(1, "street");
	return (0);
}
