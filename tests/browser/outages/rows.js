// The rows of the table "the shop's rules, as behaviour": what each page says and keeps while services are down.
// Each is given the people and the services that are down.

import assert from 'node:assert/strict';
import { look, BRIEFLY } from '../harness/look.js';
import { isRemote } from '../harness/remote.js';
import {
    addToBasket, basket, basketCount, checkOut, logOut, placedOrder, sendRegistration, setQuantity, shownState,
} from '../harness/shopping.js';
import * as api from '../harness/api.js';

const ACCOUNTS_REST = 'Accounts are resting';
const ORDERS_PAUSED = 'Orders are paused for a moment';
const OF_THE_COPY = 'This is our catalogue as of';

/** States that were looked at closely; once in a run is enough, and on this machine, since they look the same elsewhere. */
const looked = new Set();

async function lookOnce(visitor, name) {
    if (looked.has(name) || !visitor.javaScript || isRemote) return;
    looked.add(name);
    await look(visitor, name, BRIEFLY);
}

/** Nothing but "try again shortly": 503, and when. */
function isUnavailable(visitor) {
    assert.equal(visitor.status, 503);
    assert.match(visitor.watch.document.headers()['retry-after'] ?? '', /^\d+$/);
}

/** The page is whole: 200, and none of the sentences about outages that do not concern it. */
function isWhole(visitor) {
    assert.equal(visitor.status, 200);
}

export const rows = {
    async 'browse and search'({ guest, tea }, down) {
        await guest.go('/');
        isWhole(guest);
        assert.ok((await guest.page.locator('main article[data-product]').count()) >= 20, 'the shelves are full');
        await tellsAge(guest, down);
        await lookOnce(guest, down.includes('product') ? 'home-from-the-copy' : 'home-degraded');
        await guest.go('/?q=assam');
        isWhole(guest);
        assert.ok(await guest.page.locator(`article[data-product="${tea.id}"]`).isVisible());
        await guest.go('/?category=Black+tea&sort=-price&in_stock=true');
        isWhole(guest);
        assert.ok((await guest.page.locator('main article[data-product]').count()) >= 2);
    },

    async 'product page'({ guest, tea }, down) {
        await guest.go(`/product/${tea.slug}`);
        isWhole(guest);
        await guest.sees(tea.name, 'h1');
        await tellsAge(guest, down);
        await lookOnce(guest, down.includes('product') ? 'product-from-the-copy' : 'product-degraded');
        assert.equal(await guest.go('/product/there-is-no-such-thing'), 404);
    },

    async 'register'({ guest }, down) {
        const username = api.freshName('new');
        const account = {
            username, password: api.PASSWORD, email: `${username}@example.com`, first_name: 'Grace', last_name: 'Hopper',
        };
        guest.newcomer = account;
        await guest.go('/register');
        isWhole(guest);
        await sendRegistration(guest, account);
        if (!down.includes('user')) return guest.sees('Thanks for registering, please login');
        isUnavailable(guest);
        await guest.sees(ACCOUNTS_REST, 'main');
        const { password, ...kept } = await guest.fields('/register');
        const { password: _, ...typed } = account;
        assert.deepEqual({ ...kept, ...typed }, kept, 'what was typed is still there');
        assert.equal(password, '');
        return lookOnce(guest, 'register-accounts-resting');
    },

    async 'log in'({ guest, tea }, down) {
        await guest.go('/login');
        isWhole(guest);
        const { username, password } = guest.account;
        await guest.send('/login', { username, password });
        if (down.includes('user')) {
            isUnavailable(guest);
            await guest.sees(ACCOUNTS_REST, 'main');
            assert.equal((await guest.fields('/login')).username, username);
            assert.equal((await guest.fields('/login')).password, '');
            await lookOnce(guest, 'login-accounts-resting');
        } else {
            await guest.sees(`Welcome back, ${username}`);
            guest.isLoggedIn = true;
        }
        assert.deepEqual(await basket(guest), [[tea.id, 2]], 'the basket came along');
    },

    async 'stay logged in'({ shopper }) {
        await shopper.go('/');
        await shopper.sees(shopper.account.first_name, 'header');
    },

    async 'fill and change the basket'({ shop, shopper, tea, otherTea }, down) {
        await addToBasket(shopper, otherTea.slug, 2);
        assert.notEqual(shopper.status, 503);
        assert.equal(await basketCount(shopper), 3);
        assert.deepEqual(await basket(shopper), sorted([tea.id, 1], [otherTea.id, 2]));
        isWhole(shopper);
        await setQuantity(shopper, tea.id, 4);
        assert.deepEqual(await basket(shopper), sorted([tea.id, 4], [otherTea.id, 2]));
        if (down.includes('order')) {
            await shopper.sees('Your basket is kept');
            await lookOnce(shopper, 'basket-orders-paused');
        } else {
            assert.deepEqual(await api.basketOf(shop, shopper.key), sorted([tea.id, 4], [otherTea.id, 2]));
        }
    },

    async 'check out'({ shopper, tea, otherTea }, down) {
        const delivery = { delivery_name: 'Ada Lovelace', delivery_address: '12 St James’s Square' };
        await shopper.go('/checkout');
        isWhole(shopper);
        const { idempotency_key: key } = await shopper.fields('/checkout').catch(() => ({}));
        if (down.includes('order')) {
            await shopper.sees(ORDERS_PAUSED);
            await lookOnce(shopper, 'checkout-orders-paused-before');
            // The page may leave the button out; one that was open before has it still.
            if (await shopper.form('/checkout').count()) {
                await shopper.send('/checkout', delivery);
                isUnavailable(shopper);
                await shopper.sees(ORDERS_PAUSED);
                const fields = await shopper.fields('/checkout');
                assert.deepEqual({ ...fields, ...delivery }, fields, 'what was typed is still there');
                assert.equal(fields.idempotency_key, key);
                await lookOnce(shopper, 'checkout-orders-paused');
            }
            assert.equal(placedOrder(shopper), undefined);
            assert.deepEqual(await basket(shopper), sorted([tea.id, 4], [otherTea.id, 2]), 'the basket is kept');
            return;
        }
        shopper.placed = await checkOut(shopper, delivery);
        assert.ok(shopper.placed, 'the order is accepted');
        await shopper.sees('Thank you for your order');
        if (down.includes('product')) assert.equal(await shownState(shopper), 'placed');
        await lookOnce(shopper, 'thanks-degraded');
        assert.deepEqual(await basket(shopper), []);
    },

    async 'past orders, one order, cancel'({ shopper }, down) {
        for (const path of ['/orders', `/orders/${shopper.order}`]) {
            await shopper.go(path);
            if (down.includes('order')) {
                isUnavailable(shopper);
                await shopper.sees(ORDERS_PAUSED, 'main');
            } else {
                isWhole(shopper);
                await shopper.sees(String(shopper.order), 'main');
            }
            await lookOnce(shopper, `${path === '/orders' ? 'orders' : 'order'}-${down.includes('order') ? 'paused' : 'degraded'}`);
        }
        if (down.includes('order')) return;
        await shopper.send(`/orders/${shopper.order}/cancel`);
        assert.equal(await shownState(shopper), 'cancelled');
    },

    async 'account'({ shopper }, down) {
        await shopper.go('/account');
        if (down.includes('user')) {
            isUnavailable(shopper);
            await shopper.sees(ACCOUNTS_REST, 'main');
            await lookOnce(shopper, 'account-resting');
        } else {
            isWhole(shopper);
            await shopper.sees(shopper.account.email, 'main');
        }
    },

    async 'staff pages'({ staff, tea }, down) {
        await staff.go('/staff');
        isWhole(staff);
        await lookOnce(staff, 'staff-degraded');
        await staff.go('/staff/rules');
        isWhole(staff);
        await lookOnce(staff, 'staff-rules-degraded');
        await staff.go('/staff/products?q=assam');
        isWhole(staff);
        await staff.sees(tea.name, 'main');
        if (down.includes('product')) await staff.sees(OF_THE_COPY);
        await lookOnce(staff, down.includes('product') ? 'staff-products-from-the-copy' : 'staff-products-degraded');
        await staff.go('/staff/orders');
        if (down.includes('order')) {
            isUnavailable(staff);
            await staff.sees(ORDERS_PAUSED);
        } else {
            isWhole(staff);
        }
        await lookOnce(staff, `staff-orders-${down.includes('order') ? 'paused' : 'degraded'}`);
        await staff.go('/staff/customers');
        if (down.includes('user')) {
            isUnavailable(staff);
            await staff.sees(ACCOUNTS_REST);
        } else {
            isWhole(staff);
        }
        await lookOnce(staff, `staff-customers-${down.includes('user') ? 'resting' : 'degraded'}`);
    },

    async 'log out'({ leaver }) {
        await logOut(leaver);
        assert.notEqual(leaver.status, 503);
        const left = (await leaver.cookies()).filter(({ name }) => name.includes('session'));
        assert.deepEqual(left, [], 'the cookie is gone at once');
        await leaver.go('/orders');
        assert.equal(new URL(leaver.page.url()).pathname, '/login');
    },
};

/** Pages from the copy say how old it is; pages from the product service do not. */
async function tellsAge(visitor, down) {
    if (down.includes('product')) await visitor.sees(OF_THE_COPY, '#catalogue-age');
    else assert.equal(await visitor.page.locator('#catalogue-age').count(), 0);
}

const sorted = (...lines) => lines.sort(([a], [b]) => a - b);
