import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { enqueue, openLedger } from '../../functions/disclosure/ledger.ts';
import {
  append,
  consistencyPath,
  consistencyProof,
  emptyFrontier,
  inclusionPath,
  inclusionProof,
  root,
  verifyConsistency,
  verifyInclusion,
  type Hash,
  type Node,
} from '../../functions/disclosure/merkle.ts';
import { readNodes, tilePath } from '../../functions/disclosure/tiles.ts';
import { openPublicFolder } from '../../shared/blobs/public-files-folder.ts';
import type { PublicFiles } from '../../shared/blobs/public-files.ts';
import { randomFrom } from '../soak/report.ts';
import { checkpointLines, leafOf, naiveTree } from './model/naive.ts';
import { emptyState, sequencerOver, stillPorts } from './model/stores.ts';
import vectors from './model/vectors.json' with { type: 'json' };

const hashOf = (place: number): Buffer => Buffer.from(vectors.hashes[place] ?? '', 'base64');
const proofOf = (places: string): readonly Buffer[] => (places === '' ? [] : places.split(' ').map((place) => hashOf(Number(place))));
/** Some vectors have something else in place of hashes, which is refused here whatever else is right. */
const areHashes = (...places: readonly number[]): boolean => places.every((place) => hashOf(place).length === 32);
type Vector = readonly [name: string, from: string, size: string, leafOrOldRoot: number, root: number, proof: string, isGood: boolean];

describe('the published vectors of transparency-dev/merkle', () => {
  const rowsOf = (rows: unknown): readonly Vector[] => rows as readonly Vector[];

  it.each(rowsOf(vectors.inclusion))('inclusion %s', (_name, index, size, leaf, rootAt, proof, isGood) => {
    expect(verifyInclusion(hashOf(leaf), Number(index), Number(size), proofOf(proof), hashOf(rootAt))).toBe(
      isGood && areHashes(leaf, rootAt),
    );
  });
  it.each(rowsOf(vectors.consistency))('consistency %s', (_name, oldSize, size, oldRoot, rootAt, proof, isGood) => {
    expect(verifyConsistency(Number(oldSize), Number(size), hashOf(oldRoot), hashOf(rootAt), proofOf(proof))).toBe(
      isGood && areHashes(oldRoot, rootAt),
    );
  });
});

const most = 1000;
const leaves = Array.from({ length: most }, (_, n) => leafOf(Buffer.from(`entry ${n}`)));
const leafAt = (index: number): Hash => leaves[index] ?? Buffer.alloc(0);
const naive = naiveTree(leaves);
const nodes = new Map<string, Hash>();
const frontiers = leaves.reduce(
  (all, leaf) => [...all, append(all.at(-1) ?? emptyFrontier, [leaf], ({ level, index }, hash) => nodes.set(`${level}/${index}`, hash))],
  [emptyFrontier],
);
const hashAt = ({ level, index }: Node): Hash => {
  const hash = nodes.get(`${level}/${index}`);
  if (!hash) throw new Error(`no complete subtree ${level}/${index}`);
  return hash;
};
const same = (ours: readonly Hash[], theirs: readonly Buffer[]): boolean =>
  ours.length === theirs.length && ours.every((hash, n) => theirs[n]?.equals(hash));
/** What is wrong with how an entry of a tree of that size is proven. */
const includes = (index: number, size: number): readonly string[] => {
  const proof = inclusionProof(index, size, hashAt);
  if (!same(proof, naive.inclusion(index, size))) return [`the inclusion of ${index} in ${size} is not the definition's`];
  return verifyInclusion(leafAt(index), index, size, proof, naive.root(size))
    ? []
    : [`the inclusion of ${index} in ${size} does not verify`];
};
const isConsistent = (oldSize: number, size: number): readonly string[] => {
  const proof = consistencyProof(oldSize, size, hashAt);
  if (!same(proof, naive.consistency(oldSize, size))) return [`the consistency of ${oldSize} with ${size} is not the definition's`];
  return verifyConsistency(oldSize, size, naive.root(oldSize), naive.root(size), proof)
    ? []
    : [`the consistency of ${oldSize} with ${size} does not verify`];
};
const upTo = (n: number): readonly number[] => Array.from({ length: n }, (_, at) => at);

describe('proofs beside the definitions of RFC 6962', () => {
  it('are the same for every entry in every tree of up to 256', () => {
    expect(upTo(257).flatMap((size) => upTo(size).flatMap((index) => includes(index, size)))).toEqual([]);
  });
  it('are the same for every earlier tree of every tree of up to 256', () => {
    expect(upTo(257).flatMap((size) => upTo(size).flatMap((before) => isConsistent(before + 1, size)))).toEqual([]);
  });
  it('are the same for some thousand pairs of up to 1,000', () => {
    const random = randomFrom(6962);
    const pairs = upTo(4000).map(() => {
      const size = 257 + Math.floor(random() * (most - 256));
      return [Math.floor(random() * size), size] as const;
    });
    expect(pairs.flatMap(([index, size]) => [...includes(index, size), ...isConsistent(index + 1, size)])).toEqual([]);
  });
  it('belong to roots that are the same at every size up to 1,000', () => {
    expect(frontiers.flatMap((frontier, size) => (naive.root(size).equals(root(frontier)) ? [] : [size]))).toEqual([]);
  });
});

describe('proofs read from the files of a log of 600 entries', () => {
  const size = 600;
  const folder = mkdtempSync(join(tmpdir(), 'proofs-'));
  let files: PublicFiles;
  let tree: ReturnType<typeof naiveTree>;
  let texts: readonly string[];

  beforeAll(async () => {
    files = openPublicFolder({ folder });
    const ports = { ...stillPorts(emptyState()), files };
    const sequencer = sequencerOver(ports, () => new Date(0), [Buffer.alloc(32, 7)]);
    // In batches of which some end within a tile, and some fill one.
    for (const [from, to] of [
      [1, 100],
      [100, 256],
      [256, 300],
      [300, 512],
      [512, 600],
    ] as const) {
      for (let n = from; n < to; n += 1)
        await enqueue(ports.table, { event: `order.a.${n}`, at: '2026-01-01T00:00:00.000Z', text: `{"event":"order.a.${n}"}` });
      while (await sequencer.round());
    }
    texts = await openLedger(files).entries(0, size, size);
    tree = naiveTree(texts.map((text) => leafOf(Buffer.from(text))));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('are those of the definition for every entry, and stand under the published root', async () => {
    const head = await openLedger(files).published();
    expect(head).toMatchObject({ size });
    expect(tree.root(size).equals(head?.root ?? Buffer.alloc(0))).toBe(true);
    for (const index of upTo(size)) {
      const proven = await openLedger(files).prove(index);
      expect(proven?.entry).toBe(texts[index]);
      expect(same(proven?.proof ?? [], tree.inclusion(index, size))).toBe(true);
      expect(checkpointLines(proven?.note ?? '').size).toBe(size);
    }
  });
  it('are those of the definition for every earlier tree', async () => {
    for (const oldSize of upTo(size)) {
      const hashes = await readNodes(files, size, consistencyPath(oldSize + 1, size).flat());
      expect(same(consistencyProof(oldSize + 1, size, hashes), tree.consistency(oldSize + 1, size))).toBe(true);
    }
  });
  it('are not given for what the published tree does not cover', async () => {
    expect(await openLedger(files).prove(size)).toBeUndefined();
  });
  it('reach over any entries, across bundles', async () => {
    for (const [from, to] of [
      [0, 1],
      [255, 257],
      [256, 512],
      [10, 600],
      [599, 600],
      [30, 30],
    ] as const)
      expect(await openLedger(files).entries(from, to, size)).toEqual(texts.slice(from, to));
  });
  it('are found in the full tile when the partial ones of an earlier tree were removed', async () => {
    for (const level of ['entries', 0] as const) await files.remove(tilePath({ level, n: 0, width: 100 }));
    const hashes = await readNodes(files, 100, inclusionPath(42, 100).flat());
    expect(same(inclusionProof(42, 100, hashes), tree.inclusion(42, 100))).toBe(true);
    expect(await openLedger(files).entries(42, 43, 100)).toEqual(texts.slice(42, 43));
  });
  it('fail where a tile is missing or has been changed', async () => {
    const changing = (change: (body: Buffer) => Uint8Array | undefined): Pick<PublicFiles, 'get'> => ({
      get: async (path) => {
        const found = await files.get(path);
        if (!found || !path.startsWith('tile/0/')) return found;
        const body = change(Buffer.from(found.body));
        return body && { ...found, body };
      },
    });
    await expect(openLedger(changing(() => undefined)).prove(42)).rejects.toThrow('is missing');
    const flipped = changing((body) => body.fill(0, 0, 32));
    await expect(openLedger(flipped).prove(1)).rejects.toThrow('does not prove');
    await expect(openLedger(changing((body) => body.subarray(1))).prove(42)).rejects.toThrow('no whole number of hashes');
  });
});
