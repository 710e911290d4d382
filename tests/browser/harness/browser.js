// A real browser, and one visitor in it: a page with cookies of its own, watched for anything that is wrong.

import assert from 'node:assert/strict';
import { browserProgram } from './folders.js';
import { chromium } from './packages.js';
import { hostRules, isRemote } from './remote.js';
import { eventually } from './wait.js';
import { Watch } from './watch.js';

export const PHONE = { width: 320, height: 640 };
export const DESKTOP = { width: 1280, height: 800 };

/** Waits of the browser for a page or an element, ms: slow cells answer in 1.5 s, a busy machine takes longer. */
const PATIENCE_MS = isRemote ? 40000 : 10000;

/** Starts Chromium; `hosts` maps further host names to this machine, as in ["shop.test"]. */
export function launch({ hosts = [] } = {}) {
    return chromium.launch({
        executablePath: browserProgram(),
        args: [
            '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync',
            '--disable-background-networking', '--disable-component-update', '--disable-dev-shm-usage',
            ...[...hosts.map((host) => `MAP ${host} 127.0.0.1`), ...hostRules].map((rule) => `--host-resolver-rules=${rule}`),
        ],
    });
}

/** How many of the things that are wrong are told. */
const TOLD = 15;

export class Visitor {
    /**
     * Comes in at `base`. Options: `javaScript`, `size`, `dark`, `trusting` (takes any certificate, as everybody
     * must in a shop that runs elsewhere), and `state`, the cookies of another visitor.
     */
    static async enter(browser, base, { javaScript = true, size = DESKTOP, dark = false, trusting = isRemote, state } = {}) {
        const visitor = new Visitor();
        visitor.base = base;
        visitor.javaScript = javaScript;
        visitor.size = size;
        visitor.context = await browser.newContext({
            baseURL: base, javaScriptEnabled: javaScript, viewport: size, colorScheme: dark ? 'dark' : 'light',
            ignoreHTTPSErrors: trusting, reducedMotion: 'reduce', locale: 'en-IE', storageState: state,
        });
        visitor.context.setDefaultTimeout(PATIENCE_MS);
        await visitor.context.addInitScript(countShifts);
        visitor.page = await visitor.newPage();
        return visitor;
    }

    /** Opens one more tab; `visitor.page` stays the first. */
    async newPage() {
        const page = await this.context.newPage();
        const watch = new Watch(page, this.base);
        (this.watches ??= []).push(watch);
        this.watch ??= watch;
        return page;
    }

    /** Opens a page and returns its status. */
    async go(path) {
        return (await this.page.goto(path)).status();
    }

    /** The status of the page that is shown. */
    get status() {
        return this.watch.document.status();
    }

    /** What the page says, as it is shown, white space folded. */
    async text(selector = 'body') {
        return (await this.page.locator(selector).innerText()).replace(/\s+/g, ' ');
    }

    /** Waits until the page says something. */
    sees(words, selector = 'body', withinMs = 10000) {
        return eventually(`${selector} of ${this.page.url()} says "${words}"`, withinMs, async () => {
            const said = await this.text(selector);
            if (said.includes(words)) return true;
            throw new Error(`it says "${said.slice(0, 1500)}"`);
        });
    }

    /** Does something that leads to another page, and waits until that is there. */
    async follow(act) {
        const arrived = this.page.waitForNavigation({ waitUntil: 'load' });
        arrived.catch(() => {});
        await act();
        await arrived;
    }

    /** The form of the page's content that goes to a path. */
    form(action) {
        return this.page.locator(`main form[action="${action}"], main form[action^="${action}?"]`).first();
    }

    /** Fills in a form by the names of its fields, and sends it by its button. */
    async send(action, fields = {}, button = 'button:not([name]):not([type="button"])') {
        const form = this.form(action);
        for (const [name, value] of Object.entries(fields)) await form.locator(`[name="${name}"]`).fill(String(value));
        await this.follow(() => form.locator(button).first().click());
    }

    /** What stands in the fields of a form. */
    async fields(action) {
        const inputs = this.form(action).locator('input, textarea, select');
        return Object.fromEntries(await inputs.evaluateAll((all) => all.map((one) => [one.name, one.value])));
    }

    cookies() {
        return this.context.cookies();
    }

    /** Closes the browser's context and holds the pages to what the watch saw. */
    async leave() {
        await this.context.close();
        const all = [...new Set(this.watches.flatMap((watch) => watch.wrong))];
        const wrong = all.length <= TOLD ? all : [...all.slice(0, TOLD), `and ${all.length - TOLD} more`];
        assert.deepEqual(wrong, [], 'nothing is wrong with any page that was seen');
    }
}

/** Runs in every page before its own scripts: sums up how far the layout moved by itself. */
function countShifts() {
    globalThis.layoutShift = 0;
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) globalThis.layoutShift += entry.value;
    }).observe({ type: 'layout-shift', buffered: true });
}

/** Gives `work` a visitor and sees to it that it leaves. */
export async function visit(browser, base, options, work) {
    const visitor = await Visitor.enter(browser, base, options);
    try {
        await work(visitor);
    } catch (error) {
        await visitor.page.screenshot({ path: (await import('./look.js')).failureFile(), fullPage: true }).catch(() => {});
        await visitor.context.close();
        throw error;
    }
    await visitor.leave();
}
