#!/bin/sh
# Make configure and its kin from configure.ac, once, in a fresh checkout.
set -eu

cd -- "$(dirname -- "$0")"

# OpenBSD installs several versions side by side and asks which one is meant.
if [ "$(uname -s)" = OpenBSD ]; then
	newest() {
		ls /usr/local/bin/"$1"-* 2>/dev/null | sed "s|.*/$1-||" |
		    sort -t . -k 1,1n -k 2,2n | tail -n 1
	}
	: "${AUTOCONF_VERSION:=$(newest autoconf)}"
	: "${AUTOMAKE_VERSION:=$(newest automake)}"
	export AUTOCONF_VERSION AUTOMAKE_VERSION
fi

for tool in autoconf automake pkg-config; do
	command -v $tool >/dev/null || {
		echo "autogen.sh: $tool is missing; scripts/setup installs it" >&2
		exit 1
	}
done

mkdir -p build-aux
exec autoreconf --install --force "$@"
