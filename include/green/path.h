/*
 * Paths and directories.  Each call is one trip to a worker thread, however
 * many system calls it makes.  Errors are those of the system calls; returned
 * strings are the caller's to free().
 */
#ifndef GREEN_PATH_H
#define GREEN_PATH_H

#include <sys/types.h>
#include <sys/stat.h>
#include <dirent.h>
#include <green/file.h>

GREEN_BEGIN_DECLS

/* Whole files.  read: NUL-terminated beyond *len (len may be NULL); *buf is the
   caller's; it looks at cancellation between pieces.  write: creates or empties
   the file first. */
int	 green_path_read(const char *path, void **buf, size_t *len) GREEN_CHECK;
int	 green_path_write(const char *path, const void *buf, size_t len, mode_t mode) GREEN_CHECK;

/* Questions.  is_* and exists: 1, 0, or -1 for an error other than absence
   (ENOENT, ENOTDIR).  Links are followed, but for lstat and is_symlink. */
int	 green_path_stat(const char *path, struct stat *st) GREEN_CHECK;
int	 green_path_lstat(const char *path, struct stat *st) GREEN_CHECK;
int	 green_path_exists(const char *path) GREEN_CHECK;
int	 green_path_is_file(const char *path) GREEN_CHECK;
int	 green_path_is_dir(const char *path) GREEN_CHECK;
int	 green_path_is_symlink(const char *path) GREEN_CHECK;
char	*green_path_resolve(const char *path) GREEN_CHECK;		/* realpath(3) */
char	*green_path_readlink(const char *path) GREEN_CHECK;

/* Changes.  mkdir: with PARENTS as mkdir -p, but for EEXIST on what is there
   already, unless EXIST_OK is set and that is a directory.  Other flags:
   EINVAL. */
#define GREEN_PATH_PARENTS	1
#define GREEN_PATH_EXIST_OK	2
#define GREEN_PATH_MISSING_OK	4
int	 green_path_mkdir(const char *path, mode_t mode, int flags) GREEN_CHECK;
int	 green_path_rmdir(const char *path) GREEN_CHECK;
int	 green_path_unlink(const char *path, int flags) GREEN_CHECK;	/* MISSING_OK */
int	 green_path_rename(const char *from, const char *to) GREEN_CHECK;

/* A directory, entry by entry, many of them a trip, without "." and "..".  1, 0
   at the end, -1.  One task at a time: EBUSY. */
struct green_dir;
/* Valid until the next call. */
struct green_dirent {
	const char *name;		/* within the directory */
	const char *path;		/* joined */
	unsigned char type;		/* DT_*; of a link, DT_LNK */
};
struct green_dir *green_dir_open(const char *path) GREEN_CHECK;
int	 green_dir_next(struct green_dir *d, struct green_dirent *e) GREEN_CHECK;
int	 green_dir_close(struct green_dir *d);

GREEN_END_DECLS
#endif /* GREEN_PATH_H */
