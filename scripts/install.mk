# install.mk - make install DESTDIR= PREFIX=/usr
# Programs, static files of the pages, nginx site templates, systemd units, manuals.
D := $(DESTDIR)$(PREFIX)
install: all $(O)/chulcheck.conf.5
	install -d $(D)/bin $(D)/share/chulcheck/static $(D)/share/chulcheck/nginx $(D)/share/man/man1 $(D)/share/man/man5 \
	    $(D)/lib/systemd/system $(D)/lib/sysusers.d $(D)/lib/tmpfiles.d $(D)/share/doc/chulcheck
	install -m 755 $(PROGRAMS) $(D)/bin
	install -m 644 nginx/static/* $(D)/share/chulcheck/static
	install -m 644 nginx/*.conf nginx/*.in $(D)/share/chulcheck/nginx
	install -m 644 systemd/*.service systemd/*.timer $(D)/lib/systemd/system
	install -m 644 systemd/sysusers.conf $(D)/lib/sysusers.d/chulcheck.conf
	install -m 644 systemd/tmpfiles.conf $(D)/lib/tmpfiles.d/chulcheck.conf
	install -m 644 man/*.1 $(D)/share/man/man1
	install -m 644 $(O)/chulcheck.conf.5 man/chulcheck-shop.5 $(D)/share/man/man5
	install -m 644 README.md README.ko.md LICENSE docs/openapi.yaml $(D)/share/doc/chulcheck
