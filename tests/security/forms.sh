#!/bin/sh
# forms.sh - forms of other people's making (SEC-41): every POST of a page, as the programs list
# them, without its form token, with another session's, with one from before signing out, from
# other sites and with another type of body. All are refused, the same form from here is not, and
# nothing in the databases has changed. Then every GET, as a customer and as staff: nothing changes
# by looking.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. scripts/lib.sh
own_system --customers 2
. "$RUN_ENV"
. tests/security/lib.sh

# Forms hold a token of the browser's session at each host.
csrf_at() { page "$1"; field csrf; } # URL, with the jar
browser owner; sign_in "$STAFF_EMAIL" "$STAFF_PASSWORD"
event_csrf=$(csrf_at "$EVENT_URL/") auth_csrf=$(csrf_at "$AUTH_URL/account")
browser other; sign_in customer1@example.kr "$CUSTOMERS_PASSWORD"
event_other=$(csrf_at "$EVENT_URL/") auth_other=$(csrf_at "$AUTH_URL/account")
browser guest
guest_csrf=$(csrf_at "$AUTH_URL/sign-in")
is 'a form token for each session and host' "$(printf '%s\n' "$event_csrf" "$auth_csrf" "$event_other" "$auth_other" "$guest_csrf" | sort -u | grep -c .)" 5
dump >"$work/before"
cp "$work/jar.owner" "$work/jar.kept"

send() { # URL, token or empty, curl arguments; an unknown field beside, so that a good form does nothing
	_to=$1 _csrf=$2; shift 2
	req POST "$_to" -b "$work/jar.kept" -d "x-unknown=1${_csrf:+&csrf=$_csrf}" "$@"
}
refused() { # NAME: 403 for the form's sake, not for the role's
	case $status in
	403) case $body in *'form has expired'*) ok "$1: 403" true ;; *) is "$1: for the form's sake" "$body" 'form has expired' ;; esac ;;
	*) is "$1" "$status" 403 ;;
	esac
}
english='Accept-Language: en'
routes PAGE POST >"$work/posts"
ok 'there are forms' [ "$(wc -l <"$work/posts")" -ge 11 ]
while read -r host path access; do
	u=$host$path
	if [ "$host" = "$EVENT_URL" ]; then good=$event_csrf other=$event_other cross=$auth_csrf; else good=$auth_csrf other=$auth_other cross=$event_csrf; fi
	send "$u" "$good" -H "$english"
	case $status in 400 | 422) ok "$u ($access): the form itself is let through" true ;; *) is "$u ($access): the form itself is let through" "$status" '400 or 422' ;; esac
	send "$u" '' -H "$english"; refused "$u: no token"
	send "$u" "$other" -H "$english"; refused "$u: another session's token"
	send "$u" "$cross" -H "$english"; refused "$u: the other host's token"
	send "$u" "$guest_csrf" -H "$english"; refused "$u: a guest's token"
	send "$u" "${good}A" -H "$english"; refused "$u: a longer token"
	send "$u" "$good&csrf=$good" -H "$english"; refused "$u: two tokens"
	for site in cross-site same-site nonsense; do send "$u" "$good" -H "$english" -H "Sec-Fetch-Site: $site"; refused "$u: Sec-Fetch-Site $site"; done
	for origin in http://evil.example null "$host.evil.example" "https${host#http}" "$([ "$host" = "$EVENT_URL" ] && echo "$AUTH_URL" || echo "$EVENT_URL")"; do
		send "$u" "$good" -H "$english" -H "Origin: $origin"; refused "$u: Origin $origin"
	done
	send "$u" "$good" -H "$english" -H 'Sec-Fetch-Site: same-origin' -H "Origin: $host"
	case $status in 400 | 422) ok "$u: from here" true ;; *) is "$u: from here" "$status" '400 or 422' ;; esac
	for type in text/plain multipart/form-data application/json ''; do
		req POST "$u" -b "$work/jar.kept" -H "$english" -H "Content-Type:${type:+ $type}" -d "csrf=$good"
		case $status in 400 | 403 | 415) ok "$u: a body of ${type:-no type}" true ;; *) is "$u: a body of ${type:-no type}" "$status" '400, 403 or 415' ;; esac
	done
	req GET "$u?csrf=$good&x-unknown=1" -b "$work/jar.kept" -H "$english" # where there is a GET, it only looks
done <"$work/posts"
unchanged 'forms: nothing has changed'

# Looking changes nothing: every GET there is, and every link on the pages, each as it stands.
crawl() { # NAME
	cp "$work/jar.$1" "$work/jar.crawl"
	: >"$work/seen"
	{ routes PAGE GET; routes OPEN GET; } | awk '{ print $1 $2 }' | sort -u >"$work/todo"
	for _round in 1 2 3; do
		: >"$work/next"
		while read -r u; do
			case $u in */metrics | */healthz | */readyz) continue ;; esac
			grep -qxF "$u" "$work/seen" && continue
			echo "$u" >>"$work/seen"
			req GET "$u" -b "$work/jar.crawl"
			case $status in 5??) is "$1: GET $u" "$status" 'no 5xx' ;; esac
			host=$(echo "$u" | grep -oE '^http://[^/]*')
			printf %s "$body" | grep -oE '(href|action)="[^"]*"' | cut -d'"' -f2 | sed 's/&amp;/\&/g' | grep -vE '^(/static|mailto:|#)' |
			    sed "s|^/|$host/|" | grep -E "^($EVENT_URL|$AUTH_URL)" >>"$work/next"
		done <"$work/todo"
		sort -u "$work/next" >"$work/todo"
	done
	ok "$1: there were pages ($(wc -l <"$work/seen"))" [ "$(wc -l <"$work/seen")" -gt 20 ]
}
dump >"$work/before"
crawl owner; unchanged 'GET as staff: nothing has changed'
crawl other; unchanged 'GET as a customer: nothing has changed'

# A token from before signing out.
browser owner
# curl keeps cookies that Max-Age=0 ends, so what a browser does is done here by hand.
forget() { is "$2: forgotten" "$(echo "$head" | grep -c "^Set-Cookie: $2=; .*Max-Age=0")" 1; sed -i "/$1.*	$2	/d" "$jar"; }
req POST "$EVENT_URL/sign-out" -b "$jar" -d "csrf=$event_csrf"
forget event.localhost access; forget event.localhost refresh
req POST "$AUTH_URL/sign-out" -b "$jar" -d "csrf=$auth_csrf"
req GET "$AUTH_URL/account" -b "$jar"; is 'signed out: the old cookie opens nothing' "$status" 303
dump >"$work/before"
while read -r host path access; do
	if [ "$host" = "$EVENT_URL" ]; then good=$event_csrf; else good=$auth_csrf; fi
	req POST "$host$path" -b "$jar" -H "$english" -d "csrf=$good"
	case $status in 401 | 403) ok "$host$path: a token from before signing out" true ;; *) is "$host$path: a token from before signing out" "$status" '401 or 403' ;; esac
done <"$work/posts"
unchanged 'signed out: nothing has changed'
finish
