import type { Atom, Region } from '../../functions/sandbox/suppression.ts';

/** The rank of a matrix of whole numbers, in exact fractions: fraction-free elimination (Bareiss 1968). */
function rankOf(matrix: readonly (readonly bigint[])[]): number {
  const rows = matrix.map((row) => [...row]);
  let rank = 0;
  let divisor = 1n;
  for (let column = 0; column < (rows[0]?.length ?? 0); column += 1) {
    const found = rows.findIndex((row, index) => index >= rank && row[column] !== 0n);
    if (found === -1) continue;
    const pivot = rows[found]!;
    rows[found] = rows[rank]!;
    rows[rank] = pivot;
    for (let index = rank + 1; index < rows.length; index += 1) {
      const row = rows[index]!;
      const factor = row[column]!;
      rows[index] = row.map((value, each) => (value * pivot[column]! - factor * pivot[each]!) / divisor);
    }
    divisor = pivot[column]!;
    rank += 1;
  }
  return rank;
}

export const entitiesOf = (columns: readonly number[], atoms: readonly Atom[]): number =>
  new Set(
    columns.flatMap((column) => atoms[column]?.few ?? Array.from({ length: atoms[column]?.entities ?? 0 }, (_, n) => `${column}/${n}`)),
  ).size;

/** By trying all sets of atoms: can a buyer compute a number that tells of fewer than `least` entities? */
export function canIsolate(shown: readonly Region[], atoms: readonly Atom[], least: number): boolean {
  const matrix = shown.map((region) => atoms.map((_, column) => (region.includes(column) ? 1n : 0n)));
  const rank = rankOf(matrix);
  for (let set = 1; set < 2 ** atoms.length; set += 1) {
    const inside = atoms.flatMap((_, column) => ((set >> column) & 1 ? [column] : []));
    if (entitiesOf(inside, atoms) >= least) continue;
    // Some combination is zero outside the set and not inside exactly if striking out the set loses rank.
    if (rankOf(matrix.map((row) => row.filter((_, column) => !inside.includes(column)))) < rank) return true;
  }
  return false;
}
