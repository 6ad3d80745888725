/* What the servers of the last steps say to a client. */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef SHOUT_H
#define SHOUT_H

#include <green.h>

int	 shout(struct green_stream *s, void *arg);

#endif /* SHOUT_H */
