// A close look at one state of one page: for barriers, on phone and desktop, light and dark; for its layout;
// and a picture of it. Its HTML is kept for the validator, which looks at all pages at the end of the run.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { barriers } from './axe.js';
import { DESKTOP, PHONE } from './browser.js';
import { leave } from './folders.js';

const FORMS = [
    { form: 'phone-light', size: PHONE, colorScheme: 'light' },
    { form: 'phone-dark', size: PHONE, colorScheme: 'dark' },
    { form: 'desktop-light', size: DESKTOP, colorScheme: 'light' },
    { form: 'desktop-dark', size: DESKTOP, colorScheme: 'dark' },
];

/** How far a layout may move by itself; the usual bound for "good" is 0.1. */
const SHIFT_LIMIT = 0.01;

let looks = 0;

/** In how many forms a state is looked at, when time matters: these two, which differ in everything. */
export const BRIEFLY = ['phone-dark', 'desktop-light'];

/** Looks at what the visitor sees. `forms` names those wanted, else all four. */
export async function look(visitor, name, forms = FORMS.map(({ form }) => form)) {
    const { page } = visitor;
    const wrong = [];
    const html = await visitor.watch.document.text().catch(() => null);
    if (html !== null) writeFileSync(path.join(leave('html'), `${name}.html`), html);
    if (visitor.javaScript) {
        const shift = await page.evaluate(() => globalThis.layoutShift);
        if (shift > SHIFT_LIMIT) wrong.push(`the layout moved by ${shift}`);
    }
    for (const { form, size, colorScheme } of FORMS.filter((one) => forms.includes(one.form))) {
        await page.setViewportSize(size);
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        // Without scripts axe would wait for a timer for ever; the page is the same then.
        if (visitor.javaScript) for (const barrier of await barriers(page)) wrong.push(`${form}: ${barrier}`);
        for (const fault of await page.evaluate(crooked)) wrong.push(`${form}: ${fault}`);
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        if (width > size.width) wrong.push(`${form}: the page is ${width} px wide`);
        await page.screenshot({ path: path.join(leave('screens'), `${name}-${form}.png`), fullPage: true });
    }
    await page.setViewportSize(visitor.size);
    await page.emulateMedia({ colorScheme: null });
    // Told at the end of the visit, so that the other states are looked at too.
    visitor.watch.wrong.push(...wrong.map((one) => `${name}: ${one}`));
}

/** Runs in the page: what no reader wants to see. Words that are broken in two, neighbours that do not line up. */
function crooked() {
    const found = [];
    const isOnlyHeard = (element) => element && (element.getBoundingClientRect().width < 4 || isOnlyHeard(element.parentElement));
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const { data, parentElement } = texts.currentNode;
        if (!parentElement.checkVisibility() || parentElement.closest('svg, select, textarea, pre, code, .code') || isOnlyHeard(parentElement)) continue;
        for (const word of data.matchAll(/\p{L}{2,20}/gu)) {
            const range = document.createRange();
            range.setStart(texts.currentNode, word.index);
            range.setEnd(texts.currentNode, word.index + word[0].length);
            if (new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1) found.push(`"${word[0]}" is broken in two`);
        }
    }
    const inARow = (selector, edge) => {
        for (const row of document.querySelectorAll(selector)) {
            const boxes = [...row.children].map((child) => child.getBoundingClientRect()).filter(({ height }) => height);
            boxes.slice(1).forEach((box, index) => {
                const before = boxes[index];
                const areBeside = box.left >= before.right - 1;
                if (areBeside && Math.abs(edge(box) - edge(before)) > 1) found.push(`what stands in "${selector}" does not line up`);
            });
        }
    };
    inARow('.actions', ({ top, bottom }) => (top + bottom) / 2);
    inARow('.split', ({ top }) => top);
    return found;
}

/** Where the picture of a page goes on which a test failed. */
export function failureFile() {
    looks += 1;
    return path.join(leave('failures'), `${process.pid}-${looks}.png`);
}
