#!/bin/sh
# What doc/ says that libgreen has, it has: each row of its tables names a test
# that exists, and each name of libgreen's is in a header.
set -u
LC_ALL=C
export LC_ALL

: "${srcdir:=$(dirname -- "$0")/..}"
tmp=$(mktemp -d "${TMPDIR:-/tmp}/translations.XXXXXX") || exit 99
trap 'rm -rf "$tmp"' EXIT
status=0

# names: of libgreen, in standard input.
names() {
	tr -cs 'A-Za-z0-9_' '\n' | grep -Ei '^green_.*[a-z0-9]$' | sort -u
}

{
	cat "$srcdir"/include/green/*.h
	echo GREEN_BACKEND GREEN_CONTEXT GREEN_STALL
} | names >"$tmp/known"
for text in "$srcdir"/doc/*.md; do
	names <"$text" | comm -23 - "$tmp/known" >"$tmp/unknown"
	while read -r name; do
		echo "translations.sh: ${text##*/}: $name is in no header" >&2
		status=1
	done <"$tmp/unknown"
done

[ -x tests/check ] || {
	echo 'translations.sh: the test program is not built'
	[ $status -ne 0 ] || status=77
	exit $status
}

# "suite: test", whatever reactors and contexts there are.
tests/check -l | awk '
	/^\t/	{ print suite ": " substr($0, 2); next }
		{ suite = $1 }
' | sort -u >"$tmp/tests" || exit 99

awk -v tests="$tmp/tests" '
BEGIN {
	FS = "|"
	while ((getline line <tests) > 0) {
		exists[line] = 1
		sub(/:.*/, "", line)
		suite[line] = 1
	}
}
FNR == 1 { rows = 0 }
/^\| / && $(NF - 1) !~ /^ (test|---) $/ {
	rows++
	test = substr($(NF - 1), 2, length($(NF - 1)) - 2)
	name = test
	sub(/:.*/, "", name)
	# Not all suites are built everywhere: TLS, text.
	if (!(test in exists) && (name in suite || name !~ /^(tls|text)/)) {
		file = FILENAME
		sub(/.*\//, "", file)
		print "translations.sh: " file ":" FNR ": no such test: " test
		status = 1
	}
}
END { exit status }' "$srcdir"/doc/*.md >&2 || status=1
exit $status
