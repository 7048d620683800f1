#!/bin/sh
# local_socket.sh - local_socket: what the event host asks of the auth host goes over a Unix socket, and
# nowhere else. Starts a system of its own, and an nginx on the socket.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. scripts/lib.sh
own_system --set "attend.local_socket=$work/http.sock" --set "notify.local_socket=$work/http.sock"
. "$RUN_ENV"
host=${AUTH_URL#http://}

browser customer
sign_in "$CUSTOMER_EMAIL" "$CUSTOMER_PASSWORD"
is 'nobody on the socket: no sign-in, though the address would answer' "$status" 502
cat >"$work/nginx.conf" <<N
daemon off; pid $work/nginx.pid; error_log $work/error.log;
events { }
http {
	client_body_temp_path $work/t1; proxy_temp_path $work/t2; fastcgi_temp_path $work/t3; uwsgi_temp_path $work/t4; scgi_temp_path $work/t5;
	log_format asked '$host \$http_host \$request_method \$uri \$status';
	access_log $work/asked asked;
	server { listen unix:$work/http.sock; location / { proxy_pass http://127.0.0.1:${host##*:}; proxy_set_header Host \$http_host; } }
}
N
PATH=$PATH:/usr/sbin nginx -p "$work" -e "$work/error.log" -c "$work/nginx.conf" & nginx=$!
for _ in $(seq 50); do [ -S "$work/http.sock" ] && break; sleep 0.1; done
browser again
sign_in "$CUSTOMER_EMAIL" "$CUSTOMER_PASSWORD"
is 'somebody there: signed in' "$status" 200
has 'and asked there' "$(cat "$work/asked")" "$host $host POST /token 200"
kill $nginx; wait $nginx 2>/dev/null
finish
