# For programs that are built by CMake: find_package(libgreen).

cmakedir = $(libdir)/cmake/libgreen
cmake_DATA = %D%/libgreen-config.cmake %D%/libgreen-config-version.cmake
cmake_sources = \
	%D%/libgreen-config-version.cmake.in \
	%D%/libgreen-config.cmake.in \
	# EOL

$(cmake_DATA): $(cmake_sources) Makefile
	$(AM_V_GEN)$(MKDIR_P) %D% && $(SED) -e 's|@libdir[@]|$(libdir)|' \
	    -e 's|@includedir[@]|$(includedir)|' \
	    -e 's|@LARGE_FILES_CFLAGS[@]|$(LARGE_FILES_CFLAGS)|' \
	    -e 's|@VERSION[@]|$(PACKAGE_VERSION)|' \
	    -e 's|@LIBS[@]|$(cmake_needs)|' $(srcdir)/$@.in >$@.new && \
	    mv $@.new $@

cmake_needs = $(OPENSSL_LIBS) $(LIBBSD_LIBS) $(KQUEUE_LIBS) $(UCONTEXT_LIBS) \
	$(LIBS)
CLEANFILES += $(cmake_DATA)
EXTRA_DIST += $(cmake_sources)
