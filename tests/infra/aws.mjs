// SPDX-License-Identifier: Apache-2.0
// aws.mjs - infra/aws against the schema of its provider, for terraform validate wants the provider itself, which
// only a registry of its own has. @cdktf/provider-aws is made from that schema: for each resource an interface with
// its arguments (those without "?" are required) and a class with what can be referred to. Types of values are not
// looked at. Prints what does not hold, one line each; arguments: the files.
import { parse } from '@cdktf/hcl2json';
import { existsSync, readFileSync } from 'node:fs';

const lib = new URL('node_modules/@cdktf/provider-aws/lib/', import.meta.url);
const meta = new Set(['count', 'for_each', 'provider', 'depends_on', 'lifecycle', 'connection', 'provisioner']);
const camel = (s) => s.replace(/_([a-z0-9])/g, (_, c) => c.toUpperCase());
const wrong = new Set();

// kind is "resource" or "data"; the folder's name is the type's, without the provider's.
function schema(kind, type) {
	const file = new URL(`${kind === 'data' ? 'data-aws-' : ''}${type.replaceAll('_', '-')}/index.d.ts`, lib);
	if (!existsSync(file))
		return null;
	const text = readFileSync(file, 'utf8').replace(/\/\*[^]*?\*\//g, '');
	const blocks = new Map();
	for (const [, name, body] of text.matchAll(/^export interface (\w+)[^{]*\{\n([^]*?)^\}/gm))
		blocks.set(name, new Map([...body.matchAll(/^ {4}readonly (\w+)(\??): ([^;]+)/gm)].map(([, n, optional, t]) => [n, { optional, t }])));
	const [config] = [...blocks.keys()].filter((n) => n.endsWith('Config') && text.includes(`extends cdktf.Terraform${kind === 'data' ? 'DataSource' : 'Resource'}`));
	const known = new Set([...text.slice(text.lastIndexOf('export declare class')).matchAll(/^ {4}get (\w+)\(/gm)].map((m) => m[1]));
	return { blocks, config, known };
}

function block(where, blocks, name, given) {
	const wanted = blocks.get(name);
	for (const argument of Object.keys(given)) {
		const a = wanted.get(camel(argument));
		if (!a && !meta.has(argument))
			wrong.add(`${where}: no argument ${argument}`);
		const inner = a && a.t.match(/\w+/)?.[0];
		if (inner && blocks.has(inner))
			for (const b of [given[argument]].flat())
				block(`${where}.${argument}`, blocks, inner, b);
	}
	for (const [n, a] of wanted)
		if (!a.optional && !Object.keys(given).some((g) => camel(g) === n))
			wrong.add(`${where}: ${n} is required`);
}

const said = (await Promise.all(process.argv.slice(2).map((f) => parse(f, readFileSync(f, 'utf8')))));
const declared = new Map(); // type.name, data.type.name, var.name: the schema, where there is one
for (const tree of said) {
	for (const name of Object.keys(tree.variable ?? {}))
		declared.set(`var.${name}`, null);
	for (const kind of ['resource', 'data'])
		for (const [type, all] of Object.entries(tree[kind] ?? {}))
			for (const [name, [given]] of Object.entries(all)) {
				const where = `${kind === 'data' ? 'data.' : ''}${type}.${name}`;
				const s = type.startsWith('aws_') ? schema(kind, type.slice(4)) : null;
				declared.set(where, s);
				if (s)
					block(where, s.blocks, s.config, given);
				else if (type !== 'terraform_data')
					wrong.add(`${where}: there is no ${type}`);
			}
}
for (const [, data, what, at, attribute] of JSON.stringify(said).matchAll(/\b(data\.)?(var|aws_\w+)\.(\w+)(?:\[[^\]]*\])?(?:\.(\w+))?/g)) {
	const where = `${data ?? ''}${what}.${at}`;
	if (!declared.has(where))
		wrong.add(`${where} is not declared`);
	const s = declared.get(where);
	if (s && attribute && !s.known.has(camel(attribute)))
		wrong.add(`${where} has no ${attribute}`);
}
for (const w of wrong)
	console.log(w);
console.log(`${declared.size} declared, ${wrong.size} wrong`);
