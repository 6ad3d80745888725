/*
 * The scheduler.  A task that gives way picks the next ready one and switches
 * straight to it; when none is ready, or after so many switches, the loop's own
 * turn comes: it runs on the stack of whichever task gave way last.  The ring
 * of ready tasks has room for every task from its spawn on, so that waking one
 * never fails.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#undef _FORTIFY_SOURCE		/* its longjmp() refuses to change stacks */
#include "config.h"

#include <stdlib.h>
#include <unistd.h>

#include "switch.h"

#define LOOKS_A_POLL	256

_Thread_local struct loop *green__loop;

int
green__reserve(struct loop *l, size_t ntasks)
{
	struct green_task **ready;
	size_t i, room;

	if (ntasks <= l->room)
		return (0);
	room = l->room == 0 ? 64 : l->room * 2;
	if (green__timer_reserve(l, room) == -1)
		return (-1);
	ready = reallocarray(NULL, room, sizeof(*ready));
	if (ready == NULL)
		return (-1);
	for (i = 0; i < l->nready; i++)
		ready[i] = l->ready[(l->ready_head + i) & l->ready_mask];
	free(l->ready);
	l->ready = ready;
	l->ready_head = 0;
	l->ready_mask = room - 1;
	l->room = room;
	return (0);
}

GREEN__HOT void
green__ready(struct loop *l, struct green_task *t)
{
	queue(l, t);
}

/* The next of a sequence that a seed determines (xorshift64*). */
static uint64_t
draw(struct loop *l)
{
	l->seed ^= l->seed >> 12;
	l->seed ^= l->seed << 25;
	l->seed ^= l->seed >> 27;
	return (l->seed * UINT64_C(2685821657736338717));
}

/* Shuffle all that is ready; what becomes ready meanwhile waits its turn. */
void
green__shuffle(struct loop *l)
{
	struct green_task **a, **b, *t;
	size_t i;

	for (i = l->nready; i > 1; i--) {
		a = &l->ready[(l->ready_head + i - 1) & l->ready_mask];
		b = &l->ready[(l->ready_head + draw(l) % i) & l->ready_mask];
		t = *a;
		*a = *b;
		*b = t;
	}
	l->batch = l->nready;
}

static void
cancel_all(struct loop *l, const char *reason)
{
	green__scope_cancel(&l->root.scope, GREEN_CALLED, reason);
	green__scope_cancel(&l->guests.scope, GREEN_CALLED, reason);
}

/*
 * Nothing can wake anybody any more: say so, and cancel everything; what is
 * shielded, or gets stuck a second time, is cancelled through its shields.
 */
static void
deadlock(struct loop *l)
{
	if (!l->deadlocked) {
		l->deadlocked = true;
		green__dump(l, STDERR_FILENO);
		cancel_all(l, "every task waits, and nothing can wake one");
		if (l->nready > 0)
			return;
	}
	l->forced = true;
	green__scope_update(&l->root.scope);
	green__scope_update(&l->guests.scope);
	if (l->nready == 0)
		green__die("deadlock that cancelling every task does not end");
}

/*
 * The next deadline is this far away; how long to wait for it.  With thousands
 * of them there is always another just behind: up to a millisecond, they are
 * better met together than by a wake-up each.
 */
static int64_t
patience_for(const struct loop *l, int64_t distance)
{
	int64_t together = (int64_t)l->ntimers * (GREEN_USEC / 4);

	if (together > GREEN_MSEC)
		together = GREEN_MSEC;
	return (distance > together ? distance : together);
}

/*
 * For how much real time nothing must be ready before something happens by
 * itself: those wake who wait for that, or the mock clock jumps to next.
 */
static int64_t
calm(struct loop *l, int64_t next)
{
	if (!TAILQ_EMPTY(&l->idlers))
		return (green__idle_cushion(l));
	if (l->mock && l->mock_autojump >= 0 && l->calls == 0 &&
	    next != GREEN_FOREVER)
		return (l->mock_autojump);
	return (GREEN_FOREVER);
}

/* How long the reactor may wait, with nothing ready; -1: nothing will be. */
static int64_t
patience(struct loop *l, int64_t now)
{
	int64_t next = green__timer_next(l), quiet = calm(l, next);
	int64_t timeout = GREEN_FOREVER;

	if (quiet != GREEN_FOREVER) {
		if (l->quiet_since == 0)
			l->quiet_since = now;
		timeout = green__after(l->quiet_since, quiet) - now;
		if (timeout < 0)
			timeout = 0;
	}
	if (next <= l->time)
		return (0);
	if (next != GREEN_FOREVER && !l->mock &&
	    patience_for(l, next - l->time) < timeout)
		timeout = patience_for(l, next - l->time);
	if (timeout == GREEN_FOREVER && l->waiting_fds == 0 && l->calls == 0 &&
	    l->external == 0 && l->guest == NULL &&
	    atomic_load(&l->door->held) == 0)
		/* Whoever let go of the last token may have come in before. */
		return (atomic_load(&l->inbox) == NULL ? -1 : 0);
	return (timeout);
}

/* Nothing is ready.  If it has been so for long enough, let that happen. */
static void
rest(struct loop *l, int64_t now)
{
	int64_t next, quiet;

	if (l->quiet_since == 0)
		return;
	next = green__timer_next(l);
	quiet = calm(l, next);
	if (quiet == GREEN_FOREVER || now - l->quiet_since < quiet)
		return;
	if (!TAILQ_EMPTY(&l->idlers))
		green__idle_wake(l);
	else if (next > l->time) {
		l->time = next;
		green__timer_fire(l, next);
	}
}

static void
poll_reactor(struct loop *l, int64_t timeout)
{
	l->polls++;
	TRACE2(reactor__wait, l->ops->name, timeout);
	l->ops->wait(l->reactor, timeout);
	TRACE2(reactor__return, l->ops->name, l->nready);
}

/* While it spins: has a thread posted something?  Descriptors do not wait until
   that is over. */
static bool
arrived(void *loop)
{
	struct loop *l = loop;

	if (atomic_load_explicit(&l->inbox, memory_order_relaxed) != NULL)
		return (true);
	if (l->waiting_fds == 0 || ++l->looks % LOOKS_A_POLL != 0)
		return (false);
	poll_reactor(l, 0);
	return (l->nready > 0);
}

/* Wait for what comes from outside, for at most timeout. */
static void
wait_outside(struct loop *l, int64_t timeout, int64_t now)
{
	bool asleep;

	if (timeout > 0 && !l->mock && green__stack_trim(l->stacks, now) &&
	    timeout > GREEN_SEC)
		timeout = GREEN_SEC;
	/* Workers answer soon, as a rule; but a guest's step waits for nobody. */
	if (l->calls > 0 && l->guest == NULL &&
	    green__spin(&l->spin, &timeout, arrived, l))
		timeout = 0;
	asleep = timeout > 0 && green__inbox_sleep(l);
	if (!asleep)
		timeout = 0;
	if (timeout > 0 && l->guest != NULL) {
		green__guest_wait(l, timeout);
		timeout = 0;
	}
	poll_reactor(l, timeout);
	if (green__inbox_run(l) && asleep)
		l->wakeups++;
}

/* The loop's own work: inbox, deadlines, reactor.  When it was done. */
static int64_t
work(struct loop *l, int64_t began)
{
	int64_t timeout, now = began;

	if (l->current != NULL) {
		l->turns_on = l->current;
		l->current->context.sp = __builtin_frame_address(0);
	}
	l->current = NULL;
	if (!l->mock)
		l->time = began;
	(void)green__inbox_run(l);
	if (l->nready > 0) {
		if (l->guest != NULL && green__guest_overdue(l, began)) {
			green__guest_rest(l);
			now = green__clock();
		}
		if (l->waiting_fds > 0) {
			poll_reactor(l, 0);
			now = green__clock();
		}
	} else if ((timeout = patience(l, began)) == -1)
		deadlock(l);
	else {
		wait_outside(l, timeout, began);
		now = green__clock();
	}
	if (!l->mock)
		l->time = now;
	if (l->ntimers > 0)
		green__timer_fire(l, l->time);
	if (l->nready == 0)
		rest(l, now);
	if (l->nready > 0)
		l->quiet_since = 0;
	return (now);
}

GREEN__HOT void
green__turn(struct loop *l)
{
	int64_t now = green__clock();

	if (green__meter_stop(l, now) ||
	    (l->guest != NULL && green__guest_overdue(l, now)))
		now = work(l, now);
	green__meter_start(l, now);
	/* Nobody has fetched what the first ones need. */
	if (l->nready >= AHEAD) {
		fetch_frame(l, 1);
		fetch_frame(l, 0);
	}
}

GREEN__HOT int
green__yield(bool check)
{
	struct loop *l = green__loop;
	struct green_task *t = l->current, *to;
	int error = *l->error_at;

	queue(l, t);
	to = successor(l, t, false);
	give_way(t, to);
	*l->error_at = error;
	return (GREEN__UNLIKELY(check && green__is_cancelled(t)) ?
	    green__cancelled() : 0);
}

/* From the thread's own stack into the tasks, until the last has ended. */
void
green__run_tasks(struct loop *l)
{
	l->current = next(l);
	l->budget = BUDGET;
	green__context_switch(&l->main, &l->current->context);
}

/* Where to go on when the running task is over: after the last, in the thread. */
static struct green__context *
after(struct loop *l)
{
	struct green_task *t = l->current, *to;

	green__timer_disarm(t);
	if (--l->ntasks == 0) {
		(void)green__meter_stop(l, green__clock());
		l->current = NULL;
		return (&l->main);
	}
	to = next(l);
	TRACE4(task__switch, t->id, t->name, to->id, to->name);
	l->current = to;
	l->budget = BUDGET;
	return (&to->context);
}

/*
 * The first frame of every stack.  It is here for the sake of the processor: a
 * task that ends jumps to where another goes on, and the next one on this stack
 * begins without a return, so that all that follow are predicted right.
 */
void
green__task_entry(void)
{
	struct green__context *to;
	struct green_task *t;

	for (;;) {
		t = green__loop->current;
		green__task_run(t);
		to = after(green__loop);
		/* Nothing takes the stack before the switch has left it. */
		if (t->handle)
			t->left = true;
		else
			green__stack_put(green__loop->stacks, t);
		green__context_switch(&t->context, to);
	}
}
