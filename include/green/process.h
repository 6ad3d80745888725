/*
 * Subprocesses, worker processes, signals.
 */
#ifndef GREEN_PROCESS_H
#define GREEN_PROCESS_H

#include <sys/types.h>
#include <signal.h>
#include <green/stream.h>
#include <green/sync.h>

GREEN_BEGIN_DECLS

struct green_process;

enum green_stdio {
	GREEN_STDIO_DEFAULT,		/* open: inherit; run: input, and collect */
	GREEN_STDIO_INHERIT,		/* the parent's own */
	GREEN_STDIO_PIPE,		/* a stream at this end */
	GREEN_STDIO_NULL,
	GREEN_STDIO_FD,			/* the descriptor given */
	GREEN_STDIO_STDOUT,		/* stderr only: where stdout goes */
	GREEN_STDIO_PTY			/* a terminal; one for all that ask for it */
};
struct green_process_options {
	enum green_stdio in, out, err;
	int	in_fd, out_fd, err_fd;
	const char *cwd;
	char *const *env;		/* NULL: inherited */
	bool	new_session, new_group;
	int64_t	grace;			/* between SIGTERM and SIGKILL; 0: 5 s */
	const uid_t *uid;		/* NULL: unchanged; with either, the */
	const gid_t *gid;		/*   supplementary groups are dropped */
	mode_t	umask;			/* with set_umask */
	bool	set_umask;
	const int *keep_fds;		/* all others above 2 are closed */
	size_t	nkeep_fds;
	bool	shell;			/* argv[0] is a command for sh -c, the rest
					   its $1 and on */
	size_t	max_output;		/* run: more fails with EMSGSIZE; 0: 1 GiB */
	unsigned short rows, columns;	/* of a terminal; 0: as the system has it */
	void	*reserved_[3];
};

/*
 * Start argv, looked up in the parent's PATH.  Its signals are as new: nothing
 * blocked, nothing ignored.  Descriptors above 2 are closed but for keep_fds,
 * which keep their numbers, close-on-exec or not.  A terminal comes with a
 * session of its own.  A checkpoint; once the start is under way it is waited
 * for, so that a cancellation leaves no process behind.
 *   ENOENT, EACCES, ENOEXEC, ...  what its exec says: no such program, ...
 *   EINVAL   no program, or a way for a descriptor that it does not have
 *   EBADF    in_fd, out_fd, err_fd, or one to keep, is not open
 *   EPERM    the program may not be run as that user
 *   EAGAIN, EMFILE, ENFILE, ENOMEM
 * A process that is never closed is killed when the loop ends.
 */
struct green_process *green_process_open(char *const argv[],
	    const struct green_process_options *opt) GREEN_CHECK;
pid_t	 green_process_pid(const struct green_process *p);

/*
 * The streams at this end, the process's until it is closed; each may be
 * closed, or handed on to a wrapper, before: then it is NULL here, as where
 * there is none. green_stream_send_eof() on stdin is how the program sees its
 * input's end. With a terminal all three are one stream, both ways.
 */
struct green_stream *green_process_stdin(struct green_process *p);
struct green_stream *green_process_stdout(struct green_process *p);
struct green_stream *green_process_stderr(struct green_process *p);
/* Of its terminal.  ENOTSUP: it has none. */
int	 green_process_resize(struct green_process *p, unsigned short rows,
	    unsigned short columns) GREEN_CHECK;

/*
 * Wait for the process, not for others that still hold its pipes: 0, and its
 * status as from waitpid(2), unless that is NULL.  Any number of tasks may
 * wait, once it has ended too.
 *   ECHILD   somebody else has waited for it, or the program ignores SIGCHLD
 *   EBADF    it was closed meanwhile
 *   EAGAIN   (nowait) it runs
 */
int	 green_process_wait(struct green_process *p, int *status) GREEN_CHECK;
int	 green_process_wait_nowait(struct green_process *p, int *status) GREEN_CHECK;
/* ESRCH: it has ended; EINVAL: no such signal; EPERM. */
int	 green_process_signal(struct green_process *p, int sig) GREEN_CHECK;
int	 green_process_terminate(struct green_process *p) GREEN_CHECK;	/* SIGTERM */
int	 green_process_kill(struct green_process *p) GREEN_CHECK;	/* SIGKILL */
/* The same for all of its group, with new_group or new_session, after its own end
   too.  EINVAL: it has none; ESRCH: none of them is left. */
int	 green_process_signal_tree(struct green_process *p, int sig) GREEN_CHECK;
/*
 * Close its pipes; if it still runs: SIGTERM, grace, SIGKILL, to the tree where
 * it has one; reap it, and free it.  To let it end by itself, wait first.  All
 * of that is done, and waited for, in a cancelled task too, where it is also
 * done to what a process that has ended has left of its tree; then -1 and
 * ECANCELED.  NULL is allowed.
 */
int	 green_process_close(struct green_process *p);

/*
 * Run argv to its end, and the end of both its outputs: input goes to its stdin
 * (without any, that is /dev/null), its output is collected, the caller's to
 * free; a NUL follows it that does not count.  A program that does not read its
 * input is no failure.  res may be NULL; it is all zero after a failure other
 * than EIO.
 *   EIO       with check: its status is not 0; what it was is in green_errmsg()
 *   EMSGSIZE  more than max_output on one of its outputs; it was killed
 *   EINVAL    input for a stdin that is no pipe
 *   ECANCELED it was ended as by green_process_close()
 * and what green_process_open() fails with.
 */
struct green_output {
	int	 status;
	void	*out, *err;
	size_t	 out_len, err_len;
};
int	 green_process_run(char *const argv[], const struct green_process_options *opt,
	    const void *input, size_t len, bool check, struct green_output *res) GREEN_CHECK;

/*
 * Run fn in a worker process: in is copied there, what it stores at out, at
 * most *out_len bytes, comes back, and *out_len is how much that was.  fn
 * returns how much it has stored, or -1, whose errno is the call's.  The worker
 * has what the program had when its workers' parent was made, and one thread.
 * A cancelled call kills its worker.  Idle workers are used again, and leave
 * after five minutes or with the loop.  Always a checkpoint.
 *   EIO       fn ended its process, by a crash too: how is in green_errmsg()
 *   EMSGSIZE  it returned more than there was room for
 *   ENOTSUP   workers can no longer be made, see below
 *   EAGAIN, EMFILE, ENOMEM, ...
 */
typedef ssize_t green_process_fn(const void *in, size_t len, void *out, size_t max);
int	 green_to_process(green_process_fn *fn, const void *in, size_t len,
	    void *out, size_t *out_len) GREEN_CHECK;
/*
 * Workers are forked from a parent that holds no threads, and so must be made
 * before the program's first: by this, or by the first call if that is early
 * enough.  Twice is once.  Any thread, with or without a loop.  ENOTSUP: it is
 * too late, or the system cannot tell; EAGAIN, EMFILE, ENOMEM.
 */
int	 green_process_prepare(void) GREEN_CHECK;
/* How many of a loop's calls run at once: as many as there are processors. */
struct green_limiter *green_process_limiter(void);

/*
 * Signals, one by one, in the order of their arrival; of the same signal, those
 * that arrive before it was received are one.  Several receivers all get it.
 * As long as a receiver is open the signal does nothing else; closing the last
 * brings the old handling back, and raises again what was not received.
 *   EINVAL   (open) none, or one that cannot be caught
 *   EBUSY    (next) another task is in it
 *   EBADF    (next) closed meanwhile
 */
struct green_signals;
struct green_signals *green_signals_open(const int *signals, size_t n) GREEN_CHECK;
int	 green_signals_next(struct green_signals *s) GREEN_CHECK;	/* its number */
void	 green_signals_close(struct green_signals *s);

GREEN_END_DECLS
#endif /* GREEN_PROCESS_H */
