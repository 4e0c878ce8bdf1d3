import { afterAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { openSearch } from '../../shared/store/search.ts';
import { openSqlite } from '../../shared/store/sqlite.ts';
import type { Json } from '../../shared/store/table.ts';

const stores: ReturnType<typeof openSqlite>[] = [];
const fresh = () => {
  const store = openSqlite({ file: ':memory:' });
  stores.push(store);
  return store.table('search');
};
afterAll(() => {
  for (const store of stores) store.close();
});

const words = ['port', 'bus', 'metro', 'tram'];
const document = fc.record({
  id: fc.integer({ min: 0, max: 12 }).map((n) => `d${String(n).padStart(2, '0')}`),
  text: fc.subarray(words).map((some) => some.join(' ')),
  tags: fc.subarray(['kind=a', 'kind=b']),
  gone: fc.boolean(),
});

describe('searching', () => {
  it('finds just the documents that hold every word and every tag, as they were put last, page by page', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(document, { maxLength: 25 }),
        fc.subarray(words),
        fc.subarray(['kind=a', 'kind=b']),
        fc.integer({ min: 1, max: 5 }),
        async (documents, query, tags, limit) => {
          const search = openSearch(fresh(), 'test');
          const held = new Map<string, { readonly text: string; readonly tags: readonly string[] }>();
          for (const { id, text, tags, gone } of documents) {
            if (gone) await search.remove(id);
            else await search.put({ id, text, tags, card: id });
            if (gone) held.delete(id);
            else held.set(id, { text, tags });
          }
          const fits = [...held].filter(([, one]) => query.every((w) => one.text.includes(w)) && tags.every((t) => one.tags.includes(t)));
          const found: Json[] = [];
          for (let after: string | undefined, more = true; more;) {
            const page = await search.find(query.join(' '), { tags, limit, ...(after === undefined ? {} : { after }) });
            expect(page.cards.length).toBeLessThanOrEqual(limit);
            found.push(...page.cards);
            after = page.next;
            more = after !== undefined;
          }
          expect(found).toEqual(fits.map(([id]) => id).toSorted());
        },
      ),
      { numRuns: 60 },
    );
  });

  it('misses nothing where two common words seldom meet, however many documents it must look at', async () => {
    const search = openSearch(fresh(), 'test');
    const ids = Array.from({ length: 2_400 }, (_, n) => String(n).padStart(5, '0'));
    const textOf = (n: number): string => (n % 800 === 799 ? 'bus metro' : n % 2 === 0 ? 'bus' : 'metro');
    for (const [n, id] of ids.entries()) await search.put({ id, text: textOf(n), card: id });
    const found: Json[] = [];
    let pages = 0;
    for (let after: string | undefined, more = true; more; pages += 1) {
      const page = await search.find('metro bus', { limit: 10, ...(after === undefined ? {} : { after }) });
      found.push(...page.cards);
      after = page.next;
      more = after !== undefined;
    }
    expect(found).toEqual(['00799', '01599', '02399']);
    expect(pages).toBe(2);
  });

  it('keeps each scope to itself', async () => {
    const table = fresh();
    await openSearch(table, 'market').put({ id: 'one', text: 'bus', card: 'market' });
    await openSearch(table, 'ledger').put({ id: 'one', text: 'bus', card: 'ledger' });
    await openSearch(table, 'market').remove('one');
    expect(await openSearch(table, 'market').find('bus', { limit: 5 })).toEqual({ cards: [] });
    expect(await openSearch(table, 'ledger').find('bus', { limit: 5 })).toEqual({ cards: ['ledger'] });
  });

  it('writes nothing where the guard does not hold, and says so', async () => {
    const table = fresh();
    const search = openSearch(table, 'test');
    const guard = { check: { pk: 'cursor', sk: 'cursor' }, if: { equals: { size: 3 } } } as const;
    expect(await search.put({ id: 'one', text: 'bus', card: 'one' }, guard)).toBe(false);
    expect(await search.find('bus', { limit: 5 })).toEqual({ cards: [] });
    await table.transact([{ put: { pk: 'cursor', sk: 'cursor', size: 3 } }]);
    expect(await search.put({ id: 'one', text: 'bus', card: 'one' }, guard)).toBe(true);
    expect(await search.find('bus', { limit: 5 })).toEqual({ cards: ['one'] });
  });
});
