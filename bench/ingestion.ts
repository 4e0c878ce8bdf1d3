import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Ingested, IngestionLimits, IngestionRefusal, Inspection } from '../functions/sandbox/ingestion.ts';
import { ingest, inspect } from '../functions/sandbox/ingestion.ts';
import { canWatch, childrenOf } from '../test/support/memory.ts';

/**
 * Times the ingestion of a CSV file with the schema that its inspection gave against DuckDB's own `COPY (FROM read_csv(...)) TO` Parquet, which
 * is the bound: each in a fresh process with the same threads and memory, alternating. What the ingestion checks (that every value is the one
 * that was written, formulas, keys, personal information) is counted in. `node bench/ingestion.ts [--megabytes 600] [--rounds 3]`.
 */
const { values } = parseArgs({
  options: { megabytes: { type: 'string', default: '600' }, rounds: { type: 'string', default: '3' }, bound: { type: 'string' } },
});
const bytesPerRow = 88;
const rows = Math.ceil((Number(values.megabytes) * 1_000_000) / bytesPerRow);
const limits: IngestionLimits = {
  bytes: 20_000_000_000,
  rows: 1_000_000_000,
  columns: 500,
  deadlineMs: 600_000,
  memoryBytes: 1_000_000_000,
  threads: 2,
};
const layout = ['rider', 'borough', 'kind'];

/** The bound itself, in a process of its own. */
async function copyPlainly(folder: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(limits.threads),
    memory_limit: `${Math.floor(limits.memoryBytes / 1024)}KiB`,
    temp_directory: join(folder, 'spill'),
  });
  const connection = await instance.connect();
  await connection.run(
    `COPY (FROM read_csv('${join(folder, 'data.csv')}')) TO '${join(folder, 'plain.parquet')}' (FORMAT parquet, COMPRESSION zstd)`,
  );
}

async function generate(file: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(
    `COPY (SELECT i AS id, 'borough ' || (hash(i, 1) % 10) AS borough, 'kind ' || (hash(i, 2) % 6) AS kind,
      (hash(i, 3) % ${Math.ceil(rows / 20)})::BIGINT AS rider, ((hash(i, 4) % 10000) / 100)::DECIMAL(18,2) AS fare,
      ((hash(i, 5) % 1000) / 100)::DECIMAL(18,2) AS tip, DATE '2024-01-01' + (hash(i, 6) % 900)::INTEGER AS day,
      TIMESTAMP '2024-01-01' + to_seconds((hash(i, 7) % 80000000)::BIGINT) AS pickup, '备注 ' || (hash(i, 8) % 100000) AS note
      FROM range(${rows}) t(i)) TO '${file}' (FORMAT csv, HEADER)`,
  );
  connection.closeSync();
  instance.closeSync();
}

/** The most that any process beneath this one has held in memory, in megabytes; null where it cannot be told. */
const peakBeneath = (): number | null => (canWatch ? Math.max(0, ...childrenOf(process.pid).map(({ peak }) => peak)) : null);

const median = (times: readonly number[]): number => [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;

async function bench(folder: string): Promise<void> {
  const source = join(folder, 'data.csv');
  const target = join(folder, 'data.parquet');
  await generate(source);
  let peak: number | null = null;
  const timed = async <T>(work: () => Promise<T>): Promise<readonly [ms: number, done: T]> => {
    peak = null;
    const timer = setInterval(() => {
      const now = peakBeneath();
      if (now !== null) peak = Math.max(peak ?? 0, now);
    }, 50);
    const start = performance.now();
    const done = await work().finally(() => clearInterval(timer));
    return [performance.now() - start, done];
  };
  const whole = <T extends Ingested | Inspection>(done: T | IngestionRefusal): T => {
    if ('refused' in done) throw new Error(`the file was refused: ${done.refused}`);
    return done;
  };
  const show = (name: string, ms: number): void =>
    console.log(`${name.padEnd(44)}${(ms / 1000).toFixed(2).padStart(8)} s${peak === null ? '' : `   peak ${peak.toFixed(0)} MB`}`);
  const { size } = await stat(source);
  console.log(`${(size / 1_000_000).toFixed(0)} MB of CSV, ${rows} rows, ${limits.threads} threads, median of ${values.rounds}`);
  const [looked, inspection] = await timed(() => inspect({ source, workspace: folder, limits }));
  const { columns } = whole(inspection);
  show('inspection', looked);
  const schema = columns.map(({ name, type }) => ({ name, type }));
  const taken = { plain: [] as number[], ingested: [] as number[] };
  const plain = async (): Promise<unknown> =>
    once(fork(fileURLToPath(import.meta.url), ['--bound', folder], { execArgv: ['--no-warnings'] }), 'exit');
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const [bound] = await timed(plain);
    show('  DuckDB alone', bound);
    taken.plain.push(bound);
    const [ms, done] = await timed(() => ingest({ source, target, schema, limits }));
    whole(done);
    show('  ingestion with its schema', ms);
    taken.ingested.push(ms);
  }
  const [sorted, done] = await timed(() => ingest({ source, target, schema, layout, limits }));
  whole(done);
  show('ingestion sorted by a layout', sorted);
  peak = null;
  show('DuckDB alone', median(taken.plain));
  show('ingestion with its schema', median(taken.ingested));
  console.log(`ingestion / DuckDB: ${(median(taken.ingested) / median(taken.plain)).toFixed(2)} (target 1.50)`);
}

if (values.bound === undefined) {
  const folder = await mkdtemp(join(tmpdir(), 'ingestion-'));
  try {
    await bench(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
} else {
  await copyPlainly(values.bound);
}
