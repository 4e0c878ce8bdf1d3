import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { DuckDBConnection } from '@duckdb/node-api';
import { DuckDBInstance } from '@duckdb/node-api';
import * as fc from 'fast-check';
import { AnalysisRule } from '../../contracts/analysis-rule.ts';
import { compile } from '../../functions/sandbox/gate.ts';
import { openParser } from '../../functions/sandbox/parser.ts';
import { exactly } from './forms.ts';
import { rounds } from '../support/rounds.ts';

type Row = { g: string | null; h: number | null; e: number | null; v: bigint | null; d: number | null };

let parser: Awaited<ReturnType<typeof openParser>>;
let connection: DuckDBConnection;
beforeAll(async () => {
  parser = await openParser();
  connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
});
afterAll(() => {
  parser.close();
  connection.closeSync();
});

const columns = [
  { name: 'g', type: 'VARCHAR' },
  { name: 'h', type: 'BIGINT' },
  { name: 'e', type: 'BIGINT' },
  { name: 'v', type: 'BIGINT' },
  { name: 'd', type: 'DECIMAL(18,2)' },
];

const quoted = (value: string | null): string => (value === null ? 'NULL' : `'${value}'`);

async function load(rows: readonly Row[]): Promise<void> {
  await connection.run('CREATE OR REPLACE TABLE data (g VARCHAR, h BIGINT, e BIGINT, v BIGINT, d DECIMAL(18,2))');
  const values = rows.map(({ g, h, e, v, d }) => `(${quoted(g)}, ${h}, ${e}, ${v}, ${d === null ? 'NULL' : (d / 100).toFixed(2)})`);
  if (values.length > 0) await connection.run(`INSERT INTO data VALUES ${values.join(', ')}`);
}

/** Rows as text. Averages keep 13 digits: DuckDB divides in extended precision, which differs between processors in the last place. */
const run = async (sql: string): Promise<string[]> =>
  (await connection.runAndReadAll(sql))
    .getRowsJson()
    .map((row) => JSON.stringify(row.map((value) => (typeof value === 'number' ? Number(value.toPrecision(13)) : value))));

const nullable = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { freq: 8 });

const rows: fc.Arbitrary<Row[]> = fc.array(
  fc.record({
    g: nullable(fc.constantFrom('a', 'b')),
    h: nullable(fc.integer({ min: -5, max: 14 })),
    e: nullable(fc.integer({ min: 1, max: 6 })),
    v: nullable(
      fc.oneof(
        { weight: 40, arbitrary: fc.bigInt({ min: -5n, max: 100n }) },
        { weight: 1, arbitrary: fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }) },
      ),
    ),
    d: nullable(fc.integer({ min: -500, max: 5000 })),
  }),
  { maxLength: 60, size: 'max' },
);

const dimensions = ['g', 'floor(h / 10) * 10'] as const;
const wheres = [
  { sql: '', holds: () => true },
  { sql: "g IN ('a')", holds: ({ g }: Row) => g === 'a' },
  { sql: "g = 'b' OR h < 10", holds: ({ g, h }: Row) => g === 'b' || (h !== null && h < 10) },
  { sql: "0 <= h AND floor(h / 10) * 10 <= 10 AND g BETWEEN 'a' AND 'b'", holds: ({ g, h }: Row) => g !== null && h !== null && h >= 0 },
] as const;

const questions = fc.record({
  by: fc.subarray([...dimensions]),
  shows: fc.subarray(['count(*)', 'sum(v)', 'avg(v)', 'sum(d)'] as const, { minLength: 1 }),
  distinct: fc.boolean(),
  where: fc.constantFrom(...wheres),
  minEntities: fc.integer({ min: 2, max: 4 }),
  dominancePercent: fc.constantFrom(15, 30, 50, 70, 100),
  entity: fc.constantFrom('e', null),
});
type Question = typeof questions extends fc.Arbitrary<infer T> ? T : never;

const cellOf = ({ g, h }: Row, by: readonly string[]): unknown[] =>
  by.map((dimension) => (dimension === 'g' ? g : h === null ? null : String(Math.floor(h / 10) * 10)));

const abs = (value: bigint): bigint => (value < 0n ? -value : value);

const fair = (parts: readonly bigint[], percent: number): boolean => {
  const sizes = parts.map(abs);
  const largest = sizes.reduce((a, b) => (a > b ? a : b), 0n);
  return largest * 100n <= sizes.reduce((a, b) => a + b, 0n) * BigInt(percent);
};

/** The rule for one cell, written again from its description, over rows and not over SQL. */
function mayBeReleased(cell: readonly Row[], { shows, distinct, minEntities, dominancePercent, entity }: Question): boolean {
  const entities = Map.groupBy(cell, (row) => (entity === null ? row : row.e));
  const known = [...entities].filter(([who]) => who !== null);
  if (known.length < minEntities) return false;
  if (
    shows.includes('count(*)') &&
    !fair(
      [...entities.values()].map(({ length }) => BigInt(length)),
      dominancePercent,
    )
  )
    return false;
  if (
    distinct &&
    !fair(
      known.map(() => 1n),
      dominancePercent,
    )
  )
    return false;
  for (const measure of ['v', 'd'] as const) {
    if (!shows.some((output) => output.endsWith(`(${measure})`))) continue;
    const valued = [...entities]
      .map(([who, of]) => ({ who, values: of.flatMap((row) => row[measure] ?? []).map(BigInt) }))
      .filter(({ values }) => values.length > 0);
    if (valued.filter(({ who }) => who !== null).length < minEntities) return false;
    if (
      !fair(
        valued.map(({ values }) => values.reduce((a, b) => a + b, 0n)),
        dominancePercent,
      )
    )
      return false;
    const counts = valued.map(({ values }) => BigInt(values.length));
    if (measure === 'v' && shows.includes('avg(v)') && !fair(counts, dominancePercent)) return false;
  }
  return true;
}

test(
  'of plain DuckDB’s answer, exactly the cells that pass threshold and dominance are released, unchanged',
  async () => {
    let released = 0;
    await fc.assert(
      fc.asyncProperty(rows, questions, async (data, question) => {
        await load(data);
        const { by, shows, where, entity, minEntities, dominancePercent } = question;
        const outputs = [...by, ...shows, ...(question.distinct && entity !== null ? ['count(distinct e)'] : [])];
        const plain = `SELECT ${outputs.join(', ')} FROM data${where.sql === '' ? '' : ` WHERE ${where.sql}`}${by.length > 0 ? ` GROUP BY ${by.join(', ')}` : ''}`;
        const rule = AnalysisRule.parse({
          dimensions: [{ column: 'g' }, { column: 'h', grain: { bin: 10 } }],
          measures: [{ column: 'v' }, { column: 'd' }],
          entity,
          minEntities,
          dominancePercent,
        });
        const compiled = await compile(plain, rule, columns, parser.parse);
        if ('refused' in compiled) throw new Error(`${compiled.refused}: ${plain}`);
        const cells = Map.groupBy(data.filter(where.holds), (row) => JSON.stringify(cellOf(row, by)));
        const allowed = new Set(
          [...cells].flatMap(([key, cell]) =>
            mayBeReleased(cell, { ...question, distinct: question.distinct && entity !== null }) ? [key] : [],
          ),
        );
        const expected = (await run(exactly(plain))).filter((row) =>
          allowed.has(JSON.stringify((JSON.parse(row) as unknown[]).slice(0, by.length))),
        );
        const governed = await run(compiled.sql);
        released += governed.length;
        expect(governed.sort()).toEqual(expected.sort());
      }),
      { numRuns: 100 * rounds, seed: 20_261_124 + rounds },
    );
    expect(released).toBeGreaterThan(40);
  },
  30_000 * rounds,
);

const row = (e: number | null, v: bigint | null): Row => ({ g: 'a', h: 0, e, v, d: null });

test('a clamp bounds what one entity adds to a sum, and the average divides the clamped sum by the number of values', async () => {
  await load([row(1, 900n), row(1, 900n), row(2, 10n), row(3, -900n), row(4, null), row(null, 5n)]);
  const rule = {
    dimensions: [],
    measures: [{ column: 'v', clamp: { min: '-100', max: '100' } }],
    entity: 'e',
    minEntities: 3,
    dominancePercent: 50,
  };
  const compiled = await compile('select sum(v), avg(v), count(*) from data', AnalysisRule.parse(rule), columns, parser.parse);
  if ('refused' in compiled) throw new Error(compiled.refused);
  // 100 + 10 - 100 + 5 over the five values that are not NULL.
  expect(await run(compiled.sql)).toEqual([JSON.stringify(['15', 3, '6'])]);
});

test('a value that only few entities have is not released by the many that have none', async () => {
  await load(Array.from({ length: 12 }, (_, index) => ({ g: 'a', h: 0, e: index, v: index < 2 ? 70n : null, d: null })));
  const rule = AnalysisRule.parse({ dimensions: [], measures: [{ column: 'v' }], entity: 'e' });
  for (const [sql, cells] of [
    ['select sum(v) from data', 0],
    ['select count(*) from data', 1],
  ] as const) {
    const compiled = await compile(sql, rule, columns, parser.parse);
    if ('refused' in compiled) throw new Error(compiled.refused);
    expect(await run(compiled.sql)).toHaveLength(cells);
  }
});

test('of numbers in single precision too, exactly half is not more than half', async () => {
  await connection.run('CREATE OR REPLACE TABLE data AS SELECT 0.3::FLOAT AS f FROM range(2)');
  const rule = AnalysisRule.parse({ dimensions: [], measures: [{ column: 'f' }], entity: null, minEntities: 2, dominancePercent: 50 });
  const compiled = await compile('SELECT count(*), sum(f) FROM data', rule, [{ name: 'f', type: 'FLOAT' }], parser.parse);
  if ('refused' in compiled) throw new Error(compiled.refused);
  expect(await run(compiled.sql)).toEqual(['["2",0.6000000238419]']);
});

test('order and limit see only what was released, and without a limit the cap is passed by one row at most', async () => {
  const big = Array.from({ length: 6 }, (_, index) =>
    ['a', 'b', 'c'].map((g) => ({ g, h: 0, e: index, v: g === 'c' ? 1n : 5n, d: null })),
  ).flat();
  await load([...big, { g: 'z', h: 0, e: 1, v: 1_000_000n, d: null }]);
  const rule = AnalysisRule.parse({ dimensions: [{ column: 'g' }], measures: [{ column: 'v' }], entity: 'e', minEntities: 5, maxRows: 1 });
  const limited = await compile('select g, sum(v) from data group by g order by 2 desc limit 1', rule, columns, parser.parse);
  const open = await compile('select g from data group by g', rule, columns, parser.parse);
  if ('refused' in limited || 'refused' in open) throw new Error('refused');
  expect(await run(limited.sql)).toEqual([JSON.stringify(['a', '30'])]);
  expect(await run(open.sql)).toHaveLength(2);
});
