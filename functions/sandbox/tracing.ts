import type { ExportColumn } from '../../contracts/export.ts';
import { carries, markOf, nameOf, readNumber, type Written } from './fingerprint.ts';

/** A file as rows of text, its header apart. */
export type Sheet = { readonly header: readonly string[]; readonly rows: readonly (readonly string[])[] };
/** A contract under which the file may have been downloaded, and the key of its fingerprint. */
export type Suspect = { readonly contract: string; readonly key: string };
/** A cell of the original that was found again: by how many units of its last place it differs, between −1 and 1. */
type Seen = { readonly name: readonly string[]; readonly column: string; readonly difference: number };

/**
 * What speaks against one contract. `matches` of `cells` cells carry its mark, `expected` would by chance. `bound` is an upper bound of the
 * probability that any contract that had no hand in the leak stands so; `named` where it is below one in a million.
 */
export type Trace = {
  readonly contract: string;
  readonly matches: number;
  readonly cells: number;
  readonly expected: number;
  readonly bound: number;
  readonly named: boolean;
};
/** `found` rows of the leaked file were found in the original; of `cells` cells that carry a mark `unmarked` stand as in the original. */
export type Tracing = { readonly found: number; readonly cells: number; readonly unmarked: number; readonly traces: readonly Trace[] };

const level = 1e-6;
/** Of rows that cannot be told apart by their dimensions so many are compared by their numbers. */
const mostAlike = 2_000;

/** The difference of two numbers, in units of the last place of the first. */
const differenceOf = (original: Written, leaked: Written): number => {
  const more = leaked.places - original.places;
  return more >= 0
    ? Number(leaked.units - original.units * 10n ** BigInt(more)) / 10 ** more
    : Number(leaked.units * 10n ** BigInt(-more) - original.units);
};
/** How far a number may be moved by rounding to the digits it is written in, in units of the last place of the original, and by a mark. */
const toleranceOf = (original: Written, leaked: Written): number => {
  const zeros = /0*$/.exec(String(leaked.units))?.[0].length ?? 0;
  return 1 + 10 ** Math.max(0, zeros + original.places - leaked.places) / 2;
};

type Pair = { readonly at: number; readonly in: number; readonly column: ExportColumn };
/** Where each column of the original stands in the leaked file; `renamed` says what a column of the leaked file was called. */
const pairsOf = (columns: readonly ExportColumn[], header: readonly string[], renamed: ReadonlyMap<string, string>): readonly Pair[] => {
  const places = new Map(header.map((name, place) => [renamed.get(name.trim()) ?? name.trim(), place]));
  return columns.flatMap((column, at) => {
    const place = places.get(column.name.trim());
    return place === undefined ? [] : [{ at, in: place, column }];
  });
};

/** The row of the original that a leaked row is, or was before it was changed: by its dimensions, and where these do not tell, by its numbers. */
const finderOf = (original: Sheet, pairs: readonly Pair[]) => {
  const dimensions = pairs.filter(({ column }) => !column.measured);
  const measures = pairs.filter(({ column }) => column.measured);
  const index = Map.groupBy(original.rows, (row) => JSON.stringify(dimensions.map(({ at }) => row[at])));
  const isNear = (row: readonly string[], leaked: readonly string[]): boolean =>
    measures.every((pair) => {
      const [from, to] = [readNumber(row[pair.at] ?? ''), readNumber(leaked[pair.in] ?? '')];
      if (!from || !to) return (row[pair.at] ?? '') === (leaked[pair.in] ?? '');
      return Math.abs(differenceOf(from, to)) <= toleranceOf(from, to);
    });
  return (leaked: readonly string[]): readonly string[] | undefined => {
    const alike = index.get(JSON.stringify(dimensions.map((pair) => leaked[pair.in]))) ?? [];
    if (alike.length <= 1) return alike[0];
    if (alike.length > mostAlike) return undefined;
    const near = alike.filter((row) => isNear(row, leaked));
    return near.length === 1 ? near[0] : undefined;
  };
};

/** Every cell of the leaked file that stands within one unit of the original and could carry a mark; each once, however often it was copied. */
const look = (original: Sheet, leaked: Sheet, columns: readonly ExportColumn[], renamed: ReadonlyMap<string, string>) => {
  const pairs = pairsOf(columns, leaked.header, renamed);
  const find = finderOf(original, pairs);
  const rows = new Set<readonly string[]>();
  const seen: Seen[] = [];
  for (const row of leaked.rows) {
    const from = find(row);
    if (!from || rows.has(from)) continue;
    rows.add(from);
    for (const pair of pairs.filter(({ column }) => column.measured)) {
      const [number, given] = [readNumber(from[pair.at] ?? ''), readNumber(row[pair.in] ?? '')];
      if (!number || !given || !carries(number)) continue;
      const difference = differenceOf(number, given);
      if (Math.abs(difference) <= 1) seen.push({ name: nameOf(from, columns), column: pair.column.name, difference });
    }
  }
  return { found: rows.size, seen };
};

/** ln n!, by Stirling's series (DLMF 5.11.1) where it is exact to ten digits. */
const logFactorial = (n: number): number => {
  if (n < 32) return Array.from({ length: n }, (_, i) => Math.log(i + 1)).reduce((sum, each) => sum + each, 0);
  return n * Math.log(n) - n + Math.log(2 * Math.PI * n) / 2 + 1 / (12 * n) - 1 / (360 * n ** 3);
};
/** An upper bound of the probability of `hits` or more of `all` by chance, each one in three: the binomial tail as a geometric series. */
const chanceOf = (hits: number, all: number): number => {
  const ratio = (all - hits) / (2 * (hits + 1));
  if (ratio >= 1 || hits === 0) return 1;
  const first = logFactorial(all) - logFactorial(hits) - logFactorial(all - hits) + hits * Math.log(1 / 3) + (all - hits) * Math.log(2 / 3);
  return Math.min(1, Math.exp(first) / (1 - ratio));
};
/** Hoeffding's bound (1963) for the sum of what each cell says, where a mark is drawn without regard to the file: mean 0, at most |difference|. */
const hoeffding = (sum: number, squares: number): number => (sum <= 0 || squares === 0 ? 1 : Math.exp((-sum * sum) / (2 * squares)));

const judge = (seen: readonly Seen[], { contract, key }: Suspect, suspects: number): Trace => {
  let [sum, squares, matches, whole] = [0, 0, 0, 0];
  for (const { name, column, difference } of seen) {
    const mark = markOf(key, name, column);
    sum += mark * difference;
    squares += difference * difference;
    if (Number.isInteger(difference)) whole += 1;
    if (mark === difference) matches += 1;
  }
  // Two ways of looking, at so many suspects: each may err once.
  const bound = Math.min(1, 2 * suspects * Math.min(chanceOf(matches, whole), hoeffding(sum, squares)));
  return { contract, matches, cells: whole, expected: whole / 3, bound, named: bound < level };
};

/**
 * Which of several buyers a leaked file came from. Rows and columns may have been reordered, dropped or copied, columns renamed (`renamed`),
 * part of the numbers rounded or changed. A mark of a contract that had no hand in the leak is independent of the file, so that it agrees with
 * one cell in three; whoever copied cells agrees with all that were left. Two tests, of which the stronger speaks:
 * - the number of whole differences that equal the mark, against the binomial distribution: for a file of one buyer;
 * - the sum of mark × difference, against Hoeffding's inequality: for files mixed cell by cell or averaged of several buyers.
 *
 * Nobody is named unless the bound, over all suspects and both tests, is below one in a million.
 */
export function trace(
  original: Sheet,
  leaked: Sheet,
  columns: readonly ExportColumn[],
  suspects: readonly Suspect[],
  renamed: ReadonlyMap<string, string> = new Map(),
): Tracing {
  const { found, seen } = look(original, leaked, columns, renamed);
  const traces = suspects.map((suspect) => judge(seen, suspect, suspects.length)).toSorted((a, b) => a.bound - b.bound);
  return { found, cells: seen.length, unmarked: seen.filter(({ difference }) => difference === 0).length, traces };
}
