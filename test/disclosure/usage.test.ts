import { afterAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { countUse, usesIn, type Use } from '../../functions/disclosure/usage.ts';
import { openRegister } from '../../functions/disclosure/register.ts';
import type { Ports } from '../../shared/edge/ports.ts';
import type { Event } from '../../shared/kernel/decide.ts';
import type { Ref, Stored } from '../../shared/kernel/process.ts';
import { openSqlite } from '../../shared/store/sqlite.ts';
import type { Table } from '../../shared/store/table.ts';
import { asking, nextOf } from './answers.ts';
import { parseCsv } from './csv.ts';
import { publishing, remembering, story } from './entries.ts';

const stores: ReturnType<typeof openSqlite>[] = [];
const fresh = (): Table => {
  const store = openSqlite({ file: ':memory:' });
  stores.push(store);
  return store.table('disclosure');
};
afterAll(() => {
  for (const store of stores) store.close();
});

/** What a query rests on, as the door gives it. */
const held: Readonly<Record<string, object>> = {
  'product#p1': { data: { scenario: 's1', dataset: 'd1' } },
  'product#p2': { data: { scenario: 's2', dataset: 'd1' } },
  'dataset#d1': { data: { resource: 'r1' } },
  'organisation#buyer-of-trips': { data: { type: 'BUYER' } },
  'organisation#other-buyer': { data: { type: 'BUYER' } },
  'organisation#hospital': { data: { type: 'PUBLIC_INSTITUTION' } },
};
const door = { load: async (refs: readonly Ref[]) => refs.map(({ kind, id }) => held[`${kind}#${id}`]) };
type Asked = { readonly query: string; readonly by: string; readonly at: string; readonly product?: string };
const release = async (table: Table, { query, by, at, product = 'p1' }: Asked): Promise<void> => {
  const event = { id: `query.${query}.2`, at } as Event;
  const record = { id: query, owner: by, data: { product, sql: 'SELECT secret', entitlement: 'e1' } } as unknown as Stored;
  await countUse(event, record, { door, tables: { disclosure: table } } as unknown as Ports);
};
const rules = { delayHours: 24, floor: 3 };
const late = new Date('2027-01-01T00:00:00.000Z');
const all = async (table: Table, floor = 1, now = late): Promise<readonly Use[]> =>
  (await usesIn(table, { resource: 'r1', limit: 1000 }, now, { ...rules, floor })).items;
const hour = '2026-11-02T01:00:00.000Z';

describe('the usage log', () => {
  it('counts a released query once for the resource under it, in its hour, by the type of who asked and for what scenario', async () => {
    const table = fresh();
    await release(table, { query: 'q1', by: 'buyer-of-trips', at: '2026-11-02T01:59:59.999Z' });
    await release(table, { query: 'q1', by: 'buyer-of-trips', at: '2026-11-02T01:59:59.999Z' });
    await release(table, { query: 'q2', by: 'other-buyer', at: '2026-11-02T01:00:00.000Z' });
    await release(table, { query: 'q3', by: 'hospital', at: '2026-11-02T01:10:00.000Z', product: 'p2' });
    await release(table, { query: 'q4', by: 'hospital', at: '2026-11-02T02:00:00.000Z' });
    expect(await all(table)).toEqual([
      { hour, kind: 'BUYER', scenario: 's1', count: 2 },
      { hour, kind: 'PUBLIC_INSTITUTION', scenario: 's2', count: 1 },
      { hour: '2026-11-02T02:00:00.000Z', kind: 'PUBLIC_INSTITUTION', scenario: 's1', count: 1 },
    ]);
  });

  it('counts each query once where its release is carried on many times at once', async () => {
    const table = fresh();
    await Promise.all(Array.from({ length: 20 }, (_, n) => release(table, { query: `q${n % 5}`, by: 'hospital', at: hour })));
    expect(await all(table)).toEqual([{ hour, kind: 'PUBLIC_INSTITUTION', scenario: 's1', count: 5 }]);
  });

  it('keeps nothing of who asked, what was asked, or when within the hour', async () => {
    const { table, rows } = remembering(fresh());
    await release(table, { query: 'q1', by: 'buyer-of-trips', at: '2026-11-02T01:23:45.678Z' });
    const uses = (await rows()).filter(({ pk }) => pk === 'usage#r1');
    expect(uses).toEqual([{ pk: 'usage#r1', sk: `${hour}#s1#BUYER`, count: 1 }]);
    const text = JSON.stringify(await rows());
    for (const secret of ['buyer-of-trips', 'SELECT', 'e1"', '23:45']) expect([secret, text.includes(secret)]).toEqual([secret, false]);
  });

  it('shows an hour once it has been over for the delay, and not a moment earlier', async () => {
    const table = fresh();
    await release(table, { query: 'q1', by: 'hospital', at: '2026-11-02T01:30:00.000Z' });
    expect(await all(table, 1, new Date('2026-11-03T01:59:59.999Z'))).toEqual([]);
    expect(await all(table, 1, new Date('2026-11-03T02:00:00.000Z'))).toHaveLength(1);
  });

  it('does not tell apart the types of organisations of which there are too few, and tells the rest', async () => {
    const table = fresh();
    for (const n of [1, 2, 3]) await release(table, { query: `b${n}`, by: 'buyer-of-trips', at: hour });
    for (const n of [1, 2]) await release(table, { query: `h${n}`, by: 'hospital', at: hour });
    await release(table, { query: 'h3', by: 'hospital', at: hour, product: 'p2' });
    expect(await all(table, 3)).toEqual([
      { hour, kind: 'BUYER', scenario: 's1', count: 3 },
      { hour, kind: 'OTHER', scenario: 's1', count: 2 },
      { hour, kind: 'OTHER', scenario: 's2', count: 1 },
    ]);
    expect((await all(table, 4)).filter(({ kind }) => kind !== 'OTHER')).toEqual([]);
  });

  it('shows every hour once and whole, whatever the size of a page, from any instant on', async () => {
    const use = fc.record({
      by: fc.constantFrom('buyer-of-trips', 'hospital'),
      product: fc.constantFrom('p1', 'p2'),
      at: fc.integer({ min: 0, max: 300 }).map((minute) => new Date(Date.UTC(2026, 10, 2, 0, minute)).toISOString()),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(use, { maxLength: 25 }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 0, max: 320 }),
        async (uses, limit, floor, start) => {
          const table = fresh();
          for (const [n, one] of uses.entries()) await release(table, { query: `q${n}`, ...one });
          const from = new Date(Date.UTC(2026, 10, 2, 0, start)).toISOString();
          const found: Use[] = [];
          for (let cursor: string | undefined, more = true; more;) {
            const page = await usesIn(table, { resource: 'r1', from, cursor, limit }, late, { ...rules, floor });
            found.push(...page.items);
            cursor = page.next;
            more = cursor !== undefined;
          }
          expect(found).toEqual((await all(table, floor)).filter((one) => one.hour >= from));
          expect((await all(table, floor)).reduce((sum, { count }) => sum + count, 0)).toBe(uses.length);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('is open to anyone, with the public purpose of each scenario, as JSON and as CSV', async () => {
    const table = fresh();
    await openRegister({ table, read: publishing(story) }).project();
    for (const n of [1, 2, 3, 4, 5]) await release(table, { query: `q${n}`, by: 'buyer-of-trips', at: hour });
    await release(table, { query: 'q6', by: 'hospital', at: '2026-11-02T03:00:00.000Z' });
    const { body } = await asking(table)('usage?resource=r1');
    expect(body).toEqual({
      delayHours: 24,
      floor: 5,
      items: [
        { hour, kind: 'BUYER', scenario: 's1', count: 5 },
        { hour: '2026-11-02T03:00:00.000Z', kind: 'OTHER', scenario: 's1', count: 1 },
      ],
      purposes: { s1: { title: '网点布局', purpose: '优化公交' } },
    });
    const first = await asking(table)('usage?resource=r1&format=csv&limit=1');
    expect(parseCsv(String(first.raw))).toEqual([
      ['hour', 'kind', 'scenario', 'title', 'purpose', 'count'],
      [hour, 'BUYER', 's1', '网点布局', '优化公交', '5'],
    ]);
    const next = await asking(table)(nextOf(first) ?? '');
    expect(parseCsv(String(next.raw)).slice(1)).toEqual([['2026-11-02T03:00:00.000Z', 'OTHER', 's1', '网点布局', '优化公交', '1']]);
    expect((await asking(table)('usage?resource=unknown')).body).toMatchObject({ items: [] });
  });
});
