import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Entry } from '../../contracts/disclosure.ts';
import {
  entriesOfOrganisation,
  listOf,
  openBrowsing,
  openRegister,
  type Filter,
  type Indexed,
} from '../../functions/disclosure/register.ts';
import { createTable, openDynamodb } from '../../shared/store/dynamodb.ts';
import { openSqlite } from '../../shared/store/sqlite.ts';
import type { Table } from '../../shared/store/table.ts';
import { describeUnless } from '../support/availability.ts';
import { missing, startDynamodb } from '../support/dynamodb.ts';
import { anyLog, indexed, publishing, remembering, story } from './entries.ts';

const stores: ReturnType<typeof openSqlite>[] = [];
const fresh = (): Table => {
  const store = openSqlite({ file: ':memory:' });
  stores.push(store);
  return store.table('disclosure');
};
afterAll(() => {
  for (const store of stores) store.close();
});
const projected = async (entries: readonly Entry[], table = fresh()): Promise<Table> => {
  expect(await openRegister({ table, read: publishing(entries), span: 7 }).project()).toBe(entries.length);
  return table;
};
const indexesOf = (entries: readonly Indexed[]): readonly number[] => entries.map(({ index }) => index);
/** All pages of a list, one after the other. */
const walk = async <T>(read: (before: number | undefined) => Promise<{ readonly items: readonly T[]; readonly next?: number }>) => {
  const items: T[] = [];
  for (let before: number | undefined, more = true; more;) {
    const page = await read(before);
    items.push(...page.items);
    before = page.next;
    more = before !== undefined;
  }
  return items;
};
const only = { kind: undefined, organisation: undefined, region: undefined, record: undefined };
const list = (filter: Filter): string => {
  const found = listOf({ ...only, ...filter });
  if (found === undefined) throw new RangeError('no list');
  return found;
};

/** What the register tells of the story, whichever engine holds it. */
const tellsTheStory = (open: () => Table): void => {
  const entries = async (filter: Filter) => indexesOf((await openBrowsing(open()).entries(list(filter), undefined, 100)).items);
  const register = async (name: Parameters<ReturnType<typeof openBrowsing>['register']>[0], q = '') =>
    (await openBrowsing(open()).register(name, q, undefined, 100)).items;

  it('lists entries newest first: all, of a kind, of an organisation, of a region, of a record, and of a kind for an organisation', async () => {
    expect(await entries({})).toEqual([15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
    expect(await entries({ kind: 'grant' })).toEqual([12, 6]);
    expect(await entries({ organisation: 'src1' })).toEqual([12, 8, 6, 4, 1]);
    expect(await entries({ region: '3212' })).toEqual([7]);
    expect(await entries({ record: 'p1' })).toEqual([13, 9]);
    expect(await entries({ kind: 'organisation', organisation: 'op1' })).toEqual([2]);
    expect(await entries({ kind: 'nothing' })).toEqual([]);
  });

  it('counts what concerns the operator of a product among its entries where these name the product alone', async () => {
    expect(await entries({ organisation: 'op1' })).toEqual([15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 2]);
    expect(await openBrowsing(open()).counts('op1')).toEqual({
      agreement: 1,
      dataset: 1,
      disclosureRecord: 2,
      grant: 2,
      listing: 1,
      order: 1,
      organisation: 1,
      product: 2,
      scenario: 1,
    });
  });

  it('has no list for any other combination of filters', () => {
    expect(listOf({ ...only, kind: 'grant', region: '3212' })).toBeUndefined();
    expect(listOf({ ...only, organisation: 'op1', record: 'g1' })).toBeUndefined();
  });

  it('shows each record in its register once, as it stands now, newest first', async () => {
    expect((await register('authorisations')).map(({ kind, record, disclosed }) => [kind, record, disclosed['status']])).toEqual([
      ['grant', 'g1', 'revoked'],
      ['agreement', 'a1', 'active'],
    ]);
    expect((await register('products')).map(({ record }) => record)).toEqual(['l1', 'p1']);
    expect((await register('prices')).map(({ disclosed }) => disclosed['priceFen'])).toEqual([3_880_000]);
    expect((await register('scenarios')).map(({ disclosed }) => disclosed['purpose'])).toEqual(['优化公交']);
  });

  it('marks beside what stands of a report that it was late, before it was published and after', async () => {
    const late = fresh();
    await projected(story.slice(0, 15), late);
    const reports = async (from: Table) => (await openBrowsing(from).register('reports', '', undefined, 9)).items;
    const { disclosed, overdue } = (await reports(late))[0] ?? {};
    expect([disclosed?.['status'], disclosed?.['type'], overdue]).toEqual([undefined, 'QUARTERLY', story[14]?.at]);
    expect(await reports(open())).toMatchObject([{ record: 'q1', overdue: story[14]?.at, disclosed: { status: 'published' } }]);
    expect((await reports(open()))[0]?.disclosed).not.toHaveProperty('overdue');
  });

  it('keeps what was said earlier of a record where a later entry says less, and says since when it stands', async () => {
    const [product] = await openBrowsing(open()).standings(['product#p1']);
    expect(product).toMatchObject({ first: 9, index: 13, since: story[9]?.at, at: story[13]?.at, action: 'retire' });
    expect(product?.disclosed).toMatchObject({ status: 'retired', operator: 'op1', summary: '按小时的出行量' });
  });

  it('leaves out of the register of organisations one of which nothing is known but a deadline', async () => {
    expect((await register('organisations')).map(({ record }) => record)).toEqual(['op1', 'src1']);
    expect(await entries({ record: 'late1' })).toEqual([3]);
  });

  it('finds records by words in Chinese and English, by their ids and by those they name, within a filter or a register', async () => {
    const find = async (q: string, filter: Filter = {}) => indexesOf((await openBrowsing(open()).search(q, filter, undefined, 100)).items);
    expect(await find('出行热力')).toEqual([11, 10, 13]);
    expect(await find('transport BUREAU')).toEqual([12, 4, 1]);
    expect(await find('出行', { kind: 'resource' })).toEqual([4]);
    expect(await find('出行', { organisation: 'src1', region: '321202', kind: 'grant' })).toEqual([12]);
    expect(await find('公交 没有')).toEqual([]);
    expect((await register('products', '出行热力')).map(({ record }) => record)).toEqual(['l1', 'p1']);
    expect(await register('organisations', '出行热力')).toEqual([]);
  });

  it('tells what the records are called that an entry names', async () => {
    const browsing = openBrowsing(open());
    const revoked = await browsing.entry(12);
    expect(revoked && (await browsing.names([revoked]))).toEqual({
      op1: { zh: '泰港数据公司', en: 'Taigang Data' },
      src1: { zh: '交通局', en: 'Transport Bureau' },
      r1: { zh: '出行记录', en: 'Trips' },
      a1: { zh: '出行协议', en: '出行协议' },
    });
    expect(await browsing.entry(16)).toBeUndefined();
  });

  it('gives an organisation’s entries of a span of time, its beginning included and its end not', async () => {
    const [from, to] = [story[6]?.at ?? '', story[12]?.at ?? ''];
    expect(indexesOf(await entriesOfOrganisation(open(), 'src1', from, to))).toEqual([6, 8]);
  });
};

describe('the public register', () => {
  let table: Table;
  beforeAll(async () => {
    table = await projected(story);
  });
  tellsTheStory(() => table);

  it('shows nothing that is not published yet, and carries on from there', async () => {
    const growing = fresh();
    let size = 5;
    const register = openRegister({ table: growing, read: publishing(story, () => size) });
    expect(await register.project()).toBe(5);
    expect(await register.project()).toBe(0);
    expect(indexesOf((await openBrowsing(growing).entries('', undefined, 100)).items)).toEqual([4, 3, 2, 1, 0]);
    expect(await openBrowsing(growing).entry(5)).toBeUndefined();
    size = story.length;
    expect(await register.project()).toBe(story.length - 5);
    expect(await openBrowsing(growing).size()).toBe(story.length);
  });

  it('passes over an entry of a shape that it does not know, and shows it as it is', async () => {
    const [first, ...others] = story;
    const odd = { ...first, schema: 2, event: 'odd', disclosed: 'a text' } as unknown as Entry;
    const browsing = openBrowsing(await projected([odd, ...others]));
    expect(await browsing.entry(0)).toEqual({ ...odd, index: 0 });
    expect(indexesOf((await browsing.entries(list({ kind: 'grant' }), undefined, 9)).items)).toEqual([12, 6]);
  });
});

describe('paging', () => {
  it('shows every entry of every list once and in order, whatever the size of a page', async () => {
    await fc.assert(
      fc.asyncProperty(anyLog, fc.integer({ min: 1, max: 9 }), async (log, limit) => {
        const browsing = openBrowsing(await projected(log));
        const newestFirst = indexed(log).toReversed();
        const filters: readonly (readonly [Filter, (entry: Entry) => boolean])[] = [
          [{}, () => true],
          [{ kind: 'grant' }, ({ kind }) => kind === 'grant'],
          [{ region: '321202' }, ({ region }) => region === '321202'],
          [{ record: 'one' }, ({ record }) => record === 'one'],
        ];
        for (const [filter, belongs] of filters)
          expect(await walk((before) => browsing.entries(list(filter), before, limit))).toEqual(newestFirst.filter(belongs));
        const found = await walk((before) => browsing.search('公交', { kind: 'product' }, before, limit));
        const all = await browsing.search('公交', { kind: 'product' }, undefined, 1000);
        expect(found).toEqual(all.items);
        const standing = await walk((before) => browsing.register('products', '', before, limit));
        expect(standing).toEqual((await browsing.register('products', '', undefined, 1000)).items);
        expect(new Set(standing.map(({ record }) => record)).size).toBe(standing.length);
      }),
      { numRuns: 25 },
    );
  });

  it('gives each organisation’s entries of any span of time, in the order of their events', async () => {
    const hour = fc.integer({ min: 0, max: 41 }).map((n) => new Date(Date.UTC(2026, 10, 1, n)).toISOString());
    await fc.assert(
      fc.asyncProperty(anyLog, hour, hour, async (log, from, to) => {
        const table = await projected(log);
        const entries = await openBrowsing(table).entries(list({ organisation: 'op1' }), undefined, 100);
        const within = entries.items.filter(({ at }) => at >= from && at < to);
        expect(await entriesOfOrganisation(table, 'op1', from, to)).toEqual(
          within.toSorted((a, b) => (a.at === b.at ? a.index - b.index : a.at < b.at ? -1 : 1)),
        );
      }),
      { numRuns: 25 },
    );
  });
});

describe('projecting', () => {
  it('gives the same rows again after all of them were dropped, and whatever was read of the log at once', async () => {
    await fc.assert(
      fc.asyncProperty(anyLog, fc.integer({ min: 1, max: 50 }), async (log, span) => {
        const once = remembering(fresh());
        await openRegister({ table: once.table, read: publishing(log), span: 5 }).project();
        const rows = await once.rows();
        await once.drop();
        expect(await once.rows()).toEqual([]);
        while (await openRegister({ table: once.table, read: publishing(log), span }).project());
        expect(await once.rows()).toEqual(rows);
      }),
      { numRuns: 15 },
    );
  });

  it('gives the same rows where it is cut short at any write and done again', async () => {
    const few = [...story.slice(2, 8), ...story.slice(12, 13)];
    const whole = remembering(fresh());
    await projected(few, whole.table);
    const rows = await whole.rows();
    for (let cut = 1, wasCut = true; wasCut; cut += 1) {
      const inner = fresh();
      const { table, rows: left } = remembering(inner);
      let writes = 0;
      wasCut = false;
      const failing: Table = {
        ...table,
        transact: async (operations) => {
          writes += 1;
          if (writes !== cut) return table.transact(operations);
          wasCut = true;
          throw new Error('cut short');
        },
      };
      const read = publishing(few);
      await openRegister({ table: failing, read, span: 4 })
        .project()
        .catch((error: unknown) => expect(error).toEqual(new Error('cut short')));
      await openRegister({ table, read }).project();
      expect([cut, await left()]).toEqual([cut, rows]);
    }
  });

  it('gives the same rows where several projectors are at it at once', async () => {
    await fc.assert(
      fc.asyncProperty(anyLog, fc.scheduler(), async (log, scheduler) => {
        const alone = remembering(fresh());
        await projected(log, alone.table);
        const shared = remembering(fresh());
        const disturbed = (): Table => ({
          ...shared.table,
          transact: async (operations) => {
            await scheduler.schedule(Promise.resolve());
            return shared.table.transact(operations);
          },
        });
        const runs = [3, 5, 11].map((span) => openRegister({ table: disturbed(), read: publishing(log), span }).project());
        const all = Promise.all(runs);
        await scheduler.waitFor(all);
        expect((await all).reduce((sum, n) => sum + n, 0)).toBe(log.length);
        expect(await shared.rows()).toEqual(await alone.rows());
      }),
      { numRuns: 25 },
    );
  });

  it('does not write again the search text of a record of which nothing new was said', async () => {
    const { table, keys } = remembering(fresh());
    const again = [...story, { ...story[6], event: 'grant.g1.99', disclosed: story[12]?.disclosed } as Entry];
    let size = story.length;
    const register = openRegister({ table, read: publishing(again, () => size) });
    await register.project();
    keys.clear();
    size = again.length;
    await register.project();
    expect([...keys.values()].filter(({ pk }) => pk.includes('.term#') || pk.includes('.doc#'))).toEqual([]);
    expect(keys.size).toBeGreaterThan(5);
  });
});

describeUnless(missing, 'the public register on DynamoDB', () => {
  let stop: () => Promise<void>;
  let table: Table;
  beforeAll(async () => {
    const { client, stop: end } = await startDynamodb();
    stop = end;
    await createTable({ tableName: 'disclosure', client });
    table = await projected(story, openDynamodb({ tableName: 'disclosure', client }));
  });
  afterAll(async () => {
    await table.close();
    await stop();
  });
  tellsTheStory(() => table);
});
