#!/bin/bash
# redirects.sh - nobody is led elsewhere (SEC-46): each place that takes an address to go on to gets
# the forms that have led browsers away from elsewhere; every Location must be a path of the same
# site or an address of one of our two hosts. Then CORS (SEC-48): no origin is let in.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. scripts/lib.sh
own_system --customers 1
. "$RUN_ENV"
. tests/security/lib.sh

host=${EVENT_URL#http://}
forms=(
	'//evil.example' '///evil.example' '////evil.example/%2f..' '/\evil.example' '\\evil.example' '\/evil.example' '/\/evil.example'
	'https:evil.example' 'https:/evil.example' 'https://evil.example' 'HTTPS://EVIL.EXAMPLE' 'http:evil.example' 'javascript:alert(1)'
	'data:text/html,x' '%2f%2fevil.example' '%2F%2Fevil.example' '%5cevil.example' "//$host@evil.example" "http://$host@evil.example/"
	"http://$host.evil.example/" "$EVENT_URL@evil.example" "$EVENT_URL.evil.example" "$AUTH_URL:80@evil.example" '@evil.example' '.evil.example'
	$'/\r\nX-Evil: 1' $'/\nX-Evil: 1' $'/\rX-Evil: 1' '/%0d%0aX-Evil: 1' $'/\t/evil.example' $'\t//evil.example' ' //evil.example' $'/\v/evil.example'
	$'/\x01/evil.example' '／／evil.example' '//evil。example' '//evil%E3%80%82example' '?next=//evil.example' '#//evil.example' 'evil.example'
	'mailto:x@evil.example' '//[::1]/' '//0x7f.1/' 'ftp://evil.example' '/..//evil.example' $'/\xe2\x80\xaeevil' $'/\xff'
)
shown() { printf '%q' "$1"; }
# Every Location of the last answers, each alone on its line.
stays() { # NAME
	bad=$(echo "$head" | grep -iE '^(location|refresh):' | sed -E 's/^[^:]*: ?//' | grep -vE "^(/([^/\\].*)?|($EVENT_URL|$AUTH_URL)([/?].*)?)\$")
	bad=$bad$(echo "$head" | grep -i '^x-evil')$(echo "$head" | grep -i '^location' | LC_ALL=C grep '[^ -~]')
	case $status in 5?? | 000) bad="$bad status $status" ;; esac
	is "$1" "$bad" ''
}
escape() { printf %s "$1" | od -An -v -tx1 | tr -d ' \n' | sed 's/../%&/g'; }

browser visitor; sign_in customer1@example.kr "$CUSTOMERS_PASSWORD"
is 'signed in' "$url" "$EVENT_URL/"
page "$AUTH_URL/account"; csrf=$(field csrf)
browser guest; page "$AUTH_URL/sign-in"; guest_csrf=$(field csrf)
for f in "${forms[@]}"; do
	e=$(escape "$f") n=$(shown "$f")
	# Signing in at the auth host: what the form carries on, and where it then leads.
	req GET "$AUTH_URL/sign-in?next=$e" -b "$work/jar.guest"; stays "sign-in?next=$n"
	next=$(field next)
	case $status in
	200) case $next in
		//* | /\\* | [!/]*) is "sign-in?next=$n: the form's next" "$next" 'a path' ;;
		*) ok "sign-in?next=$n: the form's next" true ;;
		esac ;;
	esac
	req GET "$AUTH_URL/sign-in?next=$e" -b "$work/jar.visitor"; stays "sign-in?next=$n, signed in already"
	req GET "$AUTH_URL/authorize?response_type=code&client_id=chulcheck-attend&redirect_uri=$e" -b "$work/jar.visitor"
	is "authorize: redirect_uri=$n: no redirect at all" "$status $(echo "$head" | grep -ci '^location')" '400 0'
	req GET "$AUTH_URL/authorize?response_type=code&client_id=chulcheck-attend&redirect_uri=$(escape "$EVENT_URL/callback")$e" -b "$work/jar.visitor"
	is "authorize: redirect_uri of ours and $n: no redirect at all" "$status $(echo "$head" | grep -ci '^location')" '400 0'
	for c in '' '&client_id=chulcheck-attend' '&client_id=shop'; do
		req GET "$AUTH_URL/sign-out?post_logout_redirect_uri=$e$c"; stays "sign-out?post_logout_redirect_uri=$n$c, nobody"
		hasnt "sign-out?post_logout_redirect_uri=$n$c: not even named as a link" "$body" 'href="//evil'
	done
	req POST "$AUTH_URL/sign-out" -b "$work/jar.guest" -d "csrf=$guest_csrf&client_id=chulcheck-attend&post_logout_redirect_uri=$e"; stays "POST sign-out: $n"
	# The event host: all the way through the provider and back.
	browser visitor
	page "$EVENT_URL/sign-in?to=$e"; stays "event sign-in?to=$n"
	case $url in "$EVENT_URL"/* | "$AUTH_URL"/*) ok "event sign-in?to=$n: ends here" true ;; *) is "event sign-in?to=$n: ends here" "$url" "$EVENT_URL/..." ;; esac
	for u in "$EVENT_URL" "$AUTH_URL"; do
		req GET "$u/lang/en?next=$e"; stays "$u/lang/en?next=$n"
		case $f in *[$'\r\n\xff\x01\v\t']*) continue ;; esac
		req GET "$u/lang/en" -H "Referer: $f"; stays "$u/lang/en, Referer: $n"
		req GET "$u/lang/en" -H "Referer: $u$f"; stays "$u/lang/en, Referer: ours and $n"
	done
	# A Host that is not ours is nobody's address.
	case $f in *[$'\r\n\xff\x01\v\t']*) continue ;; esac
done
# Posted, one of each kind: each costs a password's computation.
for f in '//evil.example' '/\evil.example' 'https:evil.example' '%2f%2fevil.example' $'/\r\nX-Evil: 1'; do
	browser posted; : >"$jar"; page "$AUTH_URL/sign-in"
	req POST "$AUTH_URL/sign-in" -b "$jar" --data-urlencode "csrf=$(field csrf)" --data-urlencode 'email=customer1@example.kr' --data-urlencode "password=$CUSTOMERS_PASSWORD" --data-urlencode "next=$f"
	stays "POST sign-in next=$(shown "$f")"
done
for h in evil.example "evil.example:80" "$host.evil.example" 'evil.example/'; do
	for path in /sign-in /history /account /authorize /lang/en; do
		req GET "$EVENT_URL$path" -H "Host: $h"; hasnt "Host: $h $path: not repeated" "$head" evil.example
	done
done

# CORS: no route of either host lets a foreign page read its answer.
for o in http://evil.example null "$AUTH_URL.evil.example"; do
	{ routes PAGE GET; routes API GET; routes API POST; routes OPEN GET; routes OPEN POST; } | sort -u | while read -r u path access; do
		for m in GET OPTIONS; do
			req $m "$u$path" -H "Origin: $o" -H 'Access-Control-Request-Method: POST' -H 'Access-Control-Request-Headers: authorization'
			echo "$head" | grep -i '^access-control-allow' | sed "s|^|$m $u$path: |"
		done
	done >"$work/cors"
	is "CORS: Origin $o is let in nowhere" "$(cat "$work/cors")" ''
done
finish
