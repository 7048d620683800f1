// client.mjs - a browser without a screen: cookies by host, redirects one by one, forms. Names under
// localhost lead to this machine.
import http from 'node:http';
import https from 'node:https';

const lookup = (host, options, done) => done(null, options.all ? [{ address: '127.0.0.1', family: 4 }] : '127.0.0.1', 4);

export function request(url, { method = 'GET', headers = {}, body } = {}) {
	const u = new URL(url);
	return new Promise((resolve, reject) => {
		const r = (u.protocol === 'https:' ? https : http).request(u, { method, headers, agent: false, lookup: u.hostname === 'localhost' ? undefined : lookup }, a => {
			let text = '';
			a.setEncoding('utf8');
			a.on('data', d => { text += d; });
			a.on('end', () => resolve({ url, status: a.statusCode, headers: a.headers, body: text }));
		});
		r.setTimeout(40000, () => r.destroy(new Error('timeout')));
		r.on('error', reject);
		r.end(body);
	});
}

export class Browser {
	jar = new Map();

	cookies(url) {
		const host = new URL(url).host;
		return [...this.jar].filter(([k]) => k.startsWith(`${host} `)).map(([k, v]) => `${k.split(' ')[1]}=${v}`).join('; ');
	}
	cookie(url, name) { return this.jar.get(`${new URL(url).host} ${name}`); }
	forget(url, name) { this.jar.delete(`${new URL(url).host} ${name}`); }

	async step(url, options = {}) {
		const headers = { accept: 'text/html', 'accept-language': 'en', cookie: this.cookies(url), ...options.headers };
		const answer = await request(url, { ...options, headers });
		for (const line of answer.headers['set-cookie'] ?? []) {
			const [, name, value] = line.match(/^([^=]+)=([^;]*)/);
			const key = `${new URL(url).host} ${name}`;
			if (value === '' || /max-age=0/i.test(line) || /expires=Thu, 01 Jan 1970/i.test(line)) this.jar.delete(key);
			else this.jar.set(key, value);
		}
		return answer;
	}
	// Follows redirects; stops before an address that stop() knows. The way there is in .way.
	async go(url, options = {}, stop = () => false) {
		const way = [url];
		let answer = await this.step(url, options);
		while ([301, 302, 303, 307].includes(answer.status) && way.length < 20) {
			const next = new URL(answer.headers.location, answer.url).href;
			way.push(next);
			if (stop(next)) break;
			answer = await this.step(next);
		}
		return { ...answer, way };
	}
	// Sends the first form of a page whose text has a word.
	async send(page, word, fields = {}, stop) {
		const forms = [...page.body.matchAll(/<form([^>]*)>(.*?)<\/form>/gs)].filter(f => f[0].includes(word));
		if (forms.length === 0) throw new Error(`no form with ${word} at ${page.url}: ${page.status} ${page.body.slice(0, 300)}`);
		const attribute = (tag, name) => (tag.match(new RegExp(`${name}="([^"]*)"`)) ?? [])[1];
		const all = {};
		for (const [tag] of forms[0][2].matchAll(/<input[^>]*>/g))
			if (attribute(tag, 'name') && attribute(tag, 'type') === 'hidden') all[attribute(tag, 'name')] = attribute(tag, 'value') ?? '';
		const action = new URL(attribute(forms[0][1], 'action') ?? page.url, page.url).href;
		return this.go(action, { method: 'POST', body: new URLSearchParams({ ...all, ...fields }).toString(),
			headers: { 'content-type': 'application/x-www-form-urlencoded', origin: new URL(page.url).origin } }, stop);
	}
}
