import { canonical } from '../kernel/canonical.ts';
import { queryTokens, tokens } from '../kernel/terms.ts';
import type { Item, Json, Key, Operation, Table } from './table.ts';

/** What is found of a text: by its words, and by tags that are no words, such as `kind=grant`. */
export type Document = { readonly id: string; readonly text: string; readonly tags?: readonly string[]; readonly card: Json };
export type Wanted = { readonly tags?: readonly string[]; readonly after?: string; readonly limit: number };
export type Found = { readonly cards: readonly Json[]; readonly next?: string };

const batch = 90; // operations in one transaction
const page = 200; // postings read at once where several terms must meet
const most = 1000; // postings looked at in one search
const everything = '*';

/**
 * Full-text search over what is public: postings of terms, two-character Chinese words among them, in the store port. Each scope is an index
 * of its own. It is fed after the fact, so it is late by a moment and decides nothing.
 */
export const openSearch = (table: Table, scope: string) => {
  const docKey = (id: string): Key => ({ pk: `${scope}.doc#${id}`, sk: 'doc' });
  const termKey = (term: string, id: string): Key => ({ pk: `${scope}.term#${term}`, sk: id });
  const termsIn = (doc: Item | undefined): readonly string[] => (doc?.['terms'] as string[] | undefined) ?? [];
  const known = async (id: string) => (await table.get([docKey(id)]))[0];
  /** Whether all was written: nothing more is, once the guard does not hold. */
  const write = async (operations: readonly Operation[], guard: readonly Operation[]): Promise<boolean> => {
    for (let from = 0; from < operations.length; from += batch)
      if ('failed' in (await table.transact([...guard, ...operations.slice(from, from + batch)]))) return false;
    return true;
  };
  const postings = async (term: string, after: string | undefined, limit: number): Promise<readonly string[]> =>
    (await table.query({ key: termKey(term, '').pk, limit, ...(after === undefined ? {} : { after }) })).map(({ sk }) => sk);

  return {
    /**
     * Replaces what is known of a document; one that has not changed costs a read. The document is written last, so that what was cut short
     * is done again. @param guard a condition under which each write stands @returns false where the guard did not hold
     */
    put: async ({ id, text, tags = [], card }: Document, ...guard: readonly Operation[]): Promise<boolean> => {
      const old = await known(id);
      const terms = [everything, ...tags, ...tokens(text)];
      const [before, now] = [new Set(termsIn(old)), new Set(terms)];
      const added = terms.filter((term) => !before.has(term));
      const gone = [...before].filter((term) => !now.has(term));
      if (old && added.length === 0 && gone.length === 0 && canonical(old.card) === canonical(card)) return true;
      const changes: readonly Operation[] = [
        ...added.map((term) => ({ put: termKey(term, id) })),
        ...gone.map((term) => ({ delete: termKey(term, id) })),
        { put: { ...docKey(id), terms, card } },
      ];
      return write(changes, guard);
    },
    remove: async (id: string): Promise<void> => {
      const terms = termsIn(await known(id));
      await write([...terms.map((term) => ({ delete: termKey(term, id) })), { delete: docKey(id) }], []);
    },
    /**
     * Documents that hold every tag and every term of the query, in the order of their ids, exclusive of `after`. Without either it finds all.
     * A search looks at a bounded number of postings: a page may hold fewer than `limit`, and `next` goes on from there.
     */
    find: async (query: string, { tags = [], after, limit }: Wanted): Promise<Found> => {
      const asked = [...tags, ...queryTokens(query)];
      const terms = asked.length === 0 ? [everything] : asked;
      const size = terms.length === 1 ? limit + 1 : page;
      const lists = await Promise.all(terms.map(async (term) => ({ term, ids: await postings(term, after, size) })));
      const { term, ids: first } = lists.reduce((rarest, list) => (list.ids.length < rarest.ids.length ? list : rarest));
      const cards: Json[] = [];
      let last: string | undefined;
      for (let ids = first, seen = 0; ; ids = await postings(term, last, size)) {
        for (const [n, doc] of (await table.get(ids.map(docKey))).entries()) {
          const held = new Set(termsIn(doc));
          const fits = doc?.card !== undefined && terms.every((one) => held.has(one));
          if (fits && cards.length === limit) return { cards, ...(last === undefined ? {} : { next: last }) };
          if (fits) cards.push(doc.card);
          last = ids[n];
        }
        seen += ids.length;
        if (ids.length < size) return { cards };
        if (seen >= most) return { cards, ...(last === undefined ? {} : { next: last }) };
      }
    },
  };
};
