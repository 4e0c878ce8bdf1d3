import { hash as digest } from 'node:crypto';

/** A SHA-256 hash of the tree: 32 bytes. */
export type Hash = Uint8Array;
/** A complete subtree of 2^level leaves, the index-th of its level from the left. Its hash never changes once its last leaf is in. */
export type Node = { readonly level: number; readonly index: number };
/** All that is needed to append: the number of leaves, and the hashes of the complete subtrees they fall into, from left to right. */
export type Frontier = { readonly size: number; readonly peaks: readonly Hash[] };

const leafPrefix = Uint8Array.of(0);
const sha256 = (...parts: readonly Uint8Array[]): Hash => digest('sha256', Buffer.concat(parts), 'buffer');

/** SHA-256(00 ‖ entry). RFC 6962 §2.1. */
export const leafHash = (entry: Uint8Array): Hash => sha256(leafPrefix, entry);
/** Where two hashes are put side by side; what is hashed does not outlive the call. */
const pair = Buffer.alloc(65, 1);
/** SHA-256(01 ‖ left ‖ right). RFC 6962 §2.1. */
export const nodeHash = (left: Hash, right: Hash): Hash => {
  pair.set(left, 1);
  pair.set(right, 33);
  return digest('sha256', pair, 'buffer');
};
/** The root of the tree without leaves: SHA-256 of nothing. */
export const emptyRoot: Hash = sha256();

export const emptyFrontier: Frontier = { size: 0, peaks: [] };

/** The hash over neighbouring complete subtrees, the largest on the left. */
const fold = (hashes: readonly Hash[]): Hash => hashes.reduceRight((right, left) => nodeHash(left, right));

/** The root (MTH) over all leaves of a frontier. RFC 6962 §2.1. */
export const root = ({ peaks }: Frontier): Hash => (peaks.length === 0 ? emptyRoot : fold(peaks));

/**
 * The frontier after more leaves. `completed` hears of each complete subtree once, when its last leaf is in, leaves included: what tiles and
 * stored hashes are made of.
 */
export const append = (frontier: Frontier, leaves: readonly Hash[], completed?: (node: Node, hash: Hash) => void): Frontier => {
  const peaks = [...frontier.peaks];
  let size = frontier.size;
  for (const leaf of leaves) {
    let hash = leaf;
    let node: Node = { level: 0, index: size };
    completed?.(node, hash);
    // A right child completes its parent, whose left child is then the last peak.
    for (let left = peaks.at(-1); node.index % 2 === 1 && left; left = peaks.at(-1)) {
      peaks.pop();
      hash = nodeHash(left, hash);
      node = { level: node.level + 1, index: (node.index - 1) / 2 };
      completed?.(node, hash);
    }
    peaks.push(hash);
    size += 1;
  }
  return { size, peaks };
};

/** The largest power of two that is at most `count`. */
const powerWithin = (count: number): readonly [power: number, level: number] => {
  let power = 1;
  let level = 0;
  for (; power * 2 <= count; level += 1) power *= 2;
  return [power, level];
};

/** The complete subtrees over leaves `first` to `end` (exclusive), a subtree of the tree, from left to right. */
const cover = (first: number, end: number): readonly Node[] => {
  const nodes: Node[] = [];
  for (let at = first; at < end;) {
    const [power, level] = powerWithin(end - at);
    nodes.push({ level, index: at / power });
    at += power;
  }
  return nodes;
};

/** Where the leaves `first` to `end` part into a left subtree, the largest power of two smaller than their number, and the rest. */
const middle = (first: number, end: number): number => first + powerWithin(end - first - 1)[0];

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

/**
 * What an inclusion proof is made of: for each of its hashes the complete subtrees under it, so that a reader may fetch them first.
 * PATH of RFC 6962 §2.1.1, from the leaf upwards. Throws a RangeError unless index < size.
 */
export const inclusionPath = (index: number, size: number): readonly (readonly Node[])[] => {
  if (!isCount(index) || !isCount(size) || index >= size) throw new RangeError('an inclusion proof needs an index below the size');
  const path: (readonly Node[])[] = [];
  let [first, end] = [0, size];
  while (end - first > 1) {
    const half = middle(first, end);
    if (index < half) {
      path.push(cover(half, end));
      end = half;
    } else {
      path.push(cover(first, half));
      first = half;
    }
  }
  return path.toReversed();
};

/**
 * What a consistency proof is made of, as `inclusionPath` says it. PROOF of RFC 6962 §2.1.2. From an empty tree, and between equal sizes, it
 * is empty. Throws a RangeError unless oldSize ≤ size.
 */
export const consistencyPath = (oldSize: number, size: number): readonly (readonly Node[])[] => {
  if (!isCount(oldSize) || !isCount(size) || oldSize > size)
    throw new RangeError('a consistency proof goes from a smaller to a larger size');
  if (oldSize === 0) return [];
  const path: (readonly Node[])[] = [];
  let [first, end] = [0, size];
  while (end !== oldSize) {
    const half = middle(first, end);
    if (oldSize <= half) {
      path.push(cover(half, end));
      end = half;
    } else {
      path.push(cover(first, half));
      first = half;
    }
  }
  // The whole old tree is known to the verifier; a smaller subtree at its edge is not.
  if (first > 0) path.push(cover(first, end));
  return path.toReversed();
};

type HashAt = (node: Node) => Hash;
const proofOf = (path: readonly (readonly Node[])[], hashAt: HashAt): readonly Hash[] =>
  path.map((nodes) => fold(nodes.map((node) => hashAt(node))));

/** The hashes that prove a leaf's place in the tree of `size` leaves. RFC 6962 §2.1.1. `hashAt` answers every complete subtree. */
export const inclusionProof = (index: number, size: number, hashAt: HashAt): readonly Hash[] => proofOf(inclusionPath(index, size), hashAt);

/** The hashes that prove that the first `oldSize` leaves have not changed. RFC 6962 §2.1.2. */
export const consistencyProof = (oldSize: number, size: number, hashAt: HashAt): readonly Hash[] =>
  proofOf(consistencyPath(oldSize, size), hashAt);

const equal = (one: Hash, other: Hash): boolean => Buffer.compare(one, other) === 0;
const areHashes = (hashes: readonly Hash[]): boolean => hashes.every((hash) => hash.length === 32);

/** Halves both numbers until the first is odd or nothing is left of it: the levels at which a right edge has no sibling. */
const climb = (left: number, right: number): readonly [number, number] => {
  let [at, edge] = [left, right];
  while (at > 0 && at % 2 === 0) [at, edge] = [at / 2, Math.floor(edge / 2)];
  return [at, edge];
};

/** Whether a proof shows that `leaf` is the index-th of the `size` leaves under `rootHash`. RFC 9162 §2.1.3.2. */
export const verifyInclusion = (leaf: Hash, index: number, size: number, proof: readonly Hash[], rootHash: Hash): boolean => {
  if (!isCount(index) || !isCount(size) || index >= size || !areHashes([leaf, rootHash, ...proof])) return false;
  let hash = leaf;
  let [at, edge] = [index, size - 1];
  for (const sibling of proof) {
    if (edge === 0) return false;
    if (at % 2 === 1 || at === edge) {
      hash = nodeHash(sibling, hash);
      [at, edge] = climb(at, edge);
    } else {
      hash = nodeHash(hash, sibling);
    }
    [at, edge] = [Math.floor(at / 2), Math.floor(edge / 2)];
  }
  return edge === 0 && equal(hash, rootHash);
};

/** Whether a proof shows that the tree of `oldSize` leaves is the beginning of the tree of `size` leaves. RFC 9162 §2.1.4.2. */
export const verifyConsistency = (oldSize: number, size: number, oldRoot: Hash, newRoot: Hash, proof: readonly Hash[]): boolean => {
  if (!isCount(oldSize) || !isCount(size) || oldSize > size || !areHashes([oldRoot, newRoot, ...proof])) return false;
  if (oldSize === size) return proof.length === 0 && equal(oldRoot, newRoot);
  if (oldSize === 0) return proof.length === 0 && equal(oldRoot, emptyRoot);
  const isPowerOfTwo = powerWithin(oldSize)[0] === oldSize;
  const [seed, ...rest] = isPowerOfTwo ? [oldRoot, ...proof] : proof;
  if (!seed) return false;
  let [at, edge] = [oldSize - 1, size - 1];
  while (at % 2 === 1) [at, edge] = [(at - 1) / 2, Math.floor(edge / 2)];
  let [oldHash, newHash] = [seed, seed];
  for (const sibling of rest) {
    if (edge === 0) return false;
    if (at % 2 === 1 || at === edge) {
      oldHash = nodeHash(sibling, oldHash);
      newHash = nodeHash(sibling, newHash);
      [at, edge] = climb(at, edge);
    } else {
      newHash = nodeHash(newHash, sibling);
    }
    [at, edge] = [Math.floor(at / 2), Math.floor(edge / 2)];
  }
  return edge === 0 && equal(oldHash, oldRoot) && equal(newHash, newRoot);
};
