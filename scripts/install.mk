# install.mk - make install DESTDIR= PREFIX=/usr UNITDIR=/usr/lib/systemd/system
# Programs, static files of the pages, nginx site templates, systemd units, manuals, completion.
# make deb: the Debian packages, into build/deb.
D := $(DESTDIR)$(PREFIX)
UNITDIR ?= $(PREFIX)/lib/systemd/system
U := $(DESTDIR)$(UNITDIR)
C := $(D)/share/bash-completion/completions
install: all $(O)/chulcheck.conf.5
	install -d $(D)/bin $(D)/sbin $(D)/share/chulcheck/static $(D)/share/chulcheck/nginx $(D)/share/man/man1 $(D)/share/man/man5 \
	    $(D)/share/man/man8 $(U)/nginx.service.d $(D)/lib/sysusers.d $(D)/lib/tmpfiles.d $(D)/share/doc/chulcheck $(C)
	install -m 755 $(PROGRAMS) $(D)/bin
	install -m 755 ctl/chulcheck-setup ctl/chulcheck-backup $(D)/sbin
	cp -P $(O)/static/* $(D)/share/chulcheck/static
	chmod 644 $(D)/share/chulcheck/static/*
	install -m 644 nginx/*.conf nginx/*.in $(D)/share/chulcheck/nginx
	sed 's|@NGINX@|$(PREFIX)/share/chulcheck/nginx|; s|@CSS@|'$$(readlink $(O)/static/chulcheck.css)'|' nginx/chulcheck-errors.conf.in >$(D)/share/chulcheck/nginx/chulcheck-errors.conf
	install -m 644 systemd/*.service systemd/*.timer $(U)
	install -m 644 systemd/nginx.service.d/*.conf $(U)/nginx.service.d
	install -m 644 systemd/foreign-provider.conf $(D)/share/chulcheck
	install -m 644 systemd/sysusers.conf $(D)/lib/sysusers.d/chulcheck.conf
	install -m 644 systemd/tmpfiles.conf $(D)/lib/tmpfiles.d/chulcheck.conf
	install -m 644 man/*.1 $(D)/share/man/man1
	install -m 644 $(O)/chulcheck.conf.5 man/chulcheck-shop.5 $(D)/share/man/man5
	install -m 644 man/*.8 $(D)/share/man/man8
	for p in $(PROGRAMS) ctl/chulcheck-setup ctl/chulcheck-backup; do scripts/completion $$p >$(C)/$${p##*/} || exit 1; done
	install -m 644 README.md README.ko.md LICENSE docs/openapi.yaml $(D)/share/doc/chulcheck
deb:
	scripts/deb
.PHONY: deb
