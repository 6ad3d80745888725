# Sockets.

libgreen_all_la_SOURCES += \
	%D%/addr.c \
	%D%/dgram.c \
	%D%/dgram.h \
	%D%/dgram_many.c \
	%D%/getaddrinfo.c \
	%D%/internal.h \
	%D%/lookup.c \
	%D%/multicast.c \
	%D%/name.c \
	%D%/resolver.c \
	%D%/reverse.c \
	%D%/pass.c \
	%D%/socket.c \
	%D%/socket_attr.c \
	%D%/socket_call.h \
	%D%/socket_option.c \
	%D%/socket_port.c \
	%D%/socket_stream.c \
	%D%/tcp_connect.c \
	%D%/tcp_listen.c \
	%D%/tls_connect.c \
	%D%/udp.c \
	%D%/unix.c \
	%D%/unix_dgram.c \
	%D%/unix_file.c \
	%D%/wait.c \
	# EOL

if GREEN_TLS
libgreen_all_la_SOURCES += \
	%D%/tls.h \
	%D%/tls_bio.c \
	%D%/tls_config.c \
	%D%/tls_default.c \
	%D%/tls_goodbye.c \
	%D%/tls_handshake.c \
	%D%/tls_listener.c \
	%D%/tls_pump.c \
	%D%/tls_reason.c \
	%D%/tls_session.c \
	%D%/tls_stream.c \
	%D%/tls_trust.c \
	%D%/tls_verify.c \
	%D%/tls_wrap.c \
	# EOL
else
libgreen_all_la_SOURCES += %D%/tls_none.c
endif
