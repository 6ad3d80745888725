/*
 * Text in other encodings: characters cut anywhere, states that come and go,
 * what is no text, and the half character at the end.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <green/testing.h>

#include "check.h"
#include "streams.h"

/* A text stream, and the other end of what is below; or NULL: no such thing. */
static struct green_stream *
open_text(const char *encoding, struct green_stream **far)
{
	struct green_stream *end[2], *s;

	if (!CHECK_INT(green_stream_pair(65536, end), 0))
		return (NULL);
	*far = end[1];
	if ((s = green_text(end[0], encoding)) == NULL) {
		CHECK_INT(errno, EINVAL);
		CHECK_INT(green_stream_close(end[1]), 0);
	}
	return (s);
}

/* What one sends, in pieces of n bytes, the other receives as that. */
static bool
converts(struct green_stream *from, const char *sent, size_t len, size_t n,
    struct green_stream *to, const char *want, size_t want_len)
{
	char *got = malloc(want_len + 1);
	size_t at, have = 0;
	ssize_t r = 1;
	bool ok;

	for (at = 0; at < len; at += n)
		if (!CHECK_INT(green_stream_send(from, sent + at, n < len - at ?
		    n : len - at), 0))
			break;
	if (!CHECK_INT(green_stream_send_eof(from), 0))
		return (false);
	while (have <= want_len && (r = green_stream_receive(to, got + have,
	    n < want_len + 1 - have ? n : want_len + 1 - have)) > 0)
		have += (size_t)r;
	CHECK_INT(r, 0);
	ok = CHECK_INT(have, want_len) && CHECK(memcmp(got, want, have) == 0);
	free(got);
	return (ok);
}

#define PIECES	{ 1, 2, 3, 5, 31, 1000 }
static const struct sample {
	const char *encoding;
	const char *text;
	size_t	 text_len;
	const char *coded;
	size_t	 coded_len;
} samples[] = {
#define SAMPLE(encoding, text, coded)					\
	{ encoding, text, sizeof(text) - 1, coded, sizeof(coded) - 1 }
	SAMPLE("UTF-8", "gr\xc3\xbcn \xe7\xb7\x91 \xf0\x9f\x8c\xb1",
	    "gr\xc3\xbcn \xe7\xb7\x91 \xf0\x9f\x8c\xb1"),
	SAMPLE("ISO-8859-1", "gr\xc3\xbcn\n", "gr\xfcn\n"),
	SAMPLE("UTF-16LE", "\xe7\xb7\x91\xf0\x9f\x8c\xb1" "a",
	    "\xd1\x7d\x3c\xd8\x31\xdf" "a\0"),
	SAMPLE("UTF-32BE", "\xf0\x9f\x8c\xb1", "\0\x01\xf3\x31"),
	SAMPLE("ISO-2022-JP", "a\xe7\xb7\x91\xe7\xb7\x91",
	    "a\x1b$BNPNP\x1b(B"),
	SAMPLE("EUC-JP", "\xe7\xb7\x91", "\xce\xd0")
};
#define EACH_SAMPLE(s)							\
	for (s = samples; s < samples + sizeof(samples) / sizeof(*samples); s++)

MOCK_TEST(characters_may_be_cut_anywhere_in_both_directions)
{
	static const size_t n[] = PIECES;
	const struct sample *x;
	struct green_stream *s, *far;
	size_t i, tried = 0;

	EACH_SAMPLE(x)
		for (i = 0; i < sizeof(n) / sizeof(*n); i++) {
			if ((s = open_text(x->encoding, &far)) == NULL)
				break;
			tried++;
			/* Both, and the end of one is none of the other's. */
			converts(far, x->coded, x->coded_len, n[i], s, x->text,
			    x->text_len);
			converts(s, x->text, x->text_len, n[i], far, x->coded,
			    x->coded_len);
			CHECK_INT(green_stream_close(s), 0);
			CHECK_INT(green_stream_close(far), 0);
		}
	CHECK(tried >= 12);
}

MOCK_TEST(a_byte_order_mark_comes_once)
{
	struct green_stream *s, *far;
	char buf[16];

	REQUIRE((s = open_text("UTF-16", &far)) != NULL);
	CHECK_INT(green_stream_send(s, "a", 1), 0);
	CHECK_INT(green_stream_send(s, "b", 1), 0);
	CHECK_INT(green_stream_send_eof(s), 0);
	CHECK_INT(green_stream_receive_exactly(far, buf, sizeof(buf)), 6);
	CHECK((unsigned char)buf[0] + (unsigned char)buf[1] == 0xff + 0xfe);
	/* And is understood, whichever it is. */
	CHECK_INT(green_stream_send(far, "\xfe\xff\0x\0y", 6), 0);
	CHECK_INT(green_stream_receive(s, buf, sizeof(buf)), 2);
	CHECK(memcmp(buf, "xy", 2) == 0);
	CHECK_INT(green_stream_close(s), 0);
	CHECK_INT(green_stream_close(far), 0);
}

/* Nothing is sent to whom nothing was sent. */
MOCK_TEST(an_empty_text_is_empty)
{
	static const char *const encoding[] = { "UTF-16", "ISO-2022-JP" };
	struct green_stream *s, *far;
	char c;
	int i;

	for (i = 0; i < 2; i++) {
		REQUIRE((s = open_text(encoding[i], &far)) != NULL);
		CHECK_INT(green_stream_send(s, "", 0), 0);
		CHECK_INT(green_stream_close(s), 0);
		CHECK_INT(green_stream_receive(far, &c, 1), 0);
		CHECK_INT(green_stream_close(far), 0);
	}
}

MOCK_TEST(closing_a_text_returns_to_the_first_state)
{
	struct green_stream *s, *far;
	char buf[32];

	REQUIRE((s = open_text("ISO-2022-JP", &far)) != NULL);
	CHECK_INT(green_stream_send(s, "\xe7\xb7\x91", 3), 0);
	CHECK_INT(green_stream_receive(far, buf, sizeof(buf)), 5);
	CHECK_INT(green_stream_close(s), 0);
	CHECK_INT(green_stream_receive(far, buf, sizeof(buf)), 3);
	CHECK(memcmp(buf, "\x1b(B", 3) == 0);
	CHECK_INT(green_stream_receive(far, buf, sizeof(buf)), 0);
	CHECK_INT(green_stream_close(far), 0);

	REQUIRE((s = open_text("ISO-2022-JP", &far)) != NULL);
	CHECK_INT(green_stream_send(s, "\xe7\xb7\x91", 3), 0);
	CHECK_INT(green_stream_receive(far, buf, sizeof(buf)), 5);
	green_stream_abort(s);
	CHECK_INT(green_stream_receive(far, buf, sizeof(buf)), 0);
	CHECK_INT(green_stream_close(far), 0);
}

/* It stays where it is, behind what is valid. */
MOCK_TEST(what_is_no_text_is_eilseq_when_it_is_received)
{
	struct green_stream *s, *far;
	char buf[64];

	REQUIRE((s = open_text("UTF-8", &far)) != NULL);
	CHECK_INT(green_stream_send(far, "good\xff" "bad", 8), 0);
	CHECK_INT(green_stream_receive(s, buf, sizeof(buf)), 4);
	CHECK_ERRNO(green_stream_receive(s, buf, sizeof(buf)), EILSEQ);
	CHECK_ERRNO(green_stream_receive(s, buf, 1), EILSEQ);
	CHECK_INT(green_stream_close(s), 0);
	CHECK_INT(green_stream_close(far), 0);
}

MOCK_TEST(what_is_no_text_is_eilseq_when_it_is_sent)
{
	struct green_stream *s, *far;
	char buf[64];

	REQUIRE((s = open_text("ISO-8859-1", &far)) != NULL);
	CHECK_ERRNO(green_stream_send(s, "good\xff" "bad", 8), EILSEQ);
	/* Text, but not there. */
	CHECK_ERRNO(green_stream_send(s, "!\xe7\xb7\x91", 4), EILSEQ);
	CHECK_INT(green_stream_send(s, "?", 1), 0);
	CHECK_INT(green_stream_receive(far, buf, sizeof(buf)), 6);
	CHECK(memcmp(buf, "good!?", 6) == 0);
	CHECK_INT(green_stream_close(s), 0);
	CHECK_INT(green_stream_close(far), 0);
}

MOCK_TEST(half_a_character_at_the_end_is_eilseq)
{
	struct green_stream *s, *far;
	char buf[64];

	REQUIRE((s = open_text("UTF-16LE", &far)) != NULL);
	CHECK_INT(green_stream_send(far, "a\0b", 3), 0);
	CHECK_INT(green_stream_send_eof(far), 0);
	CHECK_INT(green_stream_receive(s, buf, sizeof(buf)), 1);
	CHECK_ERRNO(green_stream_receive(s, buf, sizeof(buf)), EILSEQ);
	CHECK_ERRNO(green_stream_receive(s, buf, sizeof(buf)), EILSEQ);

	/* The rest may still come. */
	CHECK_INT(green_stream_send(s, "a\xc3", 2), 0);
	CHECK_ERRNO(green_stream_send_eof(s), EILSEQ);
	CHECK_INT(green_stream_send(s, "\xbc\xc3", 2), 0);
	CHECK_INT(green_stream_receive(far, buf, sizeof(buf)), 4);
	CHECK_ERRNO(green_stream_close(s), EILSEQ);
	CHECK_INT(green_stream_receive(far, buf, sizeof(buf)), 0);
	CHECK_INT(green_stream_close(far), 0);
}

/* More than any buffer holds, with characters across its bounds. */
MOCK_TEST(much_text_is_converted_in_both_directions)
{
	enum { N = 50000 };
	struct green_stream *end[2], *a, *b;
	struct green_group g;
	char *text = malloc(3 * N + 2), *got = malloc(3 * N + 2);
	struct call c = { .buf = text, .len = 3 * N + 1 };
	int i;

	text[0] = 'x';
	for (i = 0; i < N; i++)
		memcpy(text + 1 + 3 * i, i % 2 == 0 ? "\xe7\xb7\x91" :
		    "\xe3\x81\x82", 3);
	/* Text, coded, and decoded by another one. */
	REQUIRE(CHECK_INT(green_stream_pair(100, end), 0));
	a = green_text(end[0], "UTF-16LE");
	b = green_text(end[1], "UTF-16LE");
	REQUIRE(CHECK(a != NULL && b != NULL));
	c.s = a;
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_send, &c), 0);
	CHECK_INT(green_stream_receive_exactly(b, got, 3 * N + 1), 3 * N + 1);
	CHECK(memcmp(text, got, 3 * N + 1) == 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(c.rc, 0);
	CHECK_INT(green_stream_close(a), 0);
	CHECK_INT(green_stream_close(b), 0);
	free(text);
	free(got);
}

MOCK_TEST(a_cancelled_receive_of_text_loses_nothing)
{
	struct green_stream *s, *far;
	struct green_scope scope;
	char *line;

	REQUIRE((s = open_text("UTF-16LE", &far)) != NULL);
	CHECK_INT(green_stream_send(far, "a\0b\0c", 5), 0);
	green_move_on_after(&scope, GREEN_SEC);
	CHECK_ERRNO(green_stream_receive_line(s, 99, &line), ECANCELED);
	CHECK_INT(green_scope_close(&scope, 0), 0);
	CHECK_INT(green_stream_send(far, "\0\n\0", 3), 0);
	CHECK_INT(green_stream_receive_line(s, 99, &line), 1);
	CHECK_STR(line, "abc");
	CHECK_INT(green_stream_close(s), 0);
	CHECK_INT(green_stream_close(far), 0);
}

static int
call_send_eof(void *call)
{
	struct call *c = call;

	c->rc = green_stream_send_eof(c->s);
	c->error = errno;
	c->done = true;
	return (0);
}

/*
 * It is closed under a task that has just been woken by the other end, and goes
 * on when what is below has gone, of which it would want more.
 */
static void
close_under(struct green_stream *s, struct green_stream *far, green_fn *call,
    size_t len)
{
	static char buf[20000], got[20000];
	struct call c = { .s = s, .buf = buf, .len = len };
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call, &c), 0);
	settle();
	CHECK(!c.done);
	if (call == call_receive)
		CHECK_INT(green_stream_send(far, "a", 1), 0);
	else
		CHECK(green_stream_receive(far, got, sizeof(got)) > 0);
	CHECK_INT(green_stream_close(s), 0);
	CHECK_INT(green_stream_close(far), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(c.rc, -1);
	CHECK_INT(c.error, EBADF);
}

MOCK_TEST(closing_a_text_under_its_users_is_ebadf)
{
	struct green_stream *end[2], *s;

	REQUIRE(CHECK_INT(green_stream_pair(5, end), 0));
	REQUIRE(CHECK((s = green_text(end[0], "UTF-16LE")) != NULL));
	close_under(s, end[1], call_receive, 100);
	REQUIRE(CHECK_INT(green_stream_pair(5, end), 0));
	REQUIRE(CHECK((s = green_text(end[0], "UTF-16LE")) != NULL));
	close_under(s, end[1], call_send, 20000);
	REQUIRE(CHECK_INT(green_stream_pair(5, end), 0));
	REQUIRE(CHECK((s = green_text(end[0], "ISO-2022-JP")) != NULL));
	CHECK_INT(green_stream_send(s, "\xe7\xb7\x91", 3), 0);
	close_under(s, end[1], call_send_eof, 0);
}

MOCK_TEST(an_unknown_encoding_is_einval_and_closes)
{
	struct green_stream *end[2];
	char c;

	REQUIRE(CHECK_INT(green_stream_pair(8, end), 0));
	CHECK_NULL(green_text(end[0], "no-such-encoding"), EINVAL);
	CHECK_HAS(green_errmsg(), "no-such-encoding");
	CHECK_INT(green_stream_receive(end[1], &c, 1), 0);
	CHECK_INT(green_stream_close(end[1]), 0);
}

GREEN_TEST(facts_about_a_text_are_those_of_what_is_below)
{
	struct green_stream *end[2], *s;
	int fd;

	REQUIRE(streams_open(end));
	REQUIRE(CHECK((s = green_text(end[0], "UTF-8")) != NULL));
	CHECK_INT(green_stream_attr(s, GREEN_ATTR_FD, &fd, sizeof(fd)), 0);
	CHECK(fd > 2);
	CHECK_INT(green_stream_set(s, GREEN_OPT_NODELAY, 0), 0);
	CHECK_INT(green_stream_close(s), 0);
	CHECK_INT(green_stream_close(end[1]), 0);
}

static int
make_text(void *encoding, struct green_stream *end[2])
{
	if (green_stream_pair(1000, end) == -1)
		return (-1);
	end[0] = green_text(end[0], encoding);
	end[1] = green_text(end[1], encoding);
	return (CHECK(end[0] != NULL && end[1] != NULL) ? 0 : -1);
}

MOCK_TEST(texts_conform)
{
	char utf8[] = "UTF-8", utf16[] = "UTF-16LE", jp[] = "ISO-2022-JP";

	CHECK_INT(green_test_stream(make_text, utf8), 0);
	CHECK_INT(green_test_stream(make_text, utf16), 0);
	CHECK_INT(green_test_stream(make_text, jp), 0);
}

CU_TestInfo text_tests[] = {
	CLAIM(texts_conform),
	CLAIM(characters_may_be_cut_anywhere_in_both_directions),
	CLAIM(a_byte_order_mark_comes_once),
	CLAIM(an_empty_text_is_empty),
	CLAIM(closing_a_text_returns_to_the_first_state),
	CLAIM(what_is_no_text_is_eilseq_when_it_is_received),
	CLAIM(what_is_no_text_is_eilseq_when_it_is_sent),
	CLAIM(half_a_character_at_the_end_is_eilseq),
	CLAIM(much_text_is_converted_in_both_directions),
	CLAIM(a_cancelled_receive_of_text_loses_nothing),
	CLAIM(closing_a_text_under_its_users_is_ebadf),
	CLAIM(an_unknown_encoding_is_einval_and_closes),
	CLAIM(facts_about_a_text_are_those_of_what_is_below),
	CU_TEST_INFO_NULL
};
