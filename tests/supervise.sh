#!/bin/sh
# examples/supervise, driven from outside: services begin, are started again, are
# changed, and end, with all that they have started.
set -u

: "${srcdir:=$(dirname -- "$0")/..}"
supervise=examples/supervise
[ -x $supervise ] || {
	echo 'supervise.sh: it is not built'
	exit 77
}
tmp=$(mktemp -d "${TMPDIR:-/tmp}/supervise.XXXXXX") || exit 99
pid=
trap '[ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null; rm -rf "$tmp"' EXIT
status=0

complain() {
	echo "supervise.sh: $1" >&2
	sed 's/^/	/' "$tmp/log" >&2
	status=1
}

# wait_for PATTERN [COUNT]: until so many lines of the log match, for a minute
wait_for() {
	i=0
	while [ "$(grep -c -- "$1" "$tmp/log")" -lt "${2-1}" ]; do
		i=$((i + 1))
		[ $i -lt 600 ] || {
			complain "no line matches: $1"
			return 1
		}
		sleep 0.1
	done
}

cat >"$tmp/services" <<-END
	# two that stay, and one that does not
	one: echo hello; exec sleep 1000
	two: trap 'sleep 1; echo bye; exit 0' TERM; sleep 1001 & echo ready; wait
	fails: echo oops >&2; exit 3
END
$supervise -g 2 "$tmp/services" >"$tmp/log" 2>&1 &
pid=$!
wait_for '^one | hello$'
wait_for '^two | ready$'
wait_for '^fails | oops$'
wait_for '^fails | \* exit status 3$'
# Started again after a second.
wait_for '^fails | oops$' 2

# What does not change goes on; what is gone ends; what is new begins.
cat >"$tmp/services" <<-END
	one: echo hello; exec sleep 1000
	three: echo new; exec sleep 1000
	four: trap 'echo end; exit 0' TERM; sleep 1001 & echo four; wait
	deaf: trap '' TERM; echo deaf; exec sleep 1000
END
kill -HUP $pid
wait_for '^two | bye$'
wait_for '^three | new$'
wait_for '^four | four$'
wait_for '^deaf | deaf$'
[ "$(grep -c '^one | \* started' "$tmp/log")" -eq 1 ] ||
	complain 'one was started again, and has not changed'

# A bad file changes nothing.
echo 'no colon' >"$tmp/services"
kill -HUP $pid
wait_for 'not a name, a colon and a command'
kill -0 $pid || complain 'a bad file has ended it'

three=$(sed -n 's/^three | \* started, process //p' "$tmp/log")
deaf=$(sed -n 's/^deaf | \* started, process //p' "$tmp/log")
kill -TERM $pid
wait $pid
code=$?
pid=
[ $code -eq 0 ] || complain "exit status $code, not 0"
! kill -0 "$three" 2>/dev/null || complain 'a service has outlived it'
! kill -0 "$deaf" 2>/dev/null || complain 'a deaf service has outlived it'
grep -q '^four | end$' "$tmp/log" ||
	complain 'what a service says in the end is not passed on'

$supervise "$tmp/missing" >"$tmp/log" 2>&1
[ $? -eq 1 ] || complain 'a missing file is exit status 1'
for grace in 0 -1 5x 10000000000; do
	$supervise -g $grace "$tmp/missing" >"$tmp/log" 2>&1
	[ $? -eq 2 ] || complain "-g $grace is taken"
done
$supervise >"$tmp/log" 2>&1
[ $? -eq 2 ] || complain 'no file is exit status 2'
exit $status
