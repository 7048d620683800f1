# lib.sh - what the security tests share. Source it after tests/lib.sh, with a system running.
#
#	routes KIND METHOD	"HOST PATH ACCESS" of each such route, {names} as 1; HOST is a URL
#	mint SUB ROLE		an access token made here with the system's own key
#	dump			both databases without what signing in and out leaves
dir=$(dirname "$RUN_ENV")
jar_of() { echo "$work/jar.$1"; }
routes() {
	{ "$BIN/chulcheck-attend" --routes | sed "s|^|$EVENT_URL |"; "$BIN/chulcheck-auth" --routes | sed "s|^|$AUTH_URL |"; } |
	    awk -v kind="$1" -v method="$2" '$4 == kind && $2 == method { gsub(/{lang}/, "ko", $3); gsub(/{[^}]*}/, "1", $3); print $1, $3, $5 }'
}
b64() { basenc --base64url -w0 | tr -d =; }
mint() {
	_key=$(ls "$dir"/auth/keys/*.pem | tail -1) _now=$(date +%s)
	_kid=$(basename "$_key" .pem)
	_t=$(printf '{"alg":"RS256","typ":"at+jwt","kid":"%s"}' "$_kid" | b64).$(printf '{"iss":"%s","aud":"chulcheck","sub":"%s","sid":"sid-%s","client_id":"chulcheck-attend","name":"%s","email":"%s@example.kr","role":"%s","standing":"verified","iat":%d,"exp":%d%s}' \
	    "$AUTH_URL" "$1" "$1" "$1" "$1" "$2" "$_now" $((_now + 300)) "${3:-}" | b64)
	printf '%s.%s\n' "$_t" "$(printf %s "$_t" | openssl dgst -sha256 -sign "$_key" -binary | b64)"
}
# What may change when somebody merely looks: sessions, their tokens, attempts and the form's own rows.
_passing='session|refresh_token|auth_code|sign_in_attempt|attempt|sqlite_sequence|device'
dump() {
	for _db in "$ATTEND_DB" "$AUTH_DB"; do
		sqlite3 -cmd '.timeout 5000' -cmd 'PRAGMA wal_autocheckpoint=0' "$_db" .dump | grep -vE "^INSERT INTO \"?($_passing)\"? "
	done
}
unchanged() { # NAME: the dump is that in $work/before
	dump >"$work/after"
	is "$1" "$(diff "$work/before" "$work/after" | cut -c1-200 | head -5)" ''
}
