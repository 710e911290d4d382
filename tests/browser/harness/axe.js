// Looks for barriers with axe-core, in the page as it is shown.

import { axeSource } from './packages.js';

/** WCAG 2.2 up to AA and axe's own good practice. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What axe finds, a line for each rule that says where first, and in how many places more. */
export async function barriers(page) {
    // Through the debugger, which the page's content security policy does not concern.
    const debug = await page.context().newCDPSession(page);
    const evaluate = async (expression) => {
        const { result, exceptionDetails } = await debug.send('Runtime.evaluate', {
            expression, awaitPromise: true, returnByValue: true,
        });
        if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
        return result.value;
    };
    try {
        if (!(await evaluate('Boolean(globalThis.axe)'))) await evaluate(`${axeSource}; undefined`);
        const options = { runOnly: { type: 'tag', values: RULES }, resultTypes: ['violations'] };
        const found = await evaluate(`axe.run(document, ${JSON.stringify(options)}).then((result) =>
            result.violations.map(({ id, help, nodes: [node, ...more] }) =>
                id + ': ' + help + ' at ' + node.target.join(' ') + ' ' + (node.any[0]?.message ?? '') +
                    (more.length ? ' (and in ' + more.length + ' places more)' : '')))`);
        return found;
    } finally {
        await debug.detach();
    }
}
