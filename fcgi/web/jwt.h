#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* jwt.h - access tokens and ID tokens: JWS compact serialisation (RFC 7515), RS256 only
 * (RFC 8725 3.1), JWKS (RFC 7517).
 *
 * A verifier holds the public keys of one issuer and a bounded cache of tokens it has already
 * verified; it is safe from many threads. The key is chosen by kid among the keys that we
 * hold; nothing in a token (jku, x5u, jwk) leads anywhere. */
#include <stdbool.h>
#include <stdint.h>

#include "base/rc.h"
#include "web/identity.h"

struct arena;
struct json;
struct jwks;
struct jwt_rules;
struct jwt_signer;
struct jwt_verifier;

/* Signs with the keys of a folder (KID.pem), read again when the folder changes; safe from many
 * threads. Which key signs when: jwt_keys.h. RC_CONFIG if there is none. */
[[nodiscard]] enum rc jwt_signer_open(struct jwt_signer **ret, const char *folder,
    const char **ret_error);
struct jwt_signer *jwt_signer_close(struct jwt_signer *);

/* Signs claims (a JSON object). typ: "at+jwt" or "JWT". Returns the token in the arena. */
[[nodiscard]] enum rc jwt_sign(struct jwt_signer *, struct arena *, const char *typ,
    const char *claims, const char **ret);

/* The public half of all its keys as a JWK set. */
const char *jwt_jwks(struct jwt_signer *, struct arena *);

/* Makes the first key of a folder (made if missing, 0700) and writes the JWK set of all keys to
 * jwks_path (0644) by rename. If there are keys, only the set is put right. Safe from many
 * processes at once. */
[[nodiscard]] enum rc jwt_keys_create(const char *folder, const char *jwks_path,
    const char **ret_error);

/* Reads the JWK set from a file; reads it again when a kid is unknown and the file has
 * changed. issuer and audience are compared exactly. The texts must outlive the verifier.
 * The first is for our own auth host, the second for any provider (jwt_claims.h). */
[[nodiscard]] enum rc jwt_verifier_open(struct jwt_verifier **ret, const char *jwks_path,
    const char *issuer, const char *audience, const char **ret_error);
[[nodiscard]] enum rc jwt_verifier_open_rules(struct jwt_verifier **ret,
    const struct jwt_rules *, const char **ret_error);
struct jwt_verifier *jwt_verifier_close(struct jwt_verifier *);

/* Checks signature, typ (at+jwt), iss, aud, exp, nbf, iat (60 s leeway for nbf and iat only)
 * and fills *ret in the arena. RC_UNAUTH for every fault. now_s: seconds since the epoch. */
[[nodiscard]] enum rc jwt_access(struct jwt_verifier *, struct arena *, const char *token,
    int64_t now_s, struct identity *ret);

/* A security event token (RFC 8417, typ secevent+jwt) of the issuer for an audience; claims in
 * *ret. It has no end: events are to be taken twice without harm. */
[[nodiscard]] enum rc jwt_event(struct jwt_verifier *, struct arena *, const char *token,
    const char *audience, int64_t now_s, const struct json **ret);

/* The same for an ID token (typ JWT, aud = client_id, nonce compared); claims in *ret. */
[[nodiscard]] enum rc jwt_id_token(struct jwt_verifier *, struct arena *, const char *token,
    const char *client_id, const char *nonce, int64_t now_s, const struct json **ret);

/* An ID token of our issuer as a hint of who is meant: run out or not, for whichever client. */
[[nodiscard]] enum rc jwt_id_hint(struct jwt_verifier *, struct arena *, const char *token,
    int64_t now_s, const struct json **ret);

/* A client's assertion (RFC 7523), whose keys depend on who it says it is: jwt_peek() reads
 * what it says of itself, unproven, or NULL; jwt_by_keys() checks the signature, RS256, with
 * the key that its kid names, or the only one if one of them has no kid. The claims are the caller's to check. */
const struct json *jwt_peek(struct arena *, const char *token);
[[nodiscard]] enum rc jwt_by_keys(const struct jwks *, struct arena *, const char *token,
    const struct json **ret);
