/*
 * green_test_stream(): all streams of the library pass, and streams that are
 * broken in any of many ways do not.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <green/process.h>
#include <green/testing.h>

#include "check.h"
#include "pair.h"
#include "scratch.h"
#include "streams.h"

static int
make_pair(void *capacity, struct green_stream *end[2])
{
	return (green_stream_pair(*(size_t *)capacity, end));
}

static int
make_tcp(void *unused, struct green_stream *end[2])
{
	(void)unused;
	return (streams_open(end) ? 0 : -1);
}

static int
make_unix(void *unused, struct green_stream *end[2])
{
	(void)unused;
	return (streams_open_local(end) ? 0 : -1);
}

static bool
open_fifo(int fd[2])
{
	char *path = scratch_path("conform");
	bool ok = CHECK_INT(mkfifo(path, 0600), 0);

	if (ok) {
		fd[0] = open(path, O_RDONLY | O_NONBLOCK);
		fd[1] = open(path, O_WRONLY | O_NONBLOCK);
		ok = CHECK(fd[0] != -1 && fd[1] != -1);
		CHECK_INT(unlink(path), 0);
	}
	free(path);
	return (ok);
}

/* Two pipes or FIFOs, each end a staple. */
static int
make_pipes(void *fifo, struct green_stream *end[2])
{
	struct green_stream *a[2], *b[2];
	int fd[2], i;

	for (i = 0; i < 2; i++) {
		if (!CHECK(fifo != NULL ? open_fifo(fd) : pair_open_pipe(fd)) ||
		    !CHECK((a[i] = green_stream_from_fd(fd[0])) != NULL) ||
		    !CHECK((b[i] = green_stream_from_fd(fd[1])) != NULL))
			return (-1);
	}
	end[0] = green_stream_staple(b[0], a[1]);
	end[1] = green_stream_staple(b[1], a[0]);
	return (CHECK(end[0] != NULL && end[1] != NULL) ? 0 : -1);
}

/* One for each direction, copying. */
struct cats {
	struct green_process *p[2];
};

static void
close_cats(struct cats *c)
{
	int i;

	for (i = 0; i < 2; i++) {
		CHECK_INT(green_process_close(c->p[i]), 0);
		c->p[i] = NULL;
	}
}

static int
make_cats(void *arg, struct green_stream *end[2])
{
	static char *const argv[] = { (char *)(uintptr_t)"cat", NULL };
	const struct green_process_options opt = {
		.in = GREEN_STDIO_PIPE,
		.out = GREEN_STDIO_PIPE
	};
	struct cats *c = arg;
	int i;

	close_cats(c);		/* those of the claim before */
	for (i = 0; i < 2; i++)
		if ((c->p[i] = green_process_open(argv, &opt)) == NULL)
			return (-1);
	for (i = 0; i < 2; i++)
		end[i] = green_stream_staple(green_process_stdin(c->p[i]),
		    green_process_stdout(c->p[1 - i]));
	return (CHECK(end[0] != NULL && end[1] != NULL) ? 0 : -1);
}

/*
 * A stream of the program's own, on top of one that is as it should be, with
 * something wrong.
 */
enum fault {
	NONE,
	NO_HALF_CLOSE,			/* that is allowed */
	DROPS_BYTES,
	CHANGES_BYTES,
	SWAPS_BYTES,
	DROPS_PIECES,
	ENDS_EARLY,
	NEVER_ENDS,
	ENDS_BOTH_WAYS,
	LOSES_WHEN_CANCELLED,
	HIDES_CANCELLATION,
	SENDS_HALF,
	SENDS_TO_NOBODY,
	FAILS_BY_EIO,
	STAYS_OPEN,
	FAILS_TO_CLOSE,
	KNOWS_EVERYTHING,
	RAISES_SIGPIPE
};
struct faulty {
	struct green_stream *inner;
	enum fault fault;
	size_t	 received;
	size_t	 sent;
};

static ssize_t
faulty_receive(void *impl, void *buf, size_t max)
{
	struct faulty *f = impl;
	char *p = buf, c;
	ssize_t n;

	if (f->received > (f->fault == ENDS_EARLY ? 10000 : SIZE_MAX / 2))
		return (0);
	n = green_stream_receive(f->inner, buf, max);
	if (n > 0)
		f->received += (size_t)n;
	if (f->fault == LOSES_WHEN_CANCELLED && n > 0 &&
	    green_checkpoint() == -1)
		return (-1);
	if (f->fault == HIDES_CANCELLATION && n == -1 && errno == ECANCELED)
		return (0);
	if (f->fault == NEVER_ENDS && n == 0)
		return (green_sleep_forever());
	if (f->fault == FAILS_BY_EIO && n == 0) {
		errno = EIO;
		return (-1);
	}
	if (f->fault == CHANGES_BYTES && n > 99)
		p[50]++;
	if (f->fault == SWAPS_BYTES && n > 1) {
		c = p[0];
		p[0] = p[1];
		p[1] = c;
	}
	return (f->fault == DROPS_BYTES && n > 1 ? n - 1 : n);
}

static int
faulty_sendv(void *impl, const struct iovec *iov, int n)
{
	struct faulty *f = impl;

	f->sent++;
	if (f->fault == DROPS_PIECES && n > 1)
		n--;
	if (f->fault == SENDS_HALF && iov->iov_len > 1000)
		return (green_stream_send(f->inner, iov->iov_base,
		    iov->iov_len / 2));
	if (green_stream_sendv(f->inner, iov, n) == 0)
		return (0);
	if (f->fault == RAISES_SIGPIPE && errno == EPIPE) {
		(void)raise(SIGPIPE);
		errno = EPIPE;
	}
	return (f->fault == SENDS_TO_NOBODY && errno == EPIPE ? 0 : -1);
}

static int
faulty_send_eof(void *impl)
{
	struct faulty *f = impl;

	if (f->fault == NO_HALF_CLOSE) {
		errno = ENOTSUP;
		return (-1);
	}
	if (f->fault == ENDS_BOTH_WAYS)
		f->received = SIZE_MAX;
	return (green_stream_send_eof(f->inner));
}

/* What stays open is closed in the end. */
static struct green_stream *left_open[64];
static int nleft;

static int
faulty_close(void *impl, bool abort)
{
	struct faulty *f = impl;
	enum fault fault = f->fault;
	int rc = 0;

	if (fault == STAYS_OPEN && nleft < 64)
		left_open[nleft++] = f->inner;
	else if (abort)
		green_stream_abort(f->inner);
	else
		rc = green_stream_close(f->inner);
	free(f);
	errno = EIO;
	return (fault == FAILS_TO_CLOSE ? -1 : rc);
}

static int
faulty_attr(void *impl, enum green_attr a, void *value, size_t size)
{
	struct faulty *f = impl;

	if (f->fault == KNOWS_EVERYTHING) {
		memset(value, 0, size);
		return (0);
	}
	return (green_stream_attr(f->inner, a, value, size));
}

static const struct green_stream_ops faulty_ops = {
	.receive = faulty_receive,
	.sendv = faulty_sendv,
	.send_eof = faulty_send_eof,
	.close = faulty_close,
	.attr = faulty_attr
};

static int
make_faulty(void *fault, struct green_stream *end[2])
{
	struct faulty *f;
	int i;

	if (green_stream_pair(5000, end) == -1)
		return (-1);
	for (i = 0; i < 2; i++) {
		if ((f = calloc(1, sizeof(*f))) == NULL)
			return (-1);
		f->inner = end[i];
		f->fault = *(enum fault *)fault;
		if ((end[i] = green_stream_new(&faulty_ops, f)) == NULL)
			return (-1);
	}
	return (0);
}

MOCK_TEST(pairs_conform)
{
	static size_t capacity[] = { 0, 1, 100, 65536 };
	size_t i;

	for (i = 0; i < sizeof(capacity) / sizeof(*capacity); i++)
		CHECK_INT(green_test_stream(make_pair, &capacity[i]), 0);
}

GREEN_TEST(tcp_streams_conform)
{
	CHECK_INT(green_test_stream(make_tcp, NULL), 0);
}

GREEN_TEST(unix_streams_conform)
{
	CHECK_INT(green_test_stream(make_unix, NULL), 0);
}

GREEN_TEST(stapled_pipes_conform)
{
	CHECK_INT(green_test_stream(make_pipes, NULL), 0);
}

GREEN_TEST(stapled_fifos_conform)
{
	char fifo;

	CHECK_INT(green_test_stream(make_pipes, &fifo), 0);
}

GREEN_TEST(stapled_streams_of_processes_conform)
{
	struct cats c = { { NULL, NULL } };

	CHECK_INT(green_test_stream(make_cats, &c), 0);
	close_cats(&c);
}

MOCK_TEST(streams_of_ones_own_conform)
{
	enum fault f;

	for (f = NONE; f <= NO_HALF_CLOSE; f++)
		CHECK_INT(green_test_stream(make_faulty, &f), 0);
}

static int
try_faulty(void *fault)
{
	CHECK_ERRNO(green_test_stream(make_faulty, fault), EPROTO);
	while (nleft > 0)
		(void)green_stream_close(left_open[--nleft]);
	return (0);
}

PLAIN_TEST(broken_streams_do_not_conform)
{
	static const struct {
		enum fault fault;
		const char *text;
	} broken[] = {
		{ DROPS_BYTES, "tiny pieces come in order" },
		{ CHANGES_BYTES, "what is sent is received" },
		{ SWAPS_BYTES, "other bytes have come than were sent" },
		{ DROPS_PIECES, "pieces are sent as one" },
		{ ENDS_EARLY, "much goes both ways at once" },
		{ NEVER_ENDS, "the other sides close is an end" },
		{ ENDS_BOTH_WAYS, "an end is 0 and half a close" },
		{ LOSES_WHEN_CANCELLED, "cancelling a receive loses nothing" },
		{ HIDES_CANCELLATION, "a cancelled receive returned 0" },
		{ SENDS_HALF, "much goes both ways at once" },
		{ SENDS_TO_NOBODY, "sending to nobody fails" },
		{ FAILS_BY_EIO, "the other sides close is an end" },
		{ STAYS_OPEN, "the other sides close ends a send" },
		{ FAILS_TO_CLOSE, "the other sides close is an end" },
		{ KNOWS_EVERYTHING, "unknown facts are enotsup" },
		{ RAISES_SIGPIPE, "SIGPIPE was raised" }
	};
	enum fault fault;
	size_t i;

	for (i = 0; i < sizeof(broken) / sizeof(*broken); i++) {
		fault = broken[i].fault;
		survives_mocked(try_faulty, &fault, broken[i].text);
	}
}

static int
make_nothing(void *unused, struct green_stream *end[2])
{
	(void)unused;
	(void)end;
	errno = EMFILE;
	return (-1);
}

static int
try_nothing(void *unused)
{
	CHECK_ERRNO(green_test_stream(make_nothing, unused), EMFILE);
	return (0);
}

PLAIN_TEST(two_ends_are_needed)
{
	survives(try_nothing, NULL, "no two ends: ");
}

CU_TestInfo conform_tests[] = {
	CLAIM(pairs_conform),
	CLAIM(tcp_streams_conform),
	CLAIM(unix_streams_conform),
	CLAIM(stapled_pipes_conform),
	CLAIM(stapled_fifos_conform),
	CLAIM(stapled_streams_of_processes_conform),
	CLAIM(streams_of_ones_own_conform),
	CLAIM(broken_streams_do_not_conform),
	CLAIM(two_ends_are_needed),
	CU_TEST_INFO_NULL
};
