// One shop and one browser for all tests of a file.

import { after, afterEach, before } from 'node:test';
import path from 'node:path';
import { launch } from './browser.js';
import { isRemote, RemoteShop } from './remote.js';
import { Shop } from './shop.js';

/** How long one test may take, ms; none comes near. A cluster takes minutes to take a part away when it is busy. */
export const LIMIT = { timeout: (isRemote ? 20 : 5) * 60 * 1000 };

/**
 * Opens both before the first test of the file and closes both after the last. What it returns is filled in
 * by then. `options` are those of [launch]; `prepare` is what else must be there before the first test.
 */
export function scene(options = {}, prepare = async () => {}) {
    const opened = { shop: null, browser: null };
    let failed = false;
    before(async () => {
        opened.shop = isRemote ? new RemoteShop() : await Shop.open();
        opened.browser = await launch(options);
        await prepare(opened);
    });
    afterEach((test) => {
        // Nodes before 21 do not tell whether the test passed; then the log is kept in any case.
        failed ||= test.passed !== true;
    });
    after(async () => {
        await opened.browser?.close();
        await opened.shop?.close({ failed, name: path.basename(process.argv[1], '.test.js') });
    });
    return opened;
}
