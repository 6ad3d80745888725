#!/bin/sh
# tcpproxy and socks5d, between curl(1) and webd, on every backend: what comes
# through is what was sent, ends and breaks are passed on, and who may not, does
# not.
set -u

: "${CC:=cc}" "${CPPFLAGS:=}" "${CFLAGS:=}" "${LDFLAGS:=}"
: "${srcdir:=$(dirname -- "$0")/..}"
[ -x examples/tcpproxy ] && [ -x examples/socks5d ] &&
    [ -x examples/webd ] || {
	echo 'proxies.sh: run by make check, where the examples are built'
	exit 77
}
command -v curl >/dev/null || {
	echo 'proxies.sh: there is no curl'
	exit 77
}
. "$srcdir/tests/servers.sh"

# half PORT: standard input to the server, then the end of it, and back what it
# answers, until it ends: 0; or breaks off, be it at once: 3.
cat >"$tmp/half.c" <<'END'
#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

int
main(int argc, char *argv[])
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	char buf[65536];
	ssize_t n;
	int s = socket(AF_INET, SOCK_STREAM, 0);

	alarm(600);
	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	sin.sin_port = htons((unsigned short)atoi(argv[argc - 1]));
	if (connect(s, (struct sockaddr *)&sin, sizeof(sin)) == -1)
		return (errno == ECONNRESET ? 3 : 2);
	while ((n = read(0, buf, sizeof(buf))) > 0)
		if (write(s, buf, (size_t)n) != n)
			return (3);
	if (shutdown(s, SHUT_WR) == -1)
		return (3);
	while ((n = read(s, buf, sizeof(buf))) > 0)
		if (write(1, buf, (size_t)n) != n)
			return (2);
	return (n == 0 ? 0 : 3);
}
END
$CC $CPPFLAGS $CFLAGS $LDFLAGS -o "$tmp/half" "$tmp/half.c" || exit 99

root=$tmp/root
mkdir "$root"
printf 0123456789 >"$root/ten.txt"
awk 'BEGIN { for (; n < 2000000; n++) printf "%09d\n", n }' >"$root/big"

# same WHAT WANTED FOUND
same() {
	checks=$((checks + 1))
	[ "$2" = "$3" ] || wrong "$1" "$2" "$3"
}

# get WHAT STATUS FILE [OPTION]...: by curl, a file, or nothing.
get() {
	what=$1 wanted=$2 file=$3
	shift 3
	curl -s -S -m 600 -o "$tmp/got" "$@" 2>"$tmp/curl"
	same "$what" "$wanted" $?
	[ -z "$file" ] || cmp -s "$tmp/got" "$root/$file" ||
	    wrong "$what" "$file" 'something else'
	rm -f "$tmp/got"
}

tcpproxy() {
	start examples/tcpproxy -g 1 -l 127.0.0.1:0 -l '[::1]:0' \
	    "127.0.0.1:$web"
	proxy=$server
	url=http://127.0.0.1:$port
	get 'a small file' 0 ten.txt "$url/ten.txt"
	get 'a large file' 0 big "$url/big"
	get 'two on one connection' 0 ten.txt "$url/ten.txt" \
	    -o "$tmp/got" "$url/ten.txt"

	# Many at once.
	fetching=
	for i in 1 2 3 4 5 6 7 8; do
		curl -s -m 600 -o "$tmp/got.$i" "$url/big" &
		fetching="$fetching $!"
	done
	wait $fetching
	for i in 1 2 3 4 5 6 7 8; do
		cmp -s "$tmp/got.$i" "$root/big"
		same "file $i of 8 at once" 0 $?
	done
	rm -f "$tmp"/got.*

	# The end of the request goes there, the answer comes back.
	printf 'GET /big HTTP/1.1\r\nHost: x\r\n\r\n' |
	    "$tmp/half" "$port" >"$tmp/answer"
	same 'half a close' 0 $?
	tail -c 20000000 "$tmp/answer" | cmp -s - "$root/big"
	same 'an answer after half a close' 0 $?
	rm -f "$tmp/answer"
	stop $proxy

	# Nobody listens there.
	start examples/tcpproxy -l 127.0.0.1:0 127.0.0.1:1
	proxy=$server
	printf 'GET / HTTP/1.0\r\n\r\n' | "$tmp/half" "$port" >/dev/null
	same 'a refused target' 3 $?
	stop $proxy
}

socks5d() {
	url=http://127.0.0.1:$web
	start examples/socks5d 127.0.0.1 0
	proxy=$server
	s=127.0.0.1:$port
	get 'by address' 0 big --socks5 "$s" "$url/big"
	get 'by name' 0 ten.txt --socks5-hostname "$s" \
	    "http://localhost:$web/ten.txt"
	get 'with a password that is not needed' 0 ten.txt --socks5 "$s" \
	    -U me:secret "$url/ten.txt"
	get 'a refused target' 97 '' --socks5 "$s" "http://127.0.0.1:1/"
	same 'the reason' 1 "$(grep -c '(5)' "$tmp/curl")"
	get 'an unknown name' 97 '' --socks5-hostname "$s" \
	    'http://no.such.name.invalid/'
	get 'IPv6, where nobody listens' 97 '' --socks5 "$s" "http://[::1]:1/"

	# Nonsense is not answered at all.
	for bytes in '\004\001' '\005' '\005\001\000\005\001\000\002' ''; do
		printf "$bytes" | "$tmp/half" "$port" >"$tmp/answer"
	done
	# Another command, and another kind of address, are: 7, and 8.
	printf '\005\001\000\005\002\000\001\177\000\000\001\000\120' |
	    "$tmp/half" "$port" | od -An -tx1 | tr -d ' \n' >"$tmp/answer"
	same 'BIND' 05000507000100000000 "$(cut -c 1-20 "$tmp/answer")"
	printf '\005\001\000\005\001\000\002' |
	    "$tmp/half" "$port" | od -An -tx1 | tr -d ' \n' >"$tmp/answer"
	same 'no address' 05000508000100000000 "$(cut -c 1-20 "$tmp/answer")"
	stop $proxy

	start examples/socks5d -u me:secret 127.0.0.1 0
	proxy=$server
	s=127.0.0.1:$port
	get 'with a password' 0 ten.txt --socks5 "$s" -U me:secret \
	    "$url/ten.txt"
	get 'with another password' 97 '' --socks5 "$s" -U me:wrong \
	    "$url/ten.txt"
	get 'as another' 97 '' --socks5 "$s" -U you:secret "$url/ten.txt"
	get 'without a password' 97 '' --socks5 "$s" "$url/ten.txt"
	stop $proxy
}

backends=$(examples/fetchall -l) || exit 1
for backend in $backends; do
	GREEN_BACKEND=$backend
	export GREEN_BACKEND
	start examples/webd -p 0 "$root"
	web=$port
	webd=$server
	tcpproxy
	socks5d
	stop $webd
done

# What is wrong with a command line is told.
refused() {
	wanted=$1
	shift
	found=$("$@" 2>&1)
	code=$?
	checks=$((checks + 1))
	case $code:$found in
	0:*) wrong "$*" 'a failure' "$found" ;;
	*"$wanted"*) ;;
	*) wrong "$*" "$wanted" "$found" ;;
	esac
}
backend=-
unset GREEN_BACKEND
refused usage: examples/tcpproxy
refused usage: examples/tcpproxy -l 0 80
refused usage: examples/tcpproxy -x -l 0 localhost:80
refused 'not a number' examples/tcpproxy -c 0 -l 0 localhost:80
refused 'not a number' examples/tcpproxy -i x -l 0 localhost:80
refused '"nothing": not built in' examples/tcpproxy -b nothing -l 0 x:1
refused 99999 examples/tcpproxy -l 127.0.0.1:99999 x:1
refused usage: examples/socks5d -u nobody
refused usage: examples/socks5d a b c
refused usage: examples/socks5d -x

echo "proxies.sh: $checks checks"
exit $status
