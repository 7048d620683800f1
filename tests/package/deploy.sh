#!/bin/bash
# deploy.sh - scripts/deploy over ssh to a machine that boots: a new version under load, which loses no
# request; versions whose workers or whose site do not serve, which are put back by themselves.
cd "$(dirname "$0")/../.." || exit 1
. scripts/lib.sh
. tests/lib.sh
. tests/package/lib.sh

scripts/deb --out "$work/debs" >"$work/deb.log" 2>&1 || no_machine "$(tail -n 5 "$work/deb.log")" 'make deb'
version=$(cat VERSION)
# The same packages as another version, changed by COMMAND in the tree of one of them.
again() { # VERSION [PACKAGE COMMAND [VERSION THAT IT IS MADE OF]]
	_of=${4:-$version} _from=$work/${4:-debs}
	mkdir "$work/$1"
	for f in "$_from"/*.deb; do
		rm -rf "$work/tree"
		dpkg-deb -R "$f" "$work/tree"
		sed -i "s/^Version: .*/Version: $1/; s/(= $_of)/(= $1)/" "$work/tree/DEBIAN/control"
		case $f in *"/${2:-none}_"*) (cd "$work/tree" && eval "$3") ;; esac
		dpkg-deb -b "$work/tree" "$work/$1/$(basename "$f" | sed "s/_${_of}_/_$1_/")" >/dev/null
	done
}
again "$version+2"
again "$version+3" chulcheck-attend 'printf "#!/bin/sh\nexit 1\n" >usr/bin/chulcheck-attend'
again "$version+4" chulcheck-common 'echo "location = /sign-in { return 404; }" >>usr/share/chulcheck/nginx/chulcheck-limits.conf'

# And two that change the schema: one that serves, and one whose workers do not start.
another_schema() { # VERSION NUMBER COMMAND
	rm -rf "$work/tree"
	mkdir "$work/tree"
	git ls-files -z -co --exclude-standard | xargs -0 tar -cf - | tar -xf - -C "$work/tree"
	for _n in $(seq 4 "$2"); do echo "ALTER TABLE reward ADD COLUMN more_$_n INTEGER;" >"$work/tree/db/migrations/attend/000${_n}_more.sql"; done
	(cd "$work/tree" && eval "$3" && git init -q && scripts/deb --version "$1" --out "$work/$1") >"$work/deb.log" 2>&1 || no_machine "$(tail -n 5 "$work/deb.log")" 'make deb'
}
another_schema "$version+5" 4 :
again "$version+4.5" chulcheck-auth 'printf "#!/bin/sh\nexit 1\n" >DEBIAN/preinst; chmod 755 DEBIAN/preinst' "$version+5"
another_schema "$version+6" 5 "sed -i 's/return worker_main(/return argc > 0 ? 1 : worker_main(/' fcgi/attend/main.c"

machine one
debian openssh-server
mkdir -p "$root/opt/debs" "$root/root/.ssh"
cp "$work"/debs/*.deb "$root/opt/debs"
fetch '/opt/debs/*.deb'
ssh-keygen -q -t ed25519 -N '' -f "$work/key"
install -m 600 "$work/key.pub" "$root/root/.ssh/authorized_keys"
boot
inside sh -c "apt-get install -y --no-install-recommends /opt/debs/*.deb" >"$work/install" 2>&1 </dev/null ||
    no_machine "$(tail -n 5 "$work/install")" 'apt install ./*.deb'
ready() { [ "$(get https://event.localhost/readyz) $(get https://auth.localhost/readyz)" = '200 200' ]; }
ok 'the machine runs' wait_for 20 ready

ssh="nsenter -t $(_leader) -n ssh -i $work/key -o BatchMode=yes -o StrictHostKeyChecking=accept-new -o UserKnownHostsFile=$work/known"
deploy() { scripts/deploy --packages "$work/$1" --ssh "$ssh" root@127.0.0.1 >"$work/said" 2>&1; }
runs() { inside dpkg-query -W -f '${Version} ' chulcheck-common chulcheck-auth chulcheck-attend; }
deploy "$version+2"
is 'with nothing to go back to: not deployed' "$? $(runs)" "1 $version $version $version "
has 'and it is said what to do' "$(cat "$work/said")" 'first deploy the packages that run now'
deploy debs
is 'the packages that run' "$? $(inside readlink /var/cache/chulcheck/deploy/current)" "0 /var/cache/chulcheck/deploy/$version"
has 'are noted, and nothing else is done' "$(cat "$work/said")" "version $version runs already"
load; deploy "$version+2"
is 'a new version is deployed' $? 0
unload
ok "it was asked meanwhile: $n" [ "$n" -gt 100 ]
is 'and no request is lost' "$bad" ''
is 'it runs' "$(runs)" "$version+2 $version+2 $version+2 "
has 'and it is said' "$(cat "$work/said")" "version $version+2 serves"
ok 'a backup was made before' inside sh -c "test -s /var/backups/chulcheck/*-before-$version+2/auth.db"

generation() { inside journalctl -u chulcheck-attend -o cat | grep -c 'serves, the one before finishes'; }
was=$(generation)
deploy "$version+2"
is 'the same again: nothing is done' "$? $(generation)" "0 $was"
mkdir "$work/same"
cp "$work/$version+2"/*.deb "$work/same"
dpkg-deb -R "$work/same"/chulcheck-attend_*.deb "$work/tree2"
echo >>"$work/tree2/usr/share/doc/chulcheck-attend/other"
dpkg-deb -b "$work/tree2" "$work/same"/chulcheck-attend_*.deb >/dev/null
deploy same
is 'others of the same version: not deployed' $? 1
has 'and it is said why' "$(cat "$work/said")" "other packages of version $version+2 run here"

load; deploy "$version+3"
is 'workers that do not start: not deployed' $? 1
unload
ok "it was asked meanwhile: $n" [ "$n" -gt 100 ]
is 'no request is lost' "$bad" ''
has 'it is said what does not serve' "$(cat "$work/said")" 'attend does not serve'
has 'and that the one before serves again' "$(cat "$work/said")" "deploy: $version+2 serves again"
is 'the one before runs' "$(runs)" "$version+2 $version+2 $version+2 "
ok 'and answers' ready

deploy "$version+4"
is 'a site that does not serve: not deployed' $? 1
is 'the one before runs' "$(runs)" "$version+2 $version+2 $version+2 "
ok 'and answers' wait_for 20 ready
is 'the page too' "$(get https://event.localhost/sign-in)" 303

deploy "$version+4.5"
is 'packages that cannot be installed: not deployed' "$? $(runs)" "1 $version+2 $version+2 $version+2 "
is 'all of those before are whole' "$(inside dpkg-query -W -f '${db:Status-Status} ' chulcheck-common chulcheck-auth chulcheck-attend)" 'installed installed installed '
is 'and the schema is as it was' "$(sqlite3 "$root/var/lib/chulcheck/attend/attend.db" 'PRAGMA user_version')" 3
ok 'all answers' wait_for 20 ready

# The connection breaks while it is looked whether the new version serves.
scripts/deploy --packages "$work/$version+3" --ssh "timeout -s KILL 12 $ssh" root@127.0.0.1 >"$work/said" 2>&1
is 'a connection that breaks' $? 1
back() { [ "$(runs)" = "$version+2 $version+2 $version+2 " ] && [ "$(inside grep -c "status installed chulcheck-attend:.* $version+3\$" /var/log/dpkg.log)" = 2 ]; }
ok 'the machine goes back by itself' wait_for 60 back
ok 'and answers' wait_for 20 ready

# Another program holds the lock of dpkg for a while, as automatic updates do.
/usr/bin/python3 -c 'import fcntl, sys, time; f = open(sys.argv[1], "w"); fcntl.lockf(f, fcntl.LOCK_EX); time.sleep(8)' "$root/var/lib/dpkg/lock-frontend" &
load; deploy "$version+5"
is 'a new schema is deployed' $? 0
unload
ok "it was asked meanwhile: $n" [ "$n" -gt 100 ]
is 'and no request is lost' "$bad" ''
schema() { sqlite3 "$root/var/lib/chulcheck/attend/attend.db" 'PRAGMA user_version'; }
is 'it is there' "$(schema)" 4
load; deploy "$version+6"
is 'a schema whose program does not start: not deployed' $? 1
unload
ok "it was asked meanwhile: $n" [ "$n" -gt 100 ]
is 'no request is lost' "$bad" ''
ok 'customers are served by the workers of before' ready
has 'and so it is said, with what to do' "$(cat "$work/said")" 'Customers are served by the workers that ran before: restart nothing, and deploy a version that mends it'
ok 'jobs and backups go on meanwhile' inside sh -c 'systemctl start chulcheck-backup chulcheck-deliver chulcheck-deliver-auth chulcheck-stock-alert chulcheck-reminder chulcheck-standing'
another_schema "$version+7" 5 :
load; deploy "$version+7"
is 'one that mends it is deployed' $? 0
unload
ok "it was asked meanwhile: $n" [ "$n" -gt 100 ]
is 'and no request is lost' "$bad" ''

# Back to a version with an older schema, as docs/operate/upgrade.md says.
was=$(inside sh -c "ls -d /var/backups/chulcheck/*-before-$version+5")
cp -R "$work/$version+2" "$root/opt/older"
inside sh -c 'apt-get install -y --no-install-recommends --allow-downgrades /opt/older/*.deb' >"$work/said" 2>&1 </dev/null
is 'an older program is installed beside a newer schema' $? 0
has 'and it is said that it cannot start with it' "$(cat "$work/said")" '/attend.db has a newer schema than chulcheck-attend'
ok 'customers are served meanwhile' ready
inside systemctl stop chulcheck-attend chulcheck-auth 'chulcheck-*.timer'
is 'the backup of its time is restored' "$(inside chulcheckctl restore --domain attend --from "$was/attend.db" /var/lib/chulcheck/attend/attend.db | grep -c 'is restored') $(schema)" '1 3'
timers=$(inside sh -c "systemctl list-unit-files --state=enabled --no-legend 'chulcheck-*.timer' | cut -d ' ' -f 1 | grep -v provider-keys") # that one is for two machines
# shellcheck disable=SC2086
inside systemctl stop $timers
ok 'the services and the timers start' inside systemctl start chulcheck-auth chulcheck-attend timers.target
# shellcheck disable=SC2086
ok 'all of them' active $timers
ok 'there are some' [ "$(echo "$timers" | wc -l)" -ge 6 ]
ok 'and answer' wait_for 20 ready
is 'the older version runs' "$(runs)" "$version+2 $version+2 $version+2 "

scripts/deploy --packages "$work/debs" --ssh "$ssh -p 1" root@127.0.0.1 root@192.0.2.1 >"$work/said" 2>&1
is 'a machine that cannot be reached' $? 1
has 'is named, and nothing is done after it' "$(grep -c 'version' "$work/said") $(cat "$work/said")" '1 '
mkdir "$work/mixed"; cp "$work"/debs/chulcheck-common* "$work/$version+2"/chulcheck-auth* "$work/mixed"
deploy mixed; is 'packages of two versions' $? 1
finish
