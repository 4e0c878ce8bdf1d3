import type { AnalysisRule } from '../../contracts/analysis-rule.ts';
import type { Cell } from './engine.ts';
import { findMisfit } from './fitness.ts';
import type { Column, Form, Predicate } from './form.ts';
import type { FindLists, GateRefusal, Parser } from './gate.ts';
import { explain } from './placing.ts';
import type { Cost } from './planning.ts';
import { plan } from './planning.ts';
import { printPredicate } from './predicate-printing.ts';
import { printForm } from './printing.ts';
import type { Rehearse } from './rehearsal.ts';
import type { Sample } from './synthetic.ts';
import { synthesise } from './synthetic.ts';

/** Whether a question can be answered, for one who has not bought: by the rule and invented rows alone. */
export type Preview =
  | ({ readonly accepted: false; readonly zh: string; readonly en: string } & GateRefusal)
  | {
      readonly accepted: true;
      /** The query as it would run. */
      readonly sql: string;
      readonly predicates: readonly string[];
      readonly cost: Cost;
      /** The answer over invented rows, without noise. It shows the form of an answer and says nothing of the data. */
      readonly sample: {
        readonly synthetic: true;
        readonly entitiesPerCell: number;
        readonly columns: readonly string[];
        readonly rows: readonly (readonly Cell[])[] | null;
      };
    };

const shownRows = 20;

const leaves = (predicate: Predicate | null): readonly Predicate[] =>
  predicate === null ? [] : 'of' in predicate ? predicate.of.flatMap(leaves) : [predicate];

/** The columns that a rule speaks of: of others, neither name nor type is told. */
export const spokenOf = (rule: AnalysisRule, columns: readonly Column[]): readonly Column[] =>
  columns.filter(
    ({ name }) =>
      name === rule.entity ||
      rule.joinable?.includes(name) === true ||
      [...rule.dimensions, ...rule.measures].some(({ column }) => column === name),
  );

/** Any list that the buyer may have or yet make: of a version that no list has. */
const anyList =
  ({ joinable = [] }: AnalysisRule): FindLists =>
  async (name) =>
    joinable.map((column) => ({ name, column, version: 0 }));

const refuse = ({ refused, at, about }: GateRefusal): Preview => ({
  accepted: false,
  refused,
  at,
  ...(about === undefined ? {} : { about }),
  ...explain(refused, at, about),
});

/**
 * The table that a question is tried on, and the query for it: the rule's own, but where so many people are demanded that the sample cannot hold
 * them, only as many as are in it.
 */
export function trialOf(form: Form, rule: AnalysisRule, columns: readonly Column[]): { readonly sql: string; readonly sample: Sample } {
  const listed = leaves(form.where).find(({ kind }) => kind === 'listed');
  const joined = listed && 'cut' in listed ? { listed: listed.cut.column } : {};
  const sample = { ...synthesise(rule, columns, form), ...joined };
  return { sql: printForm(form, { rule: { ...rule, minEntities: Math.min(rule.minEntities, sample.entities) }, columns }), sample };
}

/**
 * Can my question be answered? Accepted or not and why; the query as it would run; what it would cost; and what an answer looks like. It takes
 * the rule and the types of its columns, and there is nothing in it that could read the data. To try a question costs nothing.
 */
export async function preview(
  sql: string,
  rule: AnalysisRule,
  columns: readonly Column[],
  { parse, rehearse }: { readonly parse: Parser; readonly rehearse: Rehearse },
): Promise<Preview> {
  // Of the profile, a misfit alone is told, since a contract under this rule would answer nothing.
  const misfit = findMisfit(rule, columns);
  if (misfit !== null) return refuse({ refused: misfit.refused, at: null, about: misfit.column });
  const told = spokenOf(rule, columns);
  const planned = await plan(sql, rule, told, parse, anyList(rule));
  if ('refused' in planned) return refuse(planned);
  const trial = trialOf(planned.form, rule, told);
  const rows = await rehearse(trial.sql, trial.sample);
  return {
    accepted: true,
    sql: planned.sql,
    predicates: leaves(planned.form.where).map(printPredicate),
    cost: planned.cost,
    sample: {
      synthetic: true,
      entitiesPerCell: trial.sample.entities,
      columns: planned.labels,
      rows: rows?.slice(0, shownRows) ?? null,
    },
  };
}
