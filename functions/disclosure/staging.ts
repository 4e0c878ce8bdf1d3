import { buffer } from 'node:stream/consumers';
import { Exists, type Blobs } from '../../shared/blobs/blobs.ts';

/** A pending row and the event that it is of. */
export type Row = { readonly sk: string; readonly event: string };
/** A batch as it is kept from before its commit until it is applied. */
export type Staged = {
  readonly tiles: ReadonlyMap<string, Uint8Array>;
  /** Of the entries at the end of the batch; those before them come from no row. */
  readonly rows: readonly Row[];
  /** Whether its first entry announces other keys than the log had. */
  readonly announces: boolean;
};

type Header = Omit<Staged, 'tiles'> & { readonly tiles: readonly (readonly [path: string, bytes: number])[] };
const lineEnd = 10;
const prefix = 'staging/';
/** The number of the lock before it tells apart batches that come to the same tree by other steps. */
export const stagingKey = (n: number, size: number, root: string): string => `${prefix}${n}-${size}-${root}`;
const numberOf = (key: string): number => Number(key.slice(prefix.length, key.indexOf('-', prefix.length)));

/** A line of JSON that says what follows, and the tiles as they are. */
const encode = ({ tiles, ...told }: Staged): Uint8Array => {
  const header: Header = { ...told, tiles: [...tiles].map(([path, bytes]) => [path, bytes.length] as const) };
  return Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), ...tiles.values()]);
};
const decode = (bytes: Buffer): Staged => {
  let at = bytes.indexOf(lineEnd) + 1;
  const { tiles, ...told } = JSON.parse(bytes.toString('utf8', 0, at)) as Header;
  const cut = tiles.map(([path, length]) => {
    at += length;
    return [path, bytes.subarray(at - length, at)] as const;
  });
  return { ...told, tiles: new Map(cut) };
};

/** Where batches lie between their commit and their end, under keys that tell apart any two. */
export const openStaging = (blobs: Blobs) => ({
  put: async (key: string, staged: Staged): Promise<void> => {
    try {
      await blobs.put(key, encode(staged), { once: true });
    } catch (error) {
      if (!(error instanceof Exists)) throw error; // the same entries after the same lock: the same batch
    }
  },
  get: async (key: string): Promise<Staged | undefined> => {
    const object = await blobs.get(key);
    return object && decode(await buffer(object.body));
  },
  remove: async (key: string): Promise<void> => blobs.remove(key),
  /** Removes what was staged for locks before the `n`-th: nobody will ask for it. */
  sweep: async (n: number): Promise<number> => {
    const old = (await blobs.list(prefix)).filter((key) => numberOf(key) < n);
    for (const key of old) await blobs.remove(key);
    return old.length;
  },
});
