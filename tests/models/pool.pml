/*
 * The hand-over between a loop, its limiter, the pool and the workers:
 * pool/pool.c, and the plain calls of pool/to_thread.c.  A loop makes two calls
 * with one token or two, and may cancel one of them; a foreign thread submits a
 * job, and may withdraw it; two workers can be started, or fail to be, and a job
 * may end its worker's thread, once (with one token, as there is no more to be
 * seen with two).  When the loop is done, the process ends (green__pool_end()),
 * whatever the foreign thread does.
 *
 * In every interleaving: each call ends once, and has been run once, or has
 * failed or been cancelled and is never run; its token is given back; no job
 * waits while there is an idle worker, or one to be started, that nobody has
 * asked; a worker that is gone is not signalled; and nobody waits for ever.
 * What is done with the pool's lock held is one step, as is what the loop does
 * by itself; the inbox has a model of its own.  Numbers in brackets are the
 * steps, here as in the C.
 *
 * code: pool/pool.c pool/to_thread.c
 * variants: ONE_TOKEN TWO_TOKENS
 */

#define WORKERS		2
#define CALLS		2
#ifdef ONE_TOKEN
#define TOKENS		1
#else
#define TOKENS		2
#endif
#define FOREIGN		CALLS		/* the foreign thread's job */
#define JOBS		(CALLS + 1)
#define TURN		JOBS		/* the inbox item that submits */

#define NOBODY		WORKERS
#define UNBORN		(WORKERS + 1)

/* The pool. */
chan line = [JOBS] of { byte };
bool waits[JOBS];
byte idle[WORKERS];			/* a stack */
byte nidle;
byte nworkers;
byte nlooking;
bool refused;				/* no worker could be started */
bool ending;
bool ender_waits, none_looks;		/* the condition */
byte nleft, nended;			/* workers, in the same order */

/* Each worker. */
bool alive[WORKERS];
bool woken[WORKERS];
byte expected[WORKERS];
bool waiting[WORKERS], signalled[WORKERS];	/* the condition */
byte early = 1;				/* when it ends without a signal */
bool may_fall = TOKENS == 1;		/* a thread may end in its job */

/* The loop. */
mtype = { IN_LINE, READY, COLLECTED, POOL, ENDED };
mtype state[CALLS];
bool cancelled[CALLS];			/* and its end is still to come */
chan inbox = [JOBS + 1] of { byte };
chan collected = [CALLS] of { byte };
bool posted;
byte lent;

/* What has become of the jobs. */
byte runs[JOBS];
bool failed[JOBS];
bool foreign_done, foreign_ended;

#define SERVED	(empty(line) || nlooking > 0 || (refused && nidle == 0))

/* choose() */
inline choose(who) {
	nlooking++;						/* (1) */
	refused = false;
	if
	:: nidle == 0 ->
		nworkers++;
		who = UNBORN;
	:: else ->
		nidle--;
		who = idle[nidle];
		idle[nidle] = 0;
#ifdef MUTANT_expected_by_one_only
		expected[who] = 1;
#else
		expected[who]++;
#endif
		woken[who] = true;
	fi;
}

/* stop_looking() */
inline stop_looking() {
	assert(nlooking > 0);
	nlooking--;						/* (2) */
	if
	:: nlooking == 0 && ending && ender_waits ->
		ender_waits = false;
		none_looks = true;
	:: else
	fi;
}

/* A job's done() */
inline done(job) {
	if
	:: job == FOREIGN -> foreign_done = true;
	:: job < FOREIGN -> inbox!job;				/* (22) */
	fi;
}

/* summon(), start(), give_up() */
inline summon(who, job) {
	do
	:: who == NOBODY -> break;
	:: atomic { who == UNBORN ->				/* (3) */
		if
		:: !alive[0] -> alive[0] = true; who = NOBODY;
		:: alive[0] && !alive[1] -> alive[1] = true; who = NOBODY;
		:: true ->
			who = NOBODY;
			refused = true;
			stop_looking();				/* (4) */
			nworkers--;
			if
			:: nworkers == 0 ->
				do
				:: line?job ->
					waits[job] = false;
					given!job;
				:: empty(line) -> break;
				od;
			:: nworkers > 0
			fi;
#ifndef MUTANT_no_help_after_giving_up
			if
			:: nlooking == 0 && nempty(line) && nidle > 0 ->
				choose(who);
			:: nlooking > 0 || empty(line) || nidle == 0
			fi;
#endif
			assert(SERVED);
		fi;
	   }
		do
		:: atomic { given?job ->			/* (5) */
			failed[job] = true;
			done(job);
			job = 0;
		   }
		:: empty(given) -> break;
		od;
	:: atomic { who < WORKERS ->				/* (6) */
		assert(alive[who]);
		signalled[who] = waiting[who];
	   }
		atomic {					/* (7) */
#ifdef MUTANT_expected_by_one_only
			expected[who] = 0;
#else
			expected[who]--;
#endif
			who = NOBODY;
		}
	od;
}

/* leave(), with the lock */
inline quit() {
	stop_looking();						/* (14) */
	nworkers--;
#ifndef MUTANT_no_help_for_those_left_behind
	if
	:: nlooking == 0 && nempty(line) -> choose(help);
	:: nlooking > 0 || empty(line)
	fi;
#endif
	number = nleft;
	nleft++;
	assert(SERVED);
}

/* worker(), work(), stay_idle() */
active [WORKERS] proctype worker() {
	chan given = [JOBS] of { byte };
	byte self = _pid, job, help = NOBODY, number;
	bool idling, timed_out;

end:	alive[self];
look:	atomic {
		if
#ifdef MUTANT_time_out_beats_call
		:: idling && timed_out ->
			woken[self] = false;
#else
		:: idling && !woken[self] && timed_out ->	/* (10) */
#endif
			if
			:: nidle > 0 && idle[0] == self ->
				idle[0] = idle[1];
			:: else
			fi;
			nidle = (nidle > 0 -> nidle - 1 : 0);
			idling = false;
			timed_out = false;
			nlooking++;
			quit();
			goto leave;
		:: idling && !woken[self] && !timed_out ->
			waiting[self] = true;
			goto end_idle;
		:: !idling || woken[self] ->
			idling = false;
			timed_out = false;
		fi;
		if
		:: line?job					/* (8) */
		:: empty(line) && ending ->
			quit();
			goto leave;
		:: empty(line) && !ending ->			/* (9) */
			woken[self] = false;
			idle[nidle] = self;
			nidle++;
			stop_looking();
			idling = true;
			waiting[self] = true;
			goto end_idle;
		fi;
		assert(waits[job]);
		waits[job] = false;
		refused = (refused && nempty(line));
		stop_looking();
#ifndef MUTANT_no_help_for_the_rest
		if
		:: nlooking == 0 && nempty(line) -> choose(help);
		:: nlooking > 0 || empty(line)
		fi;
#endif
		assert(SERVED);
	}
	summon(help, job);
	atomic {						/* (11) */
		/* It is still waited for. */
		assert(job == FOREIGN && !foreign_ended ||
		    job < CALLS && state[job] == POOL);
		runs[job]++;
		nlooking++;					/* (12) */
	}
	if
	:: atomic { done(job); job = 0; }			/* (13) */
		goto look;
	:: atomic { may_fall -> may_fall = false; done(job); job = 0; }
		atomic { quit(); goto leave; }
	fi;
	/* pthread_cond_timedwait(), until it asks for the lock again */
end_idle:
	atomic {
		if
		:: signalled[self]
		:: early > 0 -> early--;
		:: early > 0 -> early--; timed_out = true;
		fi;
		signalled[self] = false;
		waiting[self] = false;
	}
	goto look;
leave:	summon(help, job);
#ifndef MUTANT_leaves_when_expected
	expected[self] == 0;					/* (15) */
#endif
	atomic {						/* (16) */
		nended == number;
		nended++;
		number = 0;
		alive[self] = false;
	}
	goto end;
}

/* green__pool_submit(), of all jobs on a list */
inline submit(jobs) {
	atomic {						/* (17) */
		do
		:: jobs?job -> waits[job] = true; line!job;
		:: empty(jobs) -> break;
		od;
		job = 0;
		if
		:: nlooking == 0 -> choose(help);
		:: else
		fi;
		assert(SERVED);
	}
	summon(help, job);
}

/* green__pool_withdraw() */
inline withdraw(job, is_out) {
#ifdef MUTANT_withdraw_without_lock
	is_out = waits[job];
#endif
	atomic {						/* (18) */
#ifndef MUTANT_withdraw_without_lock
		is_out = waits[job];
#endif
		if
		:: is_out && line??[eval(job)] -> line??eval(job);
		:: else
		fi;
		waits[job] = false;
	}
}

/* finish(): the token goes to the one in line. */
inline finish(c) {
	state[c] = ENDED;
	cancelled[c] = false;
	lent--;							/* (23) */
	if
	:: state[0] == IN_LINE -> state[0] = READY; lent++;
	:: state[1] == IN_LINE -> state[1] = READY; lent++;
	:: else
	fi;
}

#define LIVE(c)	(state[c] != ENDED && !cancelled[c])

/* The task's cancellation, and abort_call() where it has got that far */
inline cancel(c) {
	cancelled[c] = true;
	if
	:: state[c] == IN_LINE -> state[c] = ENDED; cancelled[c] = false;
	:: state[c] == READY
	:: atomic { state[c] == COLLECTED ->
#ifndef MUTANT_cancelled_call_stays_collected
		if
		:: collected??[0] && c == 0 -> collected??0;	/* (30) */
		:: collected??[1] && c == 1 -> collected??1;
		fi;
#endif
		finish(c);
	   }
	:: state[c] == POOL ->
		withdraw(c, is_out);				/* (31) */
		if
		:: is_out -> atomic { is_out = false; finish(c); }
		:: else
		fi;
	fi;
}

/* The task has a token: call(), submit() */
inline make(c) {
	if
	:: cancelled[c] -> atomic { finish(c); }
	:: !cancelled[c] && !posted -> atomic {
		/* Nobody else is ready. */
		state[c] = POOL;
		collected!c;
	   }
		submit(collected);				/* (28) */
	:: !cancelled[c] -> atomic {
		state[c] = COLLECTED;
		collected!c;					/* (27) */
		if
		:: posted
		:: else -> posted = true; inbox!TURN;		/* (29) */
		fi;
	   }
	fi;
}

/* submit_collected() */
inline turn() {
	atomic {
		posted = false;					/* (25) */
		n = len(collected);
		do
		:: n == 0 -> break;
		:: else ->
			n--;
			collected?c;
			assert(state[c] == COLLECTED);
			state[c] = POOL;
			collected!c;
		od;
		c = 0;
	}
	if
	:: nempty(collected) -> submit(collected);		/* (26) */
	:: empty(collected)
	fi;
}

/* green__pool_end() */
inline pool_end() {
	atomic {						/* (19) */
		alone = foreign_ended;
		ending = true;
		do
		:: nidle == 0 -> break;
		:: else ->
			nidle--;
			c = idle[nidle];
			idle[nidle] = 0;
			woken[c] = true;
			nlooking++;
			signalled[c] = waiting[c];
		od;
		c = 0;
	}
	do
	:: atomic { nlooking == 0 -> n = nleft; break; }	/* (20) */
	:: atomic { nlooking > 0 -> ender_waits = true; }
		atomic { none_looks -> none_looks = false; }
	od;
	atomic { nended >= n; n = 0; }				/* (21) */
	assert(nworkers == 0 || !alone);
}

active proctype loop() {
	chan given = [JOBS] of { byte };
	byte c, n, job, help = NOBODY;
	bool may_cancel = true, is_out, alone;

	atomic {
		lent = TOKENS;
		state[0] = READY;
		state[1] = (TOKENS > 1 -> READY : IN_LINE);
	}
	do
	:: atomic { state[0] == READY || state[1] == READY ->
		c = (state[0] == READY -> 0 : 1);
		if
		:: state[1] == READY -> c = 1;
		:: true
		fi;
	   }
		make(c);
		c = 0;
	:: atomic { may_cancel && (LIVE(0) || LIVE(1)) ->
		may_cancel = false;
		c = (LIVE(0) -> 0 : 1);
		if
		:: LIVE(1) -> c = 1;
		:: true
		fi;
	   }
		cancel(c);
		c = 0;
	:: may_cancel -> may_cancel = false;
	:: inbox?c ->
		if
		:: atomic { c < CALLS ->
			assert(state[c] == POOL);
			assert(runs[c] + failed[c] == 1);
			runs[c] = 0;
			failed[c] = false;
			finish(c);				/* (24) */
			c = 0;
		   }
		:: c == TURN -> turn();
		fi;
	:: state[0] == ENDED && state[1] == ENDED && empty(inbox) -> break;
	od;
	assert(lent == 0 && empty(inbox) && empty(collected));
	pool_end();
	assert(runs[0] + failed[0] + runs[1] + failed[1] == 0);
}

active proctype foreign() {
	chan given = [JOBS] of { byte };
	chan jobs = [1] of { byte };
	byte job, help = NOBODY;
	bool is_out;

	jobs!FOREIGN;
	submit(jobs);
	if
	:: withdraw(FOREIGN, is_out);
	:: true
	fi;
	if
	:: is_out
	:: !is_out -> foreign_done;
	fi;
	assert(runs[FOREIGN] + failed[FOREIGN] == !is_out);
	foreign_ended = true;
}
