import { DescribeTableCommand, DescribeTimeToLiveCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListStreamsCommand,
} from '@aws-sdk/client-dynamodb-streams';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import { createTable, openDynamodb } from '../../shared/store/dynamodb.ts';
import { Busy, Unavailable, indexes } from '../../shared/store/table.ts';
import type { Operation, Table } from '../../shared/store/table.ts';
import { describeUnless } from '../support/availability.ts';
import { clientOf, freePort, missing, startDynamodb } from '../support/dynamodb.ts';
import type { Dynamodb } from '../support/dynamodb.ts';
import { startUnkindProxy } from '../support/unkind-proxy.ts';
import type { Fault, UnkindProxy } from '../support/unkind-proxy.ts';

const tableName = 'records';

// A slow machine is no fault: only a test that hangs fails by time.
jest.setTimeout(60_000);

describeUnless(missing, 'a table of DynamoDB', () => {
  let dynamodb: Dynamodb;
  let proxy: UnkindProxy;
  let table: Table;
  let pk: string;
  let cases = 0;
  const hurried: Table[] = [];
  beforeAll(async () => {
    dynamodb = await startDynamodb();
    await createTable({ tableName, client: dynamodb.client });
    proxy = await startUnkindProxy(dynamodb.endpoint, 7);
    table = openDynamodb({ tableName, client: clientOf(proxy.endpoint) });
  });
  afterAll(async () => {
    for (const each of [table, ...hurried]) await each.close();
    await proxy.stop();
    await dynamodb.stop();
  });
  beforeEach(() => {
    pk = `case#${(cases += 1)}`;
  });
  afterEach(() => proxy.be({}));

  /** One that soon gives up. */
  const openHurried = (endpoint: string): Table => {
    const opened = openDynamodb({ tableName, client: clientOf(endpoint), patience: 60 });
    hurried.push(opened);
    return opened;
  };
  const count = (): Operation => ({ add: { pk, sk: 'a' }, name: 'n', by: 1 });
  const counted = async (): Promise<unknown> => (await table.get([{ pk, sk: 'a' }]))[0]?.['n'];

  it('is created with its indexes, its stream and its expiry', async () => {
    const engine = new DynamoDBClient(dynamodb.client);
    const { Table: described } = await engine.send(new DescribeTableCommand({ TableName: tableName }));
    expect(described?.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName).toSorted()).toEqual([...indexes].toSorted());
    for (const { IndexName, KeySchema, Projection } of described?.GlobalSecondaryIndexes ?? []) {
      expect(KeySchema?.map(({ AttributeName }) => AttributeName)).toEqual([`${IndexName}Key`, `${IndexName}Sort`]);
      expect(Projection?.NonKeyAttributes?.toSorted()).toEqual(['card', 'expires']);
    }
    expect(described?.StreamSpecification).toEqual({ StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' });
    const { TimeToLiveDescription } = await engine.send(new DescribeTimeToLiveCommand({ TableName: tableName }));
    expect(TimeToLiveDescription).toMatchObject({ AttributeName: 'expires', TimeToLiveStatus: 'ENABLED' });
    engine.destroy();
  });

  it.each<Fault>(['lostBefore', 'lostAfter', 'conflict', 'throttle', 'inProgress', 'broken'])(
    'applies a transaction once in spite of %s',
    async (fault) => {
      for (const times of [1, 3]) {
        proxy.next(fault, times);
        const before = proxy.happened[fault];
        expect(await table.transact([count()])).toEqual({ ok: true });
        expect(proxy.happened[fault] - before).toBe(times);
      }
      expect(await counted()).toBe(2);
    },
  );

  it('tells a claim that was written before its answer was lost from a claim of another', async () => {
    for (const [by, answer] of [
      ['first', { ok: true }],
      ['second', { failed: 0 }],
    ] as const) {
      proxy.next('lostAfter');
      expect(await table.transact([{ put: { pk, sk: 'claim', by }, if: { absent: true } }])).toEqual(answer);
    }
  });

  it.each<Fault>(['conflict', 'throttle', 'inProgress', 'broken', 'lostBefore'])(
    'is busy under lasting %s, and then nothing was written',
    async (fault) => {
      proxy.be({ [fault]: 1 });
      await expect(openHurried(proxy.endpoint).transact([count()])).rejects.toThrow(Busy);
      proxy.be({});
      expect(await counted()).toBeUndefined();
    },
  );

  it('answers the condition that did not hold, though another operation of the same transaction met a conflict', async () => {
    proxy.next('mixed');
    const before = proxy.happened.mixed;
    const operations: readonly Operation[] = [{ put: { pk, sk: 'b' } }, { check: { pk, sk: 'a' }, if: { equals: { n: 1 } } }];
    expect(await table.transact(operations)).toEqual({ failed: 1 });
    expect(proxy.happened.mixed).toBe(before + 1);
  });

  it('asks again for keys that were not processed, and never takes them for missing', async () => {
    const keys = Array.from({ length: 90 }, (_, n) => ({ pk, sk: String(n) }));
    await table.transact(keys.map((key) => ({ put: key })));
    proxy.next('unprocessed', 4);
    expect(await table.get(keys)).toEqual(keys);
    proxy.be({ unprocessed: 1 });
    await expect(openHurried(proxy.endpoint).get([{ pk, sk: '0' }])).rejects.toThrow(Unavailable);
  });

  it.each<Fault>(['throttle', 'broken', 'lostBefore', 'lostAfter'])(
    'reads again after %s, and is unavailable when it lasts',
    async (fault) => {
      await table.transact([count()]);
      proxy.next(fault, 2);
      expect(await counted()).toBe(1);
      proxy.next(fault, 2);
      expect(await table.query({ key: pk, limit: 1 })).toHaveLength(1);
      proxy.be({ [fault]: 1 });
      await expect(openHurried(proxy.endpoint).get([{ pk, sk: 'a' }])).rejects.toThrow(Unavailable);
      await expect(openHurried(proxy.endpoint).query({ key: pk, limit: 1 })).rejects.toThrow(Unavailable);
    },
  );

  it('is busy where nobody listens', async () => {
    const nobody = openHurried(`http://127.0.0.1:${await freePort()}`);
    await expect(nobody.transact([count()])).rejects.toThrow(Busy);
    await expect(nobody.get([{ pk, sk: 'a' }])).rejects.toThrow(Unavailable);
  });

  it('throws at once what no patience mends', async () => {
    const none = openDynamodb({ tableName: 'none', client: dynamodb.client });
    const notFound = expect.objectContaining({ name: 'ResourceNotFoundException' });
    await expect(none.transact([count()])).rejects.toEqual(notFound);
    await expect(none.query({ key: pk, limit: 1 })).rejects.toEqual(notFound);
    await none.close();
  });

  it('counts the units of each request', async () => {
    const units: unknown[] = [];
    const counting = openDynamodb({ tableName, client: dynamodb.client, onCapacity: (each) => units.push(each) });
    await counting.transact([{ put: { pk, sk: 'a' } }]);
    await counting.transact([{ put: { pk, sk: 'a', ix: { owner: [pk, '1'] } } }, { put: { pk, sk: 'b', text: 'x'.repeat(1500) } }]);
    await counting.get([{ pk, sk: 'a' }]);
    await counting.query({ key: pk, limit: 9 });
    await counting.query({ index: 'owner', key: pk, limit: 9 });
    expect(units).toEqual([
      { write: 2, read: 0 },
      // Two for one kilobyte, four for two, and the entry.
      { write: 7, read: 0 },
      { write: 0, read: 1 },
      { write: 0, read: 1 },
      { write: 0, read: 0.5 },
    ]);
    await counting.close();
  });

  it('has a stream whose records come late, twice and in any order, but all of them', async () => {
    const streams = new DynamoDBStreamsClient(clientOf(proxy.endpoint));
    const { Streams } = await streams.send(new ListStreamsCommand({ TableName: tableName }));
    const StreamArn = Streams?.[0]?.StreamArn;
    const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
    const { ShardId } = StreamDescription?.Shards?.at(-1) ?? {};
    const latest = await streams.send(new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: 'LATEST' }));
    const written = Array.from({ length: 30 }, (_, n) => `event#${String(n).padStart(2, '0')}`);
    for (const sk of written) await table.transact([{ put: { pk, sk } }]);
    proxy.be({ delayedStream: 0.4, repeatedStream: 0.7, reorderedStream: 0.7 });
    const came: string[] = [];
    for (let iterator = latest.ShardIterator, n = 0; iterator !== undefined && n < 30; n += 1) {
      const answer = await streams.send(new GetRecordsCommand({ ShardIterator: iterator, Limit: 7 }));
      came.push(...(answer.Records ?? []).map(({ dynamodb: change }) => String(change?.Keys?.['sk']?.S)));
      iterator = answer.NextShardIterator;
    }
    expect([...new Set(came)].toSorted()).toEqual(written);
    expect(came.length).toBeGreaterThan(written.length);
    expect(came.filter((sk, n) => came.indexOf(sk) === n)).not.toEqual(written);
    expect(proxy.happened.delayedStream).toBeGreaterThan(0);
    streams.destroy();
  });
});
