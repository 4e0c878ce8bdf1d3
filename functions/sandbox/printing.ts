import type { AnalysisRule } from '../../contracts/analysis-rule.ts';
import type { Form, Ground, Output } from './form.ts';
import { same } from './form.ts';
import { familyOf } from './literals.ts';
import { printCut, printPredicate, quote } from './predicate-printing.ts';

/** Keeps NULL (an entity without a value adds nothing), which DuckDB's `least` and `greatest` would replace by the bound. */
function printClamped(sum: string, column: string, rule: AnalysisRule): string {
  const clamp = rule.measures.find((measure) => measure.column === column)?.clamp;
  if (clamp === undefined) return sum;
  return `CASE WHEN ${sum} < ${clamp.min} THEN ${clamp.min} WHEN ${sum} > ${clamp.max} THEN ${clamp.max} ELSE ${sum} END`;
}

/**
 * Prints the governed query: new SQL over the view `data`, of which not a character is the buyer's but the literals, printed from their
 * values. Output columns are `c0`, `c1`… in the form's order.
 *
 * Level one has a row per dimension cell and entity: its rows `n`, its clamped sum `s` and its number of values `v` for each measure. Where
 * each row is its own entity, level one is the rows themselves. Level two adds them up, and keeps the cells that pass:
 * - **threshold**: at least `minEntities` entities, and as many with a value for each measure shown. Rows without an entity (NULL) count in
 *   the answers, as in plain SQL, but never towards the threshold;
 * - **dominance**: of what is shown, no entity contributes more than `dominancePercent`, by absolute value, after the clamp. Rows without an
 *   entity are one contributor. Contributions to `count(*)` are rows, to `count(distinct entity)` one each, to `avg` those to its sum and its
 *   number of values.
 *
 * `sum` is the sum of the clamped sums; `avg` is that divided by the number of values that are not NULL. Without a clamp both equal plain
 * DuckDB's: sums of whole numbers and decimals exactly, averages and sums of floating point up to rounding. NULL dimensions form cells like
 * any value. Order and limit come after suppression; ties are ordered by the dimensions, so that the same question has the same answer.
 * Without a LIMIT one row more than the cap is asked for, so that the engine can tell that the cap was passed.
 */
export function printForm(form: Form, ground: Ground): string {
  const { rule } = ground;
  const measures = [
    ...new Set(form.outputs.flatMap(({ output }) => (output.kind === 'sum' || output.kind === 'avg' ? [output.column] : []))),
  ];
  const keys = form.groups.map((_, index) => `g${index}`);
  const order = [
    ...form.order.map(
      ({ output, descending, nullsFirst }) => `c${output} ${descending ? 'DESC' : 'ASC'} NULLS ${nullsFirst ? 'FIRST' : 'LAST'}`,
    ),
    ...keys.map((key) => `${key} ASC NULLS LAST`),
  ];
  const outputs = form.outputs.map(({ output }, index) => `${printOutput(output, form, measures)} AS c${index}`);
  return [
    `WITH entities AS (${printEntities(form, measures, rule)})`,
    `SELECT ${outputs.join(', ')} FROM entities`,
    ...(keys.length > 0 ? [`GROUP BY ${keys.join(', ')}`] : []),
    `HAVING ${printSuppression(form, measures, ground).join(' AND ')}`,
    ...(order.length > 0 ? [`ORDER BY ${order.join(', ')}`] : []),
    `LIMIT ${form.limit ?? rule.maxRows + 1}`,
  ].join(' ');
}

function printEntities(form: Form, measures: readonly string[], rule: AnalysisRule): string {
  const { entity } = rule;
  const cells = form.groups.map((cut, index) => `${printCut(cut)} AS g${index}`);
  const sums = measures.flatMap((column, index) => {
    const name = quote(column);
    return entity === null
      ? [`${printClamped(name, column, rule)} AS s${index}`, `CASE WHEN ${name} IS NULL THEN 0 ELSE 1 END AS v${index}`]
      : [`${printClamped(`sum(${name})`, column, rule)} AS s${index}`, `count(${name}) AS v${index}`];
  });
  const who = entity === null ? ['TRUE AS entity', '1 AS n'] : [`${quote(entity)} AS entity`, 'count(*) AS n'];
  const where = form.where === null ? '' : ` WHERE ${printPredicate(form.where)}`;
  const keys = Array.from({ length: cells.length + 1 }, (_, index) => index + 1);
  return `SELECT ${[...cells, ...who, ...sums].join(', ')} FROM data${where}${entity === null ? '' : ` GROUP BY ${keys.join(', ')}`}`;
}

function printOutput(output: Output, form: Form, measures: readonly string[]): string {
  if (output.kind === 'dimension') return `g${form.groups.findIndex((group) => same(group, output.cut))}`;
  if (output.kind === 'rows') return 'CAST(sum(n) AS BIGINT)';
  if (output.kind === 'entities') return 'count(entity)';
  const measure = measures.indexOf(output.column);
  return output.kind === 'sum' ? `sum(s${measure})` : `CAST(sum(s${measure}) AS DOUBLE) / CAST(sum(v${measure}) AS DOUBLE)`;
}

function printSuppression(form: Form, measures: readonly string[], { rule, columns }: Ground): readonly string[] {
  const shown = (kind: Output['kind'], column?: string): boolean =>
    form.outputs.some(({ output }) => output.kind === kind && (column === undefined || ('column' in output && output.column === column)));
  const dominance = (largest: string, total: string): string => `${largest} * 100 <= ${total} * ${rule.dominancePercent}`;
  return [
    `count(entity) >= ${rule.minEntities}`,
    ...(shown('rows') ? [dominance('max(n)', 'sum(n)')] : []),
    ...(shown('entities') ? [dominance('1', 'count(entity)')] : []),
    ...measures.flatMap((column, index) => {
      const family = familyOf(columns.find(({ name }) => name === column)?.type ?? '');
      // A BIGINT would overflow when it is multiplied, and whether it does depends on the data.
      const size = family === 'integer' ? `abs(CAST(s${index} AS HUGEINT))` : `abs(s${index})`;
      return [
        `count(CASE WHEN s${index} IS NULL THEN NULL ELSE entity END) >= ${rule.minEntities}`,
        dominance(`max(${size})`, `sum(${size})`),
        // One infinite or undefined value would be the whole answer, and shares of it mean nothing.
        ...(family === 'double' ? [`isfinite(sum(${size}))`] : []),
        ...(shown('avg', column) ? [dominance(`max(v${index})`, `sum(v${index})`)] : []),
      ];
    }),
  ];
}
