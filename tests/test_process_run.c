/* Programs run to their end: input in, output out. */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/wait.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "processes.h"

static const struct green_process_options in_shell = { .shell = true };

static void
output_free(struct green_output *res)
{
	free(res->out);
	free(res->err);
}

static bool
is_zero(const struct green_output *res)
{
	return (res->status == 0 && res->out == NULL && res->err == NULL &&
	    res->out_len == 0 && res->err_len == 0);
}

GREEN_TEST(both_outputs_are_collected)
{
	struct green_output res;

	CHECK_INT(green_process_run(ARGV("echo out; echo err >&2; exit 3"),
	    &in_shell, NULL, 0, false, &res), 0);
	CHECK_INT(WEXITSTATUS(res.status), 3);
	CHECK_STR((char *)res.out, "out\n");
	CHECK_INT(res.out_len, 4);
	CHECK_STR((char *)res.err, "err\n");
	CHECK_INT(res.err_len, 4);
	output_free(&res);
}

GREEN_TEST(input_is_sent_and_ends)
{
	struct green_output res;

	CHECK_INT(green_process_run(ARGV("tr", "a-z", "A-Z"), NULL, "quiet", 5,
	    true, &res), 0);
	CHECK_STR((char *)res.out, "QUIET");
	output_free(&res);
}

GREEN_TEST(without_input_stdin_is_empty)
{
	struct green_output res;

	CHECK_INT(green_process_run(ARGV("cat"), NULL, NULL, 0, true, &res), 0);
	CHECK_INT(res.out_len, 0);
	CHECK(res.out != NULL);
	output_free(&res);
}

GREEN_TEST(the_result_may_be_dropped)
{
	CHECK_INT(green_process_run(ARGV("echo", "x"), NULL, NULL, 0, true,
	    NULL), 0);
}

GREEN_TEST(a_status_other_than_0_is_eio_if_it_is_checked)
{
	struct green_output res;

	CHECK_ERRNO(green_process_run(ARGV("echo out; echo 'no such luck' >&2; "
	    "exit 9"), &in_shell, NULL, 0, true, &res), EIO);
	CHECK_STR(green_errmsg(), "exit status 9: no such luck");
	CHECK_INT(WEXITSTATUS(res.status), 9);
	CHECK_STR((char *)res.out, "out\n");
	output_free(&res);
	CHECK_ERRNO(green_process_run(ARGV("kill -KILL $$"), &in_shell, NULL,
	    0, true, NULL), EIO);
	CHECK_HAS(green_errmsg(), "ended by signal 9");
}

GREEN_TEST(what_cannot_be_run_leaves_the_result_empty)
{
	struct green_output res;

	memset(&res, 1, sizeof(res));
	CHECK_ERRNO(green_process_run(ARGV("no-such-program"), NULL, NULL, 0,
	    true, &res), ENOENT);
	CHECK(is_zero(&res));
}

GREEN_TEST(input_needs_a_pipe)
{
	const struct green_process_options o = { .in = GREEN_STDIO_NULL };
	struct green_output res;

	CHECK_ERRNO(green_process_run(ARGV("cat"), &o, "x", 1, true, &res),
	    EINVAL);
	CHECK(is_zero(&res));
}

GREEN_TEST(a_program_that_does_not_read_its_input_is_no_failure)
{
	size_t len = 1024 * 1024;
	char *input = calloc(1, len);
	struct green_output res;

	REQUIRE(CHECK(input != NULL));
	CHECK_INT(green_process_run(ARGV("echo done"), &in_shell, input, len,
	    true, &res), 0);
	CHECK_STR((char *)res.out, "done\n");
	output_free(&res);
	free(input);
}

GREEN_TEST(a_flood_of_output_while_input_is_read_slowly)
{
	size_t len = 256 * 1024;
	char *input = calloc(1, len);
	struct green_output res;

	REQUIRE(CHECK(input != NULL));
	memset(input, 'x', len);
	/* More on both than pipes hold, before anything is read. */
	CHECK_INT(green_process_run(ARGV("head -c 300000 /dev/zero; "
	    "head -c 200000 /dev/zero >&2; wc -c"), &in_shell, input, len,
	    true, &res), 0);
	CHECK_INT(res.err_len, 200000);
	REQUIRE(CHECK(res.out_len > 300000));
	CHECK_INT(strtol((char *)res.out + 300000, NULL, 10), len);
	output_free(&res);
	free(input);
}

GREEN_TEST(one_that_closes_its_pipes_early_is_waited_for)
{
	struct green_output res;

	CHECK_INT(green_process_run(ARGV("exec >&- 2>&-; sleep 0.02; exit 2"),
	    &in_shell, NULL, 0, false, &res), 0);
	CHECK_INT(WEXITSTATUS(res.status), 2);
	output_free(&res);
}

GREEN_TEST(output_has_a_limit)
{
	struct green_process_options o = {
		.shell = true,
		.max_output = 10000
	};
	struct green_output res;

	CHECK_ERRNO(green_process_run(ARGV("exec cat /dev/zero"), &o, NULL, 0,
	    true, &res), EMSGSIZE);
	CHECK_HAS(green_errmsg(), "10000 bytes on stdout");
	CHECK(is_zero(&res));
	CHECK_ERRNO(green_process_run(ARGV("exec cat /dev/zero >&2"), &o, NULL,
	    0, true, &res), EMSGSIZE);
	CHECK_HAS(green_errmsg(), "stderr");
	/* Exactly that much is not too much. */
	CHECK_INT(green_process_run(ARGV("head -c 10000 /dev/zero"), &o, NULL,
	    0, true, &res), 0);
	CHECK_INT(res.out_len, 10000);
	output_free(&res);
	o.max_output = SIZE_MAX;
	CHECK_INT(green_process_run(ARGV("echo x"), &o, NULL, 0, true, &res),
	    0);
	output_free(&res);
}

GREEN_TEST(a_deadline_ends_it)
{
	struct green_output res;
	struct green_scope s;

	green_fail_after(&s, 10 * GREEN_MSEC);
	CHECK_ERRNO(green_scope_close(&s, green_process_run(
	    ARGV("exec sleep 100"), &in_shell, NULL, 0, true, &res)),
	    ETIMEDOUT);
	CHECK(is_zero(&res));
}

GREEN_TEST(outputs_are_read_to_their_end_also_after_the_programs)
{
	struct green_output res;

	CHECK_INT(green_process_run(ARGV("(sleep 0.02; echo late) & echo soon"),
	    &in_shell, NULL, 0, true, &res), 0);
	CHECK_STR((char *)res.out, "soon\nlate\n");
	output_free(&res);
}

GREEN_TEST(inherited_outputs_are_not_collected)
{
	const struct green_process_options o = {
		.shell = true,
		.out = GREEN_STDIO_NULL,
		.err = GREEN_STDIO_STDOUT
	};
	struct green_output res;

	CHECK_INT(green_process_run(ARGV("echo x; echo y >&2"), &o, NULL, 0,
	    true, &res), 0);
	CHECK(is_zero(&res));
}

CU_TestInfo process_run_tests[] = {
	CLAIM(both_outputs_are_collected),
	CLAIM(input_is_sent_and_ends),
	CLAIM(without_input_stdin_is_empty),
	CLAIM(the_result_may_be_dropped),
	CLAIM(a_status_other_than_0_is_eio_if_it_is_checked),
	CLAIM(what_cannot_be_run_leaves_the_result_empty),
	CLAIM(input_needs_a_pipe),
	CLAIM(a_program_that_does_not_read_its_input_is_no_failure),
	CLAIM(a_flood_of_output_while_input_is_read_slowly),
	CLAIM(one_that_closes_its_pipes_early_is_waited_for),
	CLAIM(output_has_a_limit),
	CLAIM(a_deadline_ends_it),
	CLAIM(outputs_are_read_to_their_end_also_after_the_programs),
	CLAIM(inherited_outputs_are_not_collected),
	CU_TEST_INFO_NULL
};
