# What libgreen offers to the tests of programs that use it: a library of its own,
# built on the names that libgreen shows.

libgreen_testing_all_la_SOURCES += \
	%D%/alarm.c \
	%D%/cancel_everywhere.c \
	%D%/checkpoints.c \
	%D%/internal.h \
	%D%/remains.c \
	%D%/sequence.c \
	%D%/stream.c \
	%D%/stream.h \
	%D%/stream_block.c \
	%D%/stream_busy.c \
	%D%/stream_bytes.c \
	%D%/stream_call.c \
	%D%/stream_cancel.c \
	%D%/stream_close.c \
	%D%/stream_data.c \
	%D%/stream_end.c \
	%D%/stream_expect.c \
	%D%/stream_frame.c \
	%D%/test.c \
	%D%/time.c \
	# EOL
