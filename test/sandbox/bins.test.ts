import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { DuckDBConnection } from '@duckdb/node-api';
import { DuckDBInstance } from '@duckdb/node-api';
import * as fc from 'fast-check';
import { AnalysisRule } from '../../contracts/analysis-rule.ts';
import { placesOf } from '../../functions/sandbox/domains.ts';
import { compile } from '../../functions/sandbox/gate.ts';
import { openParser } from '../../functions/sandbox/parser.ts';
import { printCut, printPredicate } from '../../functions/sandbox/predicate-printing.ts';
import { printKey } from '../../functions/sandbox/printing-private.ts';

let parser: Awaited<ReturnType<typeof openParser>>;
let connection: DuckDBConnection;
beforeAll(async () => {
  parser = await openParser();
  connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
});
afterAll(() => {
  parser.close();
  connection.closeSync();
});

const decimals = (text: string): number => text.split('.')[1]?.length ?? 0;
const units = (text: string, scale: number): bigint => {
  const [whole = '', fraction = ''] = text.split('.');
  return BigInt(whole + fraction.padEnd(scale, '0'));
};

/** The start of the cell that a decimal text is in, again from its description: the greatest multiple of the width that is not above it. */
function startOf(value: string, bin: string): string {
  const scale = Math.max(decimals(value), decimals(bin));
  const [number, width] = [units(value, scale), units(bin, scale)];
  const rest = ((number % width) + width) % width;
  const start = (number - rest) / 10n ** BigInt(scale - decimals(bin));
  const size = (start < 0n ? -start : start).toString().padStart(decimals(bin) + 1, '0');
  const point = size.length - decimals(bin);
  return `${start < 0n ? '-' : ''}${size.slice(0, point)}${decimals(bin) === 0 ? '' : `.${size.slice(point)}`}`;
}

const rule = (bin: string): AnalysisRule =>
  AnalysisRule.parse({ dimensions: [{ column: 'x', grain: { bin: Number(bin) } }], measures: [], entity: null });

async function readForm(type: string, bin: string, where = '') {
  const compiled = await compile(
    `select floor(x / ${bin}) * ${bin}, count(*) from data ${where} group by 1`,
    rule(bin),
    [{ name: 'x', type }],
    parser.parse,
  );
  if ('refused' in compiled) throw new Error(compiled.refused);
  return compiled.form;
}

/** Each value with its text, its cell as the exact and as the noised answer know it, and whether it is at or above some starts of cells. */
async function divide(type: string, bin: string, values: readonly string[], starts: readonly string[]) {
  await connection.run(`CREATE OR REPLACE TABLE data AS SELECT unnest([${values.map((value) => `'${value}'`).join(', ')}])::${type} AS x`);
  const [cut] = (await readForm(type, bin)).groups;
  if (cut === undefined) throw new Error('no group');
  const ranges = await Promise.all(starts.map(async (start) => (await readForm(type, bin, `where x >= ${start}`)).where));
  const told = ranges.map((where) => (where === null ? 'NULL' : printPredicate(where)));
  const below = await Promise.all(
    starts.map(async (start) => (await readForm(type, bin, `where floor(x / ${bin}) * ${bin} < ${start}`)).where),
  );
  const cells = below.map((where) => (where === null ? 'NULL' : `NOT (${printPredicate(where)})`));
  const sql = `SELECT CAST(x AS VARCHAR), CAST(${printCut(cut)} AS VARCHAR), ${printKey(cut)}, [${told.join(', ')}] = [${cells.join(', ')}] FROM data`;
  return (await connection.runAndReadAll(sql)).getRows() as [string, string, string, boolean][];
}

const whole = (min: bigint, max: bigint): fc.Arbitrary<string> =>
  fc.oneof(fc.bigInt({ min, max }), fc.constantFrom(min, min + 1n, max), fc.bigInt({ min: -40n > min ? -40n : min, max: 40n })).map(String);
const fixed = (digits: number, scale: number): fc.Arbitrary<string> =>
  fc
    .oneof(fc.bigInt({ min: -(10n ** BigInt(digits)) + 1n, max: 10n ** BigInt(digits) - 1n }), fc.bigInt({ min: -99n, max: 99n }))
    .map((n) => {
      const size = (n < 0n ? -n : n).toString().padStart(scale + 1, '0');
      return `${n < 0n ? '-' : ''}${size.slice(0, size.length - scale)}.${size.slice(size.length - scale)}`;
    });

const bins = fc.constantFrom('10', '7', '1', '0.1', '0.25', '2.5', '0.3', '0.05', '1000000000');
const types: Readonly<Record<string, fc.Arbitrary<string>>> = {
  TINYINT: whole(-128n, 127n),
  UTINYINT: whole(0n, 255n),
  INTEGER: whole(-(2n ** 31n), 2n ** 31n - 1n),
  BIGINT: whole(-(2n ** 63n), 2n ** 63n - 1n),
  UBIGINT: whole(0n, 2n ** 64n - 1n),
  'DECIMAL(4,1)': fixed(4, 1),
  'DECIMAL(18,2)': fixed(18, 2),
  'DECIMAL(18,9)': fixed(18, 9),
  'DECIMAL(38,4)': fixed(36, 4),
};

test.each(Object.entries(types))(
  'a number of the type %s is in the cell that exact arithmetic says, and a range cuts between the same cells',
  async (type, values) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(values, { minLength: 20, maxLength: 60, size: 'max' }),
        bins,
        fc.array(fc.integer({ min: -30, max: 30 }), { minLength: 3, maxLength: 3 }),
        async (some, bin, at) => {
          const starts = at.map((n) => startOf(String(Number((n * Number(bin)).toFixed(2))), bin));
          for (const [text, cell, key, agrees] of await divide(type, bin, some, starts)) {
            expect([text, cell]).toEqual([text, startOf(text, bin)]);
            expect([text, key, agrees]).toEqual([text, cell, true]);
          }
        },
      ),
      { numRuns: 12, seed: 7 },
    );
  },
);

test.each([
  ['DOUBLE', 13, 1e9],
  ['FLOAT', 6, 999],
])('a number of the type %s is in the cell of the decimal that it is written as, at its very start too', async (type, digits, most) => {
  const near = fc.record({ n: fc.integer({ min: -300, max: 300 }), by: fc.constantFrom(0, 0, 0, 1, -1, 3) });
  const drawn = fc.double({ min: -most, max: most, noNaN: true }).map((x) => String(Number(x.toPrecision(digits))));
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(near, drawn), { minLength: 30, maxLength: 60, size: 'max' }),
      fc.constantFrom('10', '7', '0.1', '0.25', '2.5', '0.3', '0.05', '0.7'),
      async (some, bin) => {
        const values = some.map((value) =>
          typeof value === 'string' ? value : String(Number((value.n * Number(bin) + value.by * 10 ** -(digits - 4)).toPrecision(digits))),
        );
        const starts = [-3, 1, 3, 6, 7].map((n) => startOf(String(Number((n * Number(bin)).toFixed(2))), bin));
        for (const [text, cell, key, agrees] of await divide(
          type,
          bin,
          values.filter((value) => Number(value) === 0 || Math.abs(Number(value)) > 0.001),
          starts,
        )) {
          expect([text, cell]).toEqual([text, startOf(text, bin)]);
          expect([text, key, agrees]).toEqual([text, cell, true]);
        }
      },
    ),
    { numRuns: 40, seed: 11 },
  );
});

test('what division in floating point would put one cell too low is where a reader looks for it', async () => {
  const cells = await divide('DOUBLE', '0.1', ['0.3', '0.6', '0.7', '1.1', '0.29999999999', '-0.3', '1e300', '-0.0'], ['0.3']);
  expect(cells.map(([, cell]) => cell)).toEqual(['0.3', '0.6', '0.7', '1.1', '0.2', '-0.3', null, '0.0']);
});

test('a number of fixed point with more digits than can be divided is in no cell, whatever stands beside it', async () => {
  const values = ['9'.repeat(38), '12'];
  expect((await divide('DECIMAL(38,0)', '0.1', values, [])).map(([, cell]) => cell)).toEqual([null, '12.0']);
});

test('the public cells of a domain are named as the engine names them, and shown as it shows them', async () => {
  for (const [type, bin, from, to] of [
    ['DOUBLE', '0.1', '-0.3', '1.2'],
    ['DECIMAL(9,2)', '0.25', '-1', '1'],
    ['DECIMAL(9,2)', '5', '-10', '20'],
    ['BIGINT', '10', '-30', '40'],
  ] as const) {
    const domain = { from, to };
    const ground = {
      rule: AnalysisRule.parse({ dimensions: [{ column: 'x', grain: { bin: Number(bin) }, domain }], measures: [], entity: null }),
      columns: [{ name: 'x', type }],
    };
    const places = placesOf({ column: 'x', grain: { bin, of: type } }, ground, 100) ?? [];
    const cells = await divide(
      type,
      bin,
      places.map(({ shown }) => String(shown)),
      [],
    );
    expect(places.map(({ key }) => key)).toEqual(cells.map(([, , key]) => key));
    expect(places.map(({ shown }) => String(shown))).toEqual(cells.map(([, cell]) => cell));
  }
});
