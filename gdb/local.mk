# For gdb: the script, and a file that has it loaded together with the library,
# where gdb looks for one by the library's path.

dist_pkgdata_DATA = %D%/green-gdb.py

gdb_loader = . ./libgreen.la; set -- $$library_names; \
	loader="$(datadir)/gdb/auto-load$(libdir)/$$1-gdb.py"

install-gdb-loader:
	@$(gdb_loader); [ -n "$$library_names" ] || exit 0; \
	$(MKDIR_P) "$(DESTDIR)$${loader%/*}" && \
	echo 'gdb.execute("source $(pkgdatadir)/green-gdb.py")' \
	    >"$(DESTDIR)$$loader" && chmod 644 "$(DESTDIR)$$loader"

uninstall-gdb-loader:
	@$(gdb_loader); [ -n "$$library_names" ] || exit 0; \
	rm -f "$(DESTDIR)$$loader"

.PHONY: install-gdb-loader uninstall-gdb-loader
