# The public interface.

include_HEADERS += %D%/green.h

greenincludedir = $(includedir)/green
greeninclude_HEADERS = \
	%D%/green/channel.h \
	%D%/green/debug.h \
	%D%/green/file.h \
	%D%/green/group.h \
	%D%/green/local.h \
	%D%/green/net.h \
	%D%/green/path.h \
	%D%/green/process.h \
	%D%/green/run.h \
	%D%/green/scope.h \
	%D%/green/stream.h \
	%D%/green/sync.h \
	%D%/green/testing.h \
	%D%/green/thread.h \
	%D%/green/tls.h \
	%D%/green/watch.h \
	# EOL
