import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { DuckDBConnection } from '@duckdb/node-api';
import { DuckDBInstance } from '@duckdb/node-api';
import * as fc from 'fast-check';
import type { AnalysisRule } from '../../contracts/analysis-rule.ts';
import type { Form } from '../../functions/sandbox/form.ts';
import type { Compiled } from '../../functions/sandbox/gate.ts';
import { compile } from '../../functions/sandbox/gate.ts';
import { trimmed } from '../../functions/sandbox/literals.ts';
import { openParser } from '../../functions/sandbox/parser.ts';
import { rounds } from '../support/rounds.ts';
import { columns, exactly, forms, mutations, rules, write } from './forms.ts';

let parser: Awaited<ReturnType<typeof openParser>>;
let connection: DuckDBConnection;
beforeAll(async () => {
  parser = await openParser();
  connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  // Each row three times, of three people who do the same: no cell is small and nobody is more than a third of it.
  await connection.run(`CREATE TABLE data AS SELECT
      CASE i % 7 WHEN 0 THEN NULL WHEN 1 THEN 'it''s' WHEN 2 THEN '漢😀' WHEN 3 THEN 'e' || chr(769) ELSE chr(97 + i % 2) END AS g,
      CASE i % 5 WHEN 0 THEN NULL ELSE i % 3 = 0 END AS b,
      CASE i % 11 WHEN 0 THEN NULL WHEN 1 THEN 9007199254740993 ELSE i % 70 - 20 END AS h,
      CASE i % 13 WHEN 0 THEN NULL ELSE (i % 50) / 10 - 2 END::DECIMAL(18,2) AS x,
      CASE i % 17 WHEN 0 THEN NULL ELSE TIMESTAMP '2019-12-30 22:00:00' + to_hours((i * 37) % 11000) END AS t,
      CASE i % 19 WHEN 0 THEN NULL ELSE DATE '2019-12-30' + (i * 3 % 500) END AS y,
      CASE i WHEN 60 THEN 4611686018427387905 ELSE i % 23 - 4 END AS v, ((i * 7) % 900 - 100)::DECIMAL(18,2) / 8 AS d, i / 8 - 3 AS f,
      i % 10 + 1000 * copy AS e
    FROM (SELECT unnest(range(240))::INTEGER AS i) AS rows, (SELECT unnest(range(3)) AS copy) AS copies`);
});
afterAll(() => {
  parser.close();
  connection.closeSync();
});

const asked = rules.chain((rule) => fc.record({ rule: fc.constant(rule), form: forms(rule) }));

const accept = async (sql: string, rule: AnalysisRule): Promise<Compiled> => {
  const compiled = await compile(sql, rule, columns, parser.parse);
  if ('refused' in compiled) throw new Error(`${compiled.refused}: ${sql}`);
  return compiled;
};

test(
  'what can be asked is read, printed and read again as the same',
  async () => {
    await fc.assert(
      fc.asyncProperty(asked, async ({ rule, form }) => {
        const once = await accept(write(form), rule);
        const again = await accept(write(once.form), rule);
        expect(again.form).toEqual(once.form);
        expect(again.sql).toBe(once.sql);
        // The engine runs one SELECT and nothing else.
        expect(JSON.parse(await parser.parse(once.sql))).toMatchObject({ error: false, statements: [{ node: { type: 'SELECT_NODE' } }] });
      }),
      { numRuns: 100 * rounds, seed: 20_261_124 + rounds },
    );
  },
  40_000 * rounds,
);

const shorten = (value: unknown): unknown => (typeof value === 'string' && /^-?[0-9]+\.[0-9]+$/.test(value) ? trimmed(value) : value);

const run = async (sql: string): Promise<unknown[][]> =>
  (await connection.runAndReadAll(sql))
    .getRowsJson()
    .map((row) => row.map((value) => (typeof value === 'number' ? Number(value.toPrecision(12)) + 0 : shorten(value))));

const sortKeys = (rows: readonly unknown[][], { order }: Form): unknown[] => rows.map((row) => order.map(({ output }) => row[output]));
const asSet = (rows: readonly unknown[][]): string[] => rows.map((row) => JSON.stringify(row)).sort();

/** Compares the governed answer with plain DuckDB's to the buyer's own text. How many cells there were. */
async function agree(sql: string, { sql: printed, form }: Compiled): Promise<number> {
  const [plain, governed] = [await run(exactly(sql)), await run(printed)];
  // Without groups and without rows, plain DuckDB answers zero of nothing; a cell of nobody is not released.
  const everyone = { ...form, outputs: [{ label: 'n', output: { kind: 'rows' } as const }], order: [], limit: null };
  if (form.groups.length === 0 && (await run(exactly(write(everyone))))[0]?.[0] === '0') {
    expect(governed).toEqual([]);
    return 0;
  }
  expect(governed).toHaveLength(plain.length);
  expect(sortKeys(governed, form)).toEqual(sortKeys(plain, form));
  // Ties at the limit may be any of those that tie.
  if (form.limit === null) expect(asSet(governed)).toEqual(asSet(plain));
  return governed.length;
}

test(
  'where nothing is suppressed, the answer is plain DuckDB’s, under any rule and to any question',
  async () => {
    let cells = 0;
    await fc.assert(
      fc.asyncProperty(asked, async ({ rule, form }) => {
        const sql = write(form);
        cells += await agree(sql, await accept(sql, rule));
      }),
      { numRuns: 150 * rounds, seed: 20_261_125 + rounds },
    );
    expect(cells).toBeGreaterThan(400);
  },
  40_000 * rounds,
);

test(
  'of whatever text, the gate makes a refusal with a place in it, or a query with plain DuckDB’s answer',
  async () => {
    const verdicts = { accepted: 0, refused: new Set<string>() };
    const texts = asked.chain(({ rule, form }) => fc.record({ rule: fc.constant(rule), sql: mutations(write(form)) }));
    await fc.assert(
      fc.asyncProperty(texts, async ({ rule, sql }) => {
        const compiled = await compile(sql, rule, columns, parser.parse);
        if ('refused' in compiled) {
          verdicts.refused.add(compiled.refused);
          expect(compiled.at?.offset).toBeLessThanOrEqual(sql.length);
          return;
        }
        verdicts.accepted += 1;
        await agree(sql, compiled);
      }),
      { numRuns: 1000 * rounds, seed: 20_261_126 + rounds },
    );
    expect(verdicts.accepted).toBeGreaterThan(60);
    expect(verdicts.refused.size).toBeGreaterThan(10);
  },
  40_000 * rounds,
);
