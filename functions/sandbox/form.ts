import type { AnalysisRule } from '../../contracts/analysis-rule.ts';
import type { GateCode } from '../../contracts/gate-refusals.ts';
import type { Mark } from './placing.ts';

/**
 * A column of the governed table, with its DuckDB type as `DESCRIBE` names it, and what the profile found: the kind of personal information
 * in it, and whether each of its values stands in one row only.
 */
export type Column = { readonly name: string; readonly type: string; readonly personal?: string | null; readonly unique?: boolean };

/** A value the buyer wrote, taken apart and proven to be of its kind; numbers stay text because JSON numbers are not exact. */
export type Literal = {
  readonly kind: 'integer' | 'decimal' | 'double' | 'text' | 'date' | 'timestamp' | 'boolean';
  readonly text: string;
};

/**
 * A dimension of the rule as a query uses it. `bin` is the width of a cell as exact decimal text without zeros at its end, `of` the type of the
 * column; null is the bare column.
 */
export type Cut = {
  readonly column: string;
  readonly grain: 'hour' | 'day' | 'month' | 'year' | { readonly bin: string; readonly of: string } | null;
};

export type Comparison = '=' | '<' | '<=' | '>' | '>=';

export type Predicate =
  | { readonly kind: 'and' | 'or'; readonly of: readonly Predicate[] }
  | { readonly kind: 'compare'; readonly cut: Cut; readonly by: Comparison; readonly value: Literal }
  | { readonly kind: 'in'; readonly cut: Cut; readonly values: readonly Literal[] }
  | Listed;

/** That the value of a column, as text, stands in a version of a list: what a join with it says, since a value is in a version once. */
export type Listed = { readonly kind: 'listed'; readonly cut: Cut; readonly version: number };

/** A list that a question may be joined with: its name in the question, the column it was made for, and its version, a number of the resource. */
export type JoinList = { readonly name: string; readonly column: string; readonly version: number };

export type Output =
  | { readonly kind: 'dimension'; readonly cut: Cut }
  | { readonly kind: 'rows' }
  | { readonly kind: 'entities' }
  | { readonly kind: 'sum' | 'avg'; readonly column: string };

export type Ordering = { readonly output: number; readonly descending: boolean; readonly nullsFirst: boolean };

/** All that a governed query can say. Whatever is not in this type cannot be asked. */
export type Form = {
  readonly outputs: readonly { readonly label: string; readonly output: Output }[];
  readonly where: Predicate | null;
  readonly groups: readonly Cut[];
  readonly order: readonly Ordering[];
  readonly limit: number | null;
};

/** The rule with the columns it speaks of, as the gate needs them. */
export type Ground = {
  readonly rule: AnalysisRule;
  readonly columns: readonly Column[];
  /** Those called as the one that the question names; one for each column where it was made for several. */
  readonly lists?: readonly JoinList[];
};

/** Thrown inside the gate only; `compile` turns it into a value. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly code: GateCode;
  readonly at: Mark | null;
  constructor(code: GateCode, at: Mark | null = null) {
    super(code);
    this.code = code;
    this.at = at;
  }
}

/** Equality of two parts of a form; their keys are always written in the same order. */
export const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** DuckDB compares identifiers without regard to the case of ASCII letters only. */
export const fold = (identifier: string): string => identifier.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
