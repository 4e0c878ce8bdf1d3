import { describe, expect, it } from '@jest/globals';
import { emptyRoot, leafHash, treeHash, verifyConsistency, verifyInclusion, type Hash } from '../../verifier/tree.js';
import { consistencyProof, inclusionProof, mth } from '../support/naive-log.ts';

const bytes = (hex: string): Hash => Uint8Array.from(Buffer.from(hex, 'hex'));
const all = (hashes: readonly Uint8Array[]): readonly Hash[] => hashes.map((hash) => Uint8Array.from(hash));

/** The vectors that the reference implementation of Certificate Transparency publishes for RFC 6962. */
const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'].map(bytes);
const roots = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
].map(bytes);
const rootOf = (size: number): Hash => roots[size] ?? new Uint8Array();
const n96 = '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7';
const n5f = '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e';
const n6b = '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4';
const nbc = 'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b';
const nca = 'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0';
const nd3 = 'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7';
const nfa = 'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125';
const n6e = '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d';
const n0e = '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a';
type Vector = readonly [from: number, size: number, proof: readonly string[]];
const inclusions: readonly Vector[] = [
  [0, 1, []],
  [0, 8, [n96, n5f, n6b]],
  [5, 8, [nbc, nca, nd3]],
  [2, 3, [nfa]],
  [1, 5, [n6e, n5f, nbc]],
];
const consistencies: readonly Vector[] = [
  [1, 1, []],
  [1, 8, [n96, n5f, n6b]],
  [6, 8, [n0e, nca, nd3]],
  [2, 5, [n5f, nbc]],
];

describe('the published vectors of RFC 6962', () => {
  it('give the published roots, here and by the naive definition', async () => {
    for (const [size, root] of roots.entries()) {
      expect(await treeHash(await Promise.all(inputs.slice(0, size).map(leafHash)))).toEqual(root);
      expect(Uint8Array.from(mth(inputs.slice(0, size)))).toEqual(root);
    }
    expect(await emptyRoot()).toEqual(rootOf(0));
  });
  it.each(inclusions)('leaf %i of %i is included by its published path', async (index, size, proof) => {
    const leaf = await leafHash(inputs[index] ?? new Uint8Array());
    expect(await verifyInclusion(leaf, index, size, proof.map(bytes), rootOf(size))).toBe(true);
    expect(inclusionProof(index, inputs.slice(0, size)).map((hash) => hash.toString('hex'))).toEqual(proof);
  });
  it.each(consistencies)('size %i is consistent with %i by its published proof', async (old, size, proof) => {
    expect(await verifyConsistency(old, size, rootOf(old), rootOf(size), proof.map(bytes))).toBe(true);
    expect(consistencyProof(old, inputs.slice(0, size)).map((hash) => hash.toString('hex'))).toEqual(proof);
  });
});

const most = 64;
const entries = Array.from({ length: most }, (_, n) => Uint8Array.from(Buffer.from(`entry ${n}`)));
const sizes = Array.from({ length: most + 1 }, (_, size) => size);
const naiveRoots = sizes.map((size) => Uint8Array.from(mth(entries.slice(0, size))));
const naiveRoot = (size: number): Hash => naiveRoots[size] ?? new Uint8Array();
/** A proof with one hash changed, one left out, one too many: none of them is the proof. */
const spoilt = (proof: readonly Hash[]): readonly (readonly Hash[])[] => [
  ...proof.map((hash, at) => proof.with(at, hash.with(31, (hash[31] ?? 0) ^ 1))),
  ...proof.map((_, at) => proof.toSpliced(at, 1)),
  [...proof, naiveRoot(1)],
];

describe(`against the naive definitions, to size ${most}`, () => {
  it('roots are the same', async () => {
    const leaves = await Promise.all(entries.map(leafHash));
    for (const size of sizes) expect(await treeHash(leaves.slice(0, size))).toEqual(naiveRoot(size));
  });
  it('every leaf of every size is included, and nowhere else', async () => {
    const leaves = await Promise.all(entries.map(leafHash));
    for (const size of sizes)
      for (let index = 0; index < size; index += 1) {
        const leaf = leaves[index] ?? new Uint8Array();
        const proof = all(inclusionProof(index, entries.slice(0, size)));
        const at = (place: number, leaf: Hash, root: Hash) => verifyInclusion(leaf, place, size, proof, root);
        expect(await at(index, leaf, naiveRoot(size))).toBe(true);
        expect(await at(size > 1 ? (index + 1) % size : 1, leaf, naiveRoot(size))).toBe(false);
        if (index % 8 > 0) continue;
        expect(await at(index, leaf, naiveRoot(size - 1))).toBe(false);
        expect(await at(index, leaves[(index + 1) % most] ?? leaf, naiveRoot(size))).toBe(false);
      }
  });
  it('every earlier size is consistent with every later one, and with no other root', async () => {
    for (const size of sizes)
      for (let old = 0; old <= size; old += 1) {
        const proof = all(consistencyProof(old, entries.slice(0, size)));
        const holds = (from: Hash, to: Hash) => verifyConsistency(old, size, from, to, proof);
        expect(await holds(naiveRoot(old), naiveRoot(size))).toBe(true);
        if (old % 8 > 1) continue;
        expect(await holds(naiveRoot((old + 1) % most), naiveRoot(size))).toBe(false);
        if (old > 0) expect(await holds(naiveRoot(old), naiveRoot((size + 1) % most))).toBe(false);
      }
  });
  it('no spoilt proof is taken', async () => {
    for (const size of [2, 3, 7, 8, 33, most])
      for (const index of [0, 1, size - 1]) {
        const leaf = await leafHash(entries[index] ?? new Uint8Array());
        for (const proof of spoilt(all(inclusionProof(index, entries.slice(0, size)))))
          expect(await verifyInclusion(leaf, index, size, proof, naiveRoot(size))).toBe(false);
        for (const proof of spoilt(all(consistencyProof(index + 1, entries.slice(0, size)))))
          expect(await verifyConsistency(index + 1, size, naiveRoot(index + 1), naiveRoot(size), proof)).toBe(false);
      }
  });
  it('no place outside the tree is in it, and no larger tree is the beginning of a smaller', async () => {
    const leaf = await leafHash(entries[0] ?? new Uint8Array());
    for (const [index, size] of [
      [0, 0],
      [1, 1],
      [-1, 1],
      [0.5, 1],
      [Number.NaN, 1],
      [0, 2 ** 53],
    ] as const)
      expect(await verifyInclusion(leaf, index, size, [], leaf)).toBe(false);
    expect(await verifyConsistency(2, 1, leaf, leaf, [])).toBe(false);
    expect(await verifyConsistency(-1, 1, leaf, leaf, [])).toBe(false);
  });
});
