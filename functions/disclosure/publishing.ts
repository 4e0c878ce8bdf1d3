import type { PublicFiles } from '../../shared/blobs/public-files.ts';
import { parseCheckpoint } from './note.ts';

export const checkpointPath = 'checkpoint';
/** The keys that sign the log now, one a line, the newest last. */
export const verifierKeysPath = 'verifier-keys';

/** What is public is not what is committed: nothing may be signed any more until a person has found out why. */
export class LedgerForked extends Error {
  override readonly name = 'LedgerForked';
}

const sameBytes = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0;

/** How large the tree is that is public, and what names its checkpoint. */
export type Published = { readonly size: number; readonly tag?: string };

/** Makes a committed tree public. Doing it twice, late, or beside another is doing it once. */
export const openPublishing = (files: PublicFiles) => {
  const published = async (): Promise<Published> => {
    const found = await files.get(checkpointPath);
    return found ? { size: parseCheckpoint(Buffer.from(found.body).toString()).size, tag: found.tag } : { size: 0 };
  };
  return {
    published,
    /** A tile never changes: one that is there already is the same, to the byte. @throws LedgerForked */
    putTile: async (path: string, bytes: Uint8Array): Promise<void> => {
      if (await files.create(path, bytes)) return;
      const found = await files.get(path);
      if (!found || !sameBytes(found.body, bytes)) throw new LedgerForked(`${path} of the ledger is already there and differs`);
    },
    /** Over a smaller checkpoint only, and only over the one that was looked at. */
    putCheckpoint: async (size: number, note: string, seen?: Published): Promise<void> => {
      for (let now = seen ?? (await published()); now.size < size; now = await published())
        if (await files.replace(checkpointPath, Buffer.from(note), now.tag)) return;
    },
    /** The keys of the tree that is public now; of an older one it says nothing. */
    putKeys: async (size: number, keys: readonly string[]): Promise<void> => {
      const body = Buffer.from(keys.map((key) => `${key}\n`).join(''));
      const found = await files.get(verifierKeysPath);
      if (found && sameBytes(found.body, body)) return;
      if ((await published()).size === size) await files.replace(verifierKeysPath, body, found?.tag);
    },
  };
};
