#!/bin/sh
# What the headers declare, libgreen.sym lists and the library shows is the
# same.  With --list: print what the headers declare, as libgreen.sym has it.
set -u
LC_ALL=C
export LC_ALL

: "${srcdir:=$(dirname -- "$0")/..}" "${CC:=cc}" "${NM:=nm}" "${CPPFLAGS:=}"
tmp=$(mktemp -d "${TMPDIR:-/tmp}/symbols.XXXXXX") || exit 99
trap 'rm -rf "$tmp"' EXIT

# Names before a parenthesis in statements that are no typedef and outside of
# braces, which hold structures and inline functions.
declared() {
	for header in "$srcdir"/include/green/*.h; do
		echo "#include <green/${header##*/}>"
	done >"$tmp/all.c"
	$CC $CPPFLAGS -I "$srcdir/include" -E "$tmp/all.c" >"$tmp/all.i" ||
	    exit 99
	awk '
	/^#/ {
		if ($1 == "#" && $2 ~ /^[0-9]+$/)
			ours = ($3 ~ /include\/green/)
		next
	}
	ours { text = text " " $0 }
	END {
		while (sub(/\{[^{}]*\}/, ";", text))
			;
		n = split(text, s, ";")
		for (i = 1; i <= n; i++) {
			if (s[i] ~ /(^| )(typedef|static)[ \t]/)
				continue
			if (match(s[i], /green_[a-z0-9_]+[ \t]*\(/)) {
				name = substr(s[i], RSTART, RLENGTH)
				gsub(/[ \t(]/, "", name)
				print name
			}
		}
	}' "$tmp/all.i" | sort -u
}

declared >"$tmp/declared" || exit 99
if [ "${1-}" = --list ]; then
	cat "$tmp/declared"
	exit 0
fi

status=0
# same WHAT WANTED FOUND: "<" is missing in the latter, ">" is too much there.
same() {
	diff "$2" "$3" >"$tmp/diff" || {
		echo "symbols.sh: $1:" >&2
		grep '^[<>]' "$tmp/diff" >&2
		status=1
	}
}

same 'libgreen.sym (>) is not what the headers declare (<)' \
    "$tmp/declared" "$srcdir/libgreen.sym"

library=
for file in .libs/libgreen.so .libs/libgreen.so.*.*.* .libs/libgreen.dylib; do
	if [ -f "$file" ]; then
		library=$file
		break
	fi
done
if [ -z "$library" ]; then
	[ $status -ne 0 ] || {
		echo 'symbols.sh: no shared library to look into'
		exit 77
	}
	exit $status
fi
case $library in
*.dylib) $NM -gU "$library" | sed 's/ _/ /' ;;
*) $NM -D -g "$library" ;;
esac | awk 'NF == 3 && $2 ~ /^[A-TV-Z]$/ { sub(/@.*/, "", $3); print $3 }' |
    grep -vE '^(__bss_start|_edata|_end|_init|_fini|__asan.*|__odr_asan.*)$' |
    sort -u >"$tmp/shown"
same "$library shows other names (>) than libgreen.sym has (<)" \
    "$srcdir/libgreen.sym" "$tmp/shown"
exit $status
