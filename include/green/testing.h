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
 * Put tasks in order: those that pass green_sequence(q, 0), 1, 2, ... do so in
 * that order, each when the one before has given way or ended.  A checkpoint if it
 * has to wait.  The turn that has come is not lost: a cancellation that comes after
 * it fails the next checkpoint.  Then the wait of a task that is cancelled, or was
 * before, breaks the sequence, as its point will never be passed.
 *   EINVAL      the point was passed already, or another task waits for it
 *   EOWNERDEAD  the sequence is broken; so does each call from then on
 *   ECANCELED   this call has broken it, if it was not yet
 * All zero is ready for use.
 */
struct green_sequencer {
	void	*reserved_[8];
};
int	 green_sequence(struct green_sequencer *q, unsigned point) GREEN_CHECK;

GREEN_END_DECLS
#endif /* GREEN_TESTING_H */
