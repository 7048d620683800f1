// any_provider.mjs - the event host with another identity provider: npm's oidc-provider over https.
// Started by any_provider.sh, which names the run, its folder and the certificates.
import { execFileSync, spawn } from 'node:child_process';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Browser, request } from './client.mjs';

const { EVENT_URL: event, AUTH_URL: auth, ATTEND_DB, BIN, DIR, CERTS } = process.env;
const here = dirname(fileURLToPath(import.meta.url));
const sleep = ms => new Promise(done => setTimeout(done, ms));
let passed = 0, failed = 0;
function ok(name, good, ...seen) {
	if (good) passed++; else failed++;
	console.log(`${good ? 'ok' : 'not ok'} - ${name}`);
	if (!good) for (const s of seen) console.log(`#   ${String(typeof s === 'string' ? s : JSON.stringify(s)).slice(0, 500)}`);
}
const is = (name, got, want) => ok(name, got === want, `got:  ${got}`, `want: ${want}`);
async function until(what, limit_s = 20) {
	for (const end = Date.now() + limit_s * 1000; Date.now() < end; await sleep(100))
		if (await what()) return true;
	return false;
}
const sql = text => execFileSync('sqlite3', ['-cmd', '.timeout 5000', '-cmd', 'PRAGMA wal_autocheckpoint=0', ATTEND_DB, text]).toString().trim().split('\n').slice(1).join('\n');
const log = domain => readFileSync(`${DIR}/log/${domain}.log`, 'utf8');

// Settings of a program, and workers that go by them. NULL removes a line.
function pids(domain) {
	const all = execFileSync('ps', ['-eo', 'pid=,args=']).toString().split('\n').filter(l => l.includes(`${BIN}/chulcheck-${domain} --config ${DIR}/etc/${domain}.conf`));
	const pid = l => Number(l.trim().split(' ')[0]);
	return { parent: all.filter(l => !l.includes('--serve')).map(pid)[0], workers: all.filter(l => l.includes('--serve')).map(pid) };
}
async function reload(domain) {
	const { parent, workers: old } = pids(domain);
	process.kill(parent, 'SIGHUP');
	if (!await until(() => { const now = pids(domain).workers; return now.length === old.length && !now.some(p => old.includes(p)); }, 30))
		throw new Error(`${domain}: no new workers:\n${log(domain).slice(-1000)}`);
}
function set(domain, settings) {
	const file = `${DIR}/etc/${domain}.conf`;
	const lines = readFileSync(file, 'utf8').split('\n').filter(l => l !== '' && !(l.split(' = ')[0] in settings));
	for (const [k, v] of Object.entries(settings)) if (v !== null) lines.push(`${k} = ${v}`);
	writeFileSync(file, `${lines.join('\n')}\n`);
}

const jwk = (type, options, more) => ({ ...generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' }), ...more });
const rsa = () => jwk('rsa', { modulusLength: 2048 }, { use: 'sig', alg: 'RS256', kid: randomUUID() });
const others = [jwk('ec', { namedCurve: 'P-256' }, { use: 'sig', alg: 'ES256', kid: 'ec' }), jwk('rsa', { modulusLength: 2048 }, { use: 'enc', alg: 'RSA-OAEP', kid: 'enc' }), jwk('ec', { namedCurve: 'P-384' }), jwk('ed25519')].map(k => ({ ...k, d: undefined, p: undefined, q: undefined, dp: undefined, dq: undefined, qi: undefined }));

const port = Number(process.env.PORT), issuer = `https://localhost:${port}`;
const secret = readFileSync(`${DIR}/secrets/client_secret`, 'utf8').trim();
let provider = null, fetched = 0;
async function start(settings) {
	const PROVIDER = JSON.stringify({ issuer, port, event, secret, method: 'client_secret_basic', others, bare: false, refresh: true, key: `${CERTS}/ca-server.key`, cert: `${CERTS}/ca-server.pem`, ...settings });
	provider = spawn(process.execPath, [`${here}/provider.mjs`], { env: { ...process.env, PROVIDER, NODE_NO_WARNINGS: '1' }, stdio: ['ignore', 'pipe', 'pipe'] });
	let said = '';
	provider.stdout.on('data', d => { said += d; fetched += String(d).split('fetched').length - 1; });
	provider.stderr.on('data', d => { said += d; });
	if (!await until(() => said.includes('listening'))) throw new Error(`the provider does not start: ${said}`);
}
async function stop() {
	if (provider === null) return;
	const gone = new Promise(done => provider.on('exit', done));
	provider.kill('SIGKILL');
	await gone;
	provider = null;
}
process.on('exit', () => provider?.kill('SIGKILL'));

// Through the provider's pages, as the person who calls himself so. Ends at the event host.
async function signIn(browser, who, to = '/') {
	let page = await browser.go(`${event}/sign-in?to=${encodeURIComponent(to)}`);
	const way = [...page.way];
	for (let i = 0; i < 4 && page.url.startsWith(issuer) && page.body.includes('<form'); i++) {
		page = page.body.includes('name="login"') ? await browser.send(page, 'name="login"', { login: who, password: 'x' }) : await browser.send(page, 'value="consent"');
		way.push(...page.way);
	}
	return { ...page, way };
}
const token = browser => browser.cookie(event, 'access');
const api = (path, bearer, method = 'GET') => request(event + path, { method, headers: { authorization: `Bearer ${bearer}` } });
async function checkIn(bearer) {
	const answer = await api('/v1/check-ins', bearer, 'POST');
	let said = {};
	try { said = JSON.parse(answer.body); } catch { /* shown by the case that fails */ }
	return { ...said, http: answer.status, text: answer.body };
}
const ready = async () => { const a = await request(`${event}/readyz`); return a.status === 200 ? 'ready' : JSON.parse(a.body).reason; };
const attendCache = `${DIR}/attend/provider`;
const kept = of => existsSync(`${attendCache}/${encodeURIComponent(of)}`) ? readdirSync(`${attendCache}/${encodeURIComponent(of)}`).sort().join(' ') : '';
const common = { issuer, provider_ca: `${CERTS}/ca.pem`, claim_standing: '', claim_role: 'groups.list', role_operator: 'shop-operator' };

async function firstStart() {
	set('attend', common);
	set('auth', common);
	await Promise.all([reload('attend'), reload('auth')]);
	is('neither cache nor provider: the workers start, and say so', await ready(), 'provider');
	is('signing in: 503', (await request(`${event}/sign-in`)).status, 503);
	is('the front page is there', (await request(`${event}/`)).status, 200);
	is('a bearer token: 401', (await checkIn('a.b.c')).http, 401);
	ok('one clear line in the log', /provider https:\/\/localhost:\d+: not taken: .*openid-configuration: Couldn't connect/.test(log('attend')), log('attend').slice(-600));
	await sleep(4000);
	const said = log('attend').split('\n').filter(l => l.includes('not taken'));
	ok('of each worker, however often it tries', said.length <= 2, said);
	await start({ keys: [keys.old] });
	ok('it heals by itself', await until(async () => await ready() === 'ready', 70));
	ok('both workers', await until(async () => (await Promise.all([1, 2, 3, 4, 5, 6].map(ready))).every(r => r === 'ready')));
	is('both files are kept', kept(issuer), 'jwks.json openid-configuration.json');
	ok('on the auth host too', await until(() => existsSync(`${DIR}/auth/provider/${encodeURIComponent(issuer)}/openid-configuration.json`), 70));
	await sleep(1100);
}

async function wholeWay() {
	const b = new Browser();
	const page = await signIn(b, 'customer1', '/history');
	ok('signing in leads to the provider', page.way[1].startsWith(`${issuer}/auth?response_type=code&client_id=chulcheck-attend&`), page.way);
	ok('with PKCE and the scope of the settings', /code_challenge_method=S256/.test(page.way[1]) && /scope=openid%20email%20profile/.test(page.way[1]), page.way[1]);
	is('and back to where it was wanted', page.url, `${event}/history`);
	is('signed in', page.status, 200);
	ok('under the name of the token', page.body.includes('이름 customer1'), page.body);
	ok('tokens of the provider', b.cookie(event, 'refresh') !== undefined && JSON.parse(Buffer.from(token(b).split('.')[1], 'base64url')).iss === issuer);

	const card = await b.go(`${event}/`);
	ok('no links to accounts that are not ours', !card.body.includes(`${auth}/`), card.body);
	const done = await b.send(card, '/check-in');
	ok('check-in on the page', done.url === `${event}/?done=1` && done.body.includes('이름 customer1'), done.status, done.url);
	const again = await checkIn(token(b));
	is('the API says: already', again.result, 'already_checked_in');
	is('standing, name and e-mail are remembered', sql(`SELECT standing || ' ' || name || ' ' || email || ' ' || (verified_at = standing_at) FROM customer WHERE issuer = '${issuer}' AND subject = 'customer1'`), 'verified 이름 customer1 customer1@example.kr 1');

	const first = b.cookie(event, 'refresh'), access = token(b);
	b.forget(event, 'access');
	is('the access token has ended: a new one comes on the way', (await b.go(`${event}/history`)).url, `${event}/history`);
	ok('both are new', token(b) !== undefined && token(b) !== access && b.cookie(event, 'refresh') !== first);

	const out = await b.send(await b.go(`${event}/`), '/sign-out');
	ok('signing out forgets the cookies and leads to the provider', token(b) === undefined && out.way[1].startsWith(`${issuer}/session/end?client_id=chulcheck-attend&post_logout_redirect_uri=`), out.way);
	const back = await b.send(out, 'op.logoutForm', { logout: 'yes' });
	ok('and back', back.url === `${event}/` || back.way.includes(`${event}/`), back.way);
	b.jar.set(`${new URL(event).host} refresh`, first);
	is('the refresh token was revoked', (await b.go(`${event}/history`, {}, u => u.startsWith(issuer))).way.at(-1).startsWith(issuer), true);
}

async function forgedAnswers() {
	const b = new Browser();
	const there = await b.go(`${event}/sign-in`, {}, u => u.startsWith(issuer));
	const state = new URL(there.way.at(-1)).searchParams.get('state');
	is('callback without iss, of a provider that sends it: refused', (await b.step(`${event}/callback?code=x&state=${state}`)).status, 400);
	is('callback of another issuer: refused', (await b.step(`${event}/callback?code=x&state=${state}&iss=${encodeURIComponent('https://localhost:1')}`)).status, 400);
	is('callback with a code that is none: refused', (await b.step(`${event}/callback?code=x&state=${state}&iss=${encodeURIComponent(issuer)}`)).status, 400);
	is('tokens of our own auth host are none here', (await checkIn(await ownToken())).http, 401);
}
async function ownToken() {
	const env = Object.fromEntries([...readFileSync(`${DIR}/run.env`, 'utf8').matchAll(/^(\w+)='(.*)'$/gm)].map(m => m.slice(1)));
	const a = await request(`${auth}/v1/sign-in`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ email: env.CUSTOMER_EMAIL, password: env.CUSTOMER_PASSWORD }) });
	return JSON.parse(a.body).access_token;
}

const tokens = {};
async function people(names) {
	for (const who of names) {
		const b = new Browser();
		await signIn(b, who);
		tokens[who] = token(b);
	}
}

async function standings() {
	await people(['boss', 'bada', 'nobody', 'unproven', 'customer2', 'customer3', 'customer4', 'customer5', 'customer6']);
	is('roles by the words of the settings', (await request(`${event}/admin`, { headers: { cookie: `access=${tokens.boss}` } })).status, 200);
	is('others are customers', (await request(`${event}/admin`, { headers: { cookie: `access=${tokens.bada}` } })).status, 403);
	const bada = await checkIn(tokens.bada);
	is('no purchase: 403', `${bada.http} ${bada.reason}`, '403 no_purchase');
	const nobody = await checkIn(tokens.nobody);
	is('not in the shop: 403', `${nobody.http} ${nobody.reason}`, '403 no_purchase');
	is('an e-mail that is not proven is none', (await checkIn(tokens.unproven)).http, 403);
	is('who may not join leaves no row', sql(`SELECT COUNT(*) FROM customer WHERE subject IN ('bada', 'nobody', 'unproven')`), '0');
	const answer = await request(`${auth}/v1/standing`, { headers: { authorization: `Bearer ${tokens.customer2}` } });
	is('GET /v1/standing', answer.body, '{"standing":"verified","name":"이름 customer2","email":"customer2@example.kr"}');
	is('GET /v1/standing without a token: 401', (await request(`${auth}/v1/standing`)).status, 401);
	is('such a token opens nothing else there', (await request(`${auth}/v1/purchases`, { headers: { authorization: `Bearer ${tokens.customer2}` } })).status, 401);
}

// A customer as he was when he last came.
const known = (who, standing, verified_ago, heard_ago) => sql(`PRAGMA foreign_keys=ON; INSERT INTO customer (issuer, subject, name, email, verified_at, standing, standing_at, created_at) VALUES ('${issuer}', '${who}', 'x', '', ${Date.now() - verified_ago * 1000}, '${standing}', ${Date.now() - heard_ago * 1000}, 1)`);

async function authAway() {
	known('customer3', 'verified', 100, 100);
	known('customer4', 'verified', 90000, 90000);
	known('customer5', 'verified', 3000000, 3000000);
	known('customer6', 'no_purchase', 90000, 1000);
	set('attend', { auth_url: 'http://auth.localhost:1' });
	await reload('attend');
	is('auth host away: heard an hour ago is good without a question', (await checkIn(tokens.customer3)).http, 201);
	is('auth host away: verified yesterday goes on', (await checkIn(tokens.customer4)).http, 201);
	const long = await checkIn(tokens.customer5);
	is('auth host away: verified long ago is asked to come again', `${long.http} ${long.type}`, '503 /problems/shop-unavailable');
	is('auth host away: a cancelled order is not forgotten', (await checkIn(tokens.customer6)).http, 503);
	is('auth host away: new here', (await checkIn(tokens.customer2)).http, 503);
	is('and what was known stays', sql(`SELECT standing FROM customer WHERE subject = 'customer4'`), 'verified');
	set('attend', { auth_url: auth });
	await reload('attend');
	is('auth host back: new here', (await checkIn(tokens.customer2)).http, 201);
	is('auth host back: and he who bought again', (await checkIn(tokens.customer6)).http, 201);
	sql(`PRAGMA foreign_keys=ON; UPDATE customer SET standing_at = 1 WHERE subject = 'customer4'`);
	is('an old answer is asked for anew', (await checkIn(tokens.customer4)).result, 'already_checked_in');
	is('and kept', sql(`SELECT standing_at > 1000 FROM customer WHERE subject = 'customer4'`), '1');
}

// The auth host takes questions and never answers: 80 who must be asked about come at once.
async function authSlow() {
	await people(['customer1', 'customer2', 'customer3']);
	known('calm', 'verified', 100, 100);
	sql(`PRAGMA foreign_keys=ON; UPDATE customer SET standing_at = 1 WHERE subject = 'customer2'`);
	const { workers } = pids('auth');
	for (const p of workers) process.kill(p, 'SIGSTOP');
	const rush = Array.from({ length: 80 }, () => checkIn(tokens.customer2));
	await sleep(300);
	let worst = 0;
	for (let i = 0; i < 20; i++) {
		const from = Date.now(), one = await checkIn(tokens[i % 2 ? 'customer1' : 'customer3']);
		worst = Math.max(worst, one.http === 200 || one.http === 201 ? Date.now() - from : 1e6);
	}
	ok('a slow auth host holds nobody else up', worst < 1000, `${worst} ms`);
	const all = await Promise.all(rush);
	ok('nor those who are known, for long', all.every(a => a.http === 200), all.map(a => a.http).join(' '));
	for (const p of workers) process.kill(p, 'SIGCONT');
	await sleep(6000);                                   // it is asked again from then on
}

async function providerAway() {
	await people(['customer7', 'customer8']);
	await stop();
	is('provider away: check-in with an unexpired token', (await checkIn(tokens.customer7)).http, 201);
	await Promise.all([reload('attend'), reload('auth')]);
	is('provider away, all workers restarted: ready', await ready(), 'ready');
	is('provider away, all workers restarted: check-in', (await checkIn(tokens.customer8)).http, 201);
	const b = new Browser();
	b.jar.set(`${new URL(event).host} refresh`, 'x');
	ok('provider away: new tokens are not to be had', (await b.step(`${event}/history`)).status >= 500);
}

async function rotation() {
	fetched = 0;
	await start({ keys: [keys.old] });
	ok('provider back: all four workers look', await until(() => fetched >= 4, 70));
	await stop();
	await start({ keys: [keys.fresh] });
	await sleep(11000);
	const many = [];
	for (const who of ['customer9', 'customer10']) {
		const b = new Browser(), page = await signIn(b, who, '/history');
		is(`keys rotated: ${who} signs in`, `${page.status} ${page.url}`, `200 ${event}/history`);
		tokens[who] = token(b);
		for (let i = 0; i < 10; i++) many.push((await checkIn(tokens[who])).http);
	}
	is('keys rotated: no 401 for new tokens', many.filter(s => s === 401).length, 0);

	await sleep(11000);
	fetched = 0;
	const forged = [], head = n => Buffer.from(JSON.stringify({ alg: 'RS256', typ: 'at+jwt', kid: `k${n}` })).toString('base64url');
	const from = Date.now();
	for (let i = 0; i < 300; i++) forged.push(checkIn(`${head(i)}.${tokens.customer7.split('.').slice(1).join('.')}`));
	ok('300 tokens of unknown keys: 401', (await Promise.all(forged)).every(a => a.http === 401));
	await sleep(500);
	ok('and the provider is asked once by each worker', fetched >= 1 && fetched <= 2 && Date.now() - from < 9000, `${fetched} in ${Date.now() - from} ms`);
	is('the key that is gone ends its tokens', (await checkIn(tokens.customer7)).http, 401);
}

// A provider that says little: access tokens with nothing but a subject, no refresh tokens, no
// revocation, no sign-out, client_secret_post. Then a public client.
async function bare() {
	await stop();
	await start({ keys: [keys.fresh], bare: true, refresh: false, method: 'client_secret_post' });
	await reload('attend');
	await sleep(1500);
	const b = new Browser(), page = await signIn(b, 'customer11', '/history');
	is('bare tokens: signed in', `${page.status} ${page.url}`, `200 ${event}/history`);
	is('bare tokens: no refresh token', b.cookie(event, 'refresh'), undefined);
	ok('bare tokens: a subject is no name', !page.body.includes('customer11') && page.body.includes('Customer'), page.body);
	const done = await b.send(await b.go(`${event}/`), '/check-in');
	ok('bare tokens: check-in, by the e-mail of the userinfo endpoint', done.url === `${event}/?done=1`, done.status, done.body);
	ok('bare tokens: and its name from then on', done.body.includes('이름 customer11'), done.body);
	is('bare tokens: kept', sql(`SELECT standing || ' ' || email FROM customer WHERE subject = 'customer11'`), 'verified customer11@example.kr');
	await people(['unproven', 'swapped']);
	is('userinfo: an e-mail that is not proven is none', (await checkIn(tokens.unproven)).http, 403);
	is('userinfo of another subject is no answer', (await checkIn(tokens.swapped)).http, 503);
	const out = await b.send(await b.go(`${event}/`), '/sign-out');
	ok('a provider without sign-out: own front page', out.url === `${event}/` && token(b) === undefined, out.way);
	b.forget(event, 'access');
	ok('no refresh token: the browser signs in again', (await b.go(`${event}/history`, {}, u => u.startsWith(issuer))).way.at(-1).startsWith(`${issuer}/auth`));
	await stop();
	await start({ keys: [keys.fresh], method: 'none' });
	set('attend', { client_secret: null });
	await reload('attend');
	await sleep(1500);
	const p = await signIn(new Browser(), 'customer12', '/history');
	is('a public client signs in', `${p.status} ${p.url}`, `200 ${event}/history`);
}

// Providers that must not be taken: each under a path of its own.
async function bad() {
	const base = `https://localhost:${port + 1}`, stranger = `https://localhost:${port + 2}`;
	const doc = (at, more) => ({ issuer: `${base}/${at}`, authorization_endpoint: `${base}/a`, token_endpoint: `${base}/t`, jwks_uri: `${base}/${at}/jwks`, response_types_supported: ['code'], subject_types_supported: ['public'], id_token_signing_alg_values_supported: ['RS256'], ...more });
	const cases = {
		redirect: [null, /answered 302, and redirects are not followed/],
		wrong: [doc('wrong', { issuer }), /it is of another issuer: https:\/\/localhost/],
		slash: [doc('slash', { issuer: `${base}/slash/` }), /it is of another issuer/],
		http: [doc('http', { token_endpoint: `http://localhost:${port + 1}/t` }), /token_endpoint is missing, or no plain https address/],
		jwks: [doc('jwks', { jwks_uri: `http://localhost:${port + 1}/jwks` }), /jwks_uri is missing, or no plain https address/],
		missing: [doc('missing', { authorization_endpoint: undefined }), /authorization_endpoint is missing/],
		ec: [doc('ec'), /it has no RS256 key/],
		big: [null, /the answer is too large/],
		slow: [null, /Timeout was reached/],
		text: ['hello', /it is no JSON object/],
	};
	const serve = (request, answer) => {
		const [, at, what] = request.url.split('/');
		if (what === 'jwks') answer.end(JSON.stringify({ keys: [others[0]] }));
		else if (at === 'redirect') answer.writeHead(302, { location: `${issuer}/.well-known/openid-configuration` }).end();
		else if (at === 'big') answer.end(Buffer.alloc(10 << 20, ' '));
		else if (at === 'slow') answer.write(' ');
		else answer.end(typeof cases[at]?.[0] === 'string' ? cases[at][0] : JSON.stringify(cases[at]?.[0] ?? {}));
	};
	const tls = name => ({ key: readFileSync(`${CERTS}/${name}-server.key`), cert: readFileSync(`${CERTS}/${name}-server.pem`) });
	const servers = [createServer(tls('ca'), serve).listen(port + 1, 'localhost'), createServer(tls('stranger'), serve).listen(port + 2, 'localhost')];
	await Promise.all(servers.map(s => s.listening || once(s, 'listening')));
	const refused = async (name, of, line) => {
		set('attend', { issuer: of });
		const from = log('attend').length;
		await reload('attend');
		ok(`${name}: refused, with a clear line`, await until(() => line.test(log('attend').slice(from)), 15), log('attend').slice(from));
		await sleep(1500);
		const lines = log('attend').slice(from).split('\n').filter(l => l.includes('not taken'));
		ok(`${name}: one line of each worker`, lines.length <= 2, lines);
		is(`${name}: nothing is taken over`, `${kept(of)} ${await ready()} ${(await request(`${event}/sign-in`)).status}`, ' provider 503');
	};
	for (const [at, [, line]] of Object.entries(cases)) await refused(at, `${base}/${at}`, line);
	await refused('certificate of another authority', stranger, /SSL peer certificate|certificate verify/);
	for (const s of servers) { s.closeAllConnections(); s.close(); }

	const check = settings => {
		set('attend', settings);
		try { return execFileSync(`${BIN}/chulcheck-attend`, ['--config', `${DIR}/etc/attend.conf`, '--check'], { stdio: 'pipe' }).toString(); } catch (e) { return e.stderr.toString(); }
	};
	ok('an issuer over http is a mistake in the settings', check({ issuer: 'http://localhost:1' }).includes('issuer: another provider'));
	ok('so is a typ that lets ID tokens pass', check({ issuer, token_typ: 'JWT', audience: 'chulcheck-attend' }).includes('claim_use: without it'));
	is('with claim_use it is none', check({ claim_use: 'typ=Bearer' }), '');
}

const keys = { old: rsa(), fresh: rsa() };
try {
	for (const part of [firstStart, wholeWay, forgedAnswers, standings, authAway, authSlow, providerAway, rotation, bare, bad]) await part();
} catch (e) {
	failed++;
	console.log(`not ok - ${e.stack}`);
}
await stop();
for (const domain of ['attend', 'auth'])
	ok(`${domain}: no word of a sanitizer`, !/Sanitizer|runtime error/.test(log(domain)), log(domain).match(/.*(Sanitizer|runtime error)[^]{0,800}/)?.[0]);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
