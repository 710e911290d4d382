// Where things lie: the program under test, the packages, and what a run leaves behind to look at.

import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../..', import.meta.url));

/** The npm packages. */
export const installed = path.join(root, '.cache/browser');

/** Screenshots of every page, the HTML of every page, logs of shops whose tests failed: SHOPKEEPER_BROWSER_LEFT, else here. */
export const left = process.env.SHOPKEEPER_BROWSER_LEFT ?? path.join(installed, 'left');

/** A folder for one kind of thing that a run leaves behind. */
export function leave(kind) {
    const folder = path.join(left, kind);
    mkdirSync(folder, { recursive: true });
    return folder;
}

/** The program: SHOPKEEPER_TEST_BINARY, else the one that cargo built. */
export function program() {
    const target = process.env.CARGO_TARGET_DIR ?? path.join(root, 'target');
    const found = process.env.SHOPKEEPER_TEST_BINARY ?? path.join(target, 'debug/shopkeeper');
    if (!existsSync(found)) throw new Error(`there is no ${found}: run cargo build first`);
    return found;
}

/** The browser: CHROMIUM, else the one of the system. */
export function browserProgram() {
    const usual = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
    const found = process.env.CHROMIUM ?? usual.find(existsSync);
    if (!found) throw new Error('there is no Chromium: install it, or name it in CHROMIUM');
    return found;
}
