import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DuckDBInstance } from '@duckdb/node-api';
import * as fc from 'fast-check';
import { AnalysisRule } from '../../contracts/analysis-rule.ts';
import { answer } from '../../functions/sandbox/answering.ts';
import type { Cell, Engine } from '../../functions/sandbox/engine.ts';
import { openEngine } from '../../functions/sandbox/engine.ts';
import type { JoinList } from '../../functions/sandbox/form.ts';
import { openLists } from '../../functions/sandbox/join-lists.ts';
import { admitKeys } from '../../functions/sandbox/list-admission.ts';
import { listBytes, readKeys } from '../../functions/sandbox/list-keys.ts';
import { openParser } from '../../functions/sandbox/parser.ts';
import { plan } from '../../functions/sandbox/planning.ts';
import { quoteText, viewOf } from '../../functions/sandbox/predicate-printing.ts';
import { openFiles } from '../../shared/blobs/files.ts';
import { openSqlite } from '../../shared/store/sqlite.ts';

/** 30 schools of 20 pupils in three districts; the pupil of one more school is the only one of it. */
const rows = `SELECT 'd' || (s % 3) AS district, 'S' || s AS school, s * 100 + p AS pupil, (s * 7 + p) % 40 AS marks FROM range(30) s(s), range(20) p(p)
  UNION ALL SELECT 'd0', 'S900', 90000, 39`;
const columns = [
  { name: 'district', type: 'VARCHAR' },
  { name: 'school', type: 'VARCHAR' },
  { name: 'pupil', type: 'BIGINT' },
  { name: 'marks', type: 'BIGINT' },
];
const rule = AnalysisRule.parse({
  dimensions: [{ column: 'district' }],
  measures: [{ column: 'marks', clamp: { min: '0', max: '100' } }],
  entity: 'pupil',
  minEntities: 5,
  joinable: ['school'],
});

let folder: string;
let data: string;
let engine: Engine;
let parser: Awaited<ReturnType<typeof openParser>>;
let world: ReturnType<typeof openWorld>;

const plain = async (sql: string): Promise<readonly (readonly Cell[])[]> => {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run(`CREATE VIEW data AS FROM read_parquet(${quoteText(data)})`);
  const found = (await connection.runAndReadAll(sql)).getRowsJson();
  connection.closeSync();
  return found.map((row) => row.map((cell) => (typeof cell === 'string' && /^[0-9]+$/.test(cell) ? Number(cell) : (cell as Cell))));
};

/** A resource of which nothing was told, and whoever brings lists to it and asks. */
const openWorld = () => {
  const store = openSqlite({ file: ':memory:' });
  const lists = openLists(store.table('lists'), openFiles({ folder }));
  const files = new Map<string, string>();
  let asked = 0;
  const bring = async (name: string, keys: readonly string[], column = 'school', under = rule): Promise<JoinList | undefined> => {
    const place = await mkdtemp(join(folder, 'list-'));
    const found = await admitKeys(
      { keys, column, rule: under, columns, data, resource: 'r', secret: 's' },
      { lists, engine, folder: place },
    );
    if (found) files.set(viewOf(found.version), found.file);
    return found && { name, column, version: found.version };
  };
  const ask = async (sql: string, known: readonly (JoinList | undefined)[]): Promise<readonly (readonly Cell[])[] | string> => {
    const planned = await plan(sql, rule, columns, parser.parse, async (name) =>
      known.flatMap((list) => (list?.name === name ? [list] : [])),
    );
    if ('refused' in planned) return planned.refused;
    asked += 1;
    const limits = { deadlineMs: 30_000, memoryBytes: 1_000_000_000, threads: 2, rows: 100_000, bytes: 64_000_000 };
    const told = await answer(
      {
        id: String(asked),
        planned,
        ground: { rule, columns },
        resource: 'r',
        object: 'o',
        run: (text, _conditions, most) =>
          engine.runQuery({ sql: text, files: { ...Object.fromEntries(files), data }, limits: { ...limits, ...most } }),
      },
      { memory: store.table('releases'), stored: async () => undefined, pay: async () => undefined, pace: async (least = 0) => least },
    );
    return 'refused' in told ? told.refused : told.result.rows;
  };
  return { bring, ask, close: () => store.close() };
};

const schools = (from: number, count: number) => Array.from({ length: count }, (_, n) => `S${from + n}`);
const joined = (name: string, shown = 'sum(marks)') => `SELECT ${shown} FROM data JOIN ${name} ON data.school = ${name}.key`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'joining-'));
  data = join(folder, 'data.parquet');
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run(`COPY (${rows}) TO ${quoteText(data)} (FORMAT parquet)`);
  connection.closeSync();
  engine = openEngine({ spares: 1 });
  parser = await openParser();
});
beforeEach(() => {
  world = openWorld();
});
afterAll(async () => {
  engine.close();
  parser.close();
  await rm(folder, { recursive: true, force: true });
});

describe('a question that is joined with a list', () => {
  it('is answered as plain DuckDB answers a join with it, whatever else stands in the list and however often', async () => {
    const keys = fc.uniqueArray(fc.integer({ min: 0, max: 29 }), { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(keys, async (numbers) => {
        const fresh = openWorld();
        const list = numbers.map((n) => `S${n}`);
        const brought = await fresh.bring('mine', ['nobody', ...list, ...list, "x'); DROP TABLE data; --"]);
        const shown = 'district, count(*), count(DISTINCT pupil), sum(marks)';
        const tail = 'GROUP BY district ORDER BY district';
        const values = list.map((key) => `('${key}')`).join(', ');
        expect(await fresh.ask(`${joined('mine', shown)} ${tail}`, [brought])).toEqual(
          await plain(`SELECT ${shown} FROM data JOIN (VALUES ${values}) mine(key) ON data.school = mine.key ${tail}`),
        );
        fresh.close();
      }),
      { numRuns: 4 },
    );
  });

  it('is refused where the list is unknown, is not for this column, or is more than a condition on rows', async () => {
    const mine = await world.bring('mine', schools(0, 5));
    expect(await world.ask(joined('theirs'), [mine])).toBe('list_unknown');
    expect(await world.ask('SELECT count(*) FROM data JOIN mine ON data.district = mine.key', [mine])).toBe('join_column_not_allowed');
    expect(await world.ask(joined('mine', 'mine.key, count(*)'), [mine])).toBe('list_column_not_allowed');
    expect(await world.ask(`SELECT count(*) FROM data LEFT JOIN mine ON data.school = mine.key`, [mine])).toBe('join_outer_not_allowed');
  });
});

describe('one pupil, alone in a school', () => {
  const difference = async (first: string, second: string, lists: readonly (JoinList | undefined)[]): Promise<unknown> => {
    const answers = [await world.ask(first, lists), await world.ask(second, lists)];
    const [a, b] = answers.map((told) => (typeof told === 'string' ? undefined : told[0]?.[0]));
    return a === undefined || b === undefined ? undefined : Math.abs(Number(a) - Number(b));
  };

  it.each([
    ['with the school and without it', 10, joined('whole'), joined('part')],
    ['without it, then with it', 10, joined('part'), joined('whole')],
    ['without it and by no list at all', 30, joined('part'), 'SELECT sum(marks) FROM data'],
    ['by districts with and without it', 10, `${joined('whole', 'sum(marks), district')} GROUP BY district`, joined('part')],
  ])('is not told of by lists %s', async (_name, count, first, second) => {
    const brought: (JoinList | undefined)[] = [await world.bring('part', schools(0, count))];
    if (first.includes('whole') || second.includes('whole')) brought.push(await world.bring('whole', [...schools(0, count), 'S900']));
    expect(await difference(first, second, brought)).toBeUndefined();
  });

  it('is not told of where the lists are of two buyers who ask at once', async () => {
    const lists = [await world.bring('whole', [...schools(0, 10), 'S900']), await world.bring('part', schools(0, 10))];
    const both = await Promise.all([world.ask(joined('whole'), lists), world.ask(joined('part'), lists)]);
    expect(both.filter((told) => told === 'query_failed')).toHaveLength(1);
  });

  it('hides no honest answer: lists that differ by whole schools are both answered', async () => {
    const lists = [await world.bring('ten', schools(0, 10)), await world.bring('twelve', schools(0, 12))];
    expect(await difference(joined('ten'), joined('twelve'), lists)).toEqual(expect.any(Number));
  });
});

describe('a list of those whom the cells protect', () => {
  const privacy = { epsilonMicro: 1000, cellsPerEntity: 2, rowsPerCell: 5, datasetBudgetMicro: 900_000, buyerBudgetMicro: 100_000 };
  const noised = AnalysisRule.parse({
    ...rule,
    dimensions: [{ column: 'district', domain: ['d0', 'd1', 'd2'] }],
    privacy,
    joinable: ['pupil'],
  });
  const pupils = (count: number) => Array.from({ length: count }, (_, n) => String(n));

  it('is admitted by how many of them stand in the data, and beside lists that differ by enough', async () => {
    expect(await world.bring('mine', pupils(4), 'pupil', noised)).toBeUndefined();
    expect(await world.bring('mine', pupils(20), 'pupil', noised)).toBeDefined();
    expect(await world.bring('mine', pupils(19), 'pupil', noised)).toBeUndefined();
    expect(await world.bring('mine', [...pupils(20), '77777', '88888'], 'pupil', noised)).toBeDefined();
  });

  it('is admitted under noise only', async () => {
    const planned = await plan('SELECT count(*) FROM data', { ...rule, joinable: ['pupil'] }, columns, parser.parse);
    expect(planned).toMatchObject({ refused: 'rule_join_privacy_required', about: 'pupil' });
  });
});

describe('a list as it is put up', () => {
  const read = async (content: string | Buffer) => {
    const path = join(folder, 'keys.txt');
    await writeFile(path, content);
    return readKeys(path);
  };

  it('has a key a line, blanks and repetitions aside', async () => {
    expect(await read('\uFEFFS1\r\n\r\n  S2 \nS1\n海陵\n')).toEqual(['S1', 'S2', '海陵']);
  });

  it.each([
    ['nothing in it', '\n \n', { refused: 'list_missing' }],
    ['another encoding', Buffer.from([0x61, 0x0a, 0xba, 0xa3]), { refused: 'list_unreadable' }],
    ['a control character', 'S1\nS\u00002\n', { refused: 'list_unreadable', line: 2 }],
    ['a key too long', `S1\n${'x'.repeat(201)}\n`, { refused: 'list_unreadable', line: 2 }],
    ['too many keys', Array.from({ length: 100_002 }, (_, n) => n).join('\n'), { refused: 'list_too_long', line: 100_001 }],
    ['too many bytes', 'x\n'.repeat(listBytes / 2 + 1), { refused: 'list_too_long' }],
  ])('is refused with %s, by the line where there is one', async (_name, content, refusal) => {
    expect(await read(content)).toEqual(refusal);
  });
});
