/*
 * A service: each line comes back in capitals.  "quit", a minute of silence, or
 * the server's stop end it, and then it says BYE.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include <ctype.h>
#include <string.h>

#include "shout.h"

int
shout(struct green_stream *s, void *arg)
{
	struct green_scope wait;
	char *line;
	int rc;

	(void)arg;
	for (;;) {
		green_move_on_after(&wait, 60 * GREEN_SEC);
		green_scope_set_stoppable(&wait, true);
		rc = green_stream_receive_line(s, 1024, &line);
		rc = green_scope_close(&wait, rc);
		if (rc != 1 || strcmp(line, "quit") == 0)
			break;
		for (char *p = line; *p != '\0'; p++)
			*p = (char)toupper((unsigned char)*p);
		if (green_stream_printf(s, "%s\n", line) == -1)
			return (-1);
	}
	return (rc == -1 ? -1 : green_stream_printf(s, "BYE\n"));
}
