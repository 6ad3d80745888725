/*
 * Calls that a cancellation abandons or interrupts, and the door that outlives
 * the loop: pool/revocable.c, green/door.c, pool/errand.c and the loop's end
 * (green/run.c).  Two tasks of a loop make such calls, and each may be cancelled
 * at any time; two workers do them, or cannot be started; a foreign thread runs
 * an errand.  The loop ends with its tasks, whatever the workers do.
 *
 * In every interleaving: fn runs once, or never if the call was revoked;
 * dispose() is called once if the call was abandoned, and else never;
 * interrupt() is called while fn runs only; the argument is not touched once it
 * is the caller's again; each record is freed once, and not touched afterwards;
 * a token is given back once; an errand is settled or refused; neither a loop
 * that has ended nor a door that is gone is touched; nobody waits for ever.
 *
 * code: pool/revocable.c green/door.c pool/errand.c
 * variants: ABANDON INTERRUPT
 */

#define CALLS		2
#define ERRAND		CALLS

mtype = { WAITS, RUNS, RETURNED, REVOKED, ABANDONED };

/* Each call: its record, and what becomes of it. */
mtype state[CALLS] = WAITS;
bool lock[CALLS];
bool in_pool[CALLS];			/* it can be withdrawn */
bool cancelled[CALLS];
bool abandoned[CALLS];
bool woken[CALLS];			/* the task is to run again */
bool is_out[CALLS], brought[CALLS];	/* who is done with the record */
bool freed[CALLS];
bool held[CALLS];			/* a token */
bool returned[CALLS];			/* to the caller */
bool arg_is_callers[CALLS], orphaned[CALLS];
byte runs[CALLS], disposals[CALLS], interrupts[CALLS];

/* The door, and the loop behind it. */
byte refs = 2;				/* the loop and the foreign thread */
byte inside;
bool closed;
bool door_gone, loop_gone;
chan inbox = [CALLS + 1] of { byte };
byte settled;				/* 1: run; 2: refused */

#define RECORD(c)	assert(!freed[c])
#define DOOR		assert(!door_gone)

inline drop_door() {
	DOOR;
	refs--;							/* (20) */
	door_gone = (refs == 0);
}

/* end_abandonable(); or the end of the frame that the record lies in */
inline free_record(c) {
	RECORD(c);
	freed[c] = true;					/* (6) */
	drop_door();
}

inline give_back(c) {
	assert(held[c]);
	held[c] = false;
}

/* advance() */
inline advance(c, from, to) {
	atomic {
		RECORD(c);
		!lock[c];
		if
		:: state[c] == from -> state[c] = to;		/* (1) */
		:: else
		fi;
		saw = state[c];
	}
}

/* green__door_enter() */
inline enter() {
#ifdef MUTANT_enters_by_two_steps
	atomic { DOOR; is_open = !closed; }
	atomic { DOOR; inside = inside + is_open; }
#else
	atomic { DOOR; is_open = !closed; inside++; }		/* (21) */
	if
	:: is_open
	:: !is_open -> atomic { DOOR; inside--; }		/* (22) */
	fi;
#endif
}

/* green__inbox_post(), which has a model of its own */
inline post(item) {
	atomic { assert(!loop_gone); inbox!item; }
}

inline leave() {
	atomic { DOOR; inside--; }				/* (23) */
}

/* run(), report_abandonable() */
active [CALLS] proctype worker() {
	byte c = _pid;
	mtype saw;
	bool is_open;

end:	atomic { in_pool[c] -> in_pool[c] = false; }
	if
	:: true						/* no thread */
	:: advance(c, WAITS, RUNS);				/* (4) */
		if
		:: saw == REVOKED
		:: else ->
			atomic {
				assert(!arg_is_callers[c]);
				runs[c]++;			/* (5) */
			}
#ifdef MUTANT_returns_by_two_steps
			saw = state[c];
			state[c] = (saw == RUNS -> RETURNED : saw);
#else
			advance(c, RUNS, RETURNED);		/* (2) */
#endif
			if
			:: saw == ABANDONED -> atomic {
				assert(!arg_is_callers[c]);
				disposals[c]++;			/* (3) */
				saw = 0;
			   }
			:: else
			fi;
		fi;
	fi;
#ifdef INTERRUPT
	post(c);
#else
	enter();
	if
	:: is_open -> post(c); leave();				/* (9) */
	:: !is_open -> atomic { free_record(c); }		/* (10) */
	fi;
#endif
}

/* green__wake(): its result goes into the record. */
inline wake(c) {
	RECORD(c);
	assert(!woken[c] && !returned[c]);
	woken[c] = true;
}

/* The task comes back from the call; what it gave is its own again. */
inline come_back(c) {
	RECORD(c);
	woken[c] = false;
	returned[c] = true;
	arg_is_callers[c] = !orphaned[c];
	is_out[c] = true;					/* (15) */
	if
	:: !abandoned[c] || brought[c] -> free_record(c);
	:: else
	fi;
}

/* abandon(), interrupt() */
inline cancel(c) {
	cancelled[c] = true;
	if
	:: atomic { in_pool[c] ->				/* (11) */
		in_pool[c] = false;
		give_back(c);
		wake(c);
	   }
	:: !in_pool[c] ->
#ifdef INTERRUPT
		atomic { !lock[c]; RECORD(c); lock[c] = true; }
		if
		:: state[c] == WAITS -> state[c] = REVOKED;	/* (17) */
		:: state[c] == RUNS ->
#ifdef MUTANT_interrupts_without_lock
			lock[c] = false;
#endif
			atomic {
				assert(state[c] == RUNS);
				assert(!arg_is_callers[c]);
				interrupts[c]++;		/* (16) */
			}
		:: else
		fi;
		lock[c] = false;
#else
		advance(c, WAITS, REVOKED);			/* (12) */
		if
		:: saw == RUNS -> advance(c, RUNS, ABANDONED);	/* (13) */
		:: else
		fi;
		if
		:: saw == RETURNED		/* it comes back as usual */
		:: else -> atomic {
			abandoned[c] = true;			/* (14) */
			orphaned[c] = (saw == ABANDONED);
#ifdef MUTANT_token_back_at_once
			give_back(c);
#endif
			wake(c);
		   }
		fi;
#endif
	fi;
	saw = 0;
}

/* done_abandonable(); an errand's item */
inline run_item() {
	atomic {
		inbox?c;
		if
		:: c == ERRAND ->
			assert(settled == 0);
			settled = 1;				/* (27) */
		:: c < CALLS ->
			RECORD(c);
			if
			:: !abandoned[c] ->
				give_back(c);			/* (7) */
				wake(c);
			:: else ->
				give_back(c);
				brought[c] = true;		/* (8) */
#ifndef MUTANT_freed_before_the_task_is_back
				if
				:: is_out[c] -> free_record(c);
				:: !is_out[c]
				fi;
#else
				free_record(c);
#endif
			fi;
		fi;
		c = 0;
	}
}

active proctype loop() {
	byte c;
	mtype saw;

	atomic {
		held[0] = true;
		held[1] = true;
		refs = refs + CALLS;
		in_pool[0] = true;
		in_pool[1] = true;
	}
	do
	:: !returned[0] && !woken[0] && !cancelled[0] -> cancel(0);
	:: !returned[1] && !woken[1] && !cancelled[1] -> cancel(1);
	:: atomic { woken[0] -> come_back(0); }
	:: atomic { woken[1] -> come_back(1); }
	:: nempty(inbox) -> run_item();
	:: returned[0] && returned[1] -> break;
	od;
	/* green__door_close(), green__inbox_close() */
	closed = true;						/* (18) */
#ifndef MUTANT_closes_without_waiting
	inside == 0;						/* (19) */
#endif
	do
	:: nempty(inbox) -> run_item();
	:: empty(inbox) -> break;
	od;
	atomic { loop_gone = true; drop_door(); }
}

/* green__errand_run(), by one who holds the door */
active proctype foreign() {
	bool is_open;

	enter();
	if
	:: is_open ->
		post(ERRAND);					/* (25) */
		leave();
		settled == 1;					/* (26) */
	:: !is_open -> settled = 2;				/* (24) */
	fi;
	atomic { drop_door(); }
}

/* When all is over */
active proctype judge() {
	byte c;

end:	atomic {
		loop_gone && settled > 0 && freed[0] && freed[1] && door_gone;
		do
		:: c == CALLS -> break;
		:: else ->
			assert(runs[c] <= (state[c] != REVOKED));
			assert(disposals[c] == orphaned[c]);
			assert(interrupts[c] <= cancelled[c]);
			assert(!held[c] || abandoned[c]);
			assert(runs[c] == 0 || !in_pool[c]);
			c++;
		od;
	}
}
