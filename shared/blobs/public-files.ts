/**
 * The port of public files: small files under their own names that anyone may read as they are, in a folder or a bucket that is served to
 * the public. The ledger's tiles and checkpoint are such files.
 *
 * The contract, which one suite checks on every adapter over its real wire:
 *
 * - **Paths** match `[a-z0-9][a-z0-9._-]*` in segments joined by `/`. The file is stored under just that name. Anything else throws a
 *   `TypeError` before a byte is written.
 * - **`get`** answers undefined where nothing is stored, and nothing else means that: any other failure throws. `tag` names this content of
 *   this path.
 * - **`create`** (If-None-Match: *) stores the whole file durably or nothing; false where the path is taken, whatever lies there.
 * - **`replace`** (If-Match) stores only over the content that `tag` names, or over nothing where `tag` is undefined; else false. Of racing
 *   replacements over one tag exactly one wins.
 * - **`list`** answers paths under a prefix in byte order, at most 1,000 a page, exclusive of `after`.
 * - **`remove`** is idempotent.
 */
export interface PublicFiles {
  get(path: string): Promise<{ readonly body: Uint8Array; readonly tag: string } | undefined>;
  create(path: string, body: Uint8Array): Promise<boolean>;
  replace(path: string, body: Uint8Array, tag: string | undefined): Promise<boolean>;
  list(prefix: string, after?: string): Promise<readonly string[]>;
  remove(path: string): Promise<void>;
  close(): Promise<void>;
}

const segment = /^[a-z0-9][a-z0-9._-]*$/;
/** Refuses a path that an adapter could not lay out safely. @throws TypeError */
export const checkPath = (path: string): string => {
  if (path.length > 200 || !path.split('/').every((part) => segment.test(part))) throw new TypeError('not a path of a public file');
  return path;
};
/** What readers may keep: a tile never changes, anything else may at any moment. C2SP tlog-tiles. */
export const headersOf = (path: string): { readonly contentType: string; readonly cacheControl: string } =>
  path.includes('tile/')
    ? { contentType: 'application/octet-stream', cacheControl: 'public, max-age=31536000, immutable' }
    : { contentType: 'text/plain; charset=utf-8', cacheControl: 'public, max-age=1, must-revalidate' };
