import type { Dimension } from '../../contracts/analysis-rule.ts';
import type { Cut, Ground } from './form.ts';
import { fold, Refused, same } from './form.ts';
import type { Mark } from './placing.ts';
import type { Family } from './literals.ts';
import { familyOf, isMultiple, readLiteral, trimmed } from './literals.ts';
import type { Json, Node } from './tree.ts';
import { isNode, list, misplaced, node, only, place, text } from './tree.ts';

/** The column a reference means, in the table's own spelling. `data.x` and `x` are the same; anything deeper is refused. */
export function readColumn(reference: Node, { columns, lists = [] }: Ground): string {
  only(reference, ['class', 'type', 'alias', 'query_location', 'column_names']);
  const path = list(reference['column_names']).map(text);
  const [first = '', second] = path;
  if (path.length > 2 || (second !== undefined && fold(first) !== 'data'))
    throw new Refused(
      lists.some(({ name }) => name === fold(first)) ? 'list_column_not_allowed' : 'qualified_name_not_allowed',
      place(reference),
    );
  const column = columns.find(({ name }) => fold(name) === fold(second ?? first));
  if (column === undefined) throw new Refused('column_not_allowed', place(reference));
  return column.name;
}

/** The one name of a bare column reference, or undefined for any other expression. */
export function bareName(expression: Json | undefined): string | undefined {
  if (!isNode(expression) || expression['class'] !== 'COLUMN_REF') return undefined;
  const path = list(expression['column_names']);
  return path.length === 1 ? text(path[0]) : undefined;
}

/** The type of a column, empty where there is none. */
export const typeOf = (column: string, { columns }: Ground): string => columns.find(({ name }) => name === column)?.type ?? '';

/** The family of a column's values; a rule that fits its table has one for each column it speaks of. */
export function familyOfColumn(column: string, ground: Ground): Family {
  const family = familyOf(typeOf(column, ground));
  if (family === null) throw new Refused('column_not_allowed');
  return family;
}

/** The dimension of the rule that a column is, or a refusal that says what it is instead. */
export function dimensionOf(column: string, { rule }: Ground, at: Mark | null): Dimension {
  if (column === rule.entity) throw new Refused('entity_predicate', at);
  const dimension = rule.dimensions.find((each) => each.column === column);
  if (dimension === undefined) throw new Refused('column_not_allowed', at);
  return dimension;
}

/**
 * Reads an expression that names a dimension: the column itself, `date_trunc('day', column)`, or `floor(column / 10) * 10`. Answers undefined
 * where it is none of these. The grain is not checked yet: a range may stand on the bare column, a group may not.
 */
export function readCut(expression: Json | undefined, ground: Ground): Cut | undefined {
  if (!isNode(expression)) return undefined;
  if (expression['class'] === 'COLUMN_REF') {
    const column = readColumn(expression, ground);
    return { column: dimensionOf(column, ground, place(expression)).column, grain: null };
  }
  if (expression['class'] !== 'FUNCTION') return undefined;
  if (expression['function_name'] === 'date_trunc') return readTrunc(expression, ground);
  if (expression['function_name'] === '*') return readBin(expression, ground);
  return undefined;
}

const callFields = ['class', 'type', 'alias', 'query_location', 'function_name', 'children', 'order_bys'];

/** The arguments of a call that is nothing but a call: no DISTINCT, FILTER, ORDER BY or schema. */
export function readArguments(call: Node, extra: readonly string[] = []): readonly Json[] {
  only(call, [...callFields, ...extra]);
  const orders = node(call['order_bys'] ?? {});
  if (list(orders['orders']).length > 0) throw new Refused('aggregate_order_not_allowed', place(call));
  only(orders, ['type', 'orders']);
  return list(call['children']);
}

const coarser = ['hour', 'day', 'month', 'year'] as const;

function readTrunc(call: Node, ground: Ground): Cut {
  const [part, of, ...rest] = readArguments(call);
  if (!isNode(of) || of['class'] !== 'COLUMN_REF' || rest.length > 0) throw misplaced(of, 'function_not_allowed');
  const dimension = dimensionOf(readColumn(of, ground), ground, place(of));
  const literal = readLiteral(part);
  const grain = coarser.find((each) => literal.kind === 'text' && each === fold(literal.text));
  const family = familyOfColumn(dimension.column, ground);
  if (grain === undefined || (family !== 'date' && family !== 'timestamp')) throw new Refused('function_not_allowed', place(call));
  const allowed = dimension.grain;
  // Typed as a bin, the grain of a date is a misfit that `findMisfit` has refused before.
  if (typeof allowed === 'string' && coarser.indexOf(grain) < coarser.indexOf(allowed)) throw new Refused('grain_too_fine', place(call));
  return { column: dimension.column, grain };
}

/** `floor(column / width) * width`: the one shape of arithmetic accepted, because plain DuckDB has no shorter way to say a cell. */
function readBin(product: Node, ground: Ground): Cut | undefined {
  const [floor, width] = readArguments(product, ['is_operator']);
  if (!isNode(floor) || floor['function_name'] !== 'floor') return undefined;
  const [quotient, ...none] = readArguments(floor);
  if (!isNode(quotient) || quotient['function_name'] !== '/' || none.length > 0) return undefined;
  const [of, divisor] = readArguments(quotient, ['is_operator']);
  if (!isNode(of) || of['class'] !== 'COLUMN_REF') return undefined;
  const dimension = dimensionOf(readColumn(of, ground), ground, place(of));
  const allowed = dimension.grain;
  const bin = readLiteral(width);
  if (allowed === undefined || typeof allowed === 'string') return undefined;
  if (!same(bin, readLiteral(divisor)) || !(bin.kind === 'integer' || bin.kind === 'decimal') || /^-|^[0.]+$/.test(bin.text)) {
    throw new Refused('arithmetic_not_allowed', place(product));
  }
  if (!isMultiple(bin.text, String(allowed.bin))) throw new Refused('grain_too_fine', place(product));
  return { column: dimension.column, grain: { bin: trimmed(bin.text), of: typeOf(dimension.column, ground) } };
}

/** Whether a cut is at the rule's grain. A date is its own day. */
export function isGrained(cut: Cut, ground: Ground): boolean {
  if (cut.grain !== null) return true;
  const { grain } = dimensionOf(cut.column, ground, null);
  return grain === undefined || (grain === 'day' && familyOfColumn(cut.column, ground) === 'date');
}
