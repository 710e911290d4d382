// What an ingress controller does: takes https with a certificate made for the occasion, hands on http.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';

function certificate(host) {
    const folder = mkdtempSync(path.join(tmpdir(), 'shopkeeper-tls-'));
    const [key, cert] = ['key.pem', 'cert.pem'].map((name) => path.join(folder, name));
    try {
        execFileSync('openssl', [
            'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
            '-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`, '-keyout', key, '-out', cert,
        ], { stdio: 'pipe' });
        return { key: readFileSync(key), cert: readFileSync(cert) };
    } finally {
        rmSync(folder, { recursive: true, force: true });
    }
}

/** Serves `https://host:port`; requests go to `handOnTo()`, an http URL that may be known later. */
export async function terminateTls(host, handOnTo) {
    const server = https.createServer(certificate(host), (request, response) => {
        const target = new URL(handOnTo());
        const headers = { ...request.headers, 'x-forwarded-proto': 'https', 'x-forwarded-for': '192.0.2.7' };
        const onward = http.request(
            { host: target.hostname, port: target.port, method: request.method, path: request.url, headers },
            (answer) => {
                response.writeHead(answer.statusCode, answer.rawHeaders);
                answer.pipe(response);
            },
        );
        onward.on('error', () => response.destroy());
        request.pipe(onward);
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address();
    const close = () => {
        server.closeAllConnections();
        return new Promise((resolve) => server.close(resolve));
    };
    return { url: `https://${host}:${port}`, close };
}
