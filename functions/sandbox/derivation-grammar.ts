import type { GateRefusal, Parser } from './gate.ts';
import { findUnreadable } from './gate.ts';
import type { Source, Used, Value } from './derivation-expressions.ts';
import { namesPerson, printUsed, readReference, readValue, soleName, total } from './derivation-expressions.ts';
import { fold, Refused } from './form.ts';
import { locate } from './placing.ts';
import { quote } from './predicate-printing.ts';
import { readStatement } from './reading.ts';
import type { Json, Node } from './tree.ts';
import { isList, isNode, list, node, only, place, readTree, text } from './tree.ts';

/** A column of a derived table: its name, of which columns of the sources it is made, and the kind of personal information among those. */
export type DerivedColumn = { readonly name: string; readonly madeOf: readonly Used[]; readonly personal: string | null };
/**
 * A derivation as it will be run over tables that bear the names of its sources; `entity` names the column that the rows are of. `addends` is a
 * query for what its sums and averages add up, whose types say whether they may; null where there are none.
 */
export type Derived = {
  readonly sql: string;
  readonly columns: readonly DerivedColumn[];
  readonly entity: string | null;
  readonly addends: string | null;
};

const maxOutputs = 100;
type Joined = { readonly sql: string; readonly sources: readonly Source[] };
type Output = Value & { readonly label: string };

/**
 * Turns an operator's SQL into a derivation, or refuses it with the code and place of the construct. Accepted: one SELECT of named values from
 * one source, or from several joined by the equality of their entities; WHERE; and GROUP BY the entity and whatever else.
 *
 * **What it keeps.** Each row of the result is made of rows of one entity, and says of which: sources are joined by entity only, rows are
 * brought together within an entity only, nothing looks at other rows (no window, subquery or set operation), and the entity comes out as it
 * came in. So whoever counts entities of the result counts those of the sources, and what one entity adds to the result is what the analysis
 * rule bounds. Rows of which the entity is not known stay out. Where a source tells of persons, its entity is one of the columns that do:
 * by any other, ten rows of one person would pass for ten people. Nothing that is worked out can fail, since that would tell of the data.
 */
export async function derive(sql: string, sources: readonly Source[], parse: Parser): Promise<Derived | GateRefusal> {
  const unreadable = findUnreadable(sql);
  if (unreadable !== null) return unreadable;
  const tree = readTree(await parse(sql));
  try {
    return readDerivation(tree, sources);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { refused: error.code, at: locate(sql, error.code, error.at) };
  }
}

function readDerivation(tree: Json, sources: readonly Source[]): Derived {
  const select = readStatement(tree);
  if (isNode(select['cte_map']) && list(select['cte_map']['map']).length > 0) throw new Refused('cte_not_allowed');
  if (select['aggregate_handling'] !== 'STANDARD_HANDLING') throw new Refused('group_by_all_not_allowed');
  if (list(select['modifiers']).length > 0) throw new Refused('derivation_clause');
  const joined = readFrom(select['from_table'], sources);
  const [first] = joined.sources;
  const entity = first?.entity ? printUsed({ source: first.name, column: first.entity }) : null;
  const where =
    select['where_clause'] === undefined ? null : readValue(select['where_clause'], { sources: joined.sources, aggregates: false });
  const selected = list(select['select_list']);
  const outputs = readOutputs(selected, joined.sources);
  const groups = readGroups(select, outputs, joined.sources);
  if (groups === null ? outputs.some(({ isAggregate }) => isAggregate) : !groups.some(({ sql }) => sql === entity)) {
    throw new Refused(entity === null ? 'entity_required' : 'entity_not_grouped', place(select['select_list']));
  }
  const bearers = outputs.filter(({ sql }) => sql === entity);
  if (entity !== null && bearers.length !== 1) throw new Refused('entity_not_kept', place(bearers.length > 1 ? select : undefined));
  const conditions = [...(where === null ? [] : [total(where)]), ...(entity === null ? [] : [`${entity} IS NOT NULL`])];
  const from = `FROM ${joined.sql}${conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`}`;
  return {
    ...(groups === null ? { sql: printRows(outputs, outputs, from), addends: null } : printGroups(selected, outputs, groups, joined, from)),
    columns: outputs.map((output) => describe(output, joined.sources)),
    entity: bearers[0]?.label ?? null,
  };
}

const printRows = (values: readonly Value[], outputs: readonly Output[], from: string): string =>
  `SELECT ${values.map((value, n) => `${total(value)} AS ${quote(outputs[n]?.label ?? '')}`).join(', ')} ${from}`;

/** Aggregates are made within, and what is worked out from them around: the engine makes no NULL of a failure that has an aggregate in it. */
function printGroups(
  selected: readonly Json[],
  outputs: readonly Output[],
  groups: readonly Value[],
  { sources, sql: joined }: Joined,
  from: string,
): Pick<Derived, 'sql' | 'addends'> {
  const keys = new Map(groups.map(({ sql }, n) => [sql, `g${n}`]));
  const aggregates: string[] = [];
  const addends: string[] = [];
  const values = selected.map((json) => readValue(json, { sources, aggregates: true, grouped: { keys, aggregates, addends } }));
  const inner = [...groups.map((key, n) => `${total(key)} AS g${n}`), ...aggregates.map((sql, n) => `${sql} AS a${n}`)];
  const grouped = `SELECT ${inner.join(', ')} ${from} GROUP BY ${groups.map((_, n) => n + 1).join(', ')}`;
  return {
    sql: printRows(values, outputs, `FROM (${grouped})`),
    addends: addends.length === 0 ? null : `SELECT ${addends.join(', ')} FROM ${joined}`,
  };
}

/** A value made of personal information is personal. */
function describe({ label, uses }: Output, sources: readonly Source[]): DerivedColumn {
  const from = [...new Map(uses.map((used) => [printUsed(used), used])).values()];
  return {
    name: label,
    madeOf: from,
    personal: from.map((used) => columnOf(used, sources)?.personal ?? null).find((kind) => kind !== null) ?? null,
  };
}

function readFrom(json: Json | undefined, sources: readonly Source[]): Joined {
  const table = node(json);
  if (table['type'] !== 'JOIN') {
    const source = readSource(table, sources);
    return { sql: quote(source.name), sources: [source] };
  }
  const at = place(table);
  const words: Readonly<Record<string, string>> = { INNER: 'JOIN', LEFT: 'LEFT JOIN' };
  const word = words[text(table['join_type'])];
  if (table['ref_type'] !== 'REGULAR' || word === undefined || table['using_columns'] !== undefined)
    throw new Refused('join_not_by_entity', at);
  only(table, ['type', 'query_location', 'left', 'right', 'condition', 'join_type', 'ref_type']);
  const left = readFrom(table['left'], sources);
  const right = readSource(node(table['right']), sources);
  if (left.sources.includes(right)) throw new Refused('source_repeated', place(table['right']));
  const reach = [...left.sources, right];
  if (reach.some(({ entity }) => entity === null)) throw new Refused('entity_required', at);
  if (reach.filter(repeats).length > maxRepeating) throw new Refused('join_multiplies', at);
  return { sql: `${left.sql} ${word} ${quote(right.name)} ON ${readEquality(table['condition'], reach, right)}`, sources: reach };
}

/** Rows of one entity are multiplied by each table that has several: with many such, one person could be made to outweigh all others. */
const maxRepeating = 2;
const repeats = ({ entity, columns }: Source): boolean => columns.find(({ name }) => name === entity)?.unique !== true;

function readSource(table: Node, sources: readonly Source[]): Source {
  const at = place(table);
  if (table['type'] !== 'BASE_TABLE') throw new Refused('derivation_clause', at);
  if (table['alias'] !== undefined || table['column_name_alias'] !== undefined) throw new Refused('source_unknown', at);
  only(table, ['type', 'query_location', 'table_name']);
  const source = sources.find(({ name }) => fold(name) === fold(text(table['table_name'])));
  if (source === undefined) throw new Refused('source_unknown', at);
  if (!namesPerson(source)) throw new Refused('source_entity_personal', at);
  return source;
}

/** `one.entity = other.entity`, of which one side is the source that is joined. */
function readEquality(json: Json | undefined, reach: readonly Source[], right: Source): string {
  const wrong = new Refused('join_not_by_entity', place(json));
  if (!isNode(json) || json['class'] !== 'COMPARISON' || json['type'] !== 'COMPARE_EQUAL') throw wrong;
  only(json, ['class', 'type', 'query_location', 'left', 'right']);
  const sides = [json['left'], json['right']].map((side) => {
    if (!isNode(side) || side['class'] !== 'COLUMN_REF') throw wrong;
    return readReference(side, reach);
  });
  const areEntities = sides.every(({ source, column }) => reach.find(({ name }) => name === source)?.entity === column);
  if (!areEntities || sides.filter(({ source }) => source === right.name).length !== 1) throw wrong;
  // A comparison that casts would take '1' and '01' for one, and give one entity's rows to two.
  if (new Set(sides.map((side) => typeOf(side, reach))).size > 1) throw new Refused('entity_types_differ', place(json));
  return sides.map(printUsed).join(' = ');
}

const columnOf = ({ source, column }: Used, sources: readonly Source[]) =>
  sources.find(({ name }) => name === source)?.columns.find(({ name }) => name === column);
const typeOf = (used: Used, sources: readonly Source[]): string => columnOf(used, sources)?.type ?? '';

function readOutputs(selected: readonly Json[], sources: readonly Source[]): readonly Output[] {
  if (selected.length > maxOutputs) throw new Refused('too_many_outputs', place(selected[maxOutputs]));
  const outputs = selected.map((json) => ({ ...readValue(json, { sources, aggregates: true }), label: readLabel(json, sources) }));
  const labels = outputs.map(({ label }) => fold(label));
  const twice = labels.findIndex((label, index) => labels.indexOf(label) < index);
  if (twice !== -1) throw new Refused('duplicate_output', place(selected[twice]));
  return outputs;
}

function readLabel(json: Json, sources: readonly Source[]): string {
  const expression = node(json);
  const alias = expression['alias'];
  if (alias === undefined) {
    if (expression['class'] !== 'COLUMN_REF') throw new Refused('alias_required', place(expression));
    return readReference(expression, sources).column;
  }
  if (!/^[\p{L}_][\p{L}\p{N}_]{0,63}$/u.test(text(alias))) throw new Refused('alias_not_allowed', place(expression));
  return text(alias);
}

/** What rows are brought together by; null without GROUP BY. Numbers and names of outputs are read as DuckDB reads them. */
function readGroups(select: Node, outputs: readonly Output[], sources: readonly Source[]): readonly Value[] | null {
  const expressions = list(select['group_expressions']);
  const sets = list(select['group_sets']);
  const [set] = sets;
  if (sets.length > 1 || (isList(set) && set.length !== expressions.length)) throw new Refused('grouping_sets_not_allowed');
  if (expressions.length === 0) return null;
  const values = expressions.map((json): Value => {
    const name = soleName(json);
    const isColumn = name !== undefined && sources.some(({ columns }) => columns.some((column) => fold(column.name) === fold(name)));
    const output = numbered(json, outputs) ?? (isColumn ? undefined : outputs.find(({ label }) => fold(label) === fold(name ?? '')));
    const value = output ?? readValue(json, { sources, aggregates: false });
    if (value.isAggregate) throw new Refused('aggregate_misplaced', place(json));
    return value;
  });
  return values.filter(({ uses }) => uses.length > 0); // what is the same in each row parts none, and a number would mean a place
}

const numbered = (json: Json, outputs: readonly Output[]): Output | undefined => {
  if (!isNode(json) || json['class'] !== 'CONSTANT') return undefined;
  const value = node(json['value'])['value'];
  const output = typeof value === 'string' && /^[0-9]{1,3}$/.test(value) ? outputs[Number(value) - 1] : undefined;
  if (output === undefined) throw new Refused('literal_not_allowed', place(json));
  return output;
};
