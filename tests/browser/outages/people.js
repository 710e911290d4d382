// Who is in the shop when something breaks, and what they have done until then.

import * as api from '../harness/api.js';
import { DESKTOP, PHONE, Visitor } from '../harness/browser.js';
import { addToBasket, logIn } from '../harness/shopping.js';
import { eventually } from '../harness/wait.js';

/** Products that the sample shop has plenty of, by slug. */
const TEA = 'malty-assam';
const OTHER_TEA = 'earl-grey-with-real-bergamot';

/**
 * A shopper who is logged in, has a confirmed order and one tea in the basket; a guest with one tea in the
 * basket, who has an account; somebody who wants to leave; a member of staff. All pages are shown as they were
 * before the outage. `even` swaps who uses scripts and who a phone.
 */
export async function gather({ shop, browser }, even) {
    const [tea, otherTea] = [await api.product(shop, TEA), await api.product(shop, OTHER_TEA)];
    const enter = (javaScript, size) => Visitor.enter(browser, shop.url, { javaScript, size });

    const shopper = await enter(true, even ? PHONE : DESKTOP);
    shopper.account = await api.customer(shop, 'shopper');
    shopper.key = await api.keyOf(shop, shopper.account);
    await api.add(shop, shopper.key, otherTea.id, 1);
    shopper.order = (await api.checkOut(shop, shopper.key)).id;
    await eventually('the past order is confirmed', 15000, async () =>
        (await api.ordersOf(shop, shopper.key))[0].state === 'confirmed');
    await logIn(shopper, shopper.account);
    await addToBasket(shopper, TEA, 1);

    const guest = await enter(even, even ? DESKTOP : PHONE);
    guest.account = await api.customer(shop, 'guest');
    await addToBasket(guest, TEA, 2);

    const leaver = await enter(!even, DESKTOP);
    leaver.account = await api.customer(shop, 'leaver');
    await logIn(leaver, leaver.account);
    leaver.cookiesBefore = await leaver.cookies();

    const staff = await enter(true, DESKTOP);
    await logIn(staff, shop.staffLogin());

    const everybody = { shopper, guest, leaver, staff };
    await Promise.all(Object.values(everybody).map((one) => one.go('/')));
    return { shop, browser, tea, otherTea, shopper, guest, leaver, staff, everybody };
}
