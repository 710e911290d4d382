// Services that answer, but wrongly: with errors, with garbage, slowly, in halves, or not at all after the deed
// is done. A proxy before each of the three does so.

import assert from 'node:assert/strict';
import path from 'node:path';
import { after, test } from 'node:test';
import * as api from './harness/api.js';
import { PHONE, visit } from './harness/browser.js';
import { look, BRIEFLY } from './harness/look.js';
import { FaultProxy } from './harness/proxy.js';
import { LIMIT, scene } from './harness/scene.js';
import { SERVICES } from './harness/shop.js';
import { addToBasket, basket, checkOut, logIn, placedOrder, sendRegistration, untilKnown, untilState } from './harness/shopping.js';
import { eventually } from './harness/wait.js';

const proxies = {};
let storefront;

const here = scene({}, async ({ shop }) => {
    const flags = {};
    for (const part of SERVICES) {
        proxies[part] = await FaultProxy.before(shop.api(part));
        flags[`--${part}-url`] = proxies[part].url;
    }
    // With a copy of the catalogue of its own, as every replica has.
    storefront = await shop.runPart('storefront', { ...flags, '--cache-dir': path.join(shop.folder, 'cache') });
});

/** Twice the 5 s in which an open page says so: the machine may be busy. */
const KNOWN_WITHIN_MS = 10000;

after(() => Promise.all(Object.values(proxies).map((proxy) => proxy.close())));

/** Spoils what a service answers while `work` is done, and waits until all is well again. */
async function spoiled(part, mode, visitor, work) {
    await visitor.go('/');
    await untilKnown(visitor, [], KNOWN_WITHIN_MS);
    proxies[part].set(mode);
    try {
        await work();
    } finally {
        proxies[part].set('pass');
    }
    await visitor.go('/');
    await untilKnown(visitor, [], KNOWN_WITHIN_MS);
}

for (const mode of ['fail', 'garbage', 'slow', 'halve', 'refuse']) {
    test(`product service, ${mode}: the catalogue is shown from the copy, at once once it is known`, LIMIT, () =>
        visit(here.browser, storefront.url, {}, (visitor) => spoiled('product', mode, visitor, async () => {
            await visitor.go('/');
            assert.equal(visitor.status, 200);
            assert.ok((await visitor.page.locator('article[data-product]').count()) >= 20);
            await untilKnown(visitor, ['product'], KNOWN_WITHIN_MS);
            await visitor.go('/product/malty-assam');
            assert.equal(visitor.status, 200);
            await visitor.sees('This is our catalogue as of', '#catalogue-age');
        })));

    test(`user service, ${mode}: accounts are resting and the form is kept`, LIMIT, () =>
        visit(here.browser, storefront.url, { javaScript: false, size: PHONE }, (visitor) => spoiled('user', mode, visitor, async () => {
            const username = api.freshName();
            const account = {
                username, password: api.PASSWORD, email: `${username}@example.com`, first_name: 'Grace', last_name: 'Hopper',
            };
            await visitor.go('/register');
            await sendRegistration(visitor, account);
            assert.equal(visitor.status, 503);
            await visitor.sees('Accounts are resting', 'main');
            assert.equal((await visitor.fields('/register')).email, account.email);
            assert.equal((await visitor.fields('/register')).password, '');
        })));

    test(`order service, ${mode}: orders are paused, the basket is kept and handed over once`, LIMIT, () =>
        visit(here.browser, storefront.url, {}, async (visitor) => {
            const account = await api.customer(here.shop);
            const key = await api.keyOf(here.shop, account);
            const tea = await api.product(here.shop, 'malty-assam');
            await logIn(visitor, account);
            await addToBasket(visitor, tea.slug, 1);
            await spoiled('order', mode, visitor, async () => {
                await addToBasket(visitor, tea.slug, 2);
                assert.deepEqual(await basket(visitor), [[tea.id, 3]]);
                await visitor.go('/orders');
                assert.equal(visitor.status, 503);
                await visitor.sees('Orders are paused for a moment', 'main');
            });
            assert.deepEqual(await basket(visitor), [[tea.id, 3]]);
            assert.deepEqual(await api.basketOf(here.shop, key), [[tea.id, 3]]);
        }));
}

for (const mode of ['cut', 'halve']) {
    test(`a checkout whose answer is lost (${mode}) is said not to be known yet; pressing again orders nothing twice`, LIMIT, () =>
        visit(here.browser, storefront.url, { javaScript: mode === 'cut' }, async (visitor) => {
            const account = await api.customer(here.shop);
            const key = await api.keyOf(here.shop, account);
            const tea = await api.product(here.shop, 'malty-assam');
            await logIn(visitor, account);
            await addToBasket(visitor, tea.slug, 1);
            await visitor.go('/checkout');
            const { idempotency_key: shown } = await visitor.fields('/checkout');
            proxies.order.set(mode, ({ url }) => url.endsWith('/checkout'));
            try {
                await visitor.send('/checkout', { delivery_name: 'Ada', delivery_address: 'At home' });
                assert.equal(visitor.status, 503);
                await visitor.sees('We do not know yet whether your order went through');
                const fields = await visitor.fields('/checkout');
                assert.equal(fields.idempotency_key, shown);
                assert.equal(fields.delivery_address, 'At home');
                assert.equal((await api.ordersOf(here.shop, key)).length, 1, 'it had gone through');
                if (mode === 'cut') await look(visitor, 'checkout-not-known', BRIEFLY);
            } finally {
                proxies.order.set('pass');
            }
            await eventually('the order service is called again', KNOWN_WITHIN_MS, async () => {
                if (!placedOrder(visitor)) await visitor.send('/checkout');
                return placedOrder(visitor);
            });
            const orders = await api.ordersOf(here.shop, key);
            assert.deepEqual(orders.map(({ id }) => id), [placedOrder(visitor)]);
            assert.equal(orders[0].delivery_name, 'Ada');
            await untilState(visitor, 'confirmed');
            assert.deepEqual(await basket(visitor), []);
        }));
}

test('a change of the basket whose answer is lost is made once', LIMIT, () =>
    visit(here.browser, storefront.url, {}, async (visitor) => {
        const account = await api.customer(here.shop);
        const key = await api.keyOf(here.shop, account);
        const tea = await api.product(here.shop, 'malty-assam');
        await logIn(visitor, account);
        for (let piece = 1; piece <= 4; piece += 1) {
            proxies.order.set('cut', ({ url }) => url.includes('/merge'));
            await addToBasket(visitor, tea.slug, 1);
            assert.deepEqual(await basket(visitor), [[tea.id, piece]]);
            proxies.order.set('pass');
            await eventually('it is handed over', KNOWN_WITHIN_MS, async () => {
                assert.deepEqual(await basket(visitor), [[tea.id, piece]]);
                assert.deepEqual(await api.basketOf(here.shop, key), [[tea.id, piece]]);
                return true;
            });
        }
        // So many answers were lost that orders are paused for a moment.
        assert.ok(await eventually('it is ordered', KNOWN_WITHIN_MS, () => checkOut(visitor)));
    }));

test('a service that is down is asked seldom, and not stormed when it comes back', LIMIT, () =>
    visit(here.browser, storefront.url, {}, async (visitor) => {
        await visitor.go('/');
        await untilKnown(visitor, [], KNOWN_WITHIN_MS);
        proxies.product.set('hang');
        await untilKnown(visitor, ['product'], KNOWN_WITHIN_MS);
        proxies.product.seen = [];
        const began = performance.now();
        const pages = await Promise.all(Array.from({ length: 100 }, async () => {
            const answer = await fetch(storefront.url);
            return [answer.status, (await answer.text()).includes('This is our catalogue as of')];
        }));
        const seconds = (performance.now() - began) / 1000;
        assert.ok(pages.every(([status, isCopy]) => status === 200 && isCopy));
        // A probe a second, and whatever one half-open call needs.
        assert.ok(proxies.product.seen.length <= 3 + 2 * seconds, `asked ${proxies.product.seen.length} times in ${seconds} s`);

        proxies.product.set('pass');
        const back = performance.now();
        await eventually('pages are live again', KNOWN_WITHIN_MS, async () =>
            !(await (await fetch(storefront.url)).text()).includes('This is our catalogue as of'));
        const asked = proxies.product.seen.length;
        const looks = (performance.now() - back) / 50 + 5;
        assert.ok(asked <= 2 * looks, `asked ${asked} times while ${looks} pages were loaded`);
    }));

test('one slow service does not slow the pages of the others', LIMIT, async () => {
    proxies.order.set('hang');
    try {
        // More at once than the storefront lets wait for one service.
        const waiting = Array.from({ length: 200 }, () => fetch(`${storefront.url}/orders`).then((answer) => answer.text()));
        // The whole of it within this time, also where 200 requests alone keep the machine busy for some of it.
        await eventually('the home page is live', 3000, async () => {
            const home = await fetch(storefront.url);
            assert.equal(home.status, 200);
            return !(await home.text()).includes('This is our catalogue as of');
        });
        await Promise.all(waiting);
    } finally {
        proxies.order.set('pass');
    }
});

test('what the storefront saw of the services is in its metrics', LIMIT, async () => {
    const listen = storefront.child.spawnargs[storefront.child.spawnargs.indexOf('--internal-listen') + 1];
    const metrics = await (await fetch(`http://${listen}/metrics`)).text();
    for (const part of SERVICES) assert.match(metrics, new RegExp(`shop_circuit_state\\{[^}]*peer="${part}"[^}]*\\} [012]`));
    for (const name of ['shop_peer_timeouts_total', 'shop_peer_retries_total', 'http_client_request_duration_seconds_count']) {
        assert.match(metrics, new RegExp(`^${name}\\{`, 'm'));
    }
    for (const capability of ['browse', 'register', 'log_in', 'order']) {
        assert.match(metrics, new RegExp(`shop_capability\\{[^}]*capability="${capability}"[^}]*\\} [01]`, 'i'));
    }
    assert.match(metrics, /^shop_catalogue_age_seconds/m);
});
