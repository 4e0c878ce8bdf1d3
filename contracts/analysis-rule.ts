import * as z from 'zod';

const columnName = z.string().min(1).max(128);

/** An exact bound of a clamp: an integer or a decimal of at most 18 and 9 digits, kept as text because JSON numbers are not exact. */
const bound = z.string().regex(/^-?[0-9]{1,18}(\.[0-9]{1,9})?$/);

/** The width of a numeric cell, starting at zero; a whole number or one with at most six decimals. */
const bin = z
  .number()
  .positive()
  .max(1_000_000_000)
  .refine((width) => /^[0-9]+(\.[0-9]{1,6})?$/.test(String(width)), 'at most six decimals');

/** How coarse a dimension is at least; a query may be coarser (months where the rule says days) and never finer. */
export const Grain = z.union([z.enum(['hour', 'day', 'month', 'year']), z.strictObject({ bin })]);
export type Grain = z.infer<typeof Grain>;

/** A column that answers may be grouped and filtered by. Personal columns can never be one. */
export const Dimension = z.strictObject({ column: columnName, grain: Grain.optional() });
export type Dimension = z.infer<typeof Dimension>;

const clamp = z.strictObject({ min: bound, max: bound }).refine(({ min, max }) => Number(min) <= Number(max), 'min is above max');

/** A column that may be summed and averaged. The clamp limits what one entity adds to one cell, in the column's own unit. */
export const Measure = z.strictObject({ column: columnName, clamp: clamp.optional() });
export type Measure = z.infer<typeof Measure>;

/**
 * What may be asked of a dataset (sandbox.md, "The analysis rule"). Set by the operator, tightened by the conditions of the scenario, frozen
 * into the contract. `entity` names the column whose values the cells protect (a person, an enterprise); null says that each row is its own.
 * A cell is released when at least `minEntities` entities are in it and none contributes more than `dominancePercent` of it.
 */
export const AnalysisRule = z
  .strictObject({
    dimensions: z.array(Dimension).max(50),
    measures: z.array(Measure).max(50),
    entity: columnName.nullable(),
    minEntities: z.int().min(2).max(1_000_000).default(10),
    dominancePercent: z.int().min(1).max(100).default(50),
    maxRows: z.int().min(1).max(100_000).default(1000),
    maxPredicates: z.int().min(0).max(8).default(8),
  })
  .refine(({ dimensions }) => distinct(dimensions), { path: ['dimensions'], message: 'a column is named twice' })
  .refine(({ measures }) => distinct(measures), { path: ['measures'], message: 'a column is named twice' })
  .refine(({ entity, dimensions, measures }) => ![...dimensions, ...measures].some(({ column }) => column === entity), {
    path: ['entity'],
    message: 'the entity is neither a dimension nor a measure',
  });
export type AnalysisRule = z.infer<typeof AnalysisRule>;

function distinct(named: readonly { readonly column: string }[]): boolean {
  return new Set(named.map(({ column }) => column)).size === named.length;
}
