import { queryTokens, tokens } from '../../shared/kernel/terms.ts';
import type { Json, Key, Operation, Table } from '../../shared/store/table.ts';

export type Found = { readonly card: Json; readonly sort: string };
const batch = 90; // operations in one transaction
const most = 1000; // postings read for one term
const everything = '*';
const docKey = (id: string): Key => ({ pk: `doc#${id}`, sk: 'doc' });
const termKey = (term: string, id: string): Key => ({ pk: `term#${term}`, sk: id });

/**
 * Full-text search over what is public: postings of terms, two-character Chinese words among them, in the store port. Fed by the belt, so it
 * is late by a moment and decides nothing.
 */
export const openSearch = (table: Table) => {
  const write = async (operations: readonly Operation[]): Promise<void> => {
    for (let from = 0; from < operations.length; from += batch) await table.transact(operations.slice(from, from + batch));
  };
  const termsOf = async (id: string): Promise<readonly string[]> =>
    ((await table.get([docKey(id)]))[0]?.['terms'] as string[] | undefined) ?? [];
  return {
    /** Replaces what is known of a document. Doing it twice is doing it once. */
    put: async ({ id, text, card }: { readonly id: string; readonly text: string; readonly card: Json }): Promise<void> => {
      const terms = [everything, ...tokens(text)];
      await write([{ put: { ...docKey(id), terms, card } }, ...terms.map((term) => ({ put: termKey(term, id) }))]);
    },
    remove: async (id: string): Promise<void> => {
      const terms = await termsOf(id);
      await write([...terms.map((term) => ({ delete: termKey(term, id) })), { delete: docKey(id) }]);
    },
    /** Documents that hold every term of the query, in the order of their ids, exclusive of `after`. An empty query finds all. */
    find: async (
      query: string,
      after: string | undefined,
      limit: number,
    ): Promise<{ readonly cards: readonly Json[]; readonly next?: string }> => {
      const wanted = queryTokens(query);
      const lists = await Promise.all(
        (wanted.length === 0 ? [everything] : wanted).map((term) =>
          table.query({ key: `term#${term}`, limit: most, ...(after === undefined ? {} : { after }) }),
        ),
      );
      const [shortest = [], ...others] = lists.toSorted((a, b) => a.length - b.length);
      const sets = others.map((list) => new Set(list.map((item) => item.sk)));
      const ids = shortest.map((item) => item.sk).filter((id) => sets.every((set) => set.has(id)));
      const page = ids.slice(0, limit);
      const docs = await table.get(page.map(docKey));
      const last = page.at(-1);
      return {
        cards: docs.flatMap((doc) => (doc?.card === undefined ? [] : [doc.card])),
        ...(ids.length > limit && last !== undefined ? { next: last } : {}),
      };
    },
  };
};
