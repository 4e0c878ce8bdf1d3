import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DuckDBConnection } from '@duckdb/node-api';
import { DuckDBInstance } from '@duckdb/node-api';
import * as fc from 'fast-check';
import { AnalysisRule } from '../../contracts/analysis-rule.ts';
import { cellsOf } from '../../functions/sandbox/cells.ts';
import { askedOf, countSurplus, printAtoms, relatedTo, type Asked } from '../../functions/sandbox/differences.ts';
import { checksOf, exportLimits } from '../../functions/sandbox/export-checks.ts';
import { layOut } from '../../functions/sandbox/export-file.ts';
import { printLink, readLink, type Link } from '../../functions/sandbox/export-links.ts';
import type { Form } from '../../functions/sandbox/form.ts';
import { compile } from '../../functions/sandbox/gate.ts';
import { openParser } from '../../functions/sandbox/parser.ts';
import { printForm, printUnsuppressed } from '../../functions/sandbox/printing.ts';

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

const columns = [
  { name: 'g', type: 'VARCHAR' },
  { name: 'h', type: 'VARCHAR' },
  { name: 'e', type: 'BIGINT' },
  { name: 'v', type: 'DECIMAL(9,2)' },
];
const rule = AnalysisRule.parse({
  dimensions: [{ column: 'g' }, { column: 'h' }],
  measures: [{ column: 'v' }],
  entity: 'e',
  minEntities: 3,
  dominancePercent: 60,
});
const ground = { rule, columns };
type Row = readonly [g: string, h: string, e: number | null, v: number | null];
const table = async (rows: readonly Row[]): Promise<void> => {
  await connection.run('CREATE OR REPLACE TABLE data (g VARCHAR, h VARCHAR, e BIGINT, v DECIMAL(9,2))');
  if (rows.length > 0)
    await connection.run(`INSERT INTO data VALUES ${rows.map(([g, h, e, v]) => `('${g}', '${h}', ${e}, ${v})`).join(', ')}`);
};
const answer = async (sql: string) => {
  const reader = await connection.runAndReadAll(sql);
  const types = reader.columnTypes();
  return { columns: reader.columnNames().map((name, n) => ({ name, type: String(types[n]) })), rows: cellsOf(reader) };
};
const formOf = async (sql: string): Promise<Form> => {
  const compiled = await compile(sql, rule, columns, parser.parse);
  if ('refused' in compiled) throw new RangeError(compiled.refused);
  return compiled.form;
};

describe('a file before its review', () => {
  const rows = fc.array(
    fc.tuple(
      fc.constantFrom('a', 'b'),
      fc.constantFrom('x', 'y'),
      fc.option(fc.integer({ min: 1, max: 6 }), { freq: 8 }),
      fc.option(fc.integer({ min: -50, max: 500 }), { freq: 8 }),
    ),
    { maxLength: 40 },
  );
  const questions = ['g, count(*)', 'g, h, sum(v)', 'g, count(distinct e), avg(v)'] as const;

  it('holds every cell, and says of each exactly whether the gate alone would have let it out', async () => {
    await fc.assert(
      fc.asyncProperty(rows, fc.constantFrom(...questions), async (data, select) => {
        await table(data);
        const form = await formOf(
          `SELECT ${select} FROM data GROUP BY ${select
            .split(', ')
            .filter((part) => part.length === 1)
            .join(', ')}`,
        );
        const whole = await answer(printUnsuppressed(form, ground));
        const width = form.outputs.length;
        const passing = whole.rows.filter((row) => Number(row[width]) >= rule.minEntities && row[width + 1] === false);
        expect(passing.map((row) => row.slice(0, width))).toEqual((await answer(printForm(form, ground))).rows);
        const cells = new Set(data.map((row) => (select.includes('h') ? `${row[0]}${row[1]}` : row[0])));
        expect(whole.rows).toHaveLength(cells.size);
      }),
      { numRuns: 40 },
    );
  });

  it('is written with numbers as numbers, texts safe for spreadsheets, and floating point in seven digits', async () => {
    await table([
      ['=1+1', 'x', 1, -12.5],
      ['=1+1', 'x', 2, 1],
      ['b', 'x', 3, 2],
    ]);
    const form = await formOf('SELECT g, sum(v) AS total, avg(v) AS mean FROM data GROUP BY g ORDER BY g');
    const file = layOut(form, await answer(printUnsuppressed(form, ground)));
    expect(file.csv).toBe("\uFEFFg,total,mean\r\n'=1+1,-11.50,-5.75\r\nb,2.00,2\r\n");
    expect(file.entities).toEqual([2, 1]);
    expect(file.columns.map(({ measured }) => measured)).toEqual([false, true, true]);
  });

  const file = (entities: readonly number[], over: object = {}) => ({ columns: [], csv: 'x', entities, dominated: 0, ...over });
  const looked = { rule: { minEntities: 10 }, isPersonal: true, compared: 0, surplus: 0 };
  const levelOf = (test: string, of: Partial<Parameters<typeof checksOf>[0]> & { file: ReturnType<typeof file> }) =>
    checksOf({ ...looked, ...of }).find((check) => check.test === test);

  it('is stopped by one person’s cell, by a personal column, by a difference, by its size; other small cells are for people', () => {
    expect(levelOf('SMALL_CELLS', { file: file([9, 20, 3]) })).toMatchObject({ level: 'WARN', affected: 2, among: 3 });
    expect(levelOf('SMALL_CELLS', { file: file(Array<number>(exportLimits.smallCells + 1).fill(5)) })?.level).toBe('BLOCK');
    expect(levelOf('RE_IDENTIFICATION', { file: file([9, 1]) })).toMatchObject({ level: 'BLOCK', affected: 1, smallest: 1 });
    expect(levelOf('RE_IDENTIFICATION', { file: file([9, 1]), isPersonal: false })?.level).toBe('WARN');
    const named = { columns: [{ name: '姓名', measured: false, personal: 'name' }] };
    expect(levelOf('PERSONAL_INFORMATION', { file: file([20], named) })?.level).toBe('BLOCK');
    for (const surplus of [1, null]) expect(levelOf('DIFFERENCING', { file: file([20]), surplus })?.level).toBe('BLOCK');
    expect(levelOf('SIZE', { file: file([20], { csv: 'x'.repeat(exportLimits.bytes + 1) }) })?.level).toBe('BLOCK');
    expect(checksOf({ ...looked, file: file([20]) }).map(({ level }) => level)).toEqual([...Array<string>(6).fill('PASS'), 'NOT_RUN']);
    expect(checksOf({ ...looked, file: file([]) }).map(({ level }) => level)).not.toContain('BLOCK');
  });
});

const surplusOf = async (earlier: readonly string[], sql: string): Promise<number | null> => {
  const forms = await Promise.all(earlier.map(formOf));
  const asked: Asked = { ...askedOf(await formOf(sql), rule), whole: true };
  const related = relatedTo(
    asked,
    forms.map((form) => askedOf(form, rule)),
  );
  return countSurplus(asked, related, related.length > 0 ? (await answer(printAtoms(asked, related))).rows : []);
};

describe('a file beside what was released before', () => {
  const people = (g: string, h: string, count: number, from: number): Row[] =>
    Array.from({ length: count }, (_, n) => [g, h, from + n, 10]);

  it('tells nothing more where it repeats them, or where what is left is large', async () => {
    await table([...people('a', 'x', 5, 1), ...people('a', 'y', 4, 10), ...people('b', 'x', 2, 20)]);
    expect(await surplusOf([], 'SELECT g, h, sum(v) FROM data GROUP BY g, h')).toBe(0);
    expect(await surplusOf(['SELECT g, sum(v) FROM data GROUP BY g'], "SELECT g, sum(v) FROM data WHERE h IN ('x') GROUP BY g")).toBe(0);
  });

  it('tells more where the difference is of few, and counts not what stands in the file itself', async () => {
    await table([...people('a', 'x', 5, 1), ...people('a', 'y', 2, 10), ...people('b', 'x', 2, 20)]);
    const total = ['SELECT g, sum(v) FROM data GROUP BY g'];
    expect(await surplusOf(total, "SELECT g, sum(v) FROM data WHERE h IN ('x') GROUP BY g")).toBe(1);
    expect(await surplusOf(total, 'SELECT g, h, sum(v) FROM data GROUP BY g, h')).toBe(0);
    // A small cell that stands in the file leaves another small one of an earlier sum.
    await table([...people('a', 'x', 2, 1), ...people('a', 'y', 2, 10)]);
    expect(await surplusOf(total, "SELECT g, sum(v) FROM data WHERE h IN ('x') GROUP BY g")).toBe(1);
  });
});

describe('a file beside what was released before, where one person has nearly all of a part', () => {
  const paid = (h: string, from: number, sums: readonly number[]): Row[] => sums.map((sum, n) => ['a', h, from + n, sum]);
  const wealthy = paid('x', 1, [1000, 10, 10, 10, 10, 10]);
  const others = paid(
    'y',
    100,
    Array.from({ length: 200 }, () => 10),
  );
  const total = ['SELECT g, sum(v) FROM data GROUP BY g'];
  const rest = "SELECT g, sum(v) FROM data WHERE h IN ('y') GROUP BY g";

  it('tells more where the difference is nearly theirs alone, and nothing where it is spread', async () => {
    await table([...wealthy, ...others]);
    expect(await surplusOf(total, rest)).toBe(1);
    expect(await surplusOf([], rest)).toBe(0);
    await table([...paid('x', 1, [10, 10, 10, 10, 10, 10]), ...others]);
    expect(await surplusOf(total, rest)).toBe(0);
  });
});

describe('a link to a file', () => {
  const link: Link = {
    request: 'request-1',
    contract: 'contract-1',
    org: 'bank',
    person: 'someone',
    until: '2026-11-23T02:15:00.000Z',
    once: '4e3fd2ac-6b1a-4a55-9f3c-0d6d5b6f1a11',
  };
  const token = printLink('secret', link);
  const at = (time: string) => new Date(`2026-11-23T${time}Z`);

  it('is read by whoever has signed it, until its last instant', () => {
    expect(readLink('secret', token, at('02:14:59.999'))).toEqual(link);
    expect(readLink('secret', token, at('02:15:00.000'))).toBeUndefined();
    expect(readLink('other', token, at('02:00:00.000'))).toBeUndefined();
  });

  it('is no link once a character of it was changed', () => {
    fc.assert(
      fc.property(fc.nat({ max: token.length - 1 }), fc.constantFrom('A', '.', '_', ''), (place, by) => {
        fc.pre(token[place] !== by);
        expect(readLink('secret', token.slice(0, place) + by + token.slice(place + 1), at('02:00:00.000'))).toBeUndefined();
      }),
    );
  });
});
