import type { Blobs } from '../../shared/blobs/blobs.ts';
import { digest, hmac } from '../../shared/kernel/digest.ts';
import type { Item, Key, Table } from '../../shared/store/table.ts';
import { quote, quoteText } from './predicate-printing.ts';
import type { Atom, Region } from './suppression.ts';
import { findLeaks } from './suppression.ts';

/**
 * A version of a list that a buyer brings to join with: keyed digests of those of its keys that stand in the data, sorted. The others can make
 * no difference, so that a list padded with keys of nobody is the list without them.
 */
export type ListVersion = readonly string[];

export const maxKeys = 100_000;

/** Prints the question which keys of a list stand in the data; its answer never leaves the sandbox. @throws RangeError above `maxKeys` */
export function printPresent(column: string, keys: readonly string[]): string {
  if (keys.length > maxKeys) throw new RangeError('the list is too long');
  const name = `CAST(${quote(column)} AS VARCHAR)`;
  const values = [...new Set(keys)].map((key) => `(${quoteText(key)})`);
  // An empty list asks for nothing: VALUES needs one row.
  const list = values.length > 0 ? `VALUES ${values.join(', ')}` : 'SELECT NULL WHERE FALSE';
  return `SELECT DISTINCT key FROM (${list}) list(key) WHERE key IN (SELECT ${name} FROM data)`;
}

/** What is kept of the keys found: nobody can read them from it, nor compare lists of two resources. */
export const versionOf = (resource: string, present: readonly string[], secret: string): ListVersion =>
  [...new Set(present.map((key) => hmac(secret, 'list', resource, key)))].toSorted();

/** Divides all keys by the versions they are in. */
function divide(versions: readonly ListVersion[]): { readonly atoms: readonly Atom[]; readonly regions: readonly Region[] } {
  const places = new Map<string, number[]>();
  for (const [index, version] of versions.entries())
    for (const key of version) {
      const found = places.get(key);
      if (found === undefined) places.set(key, [index]);
      else found.push(index);
    }
  const sizes = new Map<string, number>();
  for (const place of places.values()) sizes.set(place.join(), (sizes.get(place.join()) ?? 0) + 1);
  const atoms = [...sizes].map(([place, entities]) => ({ in: new Set(place.split(',').map(Number)), entities }));
  return { atoms, regions: versions.map((_, version) => atoms.flatMap((atom, index) => (atom.in.has(version) ? [index] : []))) };
}

/**
 * Whether a new version of a list may be joined with: it holds as many keys as a cell needs, and so does every difference that it makes with
 * the versions released before, taken in any combination: with and without one, and lists that only together differ by few. A version equal to
 * an earlier one makes none.
 * @param least the fewest entities that may be told of
 */
export const mayJoin = (candidate: ListVersion, released: readonly ListVersion[], least: number): boolean => {
  if (candidate.length < least) return false;
  const { atoms, regions } = divide([...released, candidate]);
  return findLeaks(regions.slice(0, -1), regions.slice(-1), atoms, least).length === 0;
};

const keyOf = (resource: string, version: number): Key => ({ pk: `lists#${resource}`, sk: String(version).padStart(6, '0') });
/** Where the keys of a version that stand in the data lie, as Parquet, for questions to join with. */
export const listKey = (resource: string, version: number): string => `lists/${resource}/${version}.parquet`;
const objectOf = (resource: string, keys: string): string => `lists/${resource}/${digest(keys).slice('sha256:'.length)}.json`;
const mostVersions = 1000;

const textOf = async (body: AsyncIterable<unknown>): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString();
};

/**
 * The versions of the lists joined with a resource, over all its products and buyers, in one sequence. A version takes its place by a conditional write before it is compared, so
 * that of two sent at once the later sees the earlier; what could not be read counts against it.
 */
export const openLists = (table: Table, blobs: Blobs) => {
  const read = async (item: Item): Promise<ListVersion> => {
    const object = await blobs.get(String(item['object']));
    if (!object) throw new RangeError('a version without its keys');
    return JSON.parse(await textOf(object.body)) as ListVersion;
  };
  const versions = async (resource: string): Promise<readonly Item[]> => table.query({ key: keyOf(resource, 0).pk, limit: mostVersions });

  return {
    /**
     * Admits a version, or refuses it.
     * @returns its number, by which joins name it, or undefined where it would tell of too few
     * @throws RangeError where a version before has lost its keys
     */
    admit: async (resource: string, candidate: ListVersion, least: number): Promise<number | undefined> => {
      const keys = JSON.stringify(candidate);
      const object = objectOf(resource, keys);
      await blobs.put(object, Buffer.from(keys)); // before its place is taken: whoever sees the place finds the keys
      for (;;) {
        const before = await versions(resource);
        const version = before.length + 1;
        if (version > mostVersions) return undefined;
        const place = { ...keyOf(resource, version), object };
        const taken = await table.transact([{ put: { ...place, status: 'reserved' }, if: { absent: true } }]);
        if (!('ok' in taken)) continue;
        const released = await Promise.all(before.filter((item) => item['status'] !== 'refused').map(read));
        const status = mayJoin(candidate, released, least) ? 'released' : 'refused';
        await table.transact([{ put: { ...place, status } }]);
        return status === 'released' ? version : undefined;
      }
    },
  };
};
