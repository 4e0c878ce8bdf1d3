import type { Cell, Place } from '../asking/shapes.ts';

/** What the pages work with on which derivations are written. Types only: no browser loads this file. */
export type Column = { readonly name: string; readonly type: string; readonly personal: string | null };
/** A loaded dataset that a derivation may be made from. */
export type Table = {
  readonly id: string;
  readonly scenario: string;
  readonly title: string;
  readonly columns: readonly Column[];
};
export type Source = { readonly name: string; readonly dataset: string; readonly entity: string | null };
export type MadeOf = { readonly dataset: string; readonly resource?: string; readonly column: string };
/** A column that a derivation makes; `madeOf` names columns of its sources. */
export type Output = Column & { readonly madeOf: readonly { readonly source: string; readonly column: string }[] };
export type Accepted = {
  readonly accepted: true;
  readonly sql: string;
  readonly entity: string | null;
  readonly columns: readonly Output[];
  readonly sample: { readonly rows: readonly (readonly Cell[])[] };
};
export type Declined = {
  readonly accepted: false;
  readonly refused: string;
  readonly at: Place | null;
  readonly zh: string;
  readonly en: string;
};
/** What a derivation would make. */
export type Trial = Accepted | Declined;
/** A derivation as it is kept. */
export type Kept = {
  readonly title: { readonly zh: string; readonly en: string };
  readonly scenario: string;
  readonly datasets: readonly Source[];
  readonly sql: string;
  readonly layout: readonly string[];
  readonly attempt: number;
  readonly reason?: string;
  readonly fault?: { readonly code: string; readonly at?: number; readonly zh?: string; readonly en?: string };
  readonly entity?: string | null;
  readonly columns?: readonly (Column & { readonly madeOf: readonly MadeOf[] })[];
};
