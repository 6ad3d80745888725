# Certificates by openssl(1), for scripts that include this: it makes $tmp/ca.pem,
# and then what certify asks for.

have_openssl() {
	command -v openssl >/dev/null || return
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=Test CA' \
	    -keyout "$tmp/ca.key" -out "$tmp/ca.pem" \
	    -addext 'keyUsage=critical,keyCertSign' >"$tmp/openssl" 2>&1
}

# certify NAME [SUBJECTS]: $tmp/NAME.pem and $tmp/NAME.key, for this machine or
# for what openssl(1) calls subjectAltName.
certify() {
	openssl req -newkey rsa:2048 -nodes -subj "/CN=$1" \
	    -keyout "$tmp/$1.key" -out "$tmp/$1.csr" >"$tmp/openssl" 2>&1 &&
	    echo "subjectAltName=${2-DNS:localhost,IP:127.0.0.1}" \
	    >"$tmp/$1.ext" &&
	    openssl x509 -req -in "$tmp/$1.csr" -days 2 -CA "$tmp/ca.pem" \
	    -CAkey "$tmp/ca.key" -CAcreateserial -extfile "$tmp/$1.ext" \
	    -out "$tmp/$1.pem" >"$tmp/openssl" 2>&1 || {
		cat "$tmp/openssl" >&2
		exit 99
	}
}
