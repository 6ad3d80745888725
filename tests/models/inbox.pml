/*
 * The door of a loop: green/inbox.c, what it wakes the reactor with
 * (green/reactor_wakeup.c), the loop's turn (green/sched.c) and its end
 * (green/run.c).  Two workers take calls and post them back; a foreign thread
 * posts items of its own, two or (where edges count) one.  The loop ends when all
 * have been run.
 *
 * In every interleaving: each post is run once, those of a thread in order; a
 * loop that has ended is not touched; and nobody waits for ever, which spin
 * takes for an error.  Numbers in brackets are the steps, here as in the C.
 *
 * code: green/inbox.c green/reactor_wakeup.c
 * variants: LEVEL EVENTFD_EDGE PIPE_EDGE
 */

#define NOTHING		0		/* the list's head: awake ... */
#define ASLEEP		1		/* ... and not */
#define ITEM		2		/* the first of them */
#define CALLS		2		/* the workers' items, ... */
#define AGAIN		1		/* ... one of them posted again */
#ifdef LEVEL
#define LETTERS		2		/* the foreign thread's */
#else
#define LETTERS		1
#endif
#define ITEMS		(CALLS + LETTERS)
#define POSTS		(ITEMS + AGAIN)

byte head = NOTHING;
byte next[ITEM + ITEMS];
byte wakers;
bool raised;				/* of struct green__wakeup */
bool edge;				/* an event for the reactor */
bit bytes;				/* to be read from the descriptor */
byte timers = 1;			/* wake-ups for other reasons */
bool gone;				/* the loop's memory is free */

bool todo[CALLS];			/* a worker may take it */
bool posted[ITEM + ITEMS];
byte ran;
byte letters;				/* of those that have been run */

#define TOUCH		assert(!gone)
#ifdef LEVEL
#define EVENT		(bytes > 0)
#else
#define EVENT		edge
#endif

/* green__wakeup_raise() */
inline raise() {
	atomic { TOUCH; was = raised; raised = true; }		/* (5) */
	if
	:: was
	:: else -> atomic { TOUCH; bytes = 1; edge = true; }/* (6) */
	fi;
}

/* green__inbox_post() */
inline post(it) {
	atomic { TOUCH; posted[it] = true; seen = head; }	/* (1) */
	do
	:: atomic {
		owes = (seen == ASLEEP);
		if
#ifndef MUTANT_waker_is_counted_late
		:: owes -> TOUCH; wakers++;			/* (2) */
#endif
		:: else
		fi;
		next[it] = (owes -> NOTHING : seen);
	   }
		atomic {					/* (3) */
			TOUCH;
			if
			:: head == seen -> head = it; seen = 0; break;
			:: else -> seen = head;
			fi;
		}
#ifndef MUTANT_waker_is_counted_late
		if
		:: owes -> atomic { TOUCH; wakers--; }		/* (4) */
		:: else
		fi;
#endif
	od;
	if
	:: owes ->
#ifdef MUTANT_waker_is_counted_late
		atomic { TOUCH; wakers++; }
#endif
		raise();
		atomic {					/* (7) */
			TOUCH;
			wakers--;
			owes = false;
			was = false;
		}
	:: else
	fi;
}

/* What the item does: a call comes back, and its task may make another. */
inline run_item(it) {
	assert(posted[it]);
	posted[it] = false;
	ran++;
	if
	:: it >= ITEM + CALLS ->
		assert(it == ITEM + CALLS + letters);
		letters++;
	:: else ->
		todo[it - ITEM] = (ran < POSTS && again > 0);
		again = again - todo[it - ITEM];
	fi;
}

/*
 * green__inbox_run().  The look at the head without the exchange may see what is
 * out of date, but nothing older than what the loop itself put there or saw.
 */
inline run_inbox(stale) {
	if
	:: atomic { head != NOTHING ->				/* (9) */
		it = head;
		head = NOTHING;
		it = (it == ASLEEP -> NOTHING : it);
		do
		:: it == NOTHING -> break;
		:: else ->
			n = next[it];
			next[it] = first;
			first = it;
			it = n;
		od;
		n = 0;
	   }
		do
		:: first == NOTHING -> break;
#ifdef MUTANT_next_is_read_late
		:: else ->
			run_item(first);
			first = next[first];
#else
		:: atomic { else ->				/* (10) */
			n = next[first];
			next[first] = NOTHING;
			run_item(first);
			first = n;
			n = 0;
		   }
#endif
		od;
	:: head == NOTHING || stale				/* (8) */
	fi;
}

/* green__inbox_sleep() */
inline sleep() {
#ifdef MUTANT_sleep_without_exchange
	sleeps = (head == NOTHING);
	if
	:: sleeps -> head = ASLEEP;
	:: else
	fi;
#else
	atomic {						/* (11) */
		sleeps = (head == NOTHING);
		head = (sleeps -> ASLEEP : head);
	}
#endif
}

/* green__wakeup_lower() */
inline lower() {
#ifdef MUTANT_lowered_before_it_is_read
	raised = false;
	bytes = 0;
#else
#ifndef EVENTFD_EDGE
	bytes = 0;						/* (12) */
#endif
	raised = false;						/* (13) */
#endif
}

/* green__turn(), wait_outside() */
active proctype loop() {
	byte it, n, first, again = AGAIN;
	bool sleeps;

	do
	:: ran == POSTS -> break;
	:: else ->
		run_inbox(true);
		/* Tasks may be ready, and the reactor be looked at only. */
		if
		:: sleeps = false;
		:: ran < POSTS -> sleep();
		fi;
		if
		:: atomic { EVENT -> edge = false; }
			lower();
		:: !EVENT && !sleeps
		:: sleeps && timers > 0 -> timers--;
		fi;
		run_inbox(false);
	od;
	/* green__inbox_close(), and the rest of loop_close() */
#ifndef MUTANT_end_without_waiting
	wakers == 0;						/* (14) */
#endif
	gone = true;
	assert(head == NOTHING);
}

/* report(), of pool/to_thread.c */
active [2] proctype worker() {
	byte it = ITEM + _pid - 1, seen;
	bool owes, was;

	post(it);
end:	do
	:: atomic { todo[0] -> todo[0] = false; it = ITEM; }
		post(it);
	:: atomic { todo[1] -> todo[1] = false; it = ITEM + 1; }
		post(it);
	od;
}

active proctype foreign() {
	byte it = ITEM + CALLS, seen;
	bool owes, was;

	do
	:: it == ITEM + ITEMS -> break;
	:: else -> post(it); it++;
	od;
}
