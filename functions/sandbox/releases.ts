import { canonical } from '../../shared/kernel/canonical.ts';
import { digest, type Digest } from '../../shared/kernel/digest.ts';
import type { Item, Json, Key, Table } from '../../shared/store/table.ts';
import type { AnalysisRule } from '../../contracts/analysis-rule.ts';
import type { Asked } from './differences.ts';
import type { Form, Predicate } from './form.ts';

/** An answer that was admitted. As long as it is not decided it counts as released. */
export type Release = {
  readonly place: number;
  readonly query: string;
  readonly identity: string;
  readonly status: 'reserved' | 'released' | 'refused';
  /** At which step of `openPace` it was told. */
  readonly stepMs?: number;
  readonly asked: Asked;
};

const sorted = <T>(all: readonly T[]): readonly T[] =>
  [...new Map(all.map((each) => [JSON.stringify(each), each])).entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);

/** A condition whose parts have one order, so that a permuted list or conjunction is the same question. */
export function settledPredicate(predicate: Predicate): Predicate {
  if (predicate.kind === 'compare' || predicate.kind === 'listed') return predicate;
  if (predicate.kind === 'in') return { ...predicate, values: sorted(predicate.values) };
  const of = sorted(predicate.of.map(settledPredicate).flatMap((part) => (part.kind === predicate.kind ? part.of : [part])));
  const [only] = of;
  return of.length === 1 && only !== undefined ? only : { ...predicate, of };
}
export const settled = (form: Form): Form => ({ ...form, where: form.where === null ? null : settledPredicate(form.where) });

/** What makes two questions one: the same form under the same rule on the same data. Their answer is the stored one. */
export const identityOf = (form: Form, rule: AnalysisRule, object: string): Digest =>
  digest(canonical({ form: settled(form), rule, object }));

const width = 9;
const keyOf = (resource: string, place: number): Key => ({ pk: `releases#${resource}`, sk: String(place).padStart(width, '0') });
const page = 500;

const readItem = (item: Item): Release => {
  const { query, identity, status, stepMs, asked } = item as unknown as Omit<Release, 'place' | 'asked'> & { readonly asked: string };
  return {
    place: Number(item.sk),
    query,
    identity,
    status,
    ...(stepMs === undefined ? {} : { stepMs }),
    asked: JSON.parse(asked) as Asked,
  };
};
// As text: conditions may be nested more deeply than an item may.
const writeItem = (resource: string, { place, asked, ...rest }: Release): Item => ({
  ...keyOf(resource, place),
  ...(rest as Readonly<Record<string, Json>>),
  asked: JSON.stringify(asked),
});

export type Releases = ReturnType<typeof openReleases>;

/**
 * The memory of what was released of a resource, over all its datasets, operators and buyers: one partition, in which every admitted answer has
 * a place in a sequence without gaps. A place is taken by a conditional write before anything is run, so that of two questions sent at once one
 * stands before the other and the later sees the earlier: each compares itself with all places before its own, decided or not.
 */
export const openReleases = (table: Table) => {
  const readAfter = async (resource: string, place: number): Promise<readonly Release[]> => {
    const found: Release[] = [];
    for (let after = place; ;) {
      const { pk, sk } = keyOf(resource, after);
      const items = await table.query({ key: pk, after: sk, limit: page });
      found.push(...items.map(readItem));
      after = found.at(-1)?.place ?? after;
      if (items.length < page) return found;
    }
  };

  return {
    /** All places of a resource, in their order. */
    all: (resource: string): Promise<readonly Release[]> => readAfter(resource, 0),
    /**
     * Takes the next place for a query, or finds the one that it has: safe to ask again after a crash.
     * @returns its place and all that stand before it
     * @throws Busy and Unavailable of the store
     */
    reserve: async (
      resource: string,
      query: string,
      identity: string,
      asked: Asked,
    ): Promise<{ readonly place: number; readonly before: readonly Release[] }> => {
      let all: readonly Release[] = await readAfter(resource, 0);
      for (;;) {
        const mine = all.find((each) => each.query === query);
        if (mine) return { place: mine.place, before: all.filter(({ place }) => place < mine.place) };
        const place = (all.at(-1)?.place ?? 0) + 1;
        const item = writeItem(resource, { place, query, identity, status: 'reserved', asked });
        const taken = await table.transact([{ put: item, if: { absent: true } }]);
        if ('ok' in taken) return { place, before: all };
        all = [...all, ...(await readAfter(resource, place - 1))];
      }
    },
    /** Writes what became of a place. A refused one told nothing and is compared with nothing; a decided one stays as it was decided. */
    settle: async (
      resource: string,
      place: number,
      decided:
        | { readonly status: 'refused' }
        | { readonly status: 'released'; readonly hidden: readonly string[]; readonly stepMs?: number },
    ): Promise<void> => {
      const [item] = await table.get([keyOf(resource, place)]);
      if (item === undefined) return;
      const { asked, ...rest } = readItem(item);
      const hidden = decided.status === 'released' ? decided.hidden : [];
      await table.transact([
        {
          put: writeItem(resource, {
            ...rest,
            status: decided.status,
            ...('stepMs' in decided ? { stepMs: decided.stepMs } : {}),
            asked: { ...asked, hidden },
          }),
          if: { equals: { status: 'reserved' } },
        },
      ]);
    },
  };
};
