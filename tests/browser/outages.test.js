// The shop's rules, through the browser: every way in which services can be down together, every page. In a shop that
// runs elsewhere: each service that is away, all of them, and the storefront.

import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import * as api from './harness/api.js';
import { Visitor } from './harness/browser.js';
import { failureFile } from './harness/look.js';
import { isRemote } from './harness/remote.js';
import { LIMIT, scene } from './harness/scene.js';
import { addToBasket, basket, checkOut, logIn, untilKnown, untilState } from './harness/shopping.js';
import { SERVICES } from './harness/shop.js';
import { eventually } from './harness/wait.js';
import { afterwards } from './outages/afterwards.js';
import { gather } from './outages/people.js';
import { downIn, outages, titleOf } from './outages/plan.js';
import { rows } from './outages/rows.js';

/**
 * The address of a second storefront of the shop, which knows of the first one's visitors only what the services tell.
 * Elsewhere there is the first alone.
 */
let replica;
const here = scene({}, async ({ shop }) => {
    const anew = { '--cache-dir': path.join(shop.folder ?? '', 'cache-of-the-replica') };
    replica = isRemote ? shop.url : (await shop.runPart('storefront', anew)).url;
});

/**
 * An open page says within 5 s that a service went or came back; and as much again, since a machine that runs
 * all tests at once is slow.
 */
const KNOWN_WITHIN_MS = 10000;

/** Does something, and leaves pictures of what everybody saw last if it fails. */
async function pictured(everybody, act) {
    try {
        await act();
    } catch (error) {
        for (const { page } of Object.values(everybody)) await page.screenshot({ path: failureFile(), fullPage: true }).catch(() => {});
        throw error;
    }
}

outages.forEach((outage, index) => {
    const down = downIn(outage);
    test(titleOf(outage), LIMIT, async (t) => {
        const people = await gather(here, index % 2 === 0);
        people.replica = replica;
        const tried = (what, act) => t.test(what, LIMIT, () => pictured(people.everybody, act));
        await here.shop.takeAway(Object.fromEntries(down.map((part) => [part, outage[part]])));
        try {
            await tried('the open page says so', () => untilKnown(people.shopper, down, KNOWN_WITHIN_MS));
            for (const [what, row] of Object.entries(rows)) await tried(what, () => row(people, down));
        } finally {
            await here.shop.giveBack(down);
        }
        await tried('the open page says that all is well', () => untilKnown(people.shopper, [], KNOWN_WITHIN_MS));
        for (const [what, check] of Object.entries(afterwards)) {
            const concerns = what !== 'who could not register can' || down.includes('user');
            if (concerns) await tried(what, () => check(people, down));
        }
        for (const [who, one] of Object.entries(people.everybody)) {
            await t.test(`nothing was wrong with any page that the ${who} saw`, () => one.leave());
        }
    });
});

if (isRemote) {
    test('storefront stopped', LIMIT, async () => {
        const { browser, shop } = here;
        const tea = await api.product(shop, 'malty-assam');
        const account = await api.customer(shop, 'regular');
        const key = await api.keyOf(shop, account);
        const shopper = await Visitor.enter(browser, shop.url);
        await logIn(shopper, account);
        await addToBasket(shopper, tea.slug, 2);
        await shop.takeAway({ storefront: 'stopped' });
        try {
            assert.ok((await shopper.go('/')) >= 400, 'there are no pages');
            await api.keyOf(shop, account);
            assert.deepEqual(await api.basketOf(shop, key), [[tea.id, 2]], 'the services go on');
        } finally {
            await shop.giveBack(['storefront']);
        }
        await pictured({ shopper }, async () => {
            await eventually('there are pages', 10000, async () => (await shopper.go('/')) === 200);
            await shopper.sees(account.first_name, 'header');
            assert.deepEqual(await basket(shopper), [[tea.id, 2]]);
            assert.ok(await checkOut(shopper));
            await untilState(shopper, 'confirmed');
        });
        // The ingress controller's own page, which was seen meanwhile, is not held to what the shop's are.
        await shopper.context.close();
    });
} else {
    test('all services are up at the end', async () => {
        for (const part of SERVICES) await here.shop.untilReady(part);
    });
}
