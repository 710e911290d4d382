// Waiting for a condition, with a deadline; tests never just sleep.

import { setTimeout as pause } from 'node:timers/promises';
import { isRemote } from './remote.js';

/** How long to wait between two looks, ms. */
const BETWEEN_LOOKS_MS = 50;

/** A cluster shares its cores with much else: whatever is waited for may take so many times as long. */
const SLOWNESS = isRemote ? 4 : 1;

/** There is nothing to wait for any more. */
export class Hopeless extends Error {}

/**
 * Calls `look` until it returns something other than false, null and undefined, and returns that.
 * What it throws counts as "not yet", and is told when time is up; unless it is hopeless.
 */
export async function eventually(what, withinMs, look) {
    const deadline = performance.now() + withinMs * SLOWNESS;
    for (;;) {
        let last;
        try {
            last = await look();
            if (last !== false && last !== null && last !== undefined) return last;
        } catch (error) {
            if (error instanceof Hopeless) throw error;
            last = error;
        }
        if (performance.now() > deadline) {
            throw new Error(`not within ${withinMs * SLOWNESS} ms: ${what} (last: ${last?.message ?? last})`, { cause: last });
        }
        await pause(BETWEEN_LOOKS_MS);
    }
}
