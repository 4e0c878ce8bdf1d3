import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import * as fc from 'fast-check';
import { askedOf, relatedTo } from '../../functions/sandbox/differences.ts';
import type { Form } from '../../functions/sandbox/form.ts';
import { compile } from '../../functions/sandbox/gate.ts';
import { areDisjoint } from '../../functions/sandbox/overlap.ts';
import { openParser } from '../../functions/sandbox/parser.ts';
import { printPredicate } from '../../functions/sandbox/predicate-printing.ts';
import { identityOf, openReleases } from '../../functions/sandbox/releases.ts';
import { openSqlite } from '../../shared/store/sqlite.ts';
import { columns, rule } from './asking.ts';

let parser: Awaited<ReturnType<typeof openParser>>;
let connection: DuckDBConnection;
const folder = mkdtempSync(join(tmpdir(), 'releases-'));
const store = openSqlite({ file: join(folder, 'records.sqlite') });
let opened = 0;
const fresh = () => {
  opened += 1;
  return openReleases(store.table(`t${opened}`));
};
beforeAll(async () => {
  parser = await openParser();
  connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  await connection.run(
    `CREATE TABLE data AS SELECT d AS district, k AS kind, DATE '2025-11-01' + INTERVAL (m) MONTH AS day, a * 5 AS age, 1 AS person, 1 AS fare
      FROM (VALUES ('a'), ('b'), ('c'), (NULL)) x(d), (VALUES ('bus'), ('metro'), (NULL)) y(k), range(6) r(m), range(-1, 9) s(a)`,
  );
});
afterAll(() => {
  parser.close();
  connection.closeSync();
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const read = async (sql: string): Promise<Form> => {
  const compiled = await compile(sql, rule, columns, parser.parse);
  if ('refused' in compiled) throw new Error(`${compiled.refused}: ${sql}`);
  return compiled.form;
};
const asks = async (sql: string) => askedOf(await read(sql), rule);

describe('the release memory', () => {
  it('gives every question a place of its own, without gaps, and each sees all that stand before it', async () => {
    const { reserve } = fresh();
    const asked = await asks('select count(*) from data');
    const placed = await Promise.all(Array.from({ length: 40 }, (_, n) => reserve('r', `q${n}`, `i${n}`, asked)));
    expect(placed.map(({ place }) => place).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
    for (const { place, before } of placed)
      expect(before.map((each) => each.place)).toEqual(Array.from({ length: place - 1 }, (_, n) => n + 1));
  });

  it('keeps the place of a question whose worker was lost, and forgets nothing over many pages', async () => {
    const { reserve } = fresh();
    const asked = await asks('select count(*) from data');
    for (let n = 0; n < 510; n += 1) await reserve('r', `q${n}`, `i${n}`, asked);
    const again = await reserve('r', 'q3', 'i3', asked);
    expect(again.place).toBe(4);
    expect(again.before).toHaveLength(3);
    expect((await reserve('r', 'last', 'last', asked)).before).toHaveLength(510);
    expect((await reserve('elsewhere', 'q0', 'i0', asked)).before).toEqual([]);
  }, 30_000);

  it('writes once what became of a place', async () => {
    const { reserve, settle } = fresh();
    const asked = await asks('select district, count(*) from data group by district');
    const { place } = await reserve('r', 'q1', 'i1', asked);
    await settle('r', place, { status: 'released', hidden: ['["c"]'] });
    await settle('r', place, { status: 'refused' });
    await settle('r', 99, { status: 'refused' });
    const [first] = (await reserve('r', 'q2', 'i2', asked)).before;
    expect(first).toEqual({ place: 1, query: 'q1', identity: 'i1', status: 'released', asked: { ...asked, hidden: ['["c"]'] } });
  });

  it('takes any question that the gate accepts, however it is nested', async () => {
    const { reserve } = fresh();
    const where = `${"(kind = 'bus' or (district = 'a' and ".repeat(3)}kind = 'metro'${'))'.repeat(3)}`;
    const { place } = await reserve('r', 'q', 'i', await asks(`select count(*) from data where ${where}`));
    expect(place).toBe(1);
  });
});

describe('two texts', () => {
  it.each([
    ["district in ('a', 'b')", "district in ('b', 'a', 'b')"],
    ["district = 'a' and kind = 'bus'", "kind = 'bus' and district = 'a'"],
    ["(district = 'a' or kind = 'bus') and age < 30", "age < 30 and (kind = 'bus' or district = 'a')"],
  ])('%s and %s are one question under one rule on one object', async (one, other) => {
    const [a, b] = [await read(`select count(*) from data where ${one}`), await read(`SELECT  COUNT(*)  FROM data WHERE ${other}`)];
    expect(identityOf(a, rule, 'object')).toBe(identityOf(b, rule, 'object'));
    expect(identityOf(a, rule, 'object')).not.toBe(identityOf(a, rule, 'newer'));
    expect(identityOf(a, rule, 'object')).not.toBe(identityOf(a, { ...rule, minEntities: 50 }, 'object'));
  });
});

const condition = fc.oneof(
  fc.subarray(['a', 'b', 'c'], { minLength: 1 }).map((values) => `district in (${values.map((v) => `'${v}'`).join(', ')})`),
  fc.constantFrom('bus', 'metro').map((kind) => `kind = '${kind}'`),
  fc.tuple(fc.constantFrom('>=', '<'), fc.integer({ min: 0, max: 4 })).map(([by, n]) => `age ${by} ${n * 10}`),
  fc
    .tuple(fc.constantFrom('=', '>=', '<', '<=', '>'), fc.integer({ min: 0, max: 4 }))
    .map(([by, n]) => `floor(age / 10) * 10 ${by} ${n * 10}`),
  fc.tuple(fc.constantFrom('>=', '<'), fc.constantFrom('2025-12-01', '2026-02-01')).map(([by, day]) => `day ${by} date '${day}'`),
);
const conditions = fc.oneof(
  condition,
  fc.tuple(condition, condition).map(([a, b]) => `${a} and ${b}`),
  fc.tuple(condition, condition, condition).map(([a, b, c]) => `(${a} or ${b}) and ${c}`),
  fc.tuple(condition, condition).map(([a, b]) => `${a} or ${b}`),
);

describe('what is told from texts alone', () => {
  it('is never that two conditions exclude each other where a row fulfils both, and often where none does', async () => {
    let [told, none] = [0, 0];
    await fc.assert(
      fc.asyncProperty(conditions, conditions, async (one, other) => {
        const [a, b] = [await asks(`select count(*) from data where ${one}`), await asks(`select count(*) from data where ${other}`)];
        if (a.where === null || b.where === null) throw new Error('no condition');
        const both = `SELECT count(*) FROM data WHERE ${printPredicate(a.where)} AND ${printPredicate(b.where)}`;
        const rows = Number((await connection.runAndReadAll(both)).getRows()[0]?.[0]);
        const disjoint = areDisjoint(a.where, b.where);
        if (disjoint) expect(rows).toBe(0);
        told += disjoint ? 1 : 0;
        none += rows === 0 ? 1 : 0;
      }),
      { numRuns: 600, seed: 20_261_124 },
    );
    expect(told).toBeGreaterThan(none / 2);
    expect(none).toBeGreaterThan(30);
  }, 30_000);

  it('leaves out of a comparison what has no row and no number in common, and takes in what is linked by others', async () => {
    const [a, b, both, sum, average] = await Promise.all(
      [
        "select count(*) from data where district = 'a'",
        "select count(*) from data where district = 'b'",
        "select count(*) from data where district in ('a', 'b')",
        "select sum(fare) from data where district = 'a'",
        "select avg(fare) from data where district = 'a'",
      ].map(asks),
    );
    if (!a || !b || !both || !sum || !average) throw new Error('not asked');
    expect(relatedTo(a, [b])).toEqual([]);
    expect(relatedTo(a, [b, both])).toEqual([both, b]);
    expect(relatedTo(a, [a, a, a])).toEqual([a]);
    expect(relatedTo(a, [sum])).toEqual([]);
    expect(relatedTo(a, [average, sum])).toEqual([average]); // an average tells of a count too, and sums are another number
  });
});
