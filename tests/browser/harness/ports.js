// Free ports on loopback.

import { createServer } from 'node:net';

const isFree = (port) =>
    new Promise((resolve) => {
        const server = createServer();
        server.once('error', () => resolve(false));
        server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });

/**
 * The first of four free ports whose neighbours 1000 above are free too: a shop's. All lie below those that
 * the system gives to clients, and no block overlaps another. Chance is not replayed here: two runs at once
 * must not choose the same.
 */
export async function portsOfAShop() {
    for (let attempt = 0; attempt < 1000; attempt += 1) {
        const first = 10000 + 2000 * Math.floor(Math.random() * 11) + 4 * Math.floor(Math.random() * 250);
        const block = [0, 1, 2, 3].flatMap((offset) => [first + offset, first + 1000 + offset]);
        if ((await Promise.all(block.map(isFree))).every(Boolean)) return first;
    }
    throw new Error('no eight free ports');
}

/** A port that the system says is free just now. */
export const freePort = () =>
    new Promise((resolve, reject) => {
        const server = createServer();
        server.once('error', reject);
        server.listen(0, '127.0.0.1', () => {
            const { port } = server.address();
            server.close(() => resolve(port));
        });
    });
