// Many shoppers at once while services are stopped, frozen and started: no wrong answers, no lost orders.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import * as api from './harness/api.js';
import { fieldsOf, Shopper } from './harness/forms.js';
import { generator, pick, seed } from './harness/random.js';
import { SERVICES } from './harness/shop.js';
import { scene } from './harness/scene.js';
import { eventually } from './harness/wait.js';

const here = scene();

/** How long the shoppers shop and things break, s; `deep` sets more. */
const SECONDS = Number(process.env.LOAD_SECONDS ?? 30);
const SHOPPERS = Number(process.env.LOAD_SHOPPERS ?? 16);

/** What a shopper may be told: done, moved on, wrong form, not now, not logged in (any more), changed meanwhile. */
const CALM = new Set([200, 303, 400, 401, 409, 503]);

/** No answer takes longer by far: a login may wait 5 s for its turn, and the machine is busy. */
const LONGEST_MS = 12000;

test(`${SHOPPERS} shoppers buy for ${SECONDS} s while services die and come back`, { timeout: (SECONDS + 120) * 1000 }, async () => {
    const told = { pages: 0, orders: 0, paused: 0, unknown: 0, outages: 0 };
    const wrong = [];
    const until = performance.now() + SECONDS * 1000;
    const goods = (await api.products(here.shop)).filter(({ stock }) => stock === 'in_stock');
    const people = await Promise.all(Array.from({ length: SHOPPERS }, async (_, number) => {
        const person = new Person(number, await api.customer(here.shop, 'buyer'), goods, told, wrong);
        person.key = await api.keyOf(here.shop, person.account);
        return person;
    }));
    await Promise.all([breakThings(until, told), ...people.map((person) => person.shop(until))]);
    for (const part of SERVICES) await here.shop.start(part);

    assert.deepEqual(wrong.slice(0, 20), [], `${wrong.length} wrong answers`);
    for (const person of people) await person.isServed();
    console.log(`NOTE: load: ${told.pages} pages, ${told.orders} orders, ${told.paused} times "not now", ${told.unknown} times "not known yet", ${told.outages} outages`);
    assert.ok(told.orders >= SHOPPERS, `only ${told.orders} orders were placed`);
    assert.ok(told.outages >= 3);
});

/** Takes services away, one or two at a time, for a second or three. */
async function breakThings(until, told) {
    const random = generator(seed + 1);
    while (performance.now() < until) {
        const parts = new Set([pick(random, SERVICES), pick(random, SERVICES)]);
        for (const part of parts) await here.shop[pick(random, ['stop', 'freeze'])](part);
        told.outages += parts.size;
        await pause(1000 + 2000 * random());
        for (const part of parts) await here.shop.start(part);
        await pause(500 + 1500 * random());
    }
}

class Person {
    constructor(number, account, goods, told, wrong) {
        Object.assign(this, { account, goods, told, wrong, random: generator(seed + 100 + number) });
        this.visitor = new Shopper(here.shop.url);
        this.isIn = false;
        /** Numbers of the orders that the shop said it took. */
        this.acknowledged = new Set();
        /** Checkouts of which it was said that nobody knows yet, and that were not pressed again. */
        this.open = 0;
    }

    async shop(until) {
        while (performance.now() < until) {
            if (!this.isIn) await this.logIn();
            await this.page('/');
            const product = pick(this.random, this.goods);
            await this.page(`/product/${product.slug}`);
            await this.form('/basket/add', { product_id: product.id, quantity: 1 });
            await this.page('/basket');
            if (this.isIn) await this.checkOut(until);
            await this.page('/orders');
        }
    }

    async logIn() {
        const { username, password } = this.account;
        const answer = await this.form('/login', { username, password });
        this.isIn = answer?.text.includes(`Welcome back, ${username}`) ?? false;
    }

    async checkOut(until) {
        let answer = await this.page('/checkout');
        for (;;) {
            const fields = answer && fieldsOf(answer.text, '/checkout');
            if (!fields) {
                if (answer?.path.startsWith('/login')) this.isIn = false;
                return;
            }
            answer = await this.form('/checkout', fields);
            if (answer?.path.startsWith('/order/thank-you')) {
                this.acknowledged.add(Number(new URL(answer.path, here.shop.url).searchParams.get('order')));
                this.told.orders += 1;
                return;
            }
            if (!answer || answer.status !== 503) return;
            const isUnknown = answer.text.includes('We do not know yet whether your order went through');
            if (isUnknown) this.told.unknown += 1;
            // Whoever gives up then may have an order more than was acknowledged.
            if (performance.now() > until) {
                if (isUnknown) this.open += 1;
                return;
            }
            await pause(100 + 400 * this.random());
        }
    }

    page = (path) => this.#judge(path, () => this.visitor.get(path));
    form = (path, fields) => this.#judge(path, () => this.visitor.post(path, fields));

    async #judge(path, ask) {
        const began = performance.now();
        let answer;
        try {
            answer = await ask();
        } catch (error) {
            this.wrong.push(`${path}: ${error.cause?.message ?? error.message}`);
            return undefined;
        }
        this.told.pages += 1;
        const tookMs = performance.now() - began;
        const { status, text, headers } = answer;
        if (status === 503) this.told.paused += 1;
        if (!CALM.has(status)) this.wrong.push(`${path}: ${status}`);
        if (tookMs > LONGEST_MS) this.wrong.push(`${path}: took ${Math.round(tookMs)} ms`);
        if (status !== 303 && !(headers.get('content-type') ?? '').startsWith('text/html')) this.wrong.push(`${path}: ${headers.get('content-type')}`);
        if (path === '/' && status !== 200) this.wrong.push(`the home page answered ${status}`);
        const strangers = text.match(/\bbuyer-\d+-\d+/g)?.filter((name) => name !== this.account.username) ?? [];
        if (strangers.length) this.wrong.push(`${path}: shows ${strangers}`);
        return answer;
    }

    /** Every order that was acknowledged is there once, is this person's, and was settled. */
    async isServed() {
        const orders = await eventually('all orders are settled', 30000, async () => {
            const found = await api.ordersOf(here.shop, this.key);
            return found.every(({ state }) => state === 'confirmed' || state === 'refused') && found;
        });
        const ids = orders.map(({ id }) => id);
        assert.equal(new Set(ids).size, ids.length);
        for (const id of this.acknowledged) assert.ok(ids.includes(id), `order ${id} of ${this.account.username} is lost`);
        assert.ok(ids.length <= this.acknowledged.size + this.open, `${this.account.username} has ${ids.length} orders, was told of ${this.acknowledged.size}, and does not know of ${this.open}`);
    }
}
