import { describe, expect, it } from '@jest/globals';
import { emptyRoot, type Hash } from '../../functions/disclosure/merkle.ts';
import {
  emptyEdge,
  entriesOf,
  extend,
  hashesOf,
  readEdge,
  readNodes,
  readTile,
  tileAt,
  tilePath,
  type Batch,
  type Edge,
} from '../../functions/disclosure/tiles.ts';
import { randomFrom } from '../soak/report.ts';
import { bundled, hashesIn, leafOf, naivePath, naiveTree, tilesOf, type ExpectedTile } from './model/naive.ts';

const entryOf = (n: number): Buffer => Buffer.from(`entry ${n}`);
const entriesFrom = (from: number, to: number): readonly Buffer[] => Array.from({ length: to - from }, (_, at) => entryOf(from + at));

/** A log whose tiles are kept by their paths, as they would be published, and the definition's tree over the same entries. */
const most = 256 ** 2 + 700;
const naive = naiveTree(entriesFrom(0, most).map(leafOf));
const openLog = () => {
  const stored = new Map<string, Uint8Array>();
  const problems: string[] = [];
  const files = {
    get: async (path: string) => {
      const body = stored.get(path);
      return body && { body, tag: '' };
    },
  };
  const expected = ({ level, n, wide }: ExpectedTile): Buffer =>
    level === 'entries' ? bundled(entriesFrom(n * 256, n * 256 + wide)) : hashesIn(naive, level, n, wide);
  let batch: Batch = { tiles: new Map(), edge: emptyEdge, root: emptyRoot };
  return {
    stored,
    files,
    problems,
    batch: (): Batch => batch,
    /** Grows to a size; what comes of it must be the new tree's tiles that the old tree did not have, and nothing else. */
    grow: (size: number): void => {
      const old = new Set(tilesOf(batch.edge.size).map(({ level, n, wide }) => naivePath(level, n, wide)));
      batch = extend(batch.edge, batch.root, entriesFrom(batch.edge.size, size));
      const added = tilesOf(size).filter(({ level, n, wide }) => !old.has(naivePath(level, n, wide)));
      const isRight = added.every((tile) =>
        expected(tile).equals(batch.tiles.get(naivePath(tile.level, tile.n, tile.wide)) ?? Buffer.of()),
      );
      if (!isRight || added.length !== batch.tiles.size) problems.push(`the tiles added on the way to ${size}`);
      if (!naive.root(size).equals(batch.root)) problems.push(`the root of ${size}`);
      for (const [path, bytes] of batch.tiles) stored.set(path, bytes);
    },
  };
};
/** All that an edge says, in one text. */
const textOf = ({ size, hashes, entries }: Edge): string =>
  [size, ...[entries, ...hashes].map((level) => Buffer.concat([...level]).toString('base64'))].join('\n');
const hex = (hash: Hash): string => Buffer.from(hash).toString('hex');

describe('the tiles of a log', () => {
  it('are those of the definition at every size up to 600, one entry after the other', () => {
    const log = openLog();
    for (let size = 1; size <= 600; size += 1) log.grow(size);
    expect(log.problems).toEqual([]);
  });
  it('are those of the definition at sizes up to 600, grown to in one batch', () => {
    for (const size of Array.from({ length: 600 }, (_, n) => n + 1).filter((n) => n % 5 === 0 || n % 256 < 3 || n % 256 > 253)) {
      const { tiles, root } = extend(emptyEdge, emptyRoot, entriesFrom(0, size));
      const expected = tilesOf(size).map(({ level, n, wide }) => naivePath(level, n, wide));
      expect([...tiles.keys()].sort()).toEqual(expected.sort());
      expect(hex(root)).toBe(hex(naive.root(size)));
    }
  });
  it('are those of the definition however the entries arrive', async () => {
    const random = randomFrom(256);
    for (let log = openLog(), n = 0; n < 12; n += 1, log = openLog()) {
      for (let size = 0; size < 900; size = log.batch().edge.size) {
        log.grow(size + 1 + Math.floor(random() ** 3 * 600));
        expect(textOf(await readEdge(log.files, log.batch().edge.size))).toBe(textOf(log.batch().edge));
      }
      expect(log.problems).toEqual([]);
    }
  });
  it('are those of the definition where a third level begins', async () => {
    const log = openLog();
    for (const size of [256 ** 2 - 2, 256 ** 2 - 1, 256 ** 2, 256 ** 2 + 1, 256 ** 2 + 2, 256 ** 2 + 257, 256 ** 2 + 300]) {
      log.grow(size);
      expect(await readEdge(log.files, size)).toEqual(log.batch().edge);
    }
    expect(log.problems).toEqual([]);
    expect([...log.stored.keys()].filter((path) => path.startsWith('tile/2/'))).toEqual(['tile/2/000.p/1']);
  });
  it('are crossed in one batch from below a third level to beyond it', () => {
    const log = openLog();
    log.grow(256 ** 2 - 300);
    log.grow(256 ** 2 + 700);
    expect(log.problems).toEqual([]);
  });
  it('answer every complete subtree of the tree', async () => {
    const size = 256 ** 2 + 300;
    const log = openLog();
    log.grow(size);
    const random = randomFrom(1);
    const nodes = Array.from({ length: 17 }, (_, level) => level).flatMap((level) =>
      Array.from({ length: 12 }, () => ({ level, index: Math.floor(random() * Math.floor(size / 2 ** level)) })),
    );
    const hashAt = await readNodes(log.files, size, nodes);
    for (const { level, index } of nodes)
      expect(hex(hashAt({ level, index }))).toBe(hex(naive.mth(index * 2 ** level, (index + 1) * 2 ** level)));
  });
  it('leave the edge that they grew from as it was', () => {
    const log = openLog();
    log.grow(500);
    const { edge, root } = log.batch();
    extend(edge, root, entriesFrom(500, 700));
    expect(hex(extend(edge, root, entriesFrom(500, 600)).root)).toBe(hex(naive.root(600)));
  });
});

describe('an edge', () => {
  it('is not extended under the root of another tree', () => {
    const log = openLog();
    log.grow(200);
    const { edge, root } = log.batch();
    expect(() => extend(edge, naive.root(199), entriesFrom(200, 201))).toThrow('do not hold the tree');
    const [, ...rest] = edge.hashes[0] ?? [];
    const swapped = { ...edge, hashes: [[Buffer.alloc(32), ...rest]] };
    expect(() => extend(swapped, root, entriesFrom(200, 201))).toThrow('does not hash its entries');
    const forged = { ...edge, entries: [Buffer.from('forged'), ...edge.entries.slice(1)] };
    expect(() => extend(forged, root, entriesFrom(200, 201))).toThrow('does not hash its entries');
    const short = { ...edge, entries: edge.entries.slice(1) };
    expect(() => extend(short, root, entriesFrom(200, 201))).toThrow('does not hash its entries');
  });
  it('is read from the full tiles of a later tree where the partial ones are gone', async () => {
    const log = openLog();
    log.grow(200);
    const { edge } = log.batch();
    log.grow(600);
    for (const path of log.stored.keys()) if (path.includes('.p/200')) log.stored.delete(path);
    expect(await readEdge(log.files, 200)).toEqual(edge);
  });
  it('is not read where a tile is gone', async () => {
    const log = openLog();
    log.grow(600);
    log.stored.delete(tilePath(tileAt(0, 2, 600)));
    await expect(readEdge(log.files, 600)).rejects.toThrow('tile/0/002.p/88 of the ledger is missing');
    await expect(readTile(log.files, tileAt('entries', 3, 1000))).rejects.toThrow('is missing');
  });
});

describe('the bytes of a tile', () => {
  it('lie where C2SP tlog-tiles says', () => {
    expect(tilePath({ level: 0, n: 1_234_067, width: 256 })).toBe('tile/0/x001/x234/067');
    expect(tilePath({ level: 3, n: 5, width: 1 })).toBe('tile/3/005.p/1');
    expect(tilePath({ level: 'entries', n: 1000, width: 255 })).toBe('tile/entries/x001/000.p/255');
    const places = [0, 9, 99, 999, 1000, 1001, 999_999, 1_000_000, 123_456_789, 2 ** 45];
    for (const n of places) for (const wide of [1, 255, 256]) expect(tilePath({ level: 0, n, width: wide })).toBe(naivePath(0, n, wide));
  });
  it('hold entries of any length that a log can hold, the empty one too', () => {
    const entries = [0, 1, 255, 256, 257, 65_535, 0].map((length) => Buffer.alloc(length, 7));
    const { tiles } = extend(emptyEdge, emptyRoot, entries);
    const bundle = tiles.get('tile/entries/000.p/7') ?? Buffer.of();
    expect(Buffer.from(bundle).equals(bundled(entries))).toBe(true);
    expect(entriesOf(bundle).map((entry) => entry.length)).toEqual(entries.map((entry) => entry.length));
  });
  it('are refused where they end within an entry or a hash', () => {
    const bundle = bundled([entryOf(1), entryOf(2)]);
    for (const cut of [1, 2, 5, bundle.length - 1]) expect(() => entriesOf(bundle.subarray(0, cut))).toThrow('does not end with an entry');
    expect(() => hashesOf(Buffer.alloc(33))).toThrow('no whole number of hashes');
  });
});
