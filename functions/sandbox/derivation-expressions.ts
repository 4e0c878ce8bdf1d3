import { fold, Refused } from './form.ts';
import { readLiteral } from './literals.ts';
import { printLiteral, quote } from './predicate-printing.ts';
import type { Json, Node } from './tree.ts';
import { isNode, list, misplaced, node, only, place, text } from './tree.ts';

/** A table that a derivation is made from, under the name that its text uses. `entity` is null where each row is its own. */
export type Source = {
  readonly name: string;
  readonly entity: string | null;
  readonly columns: readonly {
    readonly name: string;
    readonly type: string;
    readonly personal?: string | null;
    readonly unique?: boolean;
  }[];
};
/** Whether the entity of a table is one of the columns that tell of persons, where it has such. */
export const namesPerson = ({ entity, columns }: Pick<Source, 'entity' | 'columns'>): boolean => {
  const personal = columns.filter((column) => (column.personal ?? null) !== null);
  return personal.length === 0 || personal.some(({ name }) => name === entity);
};

/** A column of a source. */
export type Used = { readonly source: string; readonly column: string };
/**
 * A value worked out from one row, or from the rows of one group: as it is printed, of what it is made, whether rows are brought together, and
 * whether working it out can fail.
 */
export type Value = { readonly sql: string; readonly uses: readonly Used[]; readonly isAggregate: boolean; readonly mayFail: boolean };

/**
 * Where a value stands: the sources in reach, and whether rows may be brought together there. With `grouped`, only what a group has is in reach:
 * the keys by the names under which they are printed, and aggregates, which are noted there with what is added up in them.
 */
export type Reach = {
  readonly sources: readonly Source[];
  readonly aggregates: boolean;
  readonly grouped?: { readonly keys: ReadonlyMap<string, string>; readonly aggregates: string[]; readonly addends: string[] };
};

type Arity = readonly [least: number, most: number];
/** The arity of each name; the names of one row are parted by spaces. */
const arities = (rows: readonly (readonly [names: string, ...Arity])[]): ReadonlyMap<string, Arity> =>
  new Map(rows.flatMap(([names, least, most]) => names.split(' ').map((name) => [name, [least, most] as const])));
/**
 * Whatever may be called: of one row only, without chance, clock, setting or other rows. None can be made to fill memory beyond its
 * arguments, but for texts that are put together, which are cut. DuckDB's own semantics, but that nothing fails: see `total`.
 */
const functions = arities([
  ['abs floor ceil sqrt ln sign length lower upper trim year quarter month day hour isodow', 1, 1],
  ['round', 1, 2],
  ['left right nullif starts_with contains date_trunc date_part', 2, 2],
  ['substring', 2, 3],
  ['date_diff', 3, 3],
  ['concat', 1, 20],
  ['greatest least', 2, 20],
]);
const operators = arities([
  ['+ -', 1, 2],
  ['* / // % ~~ !~~', 2, 2],
]);
const spelled: Readonly<Record<string, string>> = { '~~': 'LIKE', '!~~': 'NOT LIKE' };
const aggregates: ReadonlySet<string> = new Set(['count', 'sum', 'avg', 'min', 'max']);
const comparisons: Readonly<Record<string, string>> = {
  COMPARE_EQUAL: '=',
  COMPARE_NOTEQUAL: '<>',
  COMPARE_LESSTHAN: '<',
  COMPARE_LESSTHANOREQUALTO: '<=',
  COMPARE_GREATERTHAN: '>',
  COMPARE_GREATERTHANOREQUALTO: '>=',
};
const castTypes: ReadonlySet<string> = new Set(['BOOLEAN', 'INTEGER', 'BIGINT', 'DOUBLE', 'VARCHAR', 'DATE', 'TIMESTAMP']);
const located = ['class', 'type', 'alias', 'query_location'];

/** Texts that are put together are cut here: put together again and again they would fill the memory. */
const maxText = 10_000;
/** What is added up is below this, and of at most so many decimals: sums of a hundred million rows and more then stay within 38 digits. */
export const maxAddend = '1e15';
export const maxScale = 14;

const made = (sql: string, from: readonly Value[]): Value => ({
  sql,
  uses: from.flatMap(({ uses }) => uses),
  isAggregate: from.some(({ isAggregate }) => isAggregate),
  mayFail: true,
});

/**
 * A value that is NULL where working it out fails (an overflow, a text that is no number, the logarithm of nothing). Whether a derivation fails
 * must not depend on the data: whoever wrote it could ask in that way whether one person has a certain value.
 */
export const total = ({ sql, mayFail }: Pick<Value, 'sql' | 'mayFail'>): string => (mayFail ? `TRY(${sql})` : sql);

/** Reads an expression into a value printed anew from known parts. @throws Refused with the code and place of what is not accepted */
export function readValue(json: Json | undefined, reach: Reach): Value {
  const expression = node(json);
  const reader = readers[text(expression['class'])];
  if (reader === undefined) throw misplaced(expression, 'construct_not_allowed');
  const { grouped, ...each } = reach;
  if (grouped === undefined) return reader(expression, reach);
  const ofRow = reader(expression, each);
  const key = grouped.keys.get(ofRow.sql);
  return key === undefined ? reader(expression, reach) : { ...ofRow, sql: key, mayFail: false };
}

const readAll = (json: Json | undefined, reach: Reach): readonly Value[] => list(json).map((each) => readValue(each, reach));

/** The column that a reference means. @throws Refused source_unknown, source_unqualified or source_column_unknown */
export function readReference(reference: Node, sources: readonly Source[]): Used {
  only(reference, [...located, 'column_names']);
  const path = list(reference['column_names']).map(text);
  const [first = '', second] = path;
  const at = place(reference);
  if (path.length > 2) throw new Refused('qualified_name_not_allowed', at);
  if (second === undefined && sources.length > 1) throw new Refused('source_unqualified', at);
  const source = second === undefined ? sources[0] : sources.find(({ name }) => fold(name) === fold(first));
  if (source === undefined) throw new Refused('source_unknown', at);
  const column = source.columns.find(({ name }) => fold(name) === fold(second ?? first));
  if (column === undefined) throw new Refused('source_column_unknown', at);
  return { source: source.name, column: column.name };
}

export const printUsed = ({ source, column }: Used): string => `${quote(source)}.${quote(column)}`;

const readConstant = (constant: Node): Value => {
  const value = node(constant['value']);
  const { alias: _shown, ...bare } = constant;
  const sql = value['is_null'] === true ? 'NULL' : printLiteral(readLiteral(bare));
  return { ...made(sql, []), mayFail: false };
};

/** A cast that fails on one row would tell of that row: it is NULL there. */
function readCast(cast: Node, reach: Reach): Value {
  only(cast, [...located, 'child', 'cast_type', 'try_cast']);
  const target = only(node(cast['cast_type']), ['id', 'type_info']);
  const child = readValue(cast['child'], reach);
  return made(`TRY_CAST(${child.sql} AS ${printType(target, cast)})`, [child]);
}

function printType(target: Node, cast: Node): string {
  const name = text(target['id']);
  const refused = new Refused('derivation_type_unknown', place(cast));
  if (name !== 'DECIMAL') {
    if (!castTypes.has(name) || target['type_info'] !== undefined) throw refused;
    return name;
  }
  const { width, scale } = node(target['type_info'] ?? {});
  if (width === undefined) return 'DECIMAL(18,3)';
  if (!/^[0-9]{1,2}$/.test(text(width)) || !/^[0-9]{1,2}$/.test(text(scale ?? '0'))) throw refused;
  return `DECIMAL(${text(width)},${text(scale ?? '0')})`;
}

function readCase(expression: Node, reach: Reach): Value {
  only(expression, [...located, 'case_checks', 'else_expr']);
  const checks = list(expression['case_checks']).map((json) => {
    const check = only(node(json), ['when_expr', 'then_expr']);
    return [readValue(check['when_expr'], reach), readValue(check['then_expr'], reach)] as const;
  });
  const otherwise = readValue(expression['else_expr'], reach);
  const printed = checks.map(([when, then]) => `WHEN ${when.sql} THEN ${then.sql}`).join(' ');
  return made(`(CASE ${printed} ELSE ${otherwise.sql} END)`, [...checks.flat(), otherwise]);
}

function readComparison(comparison: Node, reach: Reach): Value {
  const sign = comparisons[text(comparison['type'])];
  if (sign === undefined) throw misplaced(comparison, 'condition_not_allowed');
  only(comparison, [...located, 'left', 'right']);
  const [left, right] = [readValue(comparison['left'], reach), readValue(comparison['right'], reach)];
  return made(`(${left.sql} ${sign} ${right.sql})`, [left, right]);
}

function readConjunction(conjunction: Node, reach: Reach): Value {
  only(conjunction, [...located, 'children']);
  const parts = readAll(conjunction['children'], reach);
  const word = conjunction['type'] === 'CONJUNCTION_AND' ? ' AND ' : ' OR ';
  return made(`(${parts.map(({ sql }) => sql).join(word)})`, parts);
}

function readBetween(between: Node, reach: Reach): Value {
  only(between, [...located, 'input', 'lower', 'upper']);
  const [input, lower, upper] = [between['input'], between['lower'], between['upper']].map((part) => readValue(part, reach));
  if (!input || !lower || !upper) throw misplaced(between, 'condition_not_allowed');
  return made(`(${input.sql} BETWEEN ${lower.sql} AND ${upper.sql})`, [input, lower, upper]);
}

const inList = (word: string) => (parts: readonly string[]) => `(${parts[0]} ${word} (${parts.slice(1).join(', ')}))`;
const printOperator: Readonly<Record<string, (parts: readonly string[]) => string>> = {
  OPERATOR_NOT: ([part]) => `(NOT ${part})`,
  OPERATOR_IS_NULL: ([part]) => `(${part} IS NULL)`,
  OPERATOR_IS_NOT_NULL: ([part]) => `(${part} IS NOT NULL)`,
  OPERATOR_COALESCE: (parts) => `coalesce(${parts.join(', ')})`,
  COMPARE_IN: inList('IN'),
  COMPARE_NOT_IN: inList('NOT IN'),
};

function readOperator(operator: Node, reach: Reach): Value {
  const print = printOperator[text(operator['type'])];
  if (print === undefined) throw misplaced(operator, 'function_not_allowed');
  only(operator, [...located, 'children']);
  const parts = readAll(operator['children'], reach);
  return made(print(parts.map(({ sql }) => sql)), parts);
}

const callFields = [...located, 'function_name', 'schema', 'children', 'order_bys', 'is_operator', 'distinct'];

function readCall(call: Node, reach: Reach): Value {
  only(call, callFields);
  const at = place(call);
  const orders = only(node(call['order_bys'] ?? {}), ['type', 'orders']);
  if (list(orders['orders']).length > 0) throw new Refused('aggregate_order_not_allowed', at);
  // The parser itself says of some words that they are DuckDB's own.
  if (call['schema'] !== undefined && call['schema'] !== 'main') throw new Refused('qualified_name_not_allowed', at);
  const name = fold(text(call['function_name']));
  const known = name === 'count_star' || aggregates.has(name);
  if (known) return readAggregate(call, name, reach);
  if (call['distinct'] !== undefined) throw new Refused('distinct_not_allowed', at);
  const isOperator = call['is_operator'] === true;
  if (isOperator && name === '||') return readTexts(call, reach);
  const [least, most] = (isOperator ? operators : functions).get(name) ?? [1, 0];
  const parts = readAll(call['children'], reach);
  if (parts.length < least || parts.length > most) throw new Refused('derivation_function_unknown', at);
  if (name in spelled && !isPlainPattern(list(call['children'])[1])) throw new Refused('pattern_not_constant', at);
  const [first, second] = parts.map(({ sql }) => sql);
  const called = `${name}(${parts.map(({ sql }) => sql).join(', ')})`;
  const sql = isOperator ? (second === undefined ? `(${name} ${first})` : `(${first} ${spelled[name] ?? name} ${second})`) : called;
  return made(name === 'concat' ? cutText(sql) : sql, parts);
}

const cutText = (sql: string): string => `left(${sql}, ${maxText})`;
const maxTexts = 20;
const isText = (json: Json | undefined): json is Node => isNode(json) && json['function_name'] === '||' && json['is_operator'] === true;
const textsOf = (json: Json): readonly Json[] => (isText(json) ? list(only(json, callFields)['children']).flatMap(textsOf) : [json]);

/** Texts put together by `||`, as few as `concat` takes. */
function readTexts(call: Node, reach: Reach): Value {
  const texts = textsOf(call);
  if (texts.length < 2 || texts.length > maxTexts) throw new Refused('derivation_function_unknown', place(call));
  const parts = readAll(texts, reach);
  return made(cutText(`(${parts.map(({ sql }) => sql).join(' || ')})`), parts);
}

/** A pattern whose search takes no time that a text could be made to stretch: written out, and with `_` of at most two `%`. */
function isPlainPattern(json: Json | undefined): boolean {
  if (!isNode(json) || json['class'] !== 'CONSTANT') return false;
  const pattern = node(json['value'])['value'];
  return typeof pattern === 'string' && (!pattern.includes('_') || pattern.split('%').length <= 3);
}

function readAggregate(call: Node, name: string, { sources, aggregates: may, grouped }: Reach): Value {
  const at = place(call);
  if (!may) throw new Refused('aggregate_misplaced', at);
  const parts = readAll(call['children'], { sources, aggregates: false });
  const counts = name === 'count' || name === 'count_star';
  if (parts.length > 1 || (parts.length === 0 && !counts)) throw new Refused('derivation_function_unknown', at);
  if (call['distinct'] === true && name !== 'count') throw new Refused('distinct_not_allowed', at);
  const [part] = parts;
  const adds = name === 'sum' || name === 'avg';
  const distinct = call['distinct'] === true ? 'DISTINCT ' : '';
  const sql = `${name.replace('_star', '')}(${part === undefined ? '*' : adds ? printAddend(part) : `${distinct}${total(part)}`})`;
  if (grouped === undefined) return { ...made(sql, parts), isAggregate: true };
  if (adds && part !== undefined) grouped.addends.push(total(part));
  if (!grouped.aggregates.includes(sql)) grouped.aggregates.push(sql);
  return { ...made(`a${grouped.aggregates.indexOf(sql)}`, parts), isAggregate: true, mayFail: false };
}

/** Of an aggregate itself the engine makes no NULL where it fails: what would let it overflow is left out. */
const printAddend = (part: Value): string => `CASE WHEN TRY(abs(CAST(${part.sql} AS DOUBLE))) < ${maxAddend} THEN ${total(part)} END`;

const readers: Readonly<Record<string, (expression: Node, reach: Reach) => Value>> = {
  COLUMN_REF: (reference, { sources, grouped }) => {
    const used = readReference(reference, sources);
    if (grouped !== undefined) throw new Refused('column_not_grouped', place(reference));
    return { sql: printUsed(used), uses: [used], isAggregate: false, mayFail: false };
  },
  CONSTANT: readConstant,
  CAST: readCast,
  CASE: readCase,
  COMPARISON: readComparison,
  CONJUNCTION: readConjunction,
  BETWEEN: readBetween,
  OPERATOR: readOperator,
  FUNCTION: readCall,
};

/** The bare name that an expression is, or undefined for any other. */
export const soleName = (json: Json | undefined): string | undefined => {
  const path = isNode(json) && json['class'] === 'COLUMN_REF' ? list(json['column_names']) : [];
  return path.length === 1 ? text(path[0]) : undefined;
};
