// A shop that runs elsewhere, behind an ingress with TLS, in place of one of this machine's processes. It is told by
// the environment: SHOPKEEPER_SHOP_URL (https://name), SHOPKEEPER_SHOP_ADDRESS (the IP address of that name, whatever
// DNS says) and SHOPKEEPER_SHOP_STAFF (the file with the staff login). For Node to trust its certificate,
// NODE_EXTRA_CA_CERTS names it.

import dns from 'node:dns';
import { readFileSync } from 'node:fs';

const { SHOPKEEPER_SHOP_URL: url, SHOPKEEPER_SHOP_ADDRESS: address, SHOPKEEPER_SHOP_STAFF: staff } = process.env;

/** Whether the tests are to try a shop that runs elsewhere. Those that stop its parts can't. */
export const isRemote = Boolean(url);

/** How Chromium finds it. */
export const hostRules = isRemote ? [`MAP ${new URL(url).hostname} ${address}`] : [];

export class RemoteShop {
    url = url;

    /** The services are reached by path, through the same host. */
    api = () => url;

    staffLogin = () => JSON.parse(readFileSync(staff, 'utf8'));

    async close() {}
}

if (isRemote) {
    const name = new URL(url).hostname;
    const lookUp = dns.lookup;
    // Node's fetch asks here for every connection.
    dns.lookup = (asked, ...rest) => lookUp(asked === name ? address : asked, ...rest);
}
