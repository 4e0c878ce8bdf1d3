import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { AnalysisRule } from '../contracts/analysis-rule.ts';
import { cellsOf } from '../functions/sandbox/cells.ts';
import type { Limits } from '../functions/sandbox/engine.ts';
import { openEngine } from '../functions/sandbox/engine.ts';
import { compile } from '../functions/sandbox/gate.ts';
import { openParser } from '../functions/sandbox/parser.ts';

/**
 * Times queries through the pool of engine processes (each serves one and dies) against the same queries in a DuckDB that is open in this process
 * over the same file, which is the bound: alternating, with pauses in which the pool is filled again, then one after another without any.
 * `node bench/engine.ts [--rows 1000000] [--rounds 25]`.
 */
const { values } = parseArgs({ options: { rows: { type: 'string', default: '1000000' }, rounds: { type: 'string', default: '25' } } });
const rows = Number(values.rows);
const rounds = Number(values.rounds);
const limits: Limits = { deadlineMs: 30_000, memoryBytes: 1_000_000_000, threads: 2, rows: 10_001, bytes: 4_000_000 };
const spares = 2;

const columns = [
  { name: 'kind', type: 'VARCHAR' },
  { name: 'rider', type: 'BIGINT' },
  { name: 'fare', type: 'DECIMAL(18,2)' },
];
const rule = AnalysisRule.parse({ dimensions: [{ column: 'kind' }], measures: [{ column: 'fare' }], entity: 'rider' });

const median = (times: readonly number[]): number => [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;
const show = (name: string, value: number, unit = 'ms', note = ''): void =>
  console.log(`${name.padEnd(56)}${value.toFixed(1).padStart(9)} ${unit}${note}`);
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The resident memory of what waits in the pool, in megabytes. */
const idle = (): readonly number[] =>
  execFileSync('ps', ['-A', '-o', 'ppid=,rss=,args='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([parent, , ...args]) => Number(parent) === process.pid && args.join(' ').includes('engine-process'))
    .map(([, kilobytes]) => (Number(kilobytes) * 1024) / 1e6);

const folder = await mkdtemp(join(tmpdir(), 'engine-'));
const parser = await openParser();
const instance = await DuckDBInstance.create(':memory:', {
  threads: String(limits.threads),
  memory_limit: `${limits.memoryBytes / 1024}KiB`,
});
const connection = await instance.connect();
const file = join(folder, 'data.parquet');
await connection.run(
  `COPY (FROM (SELECT 'kind ' || (hash(i, 2) % 6) AS kind, (hash(i, 3) % ${Math.ceil(rows / 20)})::BIGINT AS rider,
    ((hash(i, 4) % 10000) / 100)::DECIMAL(18,2) AS fare FROM range(${rows}) t(i)) ORDER BY rider, kind) TO '${file}' (FORMAT parquet, COMPRESSION zstd)`,
);
await connection.run("SET temp_directory = ''; SET preserve_insertion_order = false");
await connection.run(`CREATE VIEW data AS SELECT * FROM read_parquet('${file}')`);
const engine = openEngine({ spares });
try {
  const compiled = await compile('SELECT kind, count(*), sum(fare) FROM data GROUP BY kind', rule, columns, parser.parse);
  if ('refused' in compiled) throw new Error(`the gate refused: ${compiled.refused}`);
  const time = async (work: () => Promise<unknown>): Promise<number> => {
    const start = performance.now();
    await work();
    return performance.now() - start;
  };
  const here = (sql: string) => async (): Promise<void> => void cellsOf(await connection.runAndReadAll(sql));
  const pooled = (sql: string) => async (): Promise<void> => {
    const answer = await engine.runQuery({ sql, files: { data: file }, limits });
    if ('refused' in answer) throw new Error(`the engine refused: ${answer.refused}`);
  };
  await pause(2000);
  console.log(`${rows} rows, ${limits.threads} threads, ${spares} spares, medians of ${rounds}`);
  for (const memory of idle()) show('resident memory of a process that waits', memory, 'MB');
  for (const [name, sql] of [
    ['nothing', 'SELECT 1'],
    ['governed', compiled.sql],
  ] as const) {
    const taken = { here: [] as number[], pooled: [] as number[], row: [] as number[] };
    for (let round = 0; round < rounds; round += 1) {
      taken.here.push(await time(here(sql)));
      taken.pooled.push(await time(pooled(sql)));
      await pause(500);
    }
    for (let round = 0; round < rounds; round += 1) taken.row.push(await time(pooled(sql)));
    await pause(2000);
    const [bound, pool] = [median(taken.here), median(taken.pooled)];
    show(`${name}: open in this process`, bound);
    show(`${name}: through the pool`, pool);
    show(`${name}: overhead`, pool - bound, 'ms', ' (target 50)');
    show(`${name}: through the pool, without pauses`, median(taken.row));
  }
} finally {
  engine.close();
  parser.close();
  connection.closeSync();
  instance.closeSync();
  await rm(folder, { recursive: true, force: true });
}
