import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { AnalysisRule } from '../contracts/analysis-rule.ts';
import type { Limits } from '../functions/sandbox/engine.ts';
import { openEngine } from '../functions/sandbox/engine.ts';
import { compile } from '../functions/sandbox/gate.ts';
import { openParser } from '../functions/sandbox/parser.ts';

/**
 * Times governed queries against the same aggregates with an exact distinct count of entities in plain DuckDB, which is the bound: each in a
 * warm engine process of its own with the settings of the sandbox, alternating, over Parquet sorted as ingestion sorts it (entity first, then
 * dimensions). A question is asked as it is, and with that count among its answers.
 * `node bench/query.ts [--rows 10000000] [--rounds 7] [--only 'part of a name'] [--unsorted]`.
 */
const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '10000000' },
    rounds: { type: 'string', default: '7' },
    only: { type: 'string', default: '' },
    unsorted: { type: 'boolean', default: false },
  },
});
const rows = Number(values.rows);
const rounds = Number(values.rounds);
const limits: Limits = { deadlineMs: 120_000, memoryBytes: 1_000_000_000, threads: 2, rows: 10_001, bytes: 4_000_000 };

const columns = [
  { name: 'borough', type: 'VARCHAR' },
  { name: 'kind', type: 'VARCHAR' },
  { name: 'day', type: 'DATE' },
  { name: 'pickup', type: 'TIMESTAMP' },
  { name: 'age', type: 'BIGINT' },
  { name: 'distance', type: 'DECIMAL(9,2)' },
  { name: 'rider', type: 'BIGINT' },
  { name: 'sparse', type: 'BIGINT' },
  { name: 'card', type: 'VARCHAR' },
  { name: 'fare', type: 'DECIMAL(18,2)' },
  { name: 'tip', type: 'DECIMAL(18,2)' },
  { name: 'speed', type: 'DOUBLE' },
];
const ruleFor = (entity: string): AnalysisRule =>
  AnalysisRule.parse({
    dimensions: [
      { column: 'borough' },
      { column: 'kind' },
      { column: 'day', grain: 'month' },
      { column: 'pickup', grain: 'month' },
      { column: 'age', grain: { bin: 10 } },
      { column: 'distance', grain: { bin: 0.5 } },
    ],
    measures: [{ column: 'fare' }, { column: 'tip' }, { column: 'speed' }],
    entity,
    maxRows: 10_000,
  });

/** What is asked, before `FROM data` and after it; `who` is the entity. */
const shapes: readonly { readonly name: string; readonly show: string; readonly rest?: string; readonly who?: string }[] = [
  { name: 'no groups', show: 'count(*), sum(fare)' },
  { name: 'one dimension', show: 'borough, count(*), sum(fare)', rest: 'GROUP BY borough' },
  { name: 'two dimensions, two measures', show: 'borough, kind, count(*), sum(fare), avg(tip)', rest: 'GROUP BY borough, kind' },
  { name: 'two dimensions, sum and avg of both', show: 'borough, kind, sum(fare), avg(fare), sum(tip), avg(tip)', rest: 'GROUP BY 1, 2' },
  { name: 'a measure of floating point', show: 'borough, sum(speed)', rest: 'GROUP BY borough' },
  { name: 'months of a date', show: "date_trunc('month', day), count(*), sum(fare)", rest: 'GROUP BY 1' },
  { name: 'months of a time', show: "date_trunc('month', pickup), count(*), sum(fare)", rest: 'GROUP BY 1' },
  { name: 'bins of whole numbers', show: 'floor(age / 10) * 10, count(*), sum(fare)', rest: 'GROUP BY 1' },
  { name: 'bins of decimals', show: 'floor(distance / 0.5) * 0.5, count(*), sum(fare)', rest: 'GROUP BY 1' },
  {
    name: 'two dimensions where',
    show: 'borough, kind, count(*), sum(fare), avg(tip)',
    rest: "WHERE day >= DATE '2024-03-01' AND day < DATE '2024-09-01' AND kind IN ('kind 1', 'kind 2', 'kind 3') GROUP BY borough, kind",
  },
  { name: 'an entity of whole numbers far apart', show: 'borough, count(*), sum(fare)', rest: 'GROUP BY borough', who: 'sparse' },
  { name: 'an entity of text', show: 'borough, count(*), sum(fare)', rest: 'GROUP BY borough', who: 'card' },
];

async function generate(file: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const rider = `(hash(i, 3) % ${Math.ceil(rows / 20)})::BIGINT`;
  await connection.run(
    `COPY (FROM (SELECT 'borough ' || (hash(i, 1) % 10) AS borough, 'kind ' || (hash(i, 2) % 6) AS kind,
      DATE '2024-01-01' + (hash(i, 6) % 366)::INTEGER AS day, TIMESTAMP '2024-01-01' + to_seconds((hash(i, 7) % 31622400)::BIGINT) AS pickup,
      (18 + hash(i, 10) % 70)::BIGINT AS age, ((hash(i, 8) % 2000) / 100)::DECIMAL(9,2) AS distance,
      ${rider} AS rider, ${rider} * 829381 AS sparse, format('R{:09d}', ${rider}) AS card,
      ((hash(i, 4) % 10000) / 100)::DECIMAL(18,2) AS fare, ((hash(i, 5) % 1000) / 100)::DECIMAL(18,2) AS tip, (hash(i, 9) % 9000) / 100 AS speed
      FROM range(${rows}) t(i))${values.unsorted ? '' : ' ORDER BY rider, borough, kind, day'})
      TO '${file}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)`,
  );
  connection.closeSync();
  instance.closeSync();
}

const median = (times: readonly number[]): number => [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;

const tell = (name: string, [bound = Number.NaN, ...governed]: readonly number[]): void => {
  const told = governed.map((ms) => `${ms.toFixed(0).padStart(10)}${(ms / bound).toFixed(2).padStart(7)}`);
  console.log(`${name.padEnd(36)}${bound.toFixed(0).padStart(9)}${told.join('')}`);
};

const folder = await mkdtemp(join(tmpdir(), 'query-'));
const engine = openEngine({ settings: limits });
const parser = await openParser();
try {
  const file = join(folder, 'data.parquet');
  await generate(file);
  const time = async (sql: string): Promise<number> => {
    const start = performance.now();
    const answer = await engine.runQuery({ sql, files: { data: file }, limits });
    const elapsed = performance.now() - start;
    if ('refused' in answer) throw new Error(`the engine refused: ${answer.refused}: ${sql}`);
    // The next process is made ready outside the measured time.
    await new Promise((resolve) => setTimeout(resolve, 600));
    return elapsed;
  };
  await time('SELECT 1');
  console.log(`${rows} rows, ${limits.threads} threads, ${limits.memoryBytes / 1e6} MB; medians of ${rounds} in ms; target 1.00`);
  console.log(`${' '.repeat(40)}bound  governed  ratio   counted  ratio`);
  const all = [0, 0, 0];
  for (const { name, show, rest = '', who = 'rider' } of shapes.filter((shape) => shape.name.includes(values.only))) {
    const read = async (sql: string): Promise<string> => {
      const compiled = await compile(sql, ruleFor(who), columns, parser.parse);
      if ('refused' in compiled) throw new Error(`the gate refused: ${compiled.refused}: ${sql}`);
      return compiled.sql;
    };
    const plain = `SELECT ${show}, count(DISTINCT ${who}) FROM data ${rest}`;
    const texts = [plain, await read(`SELECT ${show} FROM data ${rest}`), await read(plain)];
    const taken: number[][] = texts.map(() => []);
    for (let round = 0; round < rounds; round += 1) for (const [index, sql] of texts.entries()) taken[index]?.push(await time(sql));
    const medians = taken.map(median);
    for (const [index, ms] of medians.entries()) all[index] = (all[index] ?? 0) + ms;
    tell(name, medians);
  }
  tell('all together', all);
} finally {
  engine.close();
  parser.close();
  await rm(folder, { recursive: true, force: true });
}
