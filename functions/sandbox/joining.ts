import type { GateCode } from '../../contracts/gate-refusals.ts';
import { readColumn } from './cuts.ts';
import type { Ground, JoinList, Listed } from './form.ts';
import { fold, Refused } from './form.ts';
import type { Json, Node } from './tree.ts';
import { isList, isNode, misplaced, node, only, place, text } from './tree.ts';

const tableCodes: Readonly<Record<string, GateCode>> = {
  SUBQUERY: 'subquery_not_allowed',
  TABLE_FUNCTION: 'table_function_not_allowed',
  EXPRESSION_LIST: 'values_not_allowed',
  COLUMN_DATA: 'values_not_allowed',
  SHOW_REF: 'describe_not_allowed',
  PIVOT: 'pivot_not_allowed',
  EMPTY: 'table_not_allowed',
};

const referenceCodes: Readonly<Record<string, GateCode>> = {
  CROSS: 'join_cross_not_allowed',
  NATURAL: 'join_natural_not_allowed',
  ASOF: 'join_asof_not_allowed',
  POSITIONAL: 'join_positional_not_allowed',
};

const joinCodes: Readonly<Record<string, GateCode>> = {
  LEFT: 'join_outer_not_allowed',
  RIGHT: 'join_outer_not_allowed',
  FULL: 'join_outer_not_allowed',
  SEMI: 'join_semi_not_allowed',
  ANTI: 'join_semi_not_allowed',
};

/** The one column of every list. */
const key = 'key';

const nameOf = (table: Json | undefined): string | undefined => {
  const name = isNode(table) ? table['table_name'] : undefined;
  return typeof name === 'string' ? fold(name) : undefined;
};

/** The list that a statement names as what it joins with, in whatever form; undefined where there is none. It is looked up before it is judged. */
export function namedList(tree: Json): string | undefined {
  const statements = isNode(tree) ? tree['statements'] : undefined;
  const [first] = isList(statements) ? statements : [];
  const select = isNode(first) ? first['node'] : undefined;
  const from = isNode(select) ? select['from_table'] : undefined;
  return isNode(from) && from['type'] === 'JOIN' ? nameOf(from['right']) : undefined;
}

/** Reads FROM: `data` alone, or `data JOIN list ON data.column = list.key`, which is a condition on the rows of `data` and nothing else. */
export function readFrom(from: Json | undefined, ground: Ground): Listed | null {
  const table = node(from);
  if (table['type'] === 'JOIN') return readJoin(table, ground);
  if (readTable(table) !== 'data') throw new Refused('table_not_allowed', place(table));
  return null;
}

/** The name of a table with nothing beside it. */
function readTable(table: Node): string {
  if (table['type'] !== 'BASE_TABLE') throw new Refused(tableCodes[text(table['type'])] ?? 'table_not_allowed', place(table));
  if (table['alias'] !== undefined || table['column_name_alias'] !== undefined) throw new Refused('table_alias_not_allowed', place(table));
  only(table, ['type', 'query_location', 'table_name']);
  return fold(text(table['table_name']));
}

function readJoin(join: Node, ground: Ground): Listed {
  const joinable = ground.rule.joinable ?? [];
  const [left, right] = [node(join['left']), node(join['right'])];
  const at = place(join) ?? place(right);
  if (joinable.length === 0) throw new Refused('join_not_allowed', at);
  if (left['type'] === 'JOIN' || right['type'] === 'JOIN') throw new Refused('several_joins', at);
  if (join['ref_type'] !== 'REGULAR') throw new Refused(referenceCodes[text(join['ref_type'])] ?? 'construct_not_allowed', at);
  if (join['join_type'] !== 'INNER') throw new Refused(joinCodes[text(join['join_type'])] ?? 'construct_not_allowed', at);
  if (join['using_columns'] !== undefined) throw new Refused('join_using_not_allowed', at);
  only(join, ['type', 'query_location', 'left', 'right', 'condition', 'join_type', 'ref_type']);
  const [first, name] = [readTable(left), readTable(right)];
  if (first !== 'data') throw new Refused(name === 'data' ? 'join_order' : 'table_not_allowed', place(left));
  const reference = readEquality(join['condition'], name);
  const column = readColumn(reference, ground);
  const lists = (ground.lists ?? []).filter((list) => list.name === name);
  if (lists.length === 0) throw new Refused('list_unknown', place(right));
  const list = lists.find((each: JoinList) => each.column === column && joinable.includes(column));
  if (list === undefined) throw new Refused('join_column_not_allowed', place(reference));
  return { kind: 'listed', cut: { column, grain: null }, version: list.version };
}

/** The column of `data` that ON sets equal to the key of the list; each side says whose it is. */
function readEquality(condition: Json | undefined, list: string): Node {
  if (!isNode(condition)) throw new Refused('join_condition_not_allowed');
  const wrong = new Refused('join_condition_not_allowed', place(condition));
  if (condition['class'] === 'SUBQUERY') throw misplaced(condition, 'join_condition_not_allowed');
  if (condition['class'] !== 'COMPARISON' || condition['type'] !== 'COMPARE_EQUAL') throw wrong;
  only(condition, ['class', 'type', 'query_location', 'left', 'right']);
  const sides = [condition['left'], condition['right']].map((side) => ({ side, path: pathOf(side) }));
  const theirs = sides.findIndex(({ path }) => path.length === 2 && path[0] === list && path[1] === key);
  const ours = sides[1 - theirs];
  if (theirs === -1 || !isNode(ours?.side) || ours.path.length !== 2 || ours.path[0] !== 'data') throw wrong;
  return ours.side;
}

const pathOf = (json: Json | undefined): readonly string[] => {
  const names = isNode(json) && json['class'] === 'COLUMN_REF' ? json['column_names'] : undefined;
  return isList(names) ? names.map((name) => fold(text(name))) : [];
};
