#!/bin/sh
# What make html makes refers to nothing that is not there, whatever it is that
# makes HTML of the documents; where nothing does, the pages are made without.
set -u
LC_ALL=C
export LC_ALL

: "${srcdir:=$(dirname -- "$0")/..}"
export srcdir
command -v mandoc >/dev/null || {
	echo 'html.sh: no mandoc'
	exit 77
}
tmp=$(mktemp -d "${TMPDIR:-/tmp}/html.XXXXXX") || exit 99
trap 'rm -rf "$tmp"' EXIT
status=0

# complain TEXT: and go on with the next check.
complain() {
	echo "html.sh: ${MARKDOWN:-no converter}: $1" >&2
	status=1
}

# Files in the same folder, and none elsewhere but on the net.
references() {
	awk -F'href="' '{
		for (i = 2; i <= NF; i++) {
			sub(/["#].*/, "", $i)
			if ($i != "" && $i !~ /^https:/)
				print $i
		}
	}' "$@" | sort -u
}

for MARKDOWN in '' lowdown cmark-gfm pandoc; do
	[ -z "$MARKDOWN" ] || command -v "$MARKDOWN" >/dev/null || continue
	export MARKDOWN
	rm -rf "$tmp/html"
	"$srcdir"/man/html.sh "$tmp/html" >/dev/null || {
		complain 'it fails'
		continue
	}
	for file in $(references "$tmp"/html/*.html); do
		[ -f "$tmp/html/$file" ] || complain "$file is not there"
	done
	for text in "$srcdir"/doc/*.md; do
		page=${text##*/}
		page=$tmp/html/${page%.md}.html
		if [ -z "$MARKDOWN" ]; then
			[ ! -e "$page" ] || complain "${page##*/} is there"
			continue
		fi
		references "$tmp/html/index.html" | grep -qx "${page##*/}" ||
		    complain "the index does not lead to ${page##*/}"
		references "$page" | grep -q '^green_' ||
		    complain "${page##*/} leads to no page"
		! grep -q '^| ' "$page" || complain "${page##*/}: a table is none"
	done
done
exit $status
