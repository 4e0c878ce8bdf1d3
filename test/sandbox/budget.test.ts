import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import * as fc from 'fast-check';
import { AnalysisRule } from '../../contracts/analysis-rule.ts';
import { accountsOf, affordable, costOf, payments, statisticsOf } from '../../functions/sandbox/budget.ts';
import { gridOf } from '../../functions/sandbox/domains.ts';
import type { Cell, QueryResult } from '../../functions/sandbox/engine.ts';
import type { Form, Ground } from '../../functions/sandbox/form.ts';
import { compile } from '../../functions/sandbox/gate.ts';
import { addNoise, chanceOf, type Chance } from '../../functions/sandbox/noise.ts';
import { noise, sensitivityOf } from '../../functions/sandbox/noised.ts';
import { openParser } from '../../functions/sandbox/parser.ts';
import { printPrivate } from '../../functions/sandbox/printing-private.ts';
import { openRecords } from '../../shared/store/records.ts';
import { openSqlite } from '../../shared/store/sqlite.ts';

const privacy = { epsilonMicro: 50_000, cellsPerEntity: 3, rowsPerCell: 4, datasetBudgetMicro: 1_000_000, buyerBudgetMicro: 600_000 };
const rule = AnalysisRule.parse({
  dimensions: [
    { column: 'g', domain: ['a', 'b', 'c', 'absent'] },
    { column: 't', grain: 'day', domain: { from: '2026-01-30', to: '2026-02-02' } },
    { column: 'h', grain: { bin: 10 }, domain: { from: '-10', to: '20' } },
  ],
  measures: [
    { column: 'v', clamp: { min: '-20', max: '100' } },
    { column: 'd', clamp: { min: '0', max: '12.5' } },
    { column: 'f', clamp: { min: '0', max: '7.25' } },
  ],
  entity: 'e',
  privacy,
});
const columns = [
  { name: 'g', type: 'VARCHAR' },
  { name: 't', type: 'TIMESTAMP' },
  { name: 'h', type: 'BIGINT' },
  { name: 'e', type: 'BIGINT' },
  { name: 'v', type: 'BIGINT' },
  { name: 'd', type: 'DECIMAL(18,2)' },
  { name: 'f', type: 'DOUBLE' },
];
const ground: Ground & { readonly privacy: typeof privacy } = { rule, columns, privacy };

let parser: Awaited<ReturnType<typeof openParser>>;
let connection: DuckDBConnection;
const folder = mkdtempSync(join(tmpdir(), 'budget-'));
beforeAll(async () => {
  parser = await openParser();
  connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
});
afterAll(() => {
  parser.close();
  connection.closeSync();
  rmSync(folder, { recursive: true, force: true });
});

const read = async (sql: string, of: AnalysisRule = rule): Promise<Form> => {
  const compiled = await compile(sql, of, columns, parser.parse);
  if ('refused' in compiled) throw new Error(`${compiled.refused}: ${sql}`);
  return compiled.form;
};
const gridFor = (form: Form, most = 1000) => gridOf(form.groups, ground, most);

describe('the public grid of a question', () => {
  it('has every combination of the rule’s domains, whatever the data holds', async () => {
    const form = await read("select g, date_trunc('day', t), floor(h / 10) * 10, count(*) from data group by 1, 2, 3");
    const grid = gridFor(form) ?? [];
    expect(grid).toHaveLength(4 * 3 * 3);
    expect(grid[0]?.map(({ shown }) => shown)).toEqual(['a', '2026-01-30T00:00:00', -10]);
    expect(grid.at(-1)?.map(({ key }) => key)).toEqual(['absent', '2026-02-01 00:00:00', '10']);
  });

  it('is coarser where the question is, and too large before it is written out', async () => {
    const form = await read("select date_trunc('month', t), floor(h / 20) * 20, count(*) from data group by 1, 2");
    expect(gridFor(form)?.map((row) => row.map(({ shown }) => shown))).toEqual(
      ['2026-01-01T00:00:00', '2026-02-01T00:00:00'].flatMap((month) => [-20, 0].map((bin) => [month, bin])),
    );
    expect(gridFor(form, 3)).toBeUndefined();
  });
});

describe('the price of an answer', () => {
  it.each([
    ['select count(*) from data', 1],
    ['select count(distinct e), count(*) from data', 2],
    ['select g, sum(v) from data group by g', 3],
    ['select g, sum(v), avg(v) from data group by g', 6],
    ['select g, avg(v), avg(d), count(*) from data group by g order by 2 limit 1', 15],
    ["select g, date_trunc('day', t), count(*) from data where g in ('a') group by 1, 2", 3],
    ['select g from data group by g', 3],
  ])('of %s is %i statistics in a cell', async (sql, times) => {
    const form = await read(sql);
    expect(costOf(form, rule, privacy, gridFor(form)?.length ?? 0)).toBe(times * privacy.epsilonMicro);
  });

  it('never grows with the number of cells beyond those that one entity is in', async () => {
    const form = await read('select g, count(*) from data group by g');
    const costs = [1, 2, 3, 4, 1000].map((cells) => costOf(form, rule, privacy, cells) / privacy.epsilonMicro);
    expect(costs).toEqual([1, 2, 3, 3, 3]);
    expect(costOf(form, { ...rule, entity: null }, privacy, 1000)).toBe(privacy.epsilonMicro);
  });
});

type Row = { g: string | null; t: string; h: number; e: number | null; v: number | null; d: number | null; f: number | null };
const rows: fc.Arbitrary<Row[]> = fc.array(
  fc.record({
    g: fc.constantFrom('a', 'b', 'c', 'elsewhere', null),
    t: fc.constantFrom('2026-01-30 08:00', '2026-01-31 23:59', '2026-02-01 00:00', '2027-01-01 00:00'),
    h: fc.integer({ min: -15, max: 30 }),
    e: fc.option(fc.integer({ min: 1, max: 6 }), { freq: 8 }),
    v: fc.option(fc.integer({ min: -60, max: 300 }), { freq: 8 }),
    d: fc.option(fc.integer({ min: -10, max: 40 }), { freq: 8 }),
    f: fc.option(fc.constantFrom(-1e300, 0.1, 3.3, 1e300), { freq: 8 }),
  }),
  { maxLength: 50, size: 'max' },
);
const literal = (value: string | number | null): string =>
  value === null ? 'NULL' : typeof value === 'string' ? `'${value}'` : String(value);
async function load(data: readonly Row[]): Promise<void> {
  await connection.run('CREATE OR REPLACE TABLE data (g VARCHAR, t TIMESTAMP, h BIGINT, e BIGINT, v BIGINT, d DECIMAL(18,2), f DOUBLE)');
  const values = data.map(({ g, t, h, e, v, d, f }) => `(${[g, t, h, e, v, d, f].map(literal).join(', ')})`);
  if (values.length > 0) await connection.run(`INSERT INTO data VALUES ${values.join(', ')}`);
}
const run = async (sql: string): Promise<QueryResult> => {
  const reader = await connection.runAndReadAll(sql);
  return { columns: [], rows: reader.getRowsJson() as Cell[][] };
};
/** No noise at all: the last draw of every sample is zero. */
const silent: Chance = { below: () => 0n, happens: (part, whole) => part === whole };
const questions = [
  'select g, count(*), count(distinct e), sum(v), sum(d), sum(f) from data group by g',
  'select count(*), count(distinct e), sum(v), sum(d), sum(f) from data',
  "select g, date_trunc('month', t), floor(h / 10) * 10, count(*), count(distinct e), sum(v), sum(d), sum(f) from data group by 1, 2, 3",
  "select floor(h / 20) * 20, count(*), sum(v) from data where g in ('a', 'b') group by 1",
];

describe('what one entity changes in an answer', () => {
  it.each(questions)('is within what its noise is made for: %s', async (sql) => {
    const form = await read(sql);
    const grid = gridFor(form) ?? [];
    const statistics = statisticsOf(form);
    await fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 1, max: 6 }), async (data, gone) => {
        await load(data);
        const all = await run(printPrivate(form, ground, grid));
        await load(data.filter(({ e }) => e !== gone));
        const less = await run(printPrivate(form, ground, grid));
        const keys = form.groups.length;
        const cells = new Map<string, bigint[]>();
        for (const [answer, sign] of [
          [all, 1n],
          [less, -1n],
        ] as const)
          for (const row of answer.rows) {
            const key = JSON.stringify(row.slice(0, keys));
            const before = cells.get(key);
            cells.set(
              key,
              row.slice(keys).map((value, index) => (before?.[index] ?? 0n) + sign * BigInt(String(value))),
            );
          }
        const changed = [...cells.values()].filter((differences) => differences.some((difference) => difference !== 0n));
        expect(changed.length).toBeLessThanOrEqual(keys === 0 ? 1 : privacy.cellsPerEntity);
        for (const differences of changed)
          for (const [index, difference] of differences.entries()) {
            const statistic = statistics[index];
            if (statistic === undefined) throw new Error('a column without a statistic');
            const bound = sensitivityOf(statistic, ground, privacy);
            expect(difference <= bound && -difference <= bound).toBe(true);
          }
      }),
      { numRuns: 40, seed: 20_261_124 },
    );
  });
});

describe('an answer with noise', () => {
  it('equals the data where nothing is bounded and the noise is silent, absent cells being zero', async () => {
    await load([
      { g: 'a', t: '2026-01-30 08:00', h: 1, e: 1, v: 10, d: 1.25, f: 0.5 },
      { g: 'a', t: '2026-01-30 08:00', h: 1, e: 2, v: 20, d: 2, f: 1 },
      { g: 'b', t: '2026-01-30 08:00', h: 1, e: 2, v: null, d: 0.1, f: 2 },
      { g: 'elsewhere', t: '2026-01-30 08:00', h: 1, e: 2, v: 1, d: 0.1, f: 2 },
    ]);
    const form = await read('select g, count(*) as n, sum(v), avg(v), sum(d), sum(f) from data group by g order by n desc, g');
    const grid = gridFor(form) ?? [];
    const answer = noise(form, ground, grid, await run(printPrivate(form, ground, grid)), silent);
    expect(answer.rows).toEqual([
      ['a', 2, 30, '15', '3.25', '1.5'],
      ['b', 1, 0, null, '0.1', '2'],
      ['absent', 0, 0, null, '0', '0'],
      ['c', 0, 0, null, '0', '0'],
    ]);
    expect(answer.columns.map(({ type }) => type)).toEqual([
      'VARCHAR',
      'BIGINT',
      'DECIMAL(38,0)',
      'DECIMAL(38,6)',
      'DECIMAL(38,2)',
      'DECIMAL(38,6)',
    ]);
  });

  it('shows the same cells whether or not anybody is in them, orders by what is shown and limits last', async () => {
    const form = await read('select g, count(*) as n, count(distinct e) from data group by g order by n desc limit 3');
    const grid = gridFor(form) ?? [];
    await load([]);
    const answer = noise(form, ground, grid, await run(printPrivate(form, ground, grid)), chanceOf());
    expect(answer.rows).toHaveLength(3);
    const counts = answer.rows.map((row) => Number(row[1]));
    expect(counts).toEqual(counts.toSorted((a, b) => b - a));
    expect(counts.every(Number.isSafeInteger)).toBe(true);
  });

  it('is not made exact by an average beside its sum: both tell of one draw', async () => {
    await load(Array.from({ length: 6 }, (_, n) => ({ g: 'a', t: '2026-01-30 08:00', h: 1, e: n, v: 10, d: null, f: null })));
    const form = await read('select sum(v), avg(v), sum(v) as again from data');
    const grid = gridFor(form) ?? [];
    const [row] = noise(form, ground, grid, await run(printPrivate(form, ground, grid)), chanceOf()).rows;
    expect(row?.[0]).toBe(row?.[2]);
  });
});

describe('the accounts of ε', () => {
  const open = () => openSqlite({ file: join(folder, `${Math.random()}.sqlite`) });

  /** One payment as an action makes it: read what is left, declare the effects, commit them at once; again where another has opened an account. */
  const pay = async (records: ReturnType<typeof openRecords>, contract: string, cost: number, event: string): Promise<string> => {
    for (;;) {
      const accounts = await Promise.all(
        accountsOf({ resources: ['resource-1'], resourceMicro: 900_000, product: 'product-1', entitlement: contract }, privacy).map(
          async (account) => ({ ...account, left: await records.left(account.id) }),
        ),
      );
      if (!affordable(accounts, cost)) return 'refused';
      const effects = payments(accounts, cost, 'budget_exhausted');
      const refused = await records.commit({
        writes: [],
        allows: effects.flatMap((each) => ('allow' in each ? [{ id: each.allow, amount: each.amount }] : [])),
        takes: effects.flatMap((each) => ('take' in each ? [{ id: each.take, amount: each.amount, event, or: each.or }] : [])),
      });
      if (refused === undefined) return 'paid';
      if (refused !== 'already_exists') return 'refused';
    }
  };

  it('are never overspent by 200 who spend at once, and are spent to the last', async () => {
    const store = open();
    const records = openRecords(store.table('records'), { reactionsTo: () => [] });
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, (_, n) =>
        pay(records, `contract-${n % 4}`, 7_000, `query.q${n}.1`).then((came) => [n % 4, came] as const),
      ),
    );
    const paid = outcomes.filter(([, came]) => came === 'paid').length;
    expect(paid).toBe(Math.floor(900_000 / 7_000));
    expect(await records.left('epsilon#resource#resource-1')).toBe(900_000 - paid * 7_000);
    expect(await records.left('epsilon#product#product-1')).toBe(privacy.datasetBudgetMicro - paid * 7_000);
    for (const contract of [0, 1, 2, 3]) {
      const own = outcomes.filter(([whose, came]) => whose === contract && came === 'paid').length;
      const left = await records.left(`epsilon#entitlement#contract-${contract}`);
      expect(left ?? privacy.buyerBudgetMicro).toBe(privacy.buyerBudgetMicro - own * 7_000);
    }
    store.close();
  });

  it('are two: what one buyer may spend is less than all, and two buyers together spend no more than the data has', async () => {
    const store = open();
    const records = openRecords(store.table('records'), { reactionsTo: () => [] });
    expect(await pay(records, 'one', 600_000, 'query.a.1')).toBe('paid');
    expect(await pay(records, 'one', 1, 'query.b.1')).toBe('refused');
    expect(await pay(records, 'two', 300_001, 'query.c.1')).toBe('refused');
    expect(await records.left('epsilon#entitlement#two')).toBeUndefined();
    expect(await pay(records, 'two', 300_000, 'query.d.1')).toBe('paid');
    expect(await pay(records, 'three', 1, 'query.e.1')).toBe('refused');
    store.close();
  });

  it('do not make the mean of repeated answers exact: what a buyer can spend bounds how near it comes', async () => {
    const form = await read('select count(*) from data');
    const times = Math.floor(privacy.buyerBudgetMicro / costOf(form, rule, privacy, 1));
    expect(times).toBe(12);
    // A mean of 12 draws of scale 4 / 0.05 = 80 has a standard deviation of 80 √2 / √12 ≈ 33: far more than one entity's rows.
    const chance = chanceOf();
    const means = Array.from({ length: 60 }, () => {
      const drawn = Array.from({ length: times }, () => addNoise(chance, 1_000n, 4n, privacy.epsilonMicro));
      return Math.abs(Number(drawn.reduce((a, b) => a + b, 0n)) / times - 1_000);
    });
    expect(means.filter((off) => off > 4).length).toBeGreaterThan(30);
  });
});
