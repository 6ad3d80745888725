/*
 * Watching a tree: what comes, goes and changes below a directory.  The system
 * tells of it (inotify, kqueue); where it does not, all is looked at now and
 * then.
 *
 * When green_watch_open() has returned, the whole tree is watched, and what
 * happens from then on is told, in its order.  So a program opens the watch,
 * then reads the tree, then takes the events: what happened meanwhile is told
 * though it may have been seen already, and nothing is missed.  Or it has the
 * watch tell of what is there too (options.existing), and need not read
 * anything: who follows these events has the tree at every moment as it was at
 * some moment before.  Directories that come later are watched as well; what
 * was made in them before that is told just like the rest, each entry after its
 * directory, and rarely twice.  Links are not followed, but for the path
 * itself.
 */
#ifndef GREEN_WATCH_H
#define GREEN_WATCH_H

#include <stdbool.h>
#include <stdint.h>
#include <green/run.h>

GREEN_BEGIN_DECLS

struct green_watch;

enum green_watch_kind {
	GREEN_WATCH_CREATED = 1,	/* or linked, or moved here from outside */
	GREEN_WATCH_CHANGED,		/* a file was written to, or its size set */
	GREEN_WATCH_ATTRIBUTES,		/* mode, owner, times: if asked for */
	GREEN_WATCH_REMOVED,		/* or moved out, with all that it has */
	GREEN_WATCH_RENAMED,		/* from there, with all that it has; what had
					   the name is replaced */
	GREEN_WATCH_OVERFLOW,		/* events are lost: read all below path anew */
	GREEN_WATCH_UNWATCHED,		/* a directory of which nothing is told */
	GREEN_WATCH_GONE		/* the tree itself: nothing comes after */
};
/* Paths begin with the one that was opened, and are valid until the next call.
   */
struct green_watch_event {
	enum green_watch_kind kind;
	const char *path;
	const char *from;		/* RENAMED: its path before; else NULL */
	bool	 dir;			/* it is a directory */
	int	 error;			/* UNWATCHED: why */
};
struct green_watch_options {
	bool	shallow;		/* what lies in path itself, and no deeper */
	bool	attributes;		/* tell of them */
	bool	existing;		/* tell of what is there: as CREATED, first */
	int64_t	interval;		/* ns from look to look, where the system does
					   not tell; 0: a second */
	void	*reserved_[4];
};

/*
 * Begin to watch the directory path; opt may be NULL.  A relative path must
 * lead there for as long as that lasts.  What is known takes memory and, of the
 * system, watches for each directory, and where that has kqueue alone, a
 * descriptor for each file too.  Always a checkpoint.  NULL:
 *   ENOTDIR, ENOENT, EACCES, ...  what opendir(3) says of path
 *   ENOSPC     more directories than the system watches for a user; Linux:
 *              fs.inotify.max_user_watches
 *   EMFILE     out of descriptors, or of watches for a user; Linux:
 *              fs.inotify.max_user_instances
 *   EINVAL     a negative interval
 *   EPERM, ECANCELED, EAGAIN, ENOMEM
 */
struct green_watch *green_watch_open(const char *path,
	    const struct green_watch_options *opt) GREEN_CHECK;
/*
 * The next event: 1; 0 after GREEN_WATCH_GONE; -1.  A checkpoint that blocks
 * until there is one.  No failure loses an event.
 *   EBUSY      another task is in it
 *   EBADF      closed meanwhile
 *   ECANCELED, EAGAIN, ENOMEM
 *
 * OVERFLOW comes when the tree is wholly watched again, so that a program that
 * then reads it misses nothing; or with options.existing, as all is about to be
 * told anew.  It also comes when two have changed places, and when a file
 * system that was mounted there has gone.  UNWATCHED: with EACCES it may not be
 * read; ENOSPC, EMFILE and ENOMEM, there is no more; ENAMETOOLONG, its path is
 * longer than the system takes.  The others go on.
 */
int	 green_watch_next(struct green_watch *w, struct green_watch_event *e) GREEN_CHECK;
/* Events that were not taken are lost.  In a cancelled task too; NULL is
   allowed. 0, or -1 with what close(2) says; w is gone whatever the result. */
int	 green_watch_close(struct green_watch *w);

GREEN_END_DECLS
#endif /* GREEN_WATCH_H */
