import type { AnalysisRule, Dimension, Measure } from '../../contracts/analysis-rule.ts';
import type { GateCode } from '../../contracts/gate-refusals.ts';
import type { Column } from './form.ts';
import type { Family } from './literals.ts';
import { familyOf, isNumeric } from './literals.ts';

/** Why a rule does not suit a table, and the column it is about. */
export type Misfit = {
  readonly refused: Extract<GateCode, `rule_${string}`>;
  readonly column: string;
};

/**
 * The first reason why a rule cannot govern a table with these columns, or null. A column found to hold personal information is never a
 * dimension: grouping by it would publish it. Names are matched exactly, since the rule is the operator's and is kept for years.
 */
export function findMisfit(rule: AnalysisRule, columns: readonly Column[]): Misfit | null {
  const byName = new Map(columns.map((column) => [column.name, column]));
  const used = [...rule.dimensions, ...rule.measures, ...(rule.entity === null ? [] : [{ column: rule.entity }])];
  const unknown = used.find(({ column }) => !byName.has(column));
  if (unknown !== undefined) return { refused: 'rule_column_unknown', column: unknown.column };
  const family = (name: string): Family | null => familyOf(byName.get(name)?.type ?? '');
  for (const dimension of rule.dimensions) {
    if (!suitsDimension(dimension, family(dimension.column))) return { refused: 'rule_type_unfit', column: dimension.column };
    if ((byName.get(dimension.column)?.personal ?? null) !== null) return { refused: 'rule_personal_dimension', column: dimension.column };
  }
  for (const measure of rule.measures) {
    if (!isNumeric(family(measure.column))) return { refused: 'rule_type_unfit', column: measure.column };
    if (!suitsClamp(measure, family(measure.column))) return { refused: 'rule_clamp_unfit', column: measure.column };
  }
  return null;
}

function suitsDimension({ grain }: Dimension, family: Family | null): boolean {
  if (family === null) return false;
  if (grain === undefined) return true;
  if (typeof grain !== 'string') return isNumeric(family);
  return family === 'timestamp' || (family === 'date' && grain !== 'hour');
}

function suitsClamp({ clamp }: Measure, family: Family | null): boolean {
  return clamp === undefined || family !== 'integer' || ![clamp.min, clamp.max].some((bound) => bound.includes('.'));
}
