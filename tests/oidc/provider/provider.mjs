// provider.mjs - npm's oidc-provider (certified) over https, as the identity provider of the event
// host. Settings come as JSON in PROVIDER; it prints "listening". Its own test pages ask for any
// name (account id) and a password that nobody checks.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import Provider from 'oidc-provider';

const s = JSON.parse(process.env.PROVIDER);
const email = id => `${id}@example.kr`;
const about = id => ({ name: `이름 ${id}`, email: email(id), email_verified: id !== 'unproven' });

const provider = new Provider(s.issuer, {
	clients: [{
		client_id: 'chulcheck-attend',
		...(s.method === 'none' ? {} : { client_secret: s.secret }),
		token_endpoint_auth_method: s.method,
		grant_types: ['authorization_code', 'refresh_token'],
		redirect_uris: [`${s.event}/callback`],
		post_logout_redirect_uris: [`${s.event}/`],
	}],
	clientAuthMethods: [s.method],
	jwks: { keys: s.keys },
	cookies: { keys: ['of this test alone'] },
	claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
	findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id, ...about(id) }) }),
	extraTokenClaims: (ctx, token) => s.bare ? undefined :
		{ ...about(token.accountId), sid: token.sessionUid, groups: { list: ['x', ...(token.accountId === 'boss' ? ['shop-operator'] : [])] } },
	issueRefreshToken: () => s.refresh,
	rotateRefreshToken: true,
	pkce: { required: () => true },
	ttl: { AccessToken: 300, AuthorizationCode: 60, IdToken: 300, RefreshToken: 3600, Interaction: 600, Session: 3600, Grant: 3600 },
	features: {
		devInteractions: { enabled: true },
		revocation: { enabled: s.bare !== true },
		rpInitiatedLogout: { enabled: s.bare !== true },
		resourceIndicators: {
			enabled: true,
			defaultResource: () => 'urn:chulcheck',
			useGrantedResource: () => true,
			getResourceServerInfo: () => ({
				scope: '', audience: 'chulcheck', accessTokenFormat: 'jwt', accessTokenTTL: 300, jwt: { sign: { alg: 'RS256' } },
			}),
		},
	},
});
// It knows no JWT at its userinfo endpoint; others (Cognito, Keycloak) do, so this stands in for it.
provider.use(async (ctx, next) => {
	if (ctx.path !== '/me') {
		await next();
		if (ctx.path.endsWith('openid-configuration')) console.log('fetched');
		if (ctx.path === '/jwks') ctx.body.keys.unshift(...s.others);        // for other uses
		return undefined;
	}
	const token = (ctx.get('authorization').match(/^Bearer [^.]+\.([^.]+)\./) ?? [])[1];
	if (token === undefined) return ctx.throw(401);
	const { sub } = JSON.parse(Buffer.from(token, 'base64url'));
	ctx.body = { sub: sub === 'swapped' ? 'another' : sub, ...about(sub) };
});
createServer({ key: readFileSync(s.key), cert: readFileSync(s.cert) }, provider.callback())
	.listen(s.port, 'localhost', () => console.log('listening'));
