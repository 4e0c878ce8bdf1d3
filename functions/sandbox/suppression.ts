/**
 * A part of the data that no question divides: how many entities are in it, and who they are where they are few. Without names each row is its
 * own entity, so that no two atoms share one.
 */
export type Atom = { readonly entities: number; readonly few?: readonly string[] };

/** What an answer shows a number of: the atoms in it, by index. */
export type Region = readonly number[];

/** The shown regions, by index, of which some combination tells of fewer entities than may be told of. */
export type Leak = readonly number[];

/**
 * Products of two remainders stay below 2^53, so that arithmetic modulo this prime is exact. What is dependent in rational numbers is so modulo
 * a prime; the converse fails only where the prime divides a determinant, so that whoever asks draws one that nobody could foresee.
 */
export const primes: readonly number[] = [67108859, 67108837, 67108819, 67108777, 67108763, 67108757, 67108753, 67108747];
const [defaultPrime = 0] = primes;

/** A row of a linear system, sparse: what is at each column. Columns from `atoms.length` on say of which regions it is combined. */
type Row = Map<number, number>;

const inverse = (value: number, prime: number): number => {
  let [a, b, x, y] = [value, prime, 1, 0];
  while (b !== 0) [a, b, x, y] = [b, a % b, y, x - Math.floor(a / b) * y];
  return ((x % prime) + prime) % prime;
};

/** Takes from a row the multiple of another that makes its column zero; the other has 1 there. */
const eliminate = (row: Row, by: Row, column: number, prime: number): void => {
  const times = prime - (row.get(column) ?? 0);
  for (const [each, value] of by) {
    const sum = ((row.get(each) ?? 0) + times * value) % prime;
    if (sum === 0) row.delete(each);
    else row.set(each, sum);
  }
};

const normalise = (row: Row, column: number, prime: number): void => {
  const scale = inverse(row.get(column) ?? 1, prime);
  for (const [each, value] of row) row.set(each, (value * scale) % prime);
};

/** Rows with a pivot each, in the order they came; a row holds no pivot of those before it. */
class Echelon {
  readonly rows: { readonly row: Row; readonly pivot: number }[] = [];
  readonly #order = new Map<number, number>();
  readonly #prime: number;
  readonly #may: (column: number) => boolean;

  /** @param may which columns can be pivots */
  constructor(prime: number, may: (column: number) => boolean) {
    this.#prime = prime;
    this.#may = may;
  }

  /** Reduces a row by those before it. Keeps it, and answers true, if a column is left that can be its pivot. */
  take(row: Row): boolean {
    for (let next = this.#first(row); next !== undefined; next = this.#first(row)) {
      const { row: by, pivot } = this.rows[next] ?? { row: row, pivot: 0 };
      eliminate(row, by, pivot, this.#prime);
    }
    const pivot = this.#pivotOf(row);
    if (pivot === undefined) return false;
    normalise(row, pivot, this.#prime);
    this.#order.set(pivot, this.rows.length);
    this.rows.push({ row, pivot });
    return true;
  }

  /** Makes every pivot the only entry of its column. Answers the rows from a place on, and those that they have changed, before all others. */
  reduce(from: number): { readonly news: number; readonly rows: Echelon['rows'] } {
    const changed = new Set(this.rows.slice(from));
    for (const [index, lower] of this.rows.entries())
      for (const upper of this.rows.slice(0, index)) {
        if (!upper.row.has(lower.pivot)) continue;
        eliminate(upper.row, lower.row, lower.pivot, this.#prime);
        if (changed.has(lower)) changed.add(upper);
      }
    return { news: changed.size, rows: [...changed, ...this.rows.filter((row) => !changed.has(row))] };
  }

  #pivotOf(row: Row): number | undefined {
    for (const column of row.keys()) if (this.#may(column)) return column;
    return undefined;
  }

  #first(row: Row): number | undefined {
    let first: number | undefined;
    for (const column of row.keys()) {
      const order = this.#order.get(column);
      if (order !== undefined && (first === undefined || order < first)) first = order;
    }
    return first;
  }
}

/** How many entities are in several atoms together. */
function sizeOf(columns: Iterable<number>, atoms: readonly Atom[]): number {
  const named = new Set<string>();
  let unnamed = 0;
  for (const column of columns) {
    const { few, entities } = atoms[column] ?? { entities: 0 };
    if (few === undefined) unnamed += entities;
    else for (const each of few) named.add(each);
  }
  return unnamed + named.size;
}

const mostSubsets = 5_000;

/**
 * Of rows that tell of small atoms only, the combinations that tell of fewer than `least` entities. One row is told exactly. Of several, an
 * atom that only one of them holds is in every combination of them, and only such atoms are counted, so that a combination may be taken for
 * smaller than it is and never for larger; the first of them is one of the first `news` rows. Each row holds a pivot that no other has: rows whose pivots are enough entities need no look.
 */
function smallCombinations(
  rows: readonly { readonly row: Row; readonly pivot: number }[],
  news: number,
  atoms: readonly Atom[],
  least: number,
): Row[][] {
  const small: Row[][] = [];
  let seen = 0;
  const inside = (row: Row): number[] => [...row.keys()].filter((column) => column < atoms.length);
  const visit = (from: number, to: number, chosen: readonly (typeof rows)[number][]): void => {
    for (let index = from; index < to; index += 1) {
      const next = rows[index];
      if (next === undefined) return;
      seen += 1;
      const together = [...chosen, next];
      const times = new Map<number, number>();
      for (const { row } of together) for (const column of inside(row)) times.set(column, (times.get(column) ?? 0) + 1);
      const sure = [...times].filter(([, count]) => count === 1).map(([column]) => column);
      // Rows that share no atom tell nothing together that they do not tell apart.
      const apart = together.length > 1 && sure.length === times.size;
      if (seen > mostSubsets || (!apart && sizeOf(sure, atoms) < least)) small.push(together.map(({ row }) => row));
      if (seen > mostSubsets) return;
      if (
        sizeOf(
          together.map(({ pivot }) => pivot),
          atoms,
        ) < least
      )
        visit(index + 1, rows.length, together);
    }
  };
  visit(0, news, []);
  return small;
}

/**
 * Whether the numbers that several answers show, added and subtracted in any way, tell of fewer than `least` entities: total minus visible
 * cells, complements, overlapping ranges, and every longer chain of such steps, over any number of answers.
 *
 * What is shown is a linear system: a row for each region, a column for each atom, 1 where the atom is in the region. A combination tells of
 * the atoms where it is not zero. One that holds an atom of `least` entities or more tells of enough; the others are found by eliminating
 * those columns first: rows that are left have small atoms only. The number of entities of several atoms is that of their union.
 * After Cox 1980 and Fischetti and Salazar 2000 (auditing of tables), with entities for the bound in place of intervals.
 *
 * @param given what has been shown before; what it tells by itself is not asked again
 * @param own what is to be shown now; indices of a leak count `given` first
 */
export function findLeaks(
  given: readonly Region[],
  own: readonly Region[],
  atoms: readonly Atom[],
  least: number,
  prime: number = defaultPrime,
): readonly Leak[] {
  const isLarge = (column: number): boolean => (atoms[column]?.entities ?? least) >= least && column < atoms.length;
  const isSmall = (column: number): boolean => column < atoms.length && !isLarge(column);
  const large = new Echelon(prime, isLarge);
  const small = new Echelon(prime, isSmall);
  const bySize = (regions: readonly Region[], offset: number) =>
    regions.map((atomsOf, index) => ({ atomsOf, index: index + offset })).toSorted((a, b) => a.atomsOf.length - b.atomsOf.length);
  let before = 0;
  for (const [turn, regions] of [bySize(given, 0), bySize(own, given.length)].entries()) {
    if (turn === 1) before = small.rows.length;
    for (const { atomsOf, index } of regions) {
      const row: Row = new Map(atomsOf.map((atom) => [atom, 1]));
      row.set(atoms.length + index, 1);
      if (!large.take(row)) small.take(row);
    }
  }
  // Those that are new come first, so that every set looked at holds one.
  const { news, rows } = small.reduce(before);
  return smallCombinations(rows, news, atoms, least).map((combined) => [
    ...new Set(combined.flatMap((row) => [...row.keys()].flatMap((column) => (column >= atoms.length ? [column - atoms.length] : [])))),
  ]);
}

const rounds = 40;

/**
 * Secondary suppression: which of one's own regions must stay hidden, so that neither these alone (a table with its margins) nor together with
 * what has been shown before a hidden one can be computed. Of each leak the region with the fewest entities is hidden, until none is left.
 * Null where that does not end soon: then nothing is shown.
 */
export function suppressFurther(
  given: readonly Region[],
  own: readonly Region[],
  atoms: readonly Atom[],
  least: number,
  prime: number = defaultPrime,
): ReadonlySet<number> | null {
  const hidden = new Set<number>();
  const weight = own.map((region) => region.reduce((sum, atom) => sum + (atoms[atom]?.entities ?? 0), 0));
  for (let round = 0; round < rounds; round += 1) {
    const kept = own.map((_, index) => index).filter((index) => !hidden.has(index));
    const leaks = findLeaks(
      given,
      kept.map((index) => own[index] ?? []),
      atoms,
      least,
      prime,
    );
    if (leaks.length === 0) return hidden;
    for (const leak of leaks) {
      const mine = leak.flatMap((region) => kept[region - given.length] ?? []);
      if (mine.some((index) => hidden.has(index))) continue;
      const [fewest] = mine.toSorted((a, b) => (weight[a] ?? 0) - (weight[b] ?? 0));
      if (fewest === undefined) return null;
      hidden.add(fewest);
    }
  }
  return null;
}
