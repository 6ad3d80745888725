/*
 * What an entry of a directory is, also where the system does not say.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/stat.h>

#include <dirent.h>
#include <fcntl.h>

#include "internal.h"

unsigned char
green__type_of_mode(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return (DT_REG);
	case S_IFDIR:
		return (DT_DIR);
	case S_IFLNK:
		return (DT_LNK);
	case S_IFIFO:
		return (DT_FIFO);
	case S_IFSOCK:
		return (DT_SOCK);
	case S_IFCHR:
		return (DT_CHR);
	case S_IFBLK:
		return (DT_BLK);
	default:
		return (DT_UNKNOWN);
	}
}

unsigned char
green__type_at(int dir, const char *name)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return (DT_UNKNOWN);
	return (green__type_of_mode(st.st_mode));
}

unsigned char
green__type_of(DIR *dir, const struct dirent *e)
{
#ifdef HAVE_STRUCT_DIRENT_D_TYPE
	if (e->d_type != DT_UNKNOWN)
		return (e->d_type);
#endif
	return (green__type_at(dirfd(dir), e->d_name));
}
