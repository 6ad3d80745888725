#!/bin/sh
# Programs that CMake builds find what make install has put there, and work.
#
#	cmake.sh LIBDIR
set -u

: "${srcdir:=$(dirname -- "$0")/..}" "${CC:=cc}" "${CFLAGS:=}" "${LDFLAGS:=}"
libdir=$1
if ! command -v cmake >/dev/null 2>&1; then
	echo 'cmake.sh: no cmake, nothing is tried'
	exit 0
fi
srcdir=$(cd -- "$srcdir" && pwd) || exit 99
tmp=$(mktemp -d "${TMPDIR:-/tmp}/cmake.XXXXXX") || exit 99
trap 'rm -rf "$tmp"' EXIT

cp "$srcdir"/examples/jobs.[ch] "$srcdir/examples/jobd.c" \
    "$srcdir/examples/test_jobs.c" "$tmp"
cat >"$tmp/CMakeLists.txt" <<'EOF'
cmake_minimum_required(VERSION 3.13)
project(user C)
set(CMAKE_C_STANDARD 11)
find_package(libgreen 0.1 REQUIRED)
add_executable(jobd jobd.c jobs.c)
target_link_libraries(jobd PRIVATE libgreen::green)
add_executable(test_jobs test_jobs.c jobs.c)
target_link_libraries(test_jobs PRIVATE libgreen::testing cunit)
EOF
cmake -S "$tmp" -B "$tmp/build" -DCMAKE_PREFIX_PATH="${libdir%/lib*}" \
    -Dlibgreen_DIR="$libdir/cmake/libgreen" -DCMAKE_C_COMPILER="${CC%% *}" \
    -DCMAKE_C_FLAGS="$CFLAGS" >"$tmp/log" 2>&1 &&
    cmake --build "$tmp/build" >>"$tmp/log" 2>&1 || {
	cat "$tmp/log" >&2
	echo 'cmake.sh: it is not found, or does not link' >&2
	exit 1
}
LD_LIBRARY_PATH=$libdir${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH
"$tmp/build/test_jobs" >"$tmp/log" 2>&1 || {
	cat "$tmp/log" >&2
	echo 'cmake.sh: the tests of jobs fail' >&2
	exit 1
}
echo 'cmake.sh: ok'
