#!/bin/sh
# What doc/ shows is so: each block of C is word for word in the file that it
# names, and each session does what it says.  A session is run line by line, in
# one shell for each text, in a directory that has the programs; a command has
# printed what follows it before the next one is given.  7777 stands for a port
# that is free.  Sessions with TLS are left out where there is none.
set -u
LC_ALL=C
export LC_ALL

: "${srcdir:=$(dirname -- "$0")/..}"
[ -x doc/tutorial/step1 ] || {
	echo 'tutorial.sh: run by make check, where the programs are built'
	exit 77
}
build=$(pwd)
srcdir=$(cd "$srcdir" && pwd) || exit 99
tmp=$(mktemp -d "${TMPDIR:-/tmp}/tutorial.XXXXXX") || exit 99
jobs=
# What goes on in the background, and what it has, the port, ends here.
end_jobs() {
	for job in $jobs; do
		kill "$job" 2>/dev/null
	done
	for job in $jobs; do
		wait "$job" 2>/dev/null
	done
	jobs=
}
clean() {
	end_jobs
	rm -rf "$tmp"
}
trap clean EXIT
trap 'exit 99' HUP INT TERM
status=0

# complain TEXT: and go on with the next check.
complain() {
	echo "tutorial.sh: $1" >&2
	status=1
}

# Word for word.
for text in "$srcdir"/doc/*.md; do
	awk -v dir="$srcdir/doc/" '
	function complain(why) {
		sub(/.*\//, "", FILENAME)
		print "tutorial.sh: " FILENAME ":" from ": " why
		status = 1
	}
	function words(file,    line, all) {
		all = "\n"
		while ((getline line <(dir file)) > 0)
			all = all line "\n"
		close(dir file)
		return (all)
	}
	/^```/ && on {
		if (lang == "c" && file == "")
			complain("names no file")
		else if (lang == "c" && !index(words(file), "\n" block))
			complain("is not in " file)
		on = 0
		next
	}
	/^```/ {
		lang = substr($1, 4)
		file = $2
		from = FNR
		block = ""
		on = 1
		next
	}
	on { block = block $0 "\n" }
	END {
		if (on)
			complain("does not end")
		exit status
	}' "$text" >&2 || status=1
done

# Nothing is left out, and nothing is there that nobody reads.
for file in "$srcdir"/doc/*.c "$srcdir"/doc/tutorial/*.c; do
	name=${file#"$srcdir/doc/"}
	grep -q "^\`\`\`c $name\$" "$srcdir"/doc/*.md ||
	    complain "$name is shown nowhere"
done

# pause: for a moment.
pause() {
	sleep 0.1 2>/dev/null || sleep 1
}

# session FILE: run it; what it prints is in $printed.
session() {
	printed=$tmp/printed
	: >"$printed"
	due=0
	command=
	# A command is run when what it is to print is known, by the next.
	while IFS= read -r said || [ -n "$said" ]; do
		case $said in
		'$ '*)
			command_run
			command=${said#'$ '}
			;;
		*)
			due=$((due + 1))
			;;
		esac
	done <"$1"
	command_run
	end_jobs
}

command_run() {
	[ -n "$command" ] || return 0
	eval "$command" >>"$printed" 2>&1 </dev/null
	case $command in
	*'&') jobs="$jobs $!" ;;
	esac
	pauses=0
	while [ "$(wc -l <"$printed")" -lt $due ] && [ $pauses -lt 600 ]; do
		pause
		pauses=$((pauses + 1))
	done
}

# run TEXT: its sessions, one after the other.
run() {
	rm -rf "$tmp/dir" "$tmp"/session.*
	mkdir "$tmp/dir" && cd "$tmp/dir" || exit 99
	for program in "$build"/doc/from-* "$build"/doc/tutorial/*; do
		name=${program##*/}
		[ -f "$program" ] && [ -x "$program" ] || continue
		printf '#!/bin/sh\nexec "%s" "$@"\n' "$program" \
		    >"$tmp/dir/$name"
		chmod +x "$tmp/dir/$name"
	done
	awk -v to="$tmp/session" '
	/^```/ && on { on = 0; next }
	/^```console/ { on = 1; n++ }
	on && !/^```/ { print > (to "." n) }
	/^```console tls/ { print "tls" > (to "." n ".tls") }
	' "$1"
	n=1
	while [ -f "$tmp/session.$n" ]; do
		if [ ! -f "$tmp/session.$n.tls" ] || [ -n "$tls" ]; then
			sed "s/7777/$port/g" "$tmp/session.$n" >"$tmp/script"
			grep -v '^\$ ' "$tmp/script" >"$tmp/wanted"
			session "$tmp/script"
			if ! cmp -s "$tmp/wanted" "$printed"; then
				diff "$tmp/wanted" "$printed" >"$tmp/diff"
				return 1
			fi
			sessions=$((sessions + 1))
		fi
		n=$((n + 1))
	done
}

tls=
[ -x doc/tutorial/step13 ] && command -v openssl >/dev/null && tls=yes
sessions=0
for text in "$srcdir"/doc/*.md; do
	tries=0
	while :; do
		# Not one that the system gives out by itself.
		port=$((10000 + ($$ + 997 * tries) % 20000))
		run "$text" && break
		tries=$((tries + 1))
		# Somebody else's port is not what the text is about.
		if grep -q 'Address already in use' "$tmp/diff" &&
		    [ $tries -lt 50 ]; then
			continue
		fi
		complain "${text##*/}: session $n"
		cat "$tmp/diff" >&2
		break
	done
done
echo "tutorial.sh: $sessions sessions${tls:+, with TLS}"
exit $status
