#!/bin/sh
# fetch brings what there is, as it is, and nothing else: from webd, and from a
# server of oddities where there is python3; over TLS where there is openssl(1).
set -u

: "${srcdir:=$(dirname -- "$0")/..}"
[ -x examples/fetch ] && [ -x examples/webd ] || {
	echo 'fetch.sh: run by make check, where the examples are built'
	exit 77
}
. "$srcdir/tests/servers.sh"
. "$srcdir/tests/ca.sh"

root=$tmp/root
d=$tmp/d
mkdir -p "$root/sub" "$d"
printf 0123456789 >"$root/ten.txt"
printf abcdef >"$root/a b&c"
: >"$root/empty"
echo '<p>home' >"$root/sub/index.html"
awk 'BEGIN { for (; n < 2000000; n++) printf "%09d\n", n }' >"$root/big"
touch -t 202001020304.05 "$root"/*

# try CODE WORDS OPTION...: fetch ends so, and says so on stderr.
try() {
	code=$1
	words=$2
	shift 2
	checks=$((checks + 1))
	(cd "$d" && exec "$fetch" -b "$backend" "$@") >"$tmp/out" 2>"$tmp/err"
	rc=$?
	[ $rc -eq "$code" ] || wrong "status of fetch $*" "$code" \
	    "$rc $(cat "$tmp/err")"
	if [ -n "$words" ]; then
		grep -qF -- "$words" "$tmp/err" ||
		    wrong "fetch $*" "$words" "$(cat "$tmp/err")"
	elif [ -s "$tmp/err" ]; then
		wrong "fetch $*" 'no words' "$(cat "$tmp/err")"
	fi
}

# out TEXT URL...: that is what comes on standard output.
out() {
	text=$1
	shift
	try 0 '' "$@"
	[ "$(cat "$tmp/out")" = "$text" ] ||
	    wrong "fetch $*" "$text" "$(cat "$tmp/out")"
}

# same FILE ORIGINAL; only NAME...: what $d has, exactly.
same() {
	checks=$((checks + 1))
	cmp "$d/$1" "$2" || wrong "$1" "$2" 'another content'
}
only() {
	checks=$((checks + 1))
	found=$(ls -A "$d" | tr '\n' ' ')
	[ "$found" = "${1:+$* }" ] || wrong 'the files there are' "$*" "$found"
}
empty() {
	rm -rf "$d"
	mkdir "$d"
}

# Of webd, at $url: with our CA if that is over TLS.
files() {
	out 0123456789 "$@" "$url/ten.txt"
	out '' "$@" "$url/empty"
	out '<p>home' "$@" "$url/sub"
	out abcdef "$@" "$url/a b%26c#part"
	out 0123456789 "$@" "$url/./sub/../ten.txt?query"
	out 0123456789 "$@" -o - "$url/ten.txt"
	empty
	try 0 '' "$@" -O "$url/ten.txt" "$url/big" "$url/empty" "$url/a b%26c" \
	    "$url/sub/"
	only 'a b&c' big empty index.html ten.txt
	for name in ten.txt big empty 'a b&c'; do
		same "$name" "$root/$name"
	done
	try 0 '' "$@" -q -j 1 -P "x/y" "$url/ten.txt" "$url/big"
	same x/y/big "$root/big"
	try 0 '' "$@" -o "x/z" "$url/big"
	same x/z "$root/big"

	# What is there is replaced when all has come, with its mode; links stay.
	empty
	echo old >"$d/old"
	chmod 640 "$d/old"
	ln -s old "$d/link"
	try 0 '' "$@" -o link "$url/ten.txt"
	only link old
	same old "$root/ten.txt"
	[ -h "$d/link" ] || wrong link 'still one' 'none'
	[ "$(ls -l "$d/old" | cut -c1-10)" = -rw-r----- ] ||
	    wrong mode -rw-r----- "$(ls -l "$d/old")"
	try 5 "$url/nothing: the server says: 404 Not Found" "$@" -o old \
	    "$url/nothing"
	same old "$root/ten.txt"
	only link old
	try 5 404 "$@" -O "$url/nothing" "$url/ten.txt"
	only link old ten.txt
	try 0 '' "$@" -o /dev/null "$url/big"
	[ -c /dev/null ] || wrong /dev/null 'a device' 'none any more'
	mkdir "$d/dir"
	try 1 'Is a directory' "$@" -o dir "$url/ten.txt"
	try 1 'No such file' "$@" -o no/such "$url/ten.txt"
	checks=$((checks + 3))

	# Going on with what an interrupted one has left.
	empty
	head -c 1000000 "$root/big" >"$d/big.part"
	etag=$(tag)
	printf %s "$etag" >"$d/big.part.tag"
	try 0 '' "$@" -c -O "$url/big"
	same big "$root/big"
	only big
	expect_log '206 19000000'
	head -c 1000000 /dev/zero >"$d/big.part"
	printf '"another"' >"$d/big.part.tag"
	try 0 '' "$@" -c -O "$url/big"
	same big "$root/big"
	cp "$root/big" "$d/big.part"
	printf %s "$etag" >"$d/big.part.tag"
	rm "$d/big"
	try 0 '' "$@" -c -O "$url/big"
	same big "$root/big"
	expect_log '416 0'
	head -c 1000000 /dev/zero >"$d/big.part"
	printf %s "$etag" >"$d/big.part.tag"
	try 0 '' "$@" -O "$url/big"
	same big "$root/big"
	only big
}

# The tag of big, as webd has it.
tag() {
	printf '"%x-%x-%x"' $(stat -c '%i %s %Y' "$root/big" 2>/dev/null ||
	    stat -f '%i %z %m' "$root/big")
}

# webd has told of such an answer, or does within a minute.
expect_log() {
	checks=$((checks + 1))
	soon grep -q "$1" "$tmp/log" || wrong 'what webd was asked for' "$1" \
	    "$(tail -n 3 "$tmp/log")"
}

# webd [OPTION]...: serve $root, with its lines in $tmp/log; $port.
webd() {
	start examples/webd -b "$backend" -v -p 0 "$@" "$root"
	cat <&3 >"$tmp/log" &		# it ends with webd
	exec 3<&-
}

encrypted() {
	webd -c "$tmp/one.pem" -k "$tmp/one.key"
	url=https://127.0.0.1:$port
	files --cacert "$tmp/ca.pem"
	out 0123456789 --cacert "$tmp/ca.pem" "https://localhost:$port/ten.txt"
	empty
	try 4 "$url/ten.txt: issuer is not trusted" -O "$url/ten.txt"
	only
	out 0123456789 -k "$url/ten.txt"
	try 4 'No such file' --cacert "$tmp/none" "$url/ten.txt"
	stop $server
	webd -c "$tmp/elsewhere.pem" -k "$tmp/elsewhere.key"
	url=https://127.0.0.1:$port
	try 4 elsewhere --cacert "$tmp/ca.pem" -O "$url/ten.txt"
	only
	stop $server
}

# A server that wants to know who asks.
known() {
	start python3 "$tmp/odd.py" '' "$tmp/one.pem" "$tmp/one.key" \
	    "$tmp/ca.pem"
	set -- --cacert "$tmp/ca.pem" "https://127.0.0.1:$port/chunked"
	cat "$tmp/one.pem" "$tmp/one.key" >"$tmp/both.pem"
	out 0123456789 --cert "$tmp/one.pem" --key "$tmp/one.key" "$@"
	out 0123456789 --cert "$tmp/both.pem" "$@"
	try 4 'the peer has refused: certificate required' -r 0 "$@"
	try 4 'No such file' --cert "$tmp/none" "$@"
	try 4 'not the certificate' --cert "$tmp/one.pem" \
	    --key "$tmp/elsewhere.key" "$@"
	try 4 'one.pem: ' --cert "$tmp/one.pem" "$@"
	stop $server
}

interrupted() {
	empty
	for sig in INT TERM; do
		start python3 "$tmp/odd.py"
		(cd "$d" && exec "$fetch" -b "$backend" -O \
		    "http://127.0.0.1:$port/slow" 2>"$tmp/signalled") &
		pid=$!
		until [ -s "$d/slow.part" ]; do
			kill -0 $pid 2>/dev/null || break
			sleep 0.1
		done
		try 1 'another program fetches it' -O \
		    "http://127.0.0.1:$port/slow"
		kill -$sig $pid
		wait $pid 2>/dev/null
		rc=$?
		[ $rc -gt 128 ] || wrong "after SIG$sig" 'an end by it' $rc
		grep -q 'interrupted; -c goes on' "$tmp/signalled" ||
		    wrong "SIG$sig" interrupted "$(cat "$tmp/signalled")"
		only slow.part slow.part.tag
		try 0 '' -c -O "http://127.0.0.1:$port/slow"
		only slow
		[ "$(cat "$d/slow")" = 'first second' ] ||
		    wrong 'gone on with' 'first second' "$(cat "$d/slow")"
		rm "$d/slow"
		checks=$((checks + 3))
		stop $server
	done
}

# A server of what is odd.  The path tells what: see answer().
cat >"$tmp/odd.py" <<'END'
import collections, os, socket, ssl, sys, threading, time

other = sys.argv[1] if len(sys.argv) > 1 else ''
seen = collections.Counter()
OK = b'HTTP/1.1 200 OK\r\n'

def reply(body, fields=b'', status=b'200 OK'):
    return b'HTTP/1.1 %s\r\nContent-Length: %d\r\n%s\r\n%s' % (
        status, len(body), fields, body)

def to(location, status=b'302 Found'):
    return reply(b'', b'Location: ' + location + b'\r\n', status)

def partly(request, tag, first, second, again):
    """Half of it, and then, when it is asked for, the rest."""
    if b'Range: bytes=%d-\r\nIf-Range: %s\r\n' % (len(first), tag) in request:
        return again
    return b'%sContent-Length: %d\r\nETag: %s\r\n\r\n%s' % (
        OK, len(first + second), tag, first)

def rest(first, second, tag):
    return reply(second, b'ETag: %s\r\nContent-Range: bytes %d-%d/%d\r\n' % (
        tag, len(first), len(first + second) - 1, len(first + second)),
        b'206 Partial Content')

def answer(s, path, request):
    """What to send; whether to go on with the connection."""
    seen[path] += 1
    name = path.strip(b'/')
    if name == b'chunked':
        return OK + (b'Transfer-Encoding: chunked\r\n\r\n5;x=y\r\n01234\r\n'
            b'005\r\n56789\r\n0\r\nTrailer: x\r\n\r\n'), True
    if name == b'close':
        return OK + b'\r\n0123456789', False
    if name == b'early':
        return b'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n' + reply(
            b'0123456789'), True
    if name == b'loop':
        return to(b'/loop'), True
    if name == b'relative/a':
        return to(b'../chunked#y', b'307 Temporary Redirect'), True
    if name == b'query':
        return to(b'?x', b'308 Permanent Redirect'), True
    if name == b'query?x':
        return to(b'//127.0.0.1:%d/chunked' % s.getsockname()[1]), True
    if name == b'elsewhere':
        return to(other.encode()), True
    if name == b'file':
        return to(b'file:///etc/passwd'), True
    if name == b'control':
        return to(b'/a\x01b'), True
    if name == b'nowhere':
        return reply(b'', status=b'302 Found'), True
    if name == b'busy':
        if seen[path] % 2:
            return reply(b'wait', b'Retry-After: 1\r\n',
                b'503 Service Unavailable'), True
        return reply(b'0123456789'), True
    if name == b'busyforever':
        return reply(b'wait', b'Retry-After: 3600\r\n',
            b'503 Service Unavailable'), True
    if name == b'flaky':
        return partly(request, b'"f"', b'01234', b'56789',
            rest(b'01234', b'56789', b'"f"')), False
    if name == b'changed':
        return partly(request, b'"f"', b'01234', b'56789',
            reply(b'abcdefghij', b'ETag: "g"\r\n')), False
    if name == b'wrongpart':
        return partly(request, b'"f"', b'01234', b'56789',
            rest(b'0123', b'456789', b'"f"')), False
    if name == b'cut':
        return OK + b'Content-Length: 10\r\n\r\n01234', False
    if name == b'cutchunk':
        return OK + b'Transfer-Encoding: chunked\r\n\r\nA\r\n01234', False
    if name == b'cutchunks':
        return OK + b'Transfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n', False
    if name == b'badchunk':
        return OK + b'Transfer-Encoding: chunked\r\n\r\n5\r\n01234x\r\n', False
    if name == b'badsize':
        return OK + b'Transfer-Encoding: chunked\r\n\r\n-5\r\n01234\r\n', False
    if name == b'both':
        return OK + (b'Content-Length: 3\r\nTransfer-Encoding: chunked\r\n'
            b'\r\n3\r\nabc\r\n0\r\n\r\n'), True
    if name == b'twice':
        return OK + b'Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc', True
    if name == b'gzip':
        return OK + b'Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n', True
    if name == b'minus':
        return OK + b'Content-Length: -3\r\n\r\nabc', True
    if name == b'folded':
        return OK + b'A: b\r\n c\r\nContent-Length: 3\r\n\r\nabc', True
    if name == b'bare':
        return b'HTTP/1.1 200 OK\nContent-Length: 3\n\nabc\r\n\r\n', True
    if name == b'old':
        return b'0123456789\r\n\r\n', False
    if name == b'long':
        return OK + b'A: ' + 70000 * b'x' + b'\r\n\r\n', False
    if name == b'upgrade':
        return b'HTTP/1.1 101 Switching Protocols\r\n\r\n', True
    if name == b'hints':
        return 20 * b'HTTP/1.1 103 Early Hints\r\n\r\n' + reply(b'x'), True
    if name == b'part':
        return rest(b'01234', b'56789', b'"f"'), True
    if name == b'nothing':
        return b'HTTP/1.1 204 No Content\r\n\r\n', True
    if name == b'stale':
        return reply(b'%d' % seen[path]), False
    if name == b'stall':
        time.sleep(3600)
        return b'', False
    if name == b'huge':
        s.sendall(OK + b'Content-Length: 999999999999999999\r\n\r\n0123456789')
        time.sleep(3600)
    if name == b'trickle':
        s.sendall(OK + b'Content-Length: 10\r\n\r\n01234')
        while not os.path.exists(os.path.dirname(sys.argv[0]) + '/go'):
            time.sleep(0.05)
        return b'56789', True
    if name == b'slow':
        again = rest(b'first ', b'second', b'"s"')
        got = partly(request, b'"s"', b'first ', b'second', again)
        if got is not again:
            s.sendall(got)
            time.sleep(3600)
        return got if got is again else b'', False
    return reply(b'?', status=b'404 Not Found'), True

def wrap(s, context):
    """Who is refused gets the alert, and not a reset."""
    raw = s.dup()
    try:
        return context.wrap_socket(s, server_side=True)
    except OSError:
        raw.shutdown(socket.SHUT_WR)
        while raw.recv(65536):
            pass
        raise
    finally:
        raw.close()

def serve(s, context):
    try:
        if context:
            s = wrap(s, context)
        data, more = b'', True
        while more:
            while b'\r\n\r\n' not in data:
                got = s.recv(65536)
                if not got:
                    return
                data += got
            head, data = data.split(b'\r\n\r\n', 1)
            back, more = answer(s, head.split(b' ')[1], head + b'\r\n')
            s.sendall(back)
        if context:
            s = s.unwrap()
        s.shutdown(socket.SHUT_WR)
        s.recv(1)
    except OSError:
        pass
    finally:
        s.close()

context = None
if len(sys.argv) > 2:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2], sys.argv[3])
if len(sys.argv) > 4:
    context.load_verify_locations(sys.argv[4])
    context.verify_mode = ssl.CERT_REQUIRED
l = socket.create_server(('127.0.0.1', 0))
print('listening on 127.0.0.1:%d/' % l.getsockname()[1], flush=True)
import signal
signal.signal(signal.SIGTERM, lambda *unused: sys.exit(0))
while True:
    threading.Thread(target=serve, args=(l.accept()[0], context),
        daemon=True).start()
END

oddities() {
	start python3 "$tmp/odd.py" file:///etc/passwd
	url=http://127.0.0.1:$port
	for name in chunked close early relative/a query busy flaky; do
		out 0123456789 "$url/$name"
	done
	try 0 '' -o "$tmp/changed" "$url/changed"
	[ "$(cat "$tmp/changed")" = abcdefghij ] ||
	    wrong 'content that has changed' abcdefghij "$(cat "$tmp/changed")"
	try 1 'cannot be taken back' "$url/changed"

	# A connection that is closed although it might have been kept.
	empty
	try 0 '' -j 1 -O "$url/early" "$url/chunked" "$url/stale" "$url/flaky"
	only chunked early flaky stale

	# Redirects that lead nowhere, or too far.
	try 6 'more than 10 times' "$url/loop"
	try 6 'more than 0 times' --max-redirects 0 "$url/relative/a"
	try 6 'neither an http: nor' "$url/file"
	try 6 'control character' "$url/control"
	try 5 '302 Found' "$url/nowhere"

	# Answers that are none, and leave nothing.
	empty
	for name in both twice gzip minus folded bare old long upgrade hints \
	    badchunk badsize; do
		try 6 "$url/$name: " -O "$url/$name"
	done
	try 6 'another part' -r 1 -o wrong "$url/wrongpart"
	only wrong.part wrong.part.tag
	empty
	try 5 '206 Partial' -O "$url/part"
	try 5 '204 No Content' -O "$url/nothing"
	try 5 '503 Service' -O "$url/busyforever"
	try 5 '503 Service' -r 0 -O "$url/busy"
	for name in cut cutchunk cutchunks; do
		try 3 'was cut off' -r 0 -O "$url/$name"
	done
	only
	try 3 'nothing has come for 1 s' -r 0 -t 1 -O "$url/stall"
	try 3 'more than 1 s' -m 1 -O "$url/stall"

	# On a terminal, of what takes longer than anybody lives.
	python3 -c 'import pty, sys; pty.spawn(sys.argv[1:])' "$fetch" \
	    -b "$backend" -m 2 -o /dev/null "$url/huge" </dev/null >"$tmp/out"
	checks=$((checks + 1))
	! grep -q ':-' "$tmp/out" && grep -q 'more than 2 s' "$tmp/out" ||
	    wrong 'the time left' 'a time' "$(cat "$tmp/out")"
	only

	# On a terminal there are bars; how each has ended stays.
	empty
	checks=$((checks + 1))
	(cd "$d" && exec python3 -c 'import pty, sys
sys.exit(pty.spawn(sys.argv[1:], stdin_read = lambda fd: b"") >> 8)' \
	    "$fetch" -b "$backend" -O "$url/flaky" "$url/chunked" "$url/old" \
	    "$url/trickle" </dev/null >"$tmp/out" 2>&1) &
	pid=$!
	# The rest of that comes when a bar has been seen of its first half.
	until grep -q 'trickle .*=>.*] *50%' "$tmp/out" ||
	    ! kill -0 $pid 2>/dev/null; do
		sleep 0.1
	done
	: >"$tmp/go"
	wait $pid
	rc=$?
	[ $rc -eq 6 ] || wrong 'status on a terminal' 6 $rc
	for words in 'trickle .*=>.*] *50%' 'waits: the answer was cut off' \
	    'of 4 files, ' '4 of 4 files, 30 B, .* 1 failed' 'chunked: 10 B' \
	    "fetch: $url/old: the answer is not"; do
		grep -q "$words" "$tmp/out" ||
		    wrong 'a terminal' "$words" "$(cat -v "$tmp/out")"
	done
	try 6 'not of HTTP/1.1' -q -O "$url/old"
	stop $server
	interrupted
}

# From one scheme to the other.
crossing() {
	webd -c "$tmp/one.pem" -k "$tmp/one.key"
	web=$server
	start python3 "$tmp/odd.py" "https://127.0.0.1:$port/ten.txt"
	out 0123456789 --cacert "$tmp/ca.pem" \
	    "http://127.0.0.1:$port/elsewhere"
	try 4 trusted "http://127.0.0.1:$port/elsewhere"
	plain=http://127.0.0.1:$port/chunked
	other=$server
	start python3 "$tmp/odd.py" "$plain" "$tmp/one.pem" "$tmp/one.key"
	url=https://127.0.0.1:$port
	try 4 'from https: to http:' --cacert "$tmp/ca.pem" "$url/elsewhere"
	out 0123456789 --cacert "$tmp/ca.pem" --downgrade "$url/elsewhere"
	out 0123456789 --cacert "$tmp/ca.pem" "$url/close"
	out 0123456789 --cacert "$tmp/ca.pem" "$url/flaky"
	stop $server
	stop $other
	stop $web
}

# A proxy, by TLS with a certificate, that writes down what it is asked for, and
# takes every server for one of this machine.
cat >"$tmp/proxy.py" <<'END'
import select, signal, socket, ssl, sys, threading

def relay(s, to):
    while True:
        ready = [s] if isinstance(s, ssl.SSLSocket) and s.pending() else \
            select.select([s, to], [], [])[0]
        for one in ready:
            data = one.recv(65536)
            if not data:
                return
            (to if one is s else s).sendall(data)

def serve(s):
    try:
        if context:
            s = context.wrap_socket(s, server_side=True)
        head = b''
        while b'\r\n\r\n' not in head:
            got = s.recv(65536)
            if not got:
                return
            head += got
        first, rest = head.split(b'\r\n', 1)
        print(first.decode(), file=log, flush=True)
        method, url, version = first.split(b' ')
        at = url if method == b'CONNECT' else url.split(b'/')[2]
        if at.startswith(b'refused.'):
            s.sendall(b'HTTP/1.1 403 Not there\r\nContent-Length: 0\r\n\r\n')
            return
        with socket.create_connection(('127.0.0.1',
                int(at.split(b':')[-1]))) as to:
            if method == b'CONNECT':
                s.sendall(b'HTTP/1.1 200 OK\r\nX: y\r\n\r\n')
            else:
                to.sendall(b'%s /%s %s\r\n%s' % (method,
                    url.split(b'/', 3)[3], version, rest))
            relay(s, to)
    except OSError:
        pass
    finally:
        s.close()

log = open(sys.argv[1], 'w')
context = None
if len(sys.argv) > 2:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2], sys.argv[3])
l = socket.create_server(('127.0.0.1', 0))
print('listening on 127.0.0.1:%d/' % l.getsockname()[1], flush=True)
signal.signal(signal.SIGTERM, lambda *unused: sys.exit(0))
while True:
    threading.Thread(target=serve, args=(l.accept()[0],),
        daemon=True).start()
END

# asked LINE: that is all that the proxy was asked for.
asked() {
	checks=$((checks + 1))
	[ "$(cat "$tmp/asked")" = "$1" ] ||
	    wrong 'what the proxy was asked for' "$1" "$(cat "$tmp/asked")"
	: >"$tmp/asked"
}

# Names that nobody can look up: the proxy does.
by_proxy() {
	webd
	web=$server
	to=far.invalid:$port
	start python3 "$tmp/proxy.py" "$tmp/asked"
	export http_proxy="127.0.0.1:$port"
	out 0123456789 "http://$to/ten.txt?x"
	asked "GET http://$to/ten.txt?x HTTP/1.1"
	empty
	try 0 '' -O "http://$to/big"
	same big "$root/big"
	asked "GET http://$to/big HTTP/1.1"
	export no_proxy="x.invalid, 127.0.0.1"
	out 0123456789 "http://127.0.0.1:${to#*:}/ten.txt"
	asked ''
	unset no_proxy
	try 5 'the server says: 403 Not there' http://refused.invalid/
	stop $server
	try 3 'proxy 127.0.0.1: ' -r 0 http://refused.invalid/
	http_proxy=socks5://x
	try 2 'neither an http: nor' http://refused.invalid/
	unset http_proxy
	stop $web
}

# One that cannot read along; the second speaks TLS itself.
by_tunnel() {
	webd -c "$tmp/elsewhere.pem" -k "$tmp/elsewhere.key"
	web=$server
	to=elsewhere.example:$port
	set --
	for scheme in http https; do
		start python3 "$tmp/proxy.py" "$tmp/asked" "$@"
		export HTTPS_PROXY="$scheme://localhost:$port"
		out 0123456789 --cacert "$tmp/ca.pem" "https://$to/ten.txt"
		asked "CONNECT $to HTTP/1.1"
		empty
		try 0 '' --cacert "$tmp/ca.pem" -O "https://$to/big"
		same big "$root/big"
		try 3 'the proxy says: 403 Not there' --cacert "$tmp/ca.pem" \
		    https://refused.invalid/
		: >"$tmp/asked"
		try 4 'certificate is for elsewhere.example, not far.invalid' \
		    --cacert "$tmp/ca.pem" "https://far.invalid:${to#*:}/"
		asked "CONNECT far.invalid:${to#*:} HTTP/1.1"
		set -- "$tmp/one.pem" "$tmp/one.key"
		stop $server
	done
	unset HTTPS_PROXY
	stop $web
}

fetch=$PWD/examples/fetch
tls=false
if have_openssl; then
	certify one
	certify elsewhere DNS:elsewhere.example
	"$fetch" --cacert "$tmp/ca.pem" https://127.0.0.1:1/ 2>&1 |
	    grep -q 'not built in' || tls=true
fi
odd=false
command -v python3 >/dev/null && python3 -c 'import ssl' 2>/dev/null && odd=true
$tls || echo 'fetch.sh: no TLS here, or no openssl(1): HTTPS is not tried'
$odd || echo 'fetch.sh: no python3: odd servers are not tried'

for backend in $(examples/fetchall -l); do
	webd
	url=http://127.0.0.1:$port
	files
	stop $server
	! $tls || encrypted
done

# What it makes of what comes is not the backend's.
backend=$(examples/fetchall -l | head -1)
! $odd || oddities
! $odd || by_proxy
if $tls && $odd; then
	crossing
	known
	by_tunnel
fi

# What is wrong with a command line is told before anything is done.
empty
try 2 usage:
try 2 usage: -x http://127.0.0.1/
try 2 'neither an http: nor' ftp://127.0.0.1/
try 2 'neither an http: nor' ten.txt
try 2 "no host's name" http:///x
try 2 "no host's name" 'http://a<b/'
try 2 "user's name" http://me:secret@127.0.0.1/
try 2 'no such port' http://127.0.0.1:0/
try 2 'no such port' http://127.0.0.1:65536/
try 2 'no such port' http://127.0.0.1:80x/
try 2 'need -O or -P' http://127.0.0.1/a http://127.0.0.1/b
try 2 'would both be' -O http://127.0.0.1/a http://127.0.0.1/x/a
try 2 'would both be' -O http://127.0.0.1/a http://127.0.0.1/a.part
try 2 'would both be' -O http://127.0.0.1/a.part.tag http://127.0.0.1/a
try 2 'do not go together' -O -o x http://127.0.0.1/a
try 2 'needs --cert' --key x http://127.0.0.1/a
try 2 'not a number' -j 0 http://127.0.0.1/a
try 3 'Connection refused' -r 0 http://127.0.0.1:1/
try 3 'nosuch.invalid' -r 0 http://nosuch.invalid/
only

echo "fetch.sh: $checks checks"
exit $status
