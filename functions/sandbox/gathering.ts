import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Blobs } from '../../shared/blobs/blobs.ts';

/** A file whose parts have been joined, or the code of what is wrong with them. */
export type Gathered = { readonly bytes: number; readonly digest: string } | { readonly code: 'content_missing' | 'csv_too_large' };

const writeBytes = 1024 * 1024;

class Unfit extends Error {
  readonly code: 'content_missing' | 'csv_too_large';
  constructor(code: Unfit['code']) {
    super(code);
    this.code = code;
  }
}

/** Joins the parts of a file, at most `limit` bytes of it: the size and SHA-256 of the whole, or why it is none. It streams. */
export const gather = async (blobs: Blobs, keys: readonly string[], path: string, limit: number): Promise<Gathered> => {
  const hash = createHash('sha256');
  let bytes = 0;
  const inOrder = async function* (): AsyncGenerator<Uint8Array> {
    for (const key of keys) {
      const object = await blobs.get(key);
      if (!object) throw new Unfit('content_missing');
      for await (const chunk of object.body as AsyncIterable<Uint8Array>) {
        bytes += chunk.length;
        if (bytes > limit) throw new Unfit('csv_too_large');
        hash.update(chunk);
        yield chunk;
      }
    }
  };
  try {
    await pipeline(inOrder(), createWriteStream(path, { mode: 0o600, highWaterMark: writeBytes }));
  } catch (error) {
    if (error instanceof Unfit) return { code: error.code };
    throw error;
  }
  return { bytes, digest: `sha256:${hash.digest('hex')}` };
};
