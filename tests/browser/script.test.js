// What the one script adds, and that it never stands in the way: results while one types, orders and parts that
// update by themselves, steppers.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as api from './harness/api.js';
import { visit } from './harness/browser.js';
import { look, BRIEFLY } from './harness/look.js';
import { LIMIT, scene } from './harness/scene.js';
import { addToBasket, basket, checkOut, logIn, shownState, untilKnown, untilState } from './harness/shopping.js';
import { eventually } from './harness/wait.js';

const here = scene();

/** An open page says so within 5 s; and as much again, since the machine may be busy. */
const KNOWN_WITHIN_MS = 10000;

test('results come while one types, the focus and the address stay true', LIMIT, () =>
    visit(here.browser, here.shop.url, {}, async (visitor) => {
        const { page } = visitor;
        await visitor.go('/');
        const before = await page.locator('main article[data-product]').count();
        const field = page.locator('form#search [name="q"]');
        await field.click();
        await page.keyboard.type('souchong', { delay: 20 });
        await eventually('only what fits is shown', 5000, async () => (await page.locator('main article[data-product]').count()) < before);
        await eventually('the address says what is shown', 5000, () => page.url().endsWith('?q=souchong'));
        await visitor.sees('Smoked Pine Souchong', 'main');
        assert.equal(await page.locator('main article[data-product]').count(), 1);
        assert.equal(await page.evaluate(() => document.activeElement.name), 'q');
        await look(visitor, 'home-instant-search', BRIEFLY);
        await page.reload();
        await visitor.sees('Smoked Pine Souchong', 'main');
        assert.equal(await field.inputValue(), 'souchong');
    }));

test('an open page says within seconds what is down and what is back, without being loaded again', LIMIT, () =>
    visit(here.browser, here.shop.url, {}, async (visitor) => {
        await visitor.go('/login');
        await visitor.page.locator('main [name="username"]').fill('half a na');
        for (const [part, sentence, act] of [['product', 'This is our catalogue as of', 'stop'], ['user', 'Accounts are resting', 'freeze'], ['order', 'Orders are paused for a moment', 'stop']]) {
            assert.equal(await visitor.page.locator('#notice').isVisible(), false);
            await here.shop[act](part);
            try {
                await untilKnown(visitor, [part], KNOWN_WITHIN_MS);
                await visitor.sees(sentence, '#notice', KNOWN_WITHIN_MS);
                assert.equal(await visitor.page.locator('main [name="username"]').inputValue(), 'half a na');
            } finally {
                await here.shop.start(part);
            }
            await untilKnown(visitor, [], KNOWN_WITHIN_MS);
            await eventually('the banner goes', KNOWN_WITHIN_MS, async () => !(await visitor.page.locator('#notice').isVisible()));
        }
    }));

test('an order that is confirmed later says so on the open page', LIMIT, () =>
    visit(here.browser, here.shop.url, {}, async (visitor) => {
        await logIn(visitor, await api.customer(here.shop));
        await addToBasket(visitor, 'malty-assam');
        await here.shop.freeze('product');
        try {
            assert.ok(await checkOut(visitor));
            assert.equal(await shownState(visitor), 'placed');
        } finally {
            await here.shop.start('product');
        }
        let loads = 0;
        visitor.page.on('framenavigated', () => { loads += 1; });
        await untilState(visitor, 'confirmed');
        assert.equal(loads, 0, 'the page was not loaded again');
        await visitor.sees('Thank you for your order', 'h1');
    }));

test('one more and one less', LIMIT, () =>
    visit(here.browser, here.shop.url, {}, async (visitor) => {
        const tea = await api.product(here.shop, 'malty-assam');
        await addToBasket(visitor, tea.slug, 2);
        await visitor.go('/basket');
        const more = visitor.page.locator(`[data-line="${tea.id}"]`).getByRole('button', { name: 'One more' });
        if (!(await more.count())) return;
        await more.click();
        const input = visitor.page.locator(`[data-line="${tea.id}"] input[name="quantity"]:not([type="hidden"])`);
        await eventually('the field says 3', 5000, async () => (await input.inputValue()) === '3');
        await eventually('the basket has 3', 5000, async () => {
            const form = visitor.page.locator(`[data-line="${tea.id}"] form[action="/basket/item"]`).first();
            const update = form.locator('button:not([name]):not([type="button"])');
            if (await update.isVisible()) await update.click();
            return JSON.stringify(await basket(visitor)) === JSON.stringify([[tea.id, 3]]);
        });
    }));

test('two tabs of one shopper', LIMIT, () =>
    visit(here.browser, here.shop.url, {}, async (visitor) => {
        await logIn(visitor, await api.customer(here.shop));
        const second = await visitor.newPage();
        await second.goto('/product/first-flush-darjeeling');
        await addToBasket(visitor, 'malty-assam', 1);
        await second.locator('form[action="/basket/add"] button:not([type="button"])').first().click();
        await second.waitForLoadState();
        assert.equal((await basket(visitor)).length, 2, 'what each put in is there');
    }));
