#!/bin/sh
# mandoc(1) finds nothing to say about the manual pages.
set -u

: "${srcdir:=$(dirname -- "$0")/..}"
command -v mandoc >/dev/null || {
	echo 'mandoc.sh: no mandoc'
	exit 77
}
set -- "$srcdir"/man/*.[1-9]
[ -f "$1" ] || {
	echo 'mandoc.sh: no pages'
	exit 77
}
# Pages refer to others that are not installed yet; what it has to say about the
# system's own index goes to stderr.
said=$(mandoc -T lint "$@" 2>/dev/null |
    grep -v 'STYLE: referenced manual not found')
[ -z "$said" ] || {
	printf '%s\n' "$said"
	exit 1
}
