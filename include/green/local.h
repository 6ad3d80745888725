/*
 * Variables of a task (inherited by the tasks it starts) and of a loop.
 */
#ifndef GREEN_LOCAL_H
#define GREEN_LOCAL_H

#include <green/run.h>

GREEN_BEGIN_DECLS

/*
 * Keys are made once, in any thread, and last as long as the process.  destroy,
 * if not NULL, is called for values other than NULL: for a task's in the task
 * itself, when its function has returned and before its group learns of that;
 * for a loop's in the loop's thread, when its last task has ended.
 *   EINVAL   destroy together with GREEN_KEY_INHERIT; unknown flags
 *   EAGAIN   there are GREEN_KEYS keys already
 */
#define GREEN_KEYS	1024
struct green_key { unsigned id; };	/* all-zero: no key */
#define GREEN_KEY_INHERIT 1	/* a new task starts with its spawner's value,
				   as of the spawn (green_start(): caller's) */
int	 green_key_create(struct green_key *k, void (*destroy)(void *), int flags) GREEN_CHECK;

/* The calling task's.  The old value is not destroyed.  EINVAL: no such key;
   ENOMEM */
int	 green_local_set(struct green_key k, void *value) GREEN_CHECK;
/* NULL: not set, or not in a task.  A worker thread reads the values that its
   call's task would have handed down. */
void	*green_local_get(struct green_key k);
/* One per loop, with any key: apart from the tasks' own. */
int	 green_loop_local_set(struct green_key k, void *value) GREEN_CHECK;
void	*green_loop_local_get(struct green_key k);

GREEN_END_DECLS
#endif /* GREEN_LOCAL_H */
