// openid_client.mjs - the certified relying party openid-client against the running auth host:
// discovery, code with PKCE and the sign-in form, tokens, userinfo, refresh, revocation, client
// credentials, private_key_jwt, public client, prompt, max_age, sign-out; and what must fail, in
// the client or in the server. Called by openid_client.sh.
import { readFileSync } from 'node:fs';
import { createPrivateKey, randomUUID, sign as rsaSign } from 'node:crypto';
import http from 'node:http';
import { custom, errors, generators, Issuer } from 'openid-client';

const env = process.env;
const { AUTH_URL: auth, BACK: back, OUT: out, WORK: work } = env;
let passed = 0;
let failed = 0;

function ok(name, good, why) {
  console.log(`${good ? 'ok' : 'not ok'} - ${name}`);
  if (good) passed++;
  else { failed++; if (why !== undefined) console.log(`#   ${String(why?.stack ?? JSON.stringify(why)).slice(0, 1200).replaceAll('\n', '\n#   ')}`); }
}
const is = (name, got, want) => ok(name, JSON.stringify(got) === JSON.stringify(want), { got, want });
async function fails(name, run, fits) {
  try { ok(name, false, { returned: await run() }); } catch (error) { ok(name, fits(error), error); }
}
const oauth = (error) => (e) => e instanceof errors.OPError && e.error === error;
const mismatch = (text) => (e) => e instanceof errors.RPError && e.message.includes(text);

// Names below .localhost are this machine, whatever its resolver thinks.
const lookup = (host, options, done) => (options.all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4));
custom.setHttpOptionsDefaults({ lookup, timeout: 20000 });

function request(method, url, { headers = {}, form } = {}) {
  const body = form === undefined ? undefined : new URLSearchParams(form).toString();
  return new Promise((resolve, reject) => {
    const r = http.request(url, { method, lookup, timeout: 20000, headers: { ...headers,
      ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body) }) } }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (s) => { text += s; }).on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, text }));
    });
    r.on('error', reject).on('timeout', () => r.destroy(new Error('timeout')));
    r.end(body);
  });
}

// A browser without JavaScript: a cookie jar, forms, redirects within the auth host.
class Browser {
  jar = new Map();

  async open(method, url, form) {
    const answer = await request(method, url, { form, headers: { accept: 'text/html', cookie: [...this.jar].map((c) => c.join('=')).join('; ') } });
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [, name, value] = line.match(/^([^=]+)=([^;]*)/);
      if (value === '') this.jar.delete(name); else this.jar.set(name, value);
    }
    return answer;
  }

  // Follows redirects until one leads to another host (its address is returned) or a page comes.
  async go(url, method = 'GET', form = undefined) {
    let answer = await this.open(method, url, form);
    for (let i = 0; i < 10 && answer.status === 303; i++) {
      url = new URL(answer.headers.location, url).href;
      if (!url.startsWith(`${auth}/`)) return { left: url };
      answer = await this.open('GET', url);
    }
    const onward = answer.headers.refresh?.match(/^0;url=(.*)$/)?.[1];
    if (onward !== undefined) return { left: onward, page: answer.text };
    return { url, page: answer.text, status: answer.status };
  }

  async signIn(at, email = env.CUSTOMER_EMAIL, password = env.CUSTOMER_PASSWORD) {
    return this.go(`${auth}/sign-in`, 'POST', { email, password, csrf: field(at.page, 'csrf'), next: field(at.page, 'next') });
  }
}
function field(page, name) {
  const tag = page.match(new RegExp(`<input[^>]*name="${name}"[^>]*>`))?.[0] ?? '';
  return (tag.match(/value="([^"]*)"/)?.[1] ?? '').replaceAll('&#39;', "'").replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
const atSignIn = (at) => at.url?.startsWith(`${auth}/sign-in?`) ?? false;

const issuer = await Issuer.discover(auth);
is('discovery: issuer', issuer.metadata.issuer, auth);
is('discovery: userinfo', issuer.metadata.userinfo_endpoint, `${auth}/userinfo`);
is('discovery: nothing is said of introspection', issuer.metadata.introspection_endpoint, undefined);
ok('discovery: private_key_jwt', issuer.metadata.token_endpoint_auth_methods_supported.includes('private_key_jwt'));
is('discovery: with RS256', issuer.metadata.token_endpoint_auth_signing_alg_values_supported, ['RS256']);
for (const claim of ['auth_time', 'amr', 'email_verified', 'sid']) ok(`discovery: claim ${claim}`, issuer.metadata.claims_supported.includes(claim));

const common = { redirect_uris: [back], response_types: ['code'], id_token_signed_response_alg: 'RS256' };
const web = new issuer.Client({ ...common, client_id: 'web', client_secret: env.WEB_SECRET, post_logout_redirect_uris: [out] });
const post = new issuer.Client({ ...common, client_id: 'web', client_secret: env.WEB_SECRET, token_endpoint_auth_method: 'client_secret_post' });
const app = new issuer.Client({ ...common, client_id: 'app', token_endpoint_auth_method: 'none' });
const key = (name) => createPrivateKey(readFileSync(`${work}/${name}.pem`)).export({ format: 'jwk' });
const keyedOptions = { ...common, client_id: 'keyed', token_endpoint_auth_method: 'private_key_jwt', token_endpoint_auth_signing_alg: 'RS256' };
const keyed = new issuer.Client(keyedOptions, { keys: [{ ...key('two'), kid: 'two' }] });

// A second may pass between our sign-in and the client's check of max_age: OpenID Connect Core 2
// lets a client leave a few seconds. That the time is new is tried below by comparing two of them.
web[custom.clock_tolerance] = 5;

// A request and what its answer is checked with.
function begin(client, more = {}) {
  const checks = { code_verifier: generators.codeVerifier(), state: generators.state(), nonce: generators.nonce(), response_type: 'code' };
  const params = { scope: 'openid profile email', state: checks.state, nonce: checks.nonce, redirect_uri: back,
    code_challenge: generators.codeChallenge(checks.code_verifier), code_challenge_method: 'S256', ...more };
  if ('max_age' in more) checks.max_age = more.max_age;
  return { client, checks, params, url: client.authorizationUrl(params) };
}
const finish = (b, left) => b.client.callback(back, b.client.callbackParams(left), b.checks);
async function fresh(browser, client, more) {
  const b = begin(client, more);
  const { left } = await browser.go(b.url);
  return { b, left };
}

// The whole way, from nobody to somebody.
const me = new Browser();
let b = begin(web);
let at = await me.go(b.url);
ok('nobody: to the sign-in page', atSignIn(at), at);
at = await me.signIn(at);
ok('signed in: back at the client', at.left?.startsWith(`${back}?code=`), at);
ok('the answer names its issuer', new URL(at.left).searchParams.get('iss') === auth);
let tokens = await finish(b, at.left);
const first = tokens;
let claims = tokens.claims();
is('scope in the answer', tokens.scope, 'openid profile email');
is('ID token: e-mail', [claims.email, claims.email_verified], [env.CUSTOMER_EMAIL, true]);
ok('ID token: name, sid, auth_time', claims.name !== '' && claims.sid !== '' && Math.abs(claims.auth_time - Date.now() / 1000) < 120, claims);
is('ID token: how', claims.amr, ['pwd']);
is('ID token: for us', claims.aud, 'web');
const info = await web.userinfo(tokens);
is('userinfo', info, { sub: claims.sub, name: claims.name, email: claims.email, email_verified: true });
is('userinfo by POST', await web.userinfo(tokens, { method: 'POST' }), info);
await fails('userinfo: a token in the body is none', () => web.userinfo(tokens, { method: 'POST', via: 'body' }), (e) => e instanceof errors.OPError);
await fails('userinfo: of somebody else', () => web.userinfo(first.access_token.replace(/^./, 'x')), oauth('invalid_token'));
tokens = await web.refresh(tokens);
is('refresh: the same person', (await web.userinfo(tokens)).sub, claims.sub);
is('refresh: the same scope', tokens.scope, 'openid profile email');
await fails('introspection is not there', () => web.introspect(tokens.access_token), (e) => e instanceof TypeError);
await web.revoke(tokens.refresh_token);
await fails('revoked: no refresh', () => web.refresh(tokens.refresh_token), oauth('invalid_grant'));

// Signed in: at once, and only what was asked for.
async function scoped(scope, want, told) {
  const { b: q, left } = await fresh(me, post, { scope });
  const t = await finish(q, left);
  is(`scope ${scope}: granted`, t.scope, want);
  const said = await post.userinfo(t);
  is(`scope ${scope}: userinfo`, Object.keys(said).sort(), ['sub', ...told].sort());
  is(`scope ${scope}: ID token`, Object.keys(t.claims()).filter((n) => ['name', 'email', 'email_verified'].includes(n)).sort(), [...told].sort());
  const access = JSON.parse(Buffer.from(t.access_token.split('.')[1], 'base64url').toString());
  is(`scope ${scope}: access token`, [access.scope, 'name' in access, 'email' in access], [want, told.includes('name'), told.includes('email')]);
  return t;
}
await scoped('openid', 'openid', []);
await scoped('openid phone offline_access openid', 'openid', []);
await scoped('email openid', 'openid email', ['email', 'email_verified']);
const named = await scoped('openid profile', 'openid profile', ['name']);
is('a refresh may ask for less', (await post.refresh(named.refresh_token, { exchangeBody: { scope: 'openid' } })).scope, 'openid');
await fails('but not for more', () => post.refresh(named.refresh_token, { exchangeBody: { scope: 'openid email' } }), oauth('invalid_scope'));

// What the client itself must refuse.
let q = await fresh(me, web);
await fails('another state', () => web.callback(back, web.callbackParams(q.left), { ...q.b.checks, state: 'x' }), mismatch('state mismatch'));
await fails('another nonce', () => web.callback(back, web.callbackParams(q.left), { ...q.b.checks, nonce: 'x' }), mismatch('nonce mismatch'));
q = await fresh(me, web);
await fails('another issuer', () => finish(q.b, q.left.replace(/iss=[^&]*/, 'iss=https%3A%2F%2Fevil.example')), mismatch('iss mismatch'));
q = await fresh(me, web);
await fails('an answer without its issuer', () => finish(q.b, q.left.replace(/&iss=[^&]*/, '')), mismatch('iss missing'));
// What the server must refuse.
q = await fresh(me, web);
await fails('another verifier', () => web.callback(back, web.callbackParams(q.left), { ...q.b.checks, code_verifier: generators.codeVerifier() }), oauth('invalid_grant'));
q = await fresh(me, web);
tokens = await finish(q.b, q.left);
await fails('a code twice', () => finish(q.b, q.left), oauth('invalid_grant'));
await fails('and its refresh token has ended', () => web.refresh(tokens), oauth('invalid_grant'));
q = await fresh(me, web);
await fails("another client's code", () => post.grant({ grant_type: 'authorization_code', code: web.callbackParams(q.left).code, redirect_uri: back, code_verifier: 'x'.repeat(43) }), oauth('invalid_grant'));
for (const [name, more, error] of [
  ['no openid', { scope: 'profile' }, 'invalid_scope'],
  ['plain PKCE', { code_challenge_method: 'plain' }, 'invalid_request'],
  ['no PKCE', { code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'],
  ['implicit', { response_type: 'id_token' }, 'unsupported_response_type'],
  ['a request object', { request: 'e30.e30.' }, 'request_not_supported'],
  ['a request by address', { request_uri: 'https://evil.example/' }, 'request_uri_not_supported'],
  ['form_post', { response_mode: 'form_post' }, 'invalid_request'],
  ['prompt=none with login', { prompt: 'none login' }, 'invalid_request'],
  ['an unknown prompt', { prompt: 'create' }, 'invalid_request'],
  ['max_age=x', { max_age: 'x' }, 'invalid_request'],
  ['max_age=-1', { max_age: '-1' }, 'invalid_request'],
]) {
  q = await fresh(me, web, more);
  await fails(name, () => web.callback(back, web.callbackParams(q.left), { state: q.b.checks.state }), oauth(error));
}
for (const uri of [`${back}/`, `${back}?x=1`, back.toUpperCase(), `${back} http://shop.localhost:9/other`, 'http://shop.localhost:9']) {
  at = await me.go(begin(web, { redirect_uri: uri }).url);
  ok(`redirect_uri ${uri}: a page, no way back`, at.status === 400 && at.left === undefined, at);
}
q = await fresh(me, web, { redirect_uri: 'http://shop.localhost:9/other' });
ok('the other registered address', q.left?.startsWith('http://shop.localhost:9/other?code='), q.left);
q = await fresh(me, web, { acr_values: '1', display: 'popup', ui_locales: 'ko en', claims: '{"id_token":{"acr":null}}', prompt: 'consent', response_mode: 'query' });
ok('wishes that may be passed over', (await finish(q.b, q.left)).id_token !== undefined);

// POST is as good as GET.
b = begin(web);
at = await me.go(`${auth}/authorize`, 'POST', Object.fromEntries(new URL(b.url).searchParams));
ok('POST /authorize', (await finish(b, at.left)).claims().sub === claims.sub, at);

// prompt, max_age, hints.
const nobody = new Browser();
q = await fresh(nobody, web, { prompt: 'none' });
await fails('prompt=none: nobody is there', () => finish(q.b, q.left), oauth('login_required'));
q = await fresh(me, web, { prompt: 'none' });
is('prompt=none: signed in', (await finish(q.b, q.left)).claims().sub, claims.sub);
q = await fresh(me, web, { prompt: 'none', id_token_hint: first.id_token });
is('prompt=none with the right hint', (await finish(q.b, q.left)).claims().sub, claims.sub);
const other = new Browser();
at = await other.go(begin(web).url);
b = begin(web);
at = await other.go(b.url);
at = await other.signIn(at, env.NEWCOMER_EMAIL, env.NEWCOMER_PASSWORD);
ok('somebody else is signed in elsewhere', (await finish(b, at.left)).claims().sub !== claims.sub);
q = await fresh(other, web, { prompt: 'none', id_token_hint: first.id_token });
await fails('prompt=none: another account than the hint', () => finish(q.b, q.left), oauth('login_required'));
q = await fresh(other, web, { prompt: 'none', id_token_hint: 'x.y.z' });
await fails('prompt=none: a hint that is none', () => finish(q.b, q.left), oauth('login_required'));
q = await fresh(other, web, { id_token_hint: 'x.y.z' });
ok('a hint that is none, otherwise', q.left?.includes('code='), q.left);
b = begin(web, { id_token_hint: first.id_token });
at = await other.go(b.url);
ok('another account than the hint: asked', atSignIn(at), at);
at = await other.signIn(at, env.NEWCOMER_EMAIL, env.NEWCOMER_PASSWORD);
await fails('and refused when it stays so', () => finish(b, at.left), oauth('login_required'));

const wait = (ms) => new Promise((done) => { setTimeout(done, ms); });
async function again(name, more) {
  const before = (await (async () => { const f = await fresh(me, web); return finish(f.b, f.left); })()).claims();
  await wait(1100);
  const r = begin(web, more);
  let here = await me.go(r.url);
  ok(`${name}: asks`, atSignIn(here), here);
  const marked = new URL(here.url).searchParams.get('next');
  const early = await me.go(`${auth}${marked}`);
  ok(`${name}: not without signing in`, atSignIn(early), early);
  here = await me.signIn(here);
  const t = (await finish(r, here.left)).claims();
  ok(`${name}: auth_time proves it`, t.auth_time > before.auth_time && t.sid !== before.sid, { t, before });
  const twice = await me.go(r.url);
  ok(`${name}: the same request again asks again`, atSignIn(twice), twice);
  const forged = await me.go(`${auth}${marked.replace(/state=[^&]*/, 'state=other')}`);
  ok(`${name}: a mark is of no use to another request`, atSignIn(forged), forged);
}
await again('prompt=login', { prompt: 'login' });
await again('prompt=select_account', { prompt: 'select_account' });
await again('max_age=0', { max_age: 0 });
await wait(2100);
b = begin(web, { max_age: 1 });
at = await me.go(b.url);
ok('max_age=1 after 2 seconds: asks', atSignIn(at), at);
at = await me.signIn(at);
ok('max_age=1: auth_time is checked by the client', (await finish(b, at.left)).claims().auth_time > 0);
q = await fresh(me, web, { max_age: 3600 });
ok('max_age=3600: at once', (await finish(q.b, q.left)).claims().auth_time > 0);
await wait(2100);
q = await fresh(me, web, { max_age: 1, prompt: 'none' });
await fails('max_age=1 with prompt=none', () => finish(q.b, q.left), oauth('login_required'));
at = await nobody.go(begin(web, { login_hint: 'who@example.kr' }).url);
is('login_hint: handed to the form', new URL(at.url).searchParams.get('email'), 'who@example.kr');
at = await nobody.go(begin(web, { login_hint: '+82-10-1234' }).url);
is('login_hint that is no e-mail: passed over', new URL(at.url).searchParams.get('email'), null);
at = await nobody.go(begin(web, { state: '가'.repeat(1000) }).url);
ok('too long to come back from the form', at.left?.includes('error=invalid_request'), at);

// A public client.
q = await fresh(me, app);
tokens = await finish(q.b, q.left);
is('public client', (await app.userinfo(tokens)).sub, claims.sub);
ok('public client: refresh', (await app.refresh(tokens)).refresh_token !== tokens.refresh_token);
await fails('public client: not for itself', () => app.grant({ grant_type: 'client_credentials' }), oauth('unauthorized_client'));
q = await fresh(me, app, { redirect_uri: 'kr.example.app:/callback' });
ok("an app's own scheme", q.left?.startsWith('kr.example.app:/callback?code='), q.left);
await fails('a wrong secret', () => new issuer.Client({ ...common, client_id: 'web', client_secret: 'x' }).grant({ grant_type: 'client_credentials' }), oauth('invalid_client'));

// Client credentials.
const shop = new issuer.Client({ client_id: env.SHOP_CLIENT_ID, client_secret: env.SHOP_CLIENT_SECRET });
const own = await shop.grant({ grant_type: 'client_credentials', scope: 'verifications' });
is('client credentials', own.scope, 'verifications');
let answer = await request('GET', `${auth}/userinfo`, { headers: { authorization: `Bearer ${own.access_token}` } });
ok('userinfo: a server is nobody', answer.status === 403 && answer.headers['www-authenticate'].includes('error="insufficient_scope"'), answer);

// private_key_jwt.
q = await fresh(me, keyed);
tokens = await finish(q.b, q.left);
is('private_key_jwt: code', (await keyed.userinfo(tokens)).sub, claims.sub);
tokens = await keyed.refresh(tokens);
await keyed.revoke(tokens.refresh_token);
await fails('private_key_jwt: revoked', () => keyed.refresh(tokens), oauth('invalid_grant'));
is('private_key_jwt: for itself', (await keyed.grant({ grant_type: 'client_credentials' })).scope, 'verifications');
await fails('private_key_jwt: the key of another kid', () => new issuer.Client(keyedOptions, { keys: [{ ...key('one'), kid: 'two' }] }).grant({ grant_type: 'client_credentials' }), oauth('invalid_client'));
await fails('private_key_jwt: RS512', () => new issuer.Client({ ...keyedOptions, token_endpoint_auth_signing_alg: 'RS512' }, { keys: [{ ...key('two'), kid: 'two' }] }).grant({ grant_type: 'client_credentials' }), (e) => e instanceof errors.OPError || e instanceof TypeError);
await fails('private_key_jwt: a client with a key, without it', () => new issuer.Client({ ...common, client_id: 'keyed', token_endpoint_auth_method: 'none' }).grant({ grant_type: 'client_credentials' }), oauth('invalid_client'));

// Assertions made by hand, one thing wrong in each.
const b64 = (o) => Buffer.from(typeof o === 'string' ? o : JSON.stringify(o)).toString('base64url');
const now = () => Math.floor(Date.now() / 1000);
function assertion({ header = {}, by = 'two', ...wrong } = {}) {
  const text = `${b64({ alg: 'RS256', typ: 'JWT', kid: 'two', ...header })}.${b64({ iss: 'keyed', sub: 'keyed', aud: `${auth}/token`, exp: now() + 60, iat: now(), jti: randomUUID(), ...wrong })}`;
  return `${text}.${rsaSign('sha256', Buffer.from(text), createPrivateKey(readFileSync(`${work}/${by}.pem`))).toString('base64url')}`;
}
const bearer = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const ask = (form, headers) => request('POST', `${auth}/token`, { headers, form: { grant_type: 'client_credentials', client_assertion_type: bearer, ...form } });
async function asserts(name, form, want, headers) {
  const r = await ask(form, headers);
  const error = JSON.parse(r.text).error;
  is(`assertion: ${name}`, [r.status, error ?? null], want);
}
const good = [200, null];
const bad = [401, 'invalid_client'];
const mixed = [400, 'invalid_request'];
await asserts('good', { client_assertion: assertion() }, good);
await asserts('for the issuer', { client_assertion: assertion({ aud: auth }) }, good);
await asserts('for several, us among them', { client_assertion: assertion({ aud: ['https://other.example', auth] }) }, good);
await asserts('with client_id', { client_assertion: assertion(), client_id: 'keyed' }, good);
await asserts('ten minutes ahead', { client_assertion: assertion({ exp: now() + 598 }) }, good);
await asserts('of a set with one key and no names', { client_assertion: assertion({ iss: 'nameless', sub: 'nameless' }) }, good);
await asserts('the same, unnamed', { client_assertion: assertion({ iss: 'nameless', sub: 'nameless', header: { kid: undefined } }) }, good);
const used = assertion();
await asserts('first use', { client_assertion: used }, good);
await asserts('second use', { client_assertion: used }, bad);
const jti = randomUUID();
await asserts('a jti', { client_assertion: assertion({ jti }) }, good);
await asserts('the same jti in another', { client_assertion: assertion({ jti, exp: now() + 70 }) }, bad);
await asserts("the same jti of another client's", { client_assertion: assertion({ jti, iss: 'nameless', sub: 'nameless' }) }, good);
for (const [name, wrong] of Object.entries({
  'no jti': { jti: undefined }, 'empty jti': { jti: '' }, 'jti a number': { jti: 7 }, 'long jti': { jti: 'x'.repeat(300) },
  'no exp': { exp: undefined }, 'run out': { exp: now() - 1 }, 'eleven minutes ahead': { exp: now() + 660 }, 'exp a text': { exp: `${now() + 60}` },
  'not yet': { nbf: now() + 120 }, 'from tomorrow': { iat: now() + 86400 },
  'no aud': { aud: undefined }, 'for another': { aud: 'https://other.example/token' }, 'for userinfo': { aud: `${auth}/userinfo` }, 'with a slash': { aud: `${auth}/` }, 'aud an object': { aud: { [auth]: 1 } },
  'another iss': { iss: 'web' }, 'no iss': { iss: undefined }, 'another sub': { sub: 'web' }, 'no sub': { sub: undefined }, 'an unknown client': { iss: 'x', sub: 'x' }, 'a client with a secret': { iss: 'web', sub: 'web' },
  'another key': { by: 'one' }, 'no kid, two keys': { header: { kid: undefined } }, 'an unknown kid': { header: { kid: 'x' } },
  'HS256': { header: { alg: 'HS256' } }, 'no alg': { header: { alg: undefined } }, 'crit': { header: { crit: ['exp'] } },
})) await asserts(name, { client_assertion: assertion(wrong) }, bad);
await asserts('alg none', { client_assertion: `${b64({ alg: 'none' })}.${b64({ iss: 'keyed', sub: 'keyed', aud: auth, exp: now() + 60, jti: randomUUID() })}.` }, bad);
await asserts('no token at all', { client_assertion: 'x' }, bad);
await asserts('of another kind', { client_assertion: assertion(), client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer' }, bad);
await asserts("another's client_id", { client_assertion: assertion(), client_id: 'web' }, bad);
await asserts('with a secret', { client_assertion: assertion(), client_secret: 'x' }, mixed);
await asserts('with Basic', { client_assertion: assertion() }, mixed, { authorization: `Basic ${Buffer.from('web:x').toString('base64')}` });
await asserts('only its type', {}, mixed);
answer = await request('POST', `${auth}/token`, { form: { grant_type: 'client_credentials', client_assertion: assertion() } });
is('assertion: without its type', [answer.status, JSON.parse(answer.text).error], mixed);
answer = await request('POST', `${auth}/revoke`, { form: { token: 'x', client_assertion_type: bearer, client_assertion: assertion() } });
is('assertion: at /revoke', answer.status, 200);
answer = await request('POST', `${auth}/revoke`, { form: { token: 'x', client_assertion_type: bearer, client_assertion: assertion({ by: 'one' }) } });
is('assertion: at /revoke, another key', answer.status, 401);

// Sign-out.
q = await fresh(me, web);
tokens = await finish(q.b, q.left);
const leaving = { id_token_hint: tokens.id_token, post_logout_redirect_uri: out, state: 'a b&c' };
at = await me.go(web.endSessionUrl({ ...leaving, id_token_hint: undefined }));
ok('sign-out without a hint: asks', at.status === 200 && field(at.page, 'client_id') === 'web', at);
at = await me.go(web.endSessionUrl({ ...leaving, id_token_hint: first.id_token }));
ok("sign-out with an earlier session's hint: asks", at.status === 200 && field(at.page, 'client_id') === 'web', at);
at = await me.go(web.endSessionUrl({ ...leaving, id_token_hint: `${tokens.id_token.slice(0, -8)}AAAAAAAA` }));
ok('sign-out with a forged hint: asks, and no way back', at.status === 200 && field(at.page, 'post_logout_redirect_uri') === '', at);
at = await me.go(web.endSessionUrl({ ...leaving, client_id: 'app' }));
ok('sign-out with the hint of another client: refused', at.status === 400, at);
at = await other.go(web.endSessionUrl(leaving));
ok("sign-out with somebody else's hint: asks", at.status === 200, at);
at = await me.go(`${auth}/sign-out`, 'POST', { post_logout_redirect_uri: out, client_id: 'web' });
ok('sign-out by a form from elsewhere: asks', at.status === 200 && field(at.page, 'csrf') !== '', at);
at = await other.go(`${auth}/sign-out`, 'POST', { csrf: field(at.page, 'csrf') });
ok("sign-out with another browser's form token: refused", at.status === 403, at);
q = await fresh(me, web, { prompt: 'none' });
ok('still signed in after all that', q.left?.includes('code='), q.left);
at = await me.go(`${auth}/sign-out`, 'POST', leaving);
is('sign-out with the hint: at once, back, with state', at.left, `${out}?state=a%20b%26c`);
q = await fresh(me, web, { prompt: 'none' });
await fails('signed out', () => finish(q.b, q.left), oauth('login_required'));
await fails('and no refresh', () => web.refresh(tokens), oauth('invalid_grant'));
at = await me.go(web.endSessionUrl(leaving));
is('sign-out once more: back', at.left, `${out}?state=a%20b%26c`);
at = await me.go(web.endSessionUrl({ ...leaving, post_logout_redirect_uri: `${out}/` }));
ok('sign-out to an address that is not registered: stays here', at.left === undefined && at.url.startsWith(`${auth}/sign-in`), at);

console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
