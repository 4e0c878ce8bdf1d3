import type { AnalysisRule } from '../../contracts/analysis-rule.ts';
import type { GateCode } from '../../contracts/gate-refusals.ts';
import { findMisfit } from './fitness.ts';
import type { Column, Form, JoinList } from './form.ts';
import { Refused } from './form.ts';
import { namedList } from './joining.ts';
import { printForm } from './printing.ts';
import type { Place } from './placing.ts';
import { locate, placeAt, unreadCode } from './placing.ts';
import { readForm } from './reading.ts';
import { readTree } from './tree.ts';

/**
 * DuckDB's own parser: answers `json_serialize_sql` of a text, with defaults and NULLs left out and empty lists kept (without them ROLLUP
 * loses its `()`). It runs nothing.
 */
export type Parser = (sql: string) => Promise<string>;

/** The lists called so that the buyer may join with. */
export type FindLists = (name: string) => Promise<readonly JoinList[]>;
const noLists: FindLists = async () => [];

/** A query as it will be run: `labels` name the columns `c0`, `c1`… of the result; `form` is what was asked, for keeping and comparing. */
export type Compiled = { readonly sql: string; readonly labels: readonly string[]; readonly form: Form };

/** `at` says where in the buyer's text; it is null where the rule is at fault and not the text, and `about` names the column of the rule. */
export type GateRefusal = { readonly refused: GateCode; readonly at: Place | null; readonly about?: string };

const maxLength = 10_000;
/** Comments within comments take the parser time that grows with their square. */
const maxComments = 100;

/**
 * Turns a buyer's SQL into the query that the analysis rule permits, or refuses it with the code of the construct. The accepted grammar: one
 * SELECT from `data`, joined with at most one list (`JOIN list ON data.column = list.key`); WHERE of AND and OR over comparisons, IN and BETWEEN of dimensions with literals; GROUP BY at most four dimensions at
 * the rule's grain or coarser; `count(*)`, `count(distinct entity)`, `sum` and `avg` of measures; ORDER BY outputs; a constant LIMIT.
 *
 * Semantics of the answers: see `printForm`. Where the rule has no entity column, each row is its own and `count(distinct …)` is refused,
 * since there is no column to name.
 */
export async function compile(
  sql: string,
  rule: AnalysisRule,
  columns: readonly Column[],
  parse: Parser,
  findLists: FindLists = noLists,
): Promise<Compiled | GateRefusal> {
  const misfit = findMisfit(rule, columns);
  if (misfit !== null) return { refused: misfit.refused, at: null, about: misfit.column };
  const unreadable = findUnreadable(sql);
  if (unreadable !== null) return unreadable;
  const tree = readTree(await parse(sql));
  const named = namedList(tree);
  const ground = { rule, columns, lists: named === undefined ? [] : await findLists(named) };
  try {
    const form = readForm(tree, ground);
    return { sql: printForm(form, ground), labels: form.outputs.map(({ label }) => label), form };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const code = error.code === 'not_a_select' ? unreadCode(sql) : error.code;
    return { refused: code, at: locate(sql, code, error.at) };
  }
}

/** What is refused before the parser sees it. */
export function findUnreadable(sql: string): GateRefusal | null {
  if (sql.length > maxLength) return { refused: 'sql_too_long', at: placeAt(sql, maxLength) };
  const control = sql.search(/[^\P{C}\t\n\r\p{Cf}\p{Co}\p{Cn}]|[\u202a-\u202e\u2066-\u2069]/u);
  if (control !== -1) return { refused: 'control_character', at: placeAt(sql, control) };
  const comments = [...sql.matchAll(/\/\*/g)];
  const last = comments[maxComments];
  return last === undefined ? null : { refused: 'too_many_comments', at: placeAt(sql, last.index) };
}
