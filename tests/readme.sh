#!/bin/sh
# The README's first program compiles and does what it says there; with
# --installed, by the library that was installed and as the README compiles it.
set -u

: "${srcdir:=$(dirname -- "$0")/..}" "${CC:=cc}" "${LIBTOOL:=./libtool}"
: "${CPPFLAGS:=}" "${CFLAGS:=}" "${LDFLAGS:=}"
[ "${1-}" = --installed ] || [ -f libgreen.la ] || {
	echo 'readme.sh: run by make check, where the library is built'
	exit 77
}
tmp=$(mktemp -d "${TMPDIR:-/tmp}/readme.XXXXXX") || exit 99
trap 'rm -rf "$tmp"' EXIT

# block LANGUAGE: the first code block of that language
block() {
	awk -v fence='```'"$1" '
	$0 == "```" && on { exit }
	on
	$0 == fence { on = 1 }' "$srcdir/README.md"
}

block c >"$tmp/hello.c"
block text >"$tmp/wanted"
[ -s "$tmp/hello.c" ] && [ -s "$tmp/wanted" ] || {
	echo 'readme.sh: README.md shows no program, or not what it prints' >&2
	exit 1
}
if [ "${1-}" = --installed ]; then
	libdir=$(pkg-config --variable=libdir libgreen) || exit 1
	static=--static
	[ ! -f "$libdir/libgreen.so" ] && [ ! -f "$libdir/libgreen.dylib" ] ||
	    static=
	$CC $CPPFLAGS $CFLAGS $LDFLAGS -o "$tmp/hello" "$tmp/hello.c" \
	    $(pkg-config $static --cflags --libs libgreen) || exit 1
else
	$CC $CPPFLAGS $CFLAGS -I "$srcdir/include" -Wall -Wextra -c \
	    -o "$tmp/hello.o" "$tmp/hello.c" || exit 1
	$LIBTOOL --silent --tag=CC --mode=link $CC $CFLAGS $LDFLAGS \
	    -o "$tmp/hello" "$tmp/hello.o" libgreen.la || exit 1
fi
"$tmp/hello" >"$tmp/printed" || {
	echo "readme.sh: the program ends with $?" >&2
	exit 1
}
diff "$tmp/wanted" "$tmp/printed" || {
	echo 'readme.sh: it prints something else than the README says' >&2
	exit 1
}
