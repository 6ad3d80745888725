#!/bin/sh
# Manual pages and headers say the same: every public function has its place in
# a page, with the prototype that it really has, and so has every constant; every
# page keeps the sections and rules that readers look for, and its examples are
# whole programs that compile.
set -u
LC_ALL=C
export LC_ALL

: "${srcdir:=$(dirname -- "$0")/..}" "${CC:=cc}" "${CPPFLAGS:=}"
export srcdir CC CPPFLAGS
tmp=$(mktemp -d "${TMPDIR:-/tmp}/manpages.XXXXXX") || exit 99
trap 'rm -rf "$tmp"' EXIT
status=0

# complain TEXT: and go on with the next check.
complain() {
	echo "manpages.sh: $1" >&2
	status=1
}

set -- "$srcdir"/man/green*.3
[ -f "$1" ] || {
	echo 'manpages.sh: no pages'
	exit 77
}

# What the pages have in NAME, and the prototypes of their SYNOPSIS.
awk -v names="$tmp/named" -v protos="$tmp/prototypes" '
function bare(s) {
	gsub(/"/, "", s)
	return s
}
function put(args) {
	# Macros and types are none of the functions.
	if (fn ~ /^green_/ && type !~ /^typedef/) {
		page = FILENAME
		sub(/.*\//, "", page)
		print page, fn, type " (" fn ")(" args ");" > protos
	}
}
$1 == ".Sh" { section = $2 }
section == "NAME" && $1 == ".Nm" { print $2 > names }
section != "SYNOPSIS" { next }
$1 == ".Ft" { type = bare(substr($0, 5)) }
$1 == ".Fn" {
	fn = $2
	args = substr($0, 5 + length(fn))
	gsub(/" "/, ", ", args)
	put(bare(args))
}
$1 == ".Fo" { fn = $2; args = "" }
$1 == ".Fa" { args = args (args == "" ? "" : ", ") bare(substr($0, 5)) }
$1 == ".Fc" { put(args) }
' "$@"

# Names ending in _ are for the macros of the headers.
"$srcdir"/tests/symbols.sh --list >"$tmp/list" &&
    "$srcdir"/tests/symbols.sh --list libgreen-testing >>"$tmp/list" || exit 99
grep -v '_$' "$tmp/list" | sort >"$tmp/declared"
sort "$tmp/named" >"$tmp/sorted"
uniq -d "$tmp/sorted" >"$tmp/twice"
sort -u "$tmp/named" >"$tmp/names"
cut -d' ' -f2 "$tmp/prototypes" | sort -u >"$tmp/shown"

# each TEXT: of the names in standard input.
each() {
	while read -r name; do
		complain "$name $1"
	done
	[ $status -eq 0 ]
}
comm -23 "$tmp/declared" "$tmp/names" | each 'is in no NAME' || status=1
comm -23 "$tmp/declared" "$tmp/shown" | each 'is in no SYNOPSIS' || status=1
comm -13 "$tmp/declared" "$tmp/shown" | each 'is not declared' || status=1
grep '^green' "$tmp/names" | comm -23 - "$tmp/shown" |
    each 'is in a NAME, but in no SYNOPSIS' || status=1
each 'is in the NAME of two pages' <"$tmp/twice" || status=1
grep '^GREEN' "$tmp/names" | while read -r name; do
	grep -q "define $name(" "$srcdir"/include/green/*.h || echo "$name"
done | each 'is not defined' || status=1

# So has every constant, but for what the headers are written with.
words() {
	cat "$@" | tr -cs 'A-Za-z0-9_' '\n' | sort -u
}
words "$srcdir"/man/green*.[37] >"$tmp/words"
words "$srcdir"/include/green/*.h | grep '^GREEN_[A-Z0-9_]*[A-Z0-9]$' |
    grep -Ev '_(H|DECLS)$|^GREEN_CHECK$' | comm -23 - "$tmp/words" |
    each 'is in no page' || status=1

# A second declaration must not differ from the first.
{
	printf '#include <green.h>\n#include <green/testing.h>\n'
	while read -r page name proto; do
		printf '#line 1 "%s"\n%s\n' "$page" "$proto"
	done <"$tmp/prototypes"
} >"$tmp/prototypes.c"
$CC $CPPFLAGS -I "$srcdir/include" -fsyntax-only "$tmp/prototypes.c" ||
    complain 'a SYNOPSIS is not what the headers declare'

for page in "$@"; do
	name=${page##*/}
	for line in '.Sh RETURN VALUES' '.Sh EXAMPLES' '.Sh SEE ALSO' \
	    '.It Checkpoint' '.It When cancelled' '.It Threads' \
	    '.It Ownership'; do
		grep -qx -- "$line" "$page" || complain "$name has no $line"
	done
done

# A page of ours that another refers to is there.
for page in "$srcdir"/man/*.[1-9]; do
	name=${page##*/}
	case $name in
	*.3) ;;
	*) echo "${name%.*} ${name##*.}" ;;
	esac
done >"$tmp/ours"
sed 's/$/ 3/' "$tmp/names" >>"$tmp/ours"
sort "$tmp/ours" >"$tmp/pages"
sed -n 's/^\.Xr \(green[^ ]* [37]\).*/\1/p' "$srcdir"/man/*.[1-9] | sort -u |
    comm -23 - "$tmp/pages" | each 'is no page' || status=1

# Whoever begins with green(7) comes to every other.
for page in "$srcdir"/man/*.[1-9]; do
	name=${page##*/}
	[ "$name" = green.7 ] ||
	    grep -q "^\.Xr ${name%.*} ${name##*.}\( ,\)*\$" \
	    "$srcdir/man/green.7" || complain "green.7 does not refer to $name"
done

# The programs in the pages: literal blocks that include something.
for page in "$@" "$srcdir"/man/green.7; do
	name=${page##*/}
	rm -f "$tmp"/block.*
	awk -v to="$tmp/block" '
	$1 == ".Bd" && $2 == "-literal" { on = 1; text = ""; next }
	$1 == ".Ed" && on {
		if (text ~ /#include/)
			printf "%s", text > (to "." ++n ".c")
		on = 0
	}
	on {
		gsub(/\\&/, "")
		gsub(/\\-/, "-")
		gsub(/\\\(dq/, "\"")
		gsub(/\\e/, "\\")
		text = text $0 "\n"
	}' "$page"
	[ -f "$tmp/block.1.c" ] || complain "$name has no program"
	for program in "$tmp"/block.*.c; do
		[ -f "$program" ] || continue
		grep -q '^main(' "$program" ||
		    complain "$name: its example is no whole program"
		$CC $CPPFLAGS -I "$srcdir/include" -Wall -Wextra -Werror -c \
		    -o "$tmp/program.o" "$program" ||
		    complain "$name: its example does not compile"
	done
done
exit $status
