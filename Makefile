# make              build the four programs under build/
# make check        unit tests, query checks, headers, schema, cost of a request (needs no server)
# make run          scripts/run: the whole system on this machine, port 8080
# make deb          the Debian packages into build/deb, looked at by lintian
# make lint         layers, budgets, banned words, cppcheck, gcc -fanalyzer
# make install      DESTDIR= PREFIX=/usr: programs, pages' static files, units, site, manuals
# make clean        remove what was built
# make SAN=1 check  the same under the address and undefined sanitizers (SAN=thread: threads)

CC       ?= cc
PREFIX   ?= /usr
VERSION  := $(shell cat VERSION)
O        := build$(if $(SAN),-$(if $(filter thread,$(SAN)),tsan,asan))
WARN     := -std=gnu2x -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
            -Wconversion -Wno-sign-conversion -Wformat=2 -Wvla
OPT      := -O2 -g -fstack-protector-strong -fstack-clash-protection -fPIE
DEFS     := -D_GNU_SOURCE -D_FORTIFY_SOURCE=2
LDFLAGS  += -pie -Wl,-z,relro,-z,now -Wl,--as-needed
ifdef SAN
OPT      := -O1 -g -fno-omit-frame-pointer -fsanitize=$(if $(filter thread,$(SAN)),thread,address,undefined)
DEFS     := -D_GNU_SOURCE
LDFLAGS  :=
endif
PKGS     := sqlite3 json-c libcurl libcrypto odbc libqrencode
CFLAGS   ?= $(OPT)
CPPFLAGS += -I. -Ifcgi -I$(O)/gen $(DEFS) -DVERSION='"$(VERSION)"' $(shell pkg-config --cflags $(PKGS))
LDLIBS   += $(shell pkg-config --libs $(PKGS)) -lfcgi -lscrypt -lpthread

PROGRAMS := $(addprefix $(O)/,chulcheck-attend chulcheck-auth chulcheck-notify chulcheckctl)
GEN      := $(addprefix $(O)/gen/,query.h query.c page.h page.c migrations.c)
obj       = $(patsubst %.c,$(O)/%.o,$(wildcard $(1)))
BASE     := $(call obj,base/*.c)
DB       := $(call obj,db/*.c) $(O)/gen/query.o $(O)/gen/migrations.o
WEB      := $(call obj,fcgi/web/*.c) $(O)/gen/page.o
HTML     := $(O)/fcgi/web/html.o $(O)/gen/page.o
UNIT     := $(patsubst tests/unit/%.c,$(O)/tests/unit/%,$(wildcard tests/unit/t_*.c tests/db/t_*.c))
UNIT     := $(patsubst tests/db/%.c,$(O)/tests/db/%,$(UNIT))

all: $(PROGRAMS)
$(O)/chulcheck-attend: $(call obj,fcgi/attend/*.c) $(WEB) $(DB) $(BASE)
$(O)/chulcheck-auth:   $(call obj,fcgi/auth/*.c) $(WEB) $(DB) $(BASE)
$(O)/chulcheck-notify: $(call obj,notify/*.c) $(HTML) $(addprefix $(O)/fcgi/,web/json.o web/param.o attend/stock.o) $(DB) $(BASE)
$(O)/chulcheckctl:     $(call obj,ctl/*.c) $(addprefix $(O)/fcgi/,web/jwt_keys.o web/jwt_keys_change.o web/jwks.o web/json.o web/identity.o web/param.o auth/password.o auth/totp.o) $(DB) $(BASE)
$(PROGRAMS):
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# Domains are linked into unit tests as a library, so that a test needs only what it calls.
$(O)/test.a: $(filter-out %/main.o,$(call obj,fcgi/attend/*.c fcgi/auth/*.c notify/*.c)) $(WEB) $(DB) $(BASE)
	rm -f $@ && ar rcs $@ $^
$(O)/tests/%: tests/%.c tests/unit/t.h $(O)/test.a
	@mkdir -p $(@D)
	$(CC) $(WARN) $(CPPFLAGS) -Itests/unit $(CFLAGS) $(LDFLAGS) -o $@ $< $(O)/test.a $(LDLIBS)

$(O)/gen/query.h $(O)/gen/query.c: db/queries/*.sql scripts/sql2c.awk
	@mkdir -p $(@D)
	awk -v out=$(patsubst .%,%,$(suffix $@)) -f scripts/sql2c.awk $(sort $(wildcard db/queries/*.sql)) >$@.tmp && mv $@.tmp $@
$(O)/gen/static: nginx/static/* scripts/static
	@mkdir -p $(@D)
	scripts/static $(CURDIR)/$(O)/static >$@.tmp && mv $@.tmp $@
$(O)/gen/page.h $(O)/gen/page.c: fcgi/pages/*.tmpl scripts/tmpl2c.awk $(O)/gen/static
	@mkdir -p $(@D)
	awk -v out=$(patsubst .%,%,$(suffix $@)) -v static=$(O)/gen/static -f scripts/tmpl2c.awk $(sort $(wildcard fcgi/pages/*.tmpl)) >$@.tmp && mv $@.tmp $@
$(O)/gen/migrations.c: db/migrations/*/*.sql scripts/mig2c.awk
	@mkdir -p $(@D)
	awk -f scripts/mig2c.awk $(sort $(wildcard db/migrations/*/*.sql)) >$@.tmp && mv $@.tmp $@
$(O)/gen/%.o: $(O)/gen/%.c | $(GEN)
	$(CC) $(WARN) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<
$(O)/%.o: %.c Makefile VERSION | $(GEN)
	@mkdir -p $(@D)
	$(CC) $(WARN) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# Tokens are decoded for each check-in: with vectors, which -O2 does not make.
$(O)/base/encode.o: CFLAGS += -O3

# The manual of the settings is their table between a head and a tail.
$(O)/chulcheck.conf.5: $(O)/chulcheck-attend man/chulcheck.conf.5.head man/chulcheck.conf.5.tail
	{ cat man/chulcheck.conf.5.head; echo .Bl -tag -width Ds; $< --settings | \
	    awk '/^[a-z]/ { print ".It Va " $$0; next } NF { sub(/^ +/, ""); sub(/\.$$/, ""); gsub(/\\/, "\\e"); gsub(/\. /, ".\n"); print $$0 "." }'; \
	    echo .El; cat man/chulcheck.conf.5.tail; } >$@.tmp && mv $@.tmp $@

check: all $(UNIT) headers schema $(O)/chulcheck.conf.5 $(if $(SAN),,instructions)
	@for t in $(UNIT); do ./$$t || exit 1; done
# What a request costs against its budget; valgrind counts, and a processor's speed does not matter.
instructions: all $(O)/tests/bench/tokens
	@tests/bench/instructions $(O)
headers: $(GEN)
	@for h in base/*.h db/*.h fcgi/*/*.h notify/*.h ctl/*.h $(filter %.h,$(GEN)); do [ -f $$h ] || continue; \
	    echo "#include \"$$PWD/$$h\"" | $(CC) $(WARN) -Wno-unused-function $(CPPFLAGS) -x c -fsyntax-only - || exit 1; done
schema: $(O)/chulcheckctl
	@scripts/schema $(O)/chulcheckctl | diff -u db/schema.sql - || { echo "db/schema.sql is not what the migrations make: scripts/schema $(O)/chulcheckctl >db/schema.sql"; exit 1; }

run:
	scripts/run
lint: $(GEN)
	CPPFLAGS='$(filter-out -DVERSION=%,$(CPPFLAGS))' WARN='$(WARN)' scripts/lint $(O)
clean:
	rm -rf build build-asan build-tsan
-include scripts/install.mk
-include $(shell find $(O) -name '*.d' 2>/dev/null)
.PHONY: all check headers schema instructions run lint install clean
.SECONDARY:
