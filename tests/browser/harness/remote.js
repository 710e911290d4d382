// A shop that runs elsewhere, behind an ingress with TLS, in place of one of this machine's processes. It is told by
// the environment: SHOPKEEPER_SHOP_URL (https://name), SHOPKEEPER_SHOP_ADDRESS (the IP address of that name, whatever
// DNS says) and SHOPKEEPER_SHOP_STAFF (the file with the staff login). For Node to trust its certificate,
// NODE_EXTRA_CA_CERTS names it. Whoever can take its parts away listens at SHOPKEEPER_SHOP_PARTS (host:port): over a
// connection comes one line, the parts that the shop is to be without from now on, as in "user order"; "done" is the
// answer once that is so.

import dns from 'node:dns';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { text } from 'node:stream/consumers';

const {
    SHOPKEEPER_SHOP_URL: url, SHOPKEEPER_SHOP_ADDRESS: address, SHOPKEEPER_SHOP_STAFF: staff, SHOPKEEPER_SHOP_PARTS: parts,
} = process.env;

/** Whether the tests are to try a shop that runs elsewhere. Of those that stop its parts only `outages` can. */
export const isRemote = Boolean(url);

/** How Chromium finds it. */
export const hostRules = isRemote ? [`MAP ${new URL(url).hostname} ${address}`] : [];

export class RemoteShop {
    url = url;

    /** The services are reached by path, through the same host. */
    api = () => url;

    staffLogin = () => JSON.parse(readFileSync(staff, 'utf8'));

    /** Waits until the shop is without these parts; none can be frozen. */
    takeAway = (ways) => isWithout(Object.keys(ways));

    /** Waits until the shop is whole. */
    giveBack = () => isWithout([]);

    async close() {}
}

async function isWithout(names) {
    const line = net.connect(Number(parts.split(':').pop()), parts.split(':')[0]);
    line.write(`${names.join(' ')}\n`);
    const answer = await text(line);
    if (answer.trim() !== 'done') throw new Error(`the shop can't be without "${names.join(' ')}": ${answer}`);
}

if (isRemote) {
    const name = new URL(url).hostname;
    const lookUp = dns.lookup;
    // Node's fetch asks here for every connection.
    dns.lookup = (asked, ...rest) => lookUp(asked === name ? address : asked, ...rest);
}
