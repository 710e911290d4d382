// The npm packages, which lie in .cache/browser rather than beside the tests, so that the tree stays clean.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { installed } from './folders.js';

const require = createRequire(path.join(installed, 'package.json'));

export const { chromium } = require('playwright-core');
export const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
export const validatorJar = path.join(path.dirname(require.resolve('vnu-jar/package.json')), 'build/dist/vnu.jar');
export const { CspEvaluator } = require('csp_evaluator');
export const { CspParser } = require('csp_evaluator/dist/parser.js');
