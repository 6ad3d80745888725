#!/bin/sh
# Every public header compiles alone, and twice, as strict C11 and as C++, and
# none asks what configure has found.
set -u

: "${srcdir:=$(dirname -- "$0")/..}" "${CC:=cc}" "${CPPFLAGS:=}"
tmp=$(mktemp -d "${TMPDIR:-/tmp}/headers.XXXXXX") || exit 99
trap 'rm -rf "$tmp"' EXIT
warnings='-Wall -Wextra -Wundef -Wshadow -Werror -pedantic'
status=0

# try COMPILER LANGUAGE STANDARD SUFFIX
try() {
	$1 $CPPFLAGS -I "$srcdir/include" -x "$2" "-std=$3" $warnings \
	    -fsyntax-only "$tmp/header.$4" || {
		echo "headers.sh: <$name> does not stand alone as $3" >&2
		status=1
	}
}

# The first C++ compiler that works and has its library.
cxx=
echo '#include <cstddef>' >"$tmp/try.cc"
for c in ${CXX:+"$CXX"} c++ g++ clang++; do
	if $c -x c++ -std=c++11 -fsyntax-only "$tmp/try.cc" 2>/dev/null; then
		cxx=$c
		break
	fi
done
[ -n "$cxx" ] || echo 'headers.sh: no C++ compiler: C alone'

for header in "$srcdir"/include/green.h "$srcdir"/include/green/*.h; do
	name=${header#"$srcdir"/include/}
	printf '#include <%s>\n#include <%s>\nint nothing;\n' \
	    "$name" "$name" | tee "$tmp/header.c" >"$tmp/header.cc"
	try "$CC" c c11 c
	[ -z "$cxx" ] || try "$cxx" c++ c++11 cc
	if grep -nE '#.*(HAVE_|config\.h)' "$header"; then
		echo "headers.sh: <$name> depends on config.h" >&2
		status=1
	fi
done
exit $status
