/*
 * What the system's lists of users and groups say.  In a worker.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef FS_USERS_H
#define FS_USERS_H

#include <sys/types.h>

/* Strings to free().  NULL: ENOENT where there is no such entry, ENOMEM, and
   what the lists fail with. */
char	*green__user_home(const char *name);	/* NULL: of the process's user */
char	*green__user_name(uid_t uid);
char	*green__group_name(gid_t gid);

#endif /* FS_USERS_H */
