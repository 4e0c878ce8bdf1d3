import type { AnalysisRule } from '../../contracts/analysis-rule.ts';
import { familyOfColumn } from './cuts.ts';
import type { Form, Ground, Output } from './form.ts';
import { same } from './form.ts';
import { printCut, printPredicate, quote } from './predicate-printing.ts';
import { bucketsFor, printBuckets, printCounts, printSameCell } from './printing-buckets.ts';

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
 *
 * Level one is dear: it may have nearly as many rows as the table. So cells are looked at by `buckets` of entities first, which are few. What a
 * cell passes by buckets, as if each but one were an entity, it passes by entities: it has no fewer of them, none of them contributes more than
 * all sizes in its bucket together, and all of them no less than the buckets do, where gains and losses have been set off. Only cells that are not
 * `certain` to pass by that go through level one. The answer is the same. How long it takes tells whether there were any such cells, which is
 * hidden by the steps in which outcomes are told.
 */
export function printForm(form: Form, ground: Ground): string {
  const keys = keysOf(form);
  const measures = measuresOf(form);
  const passes = (by: Bounds): string => {
    const { thresholds, dominance } = printSuppression(form, measures, ground, by);
    return [...thresholds.map((count) => `${count} >= ${ground.rule.minEntities}`), ...dominance].join(' AND ');
  };
  const released = `SELECT ${printOutputs(form, measures, 'count(entity)')} FROM entities${printGroups(keys)} HAVING ${passes(exact)}`;
  const source = printSource(form, measures, ground.rule);
  const entities = (of: string): string => `entities AS (${printEntities(keys, measures, ground.rule, of)})`;
  const buckets = bucketsFor(ground.rule, measures);
  if (buckets === null) return printAnswer(form, ground.rule, [source, entities('source')], released);
  const isCounted = form.outputs.some(({ output }) => output.kind === 'entities');
  const counted = isCounted ? ` JOIN counts ON ${printSameCell(keys)}` : '';
  const certain = `CASE WHEN ${passes(atMost)} THEN TRUE ELSE FALSE END AS certain`;
  const doubtful = `(SELECT ${['TRUE', ...keys.map((key, index) => `${key} AS h${index}`)].join(', ')} FROM cells WHERE NOT certain)`;
  return printAnswer(
    form,
    ground.rule,
    [
      source,
      `buckets AS (${printBuckets(keys, measures.length, buckets)})`,
      ...(isCounted ? [`counts AS (${printCounts(keys, ground)})`] : []),
      `cells AS MATERIALIZED (SELECT ${printOutputs(form, measures, 'max(counted)')}, ${certain} FROM buckets${counted}${printGroups(keys)})`,
      entities(`source SEMI JOIN ${doubtful} AS doubtful ON ${printSameCell(keys)}`),
    ],
    `SELECT * EXCLUDE (certain) FROM cells WHERE certain UNION ALL ${released}`,
  );
}

/**
 * The same question with nothing held back, for what people review: beside the outputs the smallest number of entities that a number of the
 * cell rests on, and whether one of them dominates it. These two never leave the sandbox.
 */
export function printUnsuppressed(form: Form, ground: Ground): string {
  const keys = keysOf(form);
  const measures = measuresOf(form);
  const { thresholds, dominance } = printSuppression(form, measures, ground, exact);
  const dominated = dominance.length === 0 ? 'FALSE' : `CASE WHEN NOT (${dominance.join(' AND ')}) THEN TRUE ELSE FALSE END`;
  const outputs = printOutputs(form, measures, 'count(entity)', [`least(${thresholds.join(', ')})`, dominated]);
  const entities = `entities AS (${printEntities(keys, measures, ground.rule, 'source')})`;
  const cells = `SELECT ${outputs} FROM entities${printGroups(keys)}`;
  return printAnswer(form, ground.rule, [printSource(form, measures, ground.rule), entities], cells, 2);
}

const keysOf = (form: Form): readonly string[] => form.groups.map((_, index) => `g${index}`);

const measuresOf = (form: Form): readonly string[] => [
  ...new Set(form.outputs.flatMap(({ output }) => (output.kind === 'sum' || output.kind === 'avg' ? [output.column] : []))),
];

const printGroups = (keys: readonly string[]): string => (keys.length === 0 ? '' : ` GROUP BY ${keys.join(', ')}`);

/** The rows that a question is about: their cells `g`, their entity, their measures `m`, and nothing else. */
function printSource(form: Form, measures: readonly string[], { entity }: AnalysisRule): string {
  const columns = [
    ...form.groups.map((cut, index) => `${printCut(cut)} AS g${index}`),
    entity === null ? 'TRUE AS entity' : `${quote(entity)} AS entity`,
    ...measures.map((column, index) => `${quote(column)} AS m${index}`),
  ];
  const where = form.where === null ? '' : ` WHERE ${printPredicate(form.where)}`;
  return `source AS NOT MATERIALIZED (SELECT ${columns.join(', ')} FROM data${where})`;
}

/** The cells that are shown, in order. `beside` are so many outputs more than were asked for. */
function printAnswer(form: Form, rule: AnalysisRule, relations: readonly string[], cells: string, beside = 0): string {
  const order = [
    ...form.order.map(
      ({ output, descending, nullsFirst }) => `c${output} ${descending ? 'DESC' : 'ASC'} NULLS ${nullsFirst ? 'FIRST' : 'LAST'}`,
    ),
    ...keysOf(form).map((key) => `${key} ASC NULLS LAST`),
  ];
  return [
    `WITH ${relations.join(', ')}`,
    `SELECT ${Array.from({ length: form.outputs.length + beside }, (_, index) => `c${index}`).join(', ')} FROM (${cells})`,
    ...(order.length > 0 ? [`ORDER BY ${order.join(', ')}`] : []),
    `LIMIT ${form.limit ?? rule.maxRows + 1}`,
  ].join(' ');
}

function printEntities(keys: readonly string[], measures: readonly string[], rule: AnalysisRule, of: string): string {
  const isOne = rule.entity === null;
  const sums = measures.flatMap((column, index) => {
    const value = `m${index}`;
    return isOne
      ? [`${printClamped(value, column, rule)} AS s${index}`, `CASE WHEN ${value} IS NULL THEN 0 ELSE 1 END AS v${index}`]
      : [`${printClamped(`sum(${value})`, column, rule)} AS s${index}`, `count(${value}) AS v${index}`];
  });
  const grouped = isOne ? '' : printGroups([...keys, 'entity']);
  return `SELECT ${[...keys, 'entity', isOne ? '1 AS n' : 'count(*) AS n', ...sums].join(', ')} FROM ${of}${grouped}`;
}

/** What a cell shows, after its keys. */
function printOutputs(form: Form, measures: readonly string[], entities: string, beside: readonly string[] = []): string {
  const outputs = [...form.outputs.map(({ output }) => printOutput(output, form, measures, entities)), ...beside];
  return [...keysOf(form), ...outputs.map((output, index) => `${output} AS c${index}`)].join(', ');
}

function printOutput(output: Output, form: Form, measures: readonly string[], entities: string): string {
  if (output.kind === 'dimension') return `g${form.groups.findIndex((group) => same(group, output.cut))}`;
  if (output.kind === 'rows') return 'CAST(sum(n) AS BIGINT)';
  if (output.kind === 'entities') return entities;
  const measure = measures.indexOf(output.column);
  return output.kind === 'sum' ? `sum(s${measure})` : `CAST(sum(s${measure}) AS DOUBLE) / CAST(sum(v${measure}) AS DOUBLE)`;
}

/**
 * How many entities there are and the size of the largest contributor to a sum: known exactly from entities; from buckets as how many there are at
 * least, since one bucket may hold none, and as what it is at most.
 */
type Bounds = {
  readonly entities: (counted: string) => string;
  readonly sizes: (sum: number, cast: (value: string) => string) => { readonly largest: string; readonly each: string };
};
const exact: Bounds = {
  entities: (counted) => counted,
  sizes: (sum, cast) => ({ largest: `abs(${cast(`s${sum}`)})`, each: `abs(${cast(`s${sum}`)})` }),
};
const atMost: Bounds = {
  entities: (counted) => `${counted} - 1`,
  sizes: (sum, cast) => ({ largest: `${cast(`s${sum}`)} - l${sum} - l${sum}`, each: `abs(${cast(`s${sum}`)})` }),
};

/** What a cell must pass: the counts of entities that must reach the threshold, and the conditions on the largest contributor. */
function printSuppression(
  form: Form,
  measures: readonly string[],
  ground: Ground,
  by: Bounds,
): { readonly thresholds: readonly string[]; readonly dominance: readonly string[] } {
  const shown = (kind: Output['kind'], column?: string): boolean =>
    form.outputs.some(({ output }) => output.kind === kind && (column === undefined || ('column' in output && output.column === column)));
  const dominance = (largest: string, total: string): string => `${largest} * 100 <= ${total} * ${ground.rule.dominancePercent}`;
  return {
    thresholds: ['count(entity)', ...measures.map((_, index) => `count(CASE WHEN s${index} IS NULL THEN NULL ELSE entity END)`)].map(
      by.entities,
    ),
    dominance: [
      ...(shown('rows') ? [dominance('max(n)', 'sum(n)')] : []),
      ...(shown('entities') ? [dominance('1', `(${by.entities('count(entity)')})`)] : []),
      ...measures.flatMap((column, index) => {
        const family = familyOfColumn(column, ground);
        // A BIGINT would overflow when it is multiplied, and whether it does depends on the data; a FLOAT would be rounded past its share.
        const wide = family === 'integer' ? 'HUGEINT' : family === 'double' ? 'DOUBLE' : undefined;
        const { largest, each } = by.sizes(index, (value) => (wide === undefined ? value : `CAST(${value} AS ${wide})`));
        return [
          dominance(`max(${largest})`, `sum(${each})`),
          // One infinite or undefined value would be the whole answer, and shares of it mean nothing.
          ...(family === 'double' ? [`isfinite(sum(${each}))`] : []),
          ...(shown('avg', column) ? [dominance(`max(v${index})`, `sum(v${index})`)] : []),
        ];
      }),
    ],
  };
}
