#!/bin/sh
# TLS with others: openssl(1), as a client of webd and as a server for fetch, and
# curl(1), with both versions of TLS, by the backend that is the default.
set -u

: "${srcdir:=$(dirname -- "$0")/..}"
[ -x examples/fetch ] && [ -x examples/webd ] || {
	echo 'tls_peers.sh: run by make check, where the examples are built'
	exit 77
}
. "$srcdir/tests/servers.sh"
. "$srcdir/tests/ca.sh"
have_openssl || {
	echo 'tls_peers.sh: there is no openssl(1), or an old one'
	exit 77
}
certify one
certify elsewhere DNS:elsewhere.example
! examples/fetch --cacert "$tmp/ca.pem" https://127.0.0.1:1/ 2>&1 |
    grep -q 'not built in' || {
	echo 'tls_peers.sh: no TLS here'
	exit 77
}

root=$tmp/root
mkdir "$root"
printf 0123456789 >"$root/ten.txt"
awk 'BEGIN { for (; n < 2000000; n++) printf "%09d\n", n }' >"$root/big"
touch -t 202001020304.05 "$root"/*

# has NAME WANTED FILE: that is in it.
has() {
	checks=$((checks + 1))
	grep -q -- "$2" "$3" || wrong "$1" "$2" "$(cat "$3")"
}
lacks() {
	checks=$((checks + 1))
	! grep -q -- "$2" "$3" || wrong "$1" "no $2" "$(cat "$3")"
}

get='GET /ten.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'

# client [OPTION]...: s_client asks webd for something; $tmp/client has it all.
client() {
	printf "$get" | openssl s_client -ign_eof -CAfile \
	    "$tmp/ca.pem" -verify_return_error -verify_ip 127.0.0.1 \
	    -connect "127.0.0.1:$port" "$@" >"$tmp/client" 2>&1
}

# talk [OPTION]...: s_client hears what is written to 4; say TEXT writes that; and
# hear WANTED waits until it has come, for a minute at most.
talk() {
	rm -f "$tmp/pipe"
	mkfifo "$tmp/pipe" || exit 99
	openssl s_client -connect "127.0.0.1:$port" "$@" <"$tmp/pipe" \
	    >"$tmp/client" 2>&1 &
	talker=$!
	running="$running $talker"
	exec 4>"$tmp/pipe"
	hear 'Verify return code'
}
say() {
	# Whoever reads it may be gone: that must not end us.
	(printf "$1" >&4)
}
heard() {
	grep -q -- "$1" "$tmp/client" || ! kill -0 $talker 2>/dev/null
}
hear() {
	soon heard "$1"
}
hang_up() {
	exec 4>&-
	reap $talker
}

of_webd() {
	for version in 1_2 1_3; do
		client -tls$version
		has "TLS $version" 0123456789 "$tmp/client"
		has "TLS $version" 'Verification: OK' "$tmp/client"
		has "TLS $version" "TLSv1.${version#1_}" "$tmp/client"
	done
	client -tls1_1
	lacks 'TLS 1.1' 0123456789 "$tmp/client"
	client -alpn h2,http/1.1
	has ALPN 'ALPN protocol: http/1.1' "$tmp/client"
	has ALPN 0123456789 "$tmp/client"
	client -alpn h2
	has 'ALPN, nothing in common' 'no application protocol' "$tmp/client"
	lacks 'ALPN, nothing in common' 0123456789 "$tmp/client"

	# A session is resumed.
	for version in 1_2 1_3; do
		client -tls$version -sess_out "$tmp/session"
		has "TLS $version" 'New, TLS' "$tmp/client"
		client -tls$version -sess_in "$tmp/session"
		has "TLS $version resumed" 'Reused, TLS' "$tmp/client"
		has "TLS $version resumed" 0123456789 "$tmp/client"
	done

	# No renegotiation, which "R" on a line of its own asks for.
	talk -tls1_2
	say 'R\n'
	hear 'no renegotiation'
	hang_up
	has renegotiation 'no renegotiation' "$tmp/client"
	# But keys are renewed, those of both sides: "K".
	talk -tls1_3
	say 'K\n'
	hear KEYUPDATE
	say "$get"
	hear 0123456789
	hang_up
	has 'renewed keys' KEYUPDATE "$tmp/client"
	has 'renewed keys' 0123456789 "$tmp/client"
}

# curl does with webd what it does with other servers.
curls() {
	url=https://127.0.0.1:$port
	curl="curl -sS --noproxy * --cacert $tmp/ca.pem"
	set -f
	for version in 1.2 1.3; do
		tls="--tlsv$version --tls-max $version"
		$curl $tls -o "$tmp/big" "$url/big" 2>"$tmp/err"
		checks=$((checks + 1))
		cmp "$tmp/big" "$root/big" || status=1
		$curl $tls -r 3-5 "$url/ten.txt" >"$tmp/out" 2>&1
		has 'curl -r' '^345$' "$tmp/out"
		$curl $tls -I "$url/ten.txt" >"$tmp/out" 2>&1
		has 'curl -I' 'Content-Length: 10' "$tmp/out"
		lacks 'curl -I' 0123456789 "$tmp/out"
		$curl $tls -w '%{num_connects} ' -o "$tmp/1" -o "$tmp/2" \
		    "$url/ten.txt" "$url/ten.txt" >"$tmp/out" 2>&1
		has 'curl, two files' '^1 0 $' "$tmp/out"
		head -c 1000 "$root/big" >"$tmp/part"
		$curl $tls -C - -o "$tmp/part" "$url/big" 2>"$tmp/err"
		checks=$((checks + 1))
		cmp "$tmp/part" "$root/big" || status=1
	done
	curl -sS --noproxy '*' "$url/ten.txt" >"$tmp/out" 2>&1
	has 'curl, whom to trust' 'certificate' "$tmp/out"
	curl -sS --noproxy '*' "http://127.0.0.1:$port/" >"$tmp/out" 2>&1
	has 'curl, http' curl: "$tmp/out"
	set +f
}

# serve [OPTION]...: s_server, of the files in $root; $port.
serve() {
	(cd "$root" && exec openssl s_server -WWW -accept 127.0.0.1:0 "$@") \
	    </dev/null >"$tmp/server" 2>&1 &
	peer=$!
	running="$running $peer"
	port=
	while [ -z "$port" ] && kill -0 $peer 2>/dev/null; do
		sleep 0.1
		port=$(sed -n 's/^ACCEPT .*:\([0-9]*\)$/\1/p' "$tmp/server")
	done
	[ -n "$port" ] || {
		echo 'tls_peers.sh: s_server does not start:' >&2
		cat "$tmp/server" >&2
		status=1
		return 1
	}
}
# It ends by itself after a handshake that fails.
unserve() {
	kill $peer 2>/dev/null
	reap $peer
}

# of_server WANTED [OPTION]...: what fetch says of it, or gets.
of_server() {
	wanted=$1
	shift
	examples/fetch -r 0 "$@" "https://127.0.0.1:$port/ten.txt" \
	    >"$tmp/out" 2>&1
	has "fetch $*" "$wanted" "$tmp/out"
}

of_fetch() {
	one="-cert $tmp/one.pem -key $tmp/one.key"
	for version in 1_2 1_3; do
		serve $one -tls$version
		of_server 0123456789 --cacert "$tmp/ca.pem"
		of_server 'issuer is not trusted'
		examples/fetch --cacert "$tmp/ca.pem" -o "$tmp/big" \
		    "https://127.0.0.1:$port/big" 2>"$tmp/err"
		checks=$((checks + 1))
		cmp "$tmp/big" "$root/big" || status=1
		unserve
	done
	serve $one -tls1_1 -cipher ALL:@SECLEVEL=0
	of_server 'version' --cacert "$tmp/ca.pem"
	unserve
	serve $one -alpn http/1.1
	of_server 0123456789 --cacert "$tmp/ca.pem"
	unserve
	serve $one -alpn h2
	of_server 'no application protocol' --cacert "$tmp/ca.pem"
	unserve
	serve -cert "$tmp/elsewhere.pem" -key "$tmp/elsewhere.key"
	of_server elsewhere.example --cacert "$tmp/ca.pem"
	unserve
	serve $one -Verify 1 -CAfile "$tmp/ca.pem"
	of_server 'certificate' --cacert "$tmp/ca.pem"
	unserve
}

start examples/webd -p 0 -t 300 -c "$tmp/one.pem" -k "$tmp/one.key" "$root"
of_webd
if command -v curl >/dev/null; then
	curls
else
	echo 'tls_peers.sh: no curl: it is not tried'
fi
of_fetch
stop $server
# It has told of the client that took no for an answer, and of nothing else.
! grep -v 'handshake failure' "$tmp/said" >&2 || status=1

echo "tls_peers.sh: $checks checks"
exit $status
