// Watches a page for what must never be: errors of scripts, broken files, requests to strangers, headers that
// are missing, violations of the content security policy, pages that are too heavy.

/** A page without its pictures, bytes before compression. */
const PAGE_LIMIT = 50 * 1024;

/** The one style file, bytes before compression. */
const STYLE_LIMIT = 20 * 1024;

export class Watch {
    constructor(page, base) {
        this.origin = new URL(base).origin;
        this.wrong = [];
        /** The answer that the shown page came with. */
        this.document = null;
        page.on('pageerror', (error) => this.#tell(page.url(), `a script failed: ${error.message}`));
        page.on('console', (message) => this.#heard(page, message));
        page.on('request', (request) => this.#asked(request));
        page.on('response', (response) => this.#answered(page, response));
    }

    #tell(url, what) {
        this.wrong.push(`${url}: ${what}`);
    }

    #heard(page, message) {
        if (!['error', 'warning'].includes(message.type())) return;
        const about = message.location().url;
        // Chromium says so of every answer of 4xx or 5xx, which is judged when it comes.
        if (message.text().startsWith('Failed to load resource: the server responded')) return;
        // The storefront itself was stopped while the script asked how the parts are.
        if (message.text().startsWith('Failed to load resource: net::') && about.endsWith('/status.json')) return;
        this.#tell(page.url(), `console: ${message.text()} (${about})`);
    }

    #asked(request) {
        const url = new URL(request.url());
        if (['http:', 'https:'].includes(url.protocol) && url.origin !== this.origin) {
            this.#tell(request.url(), 'a request to a stranger');
        }
    }

    #answered(page, response) {
        const request = response.request();
        const path = new URL(response.url()).pathname;
        const headers = response.headers();
        const status = response.status();
        if (request.isNavigationRequest() && request.frame() === page.mainFrame()) this.document = response;
        if (status === 500) this.#tell(path, 'answered 500');
        if (status >= 400 && !request.isNavigationRequest() && request.resourceType() !== 'fetch') {
            this.#tell(path, `answered ${status}`);
        }
        if (headers['x-content-type-options'] !== 'nosniff') this.#tell(path, 'no nosniff');
        if (status >= 300 && status < 400) return;
        if ((headers['content-type'] ?? '').startsWith('text/html')) this.#isSoundPage(path, headers);
        if (path.startsWith('/assets/') && /\.[0-9a-z]{8,}\./i.test(path)) this.#isSoundAsset(path, headers);
        this.#weigh(path, headers, response);
    }

    #isSoundPage(path, headers) {
        const policy = headers['content-security-policy'] ?? '';
        if (!policy.includes("default-src 'none'")) this.#tell(path, `its policy is "${policy}"`);
        if (policy.includes('unsafe')) this.#tell(path, `its policy is "${policy}"`);
        if (!/no-store|no-cache/.test(headers['cache-control'] ?? '')) {
            this.#tell(path, `a page of one visitor may be kept by caches: "${headers['cache-control']}"`);
        }
    }

    #isSoundAsset(path, headers) {
        if (!/immutable/.test(headers['cache-control'] ?? '')) this.#tell(path, 'is not immutable');
        // Over plain http to another host Chromium does not say that it knows the encoding.
        const { protocol, hostname } = new URL(this.origin);
        const isTrusted = protocol === 'https:' || ['127.0.0.1', 'localhost'].includes(hostname);
        if (isTrusted && /\.(css|js)$/.test(path) && !headers['content-encoding']) this.#tell(path, 'is not compressed');
    }

    async #weigh(path, headers, response) {
        const kind = headers['content-type'] ?? '';
        const limit = kind.startsWith('text/html') ? PAGE_LIMIT : kind.startsWith('text/css') ? STYLE_LIMIT : 0;
        if (!limit) return;
        // A page that was left before its body came has none.
        const body = await response.body().catch(() => null);
        if (body && body.length > limit) this.#tell(path, `weighs ${body.length} bytes`);
    }
}
