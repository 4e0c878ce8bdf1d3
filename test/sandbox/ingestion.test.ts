import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DuckDBInstance } from '@duckdb/node-api';
import { ingestionRefusals } from '../../contracts/ingestion-refusals.ts';
import type { Ingested, IngestionLimits, IngestionRefusal, Progress } from '../../functions/sandbox/ingestion.ts';
import { ingest } from '../../functions/sandbox/ingestion.ts';

const limits: IngestionLimits = {
  bytes: 20_000_000,
  rows: 50_000,
  columns: 500,
  deadlineMs: 30_000,
  memoryBytes: 300 * 1024 * 1024,
  threads: 1,
};

let folder: string;
let files = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ingestion-'));
});
afterAll(() => rm(folder, { recursive: true }));

type Options = { limits?: Partial<IngestionLimits>; layout?: string[]; signal?: AbortSignal; onProgress?: (progress: Progress) => void };

async function load(content: string | Buffer, options: Options = {}): Promise<{ done: Ingested | IngestionRefusal; target: string }> {
  files += 1;
  const source = join(folder, `${files}.csv`);
  const target = join(folder, `${files}.parquet`);
  await writeFile(source, content);
  const done = await ingest({ ...options, source, target, limits: { ...limits, ...options.limits } });
  return { done, target };
}

async function read(target: string): Promise<unknown[]> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const rows = (await connection.runAndReadAll(`SELECT * FROM '${target}'`)).getRowObjectsJson();
  connection.closeSync();
  return rows;
}

const typesOf = (done: Ingested | IngestionRefusal): unknown => ('refused' in done ? done : done.columns.map(({ type }) => type));

describe('a good file', () => {
  test('gets an explicit schema, and each column is told of without a value of it', async () => {
    const head = 'id,名称,price,code,when,day,ok,ratio,none\r\n';
    const first = '1,"甲,""乙""\n丙",12.50,0110,2024-01-02 03:04:05,2024-01-02,true,1.5e3,\r\n';
    const { done, target } = await load(
      `\uFEFF${head}${first}2,"",-3,0220,2024-02-30T00:00,2024-03-01,FALSE,-2,""`.replace('02-30T', '02-28T'),
    );
    expect(done).toMatchObject({ rows: 2, bytes: expect.any(Number) });
    expect(typesOf(done)).toEqual(['BIGINT', 'VARCHAR', 'DECIMAL(18,2)', 'VARCHAR', 'TIMESTAMP', 'DATE', 'BOOLEAN', 'DOUBLE', 'VARCHAR']);
    expect('columns' in done && done.columns[0]).toEqual({
      name: 'id',
      type: 'BIGINT',
      nullShare: 0,
      personal: null,
      unique: true,
    });
    expect('columns' in done && done.columns[1]).toMatchObject({ name: '名称', nullShare: 500, unique: false });
    expect(await read(target)).toMatchObject([
      { id: '1', 名称: '甲,"乙"\n丙', price: '12.50', code: '0110', ok: true, ratio: 1500 },
      { id: '2', 名称: null, price: '-3.00', code: '0220', none: null },
    ]);
  });

  test('whose column changes its type in the very last row gets the type that fits them all', async () => {
    const body = Array.from({ length: 30_000 }, (_, index) => `${index},${index},${index}`).join('\n');
    const { done } = await load(`a,b,c\n${body}\n1,x,0.25\n`);
    expect(typesOf(done)).toEqual(['BIGINT', 'VARCHAR', 'DECIMAL(18,2)']);
  });

  test('with numbers beyond 64 bits or dates that never were keeps them as they fit', async () => {
    const { done } = await load('a,b,c,d\n99999999999999999999,2023-02-30,1234567890.123456789,1e999\n1,2023-03-01,2,3\n');
    expect(typesOf(done)).toEqual(['VARCHAR', 'VARCHAR', 'DOUBLE', 'VARCHAR']);
  });

  test('is sorted by its layout, and progress is told along the way', async () => {
    const seen = new Set<string>();
    const { done, target } = await load('who,kind\n10,b\n9,z\n10,a\n', {
      layout: ['who', 'kind'],
      onProgress: ({ stage }) => seen.add(stage),
    });
    expect(done).toHaveProperty('rows', 3);
    expect(await read(target)).toEqual([
      { who: '9', kind: 'z' },
      { who: '10', kind: 'a' },
      { who: '10', kind: 'b' },
    ]);
    expect(seen).toContain('profiling');
  });

  test('with personal information is told so by column', async () => {
    const { done } = await load('编号,身份证号,手机\n1,11010519491231002X,13800138000\n2,,13900139000\n');
    expect('columns' in done && done.columns.map(({ personal }) => personal)).toEqual([null, 'resident_id', 'mobile']);
  });
});

describe('a bad file is refused', () => {
  const wide = Array.from({ length: 10_000 }, (_, index) => `c${index}`).join(',');
  const bad: readonly (readonly [string, string | Buffer, Partial<IngestionRefusal>])[] = [
    ['nothing in it', '', { refused: 'csv_empty' }],
    ['only blanks', ' \n\n', { refused: 'csv_empty' }],
    ['a header alone', 'a,b\n', { refused: 'csv_no_rows' }],
    ['10,000 columns', `${wide}\n${wide}\n`, { refused: 'csv_too_many_columns', column: 501 }],
    ['a row too short', 'a,b\n1,2\n3\n', { refused: 'csv_ragged_row', line: 3 }],
    ['a row too long', 'a,b\n1,2\n3,4,5\n', { refused: 'csv_ragged_row', line: 3 }],
    ['bytes that are no text', Buffer.from([0x61, 0x2c, 0x62, 0x0a, 0xff, 0xfe]), { refused: 'csv_wrong_encoding', line: 2 }],
    ['a quote that never ends', 'a,b\n1,"2\n3,4\n', { refused: 'csv_unbalanced_quote', line: 2 }],
    ['a quote in the header that never ends', '"a,b\n1,2\n', { refused: 'csv_unbalanced_quote', line: 1 }],
    ['text after a quote', 'a,b\n1,"2"x\n', { refused: 'csv_unbalanced_quote', line: 2 }],
    ['a header twice', 'Name,b,name\n1,2,3\n', { refused: 'csv_duplicate_header', column: 3 }],
    ['a header without a name', 'a,,c\n1,2,3\n', { refused: 'csv_bad_header', column: 2 }],
    ['a formula in the header', 'a,=b\n1,2\n', { refused: 'csv_formula_cell', line: 1, column: 2 }],
    ...['=1+1', '+cmd|x', '-2+3', '@SUM(A1)', '\tx', '"\rx"'].map(
      (cell) =>
        [
          `the cell ${JSON.stringify(cell)}`,
          `a,b\nsecret,x\nsecret,${cell}\n`,
          { refused: 'csv_formula_cell', row: 2, column: 2 },
        ] as const,
    ),
  ];

  test.each(bad)('with %s', async (_, content, refusal) => {
    const { done, target } = await load(content, { limits: { rows: 1_000_000 } });
    expect(done).toMatchObject(refusal);
    expect(JSON.stringify(done)).not.toContain('secret');
    expect(await readdir(folder)).not.toContain(target.split('/').at(-1));
  });

  test('above its limits of bytes, rows and time', async () => {
    const content = `a\n${'1\n'.repeat(100)}`;
    expect((await load(content, { limits: { bytes: 100 } })).done).toMatchObject({ refused: 'csv_too_large' });
    expect((await load(content, { limits: { rows: 99 } })).done).toMatchObject({ refused: 'csv_too_many_rows' });
    expect((await load(content, { limits: { rows: 100 } })).done).toMatchObject({ rows: 100 });
    expect((await load(content, { limits: { deadlineMs: 1 } })).done).toMatchObject({ refused: 'ingestion_timeout' });
  });

  test('when it is called off, and nothing of it stays', async () => {
    expect((await load('a\n1\n', { signal: AbortSignal.abort() })).done).toMatchObject({ refused: 'ingestion_cancelled' });
    expect((await load(`a\n${'1\n'.repeat(1000)}`, { signal: AbortSignal.timeout(50) })).done).toMatchObject({
      refused: 'ingestion_cancelled',
    });
    expect((await readdir(folder)).filter((name) => name.startsWith('ingestion-'))).toEqual([]);
  });

  test('to be sorted by a column that it lacks', async () => {
    expect((await load('a\n1\n', { layout: ['b'] })).done).toMatchObject({ refused: 'layout_column_unknown' });
  });

  test('numbers that only look like formulas are numbers', async () => {
    expect((await load('a,b\n-1,"-1,200.50"\n+2,+5%\nx,y\n')).done).toHaveProperty('rows', 3);
  });

  test('with a text in both languages for every code', () => {
    for (const { zh, en } of Object.values(ingestionRefusals)) expect(zh.length * en.length).toBeGreaterThan(0);
  });
});
