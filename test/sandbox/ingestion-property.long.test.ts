import { afterAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { gb18030, openFolder, parquetOf, rowsIn } from './ingesting.ts';

const { load, look, remove } = openFolder();
afterAll(remove);

/** A row as it is written: every value its text, null where there is none. */
type Row = readonly (string | null)[];
const schema = [
  { name: '编号与说明', type: 'VARCHAR' },
  { name: 'count', type: 'BIGINT' },
  { name: 'fare, in yuan', type: 'DECIMAL(18,4)' },
  { name: 'day', type: 'DATE' },
  { name: 'moment', type: 'TIMESTAMP' },
  { name: 'on', type: 'BOOLEAN' },
] as const;
const bare = new Set(['BIGINT', 'DECIMAL(18,4)', 'BOOLEAN']);

const two = (value: number): string => String(value).padStart(2, '0');
const characters = Array.from('aZ07-+=@ ,;"\'\\\n\r\t.:{}[]null海陵泰州区𠮷');
// An empty text is NULL, and what a spreadsheet would run is refused: both have tests of their own.
const text = fc
  .array(fc.constantFrom(...characters), { minLength: 1, maxLength: 8 })
  .map((parts) => parts.join('').replace(/^[=+\-@\t\r]/, 'x'));
const whole = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
const decimal = fc.tuple(fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n }), fc.integer({ min: 0, max: 4 })).map(([unscaled, scale]) => {
  const digits = String(unscaled < 0 ? -unscaled : unscaled).padStart(scale + 1, '0');
  const point = digits.length - scale;
  const kept = digits.slice(Math.max(0, point - 14), point).replace(/^0+(?=\d)/, '');
  return `${unscaled < 0 ? '-' : ''}${kept}${scale === 0 ? '' : `.${digits.slice(point)}`}`;
});
const day = fc
  .tuple(fc.integer({ min: 1, max: 9999 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 }))
  .map(([y, m, d]) => `${String(y).padStart(4, '0')}-${two(m)}-${two(d)}`);
const moment = fc
  .tuple(day, fc.integer({ min: 0, max: 86_399 }), fc.constantFrom(' ', 'T'), fc.constantFrom('', '.5', '.000001'))
  .map(([date, s, between, part]) => `${date}${between}${two(Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}${part}`);
const row: fc.Arbitrary<Row> = fc.tuple(
  ...[text, whole, decimal, day, moment, fc.constantFrom('true', 'false')].map((value) => fc.option(value, { freq: 6 })),
);
/** The first row has every value, and enough Chinese to tell one encoding from the other. */
const first: Row = ['泰州市公共数据管理办法', '1', '0.5', '2024-02-29', '2024-02-29 12:00:00', 'true'];
const table = fc.array(row, { minLength: 1, maxLength: 60 }).map((rows) => [first, ...rows]);

const cell = (value: string | null, always: boolean): string =>
  value === null ? '' : always || /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
const csv = (rows: readonly Row[], always: boolean, end: string): string =>
  [schema.map(({ name }) => name), ...rows].map((values) => `${values.map((value) => cell(value, always)).join(',')}${end}`).join('');
const jsonLines = (rows: readonly Row[]): string =>
  rows
    .map((values) => {
      const members = schema.flatMap(({ name, type }, n) => {
        const value = values[n] ?? null;
        if (value === null) return n % 2 === 0 ? [] : [`${JSON.stringify(name)}: null`];
        return [`${JSON.stringify(name)}:${bare.has(type) ? value : JSON.stringify(value)}`];
      });
      return `{${members.join(' , ')}}\n`;
    })
    .join('');
const literal = (value: string | null): string => (value === null ? 'NULL' : `'${value.replaceAll("'", "''")}'`);
const parquet = (rows: readonly Row[]): Promise<Buffer> =>
  parquetOf(
    `SELECT ${schema.map(({ name, type }, n) => `c${n}::${type} AS "${name}"`).join(', ')}
      FROM (VALUES ${rows.map((values) => `(${values.map(literal).join(', ')})`).join(', ')}) AS t(${schema.map((_, n) => `c${n}`).join(', ')})`,
  );

describe('any table', () => {
  test('comes to the same rows out of CSV in either encoding, JSON lines and Parquet', async () => {
    await fc.assert(
      fc.asyncProperty(table, fc.boolean(), fc.constantFrom('\n', '\r\n'), async (rows, always, end) => {
        const written = csv(rows, always, end);
        const typed = async (content: string | Uint8Array) => {
          const { done, target } = await load(content, { schema });
          return 'refused' in done ? done : rowsIn(target);
        };
        const [utf8, gb, json] = [await typed(written), await typed(gb18030(written)), await typed(jsonLines(rows))];
        const { done, target } = await load(await parquet(rows));
        expect(done).toMatchObject({ rows: rows.length });
        const told = await rowsIn(target);
        expect([utf8, gb, json]).toEqual([told, told, told]);
      }),
      { numRuns: 4, seed: 20240229 },
    );
  });

  test('is told of alike whatever its encoding, and is taken in as it was told of', async () => {
    await fc.assert(
      fc.asyncProperty(table, async (rows) => {
        const written = csv(rows, false, '\n');
        const [utf8, gb] = await Promise.all([look(written), look(gb18030(written))]);
        if ('refused' in utf8.done || 'refused' in gb.done) throw new Error(JSON.stringify([utf8.done, gb.done]));
        expect(gb.done).toMatchObject({ columns: utf8.done.columns, quality: utf8.done.quality });
        const { columns } = utf8.done;
        const [inferred, declared] = await Promise.all([
          load(written),
          load(written, { schema: columns.map(({ name, type }) => ({ name, type })) }),
        ]);
        expect(inferred.done).toMatchObject({ columns: columns.map(({ name, type, unique }) => ({ name, type, unique })) });
        expect(await rowsIn(declared.target)).toEqual(await rowsIn(inferred.target));
      }),
      { numRuns: 3, seed: 20240301 },
    );
  });
});
