import type { PublicFiles } from '../../shared/blobs/public-files.ts';
import type { Item, Table } from '../../shared/store/table.ts';
import { inclusionPath, inclusionProof, leafHash, verifyInclusion } from './merkle.ts';
import { parseCheckpoint } from './note.ts';
import { pendingPartition, standingKey } from './lock.ts';
import { checkpointPath } from './publishing.ts';
import { entriesOf, readNodes, readTile, tileAt, tileWidth } from './tiles.ts';

/** Bytes that an entry may have. C2SP tlog-tiles. */
export const longestEntry = 65_535;

/** Where a disclosed event stands: nowhere yet, or at an index of a log since an instant. */
export type Standing = {
  readonly event: string;
  readonly sequenced?: { readonly origin: string; readonly index: number; readonly since: string };
};
export type Published = { readonly origin: string; readonly size: number; readonly root: Uint8Array; readonly note: string };
/** The text of an entry with the proof that it is in the published tree. */
export type Proven = { readonly index: number; readonly entry: string; readonly proof: readonly Uint8Array[]; readonly note: string };

type Pending = { readonly event: string; readonly at: string; readonly text: string };

/**
 * Puts an entry where the sequencer finds it, once for its event, whatever is repeated. The belt keeps the order of a record's events.
 * @throws RangeError for an entry that no log can hold
 */
export const enqueue = async (table: Table, { event, at, text }: Pending): Promise<void> => {
  if (Buffer.byteLength(text) > longestEntry) throw new RangeError('an entry of the ledger is longer than a log can hold');
  const n = event.slice(event.lastIndexOf('.') + 1).padStart(7, '0');
  const sk = `${at}#${event.slice(0, event.lastIndexOf('.'))}#${n}`;
  await table.transact([{ put: standingKey(event), if: { absent: true } }, { put: { pk: pendingPartition, sk, event, text } }]);
};

const standingOf = (event: string, item: Item): Standing => ({
  event,
  ...(item['index'] === undefined
    ? {}
    : { sequenced: { origin: item['origin'] as string, index: item['index'] as number, since: item['since'] as string } }),
});

/** Where events stand; one that discloses nothing, or was never carried on, is left out. */
export const standings = async (table: Table, events: readonly string[]): Promise<readonly Standing[]> => {
  const items = await table.get(events.map(standingKey));
  return events.flatMap((event, at) => {
    const item = items[at];
    return item ? [standingOf(event, item)] : [];
  });
};

/** The log as anyone reads it: from its public files alone. */
export const openLedger = (files: Pick<PublicFiles, 'get'>) => {
  /** What is published; undefined before the log's first entry. */
  const published = async (): Promise<Published | undefined> => {
    const found = await files.get(checkpointPath);
    if (!found) return undefined;
    const note = Buffer.from(found.body).toString();
    const { origin, size, root } = parseCheckpoint(note);
    return { origin, size, root, note };
  };
  /** The texts of entries `from` to `to` (exclusive) of the published tree of `size` entries. */
  const entries = async (from: number, to: number, size: number): Promise<readonly string[]> => {
    const texts: string[] = [];
    for (let n = Math.floor(from / tileWidth); n * tileWidth < to; n += 1) {
      const bundle = entriesOf(await readTile(files, tileAt('entries', n, size)));
      const first = n * tileWidth;
      texts.push(...bundle.slice(Math.max(0, from - first), to - first).map((entry) => Buffer.from(entry).toString()));
    }
    return texts;
  };
  return {
    published,
    entries,
    /**
     * An entry with its proof against the published checkpoint (RFC 6962 §2.1.1); undefined where that does not cover the index.
     * @throws Error where the files do not prove it
     */
    prove: async (index: number): Promise<Proven | undefined> => {
      const head = await published();
      if (!head || index >= head.size) return undefined;
      const path = inclusionPath(index, head.size).flat();
      const [[entry = ''], hashAt] = await Promise.all([entries(index, index + 1, head.size), readNodes(files, head.size, path)]);
      const proof = inclusionProof(index, head.size, hashAt);
      if (!verifyInclusion(leafHash(Buffer.from(entry)), index, head.size, proof, head.root))
        throw new Error('the published ledger does not prove its entry');
      return { index, entry, proof, note: head.note };
    },
  };
};
