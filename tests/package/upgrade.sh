#!/bin/bash
# upgrade.sh - from the packages of before to today's, under load: those of the newest tag, and as long as there is
# none, those that were the first. What the older ones made is there afterwards, and customers notice nothing.
cd "$(dirname "$0")/../.." || exit 1
. scripts/lib.sh
. tests/lib.sh
. tests/package/lib.sh

before=$(git describe --tags --abbrev=0 --match 'v*' HEAD^ 2>/dev/null) ||
    before=$(git log --diff-filter=A --format=%H -- debian/control | tail -n 1)
mkdir "$work/before" "$work/old"
git archive "$before" | tar -xf - -C "$work/before"
(cd "$work/before" && git init -q && scripts/deb --out "$work/old") >"$work/deb.log" 2>&1 || no_machine "$(tail -n 5 "$work/deb.log")" 'the packages of before are built'
scripts/deb --version "$(cat VERSION)+next" --out "$work/new" >"$work/deb.log" 2>&1 || no_machine "$(tail -n 5 "$work/deb.log")" 'make deb'
echo "# from $(git log -1 --format='%h of %cs' "$before")"

machine one
debian
mkdir "$root/opt/old" "$root/opt/new"
cp "$work"/old/*.deb "$root/opt/old"
cp "$work"/new/*.deb "$root/opt/new"
fetch '/opt/old/*.deb'
fetch '/opt/new/*.deb'
boot
inside sh -c 'apt-get install -y --no-install-recommends /opt/old/*.deb' >"$work/install" 2>&1 </dev/null ||
    no_machine "$(tail -n 5 "$work/install")" 'apt install ./*.deb'
ready() { [ "$(get https://event.localhost/readyz) $(get https://auth.localhost/readyz)" = '200 200' ]; }
ok 'the older packages run' wait_for 20 ready

# Customers, check-ins, grants and stock of the demo.
db=$root/var/lib/chulcheck/attend/attend.db now=$(date +%s)
inside systemctl stop chulcheck-attend
sed "s|@AUTH_URL@|https://auth.localhost|; s|@RECEIPT_KEY@|$(build/chulcheckctl token)|; s|@TODAY@|$(((now + 32400) / 86400))|g; s|@NOW@|${now}000|g; s|@AUTH_URL@|https://auth.localhost|g" \
    "$work/before/scripts/demo/attend.sql" | sqlite3 "$db" || ok 'the demo is put in' false
inside systemctl start chulcheck-attend
ok 'with a campaign' wait_for 20 ready
has 'that is open' "$(cat "$work/body"; get https://event.localhost/readyz >/dev/null; cat "$work/body")" '"campaign":"daily"'
rows() { for t in customer attendance '"grant"' stock_movement mail_consent; do sql "$db" "SELECT COUNT(*) FROM $t"; done; sql "$db" 'SELECT SUM(stock) FROM reward'; }
was=$(rows)
inside sh -c 'sha256sum /etc/chulcheck/*.conf /etc/chulcheck/secrets/* /etc/chulcheck/tls/* /var/lib/chulcheck/public/jwks.json >/root/sums'

load
inside sh -c 'apt-get install -y --no-install-recommends /opt/new/*.deb' >"$work/upgrade" 2>&1 </dev/null
is 'the upgrade' $? 0
sleep 3
unload
ok "it was asked meanwhile: $n" [ "$n" -gt 100 ]
is 'and nothing was lost' "$bad" ''
is 'today'"'"'s version is there' "$(inside chulcheckctl --version)" "$(cat VERSION)+next"
is 'all that was done is kept' "$(rows)" "$was"
is 'settings, secrets and keys too' "$(inside sha256sum -c --quiet /root/sums 2>&1)" ''
ok 'verify finds no fault' build/chulcheckctl verify --domain attend "$db"
ok 'it restarts with its units of today' inside systemctl restart chulcheck-auth chulcheck-attend
ok 'and answers' wait_for 20 ready
ok 'a backup is made' inside systemctl start chulcheck-backup
is 'nothing has failed' "$(inside systemctl --failed --no-legend)" ''
halt
boot
ok 'after a reboot too' wait_for 20 ready
finish
