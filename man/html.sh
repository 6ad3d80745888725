#!/bin/sh
# html.sh DIRECTORY: the manual pages as HTML there, with an index in the order of
# green(7)'s own list.
set -eu
LC_ALL=C
export LC_ALL

: "${srcdir:=$(dirname -- "$0")/..}" "${MANDOC:=mandoc}"
command -v "$MANDOC" >/dev/null || {
	echo 'html.sh: no mandoc' >&2
	exit 1
}
man=$(cd "$srcdir/man" && pwd)
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

# What the index says of a page is what the page says of itself.
{
	cat <<'END'
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="style.css">
<title>libgreen</title>
</head>
<body>
<h1>libgreen: green threads with structured concurrency</h1>
<p>Begin with <a href="green.7.html">green(7)</a>, which explains the words.</p>
END
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
