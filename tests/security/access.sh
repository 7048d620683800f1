#!/bin/sh
# access.sh - who may do what (SEC-35): every route that the programs list, asked by nobody, a
# customer, each role of staff and a server; the answer follows from the route's access alone. Then
# what belongs to whom: a customer's grants, attendance and purchases, another's erasing of traces;
# and members of JSON or fields of forms that would set more than was asked for.
#
# Tokens of each role are made here with the system's own key, so the roles need no accounts.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. scripts/lib.sh
own_system --customers 2
. "$RUN_ENV"
. tests/security/lib.sh

for role in customer viewer operator owner client; do mint "mint-$role" $role >"$work/t.$role"; done
: >"$work/t.nobody"
api GET /v1/rewards/status "$(cat "$work/t.customer")"; is 'a token made here is taken' "$status" 200
rank() { case $1 in ANYONE) echo 0 ;; CUSTOMER | customer) echo 1 ;; VIEWER | viewer) echo 2 ;; OPERATOR | operator) echo 3 ;; OWNER | owner) echo 4 ;; nobody) echo 0 ;; esac; }
# What the route's access means for someone: yes, 401 or 403.
allowed() { # ACCESS WHO
	case $1 in
	ANYONE) echo yes ;;
	CLIENT) case $2 in nobody) echo 401 ;; client) echo yes ;; *) echo 403 ;; esac ;;
	CUSTOMER | VIEWER | OPERATOR | OWNER) case $2 in
		nobody) echo 401 ;;
		client) echo 403 ;;
		*) if [ "$(rank "$2")" -ge "$(rank "$1")" ]; then echo yes; else echo 403; fi ;;
		esac ;;
	*) echo "an access that this test does not know: $1" ;;
	esac
}
told() { # NAME WANT: yes is anything but 401, 403 and 5xx
	case $2 in
	yes) case $status in 401 | 403 | 5??) is "$1" "$status" 'let in' ;; *) ok "$1: let in" true ;; esac ;;
	*) is "$1" "$status" "$2" ;;
	esac
}

# Programs: a bearer token, a body that is valid JSON and says nothing.
for method in GET POST; do
	routes API $method | while read -r host path access; do
		# Open in the table because it takes tokens of any provider, which it checks itself.
		[ "$path" != /v1/standing ] || access=CUSTOMER
		for who in nobody customer viewer operator owner client; do
			set --
			[ $who = nobody ] || set -- -H "Authorization: Bearer $(cat "$work/t.$who")"
			[ $method = GET ] || set -- "$@" -H 'Content-Type: application/json' -d '{"x-unknown":1}'
			req $method "$host$path" "$@"
				told "$method $host$path by $who" "$(allowed "$access" $who)"
		done
	done
done >"$work/out"
cat "$work/out"; passed=$((passed + $(grep -c '^ok' "$work/out"))) failed=$((failed + $(grep -c '^not ok' "$work/out")))
ok 'programs: all were asked' [ "$(grep -cE '^(not )?ok' "$work/out")" -ge 50 ]

# Pages of the event host: the cookie.
routes PAGE GET | grep "^$EVENT_URL " | while read -r host path access; do
	for who in nobody customer viewer operator owner client; do
		want=$(allowed "$access" $who)
		set --
		[ $who = nobody ] || set -- -b "access=$(cat "$work/t.$who")"
		req GET "$host$path" "$@"
		if [ $who = nobody ] && [ "$want" = 401 ]; then
			has "GET $host$path by nobody: to the sign-in page" "$status $head" 'Location: /sign-in'
		elif [ "$path" = /callback ]; then
			is "GET $host$path by $who: nobody asked for it" "$status" 400
		else
			told "GET $host$path by $who" "$want"
		fi
	done
done >"$work/out"
cat "$work/out"; passed=$((passed + $(grep -c '^ok' "$work/out"))) failed=$((failed + $(grep -c '^not ok' "$work/out")))

# Forms of the event host, each with its good token and a field too many, so that nothing happens.
for who in nobody customer viewer operator owner; do
	: >"$work/jar.$who"
	browser $who
	if [ $who != nobody ]; then
		printf '#HttpOnly_event.localhost\tFALSE\t/\tFALSE\t0\taccess\t%s\n' "$(cat "$work/t.$who")" >"$work/jar.$who"
		page "$EVENT_URL/"; csrf=$(field csrf)
	fi
	routes PAGE POST | grep "^$EVENT_URL " | while read -r host path access; do
		req POST "$host$path" -b "$jar" -d "x-unknown=1&csrf=${csrf:-}"
		want=$(allowed "$access" $who)
		[ $who != nobody ] || [ "$want" != yes ] || want=403 # a form needs somebody's session
		told "POST $host$path by $who" "$want"
	done
done >"$work/out"
cat "$work/out"; passed=$((passed + $(grep -c '^ok' "$work/out"))) failed=$((failed + $(grep -c '^not ok' "$work/out")))

# Pages of the auth host by nobody and by a customer, whose session is the auth host's own.
browser account; sign_in customer1@example.kr "$CUSTOMERS_PASSWORD"
{ routes PAGE GET; routes PAGE POST | sed 's/$/ POST/'; } | grep "^$AUTH_URL " | while read -r host path access method; do
	req "${method:-GET}" "$host$path" ${method:+-d x-unknown=1}
	if [ -n "$method" ] && [ "$access" = ANYONE ]; then is "POST $host$path by nobody" "$status" 403
	elif [ -n "$method" ]; then ok "POST $host$path by nobody" [ "$status" = 401 ]
	elif [ "$access" != ANYONE ]; then is "GET $host$path by nobody: to the sign-in page" "$status" 303
	fi
	case $access in VIEWER | OPERATOR | OWNER)
		req "${method:-GET}" "$host$path" -b "$work/jar.account"; is "${method:-GET} $host$path by a customer" "$status" 403 ;;
	esac
	# The event host's token is nothing here.
	[ -n "$method" ] || [ "$access" = ANYONE ] || { req GET "$host$path" -b "access=$(cat "$work/t.owner")"; is "GET $host$path with the other host's cookie" "$status" 303; }
done >"$work/out"
cat "$work/out"; passed=$((passed + $(grep -c '^ok' "$work/out"))) failed=$((failed + $(grep -c '^not ok' "$work/out")))

# A cookie where a header is wanted, and the other way round.
req GET "$EVENT_URL/v1/rewards/status" -b "access=$(cat "$work/t.customer")"; is 'an API route takes no cookie' "$status" 401
req GET "$EVENT_URL/history" -H "Authorization: Bearer $(cat "$work/t.customer")"; is 'a page takes no header' "$status" 303

# What is whose.
a=$(token customer1@example.kr "$CUSTOMERS_PASSWORD")
b=$(token customer2@example.kr "$CUSTOMERS_PASSWORD")
api POST /v1/check-ins "$a"; is 'A checks in' "$status" 201
api GET /v1/grants "$a"; id=$(json grants.0.grant)
ok 'A has a grant' [ -n "$id" ]
api GET /v1/grants "$b"; is 'B sees none' "$(json grants)" '[]'
api POST "/v1/grants/$id/claim" "$b"; is 'B cannot claim it' "$status" 404
api POST "/v1/grants/999999/claim" "$b"; is 'and cannot tell it from one that is not there' "$status" 404
api GET /v1/attendance "$b"; is 'B sees no attendance of A' "$(json count)" 0
req GET "$AUTH_URL/v1/purchases?email=customer1@example.kr" -H "Authorization: Bearer $b"; is 'B cannot ask for purchases of A' "$status" 400
req POST "$AUTH_URL/v1/verifications" -H "Authorization: Bearer $b" -H 'Content-Type: application/json' -d '{"email":"customer1@example.kr"}'; is 'nor for the standing of A' "$status" 403
browser b; sign_in customer2@example.kr "$CUSTOMERS_PASSWORD"
page "$EVENT_URL/"; post "$EVENT_URL/rewards/claim" "id=$id"; is 'nor claim it by form' "$status" 404
is 'it is as it was' "$(sql "$ATTEND_DB" "SELECT state FROM \"grant\" WHERE id = $id")" granted
api POST "/v1/grants/$id/claim" "$a"; is 'A can' "$status" 200

# More than was asked for is refused, and changes nothing.
before=$(dump)
for more in '"customer_id":1' '"day":"2026-11-01"' '"count":99' '"role":"owner"' '"email":"x@example.kr"' '"standing":"verified"' '"__proto__":{}'; do
	api POST /v1/check-ins "$b" "{$more}"; is "check-in with $more" "$status" 400
	api POST "/v1/grants/$id/claim" "$a" "{$more}"; is "claim with $more" "$status" 400
	req POST "$AUTH_URL/v1/sign-in" -H 'Content-Type: application/json' -d "{\"email\":\"customer2@example.kr\",\"password\":\"$CUSTOMERS_PASSWORD\",$more}"
	is "sign-in with $more" "$status" 400
done
for more in role=owner account_id=1 standing=verified email_verified=1; do
	browser "more"; page "$AUTH_URL/sign-up"
	post "$AUTH_URL/sign-up" name=x email=x@example.kr 'password=a long enough password' "$more"; is "sign-up with $more" "$status" 400
done
is 'nothing has changed' "$(dump)" "$before"
finish
