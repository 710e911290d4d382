// What must be true once everything is back: nothing was lost, nothing happened twice, and pages are whole.

import assert from 'node:assert/strict';
import * as api from '../harness/api.js';
import { Visitor } from '../harness/browser.js';
import {
    basket, checkOut, sendRegistration, untilState,
} from '../harness/shopping.js';
import { eventually } from '../harness/wait.js';

const sorted = (...lines) => lines.sort(([a], [b]) => a - b);

export const afterwards = {
    async 'no page speaks of an outage any more'({ everybody }) {
        for (const one of Object.values(everybody)) {
            await one.go('/');
            assert.equal(await one.page.locator('#catalogue-age').count(), 0);
            assert.equal(await one.page.locator('#notice').isVisible(), false);
        }
    },

    async 'what waited in the basket is handed over once, and can be ordered'({ shop, shopper, tea, otherTea }, down) {
        if (!down.includes('order')) {
            await shopper.go(`/orders/${shopper.placed}`);
            await untilState(shopper, 'confirmed');
            return;
        }
        const wanted = sorted([tea.id, 4], [otherTea.id, 2]);
        assert.deepEqual(await basket(shopper), wanted);
        assert.deepEqual(await basket(shopper), wanted, 'looking again changes nothing');
        assert.deepEqual(await api.basketOf(shop, shopper.key), wanted);
        shopper.placed = await checkOut(shopper);
        assert.ok(shopper.placed);
        await untilState(shopper, 'confirmed');
        assert.deepEqual(await basket(shopper), []);
    },

    async 'the shopper has exactly the two orders'({ shop, shopper }) {
        const ids = (await api.ordersOf(shop, shopper.key)).map(({ id }) => id);
        assert.deepEqual(ids.sort(), [shopper.order, shopper.placed].sort());
    },

    async 'the guest comes in, and the basket is there once'({ shop, guest, tea }) {
        if (!guest.isLoggedIn) {
            await guest.go('/login');
            await guest.send('/login', { username: guest.account.username, password: guest.account.password });
            await guest.sees(`Welcome back, ${guest.account.username}`);
        }
        assert.deepEqual(await basket(guest), [[tea.id, 2]]);
        const key = await api.keyOf(shop, guest.account);
        await eventually('the order service has it too', 5000, async () =>
            JSON.stringify(await api.basketOf(shop, key)) === JSON.stringify([[tea.id, 2]]));
    },

    async 'who could not register can'({ browser, shop, guest }) {
        const newcomer = await Visitor.enter(browser, shop.url);
        await newcomer.go('/register');
        await sendRegistration(newcomer, guest.newcomer);
        await newcomer.sees('Thanks for registering, please login');
        await newcomer.leave();
    },

    async 'the session of who left is over, also for one who kept the cookie'({ browser, replica, leaver }) {
        await eventually('the old cookie opens nothing', 15000, async () => {
            const thief = await Visitor.enter(browser, replica, { state: { cookies: leaver.cookiesBefore, origins: [] } });
            try {
                await thief.go('/orders');
                return new URL(thief.page.url()).pathname === '/login';
            } finally {
                await thief.leave();
            }
        });
    },
};

