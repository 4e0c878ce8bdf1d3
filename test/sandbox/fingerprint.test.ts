import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { csvOf } from '../../shared/edge/csv.ts';
import { readCsv } from '../../functions/sandbox/csv-rows.ts';
import { fingerprint, fingerprintKey, readNumber } from '../../functions/sandbox/fingerprint.ts';
import { trace, type Sheet, type Suspect } from '../../functions/sandbox/tracing.ts';

const columns = [
  { name: '区县', measured: false, personal: null },
  { name: '月份', measured: false, personal: null },
  { name: '户数', measured: true, personal: null },
  { name: '金额', measured: true, personal: null },
  { name: '均值', measured: true, personal: null },
];
const header = columns.map(({ name }) => name);
const secret = 's'.repeat(32);
const suspects: readonly Suspect[] = Array.from({ length: 12 }, (_, n) => ({
  contract: `contract-${n}`,
  key: fingerprintKey(secret, `contract-${n}`),
}));
const keyOf = (n: number): string => suspects[n]?.key ?? '';

/** A file of districts and months; a generator of its own, so that a shrunk seed is a smaller file and not a simpler one. */
const fileOf = (rows: number, seed: number): Sheet => {
  let state = seed;
  const next = (below: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
  return {
    header,
    rows: Array.from({ length: rows }, (_, n) => [
      `区${n % 40}`,
      `2026-${Math.floor(n / 40)}`,
      String(next(3000)),
      `${next(9_000_000)}.${String(next(100)).padStart(2, '0')}`,
      String(1000 + next(8_999_000)),
    ]),
  };
};
const marked = (file: Sheet, n: number): Sheet => ({ header, rows: fingerprint(file.rows, columns, keyOf(n)) });
const namedIn = (original: Sheet, leaked: Sheet, renamed?: ReadonlyMap<string, string>): readonly string[] =>
  trace(original, leaked, columns, suspects, renamed)
    .traces.filter(({ named }) => named)
    .map(({ contract }) => contract)
    .toSorted();

const seeds = fc.integer({ min: 1, max: 1_000_000 });
const culprit = fc.integer({ min: 0, max: suspects.length - 1 });
const pairs = fc.tuple(culprit, culprit).filter(([a, b]) => a !== b);
/** What is drawn for each cell of a file, without a number of its own to shrink. */
const chances =
  (seed: number) =>
  (row: number, column: number): number => {
    const x = Math.sin(seed * 12.9898 + row * 78.233 + column * 37.719) * 43_758.5453;
    return x - Math.floor(x);
  };
const changed = (file: Sheet, change: (text: string, row: number, column: number) => string): Sheet => ({
  header: file.header,
  rows: file.rows.map((row, r) => row.map((text, c) => change(text, r, c))),
});

describe('the fingerprint of a buyer', () => {
  it('moves a number of 1,000 units of its last place or more by one of them at most, and nothing else at all', () => {
    fc.assert(
      fc.property(seeds, culprit, (seed, n) => {
        const file = fileOf(60, seed);
        for (const [r, row] of marked(file, n).rows.entries())
          for (const [c, text] of row.entries()) {
            const was = file.rows[r]?.[c] ?? '';
            const [before, after] = [readNumber(was), readNumber(text)];
            const may = columns[c]?.measured && before && (before.units >= 1000n || before.units <= -1000n);
            if (!may) expect(text).toBe(was);
            else {
              expect(after?.places).toBe(before.places);
              expect([-1n, 0n, 1n]).toContain((after?.units ?? 0n) - before.units);
            }
          }
      }),
      { numRuns: 10 },
    );
  });

  it('takes, leaves and adds about as often, and is another for another contract, row or column', () => {
    const file = { header, rows: Array.from({ length: 3000 }, (_, n) => [`区${n}`, '2026', '5000', '5000.00', '5000']) };
    const [one, other] = [marked(file, 0), marked(file, 1)];
    const units = (sheet: Sheet, column: number) => sheet.rows.map((row) => readNumber(row[column] ?? '')?.units ?? 0n);
    for (const mark of [4999n, 5000n, 5001n]) {
      const share = units(one, 2).filter((each) => each === mark).length / 3000;
      expect(Math.abs(share - 1 / 3)).toBeLessThan(0.05);
    }
    const agreeing = (a: readonly bigint[], b: readonly bigint[]) => a.filter((each, n) => each === b[n]).length / 3000;
    expect(Math.abs(agreeing(units(one, 2), units(other, 2)) - 1 / 3)).toBeLessThan(0.05);
    expect(Math.abs(agreeing(units(one, 2), units(one, 4)) - 1 / 3)).toBeLessThan(0.05);
  });

  it('is the same in every file under one contract, so that two downloads tell nothing of it', () => {
    const file = fileOf(80, 7);
    expect(marked(file, 3)).toEqual(marked(file, 3));
  });

  it('keeps signs, zeros after the point, and what is no number', () => {
    const rows = [
      ['a', 'b', '-1000', '-10.00', '1e9'],
      ['c', 'd', '', '999', '00012345.60'],
    ];
    const [first = [], second = []] = fingerprint(rows, columns, keyOf(0));
    expect(['-999', '-1000', '-1001']).toContain(first[2]);
    expect(['-9.99', '-10.00', '-10.01']).toContain(first[3]);
    expect(first[4]).toBe('1e9');
    expect([second[2], second[3]]).toEqual(['', '999']);
    expect(['12345.59', '00012345.60', '12345.60', '12345.61']).toContain(second[4]);
  });
});

describe('a leaked file', () => {
  it('names its buyer, and nobody else, whatever the order of rows and columns', () => {
    fc.assert(
      fc.property(seeds, culprit, (seed, n) => {
        const file = fileOf(60, seed);
        const leak = marked(file, n);
        const order = [4, 2, 0, 3, 1];
        const turned = {
          header: order.map((c) => header[c] ?? ''),
          rows: leak.rows.toReversed().map((row) => order.map((c) => row[c] ?? '')),
        };
        expect(namedIn(file, turned)).toEqual([`contract-${n}`]);
      }),
      { numRuns: 10 },
    );
  });

  it('names it after rows and columns were dropped, columns renamed, and part of the numbers rounded', () => {
    fc.assert(
      fc.property(seeds, culprit, (seed, n) => {
        const file = fileOf(200, seed);
        const chance = chances(seed);
        const rounded = changed(marked(file, n), (text, r, c) =>
          columns[c]?.measured && chance(r, c) < 0.4 ? String(Math.round(Number(text) / 1000) * 1000) : text,
        );
        const kept = rounded.rows.filter((_, r) => chance(r, 9) < 0.6).map((row) => [row[4] ?? '', row[0] ?? '', row[1] ?? '']);
        const renamed = new Map([['amount', '均值']]);
        expect(namedIn(file, { header: ['amount', '区县', '月份'], rows: kept }, renamed)).toEqual([`contract-${n}`]);
      }),
      { numRuns: 10 },
    );
  });

  it('names it by its numbers where no dimension is left', () => {
    const file = fileOf(120, 11);
    const leak = { header: ['金额', '均值'], rows: marked(file, 5).rows.map((row) => row.slice(3)) };
    expect(namedIn(file, leak)).toEqual(['contract-5']);
  });

  it('of two buyers who mixed their cells names at least one, mostly both, and never another', () => {
    let both = 0;
    fc.assert(
      fc.property(seeds, pairs, (seed, [a, b]) => {
        const file = fileOf(400, seed);
        const [left, right] = [marked(file, a), marked(file, b)];
        const chance = chances(seed);
        const names = namedIn(
          file,
          changed(left, (text, r, c) => (chance(r, c) < 0.5 ? text : (right.rows[r]?.[c] ?? ''))),
        );
        expect(names.length).toBeGreaterThan(0);
        if (names.length === 2) both += 1;
        for (const name of names) expect([`contract-${a}`, `contract-${b}`]).toContain(name);
      }),
      { numRuns: 8 },
    );
    expect(both).toBeGreaterThan(4);
  });

  it('of two buyers who averaged their numbers names at least one, mostly both, and never another', () => {
    let both = 0;
    fc.assert(
      fc.property(seeds, pairs, (seed, [a, b]) => {
        const file = fileOf(400, seed);
        const [left, right] = [marked(file, a), marked(file, b)];
        const mean = changed(left, (text, r, c) => {
          const [one, two] = [readNumber(text), readNumber(right.rows[r]?.[c] ?? '')];
          if (!columns[c]?.measured || !one || !two) return text;
          return (Number(one.units + two.units) / 2 / 10 ** one.places).toFixed(one.places + 1);
        });
        const names = namedIn(file, mean);
        expect(names.length).toBeGreaterThan(0);
        if (names.length === 2) both += 1;
        for (const name of names) expect([`contract-${a}`, `contract-${b}`]).toContain(name);
      }),
      { numRuns: 8 },
    );
    expect(both).toBeGreaterThan(4);
  });

  it('names nobody where it carries no mark, was rounded away, or is too small to tell', () => {
    const file = fileOf(200, 3);
    expect(namedIn(file, file)).toEqual([]);
    const { unmarked, cells } = trace(file, file, columns, suspects);
    expect(unmarked).toBe(cells);
    const rounded = changed(marked(file, 2), (text, _r, c) => (columns[c]?.measured ? String(Math.round(Number(text) / 1e5) * 1e5) : text));
    expect(namedIn(file, rounded)).toEqual([]);
    expect(namedIn(file, { header, rows: marked(file, 2).rows.slice(0, 2) })).toEqual([]);
    expect(namedIn(file, { header: ['x'], rows: [['1']] })).toEqual([]);
  });

  it('counts a row once, however often it was copied', () => {
    const file = fileOf(4, 5);
    const { rows } = marked(file, 1);
    const copied = { header, rows: Array.from({ length: 50 }, () => rows).flat() };
    expect(trace(file, copied, columns, suspects).cells).toBeLessThanOrEqual(12);
    expect(namedIn(file, copied)).toEqual([]);
  });
});

describe('a CSV text', () => {
  it('comes back cell by cell, whatever is in it', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\r', '\n', '区', ' ', '1') });
    const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(table, (rows) => {
        const written = rows.map((row) => row.map((exact) => ({ exact })));
        expect(readCsv(csvOf(written[0] ?? [], written.slice(1)))).toEqual(rows);
      }),
    );
  });
});
