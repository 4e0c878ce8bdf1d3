import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { type Stat, TooLarge } from './blobs.ts';

/**
 * Counts and digests a body while it passes: `bytes` is what an adapter stores, `stat` says afterwards what has passed.
 * `bytes` throws `TooLarge` with the first chunk that exceeds `limit` (bytes), and whatever the body throws.
 */
export const measured = (
  body: Readable | Uint8Array,
  limit = Number.POSITIVE_INFINITY,
): { readonly bytes: AsyncIterable<Uint8Array>; readonly stat: () => Stat } => {
  const hash = createHash('sha256');
  let size = 0;
  const pass = async function* (): AsyncGenerator<Uint8Array> {
    const chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array | string> = ArrayBuffer.isView(body) ? [body] : body;
    for await (const chunk of chunks) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      size += bytes.length;
      if (size > limit) throw new TooLarge();
      if (bytes.length === 0) continue;
      hash.update(bytes);
      yield bytes;
    }
  };
  return { bytes: pass(), stat: () => ({ size, digest: `sha256:${hash.digest('hex')}` }) };
};

/**
 * Ends the name under which a key is stored. It sorts before every character of a key, so that stored names keep the keys' byte order, and
 * no key has it, so that a key (`a!`) can never be a folder of another (`a/b!`) on an engine that takes slashes for folders.
 */
export const end = '!';
