/*
 * Paths: questions, where the answer is no more than one trip away.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <green/path.h>

#include "check.h"
#include "scratch.h"

typedef int question_fn(const char *);

static question_fn *const kinds[] = {
	green_path_is_file, green_path_is_dir, green_path_is_symlink,
	green_path_is_fifo, green_path_is_socket, green_path_is_block,
	green_path_is_char
};
#define NKINDS	(sizeof(kinds) / sizeof(*kinds))

/* It is of one kind alone. */
static void
is_only(const char *path, question_fn *kind)
{
	size_t i;

	check_note("%s", path);
	for (i = 0; i < NKINDS; i++)
		CHECK_INT(kinds[i](path), kinds[i] == kind);
}

GREEN_TEST(a_path_is_of_one_kind)
{
	char *file = scratch_file("kind", 1), *dir = scratch_path(NULL);
	char *fifo = scratch_path("ask-fifo"), *sock = scratch_path("ask-sock");
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	is_only(file, green_path_is_file);
	is_only(dir, green_path_is_dir);
	is_only("/dev/null", green_path_is_char);
	CHECK_INT(mkfifo(fifo, 0600), 0);
	is_only(fifo, green_path_is_fifo);
	(void)snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", sock);
	if (CHECK_INT(bind(fd, (struct sockaddr *)&sun, sizeof(sun)), 0))
		is_only(sock, green_path_is_socket);
	close(fd);
	(void)unlink(sock);
	(void)unlink(fifo);
	free(file);
	free(dir);
	free(fifo);
	free(sock);
}

GREEN_TEST(what_a_link_points_to_counts)
{
	char *link = scratch_path("ask-link"), *fifo = scratch_path("ask-fifo");

	CHECK_INT(mkfifo(fifo, 0600), 0);
	CHECK_INT(symlink("ask-fifo", link), 0);
	CHECK_INT(green_path_is_fifo(link), 1);
	CHECK_INT(green_path_is_symlink(link), 1);
	CHECK_INT(unlink(fifo), 0);
	/* Dangling: there is nothing. */
	is_only(link, green_path_is_symlink);
	CHECK_INT(green_path_exists(link), 0);
	CHECK_INT(unlink(link), 0);
	free(link);
	free(fifo);
}

GREEN_TEST(absence_is_no_error_of_questions)
{
	char *below = scratch_path("plain/x"), *file = scratch_file("plain", 1);
	size_t i;

	for (i = 0; i < NKINDS; i++) {
		CHECK_INT(kinds[i]("/nowhere/at/all"), 0);
		CHECK_INT(kinds[i](below), 0);
		CHECK_INT(kinds[i](""), 0);
	}
	CHECK_INT(green_path_is_mount("/nowhere/at/all"), 0);
	CHECK_INT(green_path_is_mount(below), 0);
	CHECK_INT(green_path_is_mount(""), 0);
	free(below);
	free(file);
}

GREEN_TEST(other_errors_are)
{
	char *loop = scratch_path("ask-loop"), longer[PATH_MAX + 2];
	size_t i;

	CHECK_INT(symlink("ask-loop", loop), 0);
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	for (i = 0; i < NKINDS; i++) {
		CHECK_ERRNO(kinds[i](longer), ENAMETOOLONG);
		if (kinds[i] != green_path_is_symlink)
			CHECK_ERRNO(kinds[i](loop), ELOOP);
	}
	CHECK_ERRNO(green_path_is_mount(longer), ENAMETOOLONG);
	CHECK_ERRNO(green_path_samefile(loop, "/"), ELOOP);
	CHECK_ERRNO(green_path_samefile("/", longer), ENAMETOOLONG);
	CHECK_INT(unlink(loop), 0);
	free(loop);
}

/* Where root may not go, nobody may: the others are told. */
GREEN_TEST(what_may_not_be_seen_is_an_error)
{
	char *dir = scratch_path("ask-closed"), *in = scratch_path("closed/x");

	CHECK_INT(mkdir(dir, 0), 0);
	if (geteuid() != 0) {
		CHECK_ERRNO(green_path_is_fifo(in), EACCES);
		CHECK_ERRNO(green_path_is_mount(in), EACCES);
	} else
		CHECK_INT(green_path_is_fifo(in), 0);
	CHECK_INT(rmdir(dir), 0);
	free(dir);
	free(in);
}

GREEN_TEST(the_root_is_mounted_and_a_directory_is_not)
{
	char *dir = scratch_path(NULL), *file = scratch_file("plain", 1);
	char *link = scratch_path("ask-root");
	FILE *fp = fopen("/proc/self/mounts", "r");

	CHECK_INT(green_path_is_mount("/"), 1);
	CHECK_INT(green_path_is_mount(dir), 0);
	CHECK_INT(green_path_is_mount(file), 0);
	CHECK_INT(symlink("/", link), 0);
	CHECK_INT(green_path_is_mount(link), 0);
	CHECK_INT(unlink(link), 0);
	if (fp != NULL) {
		CHECK_INT(green_path_is_mount("/proc"), 1);
		CHECK_INT(green_path_is_mount("/proc/self"), 0);
		(void)fclose(fp);
	}
	free(dir);
	free(file);
	free(link);
}

GREEN_TEST(two_names_of_one_file_are_the_same)
{
	char *a = scratch_file("one", 1), *b = scratch_file("two", 1);
	char *hard = scratch_path("ask-hard"), *soft = scratch_path("ask-soft");

	CHECK_INT(link(a, hard), 0);
	CHECK_INT(symlink("one", soft), 0);
	CHECK_INT(green_path_samefile(a, a), 1);
	CHECK_INT(green_path_samefile(a, hard), 1);
	CHECK_INT(green_path_samefile(soft, hard), 1);
	CHECK_INT(green_path_samefile(a, b), 0);
	CHECK_INT(green_path_samefile("/", "/.."), 1);
	CHECK_ERRNO(green_path_samefile(a, "/nowhere"), ENOENT);
	CHECK_ERRNO(green_path_samefile("/nowhere", a), ENOENT);
	CHECK_INT(unlink(a), 0);
	CHECK_INT(unlink(b), 0);
	CHECK_INT(unlink(hard), 0);
	CHECK_INT(unlink(soft), 0);
	free(a);
	free(b);
	free(hard);
	free(soft);
}

GREEN_TEST(access_is_told)
{
	char *file = scratch_file("plain", 1);

	CHECK_INT(chmod(file, 0600), 0);
	CHECK_INT(green_path_access(file, F_OK), 0);
	CHECK_INT(green_path_access(file, R_OK | W_OK), 0);
	CHECK_ERRNO(green_path_access(file, X_OK), EACCES);
	CHECK_ERRNO(green_path_access("/nowhere", F_OK), ENOENT);
	CHECK_ERRNO(green_path_access(file, 0x7fff), EINVAL);
	free(file);
}

GREEN_TEST(file_systems_tell_their_size)
{
	struct statvfs st;

	memset(&st, 0, sizeof(st));
	CHECK_INT(green_path_statvfs("/", &st), 0);
	CHECK(st.f_bsize > 0);
	CHECK_ERRNO(green_path_statvfs("/nowhere", &st), ENOENT);
}

GREEN_TEST(owners_have_names)
{
	char *file = scratch_file("plain", 1), *got, number[24];
	const struct passwd *pw;
	const struct group *gr;
	struct stat st;

	CHECK_INT(stat(file, &st), 0);
	pw = getpwuid(st.st_uid);
	(void)snprintf(number, sizeof(number), "%ju", (uintmax_t)st.st_uid);
	CHECK_STR(got = green_path_owner(file), pw ? pw->pw_name : number);
	free(got);
	gr = getgrgid(st.st_gid);
	(void)snprintf(number, sizeof(number), "%ju", (uintmax_t)st.st_gid);
	CHECK_STR(got = green_path_group(file), gr ? gr->gr_name : number);
	free(got);
	CHECK_NULL(green_path_owner("/nowhere"), ENOENT);
	CHECK_NULL(green_path_group("/nowhere"), ENOENT);
	free(file);
}

GREEN_TEST(who_has_no_name_is_a_number)
{
	char *file = scratch_file("strange", 1), *link = scratch_path("ask-link");
	char *got;
	bool unnamed = getpwuid(3987654) == NULL && getgrgid(3987655) == NULL;

	if (unnamed && chown(file, 3987654, 3987655) == 0) {
		CHECK_INT(symlink("strange", link), 0);
		CHECK_STR(got = green_path_owner(link), "3987654");
		free(got);
		CHECK_STR(got = green_path_group(link), "3987655");
		free(got);
		CHECK_INT(unlink(link), 0);
	}
	CHECK_INT(unlink(file), 0);
	free(file);
	free(link);
}

GREEN_TEST(relative_paths_begin_in_the_working_directory)
{
	char *cwd = getcwd(NULL, 0), *got, *want;

	CHECK_STR(got = green_path_cwd(), cwd);
	free(got);
	CHECK_STR(got = green_path_absolute(""), cwd);
	free(got);
	want = green_path_join(cwd, "a/../b/");
	CHECK_STR(got = green_path_absolute("a/../b/"), want);
	free(got);
	free(want);
	CHECK_STR(got = green_path_absolute("/a/.."), "/a/..");
	free(got);
	free(cwd);
}

/* In a child, whose working directory it may change. */
static int
go_deep(void *arg)
{
	char *path = scratch_path(NULL), name[201], *got, *want;
	int i;

	(void)arg;
	memset(name, 'd', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	REQUIRE_TASK(CHECK_INT(chdir(path), 0));
	for (i = 0; i < 3; i++)
		if (!CHECK(mkdir(name, 0700) == 0) || !CHECK(chdir(name) == 0))
			break;
	want = getcwd(NULL, 0);
	CHECK_STR(got = green_path_cwd(), want);
	free(got);
	free(want);
	CHECK_INT(rmdir(name), -1);
	for (; i > 0; i--) {
		CHECK_INT(chdir(".."), 0);
		CHECK_INT(rmdir(name), 0);
	}
	free(path);
	return (0);
}

PLAIN_TEST(a_working_directory_may_be_deep)
{
	free(scratch_path(NULL));
	survives(go_deep, NULL, NULL);
}

/* Gone, it has no path any more. */
static int
go_nowhere(void *arg)
{
	CHECK_INT(chdir(arg), 0);
	CHECK_INT(rmdir(arg), 0);
	CHECK_NULL(green_path_cwd(), ENOENT);
	CHECK_NULL(green_path_absolute("a"), ENOENT);
	return (0);
}

PLAIN_TEST(a_working_directory_that_is_gone_is_an_error)
{
	char *dir = scratch_path("ask-gone");

	CHECK_INT(mkdir(dir, 0700), 0);
	survives(go_nowhere, dir, NULL);
	free(dir);
}

static void
expands(const char *path, const char *want)
{
	char *got = green_path_expanduser(path);

	check_note("%s", path);
	CHECK_STR(got, want);
	free(got);
}

static int
have_home(void *arg)
{
	char *got;

	(void)arg;
	(void)setenv("HOME", "/here/I am", 1);
	CHECK_STR(got = green_path_home(), "/here/I am");
	free(got);
	expands("~", "/here/I am");
	expands("~/", "/here/I am/");
	expands("~/a/~", "/here/I am/a/~");
	(void)setenv("HOME", "/here//", 1);
	expands("~", "/here//");
	expands("~//a", "/here//a");
	(void)setenv("HOME", "/", 1);
	expands("~", "/");
	expands("~/a", "/a");
	return (0);
}

PLAIN_TEST(home_is_where_the_environment_says)
{
	survives(have_home, NULL, NULL);
}

GREEN_TEST(only_a_path_that_begins_with_a_tilde_expands)
{
	expands("", "");
	expands("a/~", "a/~");
	expands("/~/a", "/~/a");
	expands("./~", "./~");
	expands(" ~", " ~");
}

static int
have_no_home(void *arg)
{
	const struct passwd *pw = getpwuid(getuid());
	char *got;

	if (arg == NULL)
		(void)unsetenv("HOME");
	else
		(void)setenv("HOME", arg, 1);
	if (pw == NULL) {
		CHECK_NULL(green_path_home(), ENOENT);
		CHECK_NULL(green_path_expanduser("~/a"), ENOENT);
		return (0);
	}
	CHECK_STR(got = green_path_home(), pw->pw_dir);
	free(got);
	expands("~", pw->pw_dir);
	return (0);
}

PLAIN_TEST(without_home_it_is_what_the_system_says)
{
	char empty[] = "";

	survives(have_no_home, NULL, NULL);
	survives(have_no_home, empty, NULL);
}

GREEN_TEST(homes_of_others_are_found)
{
	const struct passwd *pw = getpwuid(0);
	char path[300], want[4200];

	if (pw != NULL) {
		(void)snprintf(want, sizeof(want), "%s/a",
		    strcmp(pw->pw_dir, "/") == 0 ? "" : pw->pw_dir);
		(void)snprintf(path, sizeof(path), "~%s/a", pw->pw_name);
		expands(path, want);
	}
	CHECK_NULL(green_path_expanduser("~no-such.user"), ENOENT);
	CHECK_NULL(green_path_expanduser("~no-such.user/a"), ENOENT);
}

GREEN_TEST(a_cancelled_task_asks_nothing)
{
	struct green_scope s;
	struct statvfs st;
	size_t i;

	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	for (i = 0; i < NKINDS; i++)
		CHECK_ERRNO(kinds[i]("/"), ECANCELED);
	CHECK_ERRNO(green_path_is_mount("/"), ECANCELED);
	CHECK_ERRNO(green_path_samefile("/", "/"), ECANCELED);
	CHECK_ERRNO(green_path_access("/", F_OK), ECANCELED);
	CHECK_ERRNO(green_path_statvfs("/", &st), ECANCELED);
	CHECK_NULL(green_path_owner("/"), ECANCELED);
	CHECK_NULL(green_path_group("/"), ECANCELED);
	CHECK_NULL(green_path_cwd(), ECANCELED);
	CHECK_NULL(green_path_home(), ECANCELED);
	CHECK_NULL(green_path_absolute("/"), ECANCELED);
	CHECK_NULL(green_path_absolute("a"), ECANCELED);
	CHECK_NULL(green_path_expanduser("~"), ECANCELED);
	CHECK_NULL(green_path_expanduser("a"), ECANCELED);
	CHECK_INT(green_scope_close(&s, 0), 0);
}

PLAIN_TEST(outside_of_a_loop_there_is_no_answer)
{
	CHECK_ERRNO(green_path_is_fifo("/"), EPERM);
	CHECK_ERRNO(green_path_is_mount("/"), EPERM);
	CHECK_ERRNO(green_path_samefile("/", "/"), EPERM);
	CHECK_NULL(green_path_home(), EPERM);
	CHECK_NULL(green_path_absolute("/"), EPERM);
	CHECK_NULL(green_path_expanduser("a"), EPERM);
}

CU_TestInfo path_ask_tests[] = {
	CLAIM(a_path_is_of_one_kind),
	CLAIM(what_a_link_points_to_counts),
	CLAIM(absence_is_no_error_of_questions),
	CLAIM(other_errors_are),
	CLAIM(what_may_not_be_seen_is_an_error),
	CLAIM(the_root_is_mounted_and_a_directory_is_not),
	CLAIM(two_names_of_one_file_are_the_same),
	CLAIM(access_is_told),
	CLAIM(file_systems_tell_their_size),
	CLAIM(owners_have_names),
	CLAIM(who_has_no_name_is_a_number),
	CLAIM(relative_paths_begin_in_the_working_directory),
	CLAIM(a_working_directory_may_be_deep),
	CLAIM(a_working_directory_that_is_gone_is_an_error),
	CLAIM(home_is_where_the_environment_says),
	CLAIM(only_a_path_that_begins_with_a_tilde_expands),
	CLAIM(without_home_it_is_what_the_system_says),
	CLAIM(homes_of_others_are_found),
	CLAIM(a_cancelled_task_asks_nothing),
	CLAIM(outside_of_a_loop_there_is_no_answer),
	CU_TEST_INFO_NULL
};
