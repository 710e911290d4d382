// What a security researcher's tool says about a content security policy.

import { CspEvaluator, CspParser } from './packages.js';

/** Findings are numbered by severity: 10 high, 20 syntax, 30 medium; from 40 on it only guesses or informs. */
const MEDIUM = 30;

/** High and medium findings, one line each. */
export function weaknesses(policy) {
    const findings = new CspEvaluator(new CspParser(policy).csp).evaluate();
    return findings
        .filter(({ severity }) => severity <= MEDIUM)
        .map(({ severity, directive, description }) => `${severity} ${directive}: ${description}`);
}
