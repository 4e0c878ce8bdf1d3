import type { Named } from '../shapes.ts';

/** What the pages work with on which questions are asked. Types only: no browser loads this file. */
export type Grain = 'hour' | 'day' | 'month' | 'year' | { readonly bin: number };
export type Domain = readonly string[] | { readonly from: string; readonly to: string };
export type Dimension = { readonly column: string; readonly grain?: Grain; readonly domain?: Domain };
export type Measure = { readonly column: string; readonly clamp?: { readonly min: string; readonly max: string } };
export type Privacy = {
  readonly epsilonMicro: number;
  readonly cellsPerEntity: number;
  readonly rowsPerCell: number;
  readonly buyerBudgetMicro: number;
};
export type Rule = {
  readonly dimensions: readonly Dimension[];
  readonly measures: readonly Measure[];
  readonly entity: string | null;
  readonly minEntities: number;
  readonly dominancePercent: number;
  readonly maxRows: number;
  readonly maxPredicates: number;
  readonly privacy?: Privacy;
  readonly templatesOnly?: boolean;
  readonly joinable?: readonly string[];
};
export type Column = { readonly name: string; readonly type: string };
/** What may be asked of a product. */
export type Told = { readonly rule: Rule; readonly columns: readonly Column[] };

export type Parameter = {
  readonly name: string;
  readonly title: Named;
  readonly type: 'text' | 'integer' | 'decimal' | 'date';
  readonly values?: readonly string[];
  readonly min?: string;
  readonly max?: string;
  readonly default?: string;
};
export type Template = {
  readonly id: string;
  readonly title: Named;
  readonly summary: string;
  readonly parameters: readonly Parameter[];
};
export type Argument = { readonly name: string; readonly value: string };
/** What is asked: a text, or a template with its arguments. */
export type Question = { readonly sql: string } | { readonly template: string; readonly arguments: readonly Argument[] };

export type Cell = string | number | boolean | null;
export type Place = { readonly offset: number; readonly text?: string };
export type Refusal = {
  readonly sql: string;
  readonly code: string;
  readonly at?: Place | undefined;
  readonly zh?: string;
  readonly en?: string;
};
export type Cost = { readonly queries: number; readonly budget?: { readonly epsilonMicro: number; readonly ofMicro: number } };
export type Accepted = {
  readonly accepted: true;
  readonly asks?: string;
  readonly sql: string;
  readonly predicates: readonly string[];
  readonly cost: Cost;
  readonly sample: {
    readonly entitiesPerCell: number;
    readonly columns: readonly string[];
    readonly rows: readonly (readonly Cell[])[] | null;
  };
};
export type Declined = {
  readonly accepted: false;
  readonly asks?: string;
  readonly refused: string;
  readonly at: Place | null;
  readonly zh: string;
  readonly en: string;
};
/** Whether a question would be answered. */
export type Preview = Accepted | Declined;

export type Result = { readonly columns: readonly Column[]; readonly rows: readonly (readonly Cell[])[] };
/** What is left to a buyer under one contract. */
export type Balance = {
  readonly queries: { readonly of: number; readonly left: number };
  readonly budget?: { readonly ofMicro: number; readonly leftMicro: number };
};
export type Asked = {
  readonly id: string;
  readonly status: string;
  readonly sql: string;
  readonly askedAt: string;
  readonly isService: boolean;
  readonly template?: string;
  readonly code?: string;
  readonly rows?: number;
};
