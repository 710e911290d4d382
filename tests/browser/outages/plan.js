// Which outages are tried: every way in which each of the services can be.

import { isRemote } from '../harness/remote.js';
import { SERVICES } from '../harness/shop.js';
import { generator, seed, shuffled } from '../harness/random.js';

const WAYS = ['up', 'stopped', 'frozen'];

/** All 27. */
const all = WAYS.flatMap((user) => WAYS.flatMap((product) => WAYS.map((order) => ({ user, product, order }))));

/**
 * Nine of them, in which every two services are together in every pair of ways: the rows of a Latin square,
 * whose ways chance has renamed.
 */
function pairs() {
    const random = generator(seed);
    const names = SERVICES.map(() => shuffled(random, WAYS));
    return WAYS.flatMap((_, a) => WAYS.map((__, b) => [a, b, (a + b) % 3]))
        .map((row) => Object.fromEntries(SERVICES.map((part, column) => [part, names[column][row[column]]])));
}

/** On a cluster a part is there or not: each service alone, and all of them. */
function rowsOfACluster() {
    const without = (...down) => Object.fromEntries(SERVICES.map((part) => [part, down.includes(part) ? 'stopped' : 'up']));
    return [...SERVICES.map((part) => without(part)), without(...SERVICES)];
}

/** Those of this run: OUTAGES=all tries all. Without any outage there is nothing to see. */
export const outages = (isRemote ? rowsOfACluster() : process.env.OUTAGES === 'all' ? all : pairs())
    .filter((outage) => downIn(outage).length > 0);

/** The services that are down in an outage. */
export function downIn(outage) {
    return SERVICES.filter((part) => outage[part] !== 'up');
}

/** "user stopped, order frozen" */
export const titleOf = (outage) => downIn(outage).map((part) => `${part} ${outage[part]}`).join(', ');
