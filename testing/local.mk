# What libgreen offers to the tests of programs that use it: a library of its own,
# built on the names that libgreen shows.

libgreen_testing_all_la_SOURCES += \
	%D%/alarm.c \
	%D%/cancel_everywhere.c \
	%D%/checkpoints.c \
	%D%/internal.h \
	%D%/remains.c \
	%D%/sequence.c \
	%D%/test.c \
	%D%/time.c \
	%D%/stream.c \
	# EOL
