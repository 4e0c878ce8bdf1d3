import * as fc from 'fast-check';
import { AnalysisRule } from '../../contracts/analysis-rule.ts';
import type { Cut, Form, Literal, Output, Predicate } from '../../functions/sandbox/form.ts';

/** A table with a dimension of every family and grain, three measures and an entity. */
export const columns = [
  { name: 'g', type: 'VARCHAR' },
  { name: 'b', type: 'BOOLEAN' },
  { name: 'h', type: 'BIGINT' },
  { name: 'x', type: 'DECIMAL(18,2)' },
  { name: 't', type: 'TIMESTAMP' },
  { name: 'y', type: 'DATE' },
  { name: 'v', type: 'BIGINT' },
  { name: 'd', type: 'DECIMAL(18,2)' },
  { name: 'f', type: 'DOUBLE' },
  { name: 'e', type: 'BIGINT' },
];

const all = [
  { column: 'g' },
  { column: 'b' },
  { column: 'h', grain: { bin: 10 } },
  { column: 'x', grain: { bin: 0.5 } },
  { column: 't', grain: 'day' },
  { column: 'y', grain: 'day' },
] as const;

/** Rules that say more or less; all let pass whatever three people share equally. */
export const rules = fc
  .record({
    dimensions: fc.subarray([...all], { minLength: 1 }),
    measures: fc.subarray([{ column: 'v' }, { column: 'd' }, { column: 'f' }], { minLength: 1 }),
    minEntities: fc.integer({ min: 2, max: 3 }),
    dominancePercent: fc.integer({ min: 34, max: 100 }),
  })
  .map((some) => AnalysisRule.parse({ ...some, entity: 'e', maxRows: 100_000 }));

const bins = (of: string, ...widths: readonly string[]) => widths.map((bin) => ({ bin, of }));
const grains: Readonly<Record<string, readonly Cut['grain'][]>> = {
  g: [null],
  b: [null],
  h: bins('BIGINT', '10', '20', '30'),
  x: bins('DECIMAL(18,2)', '0.5', '1', '1.5'),
  t: ['day', 'month', 'year'],
  y: [null, 'day', 'month', 'year'],
};

const cuts = (rule: AnalysisRule): fc.Arbitrary<Cut> =>
  fc.constantFrom(...rule.dimensions.flatMap(({ column }) => (grains[column] ?? []).map((grain) => ({ column, grain }))));

const dates = fc.constantFrom('2019-12-31', '2020-01-01', '2020-02-29', '2021-03-01');
const values: Readonly<Record<string, fc.Arbitrary<Literal>>> = {
  g: fc.constantFrom('a', 'b', 'O’Brien', "it's", '--', '漢😀', 'é', 'e\u0301').map((text) => ({ kind: 'text', text })),
  b: fc.constantFrom('true', 'false').map((text) => ({ kind: 'boolean', text })),
  h: fc.oneof(
    fc.integer({ min: -30, max: 60 }).map((n): Literal => ({ kind: 'integer', text: String(n) })),
    fc.constantFrom<Literal>(
      { kind: 'integer', text: '9007199254740993' },
      { kind: 'decimal', text: '20.0' },
      { kind: 'double', text: '2e1' },
    ),
  ),
  x: fc.integer({ min: -40, max: 40 }).map((n) => ({ kind: 'decimal', text: (n / 10).toFixed(1) })),
  t: dates.map((text) => ({ kind: 'timestamp', text: `${text} 00:00:00` })),
  y: dates.map((text) => ({ kind: 'date', text })),
};
const literals = ({ column, grain }: Cut): fc.Arbitrary<Literal> =>
  (column === 'y' && grain !== null ? values['t'] : values[column]) ?? fc.constant<Literal>({ kind: 'text', text: '' });

const leaves = (rule: AnalysisRule): fc.Arbitrary<Predicate> =>
  cuts(rule).chain((cut) =>
    fc.oneof(
      fc.record({
        kind: fc.constant('compare' as const),
        cut: fc.constant(cut),
        by: fc.constantFrom('=', '<', '<=', '>', '>='),
        value: literals(cut),
      }),
      fc.record({
        kind: fc.constant('in' as const),
        cut: fc.constant(cut),
        values: fc.array(literals(cut), { minLength: 1, maxLength: 4 }),
      }),
    ),
  );

const joined = (of: fc.Arbitrary<Predicate>): fc.Arbitrary<Predicate> =>
  fc.record({ kind: fc.constantFrom('and', 'or'), of: fc.array(of, { minLength: 2, maxLength: 2 }) });

const aggregates = (rule: AnalysisRule): fc.Arbitrary<Output> =>
  fc.oneof(
    fc.constantFrom<Output>({ kind: 'rows' }, { kind: 'entities' }),
    fc.record({ kind: fc.constantFrom('sum', 'avg'), column: fc.constantFrom(...rule.measures.map(({ column }) => column)) }),
  );

/** Whatever can be asked under a rule. */
export const forms = (rule: AnalysisRule): fc.Arbitrary<Form> =>
  fc
    .record({
      groups: fc.uniqueArray(cuts(rule), { maxLength: 4, selector: (cut) => JSON.stringify(cut) }),
      shown: fc.array(aggregates(rule), { minLength: 1, maxLength: 4 }),
      where: fc.option(fc.oneof(leaves(rule), joined(leaves(rule)), joined(joined(leaves(rule))))),
      limit: fc.option(fc.integer({ min: 0, max: 6 })),
      sorts: fc.array(fc.record({ output: fc.nat(), descending: fc.boolean(), nullsFirst: fc.boolean() }), { maxLength: 3 }),
    })
    .map(({ groups, shown, where, limit, sorts }) => {
      const dimensions = groups.map((cut): Output => ({ kind: 'dimension', cut }));
      const outputs = [...dimensions, ...shown].map((output, index) => ({ label: `o${index}`, output }));
      return { outputs, where, groups, order: sorts.map((each) => ({ ...each, output: each.output % outputs.length })), limit };
    });

const quoted = (value: string): string => `'${value.replaceAll("'", "''")}'`;
const typed: Readonly<Partial<Record<Literal['kind'], string>>> = { date: 'DATE ', timestamp: 'timestamp ', text: '' };
const writeLiteral = ({ kind, text }: Literal): string => (typed[kind] === undefined ? text : `${typed[kind]}${quoted(text)}`);

const writeCut = ({ column, grain }: Cut): string => {
  if (grain === null) return column;
  return typeof grain === 'string' ? `Date_Trunc('${grain}', ${column})` : `FLOOR("${column}" / ${grain.bin}) * ${grain.bin}`;
};

const writePredicate = (predicate: Predicate): string => {
  if (predicate.kind === 'compare') return `${writeCut(predicate.cut)} ${predicate.by} ${writeLiteral(predicate.value)}`;
  if (predicate.kind === 'in') return `${writeCut(predicate.cut)} in (${predicate.values.map(writeLiteral).join(', ')})`;
  if (predicate.kind === 'listed') throw new RangeError('a join is not written among conditions');
  return `(${predicate.of.map(writePredicate).join(` ${predicate.kind} `)})`;
};

const writeOutput = (output: Output): string => {
  if (output.kind === 'dimension') return writeCut(output.cut);
  if (output.kind === 'rows') return 'count(*)';
  return output.kind === 'entities' ? 'count(DISTINCT e)' : `${output.kind}(${output.column})`;
};

/** A form as a buyer may write it: one line of the accepted grammar, and nothing but plain DuckDB. */
export function write({ outputs, where, groups, order, limit }: Form): string {
  const sorts = order.map(
    ({ output, descending, nullsFirst }) => `${output + 1} ${descending ? 'desc' : 'asc'} nulls ${nullsFirst ? 'first' : 'last'}`,
  );
  return [
    `SELECT ${outputs.map(({ label, output }) => `${writeOutput(output)} AS ${label}`).join(', ')} FROM data`,
    ...(where === null ? [] : [`WHERE ${writePredicate(where)}`]),
    ...(groups.length === 0 ? [] : [`GROUP BY ${groups.map(writeCut).join(', ')}`]),
    ...(sorts.length === 0 ? [] : [`ORDER BY ${sorts.join(', ')}`]),
    ...(limit === null ? [] : [`LIMIT ${limit}`]),
  ].join(' ');
}

/** The same text with each bin worked out in whole numbers and decimals: plain DuckDB divides in floating point. */
export const exactly = (sql: string): string =>
  sql.replace(/floor\("?([hx])"? ?\/ ?([0-9.]+)\) ?\* ?\2/gi, (_, column: string, bin: string) => {
    const value = `CAST(${column} AS DECIMAL(38,${column.toLowerCase() === 'h' ? 0 : 2}))`;
    return `(${value} - ((${value} % ${bin}) + ${bin}) % ${bin})`;
  });

const words = fc.constantFrom(
  ...`select distinct from data where group by order limit offset having qualify union all with as and or not in between is null like case when
  then else end over filter partition cast exists any rollup cube grouping sets tablesample using sample join on natural lateral values
  describe pragma copy to attach ; , ( ) * = <> < <= > >= + - / % || :: . [ ] { } $1 ? : -> -- /* */ ' " 1 0 -1 1e9 'x' "e" e g h t v secret
  count(*) count(distinct e) count(v) sum(v) sum(e) max(v) list(e) date_trunc('day',t) floor(h/10)*10 e=1 g='a' g<>'a' (select 1) 漢 \u3000 true
  null interval date '2020-01-01' nulls first desc desc asc collate columns(*) exclude replace row_number() error(g) range(9) main.data`.split(
    /\s+/,
  ),
);

/** A text in which a few words have come in, gone or changed places. */
export const mutations = (sql: string): fc.Arbitrary<string> =>
  fc
    .array(fc.record({ at: fc.nat(), gone: fc.nat({ max: 2 }), words: fc.array(words, { maxLength: 2 }) }), { minLength: 1, maxLength: 2 })
    .map((changes) => {
      const parts = sql.split(' ');
      for (const change of changes) parts.splice(change.at % (parts.length + 1), change.gone, ...change.words);
      return parts.join(' ');
    });
