#!/bin/sh
# Each test that tests/RULES names exists, if its suite is built, and each rule of
# section 0 has one.
set -u
LC_ALL=C
export LC_ALL

: "${srcdir:=$(dirname -- "$0")/..}"
[ -x tests/check ] || {
	echo 'rules.sh: the test program is not built'
	exit 77
}
tmp=$(mktemp -d "${TMPDIR:-/tmp}/rules.XXXXXX") || exit 99
trap 'rm -rf "$tmp"' EXIT

# "suite: test", whatever reactors and contexts there are.
tests/check -l | awk '
	/^\t/	{ print suite ": " substr($0, 2); next }
		{ suite = $1 }
' | sort -u >"$tmp/tests" || exit 99

awk -v tests="$tmp/tests" -v srcdir="$srcdir" '
function bad(why) {
	print "RULES:" FNR ": " why ": " $0
	status = 1
}
BEGIN {
	while ((getline line <tests) > 0) {
		exists[line] = 1
		sub(/:.*/, "", line)
		built[line] = 1
	}
}
/^#/ || /^$/ { next }
$1 !~ /^[0-9]+(\.[0-9]+)?$/ || !/^[^|]+ \| [a-z_]+: [^|]+$/ {
	bad("not a line of the table")
	next
}
{
	test = $0
	sub(/.* \| /, "", test)
	suite = test
	sub(/:.*/, "", suite)
	if (suite in built && !(test in exists))
		bad("no such test")
	else if (!(suite in built) && system("test -f " srcdir "/tests/test_" \
	    suite ".c") != 0)
		bad("no such suite")
	if ($0 in seen)
		bad("here twice")
	seen[$0] = 1
	held[$1] = 1
}
END {
	for (i = 1; i <= 20; i++)
		if (!("0." i in held)) {
			print "RULES: no test holds rule 0." i
			status = 1
		}
	exit status
}' "$srcdir/tests/RULES"
