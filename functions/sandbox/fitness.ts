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
 * The first reason why a rule cannot govern a table with these columns, or null. It is asked again at every query, so that a rule that was
 * approved under weaker demands governs nothing. A column found to hold personal information is never a dimension or a measure: grouping by
 * it would publish it. Names are matched exactly, since the rule is the operator's and is kept for years.
 */
export function findMisfit(rule: AnalysisRule, columns: readonly Column[]): Misfit | null {
  const byName = new Map(columns.map((column) => [column.name, column]));
  const joinable = (rule.joinable ?? []).map((column) => ({ column }));
  const used = [...rule.dimensions, ...rule.measures, ...joinable, ...(rule.entity === null ? [] : [{ column: rule.entity }])];
  const unknown = used.find(({ column }) => !byName.has(column));
  if (unknown !== undefined) return { refused: 'rule_column_unknown', column: unknown.column };
  const family = (name: string): Family | null => familyOf(byName.get(name)?.type ?? '');
  for (const dimension of rule.dimensions) {
    if (!suitsDimension(dimension, family(dimension.column))) return { refused: 'rule_type_unfit', column: dimension.column };
    if (isPersonal(byName.get(dimension.column))) return { refused: 'rule_personal_column', column: dimension.column };
  }
  for (const measure of rule.measures) {
    if (isPersonal(byName.get(measure.column))) return { refused: 'rule_personal_column', column: measure.column };
    if (!isNumeric(family(measure.column))) return { refused: 'rule_type_unfit', column: measure.column };
    if (!suitsClamp(measure, family(measure.column))) return { refused: 'rule_clamp_unfit', column: measure.column };
  }
  for (const { column } of joinable) {
    if (!joinTypes.has(family(column))) return { refused: 'rule_type_unfit', column };
    if (rule.privacy === undefined && (column === rule.entity || isTelling(byName.get(column))))
      return { refused: 'rule_join_privacy_required', column };
  }
  const [personal] = columns.filter(isPersonal);
  return personal === undefined || countsPersons(rule, columns) ? null : { refused: 'rule_entity_required', column: personal.name };
}

/** Those of which each value has one text. */
const joinTypes: ReadonlySet<Family | null> = new Set(['integer', 'decimal', 'text', 'date', 'any']);

/** A list of such values picks out persons, or rows. */
const isTelling = (column: Column | undefined): boolean => isPersonal(column) || column?.unique === true;

const isPersonal = (column: Column | undefined): boolean => (column?.personal ?? null) !== null;

/**
 * Whether ten in a cell are ten persons: the rule names an entity whose rows are more than one, or each row is one person's. Otherwise ten
 * rows of one person would pass for ten.
 */
function countsPersons(rule: AnalysisRule, columns: readonly Column[]): boolean {
  if (columns.some((column) => isPersonal(column) && column.unique === true)) return true;
  return columns.some(({ name, unique }) => name === rule.entity && unique !== true);
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
