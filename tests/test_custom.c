/*
 * Streams of the program's own: a memory pipe, whose receiver waits for a
 * semaphore, behind the interface that sockets have.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "streams.h"

struct memory {
	char	 data[256];
	size_t	 n;
	bool	 ended;
	struct green_event arrived;
	int	*closed;		/* counts; 100 more for an abort */
	int	 close_error;
};

static ssize_t
memory_receive(void *impl, void *buf, size_t max)
{
	struct memory *m = impl;
	size_t n;

	if (m->n == 0 && !m->ended && green_event_wait(&m->arrived) == -1)
		return (-1);
	n = m->n < max ? m->n : max;
	memcpy(buf, m->data, n);
	memmove(m->data, m->data + n, m->n -= n);
	return ((ssize_t)n);
}

static int
memory_sendv(void *impl, const struct iovec *iov, int n)
{
	struct memory *m = impl;

	for (; n > 0; n--, iov++) {
		if (m->n + iov->iov_len > sizeof(m->data)) {
			errno = ENOSPC;
			return (-1);
		}
		memcpy(m->data + m->n, iov->iov_base, iov->iov_len);
		m->n += iov->iov_len;
	}
	green_event_set(&m->arrived);
	return (0);
}

static int
memory_send_eof(void *impl)
{
	struct memory *m = impl;

	m->ended = true;
	green_event_set(&m->arrived);
	return (0);
}

static int
memory_close(void *impl, bool abort)
{
	struct memory *m = impl;
	int error = m->close_error;

	*m->closed += abort ? 100 : 1;
	free(m);
	errno = error;
	return (error == 0 ? 0 : -1);
}

static int
memory_attr(void *impl, enum green_attr a, void *value, size_t size)
{
	struct memory *m = impl;

	if (a != GREEN_ATTR_FAMILY || size != sizeof(int)) {
		errno = ENOTSUP;
		return (-1);
	}
	*(int *)value = m->ended;
	return (0);
}

static struct green_stream *
open_memory(int *closed, struct memory **impl)
{
	struct green_stream_ops ops = {
		.receive = memory_receive,
		.sendv = memory_sendv,
		.send_eof = memory_send_eof,
		.close = memory_close,
		.attr = memory_attr
	};
	struct memory *m = calloc(1, sizeof(*m));
	struct green_stream *s;

	*closed = 0;
	m->closed = closed;
	*impl = m;
	CHECK((s = green_stream_new(&ops, m)) != NULL);
	/* It was copied. */
	memset(&ops, 0, sizeof(ops));
	return (s);
}

GREEN_TEST(a_stream_of_ones_own_is_like_any_other)
{
	struct memory *m;
	int closed, n;
	struct green_stream *s = open_memory(&closed, &m);
	char *line, buf[8];

	CHECK_INT(green_stream_printf(s, "a %s\nrest", "line"), 0);
	CHECK_INT(green_stream_receive_line(s, 99, &line), 1);
	CHECK_STR(line, "a line");
	CHECK_INT(green_stream_receive(s, buf, sizeof(buf)), 4);
	CHECK_INT(green_stream_attr(s, GREEN_ATTR_FAMILY, &n, sizeof(n)), 0);
	CHECK_ERRNO(green_stream_attr(s, GREEN_ATTR_FD, &n, sizeof(n)),
	    ENOTSUP);
	CHECK_INT(green_stream_send_eof(s), 0);
	CHECK_ERRNO(green_stream_send(s, "x", 1), EPIPE);
	CHECK_INT(green_stream_receive(s, buf, sizeof(buf)), 0);
	CHECK_INT(green_stream_close(s), 0);
	CHECK_INT(closed, 1);
}

GREEN_TEST(closing_cancels_who_is_inside_and_then_frees)
{
	struct memory *m;
	int closed;
	struct green_stream *s = open_memory(&closed, &m);
	struct green_group g;
	char buf[8];
	struct call c = { .s = s, .buf = buf, .len = sizeof(buf) };

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_receive, &c), 0);
	settle();
	CHECK_ERRNO(green_stream_receive(s, buf, 1), EBUSY);
	CHECK_INT(green_stream_close(s), 0);
	CHECK(!c.done);
	CHECK_INT(closed, 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(c.rc, -1);
	CHECK_INT(c.error, EBADF);
	CHECK_INT(closed, 1);
}

/* Its own cancellation is what a task learns of, not that of the stream. */
GREEN_TEST(a_cancelled_call_stays_cancelled)
{
	struct memory *m;
	int closed;
	struct green_stream *s = open_memory(&closed, &m);
	struct green_scope scope;
	char buf[8];

	green_move_on_after(&scope, 5 * GREEN_MSEC);
	CHECK_ERRNO(green_stream_receive(s, buf, sizeof(buf)), ECANCELED);
	CHECK_ERRNO(green_stream_receive_exactly(s, buf, 8), ECANCELED);
	CHECK_INT(green_scope_close(&scope, 0), 0);
	CHECK_INT(green_stream_send(s, "later", 5), 0);
	CHECK_INT(green_stream_receive(s, buf, sizeof(buf)), 5);
	green_stream_abort(s);
	CHECK_INT(closed, 100);
}

GREEN_TEST(a_cancelled_closer_aborts)
{
	struct memory *m;
	int closed;
	struct green_stream *s = open_memory(&closed, &m);
	struct green_scope scope;

	green_scope_open(&scope);
	green_scope_cancel(&scope, NULL);
	CHECK_INT(green_stream_close(s), 0);
	CHECK_INT(green_scope_close(&scope, 0), 0);
	CHECK_INT(closed, 100);
}

GREEN_TEST(a_failed_close_says_so_and_closes)
{
	struct memory *m;
	int closed;
	struct green_stream *s = open_memory(&closed, &m);

	m->close_error = EIO;
	CHECK_ERRNO(green_stream_close(s), EIO);
	CHECK_INT(closed, 1);
}

GREEN_TEST(what_an_operation_lacks)
{
	struct green_stream_ops ops = { .receive = memory_receive };
	int closed, n;
	struct memory *m = calloc(1, sizeof(*m));
	struct green_stream *s;

	m->closed = &closed;
	closed = 0;
	CHECK_NULL(green_stream_new(&ops, m), EINVAL);
	ops.sendv = memory_sendv;
	CHECK_NULL(green_stream_new(&ops, m), EINVAL);
	ops.close = memory_close;
	REQUIRE(CHECK((s = green_stream_new(&ops, m)) != NULL));
	CHECK_ERRNO(green_stream_send_eof(s), ENOTSUP);
	CHECK_INT(green_stream_send(s, "x", 1), 0);
	CHECK_ERRNO(green_stream_attr(s, GREEN_ATTR_FD, &n, sizeof(n)),
	    ENOTSUP);
	CHECK_INT(green_stream_close(s), 0);
	CHECK_INT(closed, 1);
}

CU_TestInfo custom_tests[] = {
	CLAIM(a_stream_of_ones_own_is_like_any_other),
	CLAIM(closing_cancels_who_is_inside_and_then_frees),
	CLAIM(a_cancelled_call_stays_cancelled),
	CLAIM(a_cancelled_closer_aborts),
	CLAIM(a_failed_close_says_so_and_closes),
	CLAIM(what_an_operation_lacks),
	CU_TEST_INFO_NULL
};
