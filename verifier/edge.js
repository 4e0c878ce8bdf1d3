// @ts-check
import { equal } from './bytes.js';
import { Fault } from './fault.js';
import { edgesOf, fullWidth, readBundle, readTile, tilePath } from './tile.js';
import { emptyRoot, leafHash, nodeHash, treeHash } from './tree.js';

/**
 * The right edge of a tree: its partial tiles, which together make its root.
 * @import { Source } from './source.js'
 * @import { Edge } from './tile.js'
 * @import { Hash } from './tree.js'
 * @typedef {Edge & { readonly hashes: readonly Hash[] }} FilledEdge
 */

/**
 * The root over the hashes of an edge: of the complete subtrees that they make up, the smallest and rightmost first.
 * @param {readonly FilledEdge[]} edges from level 0 upwards
 */
export const rootOf = async (edges) => {
  /** @type {Hash | undefined} */
  let root;
  for (const { hashes } of edges) {
    let end = hashes.length;
    for (let part = 1; part <= end; part *= 2)
      if ((end / part) % 2 === 1) {
        const left = await treeHash(hashes.slice(end - part, end));
        root = root ? await nodeHash(left, root) : left;
        end -= part;
      }
  }
  return root ?? emptyRoot();
};

/** The hashes of a partial tile as what lies below it makes them. @param {Source} source @param {Edge} edge @returns {Promise<readonly Hash[]>} */
const rebuild = async (source, { level, index, width }) => {
  if (level === 0) return Promise.all((await readBundle(source, index, width)).entries.map(leafHash));
  /** @type {Hash[]} */
  const hashes = [];
  for (let child = index * fullWidth; hashes.length < width; child += 1)
    hashes.push(await treeHash(await readTile(source, level - 1, child, fullWidth)));
  return hashes;
};

/**
 * Who is at fault where an edge does not give the signed root: the partial tile which, made anew from what lies below it, mends the root.
 * Where none does, what the log holds is simply not what was signed.
 * @param {Source} source @param {readonly FilledEdge[]} edges @param {Hash} root
 * @returns {Promise<Fault>}
 */
const blame = async (source, edges, root) => {
  /** @type {FilledEdge[]} */
  const rebuilt = [];
  for (const edge of edges) rebuilt.push({ ...edge, hashes: await rebuild(source, edge) });
  if (!equal(await rootOf(rebuilt), root)) return new Fault('root_mismatch', { path: 'checkpoint' });
  const wrong = edges.flatMap(({ level, index, width, hashes }, at) => {
    const nth = hashes.findIndex((hash, place) => !equal(hash, rebuilt[at]?.hashes[place] ?? hash));
    return nth < 0 ? [] : [{ path: tilePath(level, index, width), index: index * fullWidth + nth }];
  });
  return new Fault('tile_tampered', wrong[0]);
};

/**
 * The edge of a tree as its files say it, verified against its root. Throws what `readTile` does, `tile_tampered` where one partial tile is
 * to blame, and `root_mismatch`.
 * @param {Source} source @param {number} size @param {Hash} root
 * @returns {Promise<readonly FilledEdge[]>}
 */
export const readEdges = async (source, size, root) => {
  const edges = await Promise.all(
    edgesOf(size).map(async (edge) => ({ ...edge, hashes: await readTile(source, edge.level, edge.index, edge.width) })),
  );
  if (!equal(await rootOf(edges), root)) throw await blame(source, edges, root);
  return edges;
};
