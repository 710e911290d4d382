// What the one script adds, and that it never stands in the way: results while one types, orders and parts that
// update by themselves, steppers.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as api from './harness/api.js';
import { visit } from './harness/browser.js';
import { look, BRIEFLY } from './harness/look.js';
import { LIMIT, scene } from './harness/scene.js';
import { addToBasket, basket, basketCount, checkOut, logIn, shownState, untilKnown, untilState } from './harness/shopping.js';
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

test('an answer that comes too late changes neither the list nor the address', LIMIT, () =>
    visit(here.browser, here.shop.url, {}, async (visitor) => {
        const { page } = visitor;
        let letGo;
        const held = new Promise((resolve) => { letGo = resolve; });
        await page.route('**/?q=malty', async (route) => {
            await held;
            await route.continue();
        });
        await visitor.go('/');
        const [asked] = await Promise.all([
            page.waitForRequest('**/?q=malty'), page.locator('form#search [name="q"]').fill('malty'),
        ]);
        await page.locator('form#search [name="q"]').fill('souchong');
        await eventually('the address says what is shown', 5000, () => page.url().endsWith('?q=souchong'));
        const late = page.waitForResponse((answer) => answer.request() === asked);
        letGo();
        await (await late).finished();
        await page.evaluate(() => new Promise((done) => { setTimeout(done, 100); }));
        assert.ok(page.url().endsWith('?q=souchong'), page.url());
        await visitor.sees('Results for “souchong”', 'main');
    }));

test('what was typed and not sent yet outlives an outage on the open page', LIMIT, () =>
    visit(here.browser, here.shop.url, {}, async (visitor) => {
        await visitor.go('/product/malty-assam');
        await visitor.page.locator('#quantity').fill('7');
        await visitor.page.locator('h1').click();
        await here.shop.stop('order');
        try {
            await untilKnown(visitor, ['order'], KNOWN_WITHIN_MS);
            await visitor.sees('Orders are paused for a moment', '#notice');
        } finally {
            await here.shop.start('order');
        }
        await untilKnown(visitor, [], KNOWN_WITHIN_MS);
        assert.equal(await visitor.page.locator('#quantity').inputValue(), '7');
    }));

test('a banner about a service that is up by now goes, on a page that shows what is and on a form', LIMIT, () =>
    visit(here.browser, here.shop.url, {}, async (visitor) => {
        const sentence = '<p data-about="order">Orders are paused for a moment.</p>';
        for (const path of ['/basket', '/login']) {
            // As if the order service had fallen silent while this page was made, and at no other time.
            await visitor.page.route(`**${path}`, async (route) => {
                const answer = await route.fetch();
                const body = (await answer.text()).replace(/(<div id="notice"[^>]*?) hidden>\s*<\/div>/, `$1>${sentence}</div>`);
                await route.fulfill({ response: answer, body });
            }, { times: 1 });
            await visitor.go(path);
            await visitor.sees('Orders are paused', '#notice');
            await eventually('the banner goes', KNOWN_WITHIN_MS, async () => !(await visitor.page.locator('#notice').isVisible()));
        }
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

test('one more here and one more there, and on: every step arrives', LIMIT, () =>
    visit(here.browser, here.shop.url, {}, async (visitor) => {
        const { page } = visitor;
        const [tea, other] = [await api.product(here.shop, 'malty-assam'), await api.product(here.shop, 'white-peony')];
        const sorted = (...lines) => lines.sort(([a], [b]) => a - b);
        const more = ({ id }) => page.locator(`[data-line="${id}"] .stepper button`).last().click();
        await addToBasket(visitor, tea.slug);
        await addToBasket(visitor, other.slug);
        await visitor.go('/basket');
        await more(tea);
        await more(other);
        await eventually('the header counts both', 5000, async () => (await basketCount(visitor)) === 4);
        assert.deepEqual(await basket(visitor), sorted([tea.id, 2], [other.id, 2]));

        // Before the steps are sent, on to another page.
        await more(tea);
        await more(other);
        await visitor.follow(() => page.locator('header .brand').click());
        assert.equal(new URL(page.url()).pathname, '/');
        assert.deepEqual(await basket(visitor), sorted([tea.id, 3], [other.id, 3]));

        // Or something else is done with the basket.
        await more(tea);
        await visitor.follow(() => page.getByRole('button', { name: `Remove ${other.name}` }).click());
        assert.deepEqual(await basket(visitor), [[tea.id, 4]]);
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
