/*
 * Which proxy leads to a server, as the environment has it.  Text alone.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef PROXY_H
#define PROXY_H

#include "url.h"

/* Those for http: and https:, and which hosts need none; NULL or "": not set.  They
   are needed from then on.  NULL, or why not. */
const char *proxy_set(const char *http, const char *https, const char *no);
/* NULL: none. */
const struct url *proxy_for(const struct url *u);

#endif
