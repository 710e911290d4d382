// A purchase by keyboard alone: Tab, Shift+Tab, Enter and typing; and one always sees where one is.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as api from './harness/api.js';
import { PHONE, DESKTOP, visit } from './harness/browser.js';
import { LIMIT, scene } from './harness/scene.js';
import { placedOrder, untilState } from './harness/shopping.js';

const here = scene();

/** More Tabs than any page has stops. */
const STOPS = 150;

for (const [where, options] of [['on a desk', { size: DESKTOP }], ['on a phone, without scripts', { size: PHONE, javaScript: false }]]) {
    test(`somebody buys with nothing but a keyboard: ${where}`, LIMIT, () =>
        visit(here.browser, here.shop.url, options, async (visitor) => {
            const account = await api.customer(here.shop);
            const { page } = visitor;
            await visitor.go('/');
            await page.keyboard.press('Tab');
            assert.equal(await focused(page, (one) => one.getAttribute('href')), '#main', 'the first stop skips to the content');
            await page.keyboard.press('Enter');
            await page.keyboard.press('Tab');
            assert.ok(await focused(page, (one) => Boolean(one.closest('main'))), 'and it does');

            await visitor.go('/');
            await tabTo(page, 'form#search [name="q"]');
            await page.keyboard.type('darjeeling');
            await page.keyboard.press('Enter');
            await page.waitForURL('**/?*q=darjeeling*');
            await page.locator('article[data-product] a[href="/product/first-flush-darjeeling"]').first().waitFor();
            await tabTo(page, 'a[href="/product/first-flush-darjeeling"]');
            await enter(visitor);
            await tabTo(page, 'form[action="/basket/add"] button:not([type="button"])');
            await enter(visitor);

            await visitor.go('/checkout');
            await tabTo(page, 'main [name="username"]');
            await page.keyboard.type(account.username);
            await page.keyboard.press('Tab');
            await page.keyboard.type(account.password);
            await enter(visitor);
            assert.equal(new URL(page.url()).pathname, '/checkout');
            await tabTo(page, '[name="delivery_name"]');
            await page.keyboard.type('Ada');
            await tabTo(page, 'main form[action="/checkout"] button:not([type="button"])');
            await enter(visitor);
            assert.ok(placedOrder(visitor));
            await untilState(visitor, 'confirmed');
        }));
}

test('a form that was refused puts the reader at its problems', LIMIT, () =>
    visit(here.browser, here.shop.url, {}, async (visitor) => {
        const { page } = visitor;
        await visitor.go('/register');
        // Where the browser itself refuses a form nothing is sent; here the service's word is wanted.
        await visitor.form('/register').evaluate((form) => { form.noValidate = true; });
        await visitor.send('/register', { username: 'a b', password: 'short', email: 'nowhere', first_name: 'Ada', last_name: 'L' });
        assert.equal(visitor.status, 400);
        const links = page.locator('#errors a[href^="#"]');
        assert.ok((await links.count()) >= 2);
        for (const link of await links.all()) {
            const id = (await link.getAttribute('href')).slice(1);
            assert.equal(await page.locator(`[id="${id}"]`).getAttribute('aria-invalid'), 'true');
            assert.ok(await page.locator(`[id="${id}-error"]`).isVisible());
        }
        await tabTo(page, '#errors a');
        const id = (await page.evaluate(() => document.activeElement.getAttribute('href'))).slice(1);
        await page.keyboard.press('Enter');
        assert.equal(await focused(page, (one) => one.id), id);
        const fields = await visitor.fields('/register');
        assert.equal(fields.first_name, 'Ada');
        assert.equal(fields.email, 'nowhere');
        assert.equal(fields.password, '', 'a password is never sent back');
    }));

const focused = (page, look) => page.evaluate(`(${look})(document.activeElement)`);

async function enter(visitor) {
    await visitor.follow(() => visitor.page.keyboard.press('Enter'));
}

/** Presses Tab until the focus is there; at every stop it must be visible. */
async function tabTo(page, selector) {
    for (let stop = 0; stop < STOPS; stop += 1) {
        await page.keyboard.press('Tab');
        const seen = await page.evaluate(focusOf, selector);
        assert.equal(seen.trouble, '', `stop ${stop} on the way to ${selector}`);
        if (seen.isThere) return;
    }
    assert.fail(`no number of Tabs leads to ${selector}`);
}

/** Runs in the page: whether the focus is on what is wanted, and whether it can be seen. */
function focusOf(selector) {
    const one = document.activeElement;
    if (!one || one === document.body) return { isThere: false, trouble: '' };
    const box = one.getBoundingClientRect();
    const isDrawn = (box.width > 1 && box.height > 1) || one.type === 'radio' || one.type === 'checkbox';
    const isInside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
    // Whatever is drawn to show the focus, here or around, goes when the focus goes.
    const drawn = () => {
        const seen = [];
        for (let at = one, up = 0; at && up < 5; at = at.parentElement, up += 1) {
            for (const pseudo of [null, '::before', '::after']) {
                const style = getComputedStyle(at, pseudo);
                seen.push(style.outlineStyle, style.outlineWidth, style.outlineColor, style.boxShadow, style.borderColor, style.backgroundColor);
            }
        }
        return seen.join();
    };
    const withFocus = drawn();
    one.blur();
    const hasRing = drawn() !== withFocus;
    one.focus({ preventScroll: true });
    const covered = isInside && !one.contains(document.elementFromPoint(
        Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1), Math.min(Math.max(box.top + box.height / 2, 0), innerHeight - 1)))
        && one.closest('main') !== null;
    const where = one.outerHTML.slice(0, 120);
    const trouble = !isDrawn ? `has no size: ${where}` : !isInside ? `is out of sight: ${where}`
        : !hasRing ? `has no focus ring: ${where}` : covered ? `is covered: ${where}` : '';
    return { isThere: one.matches(selector), trouble };
}
