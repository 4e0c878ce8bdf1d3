import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Engine, Limits } from '../../functions/sandbox/engine.ts';
import { openEngine } from '../../functions/sandbox/engine.ts';

const limits: Limits = { deadlineMs: 10_000, memoryBytes: 200_000_000, threads: 1, rows: 100, bytes: 100_000 };

let folder: string;
let data: string;
let engine: Engine | undefined;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pool-'));
  data = join(folder, 'data.parquet');
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run(`COPY (SELECT range AS id FROM range(1000)) TO '${data}'`);
  connection.closeSync();
});
afterEach(() => engine?.close());
afterAll(() => rm(folder, { recursive: true }));

type Running = { readonly pid: number; readonly bytes: number };

/** The engine processes that a process has started and that live. */
const processesOf = (parent: number): readonly Running[] =>
  execFileSync('ps', ['-A', '-o', 'pid=,ppid=,rss=,stat=,args='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(
      ([, ppid, , state, ...args]) => Number(ppid) === parent && state?.startsWith('Z') === false && /process\.m?ts/.test(args.join(' ')),
    )
    .map(([pid, , kilobytes]) => ({ pid: Number(pid), bytes: Number(kilobytes) * 1024 }));

const pidsOf = (parent: number): readonly number[] => processesOf(parent).map(({ pid }) => pid);

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 30_000; !(await holds()); await wait(50)) if (Date.now() > end) throw new Error('it did not come to that');
}

const isGone = (pid: number): boolean => !pidsOf(process.pid).includes(pid);
const count = { sql: 'SELECT count(*) FROM data', files: { data: '' }, limits };

test('a spare waits before the first query, serves one and dies, and another waits in its place', async () => {
  engine = openEngine({ spares: 1, settings: limits });
  const [first = 0, ...others] = pidsOf(process.pid);
  expect([first > 0, others]).toEqual([true, []]);
  expect(await engine.runQuery({ ...count, files: { data } })).toMatchObject({ rows: [[1000]] });
  await until(() => isGone(first) && pidsOf(process.pid).length === 1);
  expect(await engine.runQuery({ ...count, files: { data } })).toMatchObject({ rows: [[1000]] });
});

test('however many queries come at once, no more spares wait than were asked for, each below its bound of memory', async () => {
  const own = openEngine({ spares: 2, settings: limits });
  engine = own;
  await Promise.all([1, 2, 3, 4].map(() => own.runQuery({ ...count, files: { data } })));
  await until(() => pidsOf(process.pid).length === 2);
  // What comes too late would be seen now.
  await wait(500);
  const idle = processesOf(process.pid);
  expect(idle).toHaveLength(2);
  for (const { bytes } of idle) expect(bytes).toBeLessThan(300 * 1024 * 1024);
});

test('a spare that dies is replaced, and the next query does not notice', async () => {
  engine = openEngine({ spares: 1, settings: limits });
  await engine.runQuery({ ...count, files: { data } });
  await until(() => pidsOf(process.pid).length === 1);
  // One that dies before it is ready is not replaced: it would die again.
  await wait(4_000);
  const [spare = 0] = pidsOf(process.pid);
  process.kill(spare, 'SIGKILL');
  await until(() => isGone(spare) && pidsOf(process.pid).length === 1);
  expect(await engine.runQuery({ ...count, files: { data } })).toMatchObject({ rows: [[1000]] });
});

/** A process that is not the engine: it writes down what it is told, and says what it is given to say. */
async function standIn(name: string, says: string): Promise<{ readonly entry: string; readonly heard: () => Promise<string> }> {
  const [entry, notes] = [join(folder, `${name}-process.mts`), join(folder, `${name}.txt`)];
  await writeFile(notes, '');
  await writeFile(
    entry,
    `import { appendFileSync } from 'node:fs';
    appendFileSync(${JSON.stringify(notes)}, 'started\\n');
    process.on('message', (told) => { appendFileSync(${JSON.stringify(notes)}, JSON.stringify(told) + '\\n'); ${says} });
    process.once('disconnect', () => process.exit());`,
  );
  return { entry, heard: () => readFile(notes, 'utf8') };
}

test('a process is not told the query before it has said that it is locked', async () => {
  const { entry, heard } = await standIn('unlocked', `if ('ready' in told) process.send('ready');`);
  engine = openEngine({ spares: 1, entry });
  await until(async () => (await heard()).includes('"ready"'));
  expect(await engine.runQuery({ sql: 'SELECT 42', files: { data }, limits: { ...limits, deadlineMs: 500 } })).toEqual({
    refused: 'query_timeout',
  });
  expect(await heard()).toContain('"lock"');
  expect(await heard()).not.toContain('SELECT 42');
});

test('a process that cannot be made ready is tried once, and again by a query only', async () => {
  const { entry, heard } = await standIn('dying', 'process.exit(1);');
  engine = openEngine({ spares: 1, entry });
  const starts = async (): Promise<number> => (await heard()).split('\n').filter((line) => line === 'started').length;
  await until(async () => (await starts()) === 1 && pidsOf(process.pid).length === 0);
  await wait(500);
  expect(await starts()).toBe(1);
  expect(await engine.runQuery({ ...count, files: { data } })).toEqual({ refused: 'query_failed' });
});

test('of a closed engine no process stays', async () => {
  const own = openEngine({ spares: 2, settings: limits });
  await until(() => pidsOf(process.pid).length === 2);
  own.close();
  await until(() => pidsOf(process.pid).length === 0);
  await wait(500);
  expect(pidsOf(process.pid)).toEqual([]);
});

test('where the host is killed, no process stays either', async () => {
  const file = JSON.stringify(new URL('../../functions/sandbox/engine.ts', import.meta.url).href);
  const code = `import(${file}).then(({ openEngine }) => { openEngine({ spares: 1 }); setInterval(() => undefined, 1000); });`;
  const host = spawn(process.execPath, ['--no-warnings', '-e', code], { stdio: 'ignore' });
  const parent = host.pid ?? 0;
  await until(() => pidsOf(parent).length === 1);
  const [spare = 0] = pidsOf(parent);
  host.kill('SIGKILL');
  await until(() => {
    try {
      return !process.kill(spare, 0);
    } catch {
      return true;
    }
  });
});
