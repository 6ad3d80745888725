/* A first program: a loop, and one task in it. */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include <stdio.h>

#include <green.h>

static int
hello(void *arg)
{
	const char *name = arg;

	printf("hello, %s\n", name);
	return (0);
}

int
main(void)
{
	char name[] = "world";

	if (green_run(hello, name, NULL) == -1) {
		perror("green_run");
		return (1);
	}
	return (0);
}
