import { defaultPrime, Echelon, without, type Row } from './elimination.ts';
import { regionsOf, systemOf, type Leak, type Region } from './suppression.ts';

/** What one entity adds to a number of an atom, by absolute value. */
type Part = { readonly who: string; readonly value: number };

/** Who makes a number of an atom what it is: its size, and those who add most to it, the first most of all; all of them, or not. */
export type Shares = { readonly total: number; readonly top: readonly Part[]; readonly isAll: boolean };

/** With rounding, exactly half is still half. */
const slack = 1e-9;

/** Atoms with how many times a combination holds each. */
type Held = ReadonlyMap<number, number>;

/** A number of the atoms of a system under one bound on shares. */
export class Balance {
  readonly #shares: readonly Shares[];
  readonly #share: number;
  /** For each entity that is above the share in an atom, by how much in all of them. */
  readonly #excess = new Map<string, number>();

  constructor(shares: readonly Shares[], percent: number) {
    this.#shares = shares;
    this.#share = percent / 100;
    for (const { total, top } of shares)
      for (const { who, value } of top) {
        const over = value - this.#share * total;
        if (over > slack * total) this.#excess.set(who, (this.#excess.get(who) ?? 0) + over);
      }
  }

  /** Where nobody is above the share in any atom, nobody is in any of them together. */
  get isEven(): boolean {
    return this.#excess.size === 0;
  }

  /** How much of an atom there is beyond what its largest contributor may have: negative where that has more. */
  margin(atom: number): number {
    const { total, top } = this.#of(atom);
    return this.#share * total - (top[0]?.value ?? 0);
  }

  /** Those who are above the share in one of these atoms, and by how much in all. */
  suspects(held: Held): ReadonlyMap<string, number> {
    const found = new Map<string, number>();
    for (const atom of held.keys())
      for (const { who, value } of this.#of(atom).top)
        if (value - this.#share * this.#of(atom).total > slack * this.#of(atom).total) found.set(who, this.#excess.get(who) ?? 0);
    return found;
  }

  /** What the others have beyond the share of one entity: negative where it dominates. What is not known of it is taken to be much. */
  against(who: string, held: Held): number {
    let sum = 0;
    let size = 0;
    for (const [atom, times] of held) {
      const { total, top, isAll } = this.#of(atom);
      const own = top.find((part) => part.who === who)?.value ?? (isAll ? 0 : (top.at(-1)?.value ?? 0));
      sum += times * (this.#share * total - own);
      size += times * total;
    }
    return sum + slack * size;
  }

  /** Whether one entity has more than its share of the atoms. */
  isDominated(held: Held): boolean {
    return [...this.suspects(held).keys()].some((who) => this.against(who, held) < 0);
  }

  #of(atom: number): Shares {
    return this.#shares[atom] ?? { total: 0, top: [], isAll: true };
  }
}

export const once = (region: Region): Held => new Map(region.map((atom) => [atom, 1]));

const mostTimes = 1000;

/** The atoms of a row of a system, and how many times; fractions, which modulo a prime are great numbers, count once. */
function heldBy(row: Row, atoms: number, prime: number): Held {
  const held = new Map<number, number>();
  for (const [column, value] of row) {
    const times = Math.min(value, prime - value);
    if (column < atoms) held.set(column, times <= mostTimes ? times : 1);
  }
  return held;
}

const mostTries = 2_000;
const mostSteps = 6;
const mostShared = 3;

type Found = { readonly row: Row; readonly weight: number };

/**
 * Combinations of what is shown, each of which tells of a part of the data where one entity has more than its share: what is suppressed for
 * dominance, told by a total less the cells beside it, or by any other sum and difference.
 *
 * As in `findLeaks`, the columns are eliminated that would make a combination harmless, here those of atoms where the largest contributor leaves
 * most room. What is left in a row is the least that can be told with its pivot; then other rows are taken from it that share atoms with it, as
 * long as that makes the share greater. An entity dominates only together with atoms in which it does so alone.
 * @param given what has been shown before; what it tells by itself is not asked again
 * @param own what is to be shown now; each leak holds one of these, indices as in `findLeaks`
 * @param beside what may have been shown or not
 */
export function findDominated(
  given: readonly Region[],
  own: readonly Region[],
  beside: readonly Region[],
  balance: Balance,
  atoms: number,
  prime: number = defaultPrime,
): readonly Leak[] {
  const echelon = new Echelon(prime, (column) => (column < atoms ? balance.margin(column) : undefined));
  for (const turn of systemOf([given, own, beside], atoms)) for (const row of turn) echelon.take(row);
  const { rows } = echelon.reduce(0);
  const isMine = (region: number): boolean => region >= given.length && region < given.length + own.length;
  let tries = 0;

  const lighter = (from: Found, who: string, most: number): Found => {
    let best = from;
    for (const { row: by, pivot } of rows) {
      if (tries > mostTries) break;
      if (from.row.has(pivot) || balance.margin(pivot) > most) continue;
      const shared = [...by.keys()].filter((column) => column < atoms && from.row.has(column));
      for (const column of shared.slice(0, mostShared)) {
        tries += 1;
        const row = without(from.row, by, column, prime);
        const weight = balance.against(who, heldBy(row, atoms, prime));
        if (weight < best.weight) best = { row, weight };
      }
    }
    return best;
  };
  const search = (row: Row, pivot: number): Leak | undefined => {
    const held = heldBy(row, atoms, prime);
    for (const [who, most] of balance.suspects(held)) {
      // Whatever is taken away, the pivot stays.
      if (balance.margin(pivot) > most) continue;
      let found: Found = { row, weight: balance.against(who, held) };
      for (let step = 0; step < mostSteps; step += 1) {
        const regions = regionsOf([found.row], atoms);
        if (found.weight < 0 && regions.some(isMine)) return regions;
        const next = lighter(found, who, most);
        if (next === found) break;
        found = next;
      }
    }
    return undefined;
  };
  return rows.flatMap(({ row, pivot }) => {
    const leak = search(row, pivot);
    return leak === undefined ? [] : [leak];
  });
}
