// @ts-check
import { Fault } from './fault.js';

/**
 * Tiles and entry bundles: how a log is laid out in files. C2SP tlog-tiles.
 * @import { Bytes } from './bytes.js'
 * @import { Source } from './source.js'
 * @import { Hash } from './tree.js'
 * A level of the tree, or the entries themselves.
 * @typedef {number | 'entries'} Level
 * A tile at the right edge of a tree that is not full.
 * @typedef {{ readonly level: number; readonly index: number; readonly width: number }} Edge
 */

/** How many hashes a full tile has, and how many entries a full bundle. */
export const fullWidth = 256;
const hashLength = 32;
const mostBundleBytes = fullWidth * (2 + 65_535);

/**
 * The path of a tile, such as `tile/1/x001/x234/067.p/8`.
 * @param {Level} level @param {number} index @param {number} [width] of a partial tile, 1 to 255
 */
export const tilePath = (level, index, width = fullWidth) => {
  const digits = String(index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/.../g) ?? [];
  const path = `tile/${level}/${groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/')}`;
  return width === fullWidth ? path : `${path}.p/${width}`;
};

/** The partial tiles of a tree, from level 0 upwards: ⌊size / 256^level⌋ mod 256 wide where that is not 0. @param {number} size @returns {readonly Edge[]} */
export const edgesOf = (size) => {
  /** @type {Edge[]} */
  const edges = [];
  for (let level = 0, hashes = size; hashes > 0; level += 1, hashes = Math.floor(hashes / fullWidth))
    if (hashes % fullWidth > 0) edges.push({ level, index: Math.floor(hashes / fullWidth), width: hashes % fullWidth });
  return edges;
};

/** A file of the log as it was found: what was sought may have been found as the beginning of the full one. @typedef {{ readonly path: string; readonly bytes: Bytes; readonly width: number }} Found */

/**
 * Reads a tile or bundle. A log may drop a partial one once the full one is there, so the full one is tried next. Throws `tile_missing`.
 * @param {Source} source @param {Level} level @param {number} index @param {number} width
 * @returns {Promise<Found>}
 */
const find = async (source, level, index, width) => {
  const most = level === 'entries' ? mostBundleBytes : fullWidth * hashLength;
  for (const candidate of new Set([width, fullWidth])) {
    const path = tilePath(level, index, candidate);
    // One byte more than there may be, so that trailing bytes are seen.
    const bytes = await source.get(path, most + 1);
    if (bytes) return { path, bytes, width: candidate };
  }
  throw new Fault('tile_missing', { path: tilePath(level, index, width) });
};

/**
 * The first `width` hashes of a tile; nothing but its length is checked. Throws `tile_missing` and `tile_malformed`.
 * @param {Source} source @param {number} level @param {number} index @param {number} width
 * @returns {Promise<readonly Hash[]>}
 */
export const readTile = async (source, level, index, width) => {
  const { path, bytes, width: found } = await find(source, level, index, width);
  if (bytes.length !== found * hashLength)
    throw new Fault('tile_malformed', { path, detail: `${bytes.length} bytes, not ${found * hashLength}` });
  return Array.from({ length: width }, (_, at) => bytes.subarray(at * hashLength, (at + 1) * hashLength));
};

/**
 * Parts a bundle into its entries, each behind its length in two bytes, big-endian. Throws `bundle_malformed` unless it holds exactly
 * `width` of them.
 * @param {Bytes} bytes @param {number} width @param {string} path for the fault
 * @returns {readonly Bytes[]}
 */
export const splitBundle = (bytes, width, path) => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  /** @type {Bytes[]} */
  const entries = [];
  let at = 0;
  while (at < bytes.length && entries.length < width) {
    const start = at + 2;
    const end = start <= bytes.length ? start + view.getUint16(at) : Infinity;
    if (end > bytes.length) throw new Fault('bundle_malformed', { path, detail: `ends within entry ${entries.length} of the bundle` });
    entries.push(bytes.subarray(start, end));
    at = end;
  }
  if (entries.length < width) throw new Fault('bundle_malformed', { path, detail: `${entries.length} entries, not ${width}` });
  if (at < bytes.length) throw new Fault('bundle_malformed', { path, detail: `${bytes.length - at} bytes after the last entry` });
  return entries;
};

/**
 * The first `width` entries of a bundle, and the path it was found at. They are not verified. Throws `tile_missing` and `bundle_malformed`.
 * @param {Source} source @param {number} index @param {number} width
 * @returns {Promise<{ readonly path: string; readonly entries: readonly Bytes[] }>}
 */
export const readBundle = async (source, index, width) => {
  const { path, bytes, width: found } = await find(source, 'entries', index, width);
  return { path, entries: splitBundle(bytes, found, path).slice(0, width) };
};
