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
 * Times a governed query against the same DuckDB query with an exact distinct count of entities, which is the bound: both in a fresh engine
 * process with the same settings, alternating. `node bench/query.ts [--rows 2000000] [--rounds 5]`.
 */
const { values } = parseArgs({ options: { rows: { type: 'string', default: '2000000' }, rounds: { type: 'string', default: '5' } } });
const rows = Number(values.rows);
const rounds = Number(values.rounds);

const columns = [
  { name: 'borough', type: 'VARCHAR' },
  { name: 'kind', type: 'VARCHAR' },
  { name: 'rider', type: 'BIGINT' },
  { name: 'fare', type: 'DECIMAL(18,2)' },
  { name: 'tip', type: 'DECIMAL(18,2)' },
];
const rule = AnalysisRule.parse({
  dimensions: [{ column: 'borough' }, { column: 'kind' }],
  measures: [{ column: 'fare' }, { column: 'tip' }],
  entity: 'rider',
});
const plain = 'SELECT borough, kind, count(*), count(DISTINCT rider), sum(fare), avg(tip) FROM data GROUP BY borough, kind';
const limits: Limits = { deadlineMs: 120_000, memoryBytes: 4 * 1024 ** 3, threads: 2, rows: 1001, bytes: 1_000_000 };

async function generate(file: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(
    `COPY (SELECT 'borough ' || (hash(i, 1) % 10) AS borough, 'kind ' || (hash(i, 2) % 6) AS kind, (hash(i, 3) % ${Math.ceil(rows / 20)})::BIGINT AS rider,
      ((hash(i, 4) % 10000) / 100)::DECIMAL(18,2) AS fare, ((hash(i, 5) % 1000) / 100)::DECIMAL(18,2) AS tip
      FROM range(${rows}) t(i)) TO '${file}' (FORMAT parquet, COMPRESSION zstd)`,
  );
  connection.closeSync();
  instance.closeSync();
}

const median = (times: readonly number[]): number => [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;

const show = (name: string, ms: number): void => console.log(`${name.padEnd(44)}${ms.toFixed(1).padStart(10)} ms`);

const folder = await mkdtemp(join(tmpdir(), 'query-'));
const engine = openEngine();
const parser = await openParser();
try {
  const file = join(folder, 'data.parquet');
  await generate(file);
  const compiled = await compile(plain, rule, columns, parser.parse);
  if ('refused' in compiled) throw new Error(`the gate refused: ${compiled.refused}`);
  const time = async (sql: string): Promise<number> => {
    const start = performance.now();
    const answer = await engine.runQuery({ sql, files: { data: file }, limits });
    if ('refused' in answer) throw new Error(`the engine refused: ${answer.refused}`);
    // The next process warms up outside the measured time.
    const elapsed = performance.now() - start;
    await new Promise((resolve) => setTimeout(resolve, 700));
    return elapsed;
  };
  const taken = { overhead: [] as number[], plain: [] as number[], governed: [] as number[], gate: [] as number[] };
  await time('SELECT 1');
  for (let round = 0; round < rounds; round += 1) {
    taken.overhead.push(await time('SELECT 1'));
    taken.plain.push(await time(plain));
    taken.governed.push(await time(compiled.sql));
    const start = performance.now();
    await compile(plain, rule, columns, parser.parse);
    taken.gate.push(performance.now() - start);
  }
  console.log(`${rows} rows, ${limits.threads} threads, median of ${rounds}; engine process, settings and Parquet included`);
  show('the gate', median(taken.gate));
  show('an empty query (warm process)', median(taken.overhead));
  show('plain query with exact count(distinct entity)', median(taken.plain));
  show('governed query', median(taken.governed));
  console.log(`governed / plain: ${(median(taken.governed) / median(taken.plain)).toFixed(2)} (target 1.50)`);
} finally {
  engine.close();
  parser.close();
  await rm(folder, { recursive: true, force: true });
}
