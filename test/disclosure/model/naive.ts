import { hash } from 'node:crypto';

/** RFC 6962 §2.1 and C2SP tlog-tiles once more, as their texts define them and as slow as that is; it shares no code with what it judges. */

const sha = (...parts: readonly Uint8Array[]): Buffer => hash('sha256', Buffer.concat(parts), 'buffer');
/** The hash of a leaf. §2.1. */
export const leafOf = (entry: Uint8Array): Buffer => sha(Buffer.of(0), entry);
const nodeOf = (left: Buffer, right: Buffer): Buffer => sha(Buffer.of(1), left, right);

/** k: the largest power of two smaller than n. */
const cut = (n: number): number => {
  let k = 1;
  while (2 * k < n) k *= 2;
  return k;
};
const most = 2 ** 26;

/** A tree over hashes of leaves. Each subtree is hashed once and remembered; nothing else is clever. */
export const naiveTree = (leaves: readonly Buffer[]) => {
  const known = new Map<number, Buffer>();
  /** MTH(D[from:to]). */
  const mth = (from: number, to: number): Buffer => {
    if (from === to) return sha();
    if (to - from === 1) return leaves[from] ?? Buffer.alloc(0);
    const name = from * most + to;
    const found = known.get(name);
    if (found) return found;
    const k = cut(to - from);
    const made = nodeOf(mth(from, from + k), mth(from + k, to));
    known.set(name, made);
    return made;
  };
  /** PATH(m, D[from:to]), m counted from the tree's beginning. */
  const path = (m: number, from: number, to: number): readonly Buffer[] => {
    if (to - from === 1) return [];
    const half = from + cut(to - from);
    return m < half ? [...path(m, from, half), mth(half, to)] : [...path(m, half, to), mth(from, half)];
  };
  /** SUBPROOF(m, D[from:to], whole). */
  const subproof = (m: number, from: number, to: number, whole: boolean): readonly Buffer[] => {
    if (m === to) return whole ? [] : [mth(from, to)];
    const half = from + cut(to - from);
    return m <= half ? [...subproof(m, from, half, whole), mth(half, to)] : [...subproof(m, half, to, false), mth(from, half)];
  };
  return {
    mth,
    root: (size: number): Buffer => mth(0, size),
    inclusion: (index: number, size: number): readonly Buffer[] => path(index, 0, size),
    /** PROOF(m, D[n]) = SUBPROOF(m, D[n], true). */
    consistency: (oldSize: number, size: number): readonly Buffer[] => subproof(oldSize, 0, size, true),
  };
};

const width = 256;
const grouped = (n: number): string => {
  const last = String(n % 1000).padStart(3, '0');
  return n < 1000 ? last : `${grouped(Math.floor(n / 1000)).replace(/(\d{3})$/, 'x$1')}/${last}`;
};
/** `tile/<L>/<N>[.p/<W>]`. */
export const naivePath = (level: number | 'entries', n: number, wide: number): string =>
  `tile/${level}/${grouped(n)}${wide === width ? '' : `.p/${wide}`}`;

export type ExpectedTile = { readonly level: number | 'entries'; readonly n: number; readonly wide: number };
/** Every tile that a tree of `size` leaves has: full ones, and at most one partial at the end of each level. */
export const tilesOf = (size: number): readonly ExpectedTile[] => {
  const tiles: ExpectedTile[] = [];
  const add = (level: number | 'entries', count: number): void => {
    for (let n = 0; n * width < count; n += 1) tiles.push({ level, n, wide: Math.min(width, count - n * width) });
  };
  add('entries', size);
  for (let level = 0, count = size; count > 0; level += 1, count = Math.floor(count / width)) add(level, count);
  return tiles;
};
/** What a hash tile holds: MTH(D[(256n+i)·256^l : (256n+i+1)·256^l]) for each i. */
export const hashesIn = ({ mth }: ReturnType<typeof naiveTree>, level: number, n: number, wide: number): Buffer => {
  const spread = width ** level;
  return Buffer.concat(Array.from({ length: wide }, (_, i) => mth((width * n + i) * spread, (width * n + i + 1) * spread)));
};
/** uint16be length ‖ entry, again and again. */
export const bundled = (entries: readonly Uint8Array[]): Buffer =>
  Buffer.concat(
    entries.flatMap((entry) => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(entry.length);
      return [length, entry];
    }),
  );
const unbundled = (bytes: Buffer): readonly Buffer[] => {
  const entries: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = at + 2 + bytes.readUInt16BE(at);
    if (end > bytes.length) throw new Error('a bundle ends within an entry');
    entries.push(bytes.subarray(at + 2, end));
    at = end;
  }
  return entries;
};

export type Read = (path: string) => Uint8Array | undefined;
/** Reads a whole published tree from its files, and says where they do not give its root. */
export const readTree = (
  read: Read,
  size: number,
  root: Uint8Array,
): { readonly entries: readonly string[]; readonly problems: readonly string[]; readonly tree: ReturnType<typeof naiveTree> } => {
  const problems: string[] = [];
  const bytesOf = (level: number | 'entries', n: number, wide: number): Buffer => {
    const found = read(naivePath(level, n, wide)) ?? read(naivePath(level, n, width));
    if (!found) problems.push(`${naivePath(level, n, wide)} of the tree of ${size} is missing`);
    return Buffer.from(found ?? []);
  };
  const tiles = tilesOf(size);
  const entries = tiles.flatMap(({ level, n, wide }) => (level === 'entries' ? unbundled(bytesOf(level, n, wide)).slice(0, wide) : []));
  const tree = naiveTree(entries.map(leafOf));
  if (entries.length !== size) problems.push(`the tree of ${size} has ${entries.length} entries`);
  else if (!tree.root(size).equals(root)) problems.push(`the entries of the tree of ${size} do not give its root`);
  else
    for (const { level, n, wide } of tiles)
      if (level !== 'entries' && !hashesIn(tree, level, n, wide).equals(bytesOf(level, n, wide).subarray(0, wide * 32)))
        problems.push(`${naivePath(level, n, wide)} of the tree of ${size} is wrong`);
  return { entries: entries.map(String), problems, tree };
};
/** The three lines of a checkpoint, as a reader takes them apart. */
export const checkpointLines = (note: string): { readonly origin: string; readonly size: number; readonly root: Buffer } => {
  const [origin = '', size = '', root = ''] = note.split('\n');
  return { origin, size: Number(size), root: Buffer.from(root, 'base64') };
};
