# Files, paths and directories.

libgreen_all_la_SOURCES += \
	%D%/branch.c \
	%D%/branch.h \
	%D%/cached.c \
	%D%/close.h \
	%D%/copy.c \
	%D%/copy.h \
	%D%/copy_data.c \
	%D%/copy_entry.c \
	%D%/copy_progress.c \
	%D%/copy_tree.c \
	%D%/crew.c \
	%D%/crew.h \
	%D%/dir.c \
	%D%/fifo.c \
	%D%/file.c \
	%D%/file_lock.c \
	%D%/file_replace.c \
	%D%/file_send.c \
	%D%/file_stream.c \
	%D%/internal.h \
	%D%/line.c \
	%D%/names.c \
	%D%/names.h \
	%D%/nap.c \
	%D%/path.c \
	%D%/path_change.c \
	%D%/path_content.c \
	%D%/path_home.c \
	%D%/path_match.c \
	%D%/path_meta.c \
	%D%/path_meta.h \
	%D%/path_meta_tree.c \
	%D%/path_mount.c \
	%D%/path_name.c \
	%D%/path_normal.c \
	%D%/path_owner.c \
	%D%/path_text.c \
	%D%/path_text.h \
	%D%/path_uri.c \
	%D%/remove.c \
	%D%/temp.c \
	%D%/temp_spooled.c \
	%D%/replace.c \
	%D%/replace.h \
	%D%/tour.c \
	%D%/tour.h \
	%D%/transfer.c \
	%D%/type.c \
	%D%/use.c \
	%D%/walk.c \
	%D%/walk.h \
	%D%/walk_match.c \
	%D%/walk_read.c \
	%D%/walk_tree.h \
	%D%/watch.c \
	%D%/watch.h \
	%D%/watch_changes.c \
	%D%/watch_entry.c \
	%D%/watch_entry.h \
	%D%/watch_poll.c \
	%D%/watch_tree.c \
	%D%/watch_tree.h \
	%D%/users.c \
	%D%/users.h \
	# EOL

if GREEN_GETDENTS
libgreen_all_la_SOURCES += %D%/entries_getdents.c
else
libgreen_all_la_SOURCES += %D%/entries_readdir.c
endif
if GREEN_FICLONE
libgreen_all_la_SOURCES += %D%/clone_linux.c
else
libgreen_all_la_SOURCES += %D%/clone_none.c
endif

# How a tree is watched.
if GREEN_INOTIFY
libgreen_all_la_SOURCES += \
	%D%/watch_dirs.c \
	%D%/watch_dirs.h \
	%D%/watch_events.c \
	%D%/watch_inotify.c \
	%D%/watch_inotify.h \
	%D%/watch_queue.c \
	%D%/watch_scan.c \
	# EOL
endif
if GREEN_EVFILT_VNODE
libgreen_all_la_SOURCES += %D%/watch_kqueue.c
endif
