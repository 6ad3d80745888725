#!/bin/sh
# The models of the protocols between threads hold in every interleaving, and do
# not when they are spoiled: of each mutation that a model has (MUTANT_x), spin
# finds what it breaks.  The steps of a model are those of the code.
#
#	tests/models.sh [MODEL ...]	those alone, as "pool"
#
# A model as it is has millions of states, and is worth compiling well; what is
# wrong with a mutant is found in less time than that takes, and sooner from the
# end of what can be done next.
set -u

: "${srcdir:=$(dirname -- "$0")/..}"
cd -- "$srcdir" || exit 99
: "${CC:=cc}"

# told MODEL WHAT: the words behind "WHAT:" in its head
told() {
	sed -n "s/^ \* $2: //p" "tests/models/$1.pml"
}

# steps FILE ...: their numbers
steps() {
	cat /dev/null "$@" | grep -o '/\* ([0-9]*) \*/' | sort
}

# explore DIRECTORY MODEL FLAGS DEFINITION ...: look at every state; say what was
# found
explore() {
	dir=$1 model=$2 flags=$3
	shift 3
	mkdir -p "$dir"
	cp "tests/models/$model.pml" "$dir"
	(cd -- "$dir" &&
	    spin -a "$@" "$model.pml" &&
	    $CC $flags -w -DSAFETY -DMEMLIM=3000 -o pan pan.c &&
	    ./pan -m100000 -w22) >"$dir/log" 2>&1
	if grep -q 'errors: 0$' "$dir/log" &&
	    ! grep -Eqi 'out of memory|too small|not completed' "$dir/log"; then
		echo holds
	elif grep -q 'errors: [1-9]' "$dir/log"; then
		echo broken
	else
		echo 'not explored'
	fi
}

# examine MODEL CASE: one of its variants, which is to hold, or a mutant, which is
# not to, of one of them at least; together with others, in $work
examine() {
	dir=$work/$1-$2
	case $2 in
	MUTANT_*)
		expected=broken
		found=holds
		for variant in $(told "$1" variants); do
			[ "$found" != holds ] || found=$(explore "$dir" "$1" \
			    '-O0 -DREVERSE -DT_REVERSE' "-D$variant" "-D$2")
		done
		echo "$1 $2: $found" ;;
	*)
		expected=holds
		found=$(explore "$dir" "$1" -O1 "-D$2")
		echo "$1 $2: $found," \
		    "$(sed -n 's/^ *\([0-9]*\) states, stored.*/\1/p' \
		    "$dir/log") states" ;;
	esac
	[ "$found" = "$expected" ] || {
		cat "$dir/log"
		return 1
	}
	rm -rf "$dir"
}

if [ "${1-}" = --examine ]; then
	examine "$2" "$3"
	exit
fi

command -v spin >/dev/null 2>&1 || {
	echo 'models.sh: no spin'
	exit 77
}
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 99' HUP INT TERM
export CC srcdir work
cpus=$(getconf _NPROCESSORS_ONLN 2>/dev/null ||
    getconf NPROCESSORS_ONLN 2>/dev/null || echo 1)
status=0

[ $# -gt 0 ] || set -- $(cd tests/models && ls *.pml | sed 's/\.pml$//')
for model; do
	# Each is in the code once, and may be part of several in the model.
	if [ "$(steps "tests/models/$model.pml" | uniq)" != \
	    "$(steps $(told "$model" code))" ]; then
		echo "$model: its steps are not those of the code"
		status=1
	fi
done
for model; do
	told "$model" variants | tr ' ' '\n' | sed "s/^/$model /"
done >"$work/cases"
for model; do
	grep -o 'MUTANT_[a-z_]*' "tests/models/$model.pml" | sort -u |
	    sed "s/^/$model /"
done >>"$work/cases"
xargs -n 2 -P "$cpus" sh tests/models.sh --examine <"$work/cases" || status=1
exit $status
