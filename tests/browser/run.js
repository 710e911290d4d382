// Runs the test files and reports as tests/run reads it: "ok: …" or "FAILED: …" for each test. With words, only
// the files whose names contain one of them.

import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { run } from 'node:test';
import { fileURLToPath } from 'node:url';
import { left } from './harness/folders.js';
import { seed } from './harness/random.js';
import { validatePages } from './harness/validator.js';

const here = path.dirname(fileURLToPath(import.meta.url));
const words = process.argv.slice(2);

/** Two files at once: each waits much, and each runs a shop of four processes and a browser. */
const AT_ONCE = Number(process.env.BROWSER_FILES_AT_ONCE ?? 2);

/** No file takes longer by far, ms. */
const FILE_LIMIT = 30 * 60 * 1000;

rmSync(left, { recursive: true, force: true });
console.log(`NOTE: tests/run --seed ${seed} browser chooses the same again`);
// The longest first, so that none is left over at the end.
const first = ['outages', 'looks', 'load'];
const rank = (name) => (first.findIndex((stem) => name.startsWith(stem)) + first.length + 1) % (first.length + 1);
const files = readdirSync(here)
    .filter((name) => name.endsWith('.test.js') && (!words.length || words.some((word) => name.includes(word))))
    .sort((a, b) => rank(a) - rank(b) || a.localeCompare(b))
    .map((name) => path.join(here, name));

let failed = 0;
const stream = run({ files, concurrency: AT_ONCE, timeout: FILE_LIMIT });

// Tests within tests are told with the names of those around them.
const around = new Map();
stream.on('test:start', ({ name, nesting, file = '' }) => {
    const names = (around.get(file) ?? []).slice(0, nesting);
    around.set(file, [...names, name]);
});
const isFile = ({ name, file, nesting }) => nesting === 0 && (files.includes(name) || files.includes(file) && path.resolve(name) === file);
stream.on('test:pass', (test) => {
    if (!isFile(test) && test.details.type !== 'suite' && test.skip === undefined) {
        console.log(`ok: ${label(test)} (${Math.round(test.details.duration_ms)} ms)`);
    }
});
stream.on('test:fail', (test) => {
    const error = test.details.error;
    // A file or suite fails with its tests, which were told; by itself it fails by breaking down.
    if (['subtestsFailed'].includes(error?.failureType)) return;
    failed += 1;
    console.log(`FAILED: ${label(test)}`);
    console.log(indented(String(error?.cause?.stack ?? error?.cause ?? error?.stack ?? error)));
});
stream.on('test:stdout', ({ message }) => process.stdout.write(message));
stream.on('test:stderr', ({ message }) => process.stdout.write(indented(message)));
stream.once('end', () => {
    if (!words.length || words.includes('html')) {
        const { pages, wrong } = validatePages();
        console.log(`${wrong.length ? 'FAILED' : 'ok'}: ${pages.length} states of pages are valid HTML`);
        if (wrong.length) {
            failed += 1;
            console.log(indented(wrong.join('\n')));
        }
    }
    process.exitCode = failed ? 1 : 0;
});
stream.resume();

function label({ name, file = '', nesting }) {
    const names = [...(around.get(file) ?? []).slice(0, nesting), name];
    return [file && path.basename(file, '.test.js'), ...names.filter((one) => path.resolve(one) !== file)].filter(Boolean).join(': ');
}

function indented(text) {
    return text.trimEnd().split('\n').map((line) => `    ${line}`).join('\n') + '\n';
}
