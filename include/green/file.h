/*
 * Open files.  What may block runs in a worker thread; what the page cache can
 * answer at once is answered without one where the system can tell.
 *
 * A file may be used by one task at a time (EBUSY), but for pread, pwrite, stat
 * and send, which leave its position alone.  Every call checks for cancellation
 * first, also when the page cache could answer; what has started is waited for,
 * but for the wait for a lock, and for a FIFO's other end.
 */
#ifndef GREEN_FILE_H
#define GREEN_FILE_H

#include <sys/types.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <fcntl.h>
#include <green/stream.h>
#include <green/sync.h>

GREEN_BEGIN_DECLS

/* Fails where off_t is small: pkg-config --cflags has what makes it large. */
typedef char green__off_t_is_large[sizeof(off_t) == 8 ? 1 : -1];

struct green_file;

/* open(2), with O_CLOEXEC always.  The wait for the other end of a FIFO can be
   cancelled. */
struct green_file *green_file_open(const char *path, int flags, mode_t mode) GREEN_CHECK;
/* An open descriptor, owned from now on and made close-on-exec; if that fails
   it stays the caller's.  EBADF, ENOMEM */
struct green_file *green_file_from_fd(int fd) GREEN_CHECK;
int	 green_file_fd(const struct green_file *f);
/* Waits for the calls in progress, and closes, also in a cancelled task; calls
   that come meanwhile get EBADF.  f is gone whatever the result. */
int	 green_file_close(struct green_file *f);

/* read(2); no pieces: 0.  More than IOV_MAX: EINVAL. */
ssize_t	 green_file_read(struct green_file *f, void *buf, size_t len) GREEN_CHECK;
ssize_t	 green_file_pread(struct green_file *f, void *buf, size_t len, off_t at) GREEN_CHECK;
ssize_t	 green_file_readv(struct green_file *f, const struct iovec *iov, int n) GREEN_CHECK;
/* All of it, in any number of pieces; after a failure, part of it may have been
   written.  EPIPE comes without the signal. */
int	 green_file_write(struct green_file *f, const void *buf, size_t len) GREEN_CHECK;
int	 green_file_pwrite(struct green_file *f, const void *buf, size_t len, off_t at) GREEN_CHECK;
int	 green_file_writev(struct green_file *f, const struct iovec *iov, int n) GREEN_CHECK;
off_t	 green_file_seek(struct green_file *f, off_t off, int whence) GREEN_CHECK;
off_t	 green_file_tell(struct green_file *f) GREEN_CHECK;
int	 green_file_truncate(struct green_file *f, off_t size) GREEN_CHECK;
int	 green_file_sync(struct green_file *f) GREEN_CHECK;		/* fsync(2) */
int	 green_file_datasync(struct green_file *f) GREEN_CHECK;
int	 green_file_stat(struct green_file *f, struct stat *st) GREEN_CHECK;

/*
 * Advisory whole-file lock (flock(2)): LOCK_SH, LOCK_EX, LOCK_UN.  It belongs
 * to what was opened, not to a task: a file opened twice can be locked against
 * itself.  It lasts until LOCK_UN, another lock instead of it, or close.  A
 * wait for it can be cancelled, occupies no worker thread, and ends when f is
 * closed.
 *   EWOULDBLOCK  with LOCK_NB: another has it
 *   EINVAL       none of those
 *   ENOTSUP      this system has no such locks
 */
int	 green_file_lock(struct green_file *f, int how) GREEN_CHECK;

/*
 * The next line with its "\n", as getline(3) has it: in *line, which is
 * malloc'd or NULL at first, of *size bytes, and grown as it must be, with a
 * NUL after it. Its length; 0 at the end.  The last line may have no "\n".
 * Lines come from a buffer that is read ahead: not to be mixed with reading; a
 * seek, but with SEEK_CUR, empties it.  A failure, of memory too, loses
 * nothing.
 */
ssize_t	 green_file_getline(struct green_file *f, char **line, size_t *size) GREEN_CHECK;

/*
 * len bytes from at to a stream, in the kernel where it can.  Bytes sent: fewer
 * at the file's end.  The file's position does not move.  After a failure, part
 * of it may have been sent.  EINVAL: len < 0
 */
int64_t	 green_file_send(struct green_stream *to, struct green_file *f,
	    off_t at, int64_t len) GREEN_CHECK;

/*
 * A new file, to be written, that takes path's place only when it is committed:
 * synced, renamed, its directory synced.  Even after a crash there is either
 * the old file or all of the new one.  Closed without a commit, it is removed.
 * A link is followed.  It has the mode of the old file, or if there is none,
 * mode.
 *   EISDIR, EINVAL  path is a directory, or something else that is no file
 */
struct green_file *green_file_replace(const char *path, mode_t mode) GREEN_CHECK;
/* Waits for the calls in progress, and closes: f is gone whatever the result.
   After a failure, ECANCELED too, path is as before, unless it was the directory
   that could not be synced.  EINVAL: not from green_file_replace() */
int	 green_file_commit(struct green_file *f) GREEN_CHECK;

/*
 * The file as a stream, which starts at its position; receiving and sending
 * share that, and take turns.  A direction that it was not opened for is EBADF,
 * send_eof ENOTSUP; GREEN_ATTR_PATH is the path that it was opened by, if it
 * was, GREEN_ATTR_FD its descriptor.  Closing waits for the calls in progress.
 * It owns f from the call on: on failure (ENOMEM) f is closed.
 */
struct green_stream *green_file_stream(struct green_file *f) GREEN_CHECK;

/* Use this limiter, not the loop's for files, for this file's worker calls;
   NULL: that one again. */
void	 green_file_set_limiter(struct green_file *f, struct green_limiter *l);

GREEN_END_DECLS
#endif /* GREEN_FILE_H */
