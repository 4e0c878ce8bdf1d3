import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { mutants, mutated, otherWrongOrders, sevenWrongOrders, type Mutant } from './model/mutants.ts';

const script = fileURLToPath(new URL('model/run.ts', import.meta.url));
/** Where a wrong order is found: after a few dozen schedules mostly, after some hundreds where it takes two sequencers and a long sleep. */
const schedules = 4_000;
type Ran = { readonly ran: number; readonly first?: { readonly seed: number; readonly problems: readonly string[] } };
const run = async (...options: readonly string[]): Promise<Ran> => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--no-warnings', script, ...options]);
  return JSON.parse(stdout) as Ran;
};
/** What each is found by. Where two are joined, either may come first. */
const foundBy: Readonly<Record<string, RegExp>> = {
  'reads what is pending before the lock': /is in the log twice|, and now at/,
  // the tiles of the batch before are not there to grow from; where they are, its rows are sequenced again
  'does not finish the batch before': /is missing|is in the log twice|, and now at/,
  'signs before the swap': /is signed that was not committed/,
  'writes tiles before the swap': /is written before it is committed/,
  'puts the checkpoint without If-Match': /the published size went from/,
  // `extend` hashes the edge that it is given and compares it with the committed root: so nothing wrong is ever committed, but a sequencer
  // that keeps a wrong edge fails again and again, though nothing around it does
  'keeps a warm cache after a failure': /do not hold the tree that they extend/,
  'takes a failed look for an event that it has not seen': /is in the log twice|, and now at/,
  'publishes the checkpoint before its tiles': /a checkpoint is published, but .* is missing/,
  'marks rows before the checkpoint covers them': /before a checkpoint covers it/,
  'removes the batch before it is applied': /the batch that was committed to the ledger is missing/,
  'says that a batch is applied before its rows are marked': /is in the log twice|, and now at/,
  'takes batches with the same end for the same batch': /, and now at/,
};
const isFound = async ({ name }: Mutant): Promise<void> => {
  const { first } = await run('--schedules', String(schedules), '--mutant', name);
  expect(first?.problems.join('\n')).toMatch(foundBy[name] ?? /^$/);
};

describe('a sequencer', () => {
  it('in the right order breaks nothing in some hundred schedules', async () => {
    expect(await run('--schedules', '400')).toEqual({ ran: 400, steps: expect.any(Number) });
  });
});
describe('each of the seven wrong orders is found by the model:', () => {
  it.each(sevenWrongOrders)('one that $name', isFound);
});
describe('so is', () => {
  it.each(otherWrongOrders)('one that $name', isFound);
});
describe('a mutant', () => {
  it('fits the code as it stands', () => {
    for (const mutant of mutants) {
      const source = readFileSync(new URL(`../../functions/disclosure/${mutant.file}`, import.meta.url), 'utf8');
      expect(mutated(source, mutant)).not.toBe(source);
    }
  });
  it('that does not fit is an error, not the code as it was', () => {
    const [mutant] = mutants;
    expect(() => mutated('nothing to replace', mutant as Mutant)).toThrow('does not fit');
  });
});
