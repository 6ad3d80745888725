#!/bin/sh
# html.sh DIRECTORY: the manual pages as HTML there, with an index in the order of
# green(7)'s own list; and the documents, if $MARKDOWN is what makes HTML of them.
set -eu
LC_ALL=C
export LC_ALL

: "${srcdir:=$(dirname -- "$0")/..}" "${MANDOC:=mandoc}" "${MARKDOWN:=}"
command -v "$MANDOC" >/dev/null || {
	echo 'html.sh: no mandoc' >&2
	exit 1
}
man=$(cd "$srcdir/man" && pwd)
doc=$(cd "$srcdir/doc" && pwd)
mkdir -p "$1"
cd "$1"
rm -rf names ./*.html
cp "$man/style.css" .

# Other names that a page has lead to it.  mandoc links to pages of its own whose
# names are files in the directory that it runs in.
mkdir names
for page in "$man"/*.[1-9]; do
	name=${page##*/}
	: >"names/$name"
	awk -v self="${name%.*}" '
	$1 == ".Sh" { on = ($2 == "NAME") }
	on && $1 == ".Nm" && $2 != self { print $2 }' "$page" |
	    while read -r other; do
		other=$other.${name##*.}
		: >"names/$other"
		printf '<!DOCTYPE html>\n<meta http-equiv="refresh" %s>\n' \
		    "content=\"0; url=$name.html\"" >"$other.html"
	done
done
for page in "$man"/*.[1-9]; do
	(cd names && "$MANDOC" -T html \
	    -O 'style=style.css,man=%N.%S.html;https://man.openbsd.org/%N.%S' \
	    "$page") >"${page##*/}.html"
done
rm -rf names

# convert FILE: each has its own way to be told of tables.
convert() {
	case ${MARKDOWN##*/} in
	lowdown*) "$MARKDOWN" -t html "$1" ;;
	cmark-gfm*) "$MARKDOWN" -e table "$1" ;;
	pandoc*) "$MARKDOWN" -f gfm -t html --no-highlight --wrap=none "$1" ;;
	*)
		echo "html.sh: how is $MARKDOWN told what to do?" >&2
		return 1
		;;
	esac
}

# title FILE: of a document, as its text has it.
title() {
	sed -n '/^# /{s///;s/&/\&amp;/g;s/</\&lt;/g;p;q;}' "$1"
}

begin() {
	cat <<END
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="style.css">
<title>$1</title>
</head>
<body>
END
}

# Documents lead to each other, and from what has a page, in the text but not in
# the programs, to that.
for text in "$doc"/*.md; do
	[ -n "$MARKDOWN" ] || break
	name=${text##*/}
	convert "$text" >body
	{
		begin "$(title "$text")"
		sed 's/href="\([a-z-]*\)\.md\([#"]\)/href="\1.html\2/g' body |
		    awk '
		function exists(file,    line, found) {
			if (!(file in known)) {
				known[file] = (getline line <file) > 0
				close(file)
			}
			return (known[file])
		}
		function linked(s,    word, out) {
			sub(/man green</, "man <a href=\"green.7.html\">green</a><", s)
			if (s ~ /green\.7/)
				return (s)
			while (match(s, /[A-Za-z_][A-Za-z0-9_]*/)) {
				word = substr(s, RSTART, RLENGTH)
				out = out substr(s, 1, RSTART - 1)
				s = substr(s, RSTART + RLENGTH)
				if (tolower(word) ~ /^green_/ &&
				    exists(word ".3.html"))
					word = "<a href=\"" word ".3.html\">" \
					    word "</a>"
				out = out word
			}
			return (out s)
		}
		/<pre/ { pre = 1 }
		!pre {
			line = $0
			$0 = ""
			while (match(line, /<code>[^<]*<\/code>/)) {
				code = substr(line, RSTART, RLENGTH)
				$0 = $0 substr(line, 1, RSTART - 1)
				line = substr(line, RSTART + RLENGTH)
				$0 = $0 linked(code)
			}
			$0 = $0 line
		}
		/<\/pre>/ { pre = 0 }
		{ print }'
		printf '</body>\n</html>\n'
	} >"${name%.md}.html"
	rm body
	sed "s|<span class=\"Pa\">$name</span>|<a href=\"${name%.md}.html\">&</a>|" \
	    green.7.html >page && mv page green.7.html
done

# What the index says of a page is what the page says of itself.
{
	begin libgreen
	cat <<'END'
<h1>libgreen: green threads with structured concurrency</h1>
<p>Begin with <a href="green.7.html">green(7)</a>, which explains the words.</p>
END
	if [ -n "$MARKDOWN" ]; then
		printf '<h2>Documents</h2>\n<ul>\n'
		# The tutorial comes first.
		for text in "$doc"/tutorial.md "$doc"/from-*.md; do
			name=${text##*/}
			printf '<li><a href="%s">%s</a></li>\n' \
			    "${name%.md}.html" "$(title "$text")"
		done
		printf '</ul>\n'
	fi
	awk -v dir="$man/" '
	function says(file,    line) {
		while ((getline line <file) > 0)
			if (sub(/^\.Nd /, "", line))
				break
		close(file)
		return (line)
	}
	function end() {
		if (open)
			print "</ul>"
		open = 0
	}
	$1 == ".Sh" { on = ($2 == "SEE") }
	on && $1 == ".Ss" {
		end()
		sub(/^\.Ss /, "")
		print "<h2>" $0 "</h2>\n<ul>"
		open = 1
	}
	on && $1 == ".Xr" {
		page = $2 "." $3
		printf "<li><a href=\"%s.html\">%s(%s)</a> \342\200\223 %s</li>\n",
		    page, $2, $3, says(dir page)
	}
	END { end() }' "$man/green.7"
	printf '</body>\n</html>\n'
} >index.html
echo "html.sh: $(pwd)/index.html"
