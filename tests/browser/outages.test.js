// The shop's rules, through the browser: every way in which services can be down together, every page.

import path from 'node:path';
import { test } from 'node:test';
import { LIMIT, scene } from './harness/scene.js';
import { untilKnown } from './harness/shopping.js';
import { SERVICES } from './harness/shop.js';
import { afterwards } from './outages/afterwards.js';
import { gather } from './outages/people.js';
import { downIn, outages, titleOf } from './outages/plan.js';
import { rows } from './outages/rows.js';

/** A second storefront of the shop, which knows of the first one's visitors only what the services tell. */
let replica;
const here = scene({}, async ({ shop }) => {
    replica = await shop.runPart('storefront', { '--cache-dir': path.join(shop.folder, 'cache-of-the-replica') });
});

/**
 * An open page says within 5 s that a service went or came back; and as much again, since a machine that runs
 * all tests at once is slow.
 */
const KNOWN_WITHIN_MS = 10000;

outages.forEach((outage, index) => {
    const down = downIn(outage);
    test(titleOf(outage), LIMIT, async (t) => {
        const people = await gather(here, index % 2 === 0);
        people.replica = replica.url;
        await Promise.all(down.map((part) => here.shop[outage[part] === 'stopped' ? 'stop' : 'freeze'](part)));
        try {
            await t.test('the open page says so', () => untilKnown(people.shopper, down, KNOWN_WITHIN_MS));
            for (const [what, row] of Object.entries(rows)) await t.test(what, LIMIT, () => row(people, down));
        } finally {
            await Promise.all(down.map((part) => here.shop.start(part)));
        }
        await t.test('the open page says that all is well', () => untilKnown(people.shopper, [], KNOWN_WITHIN_MS));
        for (const [what, check] of Object.entries(afterwards)) {
            const concerns = what !== 'who could not register can' || down.includes('user');
            if (concerns) await t.test(what, LIMIT, () => check(people, down));
        }
        for (const [who, one] of Object.entries(people.everybody)) {
            await t.test(`nothing was wrong with any page that the ${who} saw`, () => one.leave());
        }
    });
});

test('all services are up at the end', async () => {
    for (const part of SERVICES) await here.shop.untilReady(part);
});
