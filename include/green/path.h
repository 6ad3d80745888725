/*
 * Paths, directories and temporary files.  Each call is one trip to a worker
 * thread, however many system calls it makes.  Errors are those of the system
 * calls; returned strings are the caller's to free().
 */
#ifndef GREEN_PATH_H
#define GREEN_PATH_H

#include <sys/types.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <dirent.h>
#include <time.h>
#include <green/file.h>

GREEN_BEGIN_DECLS

/* Whole files.  read: NUL-terminated beyond *len (len may be NULL); *buf is the
   caller's; it looks at cancellation between pieces.  write: creates or empties
   the file first. */
int	 green_path_read(const char *path, void **buf, size_t *len) GREEN_CHECK;
int	 green_path_write(const char *path, const void *buf, size_t len, mode_t mode) GREEN_CHECK;
/* The same at the end of what is there. */
int	 green_path_append(const char *path, const void *buf, size_t len, mode_t mode) GREEN_CHECK;
/*
 * The file is as before or complete, even after a crash: a temporary file
 * beside it is written, brought to the disk, and renamed; on failure it is
 * removed, but a program that is killed may leave ".green-..." behind.  Links
 * are followed.  A file that is there keeps its mode, and its owner if that is
 * allowed; its other names keep the old content.
 *   EISDIR, EINVAL   there is something else than a file
 */
int	 green_path_write_atomic(const char *path, const void *buf, size_t len, mode_t mode) GREEN_CHECK;

/* Questions.  is_* and exists: 1, 0, or -1 for an error other than absence
   (ENOENT, ENOTDIR).  Links are followed, but for lstat, is_symlink, is_mount. */
int	 green_path_stat(const char *path, struct stat *st) GREEN_CHECK;
int	 green_path_lstat(const char *path, struct stat *st) GREEN_CHECK;
int	 green_path_exists(const char *path) GREEN_CHECK;
int	 green_path_is_file(const char *path) GREEN_CHECK;
int	 green_path_is_dir(const char *path) GREEN_CHECK;
int	 green_path_is_symlink(const char *path) GREEN_CHECK;
int	 green_path_is_fifo(const char *path) GREEN_CHECK;
int	 green_path_is_socket(const char *path) GREEN_CHECK;
int	 green_path_is_block(const char *path) GREEN_CHECK;
int	 green_path_is_char(const char *path) GREEN_CHECK;
/* Where a file system is mounted; where the system does not tell, only if it is
   another than that of the directory above. */
int	 green_path_is_mount(const char *path) GREEN_CHECK;
/* Two names of one file: 1, 0, or -1, also for ENOENT. */
int	 green_path_samefile(const char *a, const char *b) GREEN_CHECK;
int	 green_path_statvfs(const char *path, struct statvfs *st) GREEN_CHECK;
int	 green_path_access(const char *path, int mode) GREEN_CHECK;	/* access(2) */
char	*green_path_resolve(const char *path) GREEN_CHECK;		/* realpath(3) */
char	*green_path_readlink(const char *path) GREEN_CHECK;
/* By name, or the number of who has none. */
char	*green_path_owner(const char *path) GREEN_CHECK;
char	*green_path_group(const char *path) GREEN_CHECK;
/* Where paths begin.  These give way only if they must ask the system.  absolute:
   path below the working directory, links and dots as they are.  home: $HOME, or
   without one (or an empty one) that of the process's user: ENOENT if there is no
   such user.  expanduser: with such a directory for "~", or "~user" (ENOENT), in
   front of path; any other path is copied. */
char	*green_path_cwd(void) GREEN_CHECK;
char	*green_path_absolute(const char *path) GREEN_CHECK;
char	*green_path_home(void) GREEN_CHECK;
char	*green_path_expanduser(const char *path) GREEN_CHECK;

/* Changes.  mkdir: with PARENTS as mkdir -p, but for EEXIST on what is there
   already, unless EXIST_OK is set and that is a directory.  Other flags:
   EINVAL. */
#define GREEN_PATH_PARENTS	1
#define GREEN_PATH_EXIST_OK	2
#define GREEN_PATH_MISSING_OK	4
#define GREEN_PATH_NOFOLLOW	8
#define GREEN_PATH_RECURSIVE	16
int	 green_path_mkdir(const char *path, mode_t mode, int flags) GREEN_CHECK;
int	 green_path_rmdir(const char *path) GREEN_CHECK;
int	 green_path_unlink(const char *path, int flags) GREEN_CHECK;	/* MISSING_OK */
int	 green_path_rename(const char *from, const char *to) GREEN_CHECK;
/* Another name for target, which is not followed if it is a link; a link that
   says target; a FIFO. */
int	 green_path_link(const char *target, const char *path) GREEN_CHECK;
int	 green_path_symlink(const char *target, const char *path) GREEN_CHECK;
int	 green_path_mkfifo(const char *path, mode_t mode) GREEN_CHECK;
int	 green_path_truncate(const char *path, off_t size) GREEN_CHECK;
/* An empty file; EEXIST, but with EXIST_OK what is there has its times set to
   now.  Other flags: EINVAL. */
int	 green_path_touch(const char *path, mode_t mode, int flags) GREEN_CHECK;
/* utimensat(2): when it was read and when written; NULL: now.  NOFOLLOW. */
int	 green_path_utimens(const char *path, const struct timespec t[2], int flags) GREEN_CHECK;
/*
 * chmod(2), chown(2).  NOFOLLOW: of a link itself (chmod: ENOTSUP where links
 * have no mode).  RECURSIVE: of all below too, where no link is ever followed:
 * chown is of the links themselves, chmod leaves them alone.  It ends at the
 * first failure, and looks at cancellation between directories; some may have
 * been changed by then.
 *   ENOENT   RECURSIVE: a directory was moved elsewhere meanwhile
 */
int	 green_path_chmod(const char *path, mode_t mode, int flags) GREEN_CHECK;
int	 green_path_chown(const char *path, uid_t uid, gid_t gid, int flags) GREEN_CHECK;

/*
 * Trees.  Several workers are at a large one, in no order.  They look at
 * cancellation between pieces (ECANCELED), end at the first error, and never
 * follow a link.  What a directory has is found by its names in that directory,
 * so that what is renamed or linked meanwhile leads nowhere else (ESTALE); what
 * has gone meanwhile does not count.
 *
 * remove: anything, and with RECURSIVE directories too, else EISDIR.
 * MISSING_OK: ENOENT is no error.  What is removed when it ends before its time
 * stays so.
 *   EINVAL   other flags; "." or ".."
 *   EBUSY    "/"
 */
#define GREEN_PATH_PRESERVE	32	/* copy: modes and times */
int	 green_path_remove(const char *path, int flags) GREEN_CHECK;
/*
 * copy: to is the copy's own name.  PARENTS: with the directories above it.
 * Links are copied as links, FIFOs and the like made anew, holes kept.  Modes
 * are those of the original less the umask, or with PRESERVE the same, and so
 * are times.  A file that is not complete is removed again; the rest of a tree
 * stays.
 *   EEXIST   to is there; with EXIST_OK, what is there goes as its copy is complete,
 *            and directories are joined: not a directory where one must be
 *   EISDIR   a directory without RECURSIVE; to is one, and from is none
 *   EINVAL   other flags; a directory into itself; a file to itself
 */
int	 green_path_copy(const char *from, const char *to, int flags) GREEN_CHECK;
/* The same.  progress (may be NULL) is called in the loop, in no task, where it must
   not block, about every 4 MiB or 256 files, and when all is done. */
struct green_path_progress {
	uint64_t bytes;			/* of files; holes do not count */
	uint64_t files;			/* complete, and directories */
};
typedef void	 green_path_progress_fn(const struct green_path_progress *p, void *arg);
int	 green_path_copy_progress(const char *from, const char *to, int flags,
	    green_path_progress_fn *progress, void *arg) GREEN_CHECK;
/*
 * move: rename(2); to another file system, a copy with modes and times, and the
 * owner where that is allowed, then a removal that nothing stops.  A copy that
 * is not complete is removed again.  Errors are those of rename() and of a
 * copy.
 */
int	 green_path_move(const char *from, const char *to) GREEN_CHECK;

/* A directory, entry by entry, many of them a trip, without "." and "..".  1, 0
   at the end, -1.  One task at a time: EBUSY. */
struct green_dir;
/* Valid until the next call. */
struct green_dirent {
	const char *name;		/* within the directory */
	const char *path;		/* joined */
	unsigned char type;		/* DT_*; of a link, DT_LNK */
	int	 depth;			/* walk: 0 for what lies in the root */
	int	 error;			/* errno: a directory that cannot be read */
	const struct stat *st;		/* with GREEN_PATH_STAT, else NULL */
};
struct green_dir *green_dir_open(const char *path) GREEN_CHECK;
/*
 * A whole tree, by several workers: parents before what is in them, sorted by
 * name (strcmp(3)) within a directory.  Links are not followed, but for path
 * itself.  A directory that cannot be read is handed out with its error, and
 * the walk goes on; one that has gone meanwhile, or was moved, is empty.  As
 * above, names lead from one directory to the next, and few of them are open at
 * once.  STAT: with each entry's lstat(2), NULL if it has gone.  NULL: EINVAL
 * other flags; what opendir(3) says of path.
 *
 * glob: what matches below path, in the same order, each entry once: the parts
 * of the pattern as for green_path_match().  EINVAL: it is "" or absolute.
 */
#define GREEN_PATH_STAT		64
struct green_dir *green_dir_walk(const char *path, int flags) GREEN_CHECK;
struct green_dir *green_dir_glob(const char *path, const char *pattern) GREEN_CHECK;
/* walk, glob: do not enter the directory that was just handed out. */
void	 green_dir_skip(struct green_dir *d);
int	 green_dir_next(struct green_dir *d, struct green_dirent *e) GREEN_CHECK;
int	 green_dir_close(struct green_dir *d);

/*
 * Text alone: no system call, any thread, no checkpoint.  Slashes in a row
 * count as one, and those at the end do not.  Strings are the caller's to
 * free(). NULL: ENOMEM, and EINVAL where it says so.
 */
/* b itself if it is absolute or a is empty; a if b is empty. */
char	*green_path_join(const char *a, const char *b) GREEN_CHECK;
/* As dirname(3) and basename(3): "." where there is none, "/" of the root. */
char	*green_path_dirname(const char *path) GREEN_CHECK;
char	*green_path_basename(const char *path) GREEN_CHECK;
/* The basename as stem and suffix, which is "" or begins with the last dot.  A
   dot in front (".profile", "..") or at the end begins no suffix. */
char	*green_path_stem(const char *path) GREEN_CHECK;
char	*green_path_suffix(const char *path) GREEN_CHECK;
/* With another last name, or part of it.  EINVAL: it becomes "", "." or "..", or
   has a slash; path has no such name itself ("", "/", ".", ".."); a stem is "";
   a suffix is neither "" nor a dot and more. */
char	*green_path_with_name(const char *path, const char *name) GREEN_CHECK;
char	*green_path_with_stem(const char *path, const char *stem) GREEN_CHECK;
char	*green_path_with_suffix(const char *path, const char *suffix) GREEN_CHECK;
/* Without "." and "..", slashes in a row or at the end; "." if nothing is left.
   Where "a" is a link, "a/.." is elsewhere: green_path_resolve() knows. */
char	*green_path_normalize(const char *path) GREEN_CHECK;
/* What leads from the directory base to path, normalized; it may begin with "..".
   EINVAL: one is absolute and the other is not; base begins with more ".." than
   path, so that the way down has no name. */
char	*green_path_relative(const char *path, const char *base) GREEN_CHECK;
/* "file:///..."; what is not plain is escaped.  EINVAL: path is not absolute. */
char	*green_path_to_uri(const char *path) GREEN_CHECK;
/* Back.  EINVAL: no "file:" URI of this host ("localhost" or none); no absolute
   path; '?' or '#'; an escape that is no byte, or NUL, or a slash. */
char	*green_path_from_uri(const char *uri) GREEN_CHECK;
/* The parts between slashes, "/" first if absolute; NULL-terminated; one free(). */
char	**green_path_parts(const char *path) GREEN_CHECK;
bool	 green_path_is_absolute(const char *path) GREEN_CHECK;
/* Do the parts of the whole path match those of the pattern?  fnmatch(3) for
   each, where a leading dot is like any byte; "**" takes any number of parts,
   and at the end one at least.  Without memory: false, ENOMEM. */
bool	 green_path_match(const char *path, const char *pattern) GREEN_CHECK;

/*
 * Temporary files (mode 0600) and directories (0700), in dir; NULL: in
 * green_temp_root().  Their names cannot be known before.
 */
/* $TMPDIR, or where that is not set, or empty, /tmp.  Any thread; no checkpoint.
   The environment's. */
const char *green_temp_root(void);
/* Open for reading and writing.  It has no name, and goes when it is closed. */
struct green_file *green_temp_file(const char *dir) GREEN_CHECK;
/* The same with a name, which stays until it is removed: prefix, random letters,
   suffix.  NULL: nothing there; EINVAL: a "/" there.  Its path is *path, unless
   path is NULL. */
struct green_file *green_temp_named(const char *dir, const char *prefix,
	    const char *suffix, char **path) GREEN_CHECK;
/* Its path; it stays until it is removed, with what is in it. */
char	*green_temp_dir(const char *dir, const char *prefix) GREEN_CHECK;
/*
 * What is sent there is received from there, in order, once; 0: all that was
 * sent so far.  It is kept in memory until more than max bytes have been sent
 * in all, then in a file without a name, in dir, which is looked at only then;
 * if there can be none, that send fails, and nothing is lost.  send_eof is
 * allowed. GREEN_ATTR_FD is the file's, when there is one.  No loop need be
 * running. ENOMEM
 */
struct green_stream *green_temp_spooled(size_t max, const char *dir) GREEN_CHECK;

GREEN_END_DECLS
#endif /* GREEN_PATH_H */
