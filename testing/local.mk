# What libgreen offers to the tests of programs that use it: a library of its own,
# built on the names that libgreen shows.

libgreen_testing_all_la_SOURCES += \
	%D%/sequence.c \
	# EOL
