import { defaultPrime, Echelon, type Row } from './elimination.ts';

/**
 * A part of the data that no question divides: how many entities are in it, and who they are where they are few. Without names each row is its
 * own entity, so that no two atoms share one.
 */
export type Atom = { readonly entities: number; readonly few?: readonly string[] };

/** What an answer shows a number of: the atoms in it, by index. */
export type Region = readonly number[];

/** The shown regions, by index, of which some combination tells of fewer entities than may be told of. */
export type Leak = readonly number[];

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
 * Where there are too many to look at, the last of those answered was not found to be small.
 */
function smallCombinations(
  rows: readonly { readonly row: Row; readonly pivot: number }[],
  news: number,
  atoms: readonly Atom[],
  least: number,
): { readonly small: Row[][]; readonly isCutShort: boolean } {
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
  return { small, isCutShort: seen > mostSubsets };
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
 * @param own what is to be shown now; indices of a leak count `given` first, then `own`, and each leak holds one of these
 * @param beside what may have been shown or not: it is told only as far as `own` does not tell it
 */
export function findLeaks(
  given: readonly Region[],
  own: readonly Region[],
  atoms: readonly Atom[],
  least: number,
  prime: number = defaultPrime,
  beside: readonly Region[] = [],
): readonly Leak[] {
  const isLarge = (column: number): boolean => (atoms[column]?.entities ?? least) >= least && column < atoms.length;
  const isSmall = (column: number): boolean => column < atoms.length && !isLarge(column);
  const large = new Echelon(prime, (column) => (isLarge(column) ? 0 : undefined));
  const small = new Echelon(prime, (column) => (isSmall(column) ? 0 : undefined));
  let before = 0;
  for (const [turn, rows] of systemOf([given, own, beside], atoms.length).entries()) {
    if (turn === 1) before = small.rows.length;
    for (const row of rows) if (!large.take(row)) small.take(row);
  }
  // Those that are new come first, so that every set looked at holds one.
  const { news, rows } = small.reduce(before);
  const { small: found, isCutShort } = smallCombinations(rows, news, atoms, least);
  const isMine = (region: number): boolean => region >= given.length && region < given.length + own.length;
  const leaks = found.map((combined) => regionsOf(combined, atoms.length)).filter((leak) => leak.some(isMine));
  return isCutShort && leaks.length === 0 ? [own.map((_, index) => given.length + index)] : leaks;
}

/**
 * A linear system: for each region a row with 1 at its atoms, and 1 at a column of its own after these, which says in the end of which regions a
 * row was combined. In each turn the smallest regions come first.
 */
export function systemOf(turns: readonly (readonly Region[])[], atoms: number): readonly (readonly Row[])[] {
  let column = atoms;
  return turns.map((regions) =>
    regions.map((region): Row => new Map([...region.map((atom) => [atom, 1] as const), [column++, 1]])).toSorted((a, b) => a.size - b.size),
  );
}

/** Of which regions rows of such a system were combined. */
export const regionsOf = (rows: readonly Row[], atoms: number): Leak => [
  ...new Set(rows.flatMap((row) => [...row.keys()].flatMap((column) => (column >= atoms ? [column - atoms] : [])))),
];

const rounds = 40;

/** What else is known: regions that may have been shown or not, and leaks of another kind. */
export type Beyond = {
  readonly beside?: readonly Region[];
  readonly leaks?: (given: readonly Region[], own: readonly Region[], beside: readonly Region[]) => readonly Leak[];
};

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
  { beside = [], leaks: others = () => [] }: Beyond = {},
): ReadonlySet<number> | null {
  const hidden = new Set<number>();
  // Shown, it may say by itself what it would else take to say more; so both are looked at.
  const alternatives = beside.length === 0 ? [beside] : [[], beside];
  const weight = own.map((region) => region.reduce((sum, atom) => sum + (atoms[atom]?.entities ?? 0), 0));
  for (let round = 0; round < rounds; round += 1) {
    const kept = own.map((_, index) => index).filter((index) => !hidden.has(index));
    const shown = kept.map((index) => own[index] ?? []);
    const leaks = alternatives.flatMap((each) => [...findLeaks(given, shown, atoms, least, prime, each), ...others(given, shown, each)]);
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
