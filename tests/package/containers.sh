#!/bin/bash
# containers.sh - the images, built without a registry, and the whole system in containers that podman runs:
# as another user than root, on a read-only root, with data that outlive them. Only with MACHINE=1.
cd "$(dirname "$0")/../.." || exit 1
. scripts/lib.sh
. tests/lib.sh
[ -n "${MACHINE:-}" ] || finish

scripts/images >"$work/images" 2>&1
ok 'the images are built' [ $? = 0 ]
for role in auth attend notify web; do
	ok "$role: at most 80 MB" [ "$(stat -c %s build/images/$role.tar.gz)" -le 80000000 ]
done
mkdir "$work/layer"
zcat build/images/base.tar.gz | tar -xf - -C "$work/layer"
lists=$(for f in "$work"/layer/*.tar "$work"/layer/*/layer.tar; do tar -xOf "$f" etc/apt/sources.list 2>/dev/null; done)
has 'with the security updates of Debian' "$lists" 'bookworm-security main'
rm -r "$work/layer"
# What compose.yaml says of the services, for podman: the same volumes, user and restrictions.
/usr/bin/python3 - >"$work/services" <<'P'
import yaml
c = yaml.safe_load(open('containers/compose.yaml'))
for name, s in c['services'].items():
    print(name, s['image'], s['user'], s['read_only'], *s['volumes'])
    assert s['cap_drop'] == ['ALL'] and 'no-new-privileges:true' in s['security_opt'] and s['tmpfs']
    assert name not in ('attend', 'setup') or s['network_mode'] == 'none'
P
is 'compose.yaml: five services, each locked in' "$? $(cut -d ' ' -f 1,3,4 "$work/services" | tr '\n' ' ')" \
    '0 setup 8400:8400 True auth 8400:8400 True attend 8400:8400 True notify 8400:8400 True web 8400:8400 True '

# A store of its own, and a runtime that does with old control groups.
pod() { podman --runtime runc --storage-driver vfs --root "$work/store" --runroot "$work/run" --cgroup-manager cgroupfs --events-backend file "$@" 2>"$work/err"; }
started=''
at_exit='for c in $started; do pod rm -f -t 5 $c >/dev/null; done; '"$at_exit"
for role in base auth attend notify web; do zcat "build/images/$role.tar.gz" | pod load -q >/dev/null || { cat "$work/err"; ok "podman takes the image $role" false; finish; }; done
EVENT_URL=http://event.localhost:18480 AUTH_URL=http://auth.localhost:18480
for v in auth-etc attend-etc auth-data attend-data public auth-run attend-run web-run; do install -d -o 8400 -g 8400 -m 700 "$work/$v"; done
chmod 711 "$work"
start() { # SERVICE, ARGUMENTS OF podman run
	_service=$1; shift
	read -r _ _image _user _ _volumes < <(grep "^$_service " "$work/services")
	_mounts=''
	for _v in $_volumes; do _mounts="$_mounts -v $work/$_v"; done
	# shellcheck disable=SC2086
	pod run --name "$_service" --user "$_user" --read-only --read-only-tmpfs=false --tmpfs /tmp:mode=1777 --cap-drop ALL \
	    --security-opt no-new-privileges --ulimit nofile=1024:1024 --ulimit nproc=1000:1000 \
	    -e "EVENT_URL=$EVENT_URL" -e "AUTH_URL=$AUTH_URL" $_mounts "$@" "$_image"
}
said=$(start setup --rm --network none); is 'setup' $? 0
has 'prints the code of the owner' "$said" "$AUTH_URL/staff/code, within 24 hours, once: "
said=$(start setup --rm --network none)
hasnt 'once' "$said" once:
is 'secrets are for one user alone' "$(find "$work/auth-etc" "$work/attend-etc" -type f -perm /077)" ''
start auth -d --network host >/dev/null && started="$started auth"
start attend -d --network none >/dev/null && started="$started attend"
start web -d --network host -e LISTEN=127.0.0.1:18480 >/dev/null && started="$started web"
ready() { [ "$(curl -s -m 5 -o /dev/null -w '%{http_code}' "$EVENT_URL/readyz") $(curl -s -m 5 -o /dev/null -w '%{http_code}' "$AUTH_URL/readyz")" = '200 200' ]; }
ok 'both hosts answer' wait_for 30 ready
for c in auth attend web; do
	is "$c: not root" "$(pod exec $c id -u)" 8400
	pod exec $c sh -c 'echo x >/usr/bin/x' 2>/dev/null
	ok "$c: a root that cannot be written to" [ $? != 0 ]
	ok "$c: healthy" pod healthcheck run $c
done
is 'attend has no network' "$(pod exec attend sh -c 'ls /sys/class/net' | tr '\n' ' ')" 'lo '
is 'secrets are in no environment' "$(pod inspect auth attend web | grep -c "$(cat "$work/auth-etc/cookie_key")")" 0
req GET "$EVENT_URL/sign-in"; is 'sign-in leads to the auth host' "$status" 303

# Somebody signs up; the mail of it leaves by the jobs.
relay=$(free_port 18600)
mkdir -p "$work/mail/cur" "$work/mail/new" "$work/mail/tmp"
aiosmtpd -n -c aiosmtpd.handlers.Mailbox -l "127.0.0.1:$relay" "$work/mail" >/dev/null 2>&1 &
at_exit="kill $!; $at_exit"
for f in auth attend; do printf 'smtp_url = smtp://127.0.0.1:%s\nsmtp_tls = none\n' "$relay" >>"$work/$f-etc/notify.conf"; done
start notify -d --network host >/dev/null && started="$started notify"
MAIL_DIR=$work/mail
browser new
page "$AUTH_URL/sign-up"
post "$AUTH_URL/sign-up" 'name=나새봄' 'email=saebom@example.kr' 'password=a long password of mine' accept=1
mailed() { mails saebom@example.kr | grep -q verify-email; }
ok 'a mail comes by the jobs' wait_for 40 mailed
page "$(mails saebom@example.kr | grep -oE "$AUTH_URL/verify-email\?token=[A-Za-z0-9_-]+" | head -1)"
post "$AUTH_URL/verify-email" "token=$(field token)" 'password=a long password of mine'
is 'the account is made' "$status" 200
page "$EVENT_URL/sign-in"
has 'signed in at the event host, which asked the auth host without a network' "$url $status" "$EVENT_URL/"

for c in notify web attend auth; do
	pod stop -t 40 $c >/dev/null
	is "$c: a stop is an end as usual" "$(pod inspect $c --format '{{.State.ExitCode}}')" 0
	pod rm $c >/dev/null
done
started=''
start auth -d --network host >/dev/null && started="$started auth"
start attend -d --network none >/dev/null && started="$started attend"
start web -d --network host -e LISTEN=127.0.0.1:18480 >/dev/null && started="$started web"
ok 'new containers answer' wait_for 30 ready
ok 'with the data of before' [ -n "$(token saebom@example.kr 'a long password of mine')" ]

# And compose.yaml itself, by docker-compose, which asks podman over the interface of docker. It knows as many open
# files as are allowed here.
for c in web attend auth; do pod rm -f -t 40 $c >/dev/null; done
started=''
mkdir "$work/cni"
cat >"$work/containers.conf" <<C
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1000:1000"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
[network]
network_config_dir = "$work/cni"
C
CONTAINERS_CONF=$work/containers.conf pod system service -t 0 "unix://$work/podman.sock" >/dev/null 2>&1 &
service=$!
at_exit='compose down -v >/dev/null 2>&1; kill $service; '"$at_exit"
web=$(free_port 18480)
compose() { EVENT_URL=http://event.localhost:$web AUTH_URL=http://auth.localhost:$web PUBLISH=127.0.0.1:$web DOCKER_HOST=unix://$work/podman.sock docker-compose -p "chulcheck$$" -f containers/compose.yaml "$@"; }
wait_for 10 test -S "$work/podman.sock"
compose up -d >"$work/said" 2>&1
code=$?
[ $code = 0 ] || tail -n 20 "$work/said" | sed 's/^/# /'
is 'compose: up' $code 0
answers() { [ "$(curl -s -m 5 -o /dev/null -w '%{http_code}' "http://event.localhost:$web/sign-in") $(curl -s -m 5 -o "$work/jwks" -w '%{http_code}' "http://auth.localhost:$web/jwks.json")" = '303 200' ]; }
ok 'compose: both hosts answer' wait_for 30 answers
key=$(cat "$work/jwks")
has 'compose: the code of the owner' "$(compose logs setup 2>&1)" '/staff/code, within 24 hours, once: '
is 'compose: attend has no network' "$(compose exec -T attend ls /sys/class/net | tr '\n' ' ')" 'lo '
has 'compose: a backup' "$(compose exec -T attend chulcheckctl backup --domain attend --to /var/lib/chulcheck/attend/backup.db /var/lib/chulcheck/attend/attend.db)" 'MB, checked'
compose down >/dev/null 2>&1
is 'compose: down' "$(pod ps -q -a | wc -l)" 0
compose up -d >"$work/said" 2>&1
ok 'compose: up again' wait_for 30 answers
is 'compose: with the keys of before' "$(cat "$work/jwks")" "$key"
finish
