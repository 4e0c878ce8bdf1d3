import type { Refusal } from '../../contracts/refusals.ts';
import type { Event } from '../kernel/decide.ts';
import type { Ref, Stored } from '../kernel/process.ts';
import { claimKey, eventKey, outgoing, outgoingItem, pkOf, recordKey, stepsOf, type Commit, type Mark, type Outgoing } from './layout.ts';
import type { Entry, Index, Table } from './table.ts';

export type Page = { readonly entries: readonly Entry[]; readonly cursor?: string };
export type Range = {
  readonly index: Index;
  readonly keys: readonly string[];
  readonly after?: string;
  readonly limit: number;
  readonly descending?: boolean;
};

export type Records = ReturnType<typeof openRecords>;

const cursorOf = (sort: string): string => Buffer.from(sort).toString('base64url');
/** The sort behind a cursor, or undefined where it is none of ours. Its scope is the caller's own, so it opens nothing. */
export const sortOf = (cursor: string): string | undefined => {
  const sort = Buffer.from(cursor, 'base64url').toString();
  return cursorOf(sort) === cursor && /^[\x20-\x7e]{1,512}$/.test(sort) ? sort : undefined;
};

/**
 * Records, their events, claims, allowances and lists over the store port. DESIGN §5.
 * @param shards over how many keys each index is spread
 * @param reactionsTo the names of the reactions that an event awaits
 */
export const openRecords = (
  table: Table,
  { shards = 4, reactionsTo }: { readonly shards?: number; readonly reactionsTo: (event: Event) => readonly string[] },
) => {
  const commit = async (what: Commit): Promise<Refusal | undefined> => {
    const steps = stepsOf(what, shards, reactionsTo);
    const result = await table.transact(steps.map((s) => s.op));
    return 'ok' in result ? undefined : (steps[result.failed]?.or ?? 'stale');
  };

  const list = async ({ index, keys, after, limit, descending = false }: Range): Promise<Page> => {
    const from = after === undefined ? {} : descending ? { before: after } : { after };
    const spread = keys.flatMap((key) => Array.from({ length: shards }, (_, n) => `${key}#${n}`));
    const pages = await Promise.all(spread.map((key) => table.query({ index, key, ...from, limit: limit + 1, descending })));
    const order = descending ? -1 : 1;
    const merged = pages.flat().toSorted((a, b) => (a.sort < b.sort ? -order : order));
    const entries = merged.slice(0, limit);
    const last = entries.at(-1);
    return { entries, ...(merged.length > limit && last ? { cursor: cursorOf(last.sort) } : {}) };
  };

  return {
    commit,
    list,
    /** Strongly consistent. @throws Unavailable rather than pass off an unread record as missing */
    getAll: async (refs: readonly Ref[]): Promise<readonly (Stored | undefined)[]> =>
      refs.length === 0 ? [] : (await table.get(refs.map(recordKey))).map((item) => item?.['body'] as Stored | undefined),
    /** Which of these claims are held, by anyone. */
    held: async (values: readonly string[]): Promise<readonly boolean[]> =>
      values.length === 0 ? [] : (await table.get(values.map(claimKey))).map((item) => item !== undefined),
    mark: async (ref: Ref, key: string): Promise<Mark | undefined> =>
      (await table.get([{ pk: pkOf(ref), sk: `key#${key}` }]))[0] as unknown as Mark | undefined,
    /** What is left of an allowance; undefined where there is none. */
    left: async (id: string): Promise<number | undefined> =>
      (await table.get([{ pk: `allowance#${id}`, sk: 'allowance' }]))[0]?.['left'] as number | undefined,
    /** Events in order, exclusive of number `after`. */
    history: async (ref: Ref, after: number, limit: number): Promise<readonly Outgoing[]> =>
      (await table.query({ key: pkOf(ref), prefix: 'event#', after: eventKey(ref, after).sk, limit })).map(outgoing),
    /** Notes what became of an event's reactions; false where another did so meanwhile. */
    note: async (out: Outgoing): Promise<boolean> =>
      'ok' in (await table.transact([{ put: outgoingItem({ ...out, rev: out.rev + 1 }, shards), if: { equals: { rev: out.rev } } }])),
  };
};

const pageOfMany = 100;
/** What stands in a list, page after page, up to so many pages: an index may lag behind, so whoever decides by it loads the records. */
export const entriesOf = async (
  { list }: Pick<Records, 'list'>,
  asked: Pick<Range, 'index' | 'keys' | 'descending'>,
  mostPages: number,
): Promise<readonly Entry[]> => {
  const found: Entry[] = [];
  let after: string | undefined;
  for (let n = 0; n < mostPages; n += 1) {
    const { entries, cursor } = await list({ ...asked, limit: pageOfMany, ...(after === undefined ? {} : { after }) });
    found.push(...entries);
    after = cursor === undefined ? undefined : sortOf(cursor);
    if (after === undefined) break;
  }
  return found;
};
/** The id of the record that an entry of a list is of. */
export const idIn = ({ pk }: Pick<Entry, 'pk'>): string => pk.slice(pk.indexOf('#') + 1);
