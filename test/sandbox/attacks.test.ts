import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { DuckDBInstance } from '@duckdb/node-api';
import { AnalysisRule } from '../../contracts/analysis-rule.ts';
import type { Engine, Limits } from '../../functions/sandbox/engine.ts';
import { openEngine } from '../../functions/sandbox/engine.ts';
import { compile } from '../../functions/sandbox/gate.ts';
import { openParser } from '../../functions/sandbox/parser.ts';
import { explain } from '../../functions/sandbox/placing.ts';
import type { Attack } from './attacks.ts';
import { attacks } from './attacks.ts';

/**
 * Every value that belongs to one person is marked: who they are, their secret and telephone, the town where one of them lives alone, and the
 * fare that is nearly all of its cell.
 */
const marks = /SEKRET|EMARK|139000|TINYTOWN|31415926/;
const limits: Limits = { deadlineMs: 20_000, memoryBytes: 300 * 1024 * 1024, threads: 1, rows: 1000, bytes: 1_000_000 };
const columns = [
  { name: 'borough', type: 'VARCHAR' },
  { name: 'payment', type: 'VARCHAR' },
  { name: 'pickup', type: 'TIMESTAMP' },
  { name: 'age', type: 'BIGINT' },
  { name: 'age_band', type: 'VARCHAR' },
  { name: 'vip', type: 'BOOLEAN' },
  { name: 'fare', type: 'DECIMAL(18,2)' },
  { name: 'distance', type: 'DOUBLE' },
  { name: 'rider', type: 'VARCHAR' },
  { name: 'secret', type: 'VARCHAR' },
  { name: 'phone', type: 'VARCHAR', personal: 'mobile' },
];
const rule = AnalysisRule.parse({
  dimensions: [
    { column: 'borough' },
    { column: 'payment' },
    { column: 'pickup', grain: 'day' },
    { column: 'age', grain: { bin: 10 } },
    { column: 'age_band' },
    { column: 'vip' },
  ],
  measures: [{ column: 'fare' }, { column: 'distance', clamp: { min: '0', max: '50' } }],
  entity: 'rider',
});

let folder: string;
let parser: Awaited<ReturnType<typeof openParser>>;
let engine: Engine;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attacks-'));
  parser = await openParser();
  engine = openEngine({ spares: 2 });
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run(`COPY (SELECT
      CASE WHEN i % 200 = 7 THEN 'TINYTOWN' ELSE 'b' || i % 3 END AS borough,
      CASE i % 2 WHEN 0 THEN 'cash' ELSE 'card' END AS payment,
      TIMESTAMP '2024-01-01' + to_days(i::INTEGER % 5) + to_seconds(i % 200) AS pickup,
      (i % 80)::BIGINT AS age, 'band ' || i % 4 AS age_band, i % 7 = 0 AS vip,
      CASE WHEN i % 200 = 7 THEN 31415926.53 ELSE 10 + (i % 90) / 4 END::DECIMAL(18,2) AS fare,
      CASE WHEN i % 200 = 7 THEN 31415926.53 ELSE i % 40 END::DOUBLE AS distance,
      'EMARK-' || i % 200 AS rider, 'SEKRET-' || i AS secret, '139000' || (10000 + i % 200) AS phone
      FROM range(4000) t(i)) TO '${join(folder, 'data.parquet')}'`);
  connection.closeSync();
});
afterAll(async () => {
  engine.close();
  parser.close();
  await rm(folder, { recursive: true });
});

/** All that the one who asks can see. */
async function attempt({ sql }: Attack): Promise<{ readonly code: string; readonly seen: string }> {
  const compiled = await compile(sql, rule, columns, parser.parse);
  if ('refused' in compiled) {
    const { refused, at, about } = compiled;
    // What is quoted of the text is the asker's own.
    return { code: refused, seen: JSON.stringify(explain(refused, at === null ? null : { ...at, text: '' }, about)) };
  }
  const answer = await engine.runQuery({ sql: compiled.sql, files: { data: join(folder, 'data.parquet') }, limits });
  return { code: 'refused' in answer ? answer.refused : 'harmless', seen: JSON.stringify(answer) };
}

test('of more than three hundred attempts each is refused by the name of what it tries, or harmless; none shows a marked value', async () => {
  expect(new Set(attacks.map(({ sql }) => sql)).size).toBe(attacks.length);
  expect(attacks.length).toBeGreaterThan(350);
  const outcomes: object[] = [];
  const lane = async (some: readonly Attack[]): Promise<void> => {
    for (const attack of some) {
      const { code, seen } = await attempt(attack);
      if (code !== attack.expect || marks.test(seen)) outcomes.push({ ...attack, code, marked: marks.test(seen) });
    }
  };
  await Promise.all([0, 1].map((half) => lane(attacks.filter((_, index) => index % 2 === half))));
  expect(outcomes).toEqual([]);
  expect(await readdir(folder)).toEqual(['data.parquet']);
}, 60_000);

test('the marks are there to be found: without the gate, the same data shows them', async () => {
  const answer = await engine.runQuery({
    sql: 'SELECT borough, max(fare), any_value(secret) FROM data GROUP BY 1',
    files: { data: join(folder, 'data.parquet') },
    limits,
  });
  expect(JSON.stringify(answer)).toMatch(marks);
});

test('what is accepted answers cells of at least as many people as the rule demands', async () => {
  const attack = attacks.find(({ sql }) => sql.startsWith('select borough, sum(fare)')) as Attack;
  const { seen } = await attempt(attack);
  expect(JSON.parse(seen)).toMatchObject({ rows: [[expect.stringMatching(/^b[0-2]$/), expect.any(String)]] });
});
