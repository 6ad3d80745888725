/*
 * Static probes: a nop each, and a note in the library that tells tracers where
 * it is, and in which registers or memory its arguments are.  Nothing where
 * configure has not found <sys/sdt.h>, or was not to use it.  green-probes(7)
 * lists them for users.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef GREEN_TRACE_H
#define GREEN_TRACE_H

#ifdef GREEN_PROBES
#include <sys/sdt.h>
#define TRACE2(name, a, b)		DTRACE_PROBE2(libgreen, name, a, b)
#define TRACE3(name, a, b, c)		DTRACE_PROBE3(libgreen, name, a, b, c)
#define TRACE4(name, a, b, c, d)					\
	DTRACE_PROBE4(libgreen, name, a, b, c, d)
#else
#define TRACE2(name, a, b)		((void)(a), (void)(b))
#define TRACE3(name, a, b, c)		((void)(a), (void)(b), (void)(c))
#define TRACE4(name, a, b, c, d)	((void)(a), (void)(b), (void)(c), (void)(d))
#endif

#endif /* GREEN_TRACE_H */
