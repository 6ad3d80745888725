# Subprocesses and signals.

libgreen_all_la_SOURCES += \
	%D%/child.c \
	%D%/child.h \
	%D%/child_sigchld.c \
	%D%/close.c \
	%D%/collect.c \
	%D%/command.c \
	%D%/exec.c \
	%D%/exec.h \
	%D%/internal.h \
	%D%/nursery.c \
	%D%/nursery.h \
	%D%/process.c \
	%D%/signals.c \
	%D%/socket_pair.c \
	%D%/stdio.c \
	%D%/terminal.c \
	%D%/threads.c \
	%D%/to_process.c \
	%D%/worker.c \
	# EOL

if GREEN_PIDFD
libgreen_all_la_SOURCES += %D%/child_pidfd.c
endif
if GREEN_EVFILT_PROC
libgreen_all_la_SOURCES += %D%/child_kqueue.c
endif
