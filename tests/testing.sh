#!/bin/sh
# A test by libgreen-testing does what it should when it is compiled against what
# make install has put there, by the shared libraries and by the static ones.
#
#	testing.sh LIBDIR
set -u

: "${CC:=cc}" "${CPPFLAGS:=}" "${CFLAGS:=}" "${LDFLAGS:=}"
libdir=$1
tmp=$(mktemp -d "${TMPDIR:-/tmp}/testing.XXXXXX") || exit 99
trap 'rm -rf "$tmp"' EXIT

cat >"$tmp/test.c" <<'EOF'
#include <green/testing.h>

static int
test(void *arg)
{
	struct green_sequencer q = { { 0 } };

	(void)arg;
	return (green_sequence(&q, 0));
}

int
main(void)
{
	return (green_test(test, NULL, NULL) == 0 &&
	    green_test_cancel_everywhere(test, NULL, NULL) == 1 ? 0 : 1);
}
EOF

# try HOW LIBRARY ...
try() {
	how=$1
	shift
	$CC $CPPFLAGS $CFLAGS $(pkg-config --cflags libgreen-testing) $LDFLAGS \
	    -o "$tmp/test" "$tmp/test.c" "$@" && "$tmp/test" || {
		echo "testing.sh: $how, a test by libgreen-testing fails" >&2
		exit 1
	}
}

if pkg-config --libs libgreen-testing >"$tmp/libs" &&
    pkg-config --static --libs libgreen-testing >"$tmp/all"; then
	:
else
	exit 1
fi
n=0
for file in "$libdir"/libgreen-testing.so "$libdir"/libgreen-testing.dylib; do
	[ -f "$file" ] || continue
	try shared $(cat "$tmp/libs")
	n=$((n + 1))
done
if [ -f "$libdir/libgreen-testing.a" ]; then
	try static "$libdir/libgreen-testing.a" "$libdir/libgreen.a" \
	    $(sed 's/-lgreen-testing//; s/-lgreen//' "$tmp/all")
	n=$((n + 1))
fi
[ $n -gt 0 ] || {
	echo "testing.sh: $libdir has no libgreen-testing" >&2
	exit 1
}
