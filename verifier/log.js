// @ts-check
import { decodeText, equal } from './bytes.js';
import { openCheckpoint } from './checkpoint.js';
import { readEdges, rootOf } from './edge.js';
import { Fault, within } from './fault.js';
import { parseVerifierKey } from './note.js';
import { edgesOf, fullWidth, readBundle, readTile, tilePath } from './tile.js';
import { leafHash, treeHash } from './tree.js';

/**
 * A whole log: what stands in it is believed only as far as the signed root says it.
 * @import { Bytes } from './bytes.js'
 * @import { Checkpoint, SignedCheckpoint, Trust } from './checkpoint.js'
 * @import { VerifierKey } from './note.js'
 * @import { Receipt } from './receipt.js'
 * @import { Source } from './source.js'
 * @import { Hash } from './tree.js'
 * An open log. `isKeyGiven` is false where the keys are those that the log itself offers. `tile` answers as many of a tile's hashes as the
 * checkpoint's size gives it, and `bundle` a bundle's entries: both verified up to the signed root.
 * @typedef {SignedCheckpoint & {
 *   readonly source: Source;
 *   readonly trust: Trust;
 *   readonly isKeyGiven: boolean;
 *   readonly tile: (level: number, index: number) => Promise<readonly Hash[]>;
 *   readonly bundle: (index: number) => Promise<readonly Bytes[]>;
 * }} Log
 */

const mostNoteBytes = 1_000_000;
const mostTilesHeld = 64;
const bundlesAtOnce = 8;

/**
 * The keys that a log offers in its file `verifier-keys`, one a line. Throws `key_missing` and `key_malformed`.
 * @param {Source} source
 * @returns {Promise<readonly VerifierKey[]>}
 */
export const readKeys = async (source) => {
  const path = 'verifier-keys';
  const bytes = await source.get(path, mostNoteBytes);
  if (!bytes) throw new Fault('key_missing', { path });
  const text = decodeText(bytes);
  if (!text?.endsWith('\n')) throw new Fault('key_malformed', { path });
  return Promise.all(text.slice(0, -1).split('\n').map(parseVerifierKey));
};

/**
 * Tiles that are verified on their way down from the edge: a full tile's root stands in the tile above it.
 * @param {Source} source @param {Checkpoint} checkpoint
 * @returns {Promise<Log['tile']>}
 */
const openTiles = async (source, { size, root }) => {
  const edges = await readEdges(source, size, root);
  /** @type {Map<string, Promise<readonly Hash[]>>} */
  const held = new Map();
  /** @param {number} level @param {number} index @param {string} path */
  const descend = async (level, index, path) => {
    const above = await tile(level + 1, Math.floor(index / fullWidth));
    const hashes = await readTile(source, level, index, fullWidth);
    if (!equal(await treeHash(hashes), above[index % fullWidth] ?? new Uint8Array())) throw new Fault('tile_tampered', { path });
    return hashes;
  };
  /** @type {Log['tile']} */
  const tile = async (level, index) => {
    const edge = edges.find((one) => one.level === level && one.index === index);
    if (edge) return edge.hashes;
    if ((index + 1) * fullWidth ** (level + 1) > size) throw new RangeError('a tile beyond the size of the log');
    const path = tilePath(level, index);
    const known = held.get(path) ?? descend(level, index, path);
    held.set(path, known);
    const [oldest] = held.keys();
    if (held.size > mostTilesHeld && oldest !== undefined) held.delete(oldest);
    return known;
  };
  return tile;
};

/**
 * Opens a log: reads and verifies its checkpoint and the edge of its tree. Without keys it takes those that the log offers, which is trust on
 * first use. Throws `checkpoint_missing` and what `readKeys`, `openCheckpoint` and `readEdges` do.
 * @param {Source} source @param {Partial<Trust>} [trust]
 * @returns {Promise<Log>}
 */
export const openLog = async (source, { keys, witnesses = [] } = {}) => {
  const bytes = await source.get('checkpoint', mostNoteBytes);
  if (!bytes) throw new Fault('checkpoint_missing', { path: 'checkpoint' });
  const trust = { keys: keys ?? (await readKeys(source)), witnesses };
  const signed = await within('checkpoint', openCheckpoint(bytes, trust));
  const { size } = signed.checkpoint;
  const tile = await openTiles(source, signed.checkpoint);
  /** @type {Log['bundle']} */
  const bundle = async (index) => {
    const hashes = await tile(0, index);
    const { path, entries } = await readBundle(source, index, Math.min(fullWidth, size - index * fullWidth));
    const leaves = await Promise.all(entries.map(leafHash));
    const wrong = leaves.findIndex((leaf, nth) => !equal(leaf, hashes[nth] ?? new Uint8Array()));
    if (wrong >= 0) throw new Fault('entry_tampered', { path, index: index * fullWidth + wrong });
    return entries;
  };
  return { ...signed, source, trust, isKeyGiven: keys !== undefined, tile, bundle };
};

/**
 * Verifies every tile and every entry of a log, some bundles at a time. `seen` hears of the entries in their order, once they are verified.
 * Throws the first fault in the log's order.
 * @param {Log} log @param {(entries: readonly Bytes[], firstIndex: number) => void | Promise<void>} [seen]
 */
export const verifyEntries = async ({ checkpoint: { size }, bundle }, seen) => {
  const bundles = Math.ceil(size / fullWidth);
  for (let first = 0; first < bundles; first += bundlesAtOnce) {
    const count = Math.min(bundlesAtOnce, bundles - first);
    const results = await Promise.allSettled(Array.from({ length: count }, (_, nth) => bundle(first + nth)));
    for (const [nth, result] of results.entries()) {
      if (result.status === 'rejected') throw result.reason;
      await seen?.(result.value, (first + nth) * fullWidth);
    }
  }
};

/**
 * The root of a log when it had `size` entries, from its verified tiles. Throws a RangeError beyond its present size.
 * @param {Log} log @param {number} size
 */
export const rootAt = async ({ tile }, size) => {
  const edges = edgesOf(size).map(async (edge) => ({ ...edge, hashes: (await tile(edge.level, edge.index)).slice(0, edge.width) }));
  return rootOf(await Promise.all(edges));
};

/** @param {Log} log @param {Checkpoint} earlier @param {string} path */
const continues = async (log, { size, root }, path) => {
  const now = log.checkpoint.size;
  if (size > now) throw new Fault('rollback', { path, detail: `${size} entries then, ${now} now` });
  if (!equal(await rootAt(log, size), root)) throw new Fault('fork', { path, detail: `${size} entries then, ${now} now` });
};

/**
 * Verifies that a log continues an earlier checkpoint of it, which must be signed by a key of the log too. Throws what `openCheckpoint` does,
 * `rollback` and `fork`.
 * @param {Log} log @param {Bytes} bytes of the earlier checkpoint
 * @returns {Promise<Checkpoint>}
 */
export const verifySince = async (log, bytes) => {
  const { checkpoint } = await within('since', openCheckpoint(bytes, log.trust));
  await continues(log, checkpoint, 'since');
  return checkpoint;
};

/**
 * Verifies that a log still holds what a verified receipt says. Throws `origin_mismatch`, `rollback`, `fork` and `not_included`.
 * @param {Log} log @param {SignedCheckpoint & { readonly receipt: Receipt }} verified as `verifyReceipt` answered it
 */
export const verifyReceiptInLog = async (log, { checkpoint, receipt }) => {
  if (checkpoint.origin !== log.checkpoint.origin) throw new Fault('origin_mismatch', { path: 'receipt', detail: checkpoint.origin });
  await continues(log, checkpoint, 'receipt');
  const { index } = receipt.proof;
  const leaves = await log.tile(0, Math.floor(index / fullWidth));
  if (!equal(leaves[index % fullWidth] ?? new Uint8Array(), receipt.leaf)) throw new Fault('not_included', { index });
};
