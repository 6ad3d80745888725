#!/bin/sh
# webd answers as it should, on every backend: to requests of all kinds, sent as
# they are by a small client of its own, and to curl(1) where there is one; over
# TLS too, where there is openssl(1).
set -u

: "${CC:=cc}" "${CPPFLAGS:=}" "${CFLAGS:=}" "${LDFLAGS:=}"
: "${srcdir:=$(dirname -- "$0")/..}"
[ -x examples/webd ] && [ -x examples/fetchall ] || {
	echo 'webd.sh: run by make check, where the examples are built'
	exit 77
}
. "$srcdir/tests/servers.sh"
. "$srcdir/tests/ca.sh"

# raw PORT: standard input to the server as it comes, and back what it answers,
# until it closes the connection.
cat >"$tmp/raw.c" <<'END'
#include <sys/types.h>
#include <sys/socket.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int
main(int argc, char *argv[])
{
	struct addrinfo hints, *list, *ai;
	struct pollfd p[2];
	char buf[65536];
	ssize_t n;
	int s = -1;

	memset(&hints, 0, sizeof(hints));
	hints.ai_socktype = SOCK_STREAM;
	signal(SIGPIPE, SIG_IGN);
	alarm(600);
	if (argc != 2 || getaddrinfo("127.0.0.1", argv[1], &hints, &list) != 0)
		return (2);
	for (ai = list; ai != NULL; ai = ai->ai_next) {
		s = socket(ai->ai_family, SOCK_STREAM, 0);
		if (s != -1 && connect(s, ai->ai_addr, ai->ai_addrlen) == 0)
			break;
		close(s);
		s = -1;
	}
	freeaddrinfo(list);
	if (s == -1)
		return (2);
	p[0].fd = 0;
	p[1].fd = s;
	p[0].events = p[1].events = POLLIN;
	while (poll(p, 2, -1) > 0) {
		if (p[1].revents != 0) {
			n = read(s, buf, sizeof(buf));
			if (n <= 0)
				return (n == 0 ? 0 : 1);
			if (write(1, buf, (size_t)n) != n)
				return (2);
		} else if (p[0].revents != 0) {
			n = read(0, buf, sizeof(buf));
			if (n <= 0 || write(s, buf, (size_t)n) != n)
				p[0].fd = -1;
		}
	}
	return (2);
}
END
$CC $CPPFLAGS $CFLAGS $LDFLAGS -o "$tmp/raw" "$tmp/raw.c" || exit 99

# The tree that is served; some systems do not take all of these names.
root=$tmp/root
mkdir -p "$root/sub" "$root/plain dir" "$root/mailto:a" "$tmp/rootless"
printf 0123456789 >"$root/ten.txt"
: >"$root/empty"
echo secret >"$tmp/rootless/secret"
echo '<p>home' >"$root/sub/index.html"
ln -s ../rootless "$root/out"
ln -s ../rootless/secret "$root/outfile"
ln -s ten.txt "$root/inside"
mkfifo "$root/fifo"
touch "$root/plain dir/<a>&\"'.txt"
for name in '%41' 'a?b#c' ' ' '-' '{}|^`~' "$(printf '\377\376')" \
    "$(printf 'caf\303\251')" "$(printf 'new\nline')"; do
	(echo "$name" >"$root/plain dir/$name") 2>/dev/null
done

# ask: what is answered to standard input is $found; how that has ended.
ask() {
	"$tmp/raw" "$port" >"$tmp/answer"
	code=$?
	found=$(tr -d '\r' <"$tmp/answer")
	return $code
}

# has NAME WANTED: that is in what was found.
has() {
	checks=$((checks + 1))
	case $found in
	*"$2"*) ;;
	*) wrong "$1" "$2" "$found" ;;
	esac
}

# answer NAME WANTED: a request on standard input has this in its answer; found
# is all of it.
answer() {
	ask || wrong "$1" 'a connection that ends well' 'one that does not'
	has "$1" "$2"
}

# bytes NAME WANTED TEXT: a request as printf(1) has it.
bytes() {
	printf "$3" >"$tmp/request"
	answer "$1" "$2" <"$tmp/request"
}

# get WANTED TARGET [FIELD]: a GET that is as it should be.
get() {
	printf 'GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s\r\n\r\n' \
	    "$2" "${3:-Accept: */*}" >"$tmp/request"
	answer "GET $2${3:+ ($3)}" "$1" <"$tmp/request"
}

# serve [OPTION]...: webd on $root.
serve() {
	start examples/webd -b "$backend" -p 0 "$@" "$root"
}

# finish: it ends well, and has complained of nothing.
finish() {
	stop $server
	[ ! -s "$tmp/said" ] || wrong 'nothing on stderr' '' \
	    "$(cat "$tmp/said")"
}

last='Host: x\r\nConnection: close\r\n\r\n'
next='Host: x\r\n\r\n'
long=$(printf '%09000d' 0)

requests() {
	get '200 OK' /ten.txt
	get 'Content-Length: 10' /ten.txt
	get 'Content-Type: text/plain' /ten.txt
	get 'Last-Modified: ' /ten.txt
	get 'Date: ' /ten.txt
	get '0123456789' '/ten.txt?query=%zz'
	get '0123456789' /%74en.%74xt
	get '0123456789' /inside
	get '200 OK' /empty
	get '404 Not Found' /nothing
	get '404 Not Found' /ten.txt/
	get '403 Forbidden' /fifo
	get 'Location: ./sub/' /sub
	get 'Location: ./plain%20dir/' /plain%20dir
	get 'Location: ./mailto:a/' /mailto:a
	get '%2fsub/' "/sub$(awk 'BEGIN {
		for (; n < 200; n++)
			printf "%%2f..%%2fsub"
	}')"
	get '<p>home' /sub/
	get 'href="sub' /
	get 'href="%3Ca%3E%26%22%27.txt">&#60;a&#62;&#38;&#34;&#39;.txt<' \
	    /plain%20dir/

	# Nothing outside.
	for target in /.. /../rootless/secret /%2e%2e/rootless/secret \
	    /..%2frootless%2fsecret /sub/../../rootless/secret /out/secret \
	    /out/ /outfile //etc/passwd /../../../../../../../etc/passwd; do
		get '404 Not Found' "$target"
		case $found in *secret*|*root:*) wrong "$target" 404 "$found" ;;
		esac
	done

	# Parts of a file.
	get 'Content-Range: bytes 0-0/10' /ten.txt 'Range: bytes=0-0'
	get '

234' /ten.txt 'Range: bytes=2-4'
	get 'Content-Range: bytes 5-9/10' /ten.txt 'Range: bytes=5-'
	get 'Content-Range: bytes 5-9/10' /ten.txt 'Range: bytes=5-99'
	get 'Content-Range: bytes 7-9/10' /ten.txt 'Range: bytes=-3'
	get 'Content-Range: bytes 0-9/10' /ten.txt 'Range: bytes=-99'
	get '416 Range' /ten.txt 'Range: bytes=10-'
	get '416 Range' /empty 'Range: bytes=0-'
	for range in bytes=4-2 bytes=5 bytes= bytes=- bytes=0-1,3-4 \
	    bytes=0-1x lines=0-1 bytes=99999999999999999999-; do
		get '200 OK' /ten.txt "Range: $range"
	done
	# A part of what it still is; its tag is weak at first.
	touch -d '2020-01-02 03:04:05 UTC' "$root/ten.txt" 2>/dev/null ||
	    touch -t 202001020304.05 "$root/ten.txt"
	get 'ETag: "' /ten.txt
	etag=$(printf '%s\n' "$found" | sed -n 's/^ETag: //p')
	date=$(printf '%s\n' "$found" | sed -n 's/^Last-Modified: //p')
	part='Range: bytes=2-4\r\nIf-Range:'
	bytes 'a tag' '206 Partial' "GET /ten.txt HTTP/1.1\r\n$part $etag\r\n$last"
	bytes 'a date' '206 Partial' "GET /ten.txt HTTP/1.1\r\n$part $date\r\n$last"
	bytes 'a tag of old' '200 OK' "GET /ten.txt HTTP/1.1\r\n$part \"1\"\r\n$last"
	bytes 'a weak tag' '200 OK' "GET /ten.txt HTTP/1.1\r\n$part W/$etag\r\n$last"
	get '304 Not Modified' /ten.txt "If-None-Match: \"0\", $etag"
	get '304 Not Modified' /ten.txt "If-None-Match: W/$etag"
	get '304 Not Modified' /ten.txt 'If-None-Match: *'
	get '200 OK' /ten.txt 'If-None-Match: "0"'
	bytes 'a tag before a date' '200 OK' "GET /ten.txt HTTP/1.1\r\nIf-Modified\
-Since: Fri, 31 Dec 2100 00:00:00 GMT\r\nIf-None-Match: \"0\"\r\n$last"
	# That of a file that may change once more is weak.
	touch -t 209901020304.05 "$root/ten.txt"
	get 'ETag: W/"' /ten.txt
	touch "$root/ten.txt"
	get 'Content-Range: bytes */10' /ten.txt 'Range: bytes=10-'
	get '304 Not Modified' /ten.txt \
	    'If-Modified-Since: Fri, 31 Dec 2100 00:00:00 GMT'
	get '200 OK' /ten.txt 'If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT'
	get '200 OK' /ten.txt 'If-Modified-Since: yesterday'

	# Requests that are bad, or too much.
	bytes 'no request' '400 Bad' 'NONSENSE\r\n\r\n'
	bytes 'no Host' '400 Bad' 'GET / HTTP/1.1\r\n\r\n'
	bytes 'no "/"' '400 Bad' "GET ten.txt HTTP/1.1\r\n$last"
	bytes 'no ":"' '400 Bad' "GET / HTTP/1.1\r\nnonsense\r\n$last"
	bytes 'a folded field' '400 Bad' "GET / HTTP/1.1\r\nA: b\r\n c\r\n$last"
	bytes 'an escape' '400 Bad' "GET /\033[0m HTTP/1.1\r\n$last"
	bytes '%%00' '400 Bad' "GET /ten%%00.txt HTTP/1.1\r\n$last"
	bytes '%%4' '400 Bad' "GET /ten%%4 HTTP/1.1\r\n$last"
	bytes '%%xx' '400 Bad' "GET /ten%%xx.txt HTTP/1.1\r\n$last"
	bytes 'HTTP/2.0' '505 HTTP' "GET / HTTP/2.0\r\n$last"
	bytes POST '405 Method' "POST / HTTP/1.1\r\nContent-Length: 1\r\n$last."
	bytes POST 'Allow: GET, HEAD' "POST / HTTP/1.1\r\n$last"
	bytes 'a long line' '414 URI' "GET /$long HTTP/1.1\r\n$last"
	bytes 'a long field' '431 Request' "GET / HTTP/1.1\r\nA: $long\r\n$last"
	{
		printf 'GET / HTTP/1.1\r\n'
		awk 'BEGIN { for (; n < 99999; n++) printf "A: b\r\n" }'
		printf "$last"
	} >"$tmp/request"
	# webd hears the rest for a second: who takes longer is cut off.
	for try in 1 2 3 4 5; do
		ask <"$tmp/request" && break
	done
	[ $code -eq 0 ] ||
	    wrong 'many fields' 'a connection that ends well' "$found"
	has 'many fields' '431 Request'

	# Other forms that are fine.
	bytes HTTP/1.0 '200 OK' 'GET /ten.txt HTTP/1.0\r\n\r\n'
	bytes 'bare newlines' '200 OK' 'GET /ten.txt HTTP/1.0\n\n'
	bytes 'an empty line' '200 OK' "\r\nGET /ten.txt HTTP/1.1\r\n$last"
	bytes 'a body' 'Connection: close' \
	    "GET /ten.txt HTTP/1.1\r\nContent-Length: 4\r\n${next}body"

	# A body is no request, however it is told of.
	for field in 'Content-Length: 54' 'Content-Length: 054' \
	    'Content-Length: +54' 'Content-Length: 0\r\nContent-Length: 54' \
	    'Transfer-Encoding:\r\nTransfer-Encoding: chunked'; do
		bytes "a body ($field)" 'Connection: close' \
		    "GET /empty HTTP/1.1\r\n$field\r\n${next}GET /nothing \
HTTP/1.1\r\n$last"
		case $found in
		*404*) wrong "a body ($field)" 'one answer' "$found" ;;
		esac
	done

	# Nor is a query a field.
	get '200 OK' '/ten.txt?Range:bytes=2-4'
	get '200 OK' '/ten.txt?If-None-Match:*'

	# No bodies; and many requests, one after the other, in one go.
	bytes HEAD 'Content-Length: 10' "HEAD /ten.txt HTTP/1.1\r\n$last"
	case $found in *0123456789*) wrong HEAD 'no body' "$found" ;; esac
	bytes HEAD '404 Not Found' "HEAD /nothing HTTP/1.1\r\n$last"
	case $found in *'

'*) wrong HEAD 'no body' "$found" ;; esac
	awk 'BEGIN {
		for (; n < 999; n++)
			printf "GET /ten.txt HTTP/1.1\r\nHost: x\r\n\r\n"
		printf "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n"
		printf "HEAD /ten.txt HTTP/1.1\r\n"
		printf "Host: x\r\nConnection: close\r\n\r\n"
	}' >"$tmp/request"
	answer pipelining 'Connection: close' <"$tmp/request"
	n=$(printf '%s\n' "$found" | grep -c '0123456789HTTP')
	[ "$n" -eq 999 ] || wrong pipelining '999 bodies' "$n"
}

# slow NAME WANTED TEXT: the same as bytes, but then nothing more comes.  What was
# to come first has come late if somebody was stopped: that is tried again.
slow() {
	rm -f "$tmp/slow"
	mkfifo "$tmp/slow" || exit 99
	for try in 1 2 3 4 5; do
		exec 5<>"$tmp/slow"
		printf "$3" >&5
		ask <"$tmp/slow" ||
		    wrong "$1" 'a connection that ends well' 'one that does not'
		exec 5>&-
		case $found in *"$2"*) break ;; esac
	done
	has "$1" "$2"
}

# Who is slow gets 408, or nothing, who never asked.
slowness() {
	slow 'half a line' '408 Request' 'GET /'
	slow 'half a head' '408 Request' 'GET / HTTP/1.1\r\nA: b\r\n'
	slow 'no request' '' ''
	[ -z "$found" ] || wrong 'no request' nothing "$found"
	slow 'a second request' '200 OK' "GET /ten.txt HTTP/1.1\r\n$next"
	case $found in
	*'HTTP/1.1 408'*) wrong 'no second request' '' "$found" ;;
	esac
}

# What curl thinks of it.
curls() {
	url=http://127.0.0.1:$port
	dd if=/dev/zero of="$root/big" bs=1 count=1 seek=99999999 2>/dev/null
	curl -s -o "$tmp/big" "$url/big" && cmp "$tmp/big" "$root/big" ||
	    wrong curl 'the same 100 MB' 'something else'
	rm -f "$root/big" "$tmp/big"
	n=$(curl -s -o "$tmp/1" -o "$tmp/2" -w '%{num_connects} ' \
	    "$url/ten.txt" "$url/ten.txt")
	[ "$n" = '1 0 ' ] || wrong 'curl, two files' '1 0 ' "$n"
	n=$(curl -s -r 3-5 "$url/ten.txt")
	[ "$n" = 345 ] || wrong 'curl -r' 345 "$n"
	n=$(curl -s -L "$url/sub")
	[ "$n" = '<p>home' ] || wrong 'curl -L' '<p>home' "$n"
	n=$(curl -s -z "$root/ten.txt" -w '%{http_code}' "$url/ten.txt")
	[ "$n" = 304 ] || wrong 'curl -z' 304 "$n"
	checks=$((checks + 5))
}

# A stop ends what waits at once, although it may take five minutes.
ending() {
	serve -t 300
	began=$(date +%s)
	(printf "GET /ten.txt HTTP/1.1\r\n$next" | "$tmp/raw" "$port" \
	    >"$tmp/idle") &
	idle=$!
	until [ -s "$tmp/idle" ]; do
		kill -0 $idle 2>/dev/null || break
		sleep 0.1
	done
	finish
	wait $idle
	[ $(($(date +%s) - began)) -lt 200 ] || wrong 'a stop' 'at once' later
}

# complained WHAT: on stderr, within a minute.
complained() {
	checks=$((checks + 1))
	soon grep -q -- "$1" "$tmp/said" || wrong 'what webd says' "$1" \
	    "$(cat "$tmp/said")"
	: >"$tmp/said"
}

# over WANTED [OPTION]...: curl, with our CA, over TLS.
over() {
	wanted=$1
	shift
	checks=$((checks + 1))
	n=$(curl -s -S --noproxy '*' --cacert "$tmp/ca.pem" "$@" 2>&1)
	[ "$n" = "$wanted" ] || wrong "curl $*" "$wanted" "$n"
}

# shown: the name in the certificate that a new connection gets.
shown() {
	openssl s_client -connect "127.0.0.1:$port" </dev/null 2>/dev/null |
	    openssl x509 -noout -subject 2>/dev/null | sed 's/.*CN *= *//'
}

# install NAME: as when a certificate is renewed.
install() {
	cp "$tmp/$1.pem" "$tmp/now.pem"
	cp "$tmp/$2.key" "$tmp/now.key"
}

encrypted() {
	install one one
	# Nothing below is to be late for webd, however slow the machine.
	serve -v -t 300 -l 2 -c "$tmp/now.pem" -k "$tmp/now.key"
	case $line in
	*https://*) ;;
	*) wrong 'what webd says' https:// "$line" ;;
	esac
	url=https://127.0.0.1:$port
	if command -v curl >/dev/null; then
		over 0123456789 "$url/ten.txt"
		over 345 -r 3-5 "$url/ten.txt"
		over '<p>home' -L "$url/sub"
		over 404 -o "$tmp/1" -w '%{http_code}' "$url/nothing"
		over '1 0 ' -o "$tmp/1" -o "$tmp/2" -w '%{num_connects} ' \
		    "$url/ten.txt" "$url/ten.txt"
		over 200 -I -o "$tmp/1" -w '%{http_code}' "$url/ten.txt"
	fi

	# Who speaks no TLS gets nothing, and does no harm; nor who says nothing.
	printf "GET /ten.txt HTTP/1.1\r\n$last" >"$tmp/request"
	"$tmp/raw" "$port" <"$tmp/request" >"$tmp/answer"
	! grep -q 0123456789 "$tmp/answer" ||
	    wrong 'plain HTTP to the port of TLS' nothing "$(cat "$tmp/answer")"
	rm -f "$tmp/slow"
	mkfifo "$tmp/slow" || exit 99
	{ printf '\026\003\001'; sleep 2; } >"$tmp/slow" &
	"$tmp/raw" "$port" <"$tmp/slow" >"$tmp/stalled" &
	stalled=$!
	[ "$(shown)" = one ] || wrong 'during a stalled handshake' one "$(shown)"
	{ kill $stalled && wait $stalled; } 2>/dev/null

	# A new one; the connection that there is goes on.
	rm -f "$tmp/pipe" "$tmp/held"
	mkfifo "$tmp/pipe" || exit 99
	openssl s_client -quiet -connect "127.0.0.1:$port" <"$tmp/pipe" \
	    >"$tmp/held" 2>/dev/null &
	held=$!
	exec 4>"$tmp/pipe"
	# Whoever reads it may be gone: that must not end us.
	(printf "GET /ten.txt HTTP/1.1\r\n$next" >&4)
	until grep -q 0123456789 "$tmp/held"; do
		kill -0 $held 2>/dev/null || break
		sleep 0.1
	done
	install two two
	kill -HUP $server
	until said_again; do :; done
	[ "$(shown)" = two ] || wrong 'a new certificate' two "$(shown)"
	[ "$(shown)" = two ] || wrong 'in all loops' two "$(shown)"
	(printf "GET /sub/ HTTP/1.1\r\n$last" >&4)
	exec 4>&-
	wait $held
	grep -q '<p>home' "$tmp/held" ||
	    wrong 'a connection that was there' '<p>home' "$(cat "$tmp/held")"
	checks=$((checks + 5))

	# A bad one.
	install one two
	kill -HUP $server
	complained "key is not the certificate's; the old certificate stays"
	rm "$tmp/now.key"
	kill -HUP $server
	complained 'No such file or directory; the old certificate stays'
	[ "$(shown)" = two ] || wrong 'a bad new certificate' two "$(shown)"
	install one one
	kill -HUP $server
	until said_again; do :; done
	[ "$(shown)" = one ] || wrong 'a good one at last' one "$(shown)"
	checks=$((checks + 2))
	finish
}

# Pass over the lines of -v.
said_again() {
	line=
	read -r line <&3 || {
		wrong 'what webd says' 'read again' nothing
		return 0
	}
	case $line in
	*'read again'*) return 0 ;;
	esac
	return 1
}

tls=false
if have_openssl; then
	certify one
	certify two
	examples/webd -c "$tmp/one.pem" -k "$tmp/one.key" "$tmp/nothing" \
	    2>&1 | grep -q 'not built in' || tls=true
fi
$tls || echo 'webd.sh: no TLS here, or no openssl(1): HTTPS is not tried'

backends=$(examples/fetchall -l) || exit 1
for backend in $backends; do
	serve -t 300
	requests
	finish
	serve -t 1
	slowness
	finish
	serve -t 300 -l 2
	command -v curl >/dev/null && curls
	examples/fetchall -q -b "$backend" "http://127.0.0.1:$port/" "$root" ||
	    wrong fetchall 0 $?
	finish
	ending
	! $tls || encrypted
done

# What is wrong with a command line is told.
refused() {
	wanted=$1
	shift
	found=$(examples/webd "$@" 2>&1)
	code=$?
	checks=$((checks + 1))
	case $code:$found in
	0:*) wrong "webd $*" 'a failure' "$found" ;;
	*"$wanted"*) ;;
	*) wrong "webd $*" "$wanted" "$found" ;;
	esac
}
backend=-
refused usage:
refused usage: "$root" "$root"
refused usage: -x "$root"
refused '"nothing": not built in' -b nothing "$root"
refused 'not a number' -p 65536 "$root"
refused 'not a number' -p http "$root"
refused 'not a number' -l 0 "$root"
refused 'not a number' -t 99999999999999999999 "$root"
refused 'No such file' "$root/nothing"
refused 'Not a directory' "$root/ten.txt"
refused 'go together' -c "$tmp/one.pem" "$root"
refused 'go together' -k "$tmp/one.key" "$root"
if $tls; then
	refused "$tmp/nothing: No such file" -c "$tmp/nothing" \
	    -k "$tmp/one.key" "$root"
	refused "$tmp/nothing: No such file" -c "$tmp/one.pem" \
	    -k "$tmp/nothing" "$root"
	refused "$tmp/two.key: the key is not the certificate's" \
	    -c "$tmp/one.pem" -k "$tmp/two.key" "$root"
	refused 'in PEM' -c "$root/ten.txt" -k "$tmp/one.key" "$root"
elif [ -r "$tmp/one.pem" ]; then
	refused 'TLS is not built in' -c "$tmp/one.pem" -k "$tmp/one.key" \
	    "$root"
fi

echo "webd.sh: $checks checks"
exit $status
