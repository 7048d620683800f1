# lib.sh - machines for tests: a fresh Debian 12 that systemd boots in systemd-nspawn, with a network
# of its own. Source it from the top folder, after scripts/lib.sh and tests/lib.sh; all ends with the test.
#
#	machine NAME		which one the functions below mean: $root is its tree
#	debian [PACKAGE...]	makes its tree, with these packages
#	fetch PACKAGE...	downloads packages, or what files of the tree (/opt/*.deb) depend on: it has no way out
#	boot [ARGUMENTS OF systemd-nspawn]	starts it, with no network but its loopback unless arguments say other
#	lan ADDRESS/BITS	makes a network of its own, in which this machine has the address; $network is a file of it
#	address ADDRESS/BITS	gives the machine, booted in that network, an address there
#	inside COMMAND...	runs there; near COMMAND... runs here, in its network
#	halt, kill_machine	stops it; the second as if the power went
#	active UNIT...		are they running there?
#	get URL [ARGUMENTS]	prints the status; the body is in $work/body
#	load; unload		requests on both hosts in between; sets $n, how many were answered, and $bad, what was no 200
#
# Only with MACHINE=1 (scripts/test --machine): packages and trees take a while. Where no machine can be
# booted, that is a failure.
[ -n "${MACHINE:-}" ] || finish
machines='' _machine=''
_mark() { # NAME OF A FACT: the file it is in
	echo "$work/$_machine.$1"
}
machine() {
	_machine=$1 root=$work/$1
	case " $machines " in *" $1 "*) ;; *) machines="$machines $1" ;; esac
}
no_machine() { echo "# $1"; ok "$2" false; finish; }
[ "$(id -u)" = 0 ] || no_machine 'systemd-nspawn wants root' 'a machine can be booted'

debian() {
	_with=$(echo systemd systemd-sysv dbus ca-certificates curl iproute2 procps "$@" | tr ' ' ,)
	mmdebstrap -q --variant=minbase --include="$_with" bookworm "$root" http://deb.debian.org/debian >"$work/mmdebstrap" 2>&1 ||
	    no_machine "$(tail -n 5 "$work/mmdebstrap")" 'mmdebstrap makes a Debian 12'
}
fetch() {
	systemd-nspawn -q --register=no --keep-unit --pipe -D "$root" sh -c \
	    'apt-get update -qq && apt-get install -qq -d -y --no-install-recommends $*' sh "$@" >"$work/fetch" 2>&1 || no_machine "$(tail -n 5 "$work/fetch")" 'the mirror has what the packages need'
}
_gone() { ! kill -0 "$1" 2>/dev/null; }
_leader() { cat "$(_mark leader)" 2>/dev/null; }
_child() { # PID OF systemd-nspawn: notes the machine's first process, as it is seen from here
	for _c in $(cat "/proc/$1/task/$1/children" 2>/dev/null); do
		! grep -q '^NSpid:.*[[:space:]]1$' "/proc/$_c/status" 2>/dev/null || { echo "$_c" >"$(_mark leader)"; return 0; }
	done
	return 1
}
_up() { # what has failed is for the test to say
	inside systemctl is-system-running --wait | grep -qxE 'running|degraded'
}
network='' _lan=''
lan() {
	_lan=chulcheck-$$
	ip netns add $_lan && at_exit="$at_exit; ip netns del $_lan" &&
	    ip netns exec $_lan sh -c "ip link set lo up; ip link add lan0 type bridge; ip addr add $1 dev lan0; ip link set lan0 up" ||
	    no_machine 'ip netns add' 'a network can be made'
	network=/run/netns/$_lan
}
address() {
	inside ip addr add "$1" dev host0
	inside ip link set host0 up
}
boot() {
	[ $# -gt 0 ] || { [ -z "$_lan" ] && set -- --private-network || set -- --network-bridge=lan0; }
	${_lan:+nsenter --net="$network"} systemd-nspawn -q --register=no --keep-unit --machine="$_machine-$$" --console=read-only -b -D "$root" "$@" >"$work/console" 2>&1 </dev/null &
	echo $! >"$(_mark nspawn)"
	wait_for 20 _child $! && wait_for 60 _up && return 0
	no_machine "$(tail -n 5 "$work/console")" 'systemd boots in the machine'
}
_ended() {
	wait "$(cat "$(_mark nspawn)")" 2>/dev/null
	rm -f "$(_mark leader)"
}
# The machine ends with its first process, which is killed if it does not power off.
halt() {
	[ -n "$(_leader)" ] || return 0
	(inside systemctl poweroff) >/dev/null 2>&1 # in a shell of its own, which says that it was killed
	wait_for 30 _gone "$(_leader)" || kill -KILL "$(_leader)"
	_ended
}
kill_machine() { kill -KILL "$(_leader)"; _ended; }
halt_all() { for _m in $machines; do machine "$_m"; halt; done; }
at_exit="halt_all; $at_exit"
trap 'exit 143' HUP INT TERM
inside() {
	nsenter -t "$(_leader)" -m -u -i -n -p -- env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
}
near() { nsenter -t "$(_leader)" -n -- "$@"; }
active() { for _unit; do inside systemctl is-active -q "$_unit" || return 1; done; } # of several names, systemctl wants one
get() {
	_url=$1; shift
	inside curl -s -m 10 --cacert /etc/chulcheck/tls/certificate.pem -o - -w '\n%{http_code}' "$@" "$_url" >"$work/answer"
	sed '$d' "$work/answer" >"$work/body"
	tail -n 1 "$work/answer"
}
# Each on a connection of its own: one that nginx closes may be lost by the client, which then asks again.
load() {
	inside touch /run/load
	for host in event auth event auth; do
		loads=$((loads + 1)) # not in the redirection, which is expanded in the subshell
		inside sh -c "while [ -e /run/load ]; do curl -s -k -m 20 --http1.1 -H 'Connection: close' -o /dev/null -w '%{http_code} %{time_total} %{errormsg}\\n' 'https://$host.localhost/readyz?[1-100]'; done" >"$work/load.$loads" 2>/dev/null &
		loaders="$loaders $!"
	done
}
unload() {
	inside rm /run/load
	# shellcheck disable=SC2086
	wait $loaders
	n=$(cat "$work"/load.* | wc -l) bad=$(cat "$work"/load.* | grep -v '^200 ')
	[ -z "$bad" ] || inside tail -n 3 /var/log/nginx/error.log
	loaders='' loads=0
	rm "$work"/load.*
}
loaders='' loads=0
