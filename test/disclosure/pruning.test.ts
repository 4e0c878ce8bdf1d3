import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { enqueue, openLedger } from '../../functions/disclosure/ledger.ts';
import { openPruning } from '../../functions/disclosure/pruning.ts';
import { openSequencer } from '../../functions/disclosure/sequencer.ts';
import { openLedgerKeys } from '../../infra/local/ledger-keys.ts';
import { openFiles } from '../../shared/blobs/files.ts';
import { openPublicFolder } from '../../shared/blobs/public-files-folder.ts';
import { openSqlite } from '../../shared/store/sqlite.ts';
import { folderSource } from '../../verifier/folder.js';
import { freshFolder } from '../support/host.ts';
import { visit } from '../support/ledger.ts';

const day = 86_400_000;
const { folder, remove } = freshFolder();
const sqlite = openSqlite({ file: ':memory:' });
afterAll(() => {
  sqlite.close();
  remove();
});

let time = Date.parse('2026-03-02T01:00:00Z');
const now = (): Date => new Date(time);
const table = sqlite.table('disclosure');
const files = openPublicFolder({ folder: join(folder, 'log') });
const log = { origin: 'log.example/log', url: '', base: 0, files };
const ledger = { log, earlier: [], signers: openLedgerKeys(folder).signers };
const sequencer = openSequencer({ table, staging: openFiles({ folder: join(folder, 'objects') }), ledger, now });
const { prune } = openPruning({ table, log, now });
let entered = 0;
/** Lets some entries enter the log, so many at a time. */
const grow = async (count: number, atOnce: number): Promise<void> => {
  for (let n = 0; n < count; n += atOnce) {
    for (let one = 0; one < Math.min(atOnce, count - n); one += 1)
      await enqueue(table, { event: `thing.t.${(entered += 1)}`, at: now().toISOString(), text: JSON.stringify({ n: entered }) });
    while (await sequencer.round());
  }
};
const partials = async (): Promise<readonly string[]> => (await files.list('tile/')).filter((path) => path.includes('.p/'));
const pruned = async (): Promise<number> => {
  let removed = 0;
  for (let last = await prune(); last > 0; last = await prune()) removed += last;
  return removed;
};

describe('partial tiles', () => {
  it('stay until the full one has stood beside them for thirty days', async () => {
    await grow(300, 20);
    const many = await partials();
    expect(many.length).toBeGreaterThan(20);
    expect(await pruned()).toBe(0);
    time += 29 * day;
    expect(await pruned()).toBe(0);
    expect(await partials()).toEqual(many);
  });

  it('go after that, and the log is as whole as before; those at its edge stay', async () => {
    time += 2 * day;
    expect(await pruned()).toBeGreaterThan(20);
    const left = await partials();
    expect(left.filter((path) => path.startsWith('tile/0/000.p') || path.startsWith('tile/entries/000.p'))).toEqual([]);
    expect(left.some((path) => path.startsWith('tile/0/001.p'))).toBe(true);
    expect((await visit(await folderSource(join(folder, 'log')))).problems).toEqual([]);
    expect(await openLedger(files).prove(3)).toMatchObject({ index: 3 });
    await grow(10, 1);
    expect((await visit(await folderSource(join(folder, 'log')))).problems).toEqual([]);
  });
});
