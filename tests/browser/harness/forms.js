// A shopper without a browser: follows redirects, keeps cookies, fills in forms. For many shoppers at once,
// and for requests that no browser would send.

/** The cookies of one shopper. */
export class Jar {
    #cookies = new Map();

    take(headers) {
        for (const line of headers.getSetCookie()) {
            const [pair, ...attributes] = line.split(';').map((piece) => piece.trim());
            const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
            const isGone = attributes.some((attribute) => /^max-age=0$/i.test(attribute)) || value === '';
            if (isGone) this.#cookies.delete(name);
            else this.#cookies.set(name, value);
        }
    }

    header() {
        return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    }

    get(stem) {
        return [...this.#cookies].find(([name]) => name.includes(stem))?.[1];
    }

    set(stem, value) {
        const name = [...this.#cookies.keys()].find((key) => key.includes(stem));
        this.#cookies.set(name, value);
    }

    copy() {
        const copy = new Jar();
        this.#cookies.forEach((value, name) => copy.#cookies.set(name, value));
        return copy;
    }
}

export class Shopper {
    constructor(base, jar = new Jar()) {
        this.base = base;
        this.jar = jar;
    }

    get(path) {
        return this.#ask(path, {});
    }

    /** Sends a form and, like a browser, follows the redirect unless told not to. */
    post(path, fields = {}, { follow = true, headers = {} } = {}) {
        return this.#ask(path, { method: 'POST', body: new URLSearchParams(fields), headers }, follow);
    }

    async #ask(path, options, follow = true) {
        const headers = { ...options.headers, cookie: this.jar.header(), accept: 'text/html' };
        const signal = AbortSignal.timeout(20000);
        const answer = await fetch(new URL(path, this.base), { ...options, headers, redirect: 'manual', signal });
        this.jar.take(answer.headers);
        const to = answer.headers.get('location');
        const text = await answer.text();
        if (follow && to && answer.status === 303) return this.#ask(to, {});
        return { status: answer.status, headers: answer.headers, location: to, text, path };
    }
}

/** The fields of the form that goes to `action`, as the page filled them in; null if there is no such form. */
export function fieldsOf(html, action) {
    const forms = html.match(/<form\b[\s\S]*?<\/form>/g) ?? [];
    const form = forms.find((one) => attribute(one.match(/<form\b[^>]*>/)[0], 'action') === action);
    if (!form) return null;
    const fields = {};
    for (const tag of form.match(/<input\b[^>]*>/g) ?? []) {
        const name = attribute(tag, 'name');
        if (name) fields[name] = attribute(tag, 'value') ?? '';
    }
    for (const [, tag, text] of form.matchAll(/<textarea\b([^>]*)>([\s\S]*?)<\/textarea>/g)) {
        fields[attribute(tag, 'name')] = unescape(text);
    }
    return fields;
}

function attribute(tag, name) {
    const found = new RegExp(`\\s${name}\\s*=\\s*("([^"]*)"|'([^']*)'|([^\\s>]+))`).exec(tag);
    return found && unescape(found[2] ?? found[3] ?? found[4]);
}

const unescape = (text) =>
    text.replace(/&(#x?[0-9a-f]+|amp|lt|gt|quot);/gi, (all, name) => {
        if (name[0] !== '#') return { amp: '&', lt: '<', gt: '>', quot: '"' }[name.toLowerCase()];
        return String.fromCodePoint(name[1] === 'x' ? parseInt(name.slice(2), 16) : Number(name.slice(1)));
    });
