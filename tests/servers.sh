# Servers, for scripts that include this: $tmp is a directory that goes in the end,
# with what is in $running; $status and $checks are how it went.

me=${0##*/}
LC_ALL=C
export LC_ALL
# What the user may have set is none of this.
unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY \
    no_proxy NO_PROXY
tmp=$(mktemp -d "${TMPDIR:-/tmp}/${me%.sh}.XXXXXX") || exit 99
running=
clean() {
	[ -z "$running" ] || kill -9 $running 2>/dev/null
	rm -rf "$tmp"
}
trap clean EXIT
trap 'exit 99' HUP INT TERM
status=0
checks=0

# wrong WHAT WANTED FOUND
wrong() {
	printf '%s: %s%s\nwanted: %s\nfound: %.800s\n' \
	    "$me" "${backend:+$backend: }" "$1" "$2" "$3" >&2
	status=1
}

# soon COMMAND...: it succeeds, within a minute.
soon() {
	tries=0
	until "$@"; do
		tries=$((tries + 1))
		[ $tries -lt 600 ] || return
		sleep 0.1
	done
}

# start COMMAND...: $server is its process, and $port where it listens, the last
# number of its first line but what follows a "/".  The lines after that come by
# descriptor 3, and what it complains of is in $tmp/said.
start() {
	rm -f "$tmp/fifo"
	mkfifo "$tmp/fifo" || exit 99
	"$@" >"$tmp/fifo" 2>"$tmp/said" &
	server=$!
	running="$running $server"
	exec 3<"$tmp/fifo"
	line=
	read -r line <&3
	port=$(printf '%s\n' "$line" | sed 's,/\( .*\)*$,,; s/.*[: ]//')
	case $port in
	''|*[!0-9]*)
		echo "$me: ${backend:+$backend: }$1 does not start: $line" >&2
		cat "$tmp/said" >&2
		exit 1 ;;
	esac
}

# reap PROCESS: wait for its end, which is $code; then its number may be another's.
reap() {
	wait "$1" 2>/dev/null
	code=$?
	left=
	for process in $running; do
		[ "$process" = "$1" ] || left="$left $process"
	done
	running=$left
}

# stop PROCESS: and see that it ends well.
stop() {
	checks=$((checks + 1))
	kill "$1"
	reap "$1"
	[ $code -eq 0 ] || wrong 'the end of a server' 0 $code
}
