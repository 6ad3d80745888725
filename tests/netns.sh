#!/bin/sh
# Connections over networks that are made for it: hosts that do not answer, or
# refuse, or vanish, links that lose packets, name servers that are not there.
# Two network namespaces, joined by a link; where the right to make them is
# missing, or a program or a part of the kernel that a check needs, that is said.
set -u
LC_ALL=C
export LC_ALL

drive=tests/netdrive
skip() {
	echo "netns.sh: $1"
	exit 77
}
[ -x $drive ] || skip 'run by make check, where the test programs are built'
for tool in ip unshare nsenter mount; do
	command -v $tool >/dev/null || skip "there is no $tool(8)"
done

# Begin again, in namespaces of our own; who is not root becomes it there.
case ${NETNS_INSIDE-} in
'')
	user=
	[ "$(id -u)" = 0 ] || user=-r
	unshare $user -n -m true 2>/dev/null ||
	    skip 'no right to make network namespaces'
	NETNS_INSIDE=yes exec unshare $user -n -m sh "$0"
	;;
esac

tmp=$(mktemp -d "${TMPDIR:-/tmp}/netns.XXXXXX") || exit 99
pids=
clean() {
	[ -z "$pids" ] || kill -9 $pids 2>/dev/null
	rm -rf "$tmp"
}
trap clean EXIT
trap 'exit 99' HUP INT TERM
status=0
factor=${CHECK_TIMEOUT_FACTOR:-1}

# The other end of the link is in there: `$there COMMAND', which is COMMAND's
# process as soon as it is in the background.
unshare -n sleep 3600 >/dev/null &
peer=$!
pids="$pids $peer"
there="nsenter -t $peer -n"
i=0
until [ "$(readlink /proc/$peer/ns/net)" != "$(readlink /proc/$$/ns/net)" ]; do
	i=$((i + 1))
	[ $i -lt 100 ] || skip 'the other namespace does not come up'
	sleep 0.1
done

set_up() {
	ip link set lo up &&
	    ip link add name here0 type veth peer name there0 netns $peer &&
	    { echo 0 >/proc/sys/net/ipv6/conf/here0/accept_dad; } &&
	    ip addr add 10.77.0.1/24 dev here0 &&
	    ip addr add fd77::1/64 dev here0 nodad &&
	    ip link set here0 up &&
	    $there sh -c '
		echo 0 >/proc/sys/net/ipv6/conf/there0/accept_dad &&
		ip link set lo up &&
		ip addr add 10.77.0.2/24 dev there0 &&
		ip addr add 10.77.0.9/24 dev there0 &&
		ip addr add 10.77.0.20/24 dev there0 &&
		ip addr add fd77::2/64 dev there0 nodad &&
		ip addr add fd77::9/64 dev there0 nodad &&
		ip link set there0 up &&
		ip route add blackhole 10.78.0.0/24 &&
		ip -6 route add blackhole fd78::/64' &&
	    ip route add 10.78.0.0/24 via 10.77.0.2 &&
	    ip route add fd78::/64 via fd77::2
}
set_up 2>"$tmp/err" || skip "no network: $(tail -n 1 "$tmp/err")"

# serve HOST: on port 7777 there
serve() {
	mkfifo "$tmp/ready"
	$there $drive serve "$1" 7777 >"$tmp/ready" &
	pids="$pids $!"
	read -r line <"$tmp/ready"
	rm "$tmp/ready"
	[ "$line" = ready ] || exit 99
}

# bounds WHAT LINE WANT LEAST MOST: LINE is "MS TEXT"
bounds() {
	ms=${2%% *} text=${2#* }
	[ "$text" = "$3" ] && [ "$ms" -ge "$4" ] &&
	    [ "$ms" -le $(($5 * factor)) ] && return
	echo "netns.sh: $1: \"$2\", not \"$3\" after $4 to $5 ms" >&2
	status=1
}

serve 10.77.0.9
serve fd77::9
serve 10.77.0.20

# Happy eyeballs.  The least is what the attempts before must have had; the most
# is far from what it would take to wait for a time-out, or for all of them, and
# from what a busy machine makes of it.
bounds 'IPv6 leads nowhere' \
    "$($drive connect 7777 0 fd78::1 10.77.0.9)" \
    'connected to 10.77.0.9:7777' 250 60000
bounds 'IPv4 leads nowhere' \
    "$($drive connect 7777 100 10.78.0.1 fd77::9)" \
    'connected to [fd77::9]:7777' 100 60000
bounds 'IPv6 refuses' \
    "$($drive connect 7777 120000 fd77::2 10.77.0.9)" \
    'connected to 10.77.0.9:7777' 0 60000
bounds 'ten dead addresses, then a good one' \
    "$($drive connect 7777 50 fd78::1 fd78::2 fd78::3 fd78::4 fd78::5 \
    fd78::6 fd78::7 fd78::8 fd78::9 fd78::a fd77::9)" \
    'connected to [fd77::9]:7777' 500 60000
bounds 'ten dead addresses, and a good one of the other family' \
    "$($drive connect 7777 2000 fd78::1 fd78::2 fd78::3 fd78::4 fd78::5 \
    fd78::6 fd78::7 fd78::8 fd78::9 fd78::a 10.77.0.9)" \
    'connected to 10.77.0.9:7777' 2000 15000

# A link-local address needs its interface; the one that is not on is no address.
local=$($there ip -6 addr show dev there0 scope link |
    sed -n 's|.*inet6 \(fe80:[^/]*\)/.*|\1|p')
if [ -n "$local" ]; then
	serve "$local%there0"
	bounds 'link-local' "$($drive connect 7777 0 "$local%here0")" \
	    "connected to [$local%here0]:7777" 0 60000
fi

# The rest takes its time, and is done at once.
#
# The order of attempts is that of failures, where each fails in the same way.
if { echo 1 >/proc/sys/net/ipv4/tcp_syn_retries; } 2>/dev/null; then
	$drive connect 7777 200 fd78::1 fd78::2 fd77::2 10.78.0.1 10.77.0.2 \
	    >"$tmp/order" &
	order=$!
else
	echo 'netns.sh: tcp_syn_retries cannot be set: order not checked'
	order=
fi

# Who waits for the end of each: keepalive, or what was sent.
for how in keepalive user; do
	mkfifo "$tmp/fifo-$how"
	$drive vanish 10.77.0.20 7777 $how >"$tmp/fifo-$how" &
	pids="$pids $!"
done
exec 3<"$tmp/fifo-keepalive" 4<"$tmp/fifo-user"
read -r a <&3
read -r b <&4
[ "$a $b" = 'connected connected' ] || exit 99
$there ip addr del 10.77.0.20/24 dev there0

# A name server that does not answer holds nobody who is cancelled.
printf 'nameserver 10.78.0.53\noptions timeout:30 attempts:2\n' >"$tmp/resolv"
if mount --bind "$tmp/resolv" /etc/resolv.conf 2>/dev/null &&
    grep -q '^hosts:.*dns' /etc/nsswitch.conf 2>/dev/null; then
	bounds 'lookup' "$($drive lookup no-such-host.example 200)" \
	    'Operation canceled' 200 20000
else
	echo 'netns.sh: the resolver cannot be led astray: lookup not checked'
fi

read -r a <&3
read -r b <&4
bounds 'keepalive' "$a" 'Connection timed out' 2000 60000
bounds 'user timeout' "$b" 'Connection timed out' 1500 60000

if [ -n "$order" ]; then
	wait $order
	# Those that fail at once first, as they do unless somebody is stopped.
	awk -F '; ' '{
		split($1, first, " ")
		sub(/^[0-9]* /, "", $1)
		for (i = 1; i <= NF; i++)
			if ($i ~ /refused/)
				at_once = at_once $i "; "
			else
				late = late "; " $i
		print first[1], at_once substr(late, 3)
	}' "$tmp/order" >"$tmp/sorted"
	bounds 'order of attempts' "$(cat "$tmp/sorted")" "$(printf '%s' \
	    '10.77.0.2:7777: Connection refused; ' \
	    '[fd77::2]:7777: Connection refused; ' \
	    '[fd78::1]:7777: Connection timed out; ' \
	    '10.78.0.1:7777: Connection timed out; ' \
	    '[fd78::2]:7777: Connection timed out')" 1000 60000
fi

# A slow link that loses packets: nothing is lost of what was sent.
netem() {
	command -v tc >/dev/null &&
	    tc qdisc add dev here0 root netem delay 20ms loss 3% &&
	    $there tc qdisc add dev there0 root netem delay 20ms loss 3%
}
tunnel() {
	mkfifo "$tmp/link"
	$drive link here1 there1 >"$tmp/link" &
	pids="$pids $!"
	read -r line <"$tmp/link" && [ "$line" = ready ] &&
	    ip link set there1 netns $peer &&
	    ip addr add fd79::1/64 dev here1 nodad &&
	    ip link set here1 up &&
	    $there ip addr add fd79::2/64 dev there1 nodad &&
	    $there ip link set there1 up
}
to=
if netem 2>/dev/null; then
	to=fd77::9
elif tunnel 2>/dev/null; then
	to=fd79::2
	serve $to
else
	echo 'netns.sh: no sch_netem, and no tun: slow links not checked'
fi
[ -z "$to" ] || bounds 'a slow link that loses packets' \
    "$($drive transfer $to 7777 512)" 'all is there' 80 60000
exit $status
