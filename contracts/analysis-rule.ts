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

const end = z.string().regex(/^(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|-?[0-9]{1,18}(?:\.[0-9]{1,6})?)$/);

/**
 * All values that a dimension can have, as public knowledge and not as the data happens to hold them: a list of texts where it has no grain, and
 * where it has one the days or numbers from which and up to which (exclusive) its cells reach.
 */
export const Domain = z.union([z.array(z.string().max(200)).min(1).max(1000), z.strictObject({ from: end, to: end })]);
export type Domain = z.infer<typeof Domain>;

/** A column that answers may be grouped and filtered by. Personal columns can never be one. */
export const Dimension = z.strictObject({ column: columnName, grain: Grain.optional(), domain: Domain.optional() });
export type Dimension = z.infer<typeof Dimension>;

/** In billionths, since a JavaScript number does not tell great ones apart. */
const exact = (decimal: string): bigint => {
  const [whole = '', fraction = ''] = decimal.split('.');
  return BigInt(whole + fraction.padEnd(9, '0'));
};

const clamp = z
  .strictObject({ min: bound, max: bound })
  .refine(
    ({ min, max }) => !(bound.safeParse(min).success && bound.safeParse(max).success) || exact(min) <= exact(max),
    'min is above max',
  );

/** A column that may be summed and averaged. The clamp limits what one entity adds to one cell, in the column's own unit. */
export const Measure = z.strictObject({ column: columnName, clamp: clamp.optional() });
export type Measure = z.infer<typeof Measure>;

/**
 * Differential privacy, for products that hold personal data: every answer is noised, and what it may tell of one entity is paid for from two
 * accounts, in millionths of ε. `epsilonMicro` is the ε of one statistic in one cell; `cellsPerEntity` and `rowsPerCell` bound what one
 * entity adds to one answer; `datasetBudgetMicro` is spent by all buyers of the product together, `buyerBudgetMicro` by one contract. What may
 * be told of a resource by all its products together is the rule base's (`sandbox.resourceEpsilonMicro`).
 */
export const Privacy = z.strictObject({
  epsilonMicro: z.int().min(1).max(10_000_000),
  cellsPerEntity: z.int().min(1).max(1000),
  rowsPerCell: z.int().min(1).max(1_000_000),
  datasetBudgetMicro: z.int().min(1).max(1_000_000_000),
  buyerBudgetMicro: z.int().min(1).max(1_000_000_000),
});
export type Privacy = z.infer<typeof Privacy>;

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
    privacy: Privacy.optional(),
    /** Buyers ask reviewed templates, and write nothing themselves. */
    templatesOnly: z.boolean().optional(),
    /**
     * Columns that a buyer's list may be joined on, by equality as text. One that holds personal information, names the entity or is unique in
     * each row only under `privacy`: such a list picks out persons, and with enough accomplices in it tells of one more.
     */
    joinable: z.array(columnName).max(20).optional(),
  })
  .refine(({ dimensions }) => distinct(dimensions), { path: ['dimensions'], message: 'a column is named twice' })
  .refine(({ measures }) => distinct(measures), { path: ['measures'], message: 'a column is named twice' })
  .refine(({ entity, dimensions, measures }) => ![...dimensions, ...measures].some(({ column }) => column === entity), {
    path: ['entity'],
    message: 'the entity is neither a dimension nor a measure',
  })
  .refine(({ joinable = [], measures }) => !measures.some(({ column }) => joinable.includes(column)), {
    path: ['joinable'],
    message: 'a measure is not joined on',
  })
  .refine(({ privacy, dimensions }) => !privacy || dimensions.every(({ domain, grain }) => domain && Array.isArray(domain) === !grain), {
    path: ['dimensions'],
    message: 'under differential privacy each dimension has a public domain: a list, or with a grain a range',
  })
  .refine(({ privacy, measures }) => !privacy || measures.every(({ clamp: bounds }) => bounds), {
    path: ['measures'],
    message: 'under differential privacy each measure has a clamp',
  });
export type AnalysisRule = z.infer<typeof AnalysisRule>;

/**
 * What the decision on a scenario demands of every analysis rule under it (Measures art. 19: conditions of an approval). What it leaves out the
 * rule base sets; `privacy` demands noise and a budget of each product.
 */
export const RuleFloor = z.strictObject({
  minEntities: z.int().min(2).max(1_000_000).optional(),
  dominancePercent: z.int().min(1).max(100).optional(),
  maxRows: z.int().min(1).max(100_000).optional(),
  privacy: z.literal('REQUIRED').optional(),
});
export type RuleFloor = z.infer<typeof RuleFloor>;

type Strictness = Pick<AnalysisRule, 'minEntities' | 'dominancePercent' | 'maxRows'>;

/** The rule with whatever a floor demands more of it. A floor may rise after a rule was approved, so it is asked again at every use. */
export const tightened = <R extends Strictness>(rule: R, floor: RuleFloor = {}): R => ({
  ...rule,
  minEntities: Math.max(rule.minEntities, floor.minEntities ?? rule.minEntities),
  dominancePercent: Math.min(rule.dominancePercent, floor.dominancePercent ?? rule.dominancePercent),
  maxRows: Math.min(rule.maxRows, floor.maxRows ?? rule.maxRows),
});

/** Whether a rule lacks the noise that a floor demands; no tightening can add it, since it takes domains and clamps. */
export const lacksPrivacy = (rule: Pick<AnalysisRule, 'privacy'>, floor: RuleFloor = {}): boolean =>
  floor.privacy === 'REQUIRED' && rule.privacy === undefined;

function distinct(named: readonly { readonly column: string }[]): boolean {
  return new Set(named.map(({ column }) => column)).size === named.length;
}
