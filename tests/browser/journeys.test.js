// A shopper's whole way through the shop, with and without scripts, on a phone and on a desk.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as api from './harness/api.js';
import { DESKTOP, PHONE, visit } from './harness/browser.js';
import { LIMIT, scene } from './harness/scene.js';
import {
    addToBasket, basket, basketCount, checkOut, logIn, logOut, placedOrder, register, remove, setQuantity, shownLines,
    untilState,
} from './harness/shopping.js';

const here = scene();

const WAYS = [
    ['on a phone', { size: PHONE }],
    ['on a desk', { size: DESKTOP }],
    ['on a phone, without scripts', { size: PHONE, javaScript: false }],
    ['on a desk, without scripts', { size: DESKTOP, javaScript: false }],
];

for (const [way, options] of WAYS) {
    test(`a shopper registers, buys, cancels, orders again and leaves: ${way}`, LIMIT, () =>
        visit(here.browser, here.shop.url, options, async (visitor) => {
            const account = someone();
            const [assam, darjeeling] = await productsOf('malty-assam', 'first-flush-darjeeling');

            await register(visitor, account);
            await visitor.sees('Thanks for registering, please login');
            await logIn(visitor, account);
            await visitor.sees(`Welcome back, ${account.username}`);

            await findBySearch(visitor, 'assam', assam);
            await addToBasket(visitor, assam.slug, 2);
            await addToBasket(visitor, darjeeling.slug, 1);
            assert.equal(await basketCount(visitor), 3);
            assert.deepEqual(await basket(visitor), lines([assam, 2], [darjeeling, 1]));
            await setQuantity(visitor, assam.id, 5);
            await visitor.sees('Order has been updated');
            assert.deepEqual(await shownLines(visitor), lines([assam, 5], [darjeeling, 1]));
            await remove(visitor, darjeeling.id);
            assert.deepEqual(await shownLines(visitor), lines([assam, 5]));

            const key = await api.keyOf(here.shop, account);
            assert.deepEqual(await api.basketOf(here.shop, key), lines([assam, 5]));

            const order = await checkOut(visitor, { delivery_name: 'Ada <b>Lovelace</b>', delivery_address: '12 St James’s Square' });
            await visitor.sees('Thank you for your order');
            await untilState(visitor, 'confirmed');
            const [stored] = await api.ordersOf(here.shop, key);
            assert.equal(stored.id, order);
            assert.equal(stored.total, 5 * assam.price);
            assert.equal(stored.delivery_name, 'Ada <b>Lovelace</b>');
            assert.deepEqual(await basket(visitor), []);

            await visitor.go('/orders');
            await visitor.page.locator(`main [data-order="${order}"] a, main a[href="/orders/${order}"]`).first().click();
            await visitor.page.waitForURL(`**/orders/${order}`);
            await visitor.sees('Ada <b>Lovelace</b>');
            await visitor.send(`/orders/${order}/cancel`);
            await untilState(visitor, 'cancelled');
            assert.equal((await api.ordersOf(here.shop, key))[0].state, 'cancelled');

            await visitor.send(`/orders/${order}/reorder`);
            assert.deepEqual(await basket(visitor), lines([assam, 5]));

            await visitor.go('/account');
            await visitor.send('/account/password', { current_password: account.password, new_password: 'another password' });
            assert.equal(visitor.status, 200);
            await api.keyOf(here.shop, { ...account, password: 'another password' });
            assert.deepEqual(await basket(visitor), lines([assam, 5]), 'the own session goes on');

            await logOut(visitor);
            await visitor.go('/');
            assert.doesNotMatch(await visitor.text(), new RegExp(account.first_name));
            assert.equal(await basketCount(visitor), 0);
            await visitor.go('/orders');
            assert.equal(new URL(visitor.page.url()).pathname, '/login', 'orders are for those who are logged in');
        }));
}

for (const [way, options] of WAYS.slice(1, 3)) {
    test(`a guest fills a basket, is asked to log in at checkout, and orders it: ${way}`, LIMIT, () =>
        visit(here.browser, here.shop.url, options, async (visitor) => {
            const account = await api.customer(here.shop);
            const [tea, pot] = await productsOf('malty-assam', 'earl-grey-with-real-bergamot');
            const key = await api.keyOf(here.shop, account);
            await api.add(here.shop, key, tea.id, 1);

            await addToBasket(visitor, tea.slug, 2);
            await addToBasket(visitor, pot.slug, 1);
            assert.deepEqual(await basket(visitor), lines([tea, 2], [pot, 1]));
            await visitor.go('/checkout');
            assert.equal(new URL(visitor.page.url()).pathname, '/login');
            await visitor.sees('Please login');
            await visitor.send('/login', { username: account.username, password: account.password });
            assert.equal(new URL(visitor.page.url()).pathname, '/checkout', 'the login leads to where it was asked for');

            assert.deepEqual(await basket(visitor), lines([tea, 3], [pot, 1]), 'both baskets are one');
            assert.deepEqual(await api.basketOf(here.shop, key), lines([tea, 3], [pot, 1]));
            const order = await checkOut(visitor);
            assert.ok(order);
            await untilState(visitor, 'confirmed');
            await visitor.page.reload();
            assert.equal(placedOrder(visitor), order, 'loading the thanks again orders nothing');
            assert.equal((await api.ordersOf(here.shop, key)).length, 1);
        }));
}

test('an order that stock cannot fill is refused with the reason, and its lines go back into the basket', LIMIT, () =>
    visit(here.browser, here.shop.url, {}, async (visitor) => {
        const [tea] = await productsOf('malty-assam');
        const account = await api.customer(here.shop);
        await logIn(visitor, account);
        await addToBasket(visitor, tea.slug, 999);
        const order = await checkOut(visitor);
        await untilState(visitor, 'refused');
        await visitor.go(`/orders/${order}`);
        await visitor.sees('Not enough of it is left.');
        await visitor.send(`/orders/${order}/reorder`);
        assert.deepEqual(await basket(visitor), lines([tea, 999]));
    }));

test('what was shown is what is charged: a total that changed is shown again before anything is ordered', LIMIT, () =>
    visit(here.browser, here.shop.url, {}, async (visitor) => {
        const staff = await api.staffKey(here.shop);
        const [tea] = await productsOf('smoked-pine-souchong');
        const account = await api.customer(here.shop);
        const key = await api.keyOf(here.shop, account);
        await logIn(visitor, account);
        await addToBasket(visitor, tea.slug, 1);
        await visitor.go('/checkout');
        await visitor.sees('9.90', '#total');
        await api.edit(here.shop, staff, tea.slug, { price: 1090 });
        // The order service hears of it a moment later; until then the old price still holds.
        await (await import('./harness/wait.js')).eventually('the basket has the new price', 10000, async () => {
            const answer = await fetch(`${here.shop.api('order')}/api/order`, { headers: { authorization: `Bearer ${key}` } });
            return (await answer.json()).result.total === 1090;
        });
        await visitor.send('/checkout', { delivery_name: 'Ada', delivery_address: 'At home' });
        assert.equal(visitor.status, 409);
        const said = await visitor.text('main');
        assert.match(said, /9\.90/);
        assert.match(said, /10\.90/);
        assert.equal((await visitor.fields('/checkout')).delivery_name, 'Ada');
        assert.deepEqual(await api.ordersOf(here.shop, key), []);
        await visitor.send('/checkout');
        assert.ok(placedOrder(visitor));
        assert.equal((await api.ordersOf(here.shop, key))[0].total, 1090);
    }));

const lines = (...pairs) => pairs.map(([{ id }, quantity]) => [id, quantity]).sort(([a], [b]) => a - b);

function someone() {
    const username = api.freshName();
    return { username, password: api.PASSWORD, email: `${username}@example.com`, first_name: 'Ada', last_name: 'Lovelace' };
}

const productsOf = (...slugs) => Promise.all(slugs.map((slug) => api.product(here.shop, slug)));

async function findBySearch(visitor, word, { id, slug }) {
    await visitor.go('/');
    const field = visitor.page.locator('form#search [name="q"]');
    await field.fill(word);
    // With scripts the results may come while one types; Enter works in either case.
    await field.press('Enter');
    await visitor.page.waitForURL(`**/?*q=${word}*`);
    const found = visitor.page.locator(`article[data-product="${id}"]`);
    await found.waitFor();
    await found.locator(`a[href="/product/${slug}"]`).first().click();
    await visitor.page.waitForURL(`**/product/${slug}`);
}
