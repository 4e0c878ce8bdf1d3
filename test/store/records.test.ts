import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { contexts } from '../../functions/index.ts';
import type { Event } from '../../shared/kernel/decide.ts';
import type { Process, Stored } from '../../shared/kernel/process.ts';
import { createTable, openDynamodb } from '../../shared/store/dynamodb.ts';
import { listKey, queueKey, type Commit, type Write } from '../../shared/store/layout.ts';
import { openRecords, sortOf, type Records } from '../../shared/store/records.ts';
import { openSqlite } from '../../shared/store/sqlite.ts';
import type { Table } from '../../shared/store/table.ts';
import { describeUnless } from '../support/availability.ts';
import { missing, startDynamodb, type Dynamodb } from '../support/dynamodb.ts';
import { recordOf } from '../support/fixtures.ts';

jest.setTimeout(60_000);

const processOf = (kind: string): Process => {
  const process = contexts.flatMap((c) => c.processes).find((p) => p.contract.kind === kind);
  if (!process) throw new RangeError(kind);
  return process;
};
const resource = processOf('resource');
let made = 0;

/** A resource of one institution, as its creation writes it. */
const creation = (over: Partial<Stored> = {}): Write => {
  const id = `resource${(made += 1)}`;
  const next = {
    ...recordOf('resource', 'submitted'),
    id,
    version: 1,
    owner: 'bureau',
    receivedAt: `2026-11-23T02:00:00.${String(made).padStart(3, '0')}Z`,
    ...over,
  } as Stored;
  const { data } = next;
  return { process: resource, next: { ...next, data: { ...data, code: `CODE-${id}` } }, event: eventOf(next) };
};
const eventOf = (record: Stored): Event => ({
  id: `${record.kind}.${record.id}.${record.version}`,
  kind: record.kind,
  record: record.id,
  n: record.version,
  action: 'submit',
  by: 'steward',
  org: 'bureau',
  seat: 'owner:source.steward',
  at: '2026-11-23T02:00:00.000Z',
  status: record.status,
  region: record.region,
});
const moved = ({ process, next }: Write, status: string): Write => {
  const after = { ...next, status, version: next.version + 1 } as Stored;
  return { process, before: next, next: after, event: eventOf(after) };
};
const only = (write: Write, more: Partial<Commit> = {}): Commit => ({ writes: [write], ...more });

const suite = (
  name: string,
  why: string | undefined,
  open: () => Promise<{ readonly table: Table; readonly close: () => Promise<void> }>,
): void =>
  describeUnless(why, `records on ${name}`, () => {
    let records: Records;
    let close: () => Promise<void>;
    beforeAll(async () => {
      const opened = await open();
      records = openRecords(opened.table, { reactionsTo: () => ['someone.listens'] });
      ({ close } = opened);
    });
    afterAll(async () => close());

    it('are written with their event, and refuse a writer who read an older version', async () => {
      const write = creation();
      expect(await records.commit(only(write))).toBeUndefined();
      expect(await records.commit(only(write))).toBe('already_exists');
      expect(await records.commit(only(moved(write, 'checked')))).toBeUndefined();
      expect(await records.commit(only(moved(write, 'draft')))).toBe('stale');
      const [stored] = await records.getAll([{ kind: 'resource', id: write.next.id }]);
      expect([stored?.status, stored?.version]).toEqual(['checked', 2]);
      expect((await records.history({ kind: 'resource', id: write.next.id }, 0, 10)).map((o) => o.event.n)).toEqual([1, 2]);
    });

    it('hold a claim from one holder at a time, and give it up with the state that held it', async () => {
      const first = creation();
      const rival = creation({ id: 'rival' });
      const taken = {
        ...rival,
        next: { ...rival.next, data: { ...rival.next.data, code: (first.next.data as { code: string }).code } } as Stored,
      };
      expect(await records.commit(only(first))).toBeUndefined();
      expect(await records.commit(only(taken))).toBe('resource_code_taken');
      expect(await records.getAll([{ kind: 'resource', id: 'rival' }])).toEqual([undefined]);
      expect(await records.commit(only(moved(first, 'retired')))).toBeUndefined();
      expect(await records.commit(only(taken))).toBeUndefined();
    });

    it('are not written at all when what they pin is no longer live', async () => {
      const pinned = creation({ status: 'published' });
      const ref = { kind: 'resource', id: pinned.next.id };
      await records.commit(only(pinned));
      const pins = [{ ref, or: 'resource_not_published' }] as const;
      expect(await records.commit(only(creation(), { pins }))).toBeUndefined();
      await records.commit(only(moved(pinned, 'retired')));
      const late = creation();
      expect(await records.commit(only(late, { pins }))).toBe('resource_not_published');
      expect(await records.getAll([{ kind: 'resource', id: late.next.id }])).toEqual([undefined]);
    });

    it('take from an allowance while it lasts, each event once', async () => {
      const id = `queries#${made}`;
      expect(await records.commit(only(creation(), { allows: [{ id, amount: 2 }] }))).toBeUndefined();
      const takes = (event: string) => [{ id, amount: 1, event, or: 'quota_exhausted' }] as const;
      expect(await records.commit(only(creation(), { takes: takes('a') }))).toBeUndefined();
      expect(await records.commit(only(creation(), { takes: takes('a') }))).toBe('stale');
      expect(await records.commit(only(creation(), { takes: takes('b') }))).toBeUndefined();
      expect(await records.commit(only(creation(), { takes: takes('c') }))).toBe('quota_exhausted');
      expect(await records.left(id)).toBe(0);
    });

    it('remember a key with what it did, for thirty days and no longer', async () => {
      const write = creation();
      const ref = { kind: 'resource', id: write.next.id };
      const mark = { digest: 'sha256:aa', n: 1, status: 201 };
      const ahead = Math.floor(Date.now() / 1000) + 3600;
      await records.commit(only(write, { mark: { ref, key: 'kept', mark, expires: ahead } }));
      expect(await records.mark(ref, 'kept')).toMatchObject(mark);
      await records.commit(only(moved(write, 'checked'), { mark: { ref, key: 'past', mark, expires: 1 } }));
      expect(await records.mark(ref, 'past')).toBeUndefined();
    });

    it('are listed over all shards in one order, page by page, none twice and none left out', async () => {
      const owner = `lister${made}`;
      const ids: string[] = [];
      for (let n = 0; n < 25; n += 1) {
        const write = creation({ owner });
        ids.push(write.next.id);
        await records.commit(only(write));
      }
      for (const descending of [false, true]) {
        const seen: string[] = [];
        for (let after: string | undefined, more = true; more;) {
          const page = await records.list({
            index: 'owner',
            keys: [listKey('resource', owner)],
            limit: 7,
            descending,
            ...(after === undefined ? {} : { after }),
          });
          seen.push(...page.entries.map((e) => e.pk.slice('resource#'.length)));
          more = page.cursor !== undefined;
          after = page.cursor === undefined ? undefined : sortOf(page.cursor);
        }
        expect(seen).toEqual(descending ? ids.toReversed() : ids);
      }
    });

    it('stand in the queue of everyone they wait for, and of nobody when they have moved on', async () => {
      const write = creation({ region: '321283' });
      const queue = async (status: string) =>
        (
          await records.list({
            index: 'queue',
            keys: [
              queueKey(status === 'checked' ? 'bureau' : '321283', status === 'checked' ? 'source.cdo' : 'authority.case', 'resource'),
            ],
            limit: 100,
          })
        ).entries.map((e) => e.pk);
      const name = `resource#${write.next.id}`;
      await records.commit(only(write));
      expect(await queue('submitted')).toContain(name);
      const checked = moved(write, 'checked');
      await records.commit(only(checked));
      expect([await queue('submitted'), await queue('checked')]).toEqual([
        expect.not.arrayContaining([name]),
        expect.arrayContaining([name]),
      ]);
      await records.commit(only(moved(checked, 'published')));
      expect(await queue('checked')).not.toContain(name);
    });

    it('keep an event undelivered until each reaction is noted, by one writer at a time', async () => {
      const write = creation();
      const ref = { kind: 'resource', id: write.next.id };
      await records.commit(only(write));
      const [out] = await records.history(ref, 0, 1);
      expect(out?.pending).toEqual(['someone.listens']);
      if (!out) return;
      expect(await records.note({ ...out, pending: [] })).toBe(true);
      expect(await records.note({ ...out, pending: [] })).toBe(false);
    });
  });

suite('SQLite', undefined, async () => {
  const sqlite = openSqlite({ file: ':memory:' });
  return { table: sqlite.table('records'), close: async () => sqlite.close() };
});
suite('DynamoDB', missing, async () => {
  const engine: Dynamodb = await startDynamodb();
  await createTable({ tableName: 'records', client: engine.client });
  const table = openDynamodb({ tableName: 'records', client: engine.client });
  return {
    table,
    close: async () => {
      await table.close();
      await engine.stop();
    },
  };
});
