import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createTable, openDynamodb } from '../../shared/store/dynamodb.ts';
import { openSqlite } from '../../shared/store/sqlite.ts';
import type { Table } from '../../shared/store/table.ts';
import { describeUnless } from '../support/availability.ts';
import { clientOf, missing, startDynamodb } from '../support/dynamodb.ts';
import { startUnkindProxy } from '../support/unkind-proxy.ts';
import type { Fault, UnkindProxy } from '../support/unkind-proxy.ts';
import { contract, now, patience } from './contract.ts';

const always = (): void => {};

describe('the store in memory', () => {
  contract(async () => {
    const store = openSqlite({ file: ':memory:', now, patience });
    return { open: () => store.table('records'), late: always, runs: 60, close: async () => store.close() };
  });
});

describe('the store in a file of SQLite', () => {
  contract(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'harbour-store-'));
    const stores = [openSqlite({ file: join(folder, 'store.sqlite'), now, patience })];
    const open = (): Table => {
      stores.push(openSqlite({ file: join(folder, 'store.sqlite'), now, patience }));
      return stores.at(-1)!.table('records');
    };
    const close = async (): Promise<void> => {
      for (const store of stores) store.close();
      await rm(folder, { recursive: true });
    };
    return { open, late: always, runs: 15, close };
  });
});

describeUnless(missing, 'the store on DynamoDB', () => {
  contract(async () => {
    const { client, stop } = await startDynamodb();
    await createTable({ tableName: 'records', client });
    return { open: () => openDynamodb({ tableName: 'records', client, now, patience }), late: always, runs: 15, close: stop };
  });
});

describeUnless(missing, 'the store on DynamoDB on a bad day', () => {
  const rates = {
    conflict: 0.05,
    mixed: 0.3,
    throttle: 0.05,
    inProgress: 0.05,
    broken: 0.03,
    unprocessed: 0.3,
    lostBefore: 0.03,
    lostAfter: 0.05,
  };
  let proxy: UnkindProxy;
  contract(async () => {
    const { client, endpoint, stop } = await startDynamodb();
    await createTable({ tableName: 'records', client });
    proxy = await startUnkindProxy(endpoint, 20_270_301);
    return {
      open: () => openDynamodb({ tableName: 'records', client: clientOf(proxy.endpoint), now, patience }),
      late: (may) => proxy.be({ ...rates, lateIndex: may ? 0.5 : 0 }),
      runs: 15,
      close: async () => {
        await proxy.stop();
        await stop();
      },
    };
  });

  it('met every fault on the way', () => {
    for (const fault of [...(Object.keys(rates) as Fault[]), 'lateIndex' as const]) expect(proxy.happened[fault]).toBeGreaterThan(0);
  });
});
