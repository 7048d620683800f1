# lib.sh - a server for tests: the programs installed, what chulcheck-setup makes, Debian's nginx on ports 80 and 443;
# all of it in a copy of this machine that is written to memory only, with a network of its own. Source it from
# the top folder after tests/lib.sh, first of all; everything ends with the test.
#
#	$root		where the copy is
#	on COMMAND...	runs there
#	host		starts the workers of both hosts and nginx, as their units say
#	unit UNIT NAME	the value of a line of a unit
if [ $$ != 1 ] || [ -z "${SITE:-}" ]; then
	[ "$(id -u)" = 0 ] || { ok 'a copy of this machine can be made: that is for root' false; finish; }
	# Mounts and programs end with the namespaces; what is left is an empty folder.
	SITE=$work unshare --mount --net --pid --fork --kill-child --mount-proc --propagation private bash "$0"
	exit
fi
umask 022
rmdir "$work"
work=$SITE root=$SITE/root
at_exit=: # nothing is removed: it is all in memory, and of other mounts nothing is ours
_no() { ok "a copy of this machine can be made: $1" false; finish; }
mount -t tmpfs -o mode=700 chulcheck "$work" && mkdir "$work/upper" "$work/work" "$root" || _no 'a file system in memory'
mount -t overlay -o "lowerdir=/,upperdir=$work/upper,workdir=$work/work" chulcheck "$root" || _no 'a layer over the others'
mount -t proc proc "$root/proc" && mount -t tmpfs -o mode=755 chulcheck "$root/run" && mount -t tmpfs -o mode=755 chulcheck "$root/dev" || _no 'proc, run, dev'
# Device nodes of its own: nothing of the machine's is bound in.
for _n in 'null 3' 'zero 5' 'full 7' 'random 8' 'urandom 9'; do mknod -m 666 "$root/dev/${_n% *}" c 1 "${_n#* }" || _no "$_n"; done
ln -s /proc/self/fd "$root/dev/fd"
ip link set lo up || _no 'a network'
on() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 "$@"; }
unit() { sed -n "s/^$2=//p" "$root/lib/systemd/system/$1"; }

make -s install DESTDIR="$root" UNITDIR=/lib/systemd/system || { ok 'make install' false; finish; }
# A machine without settings or data of chulcheck, and Debian's nginx with nobody else's sites.
on sh -c 'rm -rf /etc/chulcheck /var/lib/chulcheck /etc/nginx/sites-enabled/* /etc/nginx/sites-available/chulcheck.conf /etc/nginx/conf.d/* &&
	ln -s ../sites-available/default /etc/nginx/sites-enabled/default'
on systemd-sysusers chulcheck.conf 2>/dev/null
on systemd-tmpfiles --create chulcheck.conf

host() {
	for _host in auth attend; do
		mkdir -p "$root/run/credentials/$_host"
		unit chulcheck-$_host.service LoadCredential | while IFS=: read -r _name _file; do
			[ ! -e "$root$_file" ] || on install -o chulcheck-$_host -m 400 "$_file" "/run/credentials/$_host/$_name"
		done
		on sh -c "exec setpriv --reuid chulcheck-$_host --regid chulcheck-$_host --clear-groups env \
		    CREDENTIALS_DIRECTORY=/run/credentials/$_host $(unit chulcheck-$_host.service ExecStart)" >"$work/$_host.log" 2>&1 &
	done
	on sh -c "$(unit nginx.service ExecStart)"
	_both() { curl -fs -o /dev/null https://event.localhost/readyz && curl -fs -o /dev/null https://auth.localhost/readyz; }
	ok 'both hosts are ready' wait_for 30 _both
}
# What curl is told at each call.
export CURL_HOME=$work
echo "cacert = $root/etc/chulcheck/tls/certificate.pem" >"$work/.curlrc"
EVENT_URL=https://event.localhost AUTH_URL=https://auth.localhost
