import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomFrom } from '../soak/report.ts';
import { openFolder, parquetOf, rowsIn, typesIn } from './ingesting.ts';

const { isRefused, load, look, remove } = openFolder();
afterAll(remove);

describe('a good Parquet file', () => {
  test('keeps its types, has times in UTC and nothing for NaN, and is sorted by its layout', async () => {
    const file = await parquetOf(
      `SELECT * FROM (VALUES
        (2::UTINYINT, 1.5::DECIMAL(9,3), 'nan'::DOUBLE, 'b', DATE '2024-02-29', TIMESTAMPTZ '2024-01-01 08:00:00+08', TRUE, 7::HUGEINT::BIGINT),
        (1, -0.125, 2.5, 'a', DATE '1999-12-31', TIMESTAMPTZ '2023-12-31 16:00:00.123456+00', NULL, NULL))
        AS t(id, fare, ratio, kind, day, "at", "on", big)`,
    );
    const [loaded, seen] = await Promise.all([load(file, { layout: ['kind'] }), look(file)]);
    const types = {
      id: 'UTINYINT',
      fare: 'DECIMAL(9,3)',
      ratio: 'DOUBLE',
      kind: 'VARCHAR',
      day: 'DATE',
      at: 'TIMESTAMP',
      on: 'BOOLEAN',
      big: 'BIGINT',
    };
    expect(await typesIn(loaded.target)).toEqual(types);
    expect(await rowsIn(loaded.target)).toEqual([
      { id: 1, fare: '-0.125', ratio: 2.5, kind: 'a', day: '1999-12-31', at: '2023-12-31 16:00:00.123456', on: null, big: null },
      { id: 2, fare: '1.500', ratio: null, kind: 'b', day: '2024-02-29', at: '2024-01-01 00:00:00', on: true, big: '7' },
    ]);
    expect(seen.done).toMatchObject({ format: 'parquet', encoding: null, rows: 2 });
    expect(JSON.stringify(seen.done)).not.toMatch(/1999|2024|0\.125/);
    expect('columns' in seen.done && seen.done.columns.map(({ name, type }) => [name, type])).toEqual(Object.entries(types));
  });

  test('is taken in by a wider schema, and not by one that would change a value', async () => {
    const file = await parquetOf("SELECT range::INTEGER AS n, 'secret' AS s FROM range(3000)");
    const as = async (...types: readonly [string, string]) => {
      const { done } = await load(file, {
        schema: [
          { name: 'n', type: types[0] },
          { name: 's', type: types[1] },
        ],
      });
      return 'refused' in done ? done : done.columns.map(({ type }) => type);
    };
    const [wide, narrow, text] = await Promise.all([as('BIGINT', 'VARCHAR'), as('TINYINT', 'VARCHAR'), as('BIGINT', 'DATE')]);
    expect(wide).toEqual(['BIGINT', 'VARCHAR']);
    expect(narrow).toEqual({ refused: 'value_misfit', line: null, row: 129, column: 1 });
    expect(text).toEqual({ refused: 'value_misfit', line: null, row: 1, column: 2 });
  });
});

describe('a bad Parquet file', () => {
  let good: Buffer;
  let footer: number;
  beforeAll(async () => {
    good = await parquetOf("SELECT range AS id, 'secret ' || range % 97 AS kind FROM range(20000)");
    footer = good.length - 8 - good.readUInt32LE(good.length - 8);
  });
  const put = (at: number, ...bytes: readonly number[]): Buffer => {
    const changed = Buffer.from(good);
    changed.set(bytes, at);
    return changed;
  };
  const withLength = (length: number): Buffer => {
    const changed = Buffer.from(good);
    changed.writeUInt32LE(length, good.length - 8);
    return changed;
  };
  const noise = (length: number, seed: number): Buffer => {
    const random = randomFrom(seed);
    return Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));
  };
  const magic = Buffer.from('PAR1');
  const damages: Readonly<Record<string, () => Buffer>> = {
    'that ends in its middle': () => good.subarray(0, good.length / 2),
    'of which only its beginning is left': () => good.subarray(0, 6),
    'whose footer is longer than itself': () => withLength(good.length),
    'whose footer is two gigabytes long': () => withLength(0x7fffffff),
    'whose footer has no length': () => withLength(0),
    'whose footer is shorter than it is': () => withLength(16),
    'whose footer is made of zeros': () => put(footer, ...Array.from({ length: good.length - 8 - footer }, () => 0)),
    'whose footer begins with noise': () => put(footer, ...noise(40, 3)),
    'whose pages are noise': () => put(4, ...noise(footer - 4, 5)),
    'that is noise between two marks': () => Buffer.concat([magic, noise(3000, 7), Buffer.of(0x80, 0x02, 0, 0), magic]),
  };
  test.each(Object.keys(damages))('%s is refused', (name) => isRefused((damages[name] as () => Buffer)(), { refused: 'parquet_corrupt' }));

  test('with any bit of its footer or its pages turned is taken in or refused, and no more happens', async () => {
    const random = randomFrom(11);
    const codes = new Set<string>();
    const turn = async (from: number, to: number): Promise<void> => {
      const at = from + Math.floor(random() * (to - from));
      const { done, left } = await load(put(at, (good[at] ?? 0) ^ (1 << Math.floor(random() * 8))));
      if ('refused' in done) codes.add(done.refused);
      expect(JSON.stringify(done)).not.toContain('secret 1');
      expect(left.filter((name) => !['source.csv', 'target.parquet'].includes(name))).toEqual([]);
    };
    for (let n = 0; n < 4; n += 1) await Promise.all([turn(footer, good.length - 8), turn(4, footer)]);
    expect([...codes].filter((code) => code === 'ingestion_timeout')).toEqual([]);
  });

  test('that is encrypted is refused as such', () =>
    isRefused(Buffer.concat([good.subarray(0, -4), Buffer.from('PARE')]), { refused: 'parquet_encrypted' }));

  const rename = (from: string, to: string): Buffer => Buffer.from(good.toString('latin1').replaceAll(from, to), 'latin1');
  test('whose columns differ in case only is refused', async () => {
    good = await parquetOf("SELECT range AS aaaaaaaa, 'secret' AS bbbbbbbb FROM range(10)");
    await isRefused(rename('bbbbbbbb', 'AAAAAAAA'), { refused: 'csv_duplicate_header', column: 2 });
    await isRefused(rename('bbbbbbbb', 'aaaaaaaa'), { refused: 'csv_duplicate_header', column: 2 });
    await isRefused(rename('bbbbbbbb', '=SUM(A1)'), { refused: 'csv_formula_cell', column: 2 });
  });
});

describe('a Parquet file that is no table for the sandbox', () => {
  const wide = `SELECT ${Array.from({ length: 10_000 }, (_, n) => `${n} AS c${n}`).join(', ')}`;
  test.each([
    ['an object in a column', "SELECT 1 AS a, {'s': 'secret'} AS b", { refused: 'parquet_column_type', column: 2 }],
    ['a list in a column', "SELECT ['secret'] AS a, 1 AS b", { refused: 'parquet_column_type', column: 1 }],
    ['a map in a column', "SELECT 1 AS a, MAP {'secret': 1} AS b", { refused: 'parquet_column_type', column: 2 }],
    ['bytes in a column', "SELECT 1 AS a, 'secret'::BLOB AS b", { refused: 'parquet_column_type', column: 2 }],
    ['a time of day in a column', "SELECT TIME '10:00:00' AS a", { refused: 'parquet_column_type', column: 1 }],
    ['10,000 columns', wide, { refused: 'csv_too_many_columns', column: 501 }],
    ['no row', "SELECT 'secret' AS a WHERE FALSE", { refused: 'csv_no_rows' }],
    [
      'a day of the year 20000',
      "SELECT DATE '2024-01-01' + range::INTEGER * 3285000 AS a FROM range(3)",
      { refused: 'value_misfit', row: 2, column: 1 },
    ],
    ['an endless time', "SELECT 1 AS a, 'infinity'::TIMESTAMP AS b", { refused: 'value_misfit', row: 1, column: 2 }],
    ['an endless number', "SELECT 'infinity'::DOUBLE AS a", { refused: 'value_misfit', row: 1, column: 1 }],
    ['a formula', "SELECT 1 AS a, '=secret()' AS b", { refused: 'csv_formula_cell', row: 1, column: 2 }],
    ['a NUL', "SELECT 1 AS a, 'sec' || chr(0) || 'ret' AS b", { refused: 'csv_nul_byte', row: 1, column: 2 }],
  ] as const)('for %s is refused', async (_, sql, refusal) => isRefused(await parquetOf(sql), refusal));
});

describe('a small Parquet file that would grow', () => {
  test.each([
    ['one text of 10 KB 40,000 times', "SELECT repeat('secret', 1700) AS a FROM range(40000)", { refused: 'file_expands' }],
    ['a text of 3 MB', "SELECT 1 AS a, repeat('secret', 500000) AS b", { refused: 'file_expands', column: 2 }],
    ['a hundred million rows of one number', 'SELECT 7 AS a FROM range(100000000)', { refused: 'csv_too_many_rows', row: 50_001 }],
  ] as const)('to %s is refused before it does', async (_, sql, refusal) => {
    const file = await parquetOf(sql, 'COMPRESSION zstd, ROW_GROUP_SIZE 10000000');
    expect(file.length).toBeLessThan(1_000_000);
    await isRefused(file, refusal);
  });
});
