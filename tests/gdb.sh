#!/bin/sh
# gdb shows the tasks of a process and of a core file, and the stack of each, with
# the script of ours: parked ones with all their frames and arguments, one that
# has not begun, the one that runs, and the one on whose stack the loop waits.
set -u
LC_ALL=C
export LC_ALL

: "${srcdir:=$(dirname -- "$0")/..}" "${CC:=cc}" "${CPPFLAGS:=}" "${CFLAGS:=}"
: "${LDFLAGS:=}" "${LIBTOOL:=}" "${GDB:=gdb}"
skip() {
	echo "gdb.sh: $1"
	exit 77
}
[ -n "$LIBTOOL" ] && [ -f libgreen.la ] ||
    skip 'run by make check, where the library is built'
$GDB -batch -ex 'python import gdb.unwinder' 2>/dev/null ||
    skip 'no gdb with Python here'
case $CFLAGS in
*-g*)	;;
*)	skip 'built without -g' ;;
esac
script=$srcdir/gdb/green-gdb.py
program=
tmp=$(mktemp -d "${TMPDIR:-/tmp}/gdb.XXXXXX") || exit 99
clean() {
	[ -z "$program" ] || kill -9 $program 2>/dev/null
	rm -rf "$tmp"
}
trap clean EXIT
trap 'exit 99' HUP INT TERM

cat >"$tmp/tasks.c" <<'END'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <green.h>

#define NOINLINE __attribute__((__noinline__))

int all_is_set(int die);

static struct green_event never;

NOINLINE static int
wait_at_depth(int depth, int *sum)
{
	int rc;

	if (depth == 0)
		rc = green_event_wait(&never);
	else
		rc = wait_at_depth(depth - 1, sum);
	*sum += depth;
	return (rc);
}

static int
diver(void *arg)
{
	int sum = 0, rc = wait_at_depth(*(int *)arg, &sum);

	return (rc == -1 ? -1 : sum);
}

static int
sleeper(void *arg)
{
	volatile int rc;		/* or this frame is gone by then */

	(void)arg;
	rc = green_sleep(3600 * GREEN_SEC);
	return (rc);
}

static int
latecomer(void *arg)
{
	(void)arg;
	return (0);
}

NOINLINE int
all_is_set(int die)
{
	puts("set");
	fflush(stdout);
	if (die)
		abort();
	return (0);
}

static int
run(void *mode)
{
	static int depth = 5;
	struct green_group g;
	int rc;

	green_group_open(&g);
	rc = green_spawn(&g, diver, &depth);
	if (rc == 0)
		rc = green_spawn(&g, sleeper, NULL);
	if (rc == 0)
		rc = green_checkpoint();
	if (rc == 0 && strcmp(mode, "sleep") == 0) {
		rc = all_is_set(0);
		if (rc == 0)
			rc = green_sleep(3600 * GREEN_SEC);
	} else if (rc == 0) {
		rc = green_spawn(&g, latecomer, NULL);
		if (rc == 0)
			rc = all_is_set(strcmp(mode, "abort") == 0);
	}
	green_group_cancel(&g, NULL);
	return (green_group_close(&g, rc));
}

int
main(int argc, char *argv[])
{
	alarm(1200);
	return (argc != 2 || green_run(run, argv[1], NULL) == -1);
}
END
$CC $CPPFLAGS -I "$srcdir/include" $CFLAGS -c -o "$tmp/tasks.o" \
    "$tmp/tasks.c" &&
    $LIBTOOL --silent --mode=link $CC $CFLAGS $LDFLAGS -o "$tmp/tasks" \
    "$tmp/tasks.o" libgreen.la || exit 99

# LeakSanitizer and debuggers do not go together.
ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=0
export ASAN_OPTIONS

debug() {
	$LIBTOOL --mode=execute $GDB -batch -nx -iex 'set auto-load off' \
	    -ex 'set width 0' -ex 'set debuginfod enabled off' "$@" 2>&1
}

# expect WHERE PATTERN ...: each in the output, in that order
expect() {
	where="$1 [$GREEN_BACKEND/$GREEN_CONTEXT]"
	shift
	n=0
	for pattern; do
		line=$(tail -n +$((n + 1)) "$tmp/out" |
		    grep -n -m 1 -e "$pattern" | cut -d: -f1)
		[ -n "$line" ] || {
			echo "gdb.sh: $where: no \"$pattern\" (any more) in:" >&2
			cat "$tmp/out" >&2
			exit 1
		}
		n=$((n + line))
	done
}

# The same of a process and of its core.
set -- -x "$script" -ex 'green tasks' -ex 'echo BT 2\n' -ex 'green bt 2' \
    -ex 'echo BT 4\n' -ex 'green bt 4' -ex 'echo BT all\n' \
    -ex 'green bt all 3' -ex 'green task 2' -ex 'frame 5' -ex 'green task' \
    -ex 'echo THE END\n' -ex 'bt 1'
dive='wait_at_depth (depth='
switch='\(jump\|green__context_setjmp\|green__park\)'
expect_all() {
	expect "$1" "^main (1): runs, in $2" \
	    '^  diver (2): waits for event since .* ago, in wait_at_depth, ' \
	    '^  sleeper (3): waits for sleep since .* ago, in sleeper, ' \
	    '^  latecomer (4): ready, in latecomer' \
	    '^BT 2' '^#[01] .* green__park (' "^#.* $dive" "^#.* $dive" \
	    "^#.* $dive" "^#.* $dive" "^#.* $dive" "^#.* $dive" \
	    '^#.* diver (' '^#.* green__task_entry (' '^BT 4' \
	    '^#[01] .* \(born\|green.*context_first\) (' '^BT all' '^main (1): runs' "^#.*$2 (" \
	    '^sleeper (3)' '^#[01] .* green__park (' \
	    "^#1 .*$switch (" "^#5 .* $dive" '^THE END' "^#0 .*$3 ("
	# Nothing comes from below the end of a stack.
	sed -n '/^BT 2/,/^BT all/p' "$tmp/out" >"$tmp/bts"
	if grep -q '^#.*\(signal handler\|start_context\|green_run\)' \
	    "$tmp/bts"; then
		mv "$tmp/bts" "$tmp/out"
		expect "$1, below a task's stack" 'nothing'
	fi
}

# The stack on which the loop waits is that of the task that gave way last.
sleeping() {
	"$@" sleep >"$tmp/said" &
	program=$!
	until grep -q set "$tmp/said"; do
		kill -0 $program || exit 99
	done
	for second in 1 2 3 4 5 6 7 8 9 10; do
		debug -p $program -x "$script" -ex 'green tasks' \
		    -ex 'green bt 1' >"$tmp/out"
		! grep -q '^main (1): waits' "$tmp/out" || break
		sleep 1
	done
	kill -9 $program
	wait $program 2>/dev/null
	program=
	# A compiler may leave green_sleep() by a jump.
	expect 'a loop that waits' \
	    '^main (1): waits for sleep since .* ago, in run, ' \
	    '^  diver (2): waits for event since .* ago, in wait_at_depth' \
	    '^#0 .*poll\|^#0 .*epoll\|^#0 .*syscall\|^#0 ' \
	    '^#.* green__turn (' '^#.* green_*sleep (' '^#.* run ('
}

tried=0
for GREEN_CONTEXT in asm ucontext sigaltstack; do
	for GREEN_BACKEND in epoll poll; do
		export GREEN_CONTEXT GREEN_BACKEND
		rm -f "$tmp"/core* "$tmp/out"
		debug -ex 'handle SIGURG nostop noprint' \
		    -ex 'break all_is_set' -ex 'run run' "$@" "$tmp/tasks" \
		    >"$tmp/out"
		if grep -qi 'not permitted\|could not trace' "$tmp/out"; then
			skip 'no permission to trace'
		fi
		# A context or reactor that is not built in.
		grep -q '^Breakpoint 1, ' "$tmp/out" || continue
		tried=$((tried + 1))
		expect_all 'a process' all_is_set all_is_set
		sleeping $LIBTOOL --mode=execute "$tmp/tasks"

		(cd "$tmp" && ulimit -c unlimited &&
		    exec "$tmp/tasks" abort) >/dev/null 2>&1
		core=$(ls "$tmp"/core* "$tmp"/*.core 2>/dev/null | head -n 1)
		if [ -z "$core" ]; then
			echo 'gdb.sh: the system leaves no core file here'
			continue
		fi
		debug "$@" "$tmp/tasks" "$core" >"$tmp/out"
		expect_all 'a core file' '.*' '.*'
	done
done
[ $tried -gt 0 ] || skip 'the program does not run under gdb'
exit 0
