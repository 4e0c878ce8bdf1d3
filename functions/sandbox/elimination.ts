/**
 * Products of two remainders stay below 2^53, so that arithmetic modulo this prime is exact. What is dependent in rational numbers is so modulo
 * a prime; the converse fails only where the prime divides a determinant, so that whoever asks draws one that nobody could foresee.
 */
export const primes: readonly number[] = [67108859, 67108837, 67108819, 67108777, 67108763, 67108757, 67108753, 67108747];
export const [defaultPrime = 0] = primes;

/** A row of a linear system, sparse: what is at each column. */
export type Row = Map<number, number>;

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

/** A row less the multiple of another that makes its column zero, whatever the other has there. */
export function without(row: Row, by: Row, column: number, prime: number): Row {
  const scaled = new Map(by);
  normalise(scaled, column, prime);
  const less = new Map(row);
  eliminate(less, scaled, column, prime);
  return less;
}

const normalise = (row: Row, column: number, prime: number): void => {
  const scale = inverse(row.get(column) ?? 1, prime);
  for (const [each, value] of row) row.set(each, (value * scale) % prime);
};

/** Rows with a pivot each, in the order they came; a row holds no pivot of those before it. */
export class Echelon {
  readonly rows: { readonly row: Row; readonly pivot: number }[] = [];
  readonly #order = new Map<number, number>();
  readonly #prime: number;
  readonly #rank: (column: number) => number | undefined;

  /** @param rank of the columns that can be pivots; of those of a row the one with the highest is */
  constructor(prime: number, rank: (column: number) => number | undefined) {
    this.#prime = prime;
    this.#rank = rank;
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
    let pivot: number | undefined;
    let highest: number | undefined;
    for (const column of row.keys()) {
      const rank = this.#rank(column);
      if (rank === undefined || (highest !== undefined && rank <= highest)) continue;
      pivot = column;
      highest = rank;
    }
    return pivot;
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
