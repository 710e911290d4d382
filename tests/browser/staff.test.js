// What staff do: products, pictures, imports, orders, customers; and that nobody else can.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import * as api from './harness/api.js';
import { PHONE, visit, Visitor } from './harness/browser.js';
import { root } from './harness/folders.js';
import { look } from './harness/look.js';
import { LIMIT, scene } from './harness/scene.js';
import { addToBasket, checkOut, logIn, logOut, untilState } from './harness/shopping.js';
import { eventually } from './harness/wait.js';

const here = scene();
const PICTURE = path.join(root, 'services/storefront/assets/tea-house/malty-assam.webp');

const asStaff = (options, work) =>
    visit(here.browser, here.shop.url, options, async (visitor) => {
        await logIn(visitor, here.shop.staffLogin());
        await work(visitor);
    });

for (const [way, options] of [['with scripts', {}], ['without, on a phone', { javaScript: false, size: PHONE }]]) {
    test(`a product is made, seen in the shop, changed, given a picture and a stock: ${way}`, LIMIT, () =>
        asStaff(options, async (visitor) => {
            const key = await api.staffKey(here.shop);
            const slug = api.freshName('spring-sencha').toLowerCase();
            const name = `Spring <Sencha> & "${slug}"`;
            await visitor.go('/staff/products/new');
            await visitor.send('/staff/products/new', { name, slug, price: '12.9x', category: 'Green tea' });
            assert.equal(visitor.status, 400);
            assert.equal(await visitor.page.locator('#price').getAttribute('aria-invalid'), 'true');
            assert.ok(await visitor.page.locator('#price-error').isVisible());
            assert.equal((await visitor.fields('/staff/products/new')).name, name, 'what was typed is kept');
            if (visitor.javaScript) await look(visitor, 'staff-product-refused');
            await visitor.send('/staff/products/new', { price: '12.90', stock_quantity: '7', description: 'Fresh.\nGrassy.' });
            const made = await api.product(here.shop, slug, key);
            assert.deepEqual([made.name, made.price, made.stock_quantity, made.category], [name, 1290, 7, 'Green tea']);

            await visitor.go(`/product/${slug}`);
            await visitor.sees(name, 'h1');
            const to = `/staff/products/${made.id}`;
            await visitor.go(to);
            await visitor.send(to, { price: '13.50', stock_quantity: '9' });
            const changed = await api.product(here.shop, slug, key);
            assert.deepEqual([changed.price, changed.stock_quantity, changed.name, changed.description], [1350, 9, name, made.description]);

            await visitor.go(to);
            await visitor.page.locator('#picture').setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: Buffer.from('no picture') });
            await visitor.send(`${to}/picture`);
            assert.equal(visitor.status, 400 <= visitor.status && visitor.status < 500 ? visitor.status : 415);
            assert.ok(await visitor.page.locator('#picture-error').isVisible());
            await visitor.go(to);
            await visitor.page.locator('#picture').setInputFiles(PICTURE);
            await visitor.send(`${to}/picture`);
            const { image } = await api.product(here.shop, slug, key);
            assert.match(image, /^\/media\//);
            const shown = await fetch(new URL(image, here.shop.url));
            assert.deepEqual(Buffer.from(await shown.arrayBuffer()), readFileSync(PICTURE));
        }));
}

test('of two members of staff who change a product, the second is shown both values', LIMIT, () =>
    asStaff({}, async (visitor) => {
        const key = await api.staffKey(here.shop);
        const tea = await api.product(here.shop, 'malty-assam', key);
        await visitor.go(`/staff/products/${tea.id}`);
        await api.edit(here.shop, key, tea.slug, { price: 801 });
        await visitor.send(`/staff/products/${tea.id}`, { price: '7.77', description: 'Mine.' });
        assert.equal(visitor.status, 409);
        const said = await visitor.text('main');
        assert.match(said, /Changed by somebody else/);
        assert.match(said, /7\.77/);
        assert.match(said, /8\.01/);
        assert.equal((await visitor.fields(`/staff/products/${tea.id}`)).description, 'Mine.');
        await look(visitor, 'staff-product-conflict');
        assert.equal((await api.product(here.shop, tea.slug, key)).price, 801);
        await visitor.send(`/staff/products/${tea.id}`);
        assert.equal((await api.product(here.shop, tea.slug, key)).price, 777);
    }));

test('an import is checked first: mistakes by line and column, then what it would do, then it is done', LIMIT, () =>
    asStaff({ javaScript: false }, async (visitor) => {
        const key = await api.staffKey(here.shop);
        const stem = api.freshName('tin').toLowerCase();
        const csv = (third) => ['slug,name,price,category,description,image,stock_quantity',
            `${stem}-1,Tin ${stem} one,100,Tins,,,5`, `${stem}-2,Tin ${stem} two,200,Tins,"Big, round",,6`, `${stem}-3,Tin ${stem} three,${third},Tins,,,7`].join('\n');
        const check = 'button[name="dry_run"]';
        await visitor.go('/staff/import');
        await visitor.send('/staff/import', { text: csv('much') }, check);
        const row = visitor.page.locator('#mistakes [data-line="4"]');
        assert.match(await row.innerText(), /4\s+price/);
        await look(visitor, 'staff-import-mistakes');

        await visitor.send('/staff/import', { text: csv('300') }, check);
        await visitor.sees('Nothing was written yet');
        assert.match(await visitor.text('main'), /New products\s*3/);
        await look(visitor, 'staff-import-checked');
        await assert.rejects(api.product(here.shop, `${stem}-3`, key), { status: 404 });

        await visitor.follow(() => visitor.page.locator('form:has([name="kept"]) button').click());
        await visitor.sees('3 new', '#imported');
        await look(visitor, 'staff-import-done');
        assert.equal((await api.product(here.shop, `${stem}-3`, key)).price, 300);
    }));

test('10 000 products are imported with progress on the page, and the shop stays quick', LIMIT, () =>
    asStaff({}, async (visitor) => {
        const rows = Array.from({ length: 10000 }, (_, n) => `bulk-${n},Bulk tea number ${n},${100 + n},Bulk,A tea among many,,${n}`);
        const file = { name: 'bulk.csv', mimeType: 'text/csv', buffer: Buffer.from(['slug,name,price,category,description,image,stock_quantity', ...rows].join('\n')) };
        await visitor.go('/staff/import');
        await visitor.page.locator('#file').setInputFiles(file);
        const sending = visitor.page.locator('form[action="/staff/import"] button:not([name])').first().click();
        const steps = new Set();
        let slowest = 0;
        await eventually('the import is done', 120000, async () => {
            for (const step of await visitor.page.locator('[data-step]').evaluateAll((all) => all.map((one) => one.dataset.step))) steps.add(step);
            const began = performance.now();
            const home = await fetch(here.shop.url);
            slowest = Math.max(slowest, performance.now() - began);
            assert.equal(home.status, 200);
            await home.text();
            return steps.has('done');
        });
        await sending;
        assert.deepEqual([...steps], ['read', 'checking', 'checked', 'writing', 'done'].filter((step) => steps.has(step)), 'in this order');
        assert.ok(steps.has('read'));
        await visitor.sees('10000 new', '#imported').catch(() => visitor.sees('10,000 new', '#imported'));
        // On two shared cores, unoptimised, while a browser runs: much more than a shopper should see.
        assert.ok(slowest < 2500, `the slowest home page took ${Math.round(slowest)} ms`);
        await visitor.go('/staff/products?q=number+9999');
        await visitor.sees('Bulk tea number 9999');
    }));

test('orders are filtered, fulfilled and cancelled', LIMIT, () =>
    asStaff({}, async (visitor) => {
        const customer = await api.customer(here.shop);
        const key = await api.keyOf(here.shop, customer);
        const order = async () => {
            await api.add(here.shop, key, 3, 1);
            const { id } = await api.checkOut(here.shop, key);
            await eventually('it is confirmed', 15000, async () => (await api.ordersOf(here.shop, key))[0].state === 'confirmed');
            return id;
        };
        const [first, second] = [await order(), await order()];
        await visitor.go('/staff/orders?state=confirmed');
        await visitor.send(`/staff/orders/${first}/fulfil`);
        await visitor.go('/staff/orders?state=fulfilled');
        assert.ok(await visitor.page.locator(`[data-order="${first}"]`).isVisible());
        assert.equal(await visitor.page.locator(`[data-order="${second}"]`).count(), 0);
        await visitor.go(`/staff/orders/${second}`);
        await visitor.page.locator('summary').last().click();
        await visitor.send(`/staff/orders/${second}/cancel`);
        const states = Object.fromEntries((await api.ordersOf(here.shop, key)).map(({ id, state }) => [id, state]));
        assert.deepEqual(states, { [first]: 'fulfilled', [second]: 'cancelled' });
        await visitor.go(`/staff/orders/${first}`);
        await look(visitor, 'staff-order-fulfilled');
    }));

test('a customer gets a new password, is deactivated and activated, becomes staff and is staff no more', LIMIT, () =>
    asStaff({}, async (visitor) => {
        const customer = await api.customer(here.shop);
        const to = `/staff/customers/${customer.id}`;
        await visitor.go(to);
        await visitor.send(`${to}/reset-password`, { new_password: 'short' });
        assert.equal(visitor.status, 400);
        assert.ok(await visitor.page.locator('#new_password-error').isVisible());
        await look(visitor, 'staff-customer-refused');
        await visitor.send(`${to}/reset-password`, { new_password: 'a new one for you' });
        const fresh = { ...customer, password: 'a new one for you' };
        await api.keyOf(here.shop, fresh);
        await visitor.go(to);
        await visitor.send(`${to}/deactivate`);
        await assert.rejects(api.keyOf(here.shop, fresh), { status: 401 });
        await visitor.go(to);
        await visitor.send(`${to}/activate`);
        await api.keyOf(here.shop, fresh);
        await visitor.go(to);
        await visitor.send(`${to}/grant-staff`);

        const promoted = await Visitor.enter(here.browser, here.shop.url);
        await logIn(promoted, fresh);
        assert.equal(await promoted.go('/staff'), 200);
        await promoted.leave();
        await visitor.go(to);
        await visitor.send(`${to}/revoke-staff`);
        await logOut(visitor);
        await logIn(visitor, fresh);
        assert.equal(await visitor.go('/staff'), 403);
    }));

test('staff pages are for staff: guests log in first, customers are turned away, whatever they send', LIMIT, async () => {
    const pages = ['', '/products', '/products/new', '/products/1', '/import', '/orders', '/orders/1', '/customers', '/customers/1', '/low-stock', '/rules'];
    await visit(here.browser, here.shop.url, {}, async (visitor) => {
        for (const page of pages) {
            await visitor.go(`/staff${page}`);
            assert.equal(new URL(visitor.page.url()).pathname, '/login', page);
        }
        const customer = await api.customer(here.shop);
        await logIn(visitor, customer);
        for (const page of pages) assert.equal(await visitor.go(`/staff${page}`), 403, page);
        await addToBasket(visitor, 'malty-assam');
        const order = await checkOut(visitor);
        await untilState(visitor, 'confirmed');
        const cookie = (await visitor.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
        const posts = ['/products/new', '/products/1', '/import', `/orders/${order}/fulfil`, `/orders/${order}/cancel`, ...['reset-password', 'deactivate', 'grant-staff'].map((act) => `/customers/${customer.id}/${act}`)];
        for (const page of posts) {
            for (const [who, headers, status] of [['customer', { cookie }, 403], ['guest', {}, 303]]) {
                const body = new URLSearchParams({ new_password: 'a new password', name: 'x', slug: 'x-y', price: '1', text: 'slug,name,price\nx-y,X,1' });
                const answer = await fetch(`${here.shop.url}/staff${page}`, { method: 'POST', headers, body, redirect: 'manual' });
                assert.equal(answer.status, status, `${who}, ${page}`);
            }
        }
        const key = await api.keyOf(here.shop, customer);
        assert.deepEqual((await api.ordersOf(here.shop, key)).map(({ state }) => state), ['confirmed']);
    });
});

test('the page about the rules says which hold, and which do not while a service is down', LIMIT, () =>
    asStaff({}, async (visitor) => {
        await visitor.go('/staff/rules');
        const allIsWell = await visitor.text('main');
        await here.shop.stop('order');
        try {
            await eventually('it says that orders are down', 10000, async () => {
                await visitor.go('/staff/rules');
                assert.equal(visitor.status, 200);
                return (await visitor.page.locator('main [data-health="down"], main [data-holds="false"], main [data-standing="no"]').count()) > 0
                    || (await visitor.text('main')) !== allIsWell;
            });
        } finally {
            await here.shop.start('order');
        }
    }));
