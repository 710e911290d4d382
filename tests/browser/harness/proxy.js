// Stands between the storefront and a service, and spoils what passes in one chosen way.

import http from 'node:http';

/**
 * What it can do to a request:
 * pass     hand it on
 * fail     answer 500 at once, with a problem
 * garbage  answer 200 with something that is not what was asked for
 * slow     hand it on, and the answer back after `delayMs`
 * hang     take it and never answer
 * cut      hand it on, and break the connection instead of answering: it happened, but nobody is told
 * halve    send half of the answer, then break the connection
 * refuse   break the connection before anything is handed on
 */
export class FaultProxy {
    static async before(url) {
        const proxy = new FaultProxy();
        proxy.mode = 'pass';
        proxy.delayMs = 3000;
        /** What becomes of the bodies of answers that pass. */
        proxy.rewrite = (request, body) => body;
        /** Requests seen in the present mode, probes included. */
        proxy.seen = [];
        proxy.target = new URL(url);
        proxy.server = http.createServer((request, response) => proxy.#take(request, response));
        await new Promise((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
        proxy.url = `http://127.0.0.1:${proxy.server.address().port}`;
        return proxy;
    }

    /** From now on does this, to all requests or to those that `concerns` names; others pass. */
    set(mode, concerns = () => true) {
        this.mode = mode;
        this.concerns = concerns;
        this.seen = [];
    }

    close() {
        this.server.closeAllConnections();
        return new Promise((resolve) => this.server.close(resolve));
    }

    #take(request, response) {
        const mode = this.mode !== 'pass' && this.concerns(request) ? this.mode : 'pass';
        this.seen.push({ method: request.method, path: request.url, mode });
        response.on('error', () => {});
        if (mode === 'hang') return request.resume();
        if (mode === 'refuse') return request.socket.destroy();
        if (mode === 'fail') {
            request.resume();
            response.writeHead(500, { 'content-type': 'application/problem+json' });
            return response.end('{"type":"about:blank","title":"Internal Server Error","status":500,"message":"broken"}');
        }
        if (mode === 'garbage') {
            request.resume();
            response.writeHead(200, { 'content-type': 'application/json' });
            return response.end('{"result": <html>It works!</html>');
        }
        const headers = { ...request.headers, host: this.target.host };
        const onward = http.request(
            { host: this.target.hostname, port: this.target.port, method: request.method, path: request.url, headers, agent: false },
            (answer) => this.#giveBack(mode, request, answer, response),
        );
        onward.on('error', () => response.destroy());
        response.on('close', () => onward.destroy());
        return request.pipe(onward);
    }

    async #giveBack(mode, request, answer, response) {
        const chunks = [];
        try {
            for await (const chunk of answer) chunks.push(chunk);
        } catch {
            return response.destroy();
        }
        const body = Buffer.from(this.rewrite(request, Buffer.concat(chunks)));
        if (mode === 'cut') return response.socket?.destroy();
        if (mode === 'slow') await new Promise((resolve) => setTimeout(resolve, this.delayMs));
        if (response.destroyed) return undefined;
        const { 'transfer-encoding': _, connection: __, ...headers } = answer.headers;
        response.writeHead(answer.statusCode, { ...headers, 'content-length': body.length });
        if (mode !== 'halve') return response.end(body);
        // Less than was announced.
        response.write(body.subarray(0, Math.floor(body.length / 2)));
        return setImmediate(() => response.destroy());
    }
}
