import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { openSqlite } from '../../shared/store/sqlite.ts';
import type { Sqlite } from '../../shared/store/sqlite.ts';
import { Busy } from '../../shared/store/table.ts';

// A slow machine is no fault: only a test that hangs fails by time.
jest.setTimeout(60_000);

describe('a file of SQLite', () => {
  let folder: string;
  let file: string;
  let store: Sqlite;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'harbour-sqlite-'));
    file = join(folder, 'store.sqlite');
    store = openSqlite({ file, patience: 100 });
  });
  afterEach(async () => {
    store.close();
    await rm(folder, { recursive: true });
  });

  it('holds several tables that know nothing of each other', async () => {
    const [records, postings] = [store.table('records'), store.table('postings')];
    await records.transact([{ put: { pk: 'a', sk: 'b', of: 'records', ix: { owner: ['o', '1'] } } }]);
    expect(await postings.get([{ pk: 'a', sk: 'b' }])).toEqual([undefined]);
    expect(await postings.query({ index: 'owner', key: 'o', limit: 9 })).toEqual([]);
    await postings.transact([{ put: { pk: 'a', sk: 'b', of: 'postings' }, if: { absent: true } }]);
    await postings.transact([{ delete: { pk: 'a', sk: 'b' } }]);
    expect(await records.query({ key: 'a', limit: 9 })).toHaveLength(1);
    expect(await records.query({ index: 'owner', key: 'o', limit: 9 })).toHaveLength(1);
  });

  it('is busy while another holds it, writes nothing, still reads, and goes on afterwards', async () => {
    const table = store.table('records');
    await table.transact([{ put: { pk: 'a', sk: 'b', n: 1 } }]);
    const other = new DatabaseSync(file);
    other.exec('BEGIN IMMEDIATE');
    await expect(table.transact([{ put: { pk: 'a', sk: 'b', n: 2 } }])).rejects.toThrow(Busy);
    expect(await table.get([{ pk: 'a', sk: 'b' }])).toEqual([{ pk: 'a', sk: 'b', n: 1 }]);
    other.exec('ROLLBACK');
    other.close();
    expect(await table.transact([{ put: { pk: 'a', sk: 'b', n: 2 } }])).toEqual({ ok: true });
  });

  it('removes what has expired, with its entries', async () => {
    const table = store.table('records');
    await table.transact([{ put: { pk: 'a', sk: 'old', expires: 1, ix: { owner: ['o', '1'] } } }]);
    await table.transact([{ put: { pk: 'a', sk: 'new' } }]);
    const other = new DatabaseSync(file);
    expect(other.prepare('SELECT sk FROM items').all()).toEqual([expect.objectContaining({ sk: 'new' })]);
    expect(other.prepare('SELECT * FROM entries').all()).toEqual([]);
    other.close();
  });

  it('refuses a file that is no database', () => {
    expect(() => openSqlite({ file: folder })).toThrow('unable to open database file');
  });

  it.each(['a file', 'memory'])('is copied from %s as it stands at one moment, while it is written', async (from) => {
    const source = from === 'memory' ? openSqlite({ file: ':memory:' }) : store;
    const table = source.table('records');
    const write = (n: number) =>
      table.transact([
        { put: { pk: 'pair', sk: `a#${String(n).padStart(6, '0')}`, text: 'x'.repeat(5000) } },
        { put: { pk: 'pair', sk: `b#${String(n).padStart(6, '0')}`, ix: { owner: ['o', String(n)] } } },
      ]);
    for (let n = 0; n < 200; n += 1) await write(n);
    const copied = new AbortController();
    const to = join(folder, 'copy.sqlite');
    const copy = source.backup(to).finally(() => copied.abort());
    for (let n = 200; !copied.signal.aborted; n += 1) {
      await write(n);
      await new Promise(setImmediate);
    }
    await copy;
    expect(existsSync(`${to}.part`)).toBe(false);
    const restored = openSqlite({ file: to });
    const [a, b] = await Promise.all(
      ['a#', 'b#'].map((prefix) => restored.table('records').query({ key: 'pair', prefix, limit: 100_000 })),
    );
    expect(a!.length).toBeGreaterThanOrEqual(200);
    expect(b).toHaveLength(a!.length);
    expect(await restored.table('records').query({ index: 'owner', key: 'o', limit: 100_000 })).toHaveLength(a!.length);
    restored.close();
    if (source !== store) source.close();
  });
});
