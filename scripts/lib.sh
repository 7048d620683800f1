# lib.sh - what scripts/run, scripts/test and the tests share. Source it from the top folder; POSIX sh.

# Packages that a build and a run need, those that only tests and the lint need, and those of the
# Debian packages and of the machine that tests install them on.
RUN_PACKAGES='gcc make pkg-config libc6-dev libfcgi-dev libjson-c-dev libscrypt-dev libsqlite3-dev libcurl4-openssl-dev libssl-dev unixodbc-dev libqrencode-dev libsqliteodbc nginx-light spawn-fcgi sqlite3 python3 python3-aiosmtpd tzdata curl'
TEST_PACKAGES='git openssl python3-jsonschema python3-yaml cppcheck mandoc systemd faketime valgrind chromium fonts-noto-cjk nodejs npm libfcgi-bin procps strace iproute2 mariadb-server-core mariadb-client-core odbc-mariadb postgresql odbc-postgresql john-data certbot pebble'
DEB_PACKAGES='dpkg-dev debhelper fakeroot lintian git'
MACHINE_PACKAGES='mmdebstrap systemd-container openssh-client buildah podman runc docker-compose containernetworking-plugins iptables'
IMAGE_PACKAGES='mmdebstrap buildah'

say() { echo "$*"; }
die() { echo "$(basename "$0"): $*" >&2; exit 1; }

# Any build of nginx will do, and a node that did not come as a package.
installed() { # PACKAGE
	case $1 in
	nginx-light) PATH=$PATH:/usr/sbin command -v nginx >/dev/null && return ;;
	nodejs | npm) command -v "$(echo "$1" | sed s/nodejs/node/)" >/dev/null && return ;;
	esac
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# need INSTALL PACKAGE...: installs what is missing with apt-get, or says what is, when INSTALL is 0.
need() {
	_install=$1; shift
	_missing=''
	for _p; do installed "$_p" || _missing="$_missing $_p"; done
	[ -z "$_missing" ] && return 0
	[ "$_install" = 1 ] || die "these packages are missing:$_missing
Install them (apt-get install$_missing) or run this without --no-install."
	_sudo=''
	if [ "$(id -u)" != 0 ]; then
		command -v sudo >/dev/null || die "these packages are missing and there is no sudo to install them:$_missing
Let root run: apt-get install$_missing"
		_sudo=sudo
	fi
	say "installing with ${_sudo:+sudo }apt-get:$_missing"
	_log=$(mktemp)
	$_sudo apt-get update >"$_log" 2>&1 || { cat "$_log"; rm "$_log"; die 'apt-get update failed: can the package mirror be reached?'; }
	# RUNLEVEL=1: services that packages bring (nginx on port 80) are not started. And no database
	# cluster is made for a PostgreSQL that only tests use.
	_no_cluster=/etc/postgresql-common/createcluster.d
	case $_missing in
	*' postgresql'*) [ ! -e $_no_cluster ] || _no_cluster='' ;;
	*) _no_cluster='' ;;
	esac
	[ -z "$_no_cluster" ] || echo 'create_main_cluster = false' | $_sudo install -D -m 644 /dev/stdin $_no_cluster/chulcheck.conf
	_code=0
	# shellcheck disable=SC2086
	$_sudo env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y --no-install-recommends $_missing >"$_log" 2>&1 || _code=$?
	[ -z "$_no_cluster" ] || $_sudo rm -r $_no_cluster
	[ $_code = 0 ] || { cat "$_log"; rm "$_log"; die "apt-get could not install:$_missing"; }
	rm "$_log"
}

# port_state PORT: prints free, taken or denied (ports below 1024 belong to root).
port_state() { /usr/bin/python3 - "$1" <<'P'
import errno, socket, sys
said = 'free'
for family, host in ((socket.AF_INET, '127.0.0.1'), (socket.AF_INET6, '::1')):
    try:
        s = socket.socket(family)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind((host, int(sys.argv[1])))
        s.listen()
        s.close()
    except OSError as e:
        said = {errno.EADDRINUSE: 'taken', errno.EACCES: 'denied'}.get(e.errno, said)
print(said)
P
}

# free_port FIRST: the first port from there on that is free on both loopback addresses.
free_port() {
	_port=$1
	until [ "$(port_state "$_port")" = free ]; do _port=$((_port + 1)); done
	echo "$_port"
}

# wait_for SECONDS COMMAND...: until it succeeds. Counts steps: the clock may be a false one.
wait_for() {
	_left=$(($1 * 10)); shift
	until "$@" >/dev/null 2>&1; do
		_left=$((_left - 1))
		[ $_left -gt 0 ] || return 1
		sleep 0.1
	done
}

# own_system [ARGUMENTS OF scripts/run]: for a test that needs a system of its own; sets RUN_ENV
# and stops it at the end of the test, however that ends; stop_own_system does it earlier. With two
# workers of the event host, which have more to disagree about than the one of scripts/run.
stop_own_system() { kill "$_run" 2>/dev/null; wait "$_run" 2>/dev/null; }
own_system() {
	_dir=$(mktemp -d /tmp/chulcheck.XXXXXX)
	scripts/run --dir "$_dir" --port "$(free_port $((20000 + $$ % 9000)))" --no-install --set attend.workers=2 "$@" >"$_dir.log" 2>&1 </dev/null &
	_run=$!
	at_exit="stop_own_system; rm -rf $_dir $_dir.log; ${at_exit:-:}"
	trap 'exit 143' HUP INT TERM
	_ended() { [ -f "$_dir/run.env" ] || ! kill -0 $_run; }
	wait_for 120 _ended
	RUN_ENV=$_dir/run.env
	[ -f "$RUN_ENV" ] && return 0
	sed 's/^/# /' "$_dir.log"
	echo 'not ok - the system starts'
	echo "${passed:-0} passed, $((${failed:-0} + 1)) failed"
	exit 1
}
