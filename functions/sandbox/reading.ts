import type { Cut, Form, Ground, Ordering, Output, Predicate } from './form.ts';
import { fold, Refused, same } from './form.ts';
import { bareName, isGrained, readArguments, readColumn, readCut } from './cuts.ts';
import { readFrom } from './joining.ts';
import { readLiteral } from './literals.ts';
import { readWhere } from './predicates.ts';
import type { GateCode } from '../../contracts/gate-refusals.ts';
import type { Json, Node } from './tree.ts';
import { isNode, list, misplaced, node, only, place, text } from './tree.ts';

const maxGroups = 4;
const maxOutputs = 20;

/** Reads what DuckDB's parser serialised into the closed form, or throws `Refused`. */
export function readForm(tree: Json, ground: Ground): Form {
  const select = readStatement(tree);
  if (isNode(select['cte_map']) && list(select['cte_map']['map']).length > 0) throw new Refused('cte_not_allowed');
  const joined = readFrom(select['from_table'], ground);
  if (select['aggregate_handling'] !== 'STANDARD_HANDLING') throw new Refused('group_by_all_not_allowed');
  const where = both(joined, readWhere(select['where_clause'], ground));
  const selected = list(select['select_list']);
  if (selected.length > maxOutputs) throw new Refused('too_many_outputs', place(selected[maxOutputs]));
  const labels = readLabels(selected);
  const outputs = selected.map((expression, index) => ({ label: labels[index] ?? '', output: readOutput(expression, ground) }));
  const groups = readGroups(select, outputs, ground);
  for (const [index, { output }] of outputs.entries()) {
    if (output.kind === 'dimension' && !groups.some((group) => same(group, output.cut))) {
      throw new Refused('dimension_not_grouped', place(selected[index]));
    }
  }
  return { outputs, where, groups, ...readModifiers(list(select['modifiers']), outputs, ground) };
}

/** A join is one more condition. */
const both = (joined: Predicate | null, where: Predicate | null): Predicate | null =>
  joined === null || where === null ? (joined ?? where) : { kind: 'and', of: [joined, where] };

/** The parser's words stay here: they quote the text, and what they say changes from version to version. */
function unread(error: Node): Refused {
  if (error['error_type'] === 'not implemented') return new Refused('not_a_select');
  if (text(error['error_message']).startsWith('Max expression depth')) return new Refused('nesting_too_deep');
  const at = error['position'];
  return new Refused('syntax_error', typeof at === 'string' && /^[0-9]+$/.test(at) ? { characters: Number(at) } : null);
}

export function readStatement(tree: Json): Node {
  const top = node(tree);
  if (top['error'] !== false) throw unread(top);
  const [first, ...more] = list(top['statements']);
  if (first === undefined) throw new Refused('empty_query');
  if (more.length > 0) throw new Refused('several_statements');
  const select = node(only(node(first), ['node'])['node']);
  if (select['type'] !== 'SELECT_NODE') throw new Refused(statementCodes[text(select['type'])] ?? 'construct_not_allowed');
  if (list(select['modifiers']).some((modifier) => node(modifier)['type'] === 'DISTINCT_MODIFIER'))
    throw new Refused('distinct_not_allowed');
  return only(select, [
    'type',
    'modifiers',
    'cte_map',
    'select_list',
    'from_table',
    'where_clause',
    'group_expressions',
    'group_sets',
    'aggregate_handling',
  ]);
}

const statementCodes: Readonly<Record<string, GateCode>> = {
  SET_OPERATION_NODE: 'set_operation_not_allowed',
  RECURSIVE_CTE_NODE: 'cte_not_allowed',
  CTE_NODE: 'cte_not_allowed',
};

/** Names for the output columns. Two may not be given the same; one that was not given any stands back, and is numbered. */
function readLabels(selected: readonly Json[]): readonly string[] {
  const given = selected.map(readGiven);
  const names = given.map((name) => (name === undefined ? undefined : fold(name)));
  const twice = names.findIndex((name, index) => name !== undefined && names.indexOf(name) < index);
  if (twice !== -1) throw new Refused('duplicate_output', place(selected[twice]));
  const taken = new Set(names);
  return selected.map((expression, index) => {
    const name = given[index] ?? describe(expression);
    if (given[index] !== undefined) return name;
    let label = name;
    for (let number = 2; taken.has(fold(label)); number += 1) label = `${name}_${number}`;
    taken.add(fold(label));
    return label;
  });
}

/** The name that an output column was given, shown to the buyer and never printed into SQL: its alias, or the name of a column that stands alone. */
function readGiven(expression: Json): string | undefined {
  const alias = isNode(expression) ? expression['alias'] : undefined;
  if (alias !== undefined) {
    if (!/^[\p{L}\p{N}_][\p{L}\p{M}\p{N}_ ]{0,63}$/u.test(text(alias))) throw new Refused('alias_not_allowed', place(expression));
    return text(alias);
  }
  return isNode(expression) && expression['class'] === 'COLUMN_REF' ? lastName(expression) : undefined;
}

/** What an output that was given no name is called: after its function and column. */
function describe(expression: Json): string {
  if (!isNode(expression) || expression['class'] !== 'FUNCTION') return lastName(expression);
  const called = text(expression['function_name']).replace('count_star', 'count').replace('*', 'floor');
  const argument = list(expression['children'])
    .map(lastName)
    .find((name) => name !== '');
  return [called, argument].filter((part) => part !== undefined).join('_');
}

/** The column an expression names, searched through `floor(x / 10) * 10`. */
function lastName(expression: Json): string {
  if (!isNode(expression)) return '';
  if (expression['class'] === 'COLUMN_REF') return text(list(expression['column_names']).at(-1));
  return (
    list(expression['children'])
      .map(lastName)
      .find((name) => name !== '') ?? ''
  );
}

function readOutput(expression: Json, ground: Ground): Output {
  if (!isNode(expression)) throw new Refused('construct_not_allowed');
  const name = expression['class'] === 'FUNCTION' ? text(expression['function_name']) : undefined;
  if (name === 'count_star') {
    if (readArguments(expression).length > 0) throw new Refused('count_column_not_allowed', place(expression));
    return { kind: 'rows' };
  }
  if (name === 'count') return readCount(expression, ground);
  if (name === 'sum' || name === 'avg') return { kind: name, column: readMeasure(expression, ground) };
  const cut = readCut(expression, ground);
  if (cut === undefined) throw misplaced(expression, 'construct_not_allowed');
  return { kind: 'dimension', cut: grained(cut, expression, ground) };
}

function readCount(call: Node, ground: Ground): Output {
  if (call['distinct'] !== true) {
    readArguments(call);
    throw new Refused('count_column_not_allowed', place(call));
  }
  const [of, ...more] = readArguments(call, ['distinct']);
  if (!isNode(of) || of['class'] !== 'COLUMN_REF' || more.length > 0 || readColumn(of, ground) !== ground.rule.entity) {
    throw new Refused('distinct_not_entity', place(call));
  }
  return { kind: 'entities' };
}

function readMeasure(call: Node, ground: Ground): string {
  const [of, ...more] = readArguments(call);
  if (!isNode(of) || of['class'] !== 'COLUMN_REF' || more.length > 0) throw misplaced(of, 'measure_not_allowed');
  const column = readColumn(of, ground);
  if (!ground.rule.measures.some((measure) => measure.column === column)) throw new Refused('measure_not_allowed', place(of));
  return column;
}

function grained(cut: Cut, expression: Json, ground: Ground): Cut {
  if (!isGrained(cut, ground)) throw new Refused('grain_required', place(expression));
  return cut;
}

/** GROUP BY a dimension, the number of an output, or its name where no column is called so, as DuckDB reads it. */
function readGroups(select: Node, outputs: Form['outputs'], ground: Ground): readonly Cut[] {
  const expressions = list(select['group_expressions']);
  const [set, ...more] = list(select['group_sets']).map(list);
  if (more.length > 0 || (set !== undefined && set.length !== expressions.length)) {
    throw new Refused('grouping_sets_not_allowed', place(expressions[0]));
  }
  const cuts = expressions.map((expression) => {
    const output = namedOutput(expression, outputs, (name) => !ground.columns.some((column) => fold(column.name) === fold(name)));
    if (output !== undefined) {
      if (output.output.kind !== 'dimension') throw new Refused('group_not_a_dimension', place(expression));
      return output.output.cut;
    }
    const cut = readCut(expression, ground);
    if (cut === undefined) throw misplaced(expression, 'group_not_a_dimension');
    return grained(cut, expression, ground);
  });
  const groups = cuts.filter((cut, index) => cuts.findIndex((other) => same(cut, other)) === index);
  if (groups.length > maxGroups) throw new Refused('too_many_dimensions', place(expressions[maxGroups]));
  return groups;
}

/** The output that a number or an alias refers to. */
function namedOutput(
  expression: Json | undefined,
  outputs: Form['outputs'],
  mayBeAlias: (name: string) => boolean,
): Form['outputs'][number] | undefined {
  if (isNode(expression) && expression['class'] === 'CONSTANT') {
    const literal = isNull(expression) ? undefined : readLiteral(expression);
    const output = literal?.kind === 'integer' ? outputs[Number(literal.text) - 1] : undefined;
    if (output === undefined) throw new Refused('literal_not_allowed', place(expression));
    return output;
  }
  const name = bareName(expression);
  return name === undefined || !mayBeAlias(name) ? undefined : outputs.find(({ label }) => fold(label) === fold(name));
}

function readModifiers(modifiers: readonly Json[], outputs: Form['outputs'], ground: Ground): Pick<Form, 'order' | 'limit'> {
  let order: readonly Ordering[] = [];
  let limit: number | null = null;
  for (const json of modifiers) {
    const modifier = node(json);
    if (modifier['type'] === 'ORDER_MODIFIER') {
      only(modifier, ['type', 'orders']);
      const orders = list(modifier['orders']).map((each) => readOrder(node(each), outputs, ground));
      // Ordering by an output again changes nothing.
      order = orders.filter(({ output }, index) => orders.findIndex((each) => each.output === output) === index);
    } else if (modifier['type'] === 'LIMIT_MODIFIER') {
      only(modifier, ['type', 'limit', 'offset']);
      if (modifier['offset'] !== undefined) throw new Refused('offset_not_allowed', place(modifier['offset']));
      limit = readLimit(modifier['limit'], ground);
    } else throw new Refused(modifier['type'] === 'LIMIT_PERCENT_MODIFIER' ? 'limit_not_constant' : 'construct_not_allowed');
  }
  return { order, limit };
}

const directions: Readonly<Record<string, boolean>> = { ORDER_DEFAULT: false, ASCENDING: false, DESCENDING: true };
const nulls: Readonly<Record<string, boolean>> = { ORDER_DEFAULT: false, 'NULLS LAST': false, 'NULLS FIRST': true };

function readOrder(order: Node, outputs: Form['outputs'], ground: Ground): Ordering {
  only(order, ['type', 'null_order', 'expression']);
  const descending = directions[text(order['type'])];
  const nullsFirst = nulls[text(order['null_order'])];
  if (descending === undefined || nullsFirst === undefined) throw new Refused('construct_not_allowed', place(order['expression']));
  const output = orderedOutput(order['expression'], outputs, ground);
  if (output === -1) throw new Refused('order_not_an_output', place(order['expression']));
  return { output, descending, nullsFirst };
}

function orderedOutput(expression: Json | undefined, outputs: Form['outputs'], ground: Ground): number {
  const named = namedOutput(expression, outputs, () => true);
  if (named !== undefined) return outputs.indexOf(named);
  if (expression === undefined) return -1;
  const output = readOutput(expression, ground);
  return outputs.findIndex((each) => same(each.output, output));
}

/** `LIMIT ALL` is written as one without a value. */
const isNull = ({ value }: Node): boolean => isNode(value) && value['is_null'] === true;

function readLimit(json: Json | undefined, ground: Ground): number | null {
  if (json === undefined) return null;
  const at = place(json);
  if (!isNode(json) || json['class'] !== 'CONSTANT' || isNull(json)) throw new Refused('limit_not_constant', at);
  const literal = readLiteral(json);
  if (literal.kind !== 'integer' || literal.text.startsWith('-')) throw new Refused('limit_not_constant', at);
  if (BigInt(literal.text) > BigInt(ground.rule.maxRows)) throw new Refused('limit_too_large', at);
  return Number(literal.text);
}
