import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Engine, Limits } from '../../functions/sandbox/engine.ts';
import { openEngine } from '../../functions/sandbox/engine.ts';

const limits: Limits = { deadlineMs: 10_000, memoryBytes: 200 * 1024 * 1024, threads: 1, rows: 100, bytes: 100_000 };

let folder: string;
let data: string;
let engine: Engine;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'engine-'));
  data = join(folder, 'data.parquet');
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run(`COPY (SELECT range AS id, 'secret-' || range AS word, range / 4 AS price FROM range(1000)) TO '${data}'`);
  await connection.run(`COPY (SELECT 1 AS foreign) TO '${join(folder, 'other.parquet')}'`);
  connection.closeSync();
  engine = openEngine();
});
afterAll(async () => {
  engine.close();
  await rm(folder, { recursive: true });
});

const run = (sql: string, change: Partial<Limits> & { signal?: AbortSignal } = {}): ReturnType<Engine['runQuery']> => {
  const { signal, ...bounds } = change;
  return engine.runQuery({ sql, files: { data }, limits: { ...limits, ...bounds }, ...(signal === undefined ? {} : { signal }) });
};

test('rows come back as values that JSON can hold without loss', async () => {
  const sql = `SELECT count(*) AS n, sum(id) * 100000000000000 AS huge, CAST(1.50 AS DECIMAL(9,2)) AS exact, DATE '2020-01-02' AS day,
    TIMESTAMP '2020-01-02 03:04:05' AS at, 'nan'::DOUBLE AS nothing, TRUE AS yes, NULL AS none FROM data`;
  expect(await run(sql)).toMatchObject({
    rows: [[1000, '49950000000000000000', '1.50', '2020-01-02', '2020-01-02T03:04:05', 'NaN', true, null]],
  });
});

test('past the gate, the lock alone still refuses files, the network, the environment, settings and every statement but one SELECT', async () => {
  const escapes = [
    `SELECT * FROM read_text('/etc/passwd')`,
    `SELECT * FROM read_csv('/etc/passwd')`,
    `SELECT * FROM '/proc/self/environ'`,
    `SELECT content FROM read_blob('/proc/self/environ')`,
    `SELECT * FROM 'FOLDER/other.parquet'`,
    `SELECT * FROM glob('/*')`,
    `SELECT * FROM read_parquet('https://127.0.0.1/x.parquet')`,
    `SELECT getenv('PATH')`,
    `SELECT * FROM sqlite_scan('x', 'y')`,
    `COPY (SELECT * FROM data) TO 'FOLDER/stolen.csv'`,
    `ATTACH 'FOLDER/stolen.db'`,
    `ATTACH ':memory:' AS m`,
    'INSTALL httpfs',
    'LOAD httpfs',
    'SET enable_external_access = true',
    'SET lock_configuration = false',
    `SET allowed_paths = ['/']`,
    `SET temp_directory = 'FOLDER/spill'`,
    'CREATE TABLE t AS SELECT * FROM data',
    `CALL enable_logging(storage = 'file')`,
    'SELECT 1; SELECT 2',
    '',
    'not sql',
  ];
  const before = await readdir(folder);
  const escaped: string[] = [];
  const lane = async (some: readonly string[]): Promise<void> => {
    for (const sql of some) {
      const answer = await run(sql.replace('FOLDER', folder));
      if (!('refused' in answer) || answer.refused !== 'query_failed') escaped.push(sql);
    }
  };
  await Promise.all([lane(escapes.filter((_, index) => index % 2 === 0)), lane(escapes.filter((_, index) => index % 2 === 1))]);
  expect(escaped).toEqual([]);
  expect(await readdir(folder)).toEqual(before);
}, 30_000);

test('what the engine says of a failure stays inside: a message that would quote a row is only a code', async () => {
  expect(await run('SELECT error(word) FROM data')).toEqual({ refused: 'query_failed' });
  expect(await run('SELECT word::INTEGER FROM data')).toEqual({ refused: 'query_failed' });
});

test('a query that would take the machine’s memory ends alone, and the next one is served', async () => {
  for (const bomb of [
    `SELECT length(repeat('x', 4000000000))`,
    `SELECT length(string_agg(repeat(word, 1000), ',')) FROM data, range(200)`,
  ]) {
    expect(await run(bomb, { deadlineMs: 25_000 })).toEqual({ refused: 'query_failed' });
  }
  expect(await run('SELECT count(*) FROM data')).toMatchObject({ rows: [[1000]] });
}, 30_000);

const endless = 'SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE hash(a.range + b.range) = 7';

test('past its deadline a query is over, whatever it is doing', async () => {
  expect(await run(endless, { deadlineMs: 800 })).toEqual({ refused: 'query_timeout' });
});

test('a query can be called off before it starts and while it runs', async () => {
  expect(await run('SELECT 1', { signal: AbortSignal.abort() })).toEqual({ refused: 'query_cancelled' });
  expect(await run(endless, { signal: AbortSignal.timeout(600) })).toEqual({ refused: 'query_cancelled' });
});

test('results above the caps of rows or bytes are not given in part', async () => {
  expect(await run('SELECT id FROM data', { rows: 999 })).toEqual({ refused: 'result_too_large' });
  expect(await run('SELECT id FROM data', { rows: 1000 })).toHaveProperty('rows.length', 1000);
  expect(await run(`SELECT repeat('x', 200000)`)).toEqual({ refused: 'result_too_large' });
});

test('many queries at once each get their own answer, and a closed engine refuses', async () => {
  const own = openEngine({ spares: 0 });
  const ask = (n: number): ReturnType<Engine['runQuery']> => own.runQuery({ sql: `SELECT ${n} AS n`, files: { data }, limits });
  const answers = await Promise.all([1, 2, 3, 4].map(ask));
  expect(answers.map((answer) => 'rows' in answer && answer.rows[0]?.[0])).toEqual([1, 2, 3, 4]);
  const running = own.runQuery({ sql: endless, files: { data }, limits });
  own.close();
  expect(await running).toEqual({ refused: 'query_failed' });
  expect(await ask(5)).toEqual({ refused: 'query_failed' });
});

test('a missing or broken file is a failure without detail', async () => {
  await writeFile(join(folder, 'broken.parquet'), 'PAR1 not really PAR1');
  for (const name of ['gone.parquet', 'broken.parquet']) {
    expect(await engine.runQuery({ sql: 'SELECT 1', files: { data: join(folder, name) }, limits })).toEqual({ refused: 'query_failed' });
  }
});
