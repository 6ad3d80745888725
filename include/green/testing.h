/*
 * For the tests of programs that use libgreen, with CUnit or anything else.
 * These are in a library of their own: link with -lgreen-testing -lgreen, or
 * what pkg-config --libs libgreen-testing prints.
 */
#ifndef GREEN_TESTING_H
#define GREEN_TESTING_H

#include <green.h>

GREEN_BEGIN_DECLS

/*
 * Run fn once on every backend built in, or on the one that opt or
 * $GREEN_BACKEND names alone, each time as the first task of a loop of its own,
 * and check that it leaves no descriptor, no call in a worker thread and no
 * child behind, and closes nothing that was there before.  0 if it returns 0
 * and leaves nothing, everywhere; else -1, and stderr says which and why, a
 * line each.  errno is that of the first failure; EPROTO if fn returned
 * something else than 0 or -1, or left something; EBUSY if a loop is running in
 * this thread.  Any thread, outside of a loop.
 */
int	 green_test(green_fn *fn, void *arg, const struct green_options *opt) GREEN_CHECK;

/*
 * The same as a CUnit test function, void (void): GREEN_CU_TEST(name) { ...
 * return (0); } fails the CUnit test if green_test() fails.  The body is a
 * task's function.  CUnit's *_FATAL assertions jump out of the task's stack and
 * must not be used in it.
 */
#define GREEN_CU_TEST(name)						\
	static int name##_task_(void *);				\
	static void							\
	name(void)							\
	{								\
		CU_ASSERT(green_test(name##_task_, NULL, NULL) == 0);	\
	}								\
	static int							\
	name##_task_(void *green_arg_ __attribute__((__unused__)))

/*
 * Run fn over and over, each time in a new loop with these options: once
 * undisturbed, to count its n checkpoints, then n times with the i-th
 * cancelled, and once more for each wait.  Each time it must come back,
 * whatever it returns, within 10 seconds ($GREEN_TEST_TIMEOUT), and leave
 * nothing: no descriptor, child or call in a worker thread, no lock held by a
 * task that has ended, no token of the loop's limiters.  Finds the error path
 * that nobody wrote.
 *
 * Checkpoints are counted over all tasks of the program, in the order in which
 * they are come to; with the mock clock, and without threads and peers of its
 * own, that is the same in each run, with a seed too.  When the i-th is come
 * to, all of fn is cancelled, as by a scope around it: that checkpoint fails
 * (if no shield is around it), and so do all that follow, in every task.  In
 * the rounds for waits the cancellation comes a little later, when that wait
 * has begun and the tasks that were ready have run.
 *
 * Returns n; or -1 with EPROTO if a run went wrong, and stderr says which and
 * how, for the first ten; with EBUSY if a loop is running in this thread; or
 * with the error of pthread_create().  A run that does not come back cannot be
 * ended: it is told of on stderr, with a dump of its tasks, and abort().  Any
 * thread, outside of a loop.
 */
int	 green_test_cancel_everywhere(green_fn *fn, void *arg,
	    const struct green_options *opt) GREEN_CHECK;

/*
 * Call fn(arg) in the calling task: is it a full checkpoint?  1 if it lets
 * others run, by itself and not because a budget is used up, and comes to a
 * checkpoint that fails when a scope around it is cancelled; else 0.  What fn
 * returns is dropped.  -1 and EPERM outside of a loop.  A checkpoint if fn is
 * one.
 */
int	 green_test_checkpoints(green_fn *fn, void *arg) GREEN_CHECK;

/*
 * Wait until every other task is blocked, and for cushion ns more of real time
 * without any becoming ready, so that a test goes on from a known state without
 * sleeping.  Tasks that wait for worker threads or descriptors are blocked; one
 * whose deadline has passed is not.  Of several waiters those with the shortest
 * cushion come first, together, and all of them before the mock clock jumps.
 * Always a checkpoint.  ECANCELED, EPERM
 */
int	 green_wait_all_blocked(int64_t cushion) GREEN_CHECK;

/*
 * Move the mock clock (see green_options) forward by hand.  What becomes due by
 * that happens when the caller next gives way.  Never a checkpoint.
 *   EINVAL  the loop has another clock, or duration < 0
 */
int	 green_mock_advance(int64_t duration) GREEN_CHECK;

/*
 * Put tasks in order: those that pass green_sequence(q, 0), 1, 2, ... do so in
 * that order, each when the one before has given way or ended.  A checkpoint if
 * it has to wait.  The turn that has come is not lost: a cancellation that
 * comes after it fails the next checkpoint.  Then the wait of a task that is
 * cancelled, or was before, breaks the sequence, as its point will never be
 * passed.
 *   EINVAL      the point was passed already, or another task waits for it
 *   EOWNERDEAD  the sequence is broken; so does each call from then on
 *   ECANCELED   this call has broken it, if it was not yet
 * All zero is ready for use.
 */
struct green_sequencer {
	void	*reserved_[8];
};
int	 green_sequence(struct green_sequencer *q, unsigned point) GREEN_CHECK;

/*
 * What every stream must do, tried on the two ends that make(arg, end)
 * connects, anew for each claim: ends, closes, busy directions, cancellation,
 * pieces of all sizes, framing.  What a stream may do or not, it may do: end in
 * one direction, hold bytes that nobody has received, tell an abort from an end
 * (EPROTO).  0; or -1 with EPROTO, and stderr says which claims do not hold,
 * and how; or as make() fails; or ECANCELED.  A claim that takes 10 seconds
 * ($GREEN_TEST_TIMEOUT), of the loop's clock, does not hold.  A checkpoint.
 * SIGPIPE has another action meanwhile.
 */
int	 green_test_stream(int (*make)(void *arg, struct green_stream *end[2]),
	    void *arg) GREEN_CHECK;

GREEN_END_DECLS
#endif /* GREEN_TESTING_H */
