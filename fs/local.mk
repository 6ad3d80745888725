# Files, paths and directories.

libgreen_all_la_SOURCES += \
	%D%/cached.c \
	%D%/copy.c \
	%D%/copy.h \
	%D%/copy_data.c \
	%D%/copy_entry.c \
	%D%/descent.c \
	%D%/descent.h \
	%D%/dir.c \
	%D%/fifo.c \
	%D%/file.c \
	%D%/file_lock.c \
	%D%/file_send.c \
	%D%/file_stream.c \
	%D%/internal.h \
	%D%/line.c \
	%D%/names.c \
	%D%/nap.c \
	%D%/path.c \
	%D%/path_change.c \
	%D%/path_content.c \
	%D%/path_match.c \
	%D%/path_name.c \
	%D%/path_normal.c \
	%D%/path_text.c \
	%D%/path_text.h \
	%D%/path_uri.c \
	%D%/remove.c \
	%D%/temp.c \
	%D%/temp_spooled.c \
	%D%/transfer.c \
	%D%/type.c \
	%D%/use.c \
	%D%/walk.c \
	%D%/walk.h \
	# EOL
