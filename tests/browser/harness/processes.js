// Processes that a test starts. All of them are gone when the test's process is, however it ends.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';

const running = new Set();

process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));

/** A process whose output goes to a file. */
export class Process {
    constructor(program, args, logFile) {
        const log = openSync(logFile, 'a');
        this.logFile = logFile;
        this.child = spawn(program, args, { stdio: ['ignore', log, log] });
        closeSync(log);
        this.ended = once(this.child, 'exit');
        running.add(this.child);
        this.ended.then(() => running.delete(this.child));
    }

    get hasEnded() {
        return this.child.exitCode !== null || this.child.signalCode !== null;
    }

    log() {
        return readFileSync(this.logFile, 'utf8');
    }

    /** Sends a signal and waits until the process is gone; kills it if it does not go. */
    async end(signal = 'SIGTERM', withinMs = 15000) {
        if (this.hasEnded) return;
        this.child.kill('SIGCONT');
        this.child.kill(signal);
        const killer = setTimeout(() => this.child.kill('SIGKILL'), withinMs);
        await this.ended;
        clearTimeout(killer);
    }
}
