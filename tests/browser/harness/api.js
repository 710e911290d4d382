// The three services, asked directly: how a test learns what is true behind the pages.

/** The password of every customer that a test makes. */
export const PASSWORD = 'a password of tests';

async function ask(url, { key, method = 'GET', form, json, headers = {} } = {}) {
    const options = { method, headers: { ...headers }, signal: AbortSignal.timeout(20000) };
    if (key) options.headers.authorization = `Bearer ${key}`;
    if (form) options.body = new URLSearchParams(form);
    if (json) {
        options.body = JSON.stringify(json);
        options.headers['content-type'] = 'application/json';
    }
    const answer = await fetch(url, options);
    const text = await answer.text();
    if (!answer.ok) throw Object.assign(new Error(`${method} ${url}: ${answer.status} ${text}`), { status: answer.status });
    return JSON.parse(text);
}

let customers = 0;

/** A name that no other test in this run has. */
export const freshName = (stem = 'ada') => `${stem}-${process.pid}-${(customers += 1)}`;

/** Registers a customer; returns what a login form wants. */
export async function customer(shop, stem) {
    const username = freshName(stem);
    const form = {
        username, password: PASSWORD, email: `${username}@example.com`, first_name: 'Ada', last_name: 'Lovelace',
    };
    const { result } = await ask(`${shop.api('user')}/api/user/create`, { method: 'POST', form });
    return { ...form, id: result.id };
}

/** A fresh key of an account. */
export async function keyOf(shop, { username, password }) {
    const form = { username, password };
    return (await ask(`${shop.api('user')}/api/user/login`, { method: 'POST', form })).api_key;
}

export const staffKey = (shop) => keyOf(shop, shop.staffLogin());

/** Whether an access token still opens the own account. */
export async function opens(shop, key) {
    const answer = await fetch(`${shop.api('user')}/api/user`, { headers: { authorization: `Bearer ${key}` } });
    return answer.status === 200;
}

/** The open order's lines as [product, quantity] pairs; none without an open order. */
export async function basketOf(shop, key) {
    const { result } = await ask(`${shop.api('order')}/api/order`, { key });
    return (result?.items ?? []).map((item) => [item.product, item.quantity]).sort(([a], [b]) => a - b);
}

/** All orders of a customer but the open one, newest first. */
export async function ordersOf(shop, key) {
    const found = [];
    let url = `${shop.api('order')}/api/orders?limit=100`;
    while (url) {
        const answer = await fetch(url, { headers: { authorization: `Bearer ${key}` } });
        found.push(...(await answer.json()));
        const next = /<([^>]+)>;\s*rel="?next"?/.exec(answer.headers.get('link') ?? '');
        url = next && new URL(next[1], url).href;
    }
    return found.filter((order) => !order.is_open);
}

/** One product as staff see it, stock included. */
export async function product(shop, slugOrId, key) {
    return (await ask(`${shop.api('product')}/api/product/${slugOrId}`, { key })).result;
}

export async function products(shop, query = '') {
    return (await ask(`${shop.api('product')}/api/products${query}`)).results;
}

/** Changes a product as staff do. */
export async function edit(shop, key, slug, changes) {
    const { id, version } = await product(shop, slug, key);
    return ask(`${shop.api('product')}/api/product/${id}`, {
        key, method: 'PATCH', json: changes, headers: { 'if-match': `"${version}"` },
    });
}

/** Puts a product into the basket behind the storefront's back. */
export const add = (shop, key, id, quantity) =>
    ask(`${shop.api('order')}/api/order/add-item`, { key, method: 'POST', form: { product_id: id, qty: quantity } });

export const checkOut = async (shop, key) =>
    (await ask(`${shop.api('order')}/api/order/checkout`, { key, method: 'POST' })).result;
