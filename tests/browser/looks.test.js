// Every page in every state that the shop can be brought into while all is well: no barriers, no sideways
// scrolling, in light and dark, on phone and desk; pictures of all of them are left in .cache/browser/left/screens.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as api from './harness/api.js';
import { DESKTOP, visit } from './harness/browser.js';
import { look } from './harness/look.js';
import { LIMIT, scene } from './harness/scene.js';
import { addToBasket, checkOut, logIn, sendRegistration, untilState } from './harness/shopping.js';

const here = scene();
const PRODUCT = '/product/malty-assam';

/** Goes there and looks; `status` is what the page must answer. */
async function at(visitor, path, name, status = 200) {
    assert.equal(await visitor.go(path), status, path);
    await look(visitor, name);
}

test('what a guest sees', LIMIT, () =>
    visit(here.browser, here.shop.url, {}, async (visitor) => {
        await at(visitor, '/', 'home');
        await at(visitor, '/?q=tea&sort=-price&in_stock=true', 'home-search');
        await at(visitor, '/?category=Black+tea', 'home-category');
        await at(visitor, '/?q=no-such-thing-here', 'home-nothing-found');
        await at(visitor, PRODUCT, 'product');
        await at(visitor, '/basket', 'basket-empty');
        await addToBasket(visitor, 'malty-assam', 2);
        await look(visitor, 'added-to-basket');
        await at(visitor, '/basket', 'basket-guest');
        await at(visitor, '/login', 'login');
        await at(visitor, '/login?next=/checkout', 'login-to-order');
        await at(visitor, '/register', 'register');
    }));

test('forms that were refused', LIMIT, () =>
    visit(here.browser, here.shop.url, {}, async (visitor) => {
        const taken = await api.customer(here.shop);
        const withoutChecks = (action) =>
            visitor.form(action).evaluate((form) => { form.noValidate = true; });
        await visitor.go('/register');
        await withoutChecks('/register');
        await visitor.send('/register');
        await look(visitor, 'register-empty-refused');
        assert.equal(visitor.status, 400);
        await visitor.go('/register');
        await sendRegistration(visitor, taken);
        assert.equal(visitor.status, 409);
        await visitor.sees('Please try another username');
        assert.equal((await visitor.fields('/register')).username, taken.username);
        await look(visitor, 'register-taken');

        await logIn(visitor, { ...taken, password: 'not this one' });
        assert.equal(visitor.status, 401);
        await visitor.sees('Cannot login');
        assert.equal((await visitor.fields('/login')).username, taken.username);
        assert.equal((await visitor.fields('/login')).password, '');
        await look(visitor, 'login-refused');

        await logIn(visitor, taken);
        await visitor.go('/account');
        await visitor.send('/account/password', { current_password: 'not this one', new_password: 'another password' });
        assert.equal(visitor.status, 400);
        await look(visitor, 'account-refused');
    }));

test('what a customer sees', LIMIT, () =>
    visit(here.browser, here.shop.url, {}, async (visitor) => {
        const account = await api.customer(here.shop);
        await logIn(visitor, account);
        await look(visitor, 'logged-in');
        await at(visitor, '/orders', 'orders-empty');
        await visitor.go('/orders');
        await visitor.sees('No order found');
        await at(visitor, '/checkout', 'checkout-empty');
        for (const slug of ['malty-assam', 'first-flush-darjeeling']) await addToBasket(visitor, slug, 2);
        await at(visitor, '/basket', 'basket');
        await at(visitor, '/checkout', 'checkout');
        await at(visitor, '/account', 'account');
        await at(visitor, '/logout', 'logout');

        const key = await api.keyOf(here.shop, account);
        await here.shop.stop('product');
        const placed = await checkOut(visitor, { delivery_name: 'Ada', delivery_address: '12 St James’s Square\nLondon' });
        await look(visitor, 'thanks-placed');
        await here.shop.start('product');
        await untilState(visitor, 'confirmed');
        await visitor.page.reload();
        await look(visitor, 'thanks-confirmed');
        await at(visitor, `/orders/${placed}`, 'order-confirmed');

        await addToBasket(visitor, 'malty-assam', 999);
        const refused = await checkOut(visitor);
        await untilState(visitor, 'refused');
        await visitor.page.reload();
        await look(visitor, 'thanks-refused');
        await at(visitor, `/orders/${refused}`, 'order-refused');
        await visitor.go(`/orders/${placed}`);
        await visitor.send(`/orders/${placed}/cancel`);
        await look(visitor, 'order-cancelled');
        for (let more = 0; more < 25; more += 1) {
            await api.add(here.shop, key, 3, 1);
            await api.checkOut(here.shop, key);
        }
        await at(visitor, '/orders', 'orders');
    }));

test('pages that say what went wrong, with a support code', LIMIT, () =>
    visit(here.browser, here.shop.url, {}, async (visitor) => {
        for (const path of ['/nowhere', '/product/nothing', '/media/0000', '/orders/x/y']) {
            assert.equal(await visitor.go(path), 404, path);
            assert.match(await visitor.text('#support-code'), /[0-9a-f]{32}/, path);
        }
        await look(visitor, 'error-404');
        await logIn(visitor, await api.customer(here.shop));
        await at(visitor, '/staff', 'error-403', 403);
        assert.match(await visitor.text('#support-code'), /[0-9a-f]{32}/);
        assert.equal(await visitor.go('/orders/1'), 404, 'the order of nobody or of somebody else');
        assert.equal(await visitor.go('/basket/add'), 405);
        await look(visitor, 'error-405');
    }));

test('what staff see', LIMIT, () =>
    visit(here.browser, here.shop.url, {}, async (visitor) => {
        const customer = await api.customer(here.shop);
        const key = await api.keyOf(here.shop, customer);
        await api.add(here.shop, key, 1, 1);
        const order = await api.checkOut(here.shop, key);
        await logIn(visitor, here.shop.staffLogin());
        await at(visitor, '/staff', 'staff');
        await at(visitor, '/staff/products', 'staff-products');
        await at(visitor, '/staff/products?q=no-such-thing-here', 'staff-products-none');
        await at(visitor, '/staff/products/new', 'staff-product-new');
        await at(visitor, '/staff/products/1', 'staff-product');
        await at(visitor, '/staff/import', 'staff-import');
        await at(visitor, '/staff/orders', 'staff-orders');
        await at(visitor, '/staff/orders?state=cancelled', 'staff-orders-none');
        await visitor.go(`/staff/orders/${order.id}`);
        if (visitor.status === 200) await look(visitor, 'staff-order');
        await at(visitor, '/staff/customers', 'staff-customers');
        await visitor.go(`/staff/customers/${customer.id}`);
        if (visitor.status === 200) await look(visitor, 'staff-customer');
        await at(visitor, '/staff/low-stock', 'staff-low-stock');
        await at(visitor, '/staff/rules', 'staff-rules');
        await at(visitor, '/staff/products/999999', 'staff-product-unknown', 404);
        assert.equal(await visitor.go('/staff/nothing'), 404);
    }));

test('a shop without products', LIMIT, async () => {
    // The product service has never been seen by this storefront, and is not to be seen now.
    const storefront = await here.shop.runPart('storefront', {
        '--product-url': 'http://127.0.0.1:1', '--product-internal-url': 'http://127.0.0.1:1',
        '--cache-dir': `${here.shop.folder}/cache-never-seen`,
    });
    await visit(here.browser, storefront.url, { size: DESKTOP }, async (visitor) => {
        await at(visitor, '/', 'home-never-seen');
        assert.equal(await visitor.go(PRODUCT), 503);
        assert.ok(visitor.watch.document.headers()['retry-after']);
        await look(visitor, 'product-never-seen');
        await logIn(visitor, await api.customer(here.shop));
        await visitor.sees('Welcome back');
    });
    await storefront.end();
});
