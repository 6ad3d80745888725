#!/bin/sh
# The fuzz targets run on their corpora, and hold what they promise.
set -u

: "${srcdir:=$(dirname -- "$0")/..}"
replay=tests/fuzz/replay
[ -x "$replay" ] || {
	echo "$replay is not built: make check builds it"
	exit 77
}
exec "$replay" "$srcdir/tests/fuzz/corpus"
