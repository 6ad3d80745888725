/*
 * The ring in which posts stand: pool/post.c.  Two threads post, and a third
 * poster is a signal handler, which interrupts one of them or the loop at any
 * step; what the loop calls may post too.  There is room for two posts.  The
 * loop calls what is there and sleeps in between; it ends at any time.
 *
 * In every interleaving: each post that was taken is called once, those of a
 * poster in order; the loop does not sleep over one, nor end before it; a place
 * is not filled before it is free, nor called before it is filled; a post is
 * refused only if there is no room; a handler is done though what it interrupts
 * goes on only afterwards; and a loop that has ended is not touched.  The inbox
 * and the door have models of their own.  Numbers in brackets are the steps,
 * here as in the C.
 *
 * code: pool/post.c
 * variants: HANDLERS THREADS
 */

#define POSTS		2		/* places */
#define POSTERS		4
#define LOOP		2		/* they are two threads, the loop, */
#define HANDLER		3		/* and the handler */
#ifdef THREADS
#define EACH		3
#define OTHERS		2
#else
#define EACH		1
#define OTHERS		1
#endif
#define NOBODY		POSTERS

/* The ring. */
byte turn[POSTS];			/* 0, 1, POSTS beyond its round's base */
byte by[POSTS], number[POSTS];		/* what stands there */
bool filled[POSTS];			/* ... for the loop to take */
byte tail, head;
bool rings;

/* The door, and the loop behind it. */
bool bell;				/* in the inbox */
byte inside;
bool closed, gone;

/* Of each poster. */
byte given[POSTERS], called[POSTERS];	/* the last one's number */
byte taken[POSTERS], done[POSTERS];	/* how many */

byte stopped = NOBODY;			/* by the signal handler */

#define BASE(at)	((at) - (at) % POSTS)
#define PLACE(at)	((at) % POSTS)
#define GOES_ON		(stopped != self)
#define TOUCH		assert(!gone)

/* ring() */
inline ring() {
	atomic { GOES_ON -> TOUCH; rang = rings; rings = true; }/* (1) */
	if
	:: rang
	:: !rang ->
		atomic {					/* (2) */
			GOES_ON;
			TOUCH;
			assert(!bell);
			bell = true;
		}
	fi;
	rang = false;
}

/* claim(), until it has one or there is none */
inline claim() {
	atomic { GOES_ON -> at = tail; }			/* (3) */
	do
	:: atomic { GOES_ON ->					/* (4) */
		saw = turn[PLACE(at)];
		if
		:: saw == BASE(at) -> has = true;
#ifdef MUTANT_round_is_not_looked_at
		:: saw < BASE(at) -> has = true;
#else
		:: saw < BASE(at) ->
			/* As many are there as there is room for. */
			assert(at == tail && tail - head >= POSTS - 1);
			saw = 0;
			break;
#endif
		:: saw > BASE(at) -> has = false;
		fi;
		saw = 0;
	   }
		if
		:: atomic { GOES_ON && has ->			/* (5) */
#ifdef MUTANT_claim_without_compare
			tail = at + 1;
			break;
#else
			if
			:: tail == at -> tail = at + 1; break;
			:: tail != at -> at = tail; has = false;
			fi;
#endif
		   }
		:: atomic { GOES_ON && !has -> at = tail; }	/* (6) */
		fi;
	od;
}

inline fill() {
	atomic { GOES_ON ->					/* (7) */
		assert(!filled[PLACE(at)]);
		by[PLACE(at)] = self;
		number[PLACE(at)] = given[self];
		filled[PLACE(at)] = true;
	}
}

inline say() {
#ifdef MUTANT_waits_for_those_before
	atomic { GOES_ON && (at == 0 || turn[PLACE(at - 1)] > BASE(at - 1)); }
#endif
	atomic { GOES_ON -> turn[PLACE(at)] = BASE(at) + 1; }	/* (8) */
}

/* green__post() */
inline post() {
	atomic {
		GOES_ON;
		inside = (closed -> inside : inside + 1);
		has = !closed;
	}
	if
	:: !has
	:: has ->
		has = false;
		given[self]++;
		claim();
		if
		:: !has
		:: has ->
#if defined(MUTANT_says_so_before_it_fills)
			say();
			fill();
			ring();
#elif defined(MUTANT_rings_before_it_says_so)
			fill();
			ring();
			say();
#else
			fill();
			say();
#ifndef MUTANT_leaves_before_it_rings
			ring();
#endif
#endif
			taken[self]++;
		fi;
		atomic { GOES_ON -> TOUCH; inside--; }
#ifdef MUTANT_leaves_before_it_rings
		if
		:: has -> ring();
		:: !has
		fi;
#endif
	fi;
	atomic { at = 0; has = false; }
}

/* What a post does: once, it posts in its turn. */
inline call() {
	assert(called[who] < n);
	called[who] = n;
	done[who]++;
	who = 0;
	n = 0;
	again = (given[LOOP] == 0);
}

#ifdef MUTANT_look_overtakes_the_bell
#define THERE	(calls == 0 -> there : turn[PLACE(head)] == BASE(head) + 1)
#else
#define THERE	(turn[PLACE(head)] == BASE(head) + 1)
#endif

inline free_place() {
	atomic {						/* (11) */
		GOES_ON;
		turn[PLACE(head)] = BASE(head) + POSTS;
		head++;
	}
}

/* More than that have been posted since, and ring again. */
#ifdef MUTANT_rounds_are_shorter
#define ROUND	(POSTS - 1)
#else
#define ROUND	POSTS
#endif

/* answer(), call_next() */
inline answer() {
#ifdef MUTANT_look_overtakes_the_bell
	there = (turn[PLACE(head)] == BASE(head) + 1);
#endif
#ifndef MUTANT_bell_is_silenced_afterwards
	atomic { GOES_ON -> rings = false; }			/* (13) */
#endif
	do
	:: atomic { GOES_ON && calls < ROUND && THERE; }	/* (9) */
#ifdef MUTANT_place_is_freed_first
		atomic {
			GOES_ON;
			filled[PLACE(head)] = false;
			n = PLACE(head);
		}
		free_place();
		atomic { who = by[n]; n = number[n]; call(); }
#else
		atomic {					/* (10) */
			GOES_ON;
			assert(filled[PLACE(head)]);
			filled[PLACE(head)] = false;
			who = by[PLACE(head)];
			n = number[PLACE(head)];
		}
		free_place();
		atomic { GOES_ON -> call(); }			/* (12) */
#endif
		calls++;
		if
		:: again -> again = false; post();
		:: !again
		fi;
	:: atomic { GOES_ON && calls < ROUND && !THERE -> break; }
	:: calls == ROUND -> break;
	od;
	calls = 0;
#ifdef MUTANT_bell_is_silenced_afterwards
	atomic { GOES_ON -> rings = false; }
#endif
}

active proctype loop() {
	byte self = LOOP, at, saw, who, n, calls;
	bool has, rang, again, there;

	do
	:: atomic { GOES_ON && bell -> bell = false; }
		answer();
	:: GOES_ON -> break;
	od;
	/* green__door_close(), green__inbox_close() */
	atomic { GOES_ON -> closed = true; }
	atomic { GOES_ON && inside == 0; }
	do
	:: atomic { GOES_ON && bell -> bell = false; }
		answer();
	:: atomic { GOES_ON && !bell -> break; }
	od;
	atomic { GOES_ON -> gone = true; }
	for (who : 0 .. POSTERS - 1) {
		assert(done[who] == taken[who]);
	}
}

#define THREAD(self, posts)						\
	do								\
	:: given[self] < posts && !closed -> post();			\
	:: given[self] == posts || closed -> break;			\
	od

active proctype thread() {
	byte self = 0, at, saw;
	bool has, rang;

	THREAD(0, EACH);
}

active proctype other_thread() {
	byte self = 1, at, saw;
	bool has, rang;

	THREAD(1, OTHERS);
}

/* Whom it interrupts goes on when it is done. */
active proctype handler() {
	byte self = HANDLER, at, saw;
	bool has, rang;

#ifdef HANDLERS
	if
	:: stopped = 0;
	:: !gone -> stopped = LOOP;
	fi;
	post();
	stopped = NOBODY;
#endif
}
