// @ts-check
import { concat, encodeText, equal } from './bytes.js';

/**
 * The Merkle tree of RFC 6962 §2.1, and the verifying of its proofs as RFC 9162 §2.1.3.2 and §2.1.4.2 say it.
 * @import { Bytes } from './bytes.js'
 * A SHA-256 hash: 32 bytes.
 * @typedef {Bytes} Hash
 */

/** @param {Bytes} bytes @returns {Promise<Hash>} */
export const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));

const leafPrefix = Uint8Array.of(0);
const nodePrefix = Uint8Array.of(1);
/** SHA-256(00 ‖ entry). @param {Bytes} entry */
export const leafHash = (entry) => sha256(concat(leafPrefix, entry));
/** SHA-256(01 ‖ left ‖ right). @param {Hash} left @param {Hash} right */
export const nodeHash = (left, right) => sha256(concat(nodePrefix, left, right));
/** The root of the tree without leaves: SHA-256 of nothing. */
export const emptyRoot = () => sha256(encodeText(''));

/** @param {readonly Hash[]} children */
const parentOf = async ([left, right]) => (left && right ? nodeHash(left, right) : (left ?? emptyRoot()));

/**
 * MTH over leaf hashes, or over the roots of equally large complete subtrees. Each row is hashed at once: the last of an odd row has no
 * sibling yet and goes up as it is, which is the split at the largest power of two.
 * @param {readonly Hash[]} hashes
 * @returns {Promise<Hash>}
 */
export const treeHash = async (hashes) => {
  let row = hashes;
  while (row.length > 1)
    row = await Promise.all(Array.from({ length: Math.ceil(row.length / 2) }, (_, pair) => parentOf(row.slice(2 * pair, 2 * pair + 2))));
  return row[0] ?? emptyRoot();
};

/** @param {number} value */
const isCount = (value) => Number.isSafeInteger(value) && value >= 0;
/** @param {readonly Hash[]} hashes */
const areHashes = (hashes) => hashes.every(({ length }) => length === 32);
/** Sizes pass 2^32, where shifts would wrap. @param {number} value */
const half = (value) => Math.floor(value / 2);

/**
 * Whether a proof shows that `leaf` is the index-th of the `size` leaves under `root`. RFC 9162 §2.1.3.2, whose names it bears.
 * @param {Hash} leaf a leaf's hash @param {number} index from 0 @param {number} size @param {readonly Hash[]} proof @param {Hash} root
 * @returns {Promise<boolean>}
 */
export const verifyInclusion = async (leaf, index, size, proof, root) => {
  if (!isCount(index) || !isCount(size) || index >= size || !areHashes([leaf, root, ...proof])) return false;
  let fn = index;
  let sn = size - 1;
  let r = leaf;
  for (const p of proof) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      r = await nodeHash(p, r);
      while (fn % 2 === 0 && fn !== 0) {
        fn = half(fn);
        sn = half(sn);
      }
    } else r = await nodeHash(r, p);
    fn = half(fn);
    sn = half(sn);
  }
  return sn === 0 && equal(r, root);
};

/** @param {number} value */
const isPowerOfTwo = (value) => {
  let rest = value;
  while (rest > 1 && rest % 2 === 0) rest /= 2;
  return rest === 1;
};

/**
 * Whether a proof shows that the tree of `oldSize` leaves is the beginning of the tree of `size`. RFC 9162 §2.1.4.2, whose names it bears.
 * Between equal sizes, and from the empty tree, the proof is empty.
 * @param {number} oldSize @param {number} size @param {Hash} oldRoot @param {Hash} root @param {readonly Hash[]} proof
 * @returns {Promise<boolean>}
 */
export const verifyConsistency = async (oldSize, size, oldRoot, root, proof) => {
  if (!isCount(oldSize) || !isCount(size) || oldSize > size || !areHashes([oldRoot, root, ...proof])) return false;
  if (oldSize === size) return proof.length === 0 && equal(oldRoot, root);
  if (oldSize === 0) return proof.length === 0 && equal(oldRoot, await emptyRoot());
  const [first, ...rest] = isPowerOfTwo(oldSize) ? [oldRoot, ...proof] : proof;
  if (!first) return false;
  let fn = oldSize - 1;
  let sn = size - 1;
  while (fn % 2 === 1) {
    fn = half(fn);
    sn = half(sn);
  }
  let fr = first;
  let sr = first;
  for (const c of rest) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      fr = await nodeHash(c, fr);
      sr = await nodeHash(c, sr);
      while (fn % 2 === 0 && fn !== 0) {
        fn = half(fn);
        sn = half(sn);
      }
    } else sr = await nodeHash(sr, c);
    fn = half(fn);
    sn = half(sn);
  }
  return sn === 0 && equal(fr, oldRoot) && equal(sr, root);
};
