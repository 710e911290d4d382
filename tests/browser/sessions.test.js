// Who one is: cookies that were stolen, altered, sealed with an old key, used in two tabs at once, or outlived
// by the user service.

import assert from 'node:assert/strict';
import { createPrivateKey, randomBytes, sign } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import * as api from './harness/api.js';
import { visit } from './harness/browser.js';
import { fieldsOf, Shopper } from './harness/forms.js';
import { look, BRIEFLY } from './harness/look.js';
import { FaultProxy } from './harness/proxy.js';
import { LIMIT, scene } from './harness/scene.js';
import { addToBasket, basket, logIn, logOut, placedOrder } from './harness/shopping.js';
import { eventually } from './harness/wait.js';

const here = scene();

/** A shopper without a browser who has logged in. */
async function loggedIn(base = here.shop.url) {
    const account = await api.customer(here.shop);
    const shopper = new Shopper(base);
    shopper.account = account;
    const page = await shopper.post('/login', { username: account.username, password: account.password });
    assert.ok(page.text.includes(`Welcome back, ${account.username}`));
    return shopper;
}

/** Whether these cookies open somebody's orders. */
async function isSomebody(shopper) {
    const { status, path: shown } = await shopper.get('/orders');
    return status === 200 && shown === '/orders';
}

test('a cookie that was copied before the logout opens nothing afterwards', LIMIT, async () => {
    const shopper = await loggedIn();
    const thief = new Shopper(here.shop.url, shopper.jar.copy());
    assert.ok(await isSomebody(thief));
    await shopper.post('/logout');
    assert.equal(shopper.jar.get('session'), undefined);
    assert.equal(await isSomebody(shopper), false);
    await eventually('the copy is refused', 5000, async () => !(await isSomebody(thief)));
});

test('a cookie that was altered anywhere is nobody’s, and the page says nothing of it', LIMIT, async () => {
    const shopper = await loggedIn();
    const value = shopper.jar.get('session');
    for (let place = 0; place < value.length; place += 7) {
        const altered = new Shopper(here.shop.url, shopper.jar.copy());
        const other = value[place] === 'A' ? 'B' : 'A';
        altered.jar.set('session', value.slice(0, place) + other + value.slice(place + 1));
        const { status, text } = await altered.get('/');
        assert.equal(status, 200);
        assert.ok(!text.includes('>Ada<'), `altered at ${place}`);
    }
    for (const value of ['', 'x', 'A'.repeat(3000), '%00', '"']) {
        const altered = new Shopper(here.shop.url, shopper.jar.copy());
        altered.jar.set('session', value);
        const { status, text } = await altered.get('/');
        assert.equal(status, 200);
        assert.ok(!text.includes('>Ada<'));
    }
});

test('a session cookie in the place of the basket’s is no basket, and the other way round', LIMIT, async () => {
    const shopper = await loggedIn();
    const tea = await api.product(here.shop, 'malty-assam');
    await shopper.post('/basket/add', { product_id: tea.id, quantity: 1 });
    const swapped = new Shopper(here.shop.url, shopper.jar.copy());
    const [session, held] = [shopper.jar.get('session'), shopper.jar.get('basket')];
    assert.ok(held);
    swapped.jar.set('session', held);
    swapped.jar.set('basket', session);
    const { status, text } = await swapped.get('/basket');
    assert.equal(status, 200);
    assert.ok(!text.includes('>Ada<'));
    assert.ok(!text.includes('data-line'));
});

test('a login gives a new cookie, whatever was brought along', LIMIT, async () => {
    const first = await loggedIn();
    const planted = first.jar.get('session');
    const victim = new Shopper(here.shop.url, first.jar.copy());
    const account = await api.customer(here.shop);
    await victim.post('/login', { username: account.username, password: account.password });
    assert.notEqual(victim.jar.get('session'), planted);
    const { text } = await victim.get('/account');
    assert.ok(text.includes(account.email));
    const attacker = new Shopper(here.shop.url);
    attacker.jar = first.jar;
    assert.ok(!(await attacker.get('/account')).text.includes(account.email), 'what was planted shows nothing of the victim');
});

test('nobody sees what the one before left in the browser', LIMIT, () =>
    visit(here.browser, here.shop.url, {}, async (visitor) => {
        const [first, second] = [await api.customer(here.shop), await api.customer(here.shop)];
        await logIn(visitor, first);
        await addToBasket(visitor, 'malty-assam', 3);
        await logOut(visitor);
        assert.deepEqual(await basket(visitor), []);
        await logIn(visitor, second);
        assert.deepEqual(await basket(visitor), []);
        await logOut(visitor);
        await logIn(visitor, first);
        assert.equal((await basket(visitor)).length, 1);
        // After a logout "back" shows no page of somebody, neither from a cache nor from memory.
        await visitor.go('/account');
        await visitor.sees(first.email);
        await logOut(visitor);
        await visitor.page.goBack();
        await visitor.page.goBack();
        assert.ok(!(await visitor.text()).includes(first.email));
    }));

test('cookies of an old key go on working, and are sealed anew; of a key that is gone they do not', LIMIT, async () => {
    const keys = path.join(here.shop.folder, 'cookie-keys');
    const [old, fresh] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];
    writeFileSync(keys, `${old}\n`);
    const storefront = await here.shop.runPart('storefront', { '--cookie-key-file': keys, '--cache-dir': path.join(here.shop.folder, 'cache-keys') });
    const shopper = await loggedIn(storefront.url);
    const tea = await api.product(here.shop, 'malty-assam');
    writeFileSync(keys, `${fresh}\n${old}\n`);
    // It is read again when it changes; a login under the new key tells that it was.
    const probe = new Shopper(storefront.url, shopper.jar.copy());
    assert.ok(await isSomebody(probe));
    await shopper.post('/basket/add', { product_id: tea.id, quantity: 1 });
    assert.ok(await isSomebody(shopper));
    await eventually('the old key alone opens no new cookie', 15000, async () => {
        const renewed = new Shopper(storefront.url);
        await renewed.post('/login', { username: shopper.account.username, password: shopper.account.password });
        const other = await here.shop.runPart('storefront', {
            '--cookie-key-file': oldOnly(), '--cache-dir': path.join(here.shop.folder, 'cache-old'),
        });
        const there = new Shopper(other.url, renewed.jar.copy());
        const opened = await isSomebody(there);
        await other.end();
        return !opened;
    });
    writeFileSync(keys, `${fresh}\n`);
    await eventually('a cookie of the retired key is nobody’s', 15000, async () => {
        const late = new Shopper(storefront.url, probe.jar.copy());
        return !(await isSomebody(late));
    });

    function oldOnly() {
        const file = path.join(here.shop.folder, 'cookie-keys-old');
        writeFileSync(file, `${old}\n`);
        return file;
    }
});

test('forms of other sites are refused, whoever is logged in', LIMIT, async () => {
    const shopper = await loggedIn();
    const tea = await api.product(here.shop, 'malty-assam');
    const foreign = [{ 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }, { origin: 'https://evil.example' }, { origin: 'null' }];
    for (const headers of foreign) {
        for (const to of ['/basket/add', '/logout', '/checkout', '/account/password', '/login', '/staff/products/new']) {
            const { status } = await shopper.post(to, { product_id: tea.id, quantity: 1 }, { follow: false, headers });
            assert.equal(status, 403, `${to} with ${JSON.stringify(headers)}`);
        }
    }
    assert.ok(await isSomebody(shopper));
    const own = { 'sec-fetch-site': 'same-origin', origin: here.shop.url };
    assert.equal((await shopper.post('/basket/add', { product_id: tea.id, quantity: 1 }, { follow: false, headers: own })).status, 303);
});

test('a login leads only to pages of this shop', LIMIT, async () => {
    const account = await api.customer(here.shop);
    const targets = ['https://evil.example', '//evil.example', '/\\evil.example', '\\\\evil.example', 'javascript:alert(1)', '/\t/evil.example', '/%0d%0aset-cookie:a=b'];
    for (const next of targets) {
        const shopper = new Shopper(here.shop.url);
        const form = fieldsOf((await shopper.get(`/login?next=${encodeURIComponent(next)}`)).text, '/login') ?? {};
        const { status, location } = await shopper.post(`/login?next=${encodeURIComponent(next)}`,
            { ...form, next, username: account.username, password: account.password }, { follow: false });
        assert.equal(status, 303);
        const to = new URL(location, here.shop.url);
        assert.equal(to.origin, new URL(here.shop.url).origin, `${next} led to ${location}`);
    }
});

test('looking at pages changes nothing: GET neither logs out nor orders', LIMIT, async () => {
    const shopper = await loggedIn();
    const tea = await api.product(here.shop, 'malty-assam');
    await shopper.post('/basket/add', { product_id: tea.id, quantity: 1 });
    for (const to of ['/logout', '/checkout', `/basket/add?product_id=${tea.id}&quantity=1`, '/order/thank-you']) await shopper.get(to);
    assert.ok(await isSomebody(shopper));
    const key = await api.keyOf(here.shop, shopper.account);
    assert.deepEqual(await api.basketOf(here.shop, key), [[tea.id, 1]]);
    assert.deepEqual(await api.ordersOf(here.shop, key), []);
});

test('keys that live a few seconds: two tabs go on for longer, and without the user service the name stays', LIMIT, async () => {
    // No user service gives such keys: they are signed anew on their way to the storefront.
    const signing = createPrivateKey(readFileSync(path.join(here.shop.data, 'keys/signing-key.pem')));
    const accounts = await FaultProxy.before(here.shop.api('user'));
    accounts.rewrite = (request, body) => {
        if (!/\/(login|refresh)$/.test(request.url)) return body;
        const answer = JSON.parse(body);
        if (!answer.api_key) return body;
        return JSON.stringify({ ...answer, api_key: shortened(answer.api_key, signing), expires_in: LIFETIME_S });
    };
    const storefront = await here.shop.runPart('storefront', { '--user-url': accounts.url, '--cache-dir': path.join(here.shop.folder, 'cache-short') });
    try {
        await visit(here.browser, storefront.url, {}, async (visitor) => {
            const account = await api.customer(here.shop);
            await logIn(visitor, account);
            await addToBasket(visitor, 'malty-assam', 2);
            const second = await visitor.newPage();
            const sessions = new Set();
            // Four lives of a key long, both tabs at once.
            const until = performance.now() + 4 * LIFETIME_S * 1000;
            while (performance.now() < until) {
                const statuses = await Promise.all([visitor.page.goto('/orders'), second.goto('/basket')]);
                assert.deepEqual(statuses.map((answer) => answer.status()), [200, 200]);
                assert.equal(new URL(visitor.page.url()).pathname, '/orders');
                sessions.add(await sessionOf(visitor));
            }
            assert.ok(sessions.size >= 3, `the session was renewed ${sessions.size} times`);
            const renewals = accounts.seen.filter((one) => one.path.endsWith('/refresh')).length;
            assert.ok(renewals <= 3 * sessions.size, `${renewals} renewals for ${sessions.size} sessions`);

            accounts.set('hang');
            await eventually('the key is over', (LIFETIME_S + 10) * 1000, async () => {
                await visitor.go('/orders');
                return (await visitor.text('main')).includes('Accounts are resting');
            });
            await visitor.go('/checkout');
            await visitor.sees('Accounts are resting');
            if (await visitor.form('/checkout').count()) {
                await visitor.send('/checkout', { delivery_name: 'Ada' });
                assert.equal(visitor.status, 503);
                await visitor.sees('Accounts are resting');
                assert.equal((await visitor.fields('/checkout')).delivery_name, 'Ada');
            }
            assert.equal(placedOrder(visitor), undefined);
            await visitor.sees(account.first_name, 'header');
            await addToBasket(visitor, 'first-flush-darjeeling', 1);
            assert.equal((await basket(visitor)).length, 2, 'the basket is kept, and can be filled');
            await visitor.go('/orders');
            await visitor.sees('Accounts are resting');
            await look(visitor, 'orders-accounts-resting', BRIEFLY);

            accounts.set('pass');
            await eventually('the shopper is logged in again without doing anything', 15000, async () =>
                (await visitor.go('/orders')) === 200 && new URL(visitor.page.url()).pathname === '/orders');
            assert.equal((await basket(visitor)).length, 2);
            assert.equal((await api.basketOf(here.shop, await api.keyOf(here.shop, account))).length, 2);
        });
    } finally {
        await storefront.end();
        await accounts.close();
    }
});

const LIFETIME_S = 4;

/** The same key, but for its end. */
function shortened(key, signing) {
    const [head, body] = key.split('.');
    const claims = JSON.parse(Buffer.from(body, 'base64url'));
    const shorter = Buffer.from(JSON.stringify({ ...claims, exp: claims.iat + LIFETIME_S })).toString('base64url');
    return `${head}.${shorter}.${sign(null, Buffer.from(`${head}.${shorter}`), signing).toString('base64url')}`;
}

const sessionOf = async (visitor) => (await visitor.cookies()).find(({ name }) => name.includes('session'))?.value;
