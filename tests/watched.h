/*
 * What may watch the tests, and takes from them some of what they could claim:
 * sanitizers keep books of their own of memory and of each stack, and are told
 * apart when compiling; Valgrind stands between the program and the system.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef WATCHED_H
#define WATCHED_H

#ifdef HAVE_VALGRIND_VALGRIND_H
#include <valgrind/valgrind.h>
#endif
#ifndef RUNNING_ON_VALGRIND
#define RUNNING_ON_VALGRIND	0
#endif

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define SANITIZED	1
#endif
#if __has_feature(thread_sanitizer)
#define SANITIZED	1
#define SANITIZED_THREADS 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define SANITIZED	1
#endif
#ifdef __SANITIZE_THREAD__
#define SANITIZED	1
#define SANITIZED_THREADS 1
#endif

#ifndef SANITIZED
#define SANITIZED	0
#endif
#ifndef SANITIZED_THREADS
#define SANITIZED_THREADS 0
#endif

/* May a test limit the process?  A sanitizer's memory knows no limit, nor do
   Valgrind's memory and descriptors. */
#define LIMITABLE	(!SANITIZED && check_slowness() == 1)

#endif
