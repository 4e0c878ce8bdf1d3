import type { GateCode } from '../../contracts/gate-refusals.ts';
import { Refused } from './form.ts';
import type { Mark } from './placing.ts';

/** A syntax tree as DuckDB serialises it, with every number kept as its own text. */
export type Json = string | boolean | null | readonly Json[] | Node;
export type Node = { readonly [key: string]: Json };

const token = /"(?:[^"\\]|\\.)*"|-?(?:[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|Infinity)/g;

/** Reads serialised JSON without ever making a JavaScript number: 9007199254740993 and 1.0 would not survive it. */
export function readTree(serialised: string): Json {
  const quoted = serialised.replace(token, (part) => (part.startsWith('"') ? part : `"${part}"`));
  return JSON.parse(quoted) as Json;
}

/** A buyer names functions as they like: in a plain object “constructor” would be found. */
function codesOf(codes: Readonly<Record<string, GateCode>>): ReadonlyMap<string, GateCode> {
  return new Map(Object.entries(codes));
}

/** What a field means that the accepted grammar has no place for. */
const fieldCodes: ReadonlyMap<string, GateCode> = codesOf({
  having: 'having_not_allowed',
  qualify: 'qualify_not_allowed',
  sample: 'sampling_not_allowed',
  filter: 'filter_not_allowed',
  distinct: 'distinct_not_allowed',
  at_clause: 'time_travel_not_allowed',
  named_param_map: 'parameter_not_allowed',
  schema_name: 'qualified_name_not_allowed',
  catalog_name: 'qualified_name_not_allowed',
  schema: 'qualified_name_not_allowed',
  catalog: 'qualified_name_not_allowed',
  offset: 'offset_not_allowed',
  try_cast: 'cast_not_allowed',
  is_operator: 'arithmetic_not_allowed',
});

export const isNode = (json: Json | undefined): json is Node => typeof json === 'object' && json !== null && !Array.isArray(json);

export const isList = (json: Json | undefined): json is readonly Json[] => Array.isArray(json);

/** Where a construct stands in the query, or null where the tree does not say. Of an expression without a place it is the first of its parts. */
export function place(json: Json | undefined): Mark | null {
  if (!isNode(json)) return null;
  const at = json['query_location'];
  if (typeof at === 'string') return { bytes: Number(at) };
  if (typeof json['class'] !== 'string' || json['class'] === 'SUBQUERY') return null;
  const parts = [json['child'], ...(isList(json['children']) ? json['children'] : [])];
  return parts.reduce((found: Mark | null, part) => found ?? place(part), null);
}

/** Refuses a node that has any field beyond those named: a field not understood may change what the query means. */
export function only(node: Node, fields: readonly string[]): Node {
  const strange = Object.keys(node).find((field) => !fields.includes(field));
  if (strange !== undefined) throw new Refused(fieldCodes.get(strange) ?? 'construct_not_allowed', place(node[strange]) ?? place(node));
  return node;
}

export function node(json: Json | undefined, code: GateCode = 'construct_not_allowed'): Node {
  if (!isNode(json)) throw new Refused(code);
  return json;
}

export function list(json: Json | undefined): readonly Json[] {
  if (json === undefined) return [];
  if (!isList(json)) throw new Refused('construct_not_allowed');
  return json;
}

export function text(json: Json | undefined): string {
  if (typeof json !== 'string') throw new Refused('construct_not_allowed');
  return json;
}

const expressionCodes: ReadonlyMap<string, GateCode> = codesOf({
  SUBQUERY: 'subquery_not_allowed',
  WINDOW: 'window_not_allowed',
  CASE: 'case_not_allowed',
  CAST: 'cast_not_allowed',
  PARAMETER: 'parameter_not_allowed',
  STAR: 'star_not_allowed',
  LAMBDA: 'lambda_not_allowed',
  COLLATE: 'collate_not_allowed',
  POSITIONAL_REFERENCE: 'positional_not_allowed',
  CONSTANT: 'literal_not_allowed',
  COMPARISON: 'condition_not_allowed',
  CONJUNCTION: 'condition_not_allowed',
  BETWEEN: 'condition_not_allowed',
  COMPARE_IN: 'condition_not_allowed',
  OPERATOR: 'function_not_allowed',
  OPERATOR_NOT: 'negation_not_allowed',
  COMPARE_NOTEQUAL: 'negation_not_allowed',
  COMPARE_NOT_IN: 'negation_not_allowed',
  COMPARE_DISTINCT_FROM: 'negation_not_allowed',
  COMPARE_NOT_DISTINCT_FROM: 'null_test_not_allowed',
  OPERATOR_IS_NULL: 'null_test_not_allowed',
  OPERATOR_IS_NOT_NULL: 'null_test_not_allowed',
});

const operatorCodes: ReadonlyMap<string, GateCode> = codesOf({
  '~~': 'pattern_not_allowed',
  '!~~': 'pattern_not_allowed',
  '~~*': 'pattern_not_allowed',
  '!~~*': 'pattern_not_allowed',
  '~~~': 'pattern_not_allowed',
  '~': 'pattern_not_allowed',
  '!~': 'pattern_not_allowed',
  '^@': 'pattern_not_allowed',
  like_escape: 'pattern_not_allowed',
  ilike_escape: 'pattern_not_allowed',
  not_like_escape: 'pattern_not_allowed',
  not_ilike_escape: 'pattern_not_allowed',
  regexp_full_match: 'pattern_not_allowed',
});

const writtenTypes: ReadonlySet<Json | undefined> = new Set(['BOOLEAN', 'DATE', 'TIMESTAMP']);

/** TRUE and typed dates are written as literals and arrive as casts. */
const isWritten = ({ child, cast_type: to }: Node): boolean =>
  isNode(child) && child['class'] === 'CONSTANT' && isNode(to) && writtenTypes.has(to['id']);

/** `> ALL (SELECT …)` and `NOT EXISTS` arrive as the negation of a subquery. */
const isSubquery = ({ type, children }: Node): boolean =>
  type === 'OPERATOR_NOT' && isList(children) && children.some((child) => isNode(child) && child['class'] === 'SUBQUERY');

/** The refusal of an expression that has no place where it stands, named after what it is. */
export function misplaced(expression: Json | undefined, fallback: GateCode): Refused {
  if (!isNode(expression)) return new Refused(fallback);
  const { class: kind, type, function_name: name, is_operator: operator } = expression;
  const named = typeof name === 'string' ? operatorCodes.get(name) : undefined;
  const code =
    (isWritten(expression) ? 'literal_not_allowed' : undefined) ??
    (isSubquery(expression) ? 'subquery_not_allowed' : undefined) ??
    named ??
    (operator === true ? 'arithmetic_not_allowed' : undefined) ??
    (typeof type === 'string' ? expressionCodes.get(type) : undefined) ??
    (typeof kind === 'string' ? expressionCodes.get(kind) : undefined) ??
    (kind === 'FUNCTION' ? 'function_not_allowed' : fallback);
  return new Refused(code, place(expression));
}
