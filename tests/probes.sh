#!/bin/sh
# The library's notes have every probe that green-probes(7) lists, with as many
# arguments, and no other.
set -u
LC_ALL=C
export LC_ALL

: "${srcdir:=$(dirname -- "$0")/..}" "${READELF:=readelf}"
skip() {
	echo "probes.sh: $1"
	exit 77
}
grep -q '^#define GREEN_PROBES 1' config.h 2>/dev/null ||
    skip 'built without probes'
$READELF --version >/dev/null 2>&1 || skip 'no readelf here'
tmp=$(mktemp -d "${TMPDIR:-/tmp}/probes.XXXXXX") || exit 99
trap 'rm -rf "$tmp"' EXIT

library=
for file in .libs/libgreen.so .libs/libgreen.a; do
	if [ -f "$file" ]; then
		library=$file
		break
	fi
done
[ -n "$library" ] || skip 'no library to look into'

# "name arguments", from .It Fn name "type argument" ...
awk '
$1 == ".It" && $2 == "Fn" {
	name = $3
	n = gsub(/"[^"]*"/, "")
	print name, n
}' "$srcdir/man/green-probes.7" | sort -u >"$tmp/listed"

# An argument is "size@place"; places have blanks only after commas.
$READELF -n "$library" | awk '
$1 == "Provider:" { ours = ($2 == "libgreen") }
ours && $1 == "Name:" { name = $2 }
ours && $1 == "Arguments:" { print name, gsub(/@/, "") }
' | sort -u >"$tmp/found"

[ -s "$tmp/found" ] || {
	echo "probes.sh: $library has none" >&2
	exit 1
}
diff "$tmp/listed" "$tmp/found" >"$tmp/diff" || {
	echo "probes.sh: listed (<), and in $library (>):" >&2
	grep '^[<>]' "$tmp/diff" >&2
	exit 1
}
