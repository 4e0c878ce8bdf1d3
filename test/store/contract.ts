import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import * as fc from 'fast-check';
import type { Condition, Index, Item, Operation, Range, Table, Transacted } from '../../shared/store/table.ts';
import { anyItem, anySort, anySteps, badItems, keysOfCase } from './arbitraries.ts';
import { Model } from './model.ts';

/** One open adapter: `open` gives further tables on the same data, `late` says whether index reads may be late from now on. */
export type Adapter = {
  readonly open: () => Table;
  readonly late: (may: boolean) => void;
  readonly runs: number;
  readonly close: () => Promise<void>;
};

// A slow machine is no fault: only a test that hangs fails by time.
jest.setTimeout(60_000);

const start = Date.parse('2027-03-01T00:00:00.000Z');
const startSecond = start / 1000;
const clock = { now: start };
/** The time that every adapter under test is told. */
export const now = (): number => clock.now;
export const patience = 30_000;

let cases = 0;
const freshCase = (): string => `case#${(cases += 1)}`;

type Equals = Extract<Condition, { readonly equals: unknown }>['equals'];
const inByteOrder = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

const expectedSorts = (sorts: readonly string[], { after, before, prefix = '', limit, descending }: Range): readonly string[] => {
  const inside = sorts
    .filter((sort) => after === undefined || inByteOrder(sort, after) > 0)
    .filter((sort) => (before === undefined || inByteOrder(sort, before) < 0) && sort.startsWith(prefix))
    .toSorted(inByteOrder);
  return (descending ? inside.toReversed() : inside).slice(0, limit);
};

/** The store port's contract, as tests that every adapter has to pass. */
export const contract = (openAdapter: () => Promise<Adapter>): void => {
  let adapter: Adapter;
  let table: Table;
  let pk: string;
  beforeAll(async () => {
    adapter = await openAdapter();
    table = adapter.open();
  });
  afterAll(async () => {
    await table.close();
    await adapter.close();
  });
  beforeEach(() => {
    clock.now = start;
    pk = freshCase();
    adapter.late(false);
  });

  const read = async (sk: string): Promise<Item | undefined> => (await table.get([{ pk, sk }]))[0];
  const put = (item: Omit<Item, 'pk' | 'sk'> & { sk: string }): Operation => ({ put: { pk, ...item } });
  const listed = async (index: Index, key: string): Promise<readonly string[]> =>
    (await table.query({ index, key, limit: 9 })).map(({ sk }) => sk);
  const add = (name: string, by: number, condition?: Condition): Promise<Transacted> =>
    table.transact([{ add: { pk, sk: 'a' }, name, by, ...(condition && { if: condition }) }]);
  const putAll = async (items: readonly Operation[]): Promise<void> => {
    for (let n = 0; n < items.length; n += 100) expect(await table.transact(items.slice(n, n + 100))).toEqual({ ok: true });
  };

  describe('items', () => {
    it('are read as they were put, member for member', async () => {
      await fc.assert(
        fc.asyncProperty(anyItem, async (members) => {
          const item = { ...members, pk, sk: 'record' };
          expect(await table.transact([{ put: item }])).toEqual({ ok: true });
          expect(await read('record')).toStrictEqual(item);
        }),
        { numRuns: adapter.runs },
      );
    });

    it('are replaced as a whole by a put', async () => {
      await putAll([put({ sk: 'a', first: 1, both: 1 })]);
      await putAll([put({ sk: 'a', both: 2 })]);
      expect(await read('a')).toStrictEqual({ pk, sk: 'a', both: 2 });
    });

    it('may hold 400 KB and not more', async () => {
      await putAll([put({ sk: 'a', text: 'x'.repeat(399_900) })]);
      expect((await read('a'))?.['text']).toHaveLength(399_900);
      await expect(table.transact([put({ sk: 'a', text: 'x'.repeat(400_000) })])).rejects.toThrow(TypeError);
      await expect(table.transact([put({ sk: 'a', text: '数'.repeat(133_400) })])).rejects.toThrow(TypeError);
    });

    it.each(badItems)('are refused with %s, and then nothing is written', async (_, bad) => {
      const item = { pk, sk: 'bad', ...bad } as Item;
      await expect(table.transact([put({ sk: 'good' }), { put: item }])).rejects.toThrow(TypeError);
      expect(await read('good')).toBeUndefined();
    });
  });

  describe('a read', () => {
    it('answers in the order asked, a key twice where it is asked twice, and undefined where nothing is stored', async () => {
      await putAll([put({ sk: 'a', n: 1 }), put({ sk: 'b', n: 2 })]);
      const answer = await table.get(['b', 'none', 'a', 'b'].map((sk) => ({ pk, sk })));
      expect(answer.map((item) => item?.['n'])).toEqual([2, undefined, 1, 2]);
      expect(await table.get([])).toEqual([]);
    });

    it('takes more keys than the engine takes at once', async () => {
      const sks = Array.from({ length: 230 }, (_, n) => `event#${n}`);
      await putAll(sks.map((sk, n) => put({ sk, n })));
      const answer = await table.get(sks.toReversed().map((sk) => ({ pk, sk })));
      expect(answer.map((item) => item?.['n'])).toEqual(sks.map((_, n) => n).toReversed());
    });

    it('sees at once what another has written', async () => {
      const other = adapter.open();
      for (let n = 1; n <= 10; n += 1) {
        expect(await other.transact([put({ sk: 'a', n })])).toEqual({ ok: true });
        expect((await read('a'))?.['n']).toBe(n);
        expect((await table.query({ key: pk, limit: 10 })).map((item) => item['n'])).toEqual([n]);
      }
      await other.close();
    });

    it('refuses what can be no key', async () => {
      for (const key of [
        { pk: '', sk: 'a' },
        { pk, sk: '' },
        { pk, sk: 'x'.repeat(1025) },
        { pk: 'x'.repeat(2049), sk: 'a' },
      ]) {
        await expect(table.get([key])).rejects.toThrow(TypeError);
      }
    });
  });

  describe('a query', () => {
    // A number is one of the sorts that are stored.
    const edge = fc.option(fc.oneof(anySort, fc.nat(11)), { nil: undefined, freq: 2 });
    const anyRange = fc.record({
      after: edge,
      before: edge,
      prefix: fc.option(fc.oneof(fc.constant(''), anySort), { nil: undefined }),
      limit: fc.integer({ min: 1, max: 8 }),
      descending: fc.boolean(),
    });

    it('reads a part of one key, in byte order of its sort, exclusive of its ends, on the table and on an index alike', async () => {
      const sorts = fc.uniqueArray(anySort, { minLength: 1, maxLength: 12 });
      await fc.assert(
        fc.asyncProperty(sorts, fc.array(anyRange, { minLength: 1, maxLength: 6 }), async (sks, ranges) => {
          const key = freshCase();
          await putAll(sks.map((sk) => ({ put: { pk: key, sk, ix: { queue: [key, sk] } } })));
          const place = (end: string | number | undefined) => (typeof end === 'number' ? sks[end % sks.length] : end);
          for (const { after, before, ...rest } of ranges) {
            const range = { ...rest, after: place(after), before: place(before) };
            const expected = expectedSorts(sks, { key, ...range });
            expect((await table.query({ key, ...range })).map(({ sk }) => sk)).toEqual(expected);
            expect((await table.query({ index: 'queue', key, ...range })).map(({ sort }) => sort)).toEqual(expected);
          }
        }),
        { numRuns: adapter.runs },
      );
    });

    it('ends a prefix behind the last character before the surrogates', async () => {
      const sks = ['\ud7fe', '\ud7ff', '\ud7ff!', '\ud7ff\u{10ffff}', '\ue000', '\uffff'];
      await putAll(sks.map((sk) => put({ sk })));
      expect((await table.query({ key: pk, prefix: '\ud7ff', limit: 9 })).map(({ sk }) => sk)).toEqual(sks.slice(1, 4));
    });

    it('excludes both its ends where they are stored', async () => {
      await putAll(['a', 'b', 'c', 'd'].map((sk) => put({ sk })));
      for (const descending of [false, true]) {
        const inside = await table.query({ key: pk, after: 'a', before: 'd', limit: 9, descending });
        expect(inside.map(({ sk }) => sk)).toEqual(descending ? ['c', 'b'] : ['b', 'c']);
      }
    });

    it('goes on until its limit, however many pages the engine makes of it', async () => {
      const sks = Array.from({ length: 24 }, (_, n) => `event#${String(n).padStart(6, '0')}`);
      for (let n = 0; n < sks.length; n += 8) {
        await putAll(
          sks.slice(n, n + 8).map((sk) => put({ sk, text: 'x'.repeat(100_000), expires: startSecond + (sk < sks[10]! ? 1 : 9) })),
        );
      }
      expect((await table.query({ key: pk, prefix: 'event#', limit: 20 })).map(({ sk }) => sk)).toEqual(sks.slice(0, 20));
      clock.now += 1000;
      expect((await table.query({ key: pk, prefix: 'event#', after: sks[11]!, limit: 5 })).map(({ sk }) => sk)).toEqual(sks.slice(12, 17));
      expect((await table.query({ key: pk, limit: 13 })).map(({ sk }) => sk)).toEqual(sks.slice(10, 23));
    });

    it('of an index answers keys, sort and card, and nothing else', async () => {
      await putAll([put({ sk: 'a', secret: 1, card: { title: 'x', n: [1, null] }, ix: { party: [pk, '2'], due: ['d' + pk, '1'] } })]);
      await putAll([put({ sk: 'b', ix: { party: [pk, '1'] } })]);
      expect(await table.query({ index: 'party', key: pk, limit: 9 })).toStrictEqual([
        { pk, sk: 'b', sort: '1', card: null },
        { pk, sk: 'a', sort: '2', card: { title: 'x', n: [1, null] } },
      ]);
      expect(await table.query({ index: 'due', key: 'd' + pk, limit: 9 })).toHaveLength(1);
      expect(await table.query({ index: 'owner', key: pk, limit: 9 })).toEqual([]);
    });

    it('of an index no longer finds what was moved, left it or was deleted', async () => {
      const [from, to] = [`from#${pk}`, `to#${pk}`];

      await putAll(['moved', 'left', 'deleted', 'kept'].map((sk) => put({ sk, ix: { queue: [from, sk] } })));
      const deleted: Operation = { delete: { pk, sk: 'deleted' } };
      const kept: Operation = { add: { pk, sk: 'kept' }, name: 'n', by: 1 };
      await putAll([put({ sk: 'moved', ix: { queue: [to, '1'] } }), put({ sk: 'left', ix: {} }), deleted, kept]);
      expect(await listed('queue', from)).toEqual(['kept']);
      expect(await listed('queue', to)).toEqual(['moved']);
    });

    it('refuses a limit that is no count and a key that is none', async () => {
      for (const range of [{ limit: 0 }, { limit: 1.5 }, { limit: -1 }, { limit: 1, key: '' }, { limit: 1, after: '\ud800' }]) {
        await expect(table.query({ key: pk, ...range })).rejects.toThrow(TypeError);
      }
    });
  });

  describe('a transaction', () => {
    it('applies all of its operations or none, and tells the first whose condition did not hold', async () => {
      await putAll([put({ sk: 'a', v: 1 }), put({ sk: 'b', v: 1 })]);
      const operations: readonly Operation[] = [
        { put: { pk, sk: 'a', v: 2 }, if: { equals: { v: 1 } } },
        { delete: { pk, sk: 'b' } },
        { check: { pk, sk: 'c' }, if: { equals: { v: 1 } } },
        { put: { pk, sk: 'd' }, if: { equals: { v: 1 } } },
      ];
      expect(await table.transact(operations)).toEqual({ failed: 2 });
      expect((await table.query({ key: pk, limit: 9 })).map((item) => item['v'])).toEqual([1, 1]);
      expect(await table.transact(operations.slice(0, 2))).toEqual({ ok: true });
      expect(await table.query({ key: pk, limit: 9 })).toEqual([{ pk, sk: 'a', v: 2 }]);
    });

    it('compares members of the same type, at the top of the item', async () => {
      await putAll([put({ sk: 'a', n: 1, s: '1', t: true, nil: null, map: { n: 1 }, name: 'size' })]);
      const equal: readonly Equals[] = [{ n: 1, s: '1', t: true, name: 'size' }, { pk, sk: 'a' }, {}];
      const notEqual: readonly Equals[] = [
        { n: '1' },
        { s: 1 },
        { t: 'true' },
        { nil: false },
        { 'map.n': 1 },
        { none: 0 },
        { n: 1, s: '2' },
      ];
      const held: readonly Condition[] = [...equal.map((equals) => ({ equals })), { atLeast: { name: 'n', amount: 1 } }];
      const notHeld: readonly Condition[] = [
        { absent: true },
        ...notEqual.map((equals) => ({ equals })),
        ...['s', 't', 'nil', 'map', 'none', 'map.n'].map((name) => ({ atLeast: { name, amount: 0 } })),
        { atLeast: { name: 'n', amount: 2 } },
      ];
      for (const condition of held) expect(await table.transact([{ check: { pk, sk: 'a' }, if: condition }])).toEqual({ ok: true });
      for (const condition of notHeld) expect(await table.transact([{ check: { pk, sk: 'a' }, if: condition }])).toEqual({ failed: 0 });
    });

    it('takes no condition but absence to hold on what is not there', async () => {
      expect(await table.transact([{ check: { pk, sk: 'a' }, if: { absent: true } }])).toEqual({ ok: true });
      const others: readonly Condition[] = [{ equals: {} }, { equals: { n: 0 } }, { atLeast: { name: 'n', amount: 0 } }];
      for (const condition of others) {
        expect(await table.transact([{ check: { pk, sk: 'a' }, if: condition }])).toEqual({ failed: 0 });
      }
    });

    it('adds to a member, from 0 where it or the item was absent, and leaves the others', async () => {
      await putAll([put({ sk: 'a', n: 5, other: 'x', card: 'c', ix: { owner: [pk, 'a'] } })]);
      await putAll([{ add: { pk, sk: 'a' }, name: 'n', by: -7 }]);
      await putAll([{ add: { pk, sk: 'a' }, name: 'count', by: 3 }]);
      await putAll([{ add: { pk, sk: 'b' }, name: 'n', by: 2 }]);
      expect(await read('a')).toStrictEqual({ pk, sk: 'a', n: -2, count: 3, other: 'x', card: 'c', ix: { owner: [pk, 'a'] } });
      expect(await read('b')).toStrictEqual({ pk, sk: 'b', n: 2 });
    });

    it('takes from an allowance only what is there', async () => {
      await putAll([put({ sk: 'a', left: 5 })]);
      const answers = [];
      for (const amount of [3, 3, 2, 1]) answers.push(await add('left', -amount, { atLeast: { name: 'left', amount } }));
      expect(answers).toEqual([{ ok: true }, { failed: 0 }, { ok: true }, { failed: 0 }]);
      expect((await read('a'))?.['left']).toBe(0);
    });

    it('refuses to add to what is no integer, or past the safe ones', async () => {
      await putAll([put({ sk: 'a', s: 'x', most: Number.MAX_SAFE_INTEGER, least: Number.MIN_SAFE_INTEGER })]);

      for (const [name, by] of [
        ['s', 1],
        ['most', 1],
        ['least', -1],
        ['n', 0.5],
        ['ix', 1],
        ['expires', 1],
        ['ownerKey', 1],
      ] as const) {
        await expect(add(name, by)).rejects.toThrow(TypeError);
      }
      expect(await add('most', -1)).toEqual({ ok: true });
      expect(await add('least', 1)).toEqual({ ok: true });
    });

    it('takes 100 operations, none at all, but not 101, nor two on one key', async () => {
      const many = Array.from({ length: 101 }, (_, n) => put({ sk: `n#${n}` }));
      expect(await table.transact([])).toEqual({ ok: true });
      await expect(table.transact(many)).rejects.toThrow(TypeError);
      await expect(table.transact([put({ sk: 'a' }), { delete: { pk, sk: 'a' } }])).rejects.toThrow(TypeError);
      expect(await table.query({ key: pk, limit: 200 })).toEqual([]);
      expect(await table.transact(many.slice(0, 100))).toEqual({ ok: true });
      expect(await table.query({ key: pk, limit: 200 })).toHaveLength(100);
    });

    it('is won by one of many who want the same, and lets no more be taken than there is', async () => {
      const tables = [table, adapter.open()];
      await putAll([put({ sk: 'allowance', left: 10 })]);
      const claims = Array.from({ length: 40 }, (_, n) =>
        tables[n % 2]!.transact([{ put: { pk, sk: 'claim', by: n }, if: { absent: true } }]),
      );
      const takes = Array.from({ length: 40 }, (_, n) =>
        tables[n % 2]!.transact([
          { add: { pk, sk: 'allowance' }, name: 'left', by: -1, if: { atLeast: { name: 'left', amount: 1 } } },
          { put: { pk, sk: `take#${n}` }, if: { absent: true } },
        ]),
      );
      const won = (await Promise.all(claims)).flatMap((answer, n) => ('ok' in answer ? [n] : []));
      const taken = (await Promise.all(takes)).filter((answer) => 'ok' in answer);
      expect(won).toHaveLength(1);
      expect((await read('claim'))?.['by']).toBe(won[0]);
      expect(taken).toHaveLength(10);
      expect((await read('allowance'))?.['left']).toBe(0);
      expect(await table.query({ key: pk, prefix: 'take#', limit: 99 })).toHaveLength(10);
      await tables[1]!.close();
    });
  });

  describe('an item past its expiry', () => {
    beforeEach(async () => {
      await putAll([put({ sk: 'a', n: 5, other: 1, expires: startSecond + 1, card: 'c', ix: { kind: [pk, 'a'] } })]);
      clock.now = start + 999;
      expect((await read('a'))?.['n']).toBe(5);
      expect(await listed('kind', pk)).toEqual(['a']);
      clock.now = start + 1000;
    });

    it('is absent to reads and queries', async () => {
      expect(await read('a')).toBeUndefined();
      expect(await table.query({ key: pk, limit: 9 })).toEqual([]);
      expect(await listed('kind', pk)).toEqual([]);
    });

    it('is absent to conditions', async () => {
      const mark = { pk, sk: 'a' };
      expect(await table.transact([{ delete: mark, if: { equals: { n: 5 } } }])).toEqual({ failed: 0 });
      expect(await table.transact([{ check: mark, if: { equals: {} } }])).toEqual({ failed: 0 });
      expect(await table.transact([{ check: mark, if: { atLeast: { name: 'n', amount: 1 } } }])).toEqual({ failed: 0 });
      expect(await table.transact([{ check: mark, if: { absent: true } }])).toEqual({ ok: true });
      expect(await table.transact([{ put: { ...mark, n: 6 }, if: { absent: true } }])).toEqual({ ok: true });
      expect(await read('a')).toStrictEqual({ ...mark, n: 6 });
    });

    it('is absent to additions, which begin again from 0', async () => {
      expect(await add('n', 2, { equals: { n: 5 } })).toEqual({ failed: 0 });
      expect(await add('n', 2, { atLeast: { name: 'n', amount: 1 } })).toEqual({ failed: 0 });
      expect(await add('n', 2, { absent: true })).toEqual({ ok: true });
      expect(await read('a')).toStrictEqual({ pk, sk: 'a', n: 2 });
      expect(await add('n', 2)).toEqual({ ok: true });
      expect((await read('a'))?.['n']).toBe(4);
      expect(await listed('kind', pk)).toEqual([]);
    });
  });

  describe('any list of transactions', () => {
    it('does what a simple model does, and an index answers at least what was once true', async () => {
      await fc.assert(
        fc.asyncProperty(anySteps, async (steps) => {
          clock.now = start;
          const run = freshCase();
          const model = new Model(now);
          for (const step of steps) {
            if ('seconds' in step) clock.now += step.seconds * 1000;
            else {
              const operations = step.transact({ run, second: startSecond });
              expect(await table.transact(operations)).toEqual(model.transact(operations));
            }
            adapter.late(true);
            for (const entry of await table.query({ index: 'owner', key: run, limit: 99 })) expect(model.ever).toContainEqual(entry);
            adapter.late(false);
          }
          const keys = keysOfCase(run);
          expect(await table.get(keys)).toEqual(keys.map((key) => model.get(key)));
          for (const key of new Set(keys.map(({ pk }) => pk))) expect(await table.query({ key, limit: 99 })).toEqual(model.query(key));
          expect(await table.query({ index: 'owner', key: run, limit: 99 })).toEqual(model.entries('owner', run));
        }),
        { numRuns: adapter.runs },
      );
    });
  });
};
