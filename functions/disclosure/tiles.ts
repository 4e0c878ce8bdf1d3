import type { PublicFiles } from '../../shared/blobs/public-files.ts';
import { append, emptyFrontier, leafHash, root, type Frontier, type Hash, type Node } from './merkle.ts';

/** Hashes, or entries, in a full tile. C2SP tlog-tiles. */
export const tileWidth = 256;
const levels = 8;
const hashSize = 32;

/** A tile of hashes at a level of tiles, or a bundle of entries: the n-th, full unless it says its width. */
export type Tile = { readonly level: number | 'entries'; readonly n: number; readonly width: number };

/** Where a tile is served: `tile/<L>/<N>[.p/<W>]`, N in groups of three digits, all but the last behind an x. C2SP tlog-tiles. */
export const tilePath = ({ level, n, width }: Tile): string => {
  const digits = String(n).padStart(Math.ceil(String(n).length / 3) * 3, '0');
  const groups = digits.match(/\d{3}/g) ?? [];
  const path = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/');
  return `tile/${level}/${path}${width < tileWidth ? `.p/${width}` : ''}`;
};

/** How many hashes a level of tiles holds in a tree of `size` leaves. */
const countAt = (level: number | 'entries', size: number): number => (level === 'entries' ? size : Math.floor(size / tileWidth ** level));
/** The n-th tile of a level as the tree of `size` leaves has it. */
export const tileAt = (level: number | 'entries', n: number, size: number): Tile => ({
  level,
  n,
  width: Math.min(tileWidth, countAt(level, size) - n * tileWidth),
});

/** The right edge of a tree: what is in its tiles that are not full yet, and so all that appending to it needs. */
export type Edge = {
  readonly size: number;
  /** By level of tiles. */
  readonly hashes: readonly (readonly Hash[])[];
  readonly entries: readonly Uint8Array[];
};
export const emptyEdge: Edge = { size: 0, hashes: [], entries: [] };

/** The tiles at the edge of a tree, those of no width left out. */
const edgeTiles = (size: number): readonly Tile[] => {
  const tiles: Tile[] = [];
  const add = (level: number | 'entries'): void => {
    const count = countAt(level, size);
    if (count % tileWidth > 0) tiles.push(tileAt(level, Math.floor(count / tileWidth), size));
  };
  add('entries');
  for (let level = 0; countAt(level, size) > 0; level += 1) add(level);
  return tiles;
};

/** The hashes of a tile. @throws Error where the bytes are no whole number of hashes */
export const hashesOf = (bytes: Uint8Array): readonly Hash[] => {
  if (bytes.length % hashSize !== 0) throw new Error('a tile of the ledger is no whole number of hashes');
  return Array.from({ length: bytes.length / hashSize }, (_, at) => bytes.subarray(at * hashSize, (at + 1) * hashSize));
};
/** The entries of a bundle, each behind its length in two bytes. @throws Error where the bytes do not end with an entry */
export const entriesOf = (bytes: Uint8Array): readonly Uint8Array[] => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = at + 2 <= bytes.length ? at + 2 + view.getUint16(at) : Infinity;
    if (end > bytes.length) throw new Error('a bundle of the ledger does not end with an entry');
    entries.push(bytes.subarray(at + 2, end));
    at = end;
  }
  return entries;
};
const bundleOf = (entries: readonly Uint8Array[]): Uint8Array =>
  Buffer.concat(entries.flatMap((entry) => [Uint8Array.of(entry.length >> 8, entry.length & 255), entry]));

const treeOf = (leaves: readonly Hash[]): Frontier => append(emptyFrontier, leaves);
/** The complete subtrees of a tree, from its edge: each hash at a level of tiles stands for 256^level leaves. */
const frontierOf = ({ size, hashes }: Edge): Frontier => ({
  size,
  peaks: hashes.toReversed().flatMap((level) => treeOf(level).peaks),
});

export type Batch = { readonly tiles: ReadonlyMap<string, Uint8Array>; readonly edge: Edge; readonly root: Hash };

type Grown = { readonly tiles: Map<string, Uint8Array>; readonly edge: Edge; readonly leaves: readonly Hash[] };
/**
 * The bundles that entries fill, and what is left for the next. The hashes of the entries are taken from the bytes of the bundles, also of those
 * that were there.
 */
const bundle = (old: Edge, added: readonly Uint8Array[], tiles: Map<string, Uint8Array>): Pick<Grown, 'leaves'> & Pick<Edge, 'entries'> => {
  const size = old.size + added.length;
  const all = [...old.entries, ...added];
  const first = Math.floor(old.size / tileWidth);
  const leaves: Hash[] = [];
  for (let n = first; n * tileWidth < size; n += 1) {
    const from = (n - first) * tileWidth;
    const bytes = bundleOf(all.slice(from, from + tileWidth));
    tiles.set(tilePath(tileAt('entries', n, size)), bytes);
    const hashed = entriesOf(bytes).map(leafHash);
    const known = n === first ? (old.hashes[0] ?? []) : [];
    if (Buffer.compare(Buffer.concat([...known]), Buffer.concat(hashed.slice(0, known.length))) !== 0)
      throw new Error('a tile of the ledger does not hash its entries');
    leaves.push(...hashed.slice(known.length));
  }
  return { leaves, entries: all.slice((Math.floor(size / tileWidth) - first) * tileWidth) };
};
/** The tiles that entries add to a tree: every tile that became full, and what the edge is then, in partial tiles. */
const grow = (old: Edge, added: readonly Uint8Array[]): Grown => {
  const tiles = new Map<string, Uint8Array>();
  const { leaves, entries } = bundle(old, added, tiles);
  const hashes = old.hashes.map((level) => [...level]);
  const touched = new Set<number>();
  let size = old.size;
  const put = (level: number, bytes: Uint8Array): void => {
    const n = Math.ceil(countAt(level, size) / tileWidth) - 1;
    tiles.set(tilePath(tileAt(level, n, size)), bytes);
  };
  const push = (level: number, hash: Hash): void => {
    const tile = (hashes[level] ??= []);
    tile.push(hash);
    touched.add(level);
    if (tile.length < tileWidth) return;
    put(level, Buffer.concat(tile));
    hashes[level] = [];
    push(level + 1, root(treeOf(tile)));
  };
  for (const leaf of leaves) {
    size += 1;
    push(0, leaf);
  }
  for (const [level, tile] of hashes.entries()) if (tile.length > 0 && touched.has(level)) put(level, Buffer.concat(tile));
  return { tiles, edge: { size, hashes, entries }, leaves };
};

/** What the edge of the tree of `size` leaves is by the bytes of tiles; of a later tree's too, for each tile holds those before it. */
const edgeIn = (size: number, later: number, bytesOf: (tile: Tile) => Uint8Array): Edge => {
  const hashes: (readonly Hash[])[] = [];
  let entries: readonly Uint8Array[] = [];
  for (const { level, n, width } of edgeTiles(size)) {
    const bytes = bytesOf(tileAt(level, n, later));
    if (level === 'entries') entries = entriesOf(bytes).slice(0, width);
    else hashes[level] = hashesOf(bytes).slice(0, width);
  }
  return { size, hashes: Array.from(hashes, (level) => level ?? []), entries };
};

/**
 * Appends entries to the tree at `edge`, whose root is `oldRoot`, and makes the tiles. What they hold is then asked of their bytes: of the old
 * tree, that it is the one that was committed (RFC 6962 §2.1.2), and of the new one, that it is what its entries hash to.
 * @throws Error where the edge is not that of `oldRoot`, or the bytes do not give the tree
 */
export const extend = (edge: Edge, oldRoot: Hash, added: readonly Uint8Array[]): Batch => {
  const { tiles, edge: next, leaves } = grow(edge, added);
  const before = (tile: Tile): Uint8Array =>
    tiles.get(tilePath(tile)) ?? (tile.level === 'entries' ? bundleOf(edge.entries) : Buffer.concat([...(edge.hashes[tile.level] ?? [])]));
  const old = frontierOf(edgeIn(edge.size, next.size, before));
  if (Buffer.compare(root(old), oldRoot) !== 0) throw new Error('the tiles of the ledger do not hold the tree that they extend');
  const newRoot = root(append(old, leaves));
  if (Buffer.compare(root(frontierOf(edgeIn(next.size, next.size, before))), newRoot) !== 0)
    throw new Error('the tiles of the ledger do not give its root');
  return { tiles, edge: next, root: newRoot };
};

/** A tile of a published tree; where a partial one was removed, the full one that holds it. @throws Error where neither is there */
export const readTile = async (files: Pick<PublicFiles, 'get'>, tile: Tile): Promise<Uint8Array> => {
  const found = (await files.get(tilePath(tile))) ?? (await files.get(tilePath({ ...tile, width: tileWidth })));
  if (!found) throw new Error(`${tilePath(tile)} of the ledger is missing`);
  return found.body;
};
/** The edge of a published tree. @throws Error where a tile is missing */
export const readEdge = async (files: Pick<PublicFiles, 'get'>, size: number): Promise<Edge> => {
  const read = await Promise.all(edgeTiles(size).map(async (tile) => [tilePath(tile), await readTile(files, tile)] as const));
  const bytes = new Map(read);
  return edgeIn(size, size, (tile) => bytes.get(tilePath(tile)) ?? new Uint8Array());
};

/** Reads complete subtrees of a published tree of `size` leaves, and answers their hashes by node. */
export const readNodes = async (files: Pick<PublicFiles, 'get'>, size: number, nodes: readonly Node[]): Promise<(node: Node) => Hash> => {
  const placeOf = ({ level, index }: Node) => {
    const [tileLevel, spread] = [Math.floor(level / levels), 2 ** (level % levels)];
    const first = index * spread;
    return { tile: tileAt(tileLevel, Math.floor(first / tileWidth), size), from: first % tileWidth, to: (first % tileWidth) + spread };
  };
  const wanted = new Map(nodes.map((node) => placeOf(node).tile).map((tile) => [tilePath(tile), tile]));
  const read = await Promise.all([...wanted].map(async ([path, tile]) => [path, hashesOf(await readTile(files, tile))] as const));
  const tiles = new Map(read);
  return (node) => {
    const { tile, from, to } = placeOf(node);
    return root(treeOf((tiles.get(tilePath(tile)) ?? []).slice(from, to)));
  };
};
