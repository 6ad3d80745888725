#!/bin/sh
# The house keeps its order: no folder includes from one above it, no file asks
# which system it is on but those that are there to know.
set -u

: "${srcdir:=$(dirname -- "$0")/..}"
cd -- "$srcdir" || exit 99

# Which folder a public header belongs to, and what a folder may use.
awk '
BEGIN {
	split("run scope group sync channel local debug", a)
	for (i in a)
		home[a[i]] = "green"
	home["thread"] = "pool"
	home["stream"] = "stream"
	home["net"] = home["tls"] = "net"
	home["file"] = home["path"] = home["watch"] = "fs"
	home["process"] = "proc"
	home["testing"] = "testing"

	uses["green"] = " green "
	uses["pool"] = " green pool "
	uses["stream"] = " green stream "
	uses["net"] = " green pool stream net "
	uses["fs"] = " green pool stream fs "
	uses["proc"] = " green pool stream proc "
	# By what is public, and by the names that libgreen shows it alone.
	uses["testing"] = " everything green/probe.h testing "
}

FNR == 1 {
	folder = FILENAME
	sub(/\/.*/, "", folder)
	if (folder == "include") {
		folder = FILENAME
		gsub(/.*\/|\.h$/, "", folder)
		folder = home[folder]
		if (folder == "" && FILENAME != "include/green.h") {
			print FILENAME ": which folder is this header of?"
			bad = 1
		}
	}
}

/^[ \t]*#[ \t]*include/ {
	what = $0
	sub(/^[^<"]*[<"]/, "", what)
	sub(/[>"].*/, "", what)
	other = what
	if ($0 ~ /</) {
		if (what !~ /^green(\/|\.h$)/)
			next
		gsub(/^green\/|\.h$/, "", other)
		other = (what == "green.h") ? "everything" : home[other]
	} else if (other ~ /\.\./)
		other = "a path that climbs"
	else if (folder == "testing" && other == "green/probe.h")
		;
	else if (!sub(/\/.*/, "", other))
		next
	if (folder != "" && index(uses[folder], " " other " ") == 0) {
		print FILENAME ":" FNR ": " folder " must not use " what
		bad = 1
	}
}

END { exit bad }
' green/*.[ch] pool/*.[ch] stream/*.[ch] net/*.[ch] fs/*.[ch] \
    testing/*.[ch] include/green.h include/green/*.h
status=$?

# Programs are built on what is installed alone.
if grep -n '^[[:space:]]*#[[:space:]]*include[[:space:]]*".*/' examples/*.c; then
	echo 'layers.sh: examples use the public interface' >&2
	status=1
fi

systems='__linux__|__gnu_linux__|__FreeBSD__|__NetBSD__|__OpenBSD__|__bsdi__'
systems="$systems|__DragonFly__|__APPLE__|__sun|__CYGWIN__|__GLIBC__|__unix__"
asks="^[[:space:]]*#[[:space:]]*(el)?if.*($systems)"

for file in green/*.[ch] pool/*.[ch] stream/*.[ch] net/*.[ch] fs/*.[ch] \
    testing/*.[ch] include/green.h include/green/*.h tests/*.[ch] \
    examples/*.[ch] bench/*.[ch]; do
	allowed=0
	case $file in
	green/context*|green/reactor_*)
		continue ;;
	net/socket.c)
		allowed=1 ;;
	esac
	[ -f "$file" ] || continue
	if [ "$(grep -cE "$asks" "$file")" -gt $allowed ]; then
		grep -nE "$asks" "$file" /dev/null
		echo "layers.sh: $file must not ask for the system" >&2
		status=1
	fi
done
exit $status
