import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  append,
  consistencyPath,
  consistencyProof,
  emptyFrontier,
  emptyRoot,
  inclusionPath,
  inclusionProof,
  leafHash,
  root,
  verifyConsistency,
  verifyInclusion,
  type Hash,
  type Node,
} from '../../functions/disclosure/merkle.ts';

const hex = (hash: Hash): string => Buffer.from(hash).toString('hex');

/** The definitions of RFC 6962 §2.1, word for word over the entries themselves. */
const sha = (...parts: readonly Uint8Array[]): Buffer => parts.reduce((sum, part) => sum.update(part), createHash('sha256')).digest();
const cut = (n: number): number => {
  let k = 1;
  while (2 * k < n) k *= 2;
  return k;
};
const mth = (d: readonly Uint8Array[]): Buffer => {
  if (d.length === 0) return sha();
  if (d.length === 1) return sha(Buffer.of(0), ...d);
  const k = cut(d.length);
  return sha(Buffer.of(1), mth(d.slice(0, k)), mth(d.slice(k)));
};
const path = (m: number, d: readonly Uint8Array[]): readonly Buffer[] => {
  if (d.length === 1) return [];
  const k = cut(d.length);
  return m < k ? [...path(m, d.slice(0, k)), mth(d.slice(k))] : [...path(m - k, d.slice(k)), mth(d.slice(0, k))];
};
const subproof = (m: number, d: readonly Uint8Array[], whole: boolean): readonly Buffer[] => {
  if (m === d.length) return whole ? [] : [mth(d)];
  const k = cut(d.length);
  return m <= k ? [...subproof(m, d.slice(0, k), whole), mth(d.slice(k))] : [...subproof(m - k, d.slice(k), false), mth(d.slice(0, k))];
};

const grown = (entries: readonly Uint8Array[]) => {
  const nodes = new Map<string, Hash>();
  const frontier = append(
    emptyFrontier,
    entries.map((entry) => leafHash(entry)),
    ({ level, index }, hash) => nodes.set(`${level}/${index}`, hash),
  );
  const hashAt = ({ level, index }: Node): Hash => {
    const hash = nodes.get(`${level}/${index}`);
    if (!hash) throw new Error(`no complete subtree ${level}/${index}`);
    return hash;
  };
  return { frontier, hashAt, nodes };
};

const most = 64;
const entries = Array.from({ length: most }, (_, n) => Buffer.from(`entry ${n}`));
const { hashAt } = grown(entries);
const roots = Array.from({ length: most + 1 }, (_, size) => mth(entries.slice(0, size)));
const rootOf = (size: number): Hash => roots[size] ?? Buffer.alloc(0);
const leafOf = (index: number): Hash => leafHash(entries[index] ?? Buffer.alloc(0));

describe('the published vectors of RFC 6962 trees', () => {
  const published = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
  const leaves = published.map((entry) => Buffer.from(entry, 'hex'));
  const tree = grown(leaves);

  it.each([
    [0, 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    [1, '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'],
    [2, 'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125'],
    [3, 'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77'],
    [4, 'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7'],
    [5, '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4'],
    [6, '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef'],
    [7, 'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c'],
    [8, '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328'],
  ])('the root of the first %i leaves', (size, expected) => {
    expect(hex(root(grown(leaves.slice(0, size)).frontier))).toBe(expected);
  });

  it.each([
    [
      0,
      8,
      [
        '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
        '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
        '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
      ],
    ],
    [
      5,
      8,
      [
        'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
        'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
        'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
      ],
    ],
  ])('the inclusion of leaf %i in %i', (index, size, expected) => {
    expect(inclusionProof(index, size, tree.hashAt).map(hex)).toEqual(expected);
  });

  it.each([
    [1, 1, []],
    [
      1,
      8,
      [
        '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
        '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
        '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
      ],
    ],
    [
      6,
      8,
      [
        '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
        'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
        'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
      ],
    ],
    [
      2,
      5,
      [
        '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
        'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      ],
    ],
  ])('the consistency of %i with %i', (oldSize, size, expected) => {
    expect(consistencyProof(oldSize, size, tree.hashAt).map(hex)).toEqual(expected);
  });
});

describe('a log of up to 64 entries', () => {
  it('has the root of the definition at every size, however its entries arrive', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 12 }), (batches) => {
        let frontier = emptyFrontier;
        for (const batch of batches) {
          const next = entries.slice(frontier.size, frontier.size + batch).map((entry) => leafHash(entry));
          frontier = append(frontier, next);
          expect(hex(root(frontier))).toBe(hex(rootOf(frontier.size)));
        }
      }),
    );
    for (let size = 0; size <= most; size += 1) expect(hex(root(grown(entries.slice(0, size)).frontier))).toBe(hex(rootOf(size)));
  });

  it('keeps as many peaks as its size has binary ones, and names every complete subtree once', () => {
    for (let size = 0; size <= most; size += 1) {
      const { frontier, nodes } = grown(entries.slice(0, size));
      expect(frontier.peaks).toHaveLength(size.toString(2).replaceAll('0', '').length);
      expect(nodes.size).toBe(2 * size - frontier.peaks.length);
    }
  });

  it('leaves the frontier that it grew from as it was', () => {
    const before = append(emptyFrontier, [leafOf(0), leafOf(1), leafOf(2)]);
    append(before, [leafOf(3)]);
    expect(hex(root(before))).toBe(hex(rootOf(3)));
  });

  it('proves every entry at every size as the definition does, and the proof verifies', () => {
    for (let size = 1; size <= most; size += 1) {
      for (let index = 0; index < size; index += 1) {
        const proof = inclusionProof(index, size, hashAt);
        expect(proof.map(hex)).toEqual(path(index, entries.slice(0, size)).map(hex));
        expect(verifyInclusion(leafOf(index), index, size, proof, rootOf(size))).toBe(true);
      }
    }
  });

  it('proves every earlier size as the definition does, and the proof verifies', () => {
    for (let size = 1; size <= most; size += 1) {
      for (let oldSize = 1; oldSize <= size; oldSize += 1) {
        const proof = consistencyProof(oldSize, size, hashAt);
        expect(proof.map(hex)).toEqual(subproof(oldSize, entries.slice(0, size), true).map(hex));
        expect(verifyConsistency(oldSize, size, rootOf(oldSize), rootOf(size), proof)).toBe(true);
      }
    }
  });

  it('grows from nothing consistently, with nothing to prove', () => {
    expect(consistencyProof(0, 5, hashAt)).toEqual([]);
    expect(verifyConsistency(0, 5, emptyRoot, rootOf(5), [])).toBe(true);
    expect(verifyConsistency(0, 5, rootOf(1), rootOf(5), [])).toBe(false);
    expect(verifyConsistency(0, 5, emptyRoot, rootOf(5), [rootOf(5)])).toBe(false);
    expect(verifyConsistency(0, 0, emptyRoot, emptyRoot, [])).toBe(true);
  });

  it('asks only for complete subtrees, also in trees far beyond 32 bits', () => {
    const size = 2 ** 52 + 2 ** 33 + 5;
    const nodes = [...inclusionPath(2 ** 40 + 3, size), ...inclusionPath(size - 1, size), ...consistencyPath(2 ** 51 + 7, size)].flat();
    expect(nodes.length).toBeGreaterThan(100);
    for (const { level, index } of nodes) {
      expect(Number.isSafeInteger(index)).toBe(true);
      expect((index + 1) * 2 ** level).toBeLessThanOrEqual(size);
    }
  });

  it('has no proof for what it does not hold', () => {
    expect(() => inclusionProof(5, 5, hashAt)).toThrow(RangeError);
    expect(() => inclusionProof(-1, 5, hashAt)).toThrow(RangeError);
    expect(() => inclusionProof(0.5, 5, hashAt)).toThrow(RangeError);
    expect(() => consistencyProof(6, 5, hashAt)).toThrow(RangeError);
  });
});

const flip = (hash: Hash, bit: number): Hash => hash.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));

/** Every way to spoil a proof that a stored or sent proof can suffer. */
const spoilt = (proof: readonly Hash[], at: number, bit: number): readonly (readonly Hash[])[] => {
  const here = at % Math.max(proof.length, 1);
  return [
    [...proof, leafOf(0)],
    ...(proof.length === 0
      ? []
      : [
          proof.slice(1),
          proof.slice(0, -1),
          proof.map((hash, n) => (n === here ? flip(hash, bit) : hash)),
          proof.map((hash, n) => (n === here ? hash.slice(0, 31) : hash)),
        ]),
  ];
};

describe('tampering', () => {
  const sizes = fc.integer({ min: 2, max: most });

  it('with an inclusion proof, its leaf, its place or its root is seen', () => {
    fc.assert(
      fc.property(sizes, fc.nat(), fc.nat(), fc.integer({ min: 0, max: 255 }), (size, pick, at, bit) => {
        const index = pick % size;
        const proof = inclusionProof(index, size, hashAt);
        const leaf = leafOf(index);
        for (const bad of spoilt(proof, at, bit)) expect(verifyInclusion(leaf, index, size, bad, rootOf(size))).toBe(false);
        expect(verifyInclusion(flip(leaf, bit), index, size, proof, rootOf(size))).toBe(false);
        expect(verifyInclusion(leaf, index, size, proof, flip(rootOf(size), bit))).toBe(false);
        expect(verifyInclusion(leaf, (index + 1) % size, size, proof, rootOf(size))).toBe(false);
        expect(verifyInclusion(leaf, size, size, proof, rootOf(size))).toBe(false);
        expect(verifyInclusion(leaf, index, size, proof, rootOf(size - 1))).toBe(false);
      }),
    );
  });

  it('with a consistency proof or either of its roots is seen', () => {
    fc.assert(
      fc.property(sizes, fc.nat(), fc.nat(), fc.integer({ min: 0, max: 255 }), (size, pick, at, bit) => {
        const oldSize = 1 + (pick % (size - 1));
        const proof = consistencyProof(oldSize, size, hashAt);
        const check = (oldRoot: Hash, newRoot: Hash, hashes: readonly Hash[]) => verifyConsistency(oldSize, size, oldRoot, newRoot, hashes);
        for (const bad of spoilt(proof, at, bit)) expect(check(rootOf(oldSize), rootOf(size), bad)).toBe(false);
        expect(check(flip(rootOf(oldSize), bit), rootOf(size), proof)).toBe(false);
        expect(check(rootOf(oldSize), flip(rootOf(size), bit), proof)).toBe(false);
        expect(check(rootOf(size), rootOf(oldSize), proof)).toBe(false);
        expect(verifyConsistency(size, oldSize, rootOf(size), rootOf(oldSize), proof)).toBe(false);
      }),
    );
  });

  it('with an entry that was published long ago is seen by whoever kept the old root', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: most - 1 }), fc.nat(), (oldSize, pick) => {
        const changed = pick % oldSize;
        const forged = grown(entries.map((entry, n) => (n === changed ? Buffer.from('forged') : entry)));
        const proof = consistencyProof(oldSize, most, forged.hashAt);
        expect(verifyConsistency(oldSize, most, rootOf(oldSize), root(forged.frontier), proof)).toBe(false);
      }),
    );
  });

  it('cannot pass an inner node off as a leaf', () => {
    const pair = Buffer.concat([leafOf(0), leafOf(1)]);
    expect(hex(leafHash(pair))).not.toBe(hex(rootOf(2)));
  });
});
