#!/bin/sh
# The models of the protocols between threads hold in every interleaving, and do
# not when they are spoiled: of each mutation that a model has (MUTANT_x), spin
# finds what it breaks.  The steps of a model are those of the code.
#
#	tests/models.sh [MODEL ...]	those alone, as "pool"
set -u

: "${srcdir:=$(dirname -- "$0")/..}"
cd -- "$srcdir" || exit 99
: "${CC:=cc}"

command -v spin >/dev/null 2>&1 || {
	echo 'models.sh: no spin'
	exit 77
}
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 99' HUP INT TERM
status=0

# told MODEL WHAT: the words behind "WHAT:" in its head
told() {
	sed -n "s/^ \* $2: //p" "tests/models/$1.pml"
}

# steps FILE ...: their numbers
steps() {
	cat /dev/null "$@" | grep -o '/\* ([0-9]*) \*/' | sort -u
}

# explore MODEL DEFINITION ...: look at every state; say what was found
explore() {
	model=$1
	shift
	rm -rf "$work/pan"
	mkdir "$work/pan"
	cp "tests/models/$model.pml" "$work/pan"
	(cd -- "$work/pan" &&
	    spin -a "$@" "$model.pml" &&
	    $CC -O2 -w -DSAFETY -DMEMLIM=3000 -o pan pan.c &&
	    ./pan -m100000 -w22) >"$work/log" 2>&1
	if grep -q 'errors: 0$' "$work/log" &&
	    ! grep -Eqi 'out of memory|too small|not completed' "$work/log"; then
		echo holds
	elif grep -q 'errors: [1-9]' "$work/log"; then
		echo broken
	else
		echo 'not explored'
	fi
}

[ $# -gt 0 ] || set -- $(cd tests/models && ls *.pml | sed 's/\.pml$//')
for model; do
	if [ "$(steps "tests/models/$model.pml")" != \
	    "$(steps $(told "$model" code))" ]; then
		echo "$model: its steps are not those of the code"
		status=1
	fi
	variants=$(told "$model" variants)
	for variant in $variants; do
		found=$(explore "$model" "-D$variant")
		echo "$model $variant: $found," \
		    "$(sed -n 's/^ *\([0-9]*\) states, stored.*/\1/p' \
		    "$work/log") states"
		[ "$found" = holds ] || {
			cat "$work/log"
			status=1
		}
	done
	for mutant in $(grep -o 'MUTANT_[a-z_]*' "tests/models/$model.pml" |
	    sort -u); do
		found=holds
		for variant in $variants; do
			[ "$found" != holds ] ||
			    found=$(explore "$model" "-D$variant" "-D$mutant")
		done
		echo "$model $mutant: $found"
		[ "$found" = broken ] || {
			cat "$work/log"
			status=1
		}
	done
done
exit $status
