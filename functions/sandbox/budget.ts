import type { AnalysisRule, Privacy } from '../../contracts/analysis-rule.ts';
import type { Refusal } from '../../contracts/refusals.ts';
import type { Effect } from '../../shared/kernel/process.ts';
import type { Form } from './form.ts';

/** A number that one answer tells of each of its cells. An average tells of two: a sum, and how many values are in it. */
export type Statistic =
  | { readonly kind: 'rows' }
  | { readonly kind: 'entities' }
  | { readonly kind: 'sum' | 'values'; readonly column: string };

/** The name of a statistic, by which queries that tell of the same numbers are known. */
export const nameOf = (statistic: Statistic): string => ('column' in statistic ? `${statistic.kind}:${statistic.column}` : statistic.kind);

/** What an answer tells of its cells, each once. An answer that shows nothing but dimensions tells which cells there are: their rows. */
export function statisticsOf({ outputs }: Pick<Form, 'outputs'>): readonly Statistic[] {
  const told = outputs.flatMap(({ output }): readonly Statistic[] => {
    if (output.kind === 'dimension') return [];
    if (output.kind === 'rows' || output.kind === 'entities') return [{ kind: output.kind }];
    const sum = { kind: 'sum', column: output.column } as const;
    return output.kind === 'sum' ? [sum] : [sum, { kind: 'values', column: output.column }];
  });
  return [...new Map((told.length > 0 ? told : [{ kind: 'rows' } as const]).map((each) => [nameOf(each), each])).values()];
}

/** The most cells of one answer that one entity is in. A row that is its own entity is in one. */
const cellsTouched = (rule: AnalysisRule, { cellsPerEntity }: Privacy, cells: number): number =>
  rule.entity === null ? 1 : Math.min(cellsPerEntity, cells);

/**
 * What an answer costs, in millionths of ε. A pure function of what is asked and of the rule: it tells nothing of the data, so that neither the
 * price nor a refusal to pay it does.
 *
 * **Why it is private.** Entities are what is protected: two datasets are neighbours when they differ in all the rows of one entity. A statistic
 * of a cell changes between neighbours by at most what one entity adds to it (one, `rowsPerCell`, or the larger end of the clamp), and its
 * noise is scaled to that, so one statistic in one cell is ε-private with ε = `epsilonMicro` (Dwork et al. 2006). Which cells there are is
 * public, so it tells nothing. An entity is in at most `cellsPerEntity` cells, chosen by what is in its own rows only; the others do not change,
 * so that an answer with s statistics is private with s × that number × ε, however many cells it has (sequential composition over what one
 * entity touches, parallel composition over the rest; McSherry 2009, theorems 3 and 4). Answers add up (sequential composition), also when the
 * next question depends on the last answer (Rogers, Roth, Ullman and Vadhan 2016: for pure ε a filter is a sum that is stopped in time). Order,
 * limit, averages and rounding come after the noise and cost nothing.
 * @param cells how many cells the public grid of the question has
 */
export function costOf(form: Form, rule: AnalysisRule, privacy: Privacy, cells: number): number {
  return privacy.epsilonMicro * statisticsOf(form).length * cellsTouched(rule, privacy, cells);
}

/** An account: which allowance it is, and with how much it is opened by the first who spends from it. */
export type Account = { readonly id: string; readonly opens: number };

/** Of the budget of a product, what one contract may spend. */
export const contractAccount = (entitlement: string, { buyerBudgetMicro }: Privacy): Account => ({
  id: `epsilon#entitlement#${entitlement}`,
  opens: buyerBudgetMicro,
});

/** Who pays for an answer. `resources` are all roots of the data; `resourceMicro` is what the rule base lets be told of one of them, ever. */
export type Payers = {
  readonly resources: readonly string[];
  readonly resourceMicro: number;
  readonly product: string;
  readonly entitlement: string;
};

/**
 * From what an answer is paid: the account of each root of the data, which all buyers of all operators spend together so that colluding gains
 * them nothing and which no product's own figure opens; of it, what one product may spend; and what one contract may.
 */
export const accountsOf = ({ resources, resourceMicro, product, entitlement }: Payers, privacy: Privacy): readonly Account[] => [
  ...resources.map((resource) => ({ id: `epsilon#resource#${resource}`, opens: resourceMicro })),
  { id: `epsilon#product#${product}`, opens: privacy.datasetBudgetMicro },
  contractAccount(entitlement, privacy),
];

/**
 * The effects that pay: of each account one conditional decrement, all in the transaction of the action that declares them, before anything
 * is run. There is none that gives back. An account that nobody has spent from (`left` is undefined) is opened with what is left after this
 * payment; where another opens it meanwhile the transaction fails as `already_exists`, and whoever pays asks again what is left.
 */
export const payments = (
  accounts: readonly (Account & { readonly left?: number | undefined })[],
  cost: number,
  or: Refusal,
): readonly Effect[] =>
  accounts.map(({ id, opens, left }) => (left === undefined ? { allow: id, amount: opens - cost } : { take: id, amount: cost, or }));

/** Whether accounts that are still to be opened are large enough at all; of those that are open the transaction decides. */
export const affordable = (accounts: readonly (Account & { readonly left?: number | undefined })[], cost: number): boolean =>
  accounts.every(({ opens, left }) => (left ?? opens) >= cost);
