import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { DuckDBConnection } from '@duckdb/node-api';
import { DuckDBInstance } from '@duckdb/node-api';
import * as fc from 'fast-check';
import { AnalysisRule } from '../../contracts/analysis-rule.ts';
import { compile } from '../../functions/sandbox/gate.ts';
import { trimmed } from '../../functions/sandbox/literals.ts';
import { openParser } from '../../functions/sandbox/parser.ts';
import { rounds } from '../support/rounds.ts';

/**
 * The questions that TPC-H asks of its lines of orders, as far as the grammar has them (arithmetic between measures it has not), on a table with
 * the types, distributions and dependencies of TPC-H: https://www.tpc.org/tpch/.
 */
const columns = [
  { name: 'custkey', type: 'INTEGER' },
  { name: 'orderdate', type: 'DATE' },
  { name: 'orderpriority', type: 'VARCHAR' },
  { name: 'returnflag', type: 'VARCHAR' },
  { name: 'linestatus', type: 'VARCHAR' },
  { name: 'shipmode', type: 'VARCHAR' },
  { name: 'shipdate', type: 'DATE' },
  { name: 'quantity', type: 'DECIMAL(15,2)' },
  { name: 'extendedprice', type: 'DECIMAL(15,2)' },
  { name: 'discount', type: 'DECIMAL(15,2)' },
  { name: 'tax', type: 'DECIMAL(15,2)' },
] as const;

const minEntities = 10;
const rule = AnalysisRule.parse({
  dimensions: [
    { column: 'orderdate', grain: 'month' },
    { column: 'orderpriority' },
    { column: 'returnflag' },
    { column: 'linestatus' },
    { column: 'shipmode' },
    { column: 'shipdate', grain: 'day' },
    { column: 'quantity', grain: { bin: 2 } },
    { column: 'discount', grain: { bin: 0.01 } },
  ],
  measures: [{ column: 'extendedprice' }, { column: 'tax' }, { column: 'quantity' }],
  entity: 'custkey',
  minEntities,
  // Whoever is all of a cell is refused by the threshold; no other number of a cell is any entity's alone.
  dominancePercent: 100,
  maxRows: 10_000,
});

let parser: Awaited<ReturnType<typeof openParser>>;
let connection: DuckDBConnection;
beforeAll(async () => {
  parser = await openParser();
  connection = await (await DuckDBInstance.create(':memory:', { threads: '2' })).connect();
  const drawn = (seed: number, of: number, from = 'i'): string => `(hash(${from}, ${seed}) % ${of})::INTEGER`;
  const picked = (seed: number, from: string, ...words: readonly string[]): string =>
    `[${words.map((word) => `'${word}'`).join(', ')}][1 + ${drawn(seed, words.length, from)}]`;
  await connection.run(`CREATE TABLE data AS
    SELECT custkey, orderdate, orderpriority,
      CASE WHEN shipdate + ${drawn(5, 30)} + 1 <= DATE '1995-06-17' THEN ${picked(6, 'i', 'R', 'A')} ELSE 'N' END AS returnflag,
      CASE WHEN shipdate > DATE '1995-06-17' THEN 'O' ELSE 'F' END AS linestatus,
      ${picked(7, 'i', 'REG AIR', 'AIR', 'RAIL', 'SHIP', 'TRUCK', 'MAIL', 'FOB')} AS shipmode, shipdate, quantity,
      (quantity * (90000 + ${drawn(8, 110_000)}) / 100)::DECIMAL(15,2) AS extendedprice,
      (${drawn(9, 11)} / 100)::DECIMAL(15,2) AS discount, (${drawn(10, 9)} / 100)::DECIMAL(15,2) AS tax
    FROM (SELECT i, 1 + ${drawn(1, 1500, 'i // 4')} AS custkey, DATE '1992-01-01' + ${drawn(2, 2406, 'i // 4')} AS orderdate,
        orderdate + ${drawn(3, 121)} + 1 AS shipdate, (1 + ${drawn(4, 50)})::DECIMAL(15,2) AS quantity,
        ${picked(11, 'i // 4', '1-URGENT', '2-HIGH', '3-MEDIUM', '4-NOT SPECIFIED', '5-LOW')} AS orderpriority
      FROM (SELECT unnest(range(60000)) AS i))`);
  const types = await connection.runAndReadAll('SELECT column_name, column_type FROM (DESCRIBE data) ORDER BY column_name');
  const told = Object.fromEntries(columns.map(({ name, type }) => [name, type as string]));
  expect(Object.fromEntries(types.getRowsJson() as [string, string][])).toEqual(told);
});
afterAll(() => {
  parser.close();
  connection.closeSync();
});

/** Numbers as decimal text, so that 5, 5.0 and 5.00 are one; of floating point thirteen digits, since DuckDB divides in extended precision. */
const shown = (value: unknown): unknown => {
  if (typeof value === 'number') return trimmed(String(Number(value.toPrecision(13))));
  return typeof value === 'string' && /^-?[0-9]+(\.[0-9]+)?$/.test(value) ? trimmed(value) : value;
};
const run = async (sql: string): Promise<unknown[][]> => (await connection.runAndReadAll(sql)).getRowsJson().map((row) => row.map(shown));

/** The answer under the rule, beside plain DuckDB's to the same text. */
async function ask(sql: string): Promise<{ readonly governed: unknown[][]; readonly plain: unknown[][] }> {
  const compiled = await compile(sql, rule, [...columns], parser.parse);
  if ('refused' in compiled) throw new Error(`${compiled.refused}: ${sql}`);
  return { governed: await run(compiled.sql), plain: await run(sql) };
}

test.each([
  [
    'Q1, the pricing summary',
    `SELECT returnflag, linestatus, sum(quantity) AS sum_qty, sum(extendedprice) AS sum_base_price, avg(quantity) AS avg_qty,
      avg(extendedprice) AS avg_price, avg(tax) AS avg_tax, count(*) AS count_order
    FROM data WHERE shipdate <= DATE '1998-09-02' GROUP BY returnflag, linestatus ORDER BY returnflag, linestatus`,
    4,
  ],
  [
    'Q6, the revenue of a year in a range of discounts and quantities',
    `SELECT sum(extendedprice) AS revenue FROM data
    WHERE shipdate >= DATE '1994-01-01' AND shipdate < DATE '1995-01-01' AND discount >= 0.05 AND discount < 0.08 AND quantity < 24`,
    1,
  ],
  [
    'Q12, two modes of shipping by priority',
    `SELECT shipmode, orderpriority, count(*) AS line_count FROM data WHERE shipmode IN ('MAIL', 'SHIP')
      AND shipdate >= DATE '1994-01-01' AND shipdate < DATE '1995-01-01' GROUP BY shipmode, orderpriority ORDER BY shipmode, orderpriority`,
    10,
  ],
  [
    'Q4, customers by priority in a quarter',
    `SELECT orderpriority, count(DISTINCT custkey) AS customers, count(*) FROM data
    WHERE orderdate >= DATE '1993-07-01' AND orderdate < DATE '1993-10-01' GROUP BY orderpriority ORDER BY orderpriority`,
    5,
  ],
  [
    'the volume of each month',
    `SELECT date_trunc('month', shipdate) AS month, sum(extendedprice), avg(tax), count(*), count(DISTINCT custkey)
    FROM data WHERE shipdate >= DATE '1992-03-01' AND shipdate < DATE '1998-11-01' GROUP BY month ORDER BY month`,
    80,
  ],
  [
    'Q9, profit by year',
    `SELECT date_trunc('year', orderdate) AS year, shipmode, sum(extendedprice) FROM data GROUP BY 1, 2 ORDER BY 2, 1 DESC`,
    49,
  ],
  [
    'bins of quantity and discount',
    `SELECT floor(quantity / 10) * 10 AS least, floor(discount / 0.05) * 0.05 AS off, sum(tax), count(*) FROM data
    GROUP BY least, off ORDER BY least, off`,
    18,
  ],
  [
    'the ten greatest months',
    `SELECT date_trunc('month', orderdate) AS month, sum(quantity) FROM data GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10`,
    10,
  ],
  ['everything', 'SELECT count(*), count(DISTINCT custkey), sum(extendedprice), avg(extendedprice) FROM data', 1],
])('%s: the governed answer is plain DuckDB’s, row for row', async (_, sql, rows) => {
  const { governed, plain } = await ask(sql);
  expect(governed).toHaveLength(rows);
  expect(governed).toEqual(plain);
});

const dimensions = [
  'returnflag',
  'linestatus',
  'shipmode',
  'orderpriority',
  "date_trunc('month', shipdate)",
  "date_trunc('year', orderdate)",
  'floor(quantity / 10) * 10',
  'floor(discount / 0.02) * 0.02',
];
const questions = fc.record({
  by: fc.subarray(dimensions, { minLength: 1, maxLength: 4 }),
  shows: fc.subarray(['count(*)', 'count(DISTINCT custkey)', 'sum(extendedprice)', 'avg(extendedprice)', 'sum(quantity)', 'avg(tax)'], {
    minLength: 1,
    maxLength: 4,
  }),
  where: fc.subarray([
    "shipdate >= DATE '1994-01-01'",
    "orderdate < DATE '1996-05-01'",
    "shipmode IN ('MAIL', 'SHIP', 'RAIL')",
    '(quantity < 24 OR discount >= 0.05)',
    "returnflag = 'N'",
  ]),
});

test(
  'to any such question, the governed answer is plain DuckDB’s of the cells with enough customers',
  async () => {
    const cells = { shown: 0, hidden: 0 };
    await fc.assert(
      fc.asyncProperty(questions, async ({ by, shows, where }) => {
        const sql = `SELECT ${[...by, ...shows].join(', ')} FROM data${where.length > 0 ? ` WHERE ${where.join(' AND ')}` : ''} GROUP BY ${by.join(', ')}`;
        const order = `ORDER BY ${by.map((_, index) => index + 1).join(', ')}`;
        const { governed, plain } = await ask(`${sql} ${order}`);
        expect(governed).toEqual(await run(`${sql} HAVING count(DISTINCT custkey) >= ${minEntities} ${order}`));
        cells.shown += governed.length;
        cells.hidden += plain.length - governed.length;
      }),
      { numRuns: 30 * rounds, seed: 20_261_124 + rounds },
    );
    expect(cells.shown).toBeGreaterThan(500);
    expect(cells.hidden).toBeGreaterThan(500);
  },
  60_000 * rounds,
);
