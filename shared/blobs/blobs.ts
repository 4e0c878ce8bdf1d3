import type { Readable } from 'node:stream';

/**
 * The blob port: immutable objects under slash-separated keys, on S3 or in files.
 *
 * The contract, which one suite checks on every adapter over its real wire:
 *
 * - **Keys** match `[a-z0-9][a-z0-9._-]*` in segments joined by `/`, at most 512 bytes. No key is a folder of another. Anything else
 *   throws a `TypeError` before a byte is written.
 * - **`put`** stores a whole object or nothing: until it has answered no reader sees the key, and when it has, the object survives a
 *   SIGKILL. It streams: memory does not grow with the object. It answers the size in bytes and the digest (`sha256:` and 64 hex digits).
 *   Past `limit` bytes it stops, stores nothing and throws `TooLarge`. With `once`, it throws `Exists` where the key is already taken: of
 *   100 racing writers exactly one wins.
 * - **`get`** answers undefined where nothing is stored, and nothing else means that: any other failure throws.
 * - **`list`** answers keys under a prefix in byte order, at most 1,000 a page, exclusive of `after`.
 * - **`remove`** is idempotent.
 */
export type Stat = { readonly size: number; readonly digest: string };

export interface Blobs {
  put(
    key: string,
    body: Readable | Uint8Array,
    options?: { readonly once?: boolean; readonly limit?: number; readonly contentType?: string },
  ): Promise<Stat>;
  get(key: string): Promise<{ readonly body: Readable; readonly size: number } | undefined>;
  list(prefix: string, after?: string): Promise<readonly string[]>;
  remove(key: string): Promise<void>;
  close(): Promise<void>;
}

export class Exists extends Error {
  override readonly name = 'Exists';
}
export class TooLarge extends Error {
  override readonly name = 'TooLarge';
}

const segment = /^[a-z0-9][a-z0-9._-]*$/;

/** Refuses a key that an adapter could not lay out safely. @throws TypeError */
export const checkKey = (key: string): string => {
  if (key.length > 512 || !key.split('/').every((part) => segment.test(part))) throw new TypeError('not a blob key');
  return key;
};
