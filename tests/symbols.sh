#!/bin/sh
# What the headers declare, a library's .sym file lists and the library shows is
# the same, of libgreen and of libgreen-testing.
#
#	symbols.sh --list [LIBRARY]	what its headers declare, as its .sym has it
set -u
LC_ALL=C
export LC_ALL

: "${srcdir:=$(dirname -- "$0")/..}" "${CC:=cc}" "${NM:=nm}" "${CPPFLAGS:=}"
srcdir=$(cd -- "$srcdir" && pwd) || exit 99
tmp=$(mktemp -d "${TMPDIR:-/tmp}/symbols.XXXXXX") || exit 99
trap 'rm -rf "$tmp"' EXIT

# headers LIBRARY: those that say what it shows.
headers() {
	case $1 in
	libgreen)
		ls "$srcdir"/include/green/*.h "$srcdir"/green/probe.h |
		    grep -v '/include/green/testing\.h$' ;;
	libgreen-testing)
		echo "$srcdir"/include/green/testing.h ;;
	*)
		echo "symbols.sh: no library \"$1\"" >&2
		exit 99 ;;
	esac
}

# declared LIBRARY: names before a parenthesis in statements that are no typedef
# and outside of braces, which hold structures and inline functions.
declared() {
	headers "$1" >"$tmp/headers" || exit 99
	sed 's/.*/#include "&"/' "$tmp/headers" >"$tmp/all.c"
	$CC $CPPFLAGS -I "$srcdir/include" -E "$tmp/all.c" >"$tmp/all.i" ||
	    exit 99
	awk '
	FNR == NR { ours["\"" $0 "\""]; next }
	/^#/ {
		if ($1 == "#" && $2 ~ /^[0-9]+$/) {
			file = $0	# quoted, and may have blanks
			sub(/^[^"]*/, "", file)
			sub(/[^"]*$/, "", file)
			our = file in ours
		}
		next
	}
	our { text = text " " $0 }
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
	}' "$tmp/headers" "$tmp/all.i" | sort -u
}

if [ "${1-}" = --list ]; then
	declared "${2-libgreen}"
	exit
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

# shown FILE: what a shared library shows
shown() {
	case $1 in
	*.dylib) $NM -gU "$1" | sed 's/ _/ /' ;;
	*) $NM -D -g "$1" ;;
	esac | awk '
	NF == 3 && $2 ~ /^[A-TV-Z]$/ { sub(/@.*/, "", $3); print $3 }' |
	    grep -vE \
	    '^(LIBGREEN_[0-9]+|__bss_start|_edata|_end|_init|_fini|__asan.*|__odr_asan.*)$' |
	    sort -u
}

looked=0
for name in libgreen libgreen-testing; do
	declared "$name" >"$tmp/declared" || exit 99
	same "$name.sym (>) is not what the headers declare (<)" \
	    "$tmp/declared" "$srcdir/$name.sym"
	for file in .libs/$name.so .libs/$name.so.*.*.* .libs/$name.dylib; do
		[ -f "$file" ] || continue
		looked=$((looked + 1))
		shown "$file" >"$tmp/shown"
		same "$file shows other names (>) than $name.sym has (<)" \
		    "$srcdir/$name.sym" "$tmp/shown"
		break
	done
done
if [ $looked -eq 0 ] && [ $status -eq 0 ]; then
	echo 'symbols.sh: no shared library to look into'
	exit 77
fi
exit $status
