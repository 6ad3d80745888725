#!/bin/sh
# green(7) lists the words for what tasks wait for: exactly those that the calls of
# green__park(), and of what is built on it, hand over.
set -u
LC_ALL=C
export LC_ALL

: "${srcdir:=$(dirname -- "$0")/..}"
cd -- "$srcdir" || exit 99
tmp=$(mktemp -d "${TMPDIR:-/tmp}/words.XXXXXX") || exit 99
trap 'rm -rf "$tmp"' EXIT

# The functions that take words; a call that hands over words that it was given
# itself is in one of them.
takers='green__park park_begin green__sleep green__nap green__queue_wait green__party_wait'
takers="$takers trade"

awk -v takers="$takers" '
function flush_file(	i, n, name, rest, depth, at, c, call, words) {
	n = split(takers, names, " ")
	for (i = 1; i <= n; i++) {
		rest = text
		while (match(rest, "(^|[^a-z_])" names[i] "[(]")) {
			rest = substr(rest, RSTART + RLENGTH)
			depth = 1
			call = ""
			for (at = 1; depth > 0 && at <= length(rest); at++) {
				c = substr(rest, at, 1)
				depth += (c == "(") - (c == ")")
				call = call c
			}
			while (match(call, /"[^"]*"/)) {
				words = substr(call, RSTART + 1, RLENGTH - 2)
				print words
				call = substr(call, RSTART + RLENGTH)
			}
		}
	}
	text = ""
}
FNR == 1 { flush_file() }
{ text = text " " $0 }
# A word that has a name.
/_word(\[\])? = "/ {
	split($0, part, "\"")
	print part[2]
}
END { flush_file() }
' green/*.c pool/*.c stream/*.c net/*.c fs/*.c proc/*.c |
    sort -u >"$tmp/used"

# .It task N, .It fd N readable, .It a , b
awk '
$1 == ".Ss" { on = ($0 ~ /What tasks wait for/) }
$1 == ".Sh" { on = 0 }
on && $1 == ".It" {
	sub(/^\.It /, "")
	n = split($0, w, " , ")
	for (i = 1; i <= n; i++) {
		if (w[i] !~ / N$/)
			sub(/ N /, " # ", w[i])
		sub(/ N$/, "", w[i])
		print w[i]
	}
}' man/green.7 | sort -u >"$tmp/listed"

diff "$tmp/listed" "$tmp/used" >"$tmp/diff" || {
	echo 'words.sh: green(7) has (<), and tasks wait for (>):' >&2
	grep '^[<>]' "$tmp/diff" >&2
	exit 1
}
