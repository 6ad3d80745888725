#!/bin/sh
# examples/tree, beside sha256sum(1) and du(1): of names with any bytes, of what may
# not be read, and ended by a signal.
set -u
LC_ALL=C
export LC_ALL

tree=$PWD/examples/tree
[ -x "$tree" ] || {
	echo 'tree.sh: it is not built'
	exit 77
}
command -v sha256sum >/dev/null || {
	echo 'tree.sh: there is no sha256sum'
	exit 77
}
tmp=$(mktemp -d "${TMPDIR:-/tmp}/tree.XXXXXX") || exit 99
trap 'chmod -R u+rwx "$tmp"; rm -rf "$tmp"' EXIT
status=0

complain() {
	echo "tree.sh: $1" >&2
	status=1
}

mkdir -p "$tmp/t/a/b" "$tmp/t/empty" && cd "$tmp" || exit 99
i=0
while [ $i -lt 300 ]; do
	echo "$i" >"t/a/$i"
	i=$((i + 1))
done
: >t/a/b/nothing
dd if=/dev/zero of=t/a/b/large bs=65536 count=100 2>/dev/null
echo x >"t/back\\slash"
echo x >"t/new
line"
printf x >"t/$(printf '\377 \r\t')"
ln -s a t/link
ln -s nowhere t/dangling
mkfifo t/fifo

"$tree" t >sums 2>err || complain 'it fails'
[ ! -s err ] || complain "it is not quiet: $(cat err)"
sha256sum -c --quiet --strict sums || complain 'sha256sum -c is not content'
find t -type f -exec sha256sum {} + | sort >want
for j in 1 2 7; do
	"$tree" -c -j $j t | sort >got
	cmp -s got want || complain "-j $j: not what sha256sum prints"
done
# Some file systems settle only now how much room it is.
for try in 1 2 3 4 5 6 7 8 9 10; do
	"$tree" -s t >got
	du -skl t >want 2>/dev/null || cp got want
	cmp -s got want && break
	sleep 1
done
cmp -s got want || complain "-s: $(cat got), not $(cat want)"
(cd t && "$tree") | sed 's/  \./  t/' | sort >got
find t -type f -exec sha256sum {} + | sort | cmp -s - got ||
    complain 'not the working directory by itself'

if [ "$(id -u)" -ne 0 ]; then
	chmod 0 t/a/7 t/a/b
	"$tree" t >got 2>err && complain 'what cannot be read is no failure'
	grep -q 't/a/7: ' err && grep -q 't/a/b: ' err &&
	    grep -q '2 failed' err || complain "it says $(cat err)"
	[ "$(wc -l <got)" -eq 302 ] || complain 'the others do not go on'
	chmod 700 t/a/b
	chmod 600 t/a/7
fi
"$tree" none t >got 2>err && complain 'what is not there is no failure'
[ "$(wc -l <got)" -eq 305 ] || complain 'one that is not there stops the others'
"$tree" -j x t 2>/dev/null
[ $? -eq 2 ] || complain '-j x is taken'

# An OpenSSL that is told to digest by nothing that it has: LibreSSL is not told so.
cat >none.cnf <<'END'
openssl_conf = all
[all]
alg_section = algorithms
[algorithms]
default_properties = fips=yes
END
if OPENSSL_CONF=$tmp/none.cnf "$tree" t/a >got 2>err; then
	sha256sum -c --quiet --strict got || complain 'sums of nothing'
else
	[ ! -s got ] && grep -q 'failed' err || complain "no digests: $(cat err)"
fi

# A signal ends it in the middle of a file, which takes minutes, of the second
# tree; the sums of the first are more than it keeps to itself.
dd if=/dev/zero of=t/huge bs=1 count=1 seek=$((1 << 38)) 2>/dev/null
: >got
"$tree" t/a t >got 2>err &
pid=$!
until [ -s got ]; do
	kill -0 $pid 2>/dev/null || break
	sleep 0.1
done
sleep 0.3
kill -INT $pid 2>/dev/null
wait $pid
[ $? -eq 1 ] || complain "a signal: $(cat err)"
exit $status
