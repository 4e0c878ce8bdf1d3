/** The scores that experts gave one item, each an integer from 0 to `top`; who gave none is left out. */
export type Unit = readonly number[];

/** An exact fraction with a positive denominator. */
type Ratio = readonly [numerator: bigint, denominator: bigint];

const top = 4;
const categories = Array.from({ length: top + 1 }, (_, score) => score);

const plus = ([a, b]: Ratio, [c, d]: Ratio): Ratio => [a * d + c * b, b * d];
const times = ([a, b]: Ratio, [c, d]: Ratio): Ratio => [a * c, b * d];
const oneMinus = ([a, b]: Ratio): Ratio => [b - a, b];
const sum = (ratios: readonly Ratio[]): Ratio => ratios.reduce(plus, [0n, 1n]);
const over = (numerator: number | bigint, denominator: number | bigint): Ratio => [BigInt(numerator), BigInt(denominator)];

const add = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
const countOf = (unit: Unit, score: number): number => unit.filter((given) => given === score).length;

/** Rounded down, so that it is below a threshold in permille exactly when the fraction is. */
const permille = ([numerator, denominator]: Ratio): number => {
  const scaled = numerator * 1000n;
  const quotient = scaled / denominator;
  return Number(scaled < 0n && quotient * denominator !== scaled ? quotient - 1n : quotient);
};

const pairable = (units: readonly Unit[]): readonly Unit[] => units.filter((unit) => unit.length > 1);

/**
 * Gwet's AC2 with quadratic weights over the scores 0 to 4, in permille rounded down; 1000 is full agreement. Items that nobody scored say
 * nothing, items with one score only how common scores are. Null when no item has two scores.
 * Gwet, Handbook of Inter-Rater Reliability (4th ed. 2014), ch. 4.
 */
export const gwetAc2 = (units: readonly Unit[]): number | null => {
  const scored = units.filter((unit) => unit.length > 0);
  const pairs = pairable(scored);
  if (pairs.length === 0) return null;
  // 1 − weight is d²/16, and the squared differences over all ordered pairs of r scores sum to 2(r·Σs² − (Σs)²).
  const disagreement = sum(
    pairs.map((unit) => {
      const r = unit.length;
      const squares = 2 * (r * add(unit.map((score) => score * score)) - add(unit) ** 2);
      return over(squares, top * top * r * (r - 1));
    }),
  );
  const chance = sum(
    categories.map((score) => {
      const share = times(sum(scored.map((unit) => over(countOf(unit, score), unit.length))), over(1, scored.length));
      return times(share, oneMinus(share));
    }),
  );
  // The weights sum to 75/4 over the 25 pairs of categories: 75/4 over 5·4 is 15/16.
  const [a, b] = oneMinus(times(over(15, 16), chance));
  return permille(oneMinus(times(times(disagreement, over(1, pairs.length)), [b, a])));
};

/**
 * Krippendorff's alpha with the ordinal difference, in permille rounded down; 1000 is full agreement, 0 what chance would give. Missing scores
 * are left out. Where all scores are the same nothing can disagree: 1000. Null when no item has two scores.
 * Krippendorff, Computing Krippendorff's Alpha-Reliability (2011).
 */
export const krippendorffAlpha = (units: readonly Unit[]): number | null => {
  const pairs = pairable(units);
  if (pairs.length === 0) return null;
  const counts = categories.map((score) => add(pairs.map((unit) => countOf(unit, score))));
  const all = add(counts);
  /** Twice the ordinal difference, squared: the scores between two categories, these counted half. The factor cancels. */
  const difference = (low: number, high: number): number =>
    (2 * add(counts.slice(low, high + 1)) - (counts[low] ?? 0) - (counts[high] ?? 0)) ** 2;
  const apart = categories.flatMap((low) => categories.slice(low + 1).map((high) => [low, high, difference(low, high)] as const));
  const observed = sum(
    pairs.map((unit) => over(add(apart.map(([low, high, d]) => countOf(unit, low) * countOf(unit, high) * d)), unit.length - 1)),
  );
  const expected = add(apart.map(([low, high, d]) => (counts[low] ?? 0) * (counts[high] ?? 0) * d));
  return expected === 0 ? 1000 : permille(oneMinus(times(observed, over(all - 1, expected))));
};
