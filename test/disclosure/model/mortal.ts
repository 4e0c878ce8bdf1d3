import { writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { enqueue } from '../../../functions/disclosure/ledger.ts';
import { eventOf, openDisk, publicKey } from './disk.ts';
import { sequencerOver, type Ports } from './stores.ts';

/**
 * `node test/disclosure/model/mortal.ts --folder F --from 1 --to 9 [--recover] [--batch 8] [--step 5]` discloses events on a disk and sequences
 * them, as many at a time as said, and kills itself at a step, counted from 1: each call of a port that changes something, or signs, is one
 * before its effect and one after it. With `--recover` it first finishes what an earlier one left, and counts from there. Prints
 * what it died at.
 */
const { values } = parseArgs({
  options: {
    folder: { type: 'string', default: '' },
    from: { type: 'string', default: '1' },
    to: { type: 'string', default: '1' },
    batch: { type: 'string', default: '1000' },
    recover: { type: 'boolean', default: false },
    step: { type: 'string', default: '0' },
  },
});
const [from, to, batch, step] = [Number(values.from), Number(values.to), Number(values.batch), Number(values.step)];
let steps = 0;
let isCounting = !values.recover;
const mayDie = (what: string): void => {
  if (!isCounting) return;
  steps += 1;
  if (steps !== step) return;
  writeSync(1, what);
  process.kill(process.pid, 'SIGKILL');
};
const effects = new Set(['transact', 'put', 'create', 'replace', 'remove', 'sign']);
/** A port at each of whose steps this process may die. */
const mortal = <Port extends object>(name: string, port: Port): Port =>
  new Proxy(port, {
    get: (target, member) => {
      const method: unknown = Reflect.get(target, member, target);
      if (typeof method !== 'function') return method;
      if (!effects.has(String(member))) return method.bind(target);
      return async (...args: readonly unknown[]): Promise<unknown> => {
        const what = `${name}.${String(member)}`;
        mayDie(`before ${what}`);
        const answer: unknown = await Reflect.apply(method, target, args);
        mayDie(`after ${what}`);
        return answer;
      };
    },
  });

const disk = openDisk(values.folder);
const ports: Ports = {
  table: mortal('table', disk.table),
  staging: mortal('staging', disk.staging),
  files: mortal('files', disk.files),
  signer: (key) => mortal('signer', disk.signer(key)),
};
const sequencer = sequencerOver(ports, () => new Date(), [publicKey]);
const settle = async (): Promise<void> => {
  while (await sequencer.round());
};
if (values.recover) await settle();
for (let first = from; first < to; first += batch) {
  for (let n = first; n < Math.min(to, first + batch); n += 1) {
    const event = eventOf(n);
    await enqueue(disk.table, { event, at: '2026-01-01T00:00:00.000Z', text: JSON.stringify({ event }) });
  }
  isCounting = true;
  await settle();
}
disk.close();
