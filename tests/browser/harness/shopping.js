// What shoppers do on the pages, in terms of the shop. Each works with and without scripts.

import assert from 'node:assert/strict';
import { eventually } from './wait.js';

export async function register(visitor, account) {
    await visitor.go('/register');
    await sendRegistration(visitor, account);
}

/** Fills in the form that is shown and sends it. */
export function sendRegistration(visitor, { username, password, email, first_name, last_name }) {
    return visitor.send('/register', { username, password, email, first_name, last_name });
}

export async function logIn(visitor, { username, password }) {
    await visitor.go('/login');
    await visitor.send('/login', { username, password });
}

export async function logOut(visitor) {
    await visitor.go('/logout');
    await visitor.send('/logout');
}

/** Puts pieces of a product into the basket from its page. */
export async function addToBasket(visitor, slug, quantity = 1) {
    await visitor.go(`/product/${slug}`);
    const isFixed = await visitor.form('/basket/add').locator('[name="quantity"]').evaluate((field) => field.type === 'hidden');
    await visitor.send('/basket/add', isFixed ? {} : { quantity });
}

/** What stands in the basket, as [product id, quantity] pairs by id. */
export async function basket(visitor) {
    await visitor.go('/basket');
    return shownLines(visitor);
}

/** The lines of the basket page that is shown. */
export async function shownLines(visitor) {
    const lines = await visitor.page.locator('main [data-line]').evaluateAll((all) =>
        all.map((line) => [Number(line.dataset.line), Number(line.querySelector('[name="quantity"]')?.value)]));
    return lines.sort(([a], [b]) => a - b);
}

/** Sets a line of the basket page that is shown. */
export async function setQuantity(visitor, product, quantity) {
    const form = lineForm(visitor, product);
    await form.locator('input[name="quantity"]').fill(String(quantity));
    await visitor.follow(() => form.locator('button:not([name]):not([type="button"])').first().click());
}

/** Takes a line out of the basket page that is shown. */
export function remove(visitor, product) {
    const button = visitor.page.locator(`[data-line="${product}"]`).getByRole('button', { name: /^Remove/ });
    return visitor.follow(() => button.click());
}

const lineForm = (visitor, product) =>
    visitor.page.locator(`[data-line="${product}"] form[action="/basket/item"]`)
        .filter({ has: visitor.page.locator('input[name="quantity"]:not([type="hidden"])') }).first();

/** The number of pieces that the header tells. */
export const basketCount = async (visitor) => Number(await visitor.page.locator('#basket-count').innerText());

/** Goes to the checkout and places the order; returns its number if the shop took it. */
export async function checkOut(visitor, delivery = {}) {
    await visitor.go('/checkout');
    await visitor.send('/checkout', delivery);
    return placedOrder(visitor);
}

/** The number of the order that the page thanks for, or nothing if it does not. */
export function placedOrder(visitor) {
    const url = new URL(visitor.page.url());
    return url.pathname === '/order/thank-you' ? Number(url.searchParams.get('order')) : undefined;
}

/** Waits until the page shows an order in a state; reloads where no script does so. */
export async function untilState(visitor, state, withinMs = 15000) {
    await eventually(`the order is ${state}`, withinMs, async () => {
        const shown = await shownState(visitor);
        if (shown === state) return true;
        if (!visitor.javaScript) await visitor.page.reload();
        throw new Error(`it is ${shown}`);
    });
}

export const shownState = (visitor) => visitor.page.locator('main [data-state]').first().getAttribute('data-state');

/** What the footer says about the parts. */
export async function shownHealth(visitor) {
    const marks = visitor.page.locator('footer [data-part]');
    return Object.fromEntries(await marks.evaluateAll((all) => all.map((mark) => [mark.dataset.part, mark.dataset.health])));
}

/** Waits until the storefront knows that exactly these parts are down. */
export function untilKnown(visitor, down, withinMs) {
    const wanted = Object.fromEntries(['user', 'product', 'order'].map((part) => [part, down.includes(part) ? 'down' : 'up']));
    return eventually(`the page says ${JSON.stringify(wanted)}`, withinMs, async () => {
        if (!visitor.javaScript) await visitor.page.reload();
        assert.deepEqual(await shownHealth(visitor), wanted);
        return true;
    });
}
