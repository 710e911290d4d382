// The Nu HTML checker, over all pages that a run has seen; one start of Java for all of them.

import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { leave } from './folders.js';
import { validatorJar } from './packages.js';

/** How many pages there are, and one line for everything that the checker says about them. */
export function validatePages() {
    const folder = leave('html');
    const pages = readdirSync(folder).filter((name) => name.endsWith('.html')).sort();
    if (pages.length === 0) return { pages, wrong: ['no page was seen'] };
    const files = pages.map((name) => path.join(folder, name));
    const checked = spawnSync('java', ['-jar', validatorJar, '--format', 'json', ...files], {
        encoding: 'utf8', maxBuffer: 64 << 20,
    });
    if (checked.error) return { pages, wrong: [`no checker: ${checked.error.message}`] };
    let messages;
    try {
        ({ messages } = JSON.parse(checked.stderr));
    } catch {
        return { pages, wrong: [`the checker said: ${checked.stderr.slice(0, 2000)}`] };
    }
    const wrong = messages.map(({ url, lastLine, message }) => `${path.basename(url ?? '')}:${lastLine}: ${message}`);
    return { pages, wrong };
}
