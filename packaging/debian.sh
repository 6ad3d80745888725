#!/bin/sh
# Build Debian's packages of the last commit, as a maintainer would from the
# release's archive, and look at what came out: by lintian, and, for root, by
# installing it and running a program that uses it.
#
#	packaging/debian.sh [DIRECTORY]	where they are left; nowhere, unless said
set -eu

here=$(cd -- "$(dirname -- "$0")" && pwd)
: "${DEB_BUILD_OPTIONS=nocheck}"	# CI has run the tests
export DEB_BUILD_OPTIONS
work=$(mktemp -d "${TMPDIR:-/tmp}/debian.XXXXXX")
trap 'rm -rf "$work"' EXIT

archive=$("$here/../scripts/tarball" "$work")
version=${archive##*/libgreen-}
version=${version%.tar.xz}
mv "$archive" "$work/libgreen_$version.orig.tar.xz"
cd -- "$work"
tar -xf "libgreen_$version.orig.tar.xz"
cd -- "libgreen-$version"
cp -R packaging/debian .
sed -e "s/@VERSION@/$version/" -e "s/@DATE@/$(LC_ALL=C date -u -R)/" \
    packaging/debian/changelog >debian/changelog

dpkg-buildpackage -us -uc -j"$(nproc)"
cd -- "$work"
# There is no request for the package that its first upload could close, and
# no signature beside the archive before there is a release.
lintian --version
lintian --info --fail-on error,warning --allow-root --suppress-tags \
    initial-upload-closes-no-bugs ./*.changes

if [ "$(id -u)" -eq 0 ]; then
	packages=$(echo ./*.deb)
	# Somebody else may be at it.
	wait='-o DPkg::Lock::Timeout=600'
	DEBIAN_FRONTEND=noninteractive apt-get $wait -q -y install \
	    --no-install-recommends $packages
	trap 'apt-get $wait -q -y purge libgreen0 libgreen-testing0
	    rm -rf "$work"' EXIT
	srcdir=libgreen-$version "libgreen-$version/tests/readme.sh" --installed
	CC=cc srcdir=libgreen-$version "libgreen-$version/tests/testing.sh" \
	    "$(pkg-config --variable=libdir libgreen)"
	green-webd -h 2>&1 | grep -q usage
	man -w green_run green_spawn green-webd
fi
[ $# -eq 0 ] || mv ./*.deb ./*.dsc ./*.debian.tar.* "$1"
