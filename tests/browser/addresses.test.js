// The same shop at three kinds of address: http on this machine, https behind something that speaks it, and
// plain http under another host's name. The form of the cookies follows, and Chromium takes them in each case.

import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import * as api from './harness/api.js';
import { visit } from './harness/browser.js';
import { freePort } from './harness/ports.js';
import { LIMIT, scene } from './harness/scene.js';
import { addToBasket, basket, logIn, logOut } from './harness/shopping.js';
import { terminateTls } from './harness/tls.js';

const here = scene({ hosts: ['shop.test'] });

/** Fills a basket, logs in, looks, leaves; the cookies must have these properties meanwhile. */
function isUsedAt(base, { prefix, secure, trusting = false }) {
    return visit(here.browser, base, { trusting }, async (visitor) => {
        const account = await api.customer(here.shop);
        const tea = await api.product(here.shop, 'malty-assam');
        await addToBasket(visitor, tea.slug, 2);
        await logIn(visitor, account);
        await visitor.sees(`Welcome back, ${account.username}`);
        assert.deepEqual(await basket(visitor), [[tea.id, 2]]);

        const cookies = await visitor.cookies();
        for (const name of ['session', 'basket']) {
            const cookie = cookies.find((one) => one.name.includes(name));
            assert.ok(cookie, `there is a ${name} cookie among ${cookies.map((one) => one.name)}`);
            assert.equal(cookie.name.startsWith('__Host-'), prefix, cookie.name);
            assert.equal(cookie.secure, secure);
            assert.equal(cookie.httpOnly, true);
            assert.equal(cookie.sameSite, 'Lax');
            assert.equal(cookie.path, '/');
            assert.ok(!cookie.value.includes(account.username));
        }
        assert.deepEqual(await visitor.page.evaluate(() => document.cookie), '', 'scripts see none of them');

        await logOut(visitor);
        const left = (await visitor.cookies()).map((one) => one.name).filter((name) => /session|basket/.test(name));
        assert.deepEqual(left, [], 'everything is gone at logout');
        const stored = await visitor.page.evaluate(() => [localStorage.length, sessionStorage.length]);
        assert.deepEqual(stored, [0, 0]);
    });
}

const replica = (publicUrl, listen) =>
    here.shop.runPart('storefront', {
        '--public-url': publicUrl, '--cache-dir': path.join(here.shop.folder, `cache-${publicUrl.replace(/\W/g, '-')}`),
        ...(listen && { '--listen': listen }),
    });

test('http://127.0.0.1, as cargo run opens it', LIMIT, () => isUsedAt(here.shop.url, { prefix: true, secure: true }));

test('http://localhost', LIMIT, async () => {
    const port = await freePort();
    const storefront = await replica(`http://localhost:${port}`, `127.0.0.1:${port}`);
    await isUsedAt(`http://localhost:${port}`, { prefix: true, secure: true });
    await storefront.end();
});

test('https under another name, behind something that speaks TLS', LIMIT, async () => {
    let behind;
    const front = await terminateTls('shop.test', () => behind.url);
    try {
        behind = await replica(front.url);
        await isUsedAt(front.url, { prefix: true, secure: true, trusting: true });
        await behind.end();
    } finally {
        await front.close();
    }
});

test('plain http under another name: no prefix, not secure, and a warning in the log', LIMIT, async () => {
    const port = await freePort();
    const storefront = await replica(`http://shop.test:${port}`, `127.0.0.1:${port}`);
    await isUsedAt(`http://shop.test:${port}`, { prefix: false, secure: false });
    assert.match(storefront.log(), /WARN.*plain http/);
    await storefront.end();
});
