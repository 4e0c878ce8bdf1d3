import type { AnalysisRule, Privacy } from '../../contracts/analysis-rule.ts';
import { costOf } from './budget.ts';
import { gridOf } from './domains.ts';
import type { Column } from './form.ts';
import type { Compiled, FindLists, GateRefusal, Parser } from './gate.ts';
import { compile } from './gate.ts';
import { printPrivate } from './printing-private.ts';

/** What a question would cost: queries of the contract, and where the rule has a privacy budget, millionths of ε out of what one contract has. */
export type Cost = { readonly queries: 1; readonly budget?: { readonly epsilonMicro: number; readonly ofMicro: number } };

/** A question that the gate accepted: the query as the engine would be given it, its price, and what noise is added under a privacy budget. */
export type Plan = Compiled & {
  readonly cost: Cost;
  readonly noised?: { readonly privacy: Privacy; readonly grid: NonNullable<ReturnType<typeof gridOf>> };
};

/** What becomes of a buyer's text, by the rule and the types of its columns alone. */
export async function plan(
  sql: string,
  rule: AnalysisRule,
  columns: readonly Column[],
  parse: Parser,
  findLists?: FindLists,
): Promise<Plan | GateRefusal> {
  const compiled = await compile(sql, rule, columns, parse, findLists);
  const { privacy } = rule;
  if ('refused' in compiled) return compiled;
  if (privacy === undefined) return { ...compiled, cost: { queries: 1 } };
  const ground = { rule, columns };
  const grid = gridOf(compiled.form.groups, ground, rule.maxRows);
  if (grid === undefined) return { refused: 'result_too_large', at: null };
  const budget = { epsilonMicro: costOf(compiled.form, rule, privacy, grid.length), ofMicro: privacy.buyerBudgetMicro };
  return { ...compiled, sql: printPrivate(compiled.form, ground, grid), cost: { queries: 1, budget }, noised: { privacy, grid } };
}
