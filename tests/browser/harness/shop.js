// A whole shop of real processes, as `cargo run` opens it, on a folder and ports of its own.

import { execFile } from 'node:child_process';
import { appendFileSync, copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { leave, program } from './folders.js';
import { freePort, portsOfAShop } from './ports.js';
import { Process } from './processes.js';
import { eventually, Hopeless } from './wait.js';

const run = promisify(execFile);

/** How long a shop may take to open: four unoptimised processes on a busy machine. */
const OPENS_WITHIN_MS = 60000;

/** The services behind the storefront. */
export const SERVICES = ['user', 'product', 'order'];

export class Shop {
    /** Opens the sample shop; `arguments_` are further ones of the command line. */
    static async open(...arguments_) {
        const shop = new Shop();
        shop.folder = mkdtempSync(path.join(tmpdir(), 'shopkeeper-browser-'));
        shop.data = path.join(shop.folder, 'data');
        shop.port = await portsOfAShop();
        const line = ['--data', shop.data, '--port', String(shop.port), ...arguments_];
        shop.supervisor = new Process(program(), line, path.join(shop.folder, 'log'));
        shop.parts = [];
        await eventually('the shop is open', OPENS_WITHIN_MS, async () => {
            if (shop.supervisor.hasEnded) throw new Hopeless(shop.supervisor.log());
            return (await ready(shop.port + 1000)) && existsSync(shop.#staffFile());
        });
        for (const part of SERVICES) await shop.untilReady(part);
        shop.lines = Object.fromEntries((await shop.status()).parts.map(({ name, pid }) => [name, commandLine(pid)]));
        return shop;
    }

    /** Where shoppers come in. */
    get url() {
        return `http://127.0.0.1:${this.port}`;
    }

    /** The public port of a service. */
    api(part) {
        return `http://127.0.0.1:${this.port + 1 + SERVICES.indexOf(part)}`;
    }

    #internalPort(part) {
        return this.port + 1000 + (part === 'storefront' ? 0 : 1 + SERVICES.indexOf(part));
    }

    untilReady(part) {
        return eventually(`${part} is ready`, OPENS_WITHIN_MS, () => ready(this.#internalPort(part)));
    }

    stop = (part) => this.#command('stop', part);
    freeze = (part) => this.#command('freeze', part);
    start = (part) => this.#command('start', part);

    /** Takes services away at the same time, each in its way: "stopped" or "frozen". */
    takeAway = (ways) => Promise.all(Object.entries(ways).map(([part, way]) => (way === 'stopped' ? this.stop(part) : this.freeze(part))));
    giveBack = (parts) => Promise.all(parts.map((part) => this.start(part)));

    async status() {
        return JSON.parse(await this.#command('status', '--json'));
    }

    /** What a part's metrics say. */
    async metrics(part) {
        return (await fetch(`http://127.0.0.1:${this.#internalPort(part)}/metrics`)).text();
    }

    /** Username and password of the first staff account. */
    staffLogin() {
        return JSON.parse(readFileSync(this.#staffFile(), 'utf8'));
    }

    /**
     * Runs one more process of a part, as this shop runs it but for the given flags (null takes one away),
     * on ports of its own unless the flags say otherwise.
     */
    async runPart(part, changes = {}) {
        const [listen, internal] = [await freePort(), await freePort()];
        const wanted = {
            '--listen': `127.0.0.1:${listen}`, '--internal-listen': `127.0.0.1:${internal}`, ...changes,
        };
        const changed = withFlags(this.lines[part], wanted);
        const started = new Process(program(), changed, path.join(this.folder, `log-${part}-${listen}`));
        started.url = `http://${wanted['--listen']}`;
        this.parts.push(started);
        await eventually(`another ${part} is ready`, OPENS_WITHIN_MS, () => {
            if (started.hasEnded) throw new Hopeless(started.log());
            return ready(wanted['--internal-listen'].split(':')[1]);
        });
        return started;
    }

    /** Ends all processes and removes the data; what was logged stays if something failed. */
    async close({ failed = false, name = 'shop' } = {}) {
        await Promise.all(this.parts.map((part) => part.end()));
        await this.supervisor.end('SIGINT');
        if (failed) {
            const kept = path.join(leave('logs'), `${name}.log`);
            copyFileSync(this.supervisor.logFile, kept);
            this.parts.forEach((part) => appendFileSync(kept, `\n--- ${part.logFile}\n${part.log()}`));
        }
        rmSync(this.folder, { recursive: true, force: true });
    }

    #staffFile() {
        return path.join(this.data, 'staff-login.json');
    }

    async #command(...words) {
        return (await run(program(), [...words, '--data', this.data])).stdout;
    }
}

async function ready(port) {
    try {
        return (await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(1000) })).ok;
    } catch {
        return false;
    }
}

const commandLine = (pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(1, -1);

function withFlags(line, changes) {
    const result = [...line];
    for (const [flag, value] of Object.entries(changes)) {
        const position = result.findIndex((word) => word === flag || word.startsWith(`${flag}=`));
        if (position >= 0) result.splice(position, result[position] === flag ? 2 : 1);
        if (value !== null) result.push(flag, String(value));
    }
    return result;
}
