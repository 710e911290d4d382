// Chance that can be replayed: a small generator from a seed, and choices made with it.

/** The seed of this run: SEED, else 1. */
export const seed = Number(process.env.SEED ?? 1) >>> 0;

/** A generator of numbers in [0, 1): a 32-bit counter, scrambled. */
export function generator(start = seed) {
    let state = start >>> 0;
    return () => {
        state = (state + 0x9e3779b9) >>> 0;
        let mixed = state ^ (state >>> 16);
        mixed = Math.imul(mixed, 0x21f0aaad);
        mixed ^= mixed >>> 15;
        mixed = Math.imul(mixed, 0x735a2d97);
        return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
    };
}

/** One of the list. */
export const pick = (random, list) => list[Math.floor(random() * list.length)];

/** The list in another order. */
export function shuffled(random, list) {
    const result = [...list];
    for (let last = result.length - 1; last > 0; last -= 1) {
        const other = Math.floor(random() * (last + 1));
        [result[last], result[other]] = [result[other], result[last]];
    }
    return result;
}
