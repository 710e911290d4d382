// What every answer carries, and what the files that pages load weigh.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { weaknesses } from './harness/policy.js';
import { LIMIT, scene } from './harness/scene.js';

const here = scene();
const PAGES = ['/', '/product/malty-assam', '/login', '/register', '/logout', '/basket', '/checkout', '/nowhere', '/product/nothing', '/staff', '/basket/add'];

test('every page has a policy in which nobody finds a weakness', LIMIT, async () => {
    for (const path of PAGES) {
        for (const method of ['GET', 'HEAD', 'POST']) {
            const { headers } = await fetch(here.shop.url + path, { method, redirect: 'manual', headers: { accept: 'text/html' } });
            const policy = headers.get('content-security-policy');
            assert.ok(policy, `${method} ${path} has a policy`);
            assert.deepEqual(weaknesses(policy), [], `${method} ${path}: ${policy}`);
            for (const directive of ["default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"]) {
                assert.ok(policy.includes(directive), `${method} ${path}: ${directive}`);
            }
            assert.equal(headers.get('x-content-type-options'), 'nosniff');
            assert.ok(headers.get('referrer-policy'));
        }
    }
});

test('no page has anything inline', LIMIT, async () => {
    for (const path of PAGES) {
        const html = await (await fetch(here.shop.url + path)).text();
        assert.doesNotMatch(html, /<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)/i, path);
        for (const [tag] of html.matchAll(/<script[^>]*>/g)) assert.match(tag, /\ssrc="\/assets\/[^"]+"/);
    }
});

test('the files of pages are light, compressed, and kept by browsers for good', LIMIT, async () => {
    const html = await (await fetch(here.shop.url)).text();
    const files = [...html.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(([, path]) => path);
    const styles = files.filter((path) => path.endsWith('.css'));
    const scripts = files.filter((path) => path.endsWith('.js'));
    assert.ok(styles.length >= 1 && scripts.length <= 1);
    let weight = 0;
    for (const path of [...styles, ...scripts]) {
        const answer = await fetch(here.shop.url + path, { headers: { 'accept-encoding': 'br' } });
        assert.match(answer.headers.get('cache-control'), /max-age=31536000.*immutable/);
        assert.match(answer.headers.get('vary') ?? '', /accept-encoding/i);
        assert.equal(answer.headers.get('content-encoding'), 'br');
        const plain = await fetch(here.shop.url + path, { headers: { 'accept-encoding': 'identity' } });
        assert.equal(plain.headers.get('content-encoding'), null);
        const text = await plain.text();
        assert.equal(await answer.text(), text, 'both forms say the same');
        if (path.endsWith('.css')) weight += text.length;
        assert.equal((await fetch(here.shop.url + path.replace(/\.[0-9a-zA-Z_-]{6,}\./, '.00000000.'))).status, 404);
    }
    assert.ok(weight <= 20 * 1024, `the style weighs ${weight} bytes`);
});

test('pictures have their size in the page, and come', LIMIT, async () => {
    const html = await (await fetch(here.shop.url)).text();
    const pictures = html.match(/<img\b[^>]*>/g) ?? [];
    assert.ok(pictures.length >= 20);
    for (const picture of pictures) {
        assert.match(picture, /\swidth="\d+"/);
        assert.match(picture, /\sheight="\d+"/);
        assert.match(picture, /\salt=/);
        const [, src] = /\ssrc="([^"]+)"/.exec(picture);
        const answer = await fetch(new URL(src, here.shop.url));
        assert.equal(answer.status, 200, src);
        assert.match(answer.headers.get('content-type'), /^image\//);
        assert.ok((await answer.arrayBuffer()).byteLength <= 24 * 1024, src);
    }
});

test('HEAD answers as GET does, without the page', LIMIT, async () => {
    for (const path of PAGES) {
        const [head, get] = await Promise.all(['HEAD', 'GET'].map((method) => fetch(here.shop.url + path, { method, redirect: 'manual' })));
        assert.equal(head.status, get.status, path);
        assert.equal(await head.text(), '');
        assert.equal(head.headers.get('content-type'), get.headers.get('content-type'));
    }
});

