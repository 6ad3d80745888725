/*
 * Getting to a known state without sleeping: wait until everybody else waits,
 * and move the mock clock by hand.  The loop does both.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <green/testing.h>

#include "green/probe.h"

int
green_wait_all_blocked(int64_t cushion)
{
	return (green_wait_idle_(cushion));
}

int
green_mock_advance(int64_t duration)
{
	return (green_mock_advance_(duration));
}
