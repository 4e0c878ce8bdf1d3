import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createTable, openDynamodb } from '../../shared/store/dynamodb.ts';
import { openSqlite } from '../../shared/store/sqlite.ts';
import type { Table } from '../../shared/store/table.ts';
import { describeUnless } from '../support/availability.ts';
import { missing, startDynamodb } from '../support/dynamodb.ts';

// A slow machine is no fault: only a test that hangs fails by time.
jest.setTimeout(60_000);

const writer = fileURLToPath(new URL('writer.ts', import.meta.url));

type Place = { readonly where: string; readonly open: () => Table; readonly close: () => Promise<void> };
type Writer = { readonly process: ChildProcessByStdio<Writable, Readable, null>; readonly says: AsyncIterator<string> };

const startWriter = async (where: string, what: 'race' | 'write'): Promise<Writer> => {
  const process_ = spawn(process.execPath, ['--no-warnings', writer, where, what], { stdio: ['pipe', 'pipe', 'inherit'] });
  const says = createInterface({ input: process_.stdout })[Symbol.asyncIterator]();
  expect((await says.next()).value).toBe('ready');
  return { process: process_, says };
};

const stopWriter = async ({ process }: Writer, how: 'end' | 'kill'): Promise<void> => {
  const exit = once(process, 'exit');
  if (how === 'kill') process.kill('SIGKILL');
  process.stdin.end();
  await exit;
};

const races = (openPlace: () => Promise<Place>): void => {
  let place: Place;
  beforeAll(async () => {
    place = await openPlace();
  });
  afterAll(async () => place.close());

  it('lets exactly one of 100 writers in two processes swap a version', async () => {
    // Both begin on a store that may not exist yet.
    const writers = await Promise.all([startWriter(place.where, 'race'), startWriter(place.where, 'race')]);
    const table = place.open();
    for (let round = 0; round < 5; round += 1) {
      const pk = `case#${round}`;
      await table.transact([{ put: { pk, sk: 'record', version: 1 } }]);
      for (const { process } of writers) process.stdin.write(`${pk}\n`);
      const scores = await Promise.all(
        writers.map(async ({ says }) => JSON.parse(String((await says.next()).value)) as { won: number; lost: number }),
      );
      expect(scores.reduce((sum, { won }) => sum + won, 0)).toBe(1);
      expect(scores.reduce((sum, { lost }) => sum + lost, 0)).toBe(99);
      expect((await table.get([{ pk, sk: 'record' }]))[0]?.['version']).toBe(2);
    }
    for (const each of writers) await stopWriter(each, 'end');
    await table.close();
  });

  it('keeps all that it acknowledged to a process which is then killed', async () => {
    const killed = await startWriter(place.where, 'write');
    let acknowledged = -1;
    while (acknowledged < 40) acknowledged = Number((await killed.says.next()).value);
    await stopWriter(killed, 'kill');
    for (let said = await killed.says.next(); said.done !== true; said = await killed.says.next()) acknowledged = Number(said.value);
    const table = place.open();
    const kept = (await table.query({ key: 'written', limit: 100_000 })).map(({ sk }) => Number(sk));
    // The last one may have been written and not yet acknowledged, and then it is whole.
    expect(kept).toEqual(Array.from({ length: kept.length }, (_, n) => n));
    expect([acknowledged + 1, acknowledged + 2]).toContain(kept.length);
    expect(await table.query({ index: 'owner', key: 'written', limit: 100_000 })).toHaveLength(kept.length);
    await table.close();
  });
};

describe('a file of SQLite', () => {
  races(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'harbour-race-'));
    const where = join(folder, 'store.sqlite');
    const stores: ReturnType<typeof openSqlite>[] = [];
    const open = (): Table => {
      const store = openSqlite({ file: where });
      stores.push(store);
      return store.table('records');
    };
    const close = async (): Promise<void> => {
      for (const store of stores) store.close();
      await rm(folder, { recursive: true });
    };
    return { where, open, close };
  });
});

describeUnless(missing, 'a table of DynamoDB', () => {
  races(async () => {
    const { endpoint, client, stop } = await startDynamodb();
    await createTable({ tableName: 'records', client });
    return { where: endpoint, open: () => openDynamodb({ tableName: 'records', client }), close: stop };
  });
});
