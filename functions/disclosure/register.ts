import { Entry } from '../../contracts/disclosure.ts';
import { openSearch, type Document } from '../../shared/store/search.ts';
import type { Item, Key, Operation, Table } from '../../shared/store/table.ts';
import {
  isTold,
  nameOf,
  refKey,
  refsIn,
  registerOf,
  standingAfter,
  tagsOf,
  textOf,
  throughOf,
  type Disclosed,
  type Name,
  type Register,
  type Standing,
} from './standing.ts';

export type Indexed = Entry & { readonly index: number };
/** The published log: how long it is, and the canonical texts of its entries `from` to `to` (exclusive). */
export type PublishedLog = {
  readonly publishedSize: () => Promise<number>;
  readonly entries: (from: number, to: number) => Promise<readonly string[]>;
};
export type Projection = {
  readonly table: Table;
  readonly read: PublishedLog;
  /** How many entries are read from the log at once. */
  readonly span?: number;
};
/** Whose entries: a list has a key of its own, so nothing is filtered after it was read. */
export type Filter = {
  readonly kind?: string | undefined;
  readonly organisation?: string | undefined;
  readonly region?: string | undefined;
  readonly record?: string | undefined;
};
/** By the id of each record that is named: what it is called. */
export type Names = Readonly<Record<string, Name>>;
export type Paged<T> = { readonly items: readonly T[]; readonly next?: number };

// A change of what the rows hold is another number: the next projection then begins at the log's first entry.
const view = 'register.1';
const longestIndex = 12;
const rounds = 20; // of reading the log, in one run
const page = 100; // entries read at once from the table
const mostBytes = 4_000_000; // of entries in an answer: a function answers at most 6 MB

const padded = (index: number): string => String(index).padStart(longestIndex, '0');
const cursorKey: Key = { pk: view, sk: 'cursor' };
const entryKey = (index: number): Key => ({ pk: `${view}.entry#${padded(index)}`, sk: 'entry' });
const standingKey = (ref: string): Key => ({ pk: `${view}.record#${ref}`, sk: 'standing' });
const listKey = (list: string): string => `${view}.list#${list}`;
const countKey = (organisation: string): string => `${view}.count#${organisation}`;
const timeKey = (organisation: string): string => `${view}.time#${organisation}`;
const registerKey = (register: Register): string => `${view}.register#${register}`;
/** Documents are found newest first. */
const documentId = ({ first }: Pick<Standing, 'first'>): string => padded(10 ** longestIndex - 1 - first);

const lists: Readonly<Record<string, (filter: Filter) => string>> = {
  kind: ({ kind }) => `kind=${kind}`,
  organisation: ({ organisation }) => `organisation=${organisation}`,
  region: ({ region }) => `region=${region}`,
  record: ({ record }) => `record=${record}`,
  'kind+organisation': ({ kind, organisation }) => `kind=${kind}&organisation=${organisation}`,
};
const namesOf = (filter: Filter): readonly string[] =>
  Object.entries(filter).flatMap(([name, value]) => (value === undefined ? [] : [name]));
/** The list that a filter names, the empty one being all; undefined for a combination that has no list. */
export const listOf = (filter: Filter): string | undefined => {
  const names = namesOf(filter).toSorted().join('+');
  return names === '' ? '' : lists[names]?.(filter);
};

const sizeIn = (cursor: Item | undefined): number => (cursor?.['size'] as number | undefined) ?? 0;
/** What stands of records, named as `<kind>#<id>`; those of which nothing was told are left out. */
const readStandings = async (table: Table, refs: readonly string[]): Promise<readonly Standing[]> =>
  (await table.get(refs.map(standingKey))).flatMap((item) => (item ? [JSON.parse(String(item['text'])) as Standing] : []));

/** What stands of an entry's record after it. */
const standOf = async (table: Table, entry: Entry, index: number): Promise<Standing> => {
  const [before] = await readStandings(table, [refKey(entry.kind, entry.record)]);
  const through = await readStandings(table, throughOf(entry.kind, { ...before?.disclosed, ...entry.disclosed }));
  return standingAfter(entry, index, before, through);
};
/** How a record is found: by what was said of it, and by what the records that it names were called then. */
const documentOf = async (table: Table, standing: Standing): Promise<Document> => {
  const { kind, record, disclosed } = standing;
  const names = (await readStandings(table, refsIn(disclosed))).flatMap((one) => nameOf(one) ?? []);
  return { id: documentId(standing), text: textOf(standing, names), tags: tagsOf(standing), card: refKey(kind, record) };
};

const understood = (text: string): Entry | undefined => Entry.safeParse(JSON.parse(text)).data;
/** The rows of an entry: itself, its place in each list, and what now stands of its record. */
const rowsOf = (entry: Entry, index: number, standing: Standing): readonly Operation[] => {
  const { kind, record, region } = entry;
  const { organisations } = standing;
  const named = [
    `kind=${kind}`,
    `record=${record}`,
    ...(region === '' ? [] : [`region=${region}`]),
    ...organisations.flatMap((id) => [`organisation=${id}`, `kind=${kind}&organisation=${id}`]),
  ];
  const at = new Date(entry.at).toISOString();
  const register = registerOf(kind);
  return [
    ...named.map((list) => ({ put: { pk: listKey(list), sk: padded(index) } })),
    ...organisations.map((id) => ({ put: { pk: timeKey(id), sk: `${at}#${padded(index)}` } })),
    ...organisations.map((id) => ({ add: { pk: countKey(id), sk: kind }, name: 'count', by: 1 })),
    { put: { ...standingKey(refKey(kind, record)), text: JSON.stringify(standing) } },
    ...(register === undefined || !isTold(standing)
      ? []
      : [{ put: { pk: registerKey(register), sk: padded(standing.first), ref: refKey(kind, record) } }]),
  ];
};

/**
 * The public register: lists, standings and search documents made of nothing but the published log. It can be made again from the log's first
 * entry, and comes out the same. Entries are taken one by one, in their order; what is written for one is written while the cursor stands at it,
 * so that several projectors at once do not disturb each other.
 */
export const openRegister = ({ table, read, span = 256 }: Projection) => {
  const search = openSearch(table, `${view}.ledger`);

  /** Projects one entry, so that all who are at it write the same. @returns false where another projector was there first */
  const step = async (index: number, text: string): Promise<boolean> => {
    const stands = index === 0 ? ({ absent: true } as const) : { equals: { size: index } };
    const entry = understood(text);
    const standing = entry && (await standOf(table, entry, index));
    if (standing && isTold(standing) && !(await search.put(await documentOf(table, standing), { check: cursorKey, if: stands })))
      return false;
    const written = await table.transact([
      { put: { ...cursorKey, size: index + 1 }, if: stands },
      { put: { ...entryKey(index), text } },
      ...(entry && standing ? rowsOf(entry, index, standing) : []),
    ]);
    return 'ok' in written;
  };

  return {
    /** Carries on from where it stood, a bounded way. @returns how many entries it projected; what is left, the next call takes */
    project: async (): Promise<number> => {
      let total = 0;
      for (let round = 0; round < rounds; round += 1) {
        const published = await read.publishedSize();
        const from = sizeIn((await table.get([cursorKey]))[0]);
        if (from >= published) return total;
        const texts = await read.entries(from, Math.min(published, from + span));
        for (const [n, text] of texts.entries()) {
          if (!(await step(from + n, text))) break;
          total += 1;
        }
      }
      return total;
    },
  };
};

/** Entries by index, in the order asked; one that is not projected is left out. */
const readEntries = async (table: Table, indexes: readonly number[]): Promise<readonly Indexed[]> =>
  (await table.get(indexes.map(entryKey))).flatMap((item, n) =>
    item ? [{ ...(JSON.parse(String(item['text'])) as Entry), index: indexes[n] ?? 0 }] : [],
  );
/** As many as an answer can hold, at least one. What is left out, the next page begins with. */
const fitting = <T>(found: readonly T[], more: number | undefined, nextOf: (last: T) => number): Paged<T> => {
  let bytes = 0;
  const end = found.findIndex((one, n) => (bytes += Buffer.byteLength(JSON.stringify(one))) > mostBytes && n > 0);
  if (end === -1) return { items: found, ...(more === undefined ? {} : { next: more }) };
  const items = found.slice(0, end);
  return { items, next: nextOf(items.at(-1) as T) };
};
const firstOf = ({ first }: Standing): number => first;

/** What has been projected of the public register, as anyone may read it. Newest first; every list has a key of its own. */
export const openBrowsing = (table: Table) => {
  const search = openSearch(table, `${view}.ledger`);
  const size = async (): Promise<number> => sizeIn((await table.get([cursorKey]))[0]);
  const standings = (refs: readonly string[]): Promise<readonly Standing[]> => readStandings(table, refs);

  const indexesIn = async (list: string, before: number, most: number): Promise<readonly number[]> => {
    if (list === '') return Array.from({ length: Math.min(before, most) }, (_, n) => before - 1 - n);
    const rows = await table.query({ key: listKey(list), before: padded(before), limit: most, descending: true });
    return rows.map(({ sk }) => Number(sk));
  };
  const find = async (q: string, tags: readonly string[], before: number | undefined, limit: number): Promise<Paged<Standing>> => {
    const after = before === undefined ? {} : { after: documentId({ first: before }) };
    const { cards, next: last } = await search.find(q, { tags, limit, ...after });
    const items = await standings(cards.map(String));
    return { items, ...(last === undefined ? {} : { next: 10 ** longestIndex - 1 - Number(last) }) };
  };

  const listed = async (register: Register, before: number | undefined, limit: number): Promise<Paged<Standing>> => {
    const end = before === undefined ? {} : { before: padded(before) };
    const rows = await table.query({ key: registerKey(register), ...end, limit: limit + 1, descending: true });
    const items = await standings(rows.slice(0, limit).map((row) => String(row['ref'])));
    const last = items.at(-1);
    return { items, ...(rows.length > limit && last ? { next: last.first } : {}) };
  };

  return {
    size,
    standings,
    /** An entry; undefined where none is published under that index. */
    entry: async (index: number): Promise<Indexed | undefined> => (await readEntries(table, [index]))[0],
    /** Entries of a list of `listOf`, from before an index on. `next` is what to go on before. */
    entries: async (list: string, before: number | undefined, limit: number): Promise<Paged<Indexed>> => {
      const end = Math.min(before ?? Infinity, await size());
      const indexes = await indexesIn(list, end, limit + 1);
      const more = indexes.length > limit ? indexes[limit - 1] : undefined;
      return fitting(await readEntries(table, indexes.slice(0, limit)), more, ({ index }) => index);
    },
    /** The latest entries of the records that a search finds, in the order in which the records first appeared. */
    search: async (q: string, filter: Filter, before: number | undefined, limit: number): Promise<Paged<Indexed>> => {
      const tags = namesOf(filter).map((name) => `${name}=${filter[name as keyof Filter]}`);
      const found = await find(q, tags, before, limit);
      const indexes = found.items.map(({ index }) => index);
      const { items } = fitting(await readEntries(table, indexes), undefined, ({ index }) => index);
      const next = items.length < found.items.length ? found.items[items.length - 1]?.first : found.next;
      return { items, ...(next === undefined ? {} : { next }) };
    },
    /** The records of a register as they stand. */
    register: async (register: Register, q: string, before: number | undefined, limit: number): Promise<Paged<Standing>> => {
      const found = q === '' ? await listed(register, before, limit) : await find(q, [`register=${register}`], before, limit);
      return fitting(found.items, found.next, firstOf);
    },
    /** How many entries of each kind concern an organisation. */
    counts: async (organisation: string): Promise<Readonly<Record<string, number>>> => {
      const rows = await table.query({ key: countKey(organisation), limit: 100 });
      return Object.fromEntries(rows.map(({ sk, count }) => [sk, Number(count)]));
    },
    /** What the records are called that these name, themselves included. */
    names: async (told: readonly { readonly kind: string; readonly record: string; readonly disclosed: Disclosed }[]): Promise<Names> => {
      const refs = told.flatMap(({ kind, record, disclosed }) => [refKey(kind, record), ...refsIn(disclosed)]);
      const found = await standings([...new Set(refs)]);
      return Object.fromEntries(found.flatMap((one) => (nameOf(one) ? [[one.record, nameOf(one)]] : [])) as [string, Name][]);
    },
  };
};

/** The entries that concern an organisation, by the time of their events within `from` (inclusive) and `to` (exclusive), in that order. */
export const entriesOfOrganisation = async (table: Table, organisation: string, from: string, to: string): Promise<readonly Indexed[]> => {
  const before = new Date(to).toISOString();
  const entries: Indexed[] = [];
  for (let after = new Date(from).toISOString(); ;) {
    const rows = await table.query({ key: timeKey(organisation), after, before, limit: page });
    entries.push(
      ...(await readEntries(
        table,
        rows.map(({ sk }) => Number(sk.slice(sk.indexOf('#') + 1))),
      )),
    );
    const last = rows.at(-1);
    if (!last || rows.length < page) return entries;
    after = last.sk;
  }
};
