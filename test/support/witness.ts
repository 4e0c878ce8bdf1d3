import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const command = fileURLToPath(new URL('../../verifier/bin/witness.js', import.meta.url));

export type WitnessProcess = { readonly url: string; readonly vkey: string; readonly stop: (signal: NodeJS.Signals) => Promise<void> };
/** A witness in a process of its own, as another organisation runs it. */
export const startWitness = async (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<WitnessProcess> => {
  const child: ChildProcess = spawn(process.execPath, [command, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await gone;
  };
  return new Promise((resolve, reject) => {
    let [vkey, err] = ['', ''];
    child.stderr?.on('data', (part) => (err += String(part)));
    child.once('exit', (code) => reject(new Error(`the witness ended with ${code}: ${err}`)));
    if (!child.stdout) throw new Error('no output to read');
    createInterface({ input: child.stdout }).on('line', (line) => {
      vkey = /^key +(\S+)$/.exec(line)?.[1] ?? vkey;
      const url = /http:\S+/.exec(line)?.[0];
      if (url) resolve({ url, vkey, stop });
    });
  });
};
