import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { DuckDBInstance } from '@duckdb/node-api';

const script = fileURLToPath(new URL('../../infra/local/gate.ts', import.meta.url));
const rule = {
  dimensions: [{ column: 'borough' }, { column: 'pickup', grain: 'day' }, { column: 'age', grain: { bin: 10 } }],
  measures: [{ column: 'fare' }],
  entity: null,
  minEntities: 5,
};

let folder: string;
const at = (name: string): string => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gate-cli-'));
  await writeFile(at('rule.json'), JSON.stringify(rule));
  const rows = Array.from(
    { length: 300 },
    (_, n) => `${n % 100 === 7 ? 'tiny' : `b${n % 2}`},2024-01-0${(n % 3) + 1},${n % 40},${n / 4},p${n % 50}`,
  );
  await writeFile(at('data.csv'), `borough,pickup,age,fare,rider\n${rows.join('\n')}\n`);
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run(`COPY (SELECT * FROM read_csv('${at('data.csv')}')) TO '${at('data.parquet')}'`);
  connection.closeSync();
});
afterAll(() => rm(folder, { recursive: true }));

async function gate(args: readonly string[], input: Iterable<string>): Promise<{ code: number | null; lines: unknown[]; err: string }> {
  const child = spawn(process.execPath, ['--no-warnings', script, ...args], { stdio: 'pipe' });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [out, err] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    pipeline(Readable.from(input), child.stdin).catch(() => undefined),
  ]);
  const lines = out.split('\n').filter((line) => line !== '');
  return { code: await ended, lines: args.includes('--help') ? lines : lines.map((line) => JSON.parse(line) as unknown), err };
}

const asked = [
  'select borough, count(*) as n from data group by borough',
  'select * from data',
  "select count(*) from data where borough = '漢'\n -- why\n and rider = 'p1'",
];

test('one verdict for each line and in its order, whatever a line holds', async () => {
  const lines = [
    ...asked.map((sql) => JSON.stringify(sql)),
    'not json',
    '',
    '42',
    '{"sql":"select 1"}',
    `"${'x'.repeat(200_000)}"`,
    '"select \\ud800"',
  ];
  const { code, lines: verdicts } = await gate(['--rule', at('rule.json')], [lines.join('\r\n')]);
  expect(code).toBe(0);
  expect(verdicts).toMatchObject([
    { sql: expect.stringContaining('"borough" AS g0') },
    { refused: 'star_not_allowed', at: { offset: 7, line: 1, column: 8, text: '*' }, zh: expect.any(String), en: expect.any(String) },
    { refused: 'column_not_allowed', at: { line: 3, column: 6, text: 'rider' } },
    ...[3, 4, 5, 6, 7].map(() => ({ refused: 'invalid_input', at: null })),
    { refused: 'control_character' },
  ]);
}, 20_000);

test.each(['data.csv', 'data.parquet'])(
  'with %s, what a buyer would get from the real engine, and of small cells nothing',
  async (file) => {
    const lines = asked.map((sql) => JSON.stringify(sql)).join('\n');
    const { code, lines: verdicts } = await gate(['--rule', at('rule.json'), '--data', at(file), '--entity', 'rider'], [lines]);
    expect(code).toBe(0);
    expect(verdicts).toHaveLength(3);
    expect(verdicts[0]).toMatchObject({
      sql: expect.stringContaining('"rider" AS entity'),
      columns: [{ name: 'borough', type: 'VARCHAR' }, { name: 'n' }],
      rows: [
        ['b0', 150],
        ['b1', 147],
      ],
    });
    // Filtering by the entity is not a matter of columns but of whom they tell about.
    expect(verdicts[2]).toMatchObject({ refused: 'entity_predicate', at: { text: 'rider' } });
  },
  20_000,
);

test('under a privacy budget, every cell of the public domain with noise, and exact values nowhere', async () => {
  const privacy = { epsilonMicro: 100_000, cellsPerEntity: 2, rowsPerCell: 6, datasetBudgetMicro: 1_000_000, buyerBudgetMicro: 1_000_000 };
  const noised = { dimensions: [{ column: 'borough', domain: ['b0', 'b1', 'nowhere'] }], measures: [], entity: 'rider', privacy };
  await writeFile(at('noised.json'), JSON.stringify(noised));
  const lines = Array.from({ length: 3 }, () => JSON.stringify(asked[0])).join('\n');
  const { code, lines: verdicts } = await gate(['--rule', at('noised.json'), '--data', at('data.parquet'), '--apart'], [lines]);
  expect(code).toBe(0);
  const rows = (verdicts as { rows: [string, number][] }[]).map((verdict) => verdict.rows);
  for (const each of rows) expect(each.map(([borough]) => borough).sort()).toEqual(['b0', 'b1', 'nowhere']);
  // Three cells three times with noise of some tens: all alike is out of the question.
  expect(new Set(rows.map((each) => JSON.stringify(each))).size).toBeGreaterThan(1);
}, 20_000);

test('the lines are one buyer’s questions in turn: the same has the same answer, the budget ends, and apart it does neither', async () => {
  // One question costs 200,000: one statistic in two cells of an entity.
  const privacy = { epsilonMicro: 100_000, cellsPerEntity: 2, rowsPerCell: 6, datasetBudgetMicro: 450_000, buyerBudgetMicro: 900_000 };
  const noised = { dimensions: [{ column: 'borough', domain: ['b0', 'b1', 'nowhere'] }], measures: [], entity: 'rider', privacy };
  await writeFile(at('small.json'), JSON.stringify(noised));
  const questions = [
    asked[0],
    asked[0],
    "select borough, count(*) from data where borough = 'b0' group by borough",
    'select count(*) from data',
    asked[0],
  ];
  const lines = questions.map((sql) => JSON.stringify(sql)).join('\n');
  const args = ['--rule', at('small.json'), '--data', at('data.parquet')];
  const { lines: verdicts } = await gate(args, [lines]);
  const told = (verdicts as { rows?: unknown; refused?: string }[]).map(({ rows, refused }) => refused ?? rows);
  expect(told[1]).toEqual(told[0]);
  expect(told[2]).toEqual(expect.any(Array));
  expect(told[3]).toBe('budget_exhausted');
  expect(told[4]).toEqual(told[0]);
  expect((await gate([...args, '--apart'], [lines])).lines.filter((line) => 'refused' in (line as object))).toEqual([]);
}, 20_000);

test('a total and its complement, which tell of one person together, are not both told', async () => {
  await writeFile(at('target.json'), JSON.stringify({ ...rule, dimensions: [{ column: 'borough' }], minEntities: 5 }));
  // Of “tiny” there are three persons; everyone but them, and everyone, differ by just these.
  const pair = ['select count(*) from data', "select count(*) from data where borough in ('b0', 'b1')"];
  const args = ['--rule', at('target.json'), '--data', at('data.parquet'), '--entity', 'rider'];
  const { lines: verdicts } = await gate(args, [pair.map((sql) => JSON.stringify(sql)).join('\n')]);
  const told = (verdicts as { rows?: readonly unknown[]; refused?: string }[]).filter(({ rows }) => rows !== undefined && rows.length > 0);
  expect(told).toHaveLength(1);
}, 20_000);

test('lists to join with: two that differ by one small group are not both answered, and what the comparison took is said beside', async () => {
  await writeFile(at('joinable.json'), JSON.stringify({ ...rule, measures: [], dimensions: [], joinable: ['borough'] }));
  await writeFile(at('all.txt'), 'b0\nb1\ntiny\nnowhere\n');
  await writeFile(at('most.txt'), 'b0\nb1\n');
  const ask = (name: string) => JSON.stringify(`select count(*) from data join ${name} on data.borough = ${name}.key`);
  const lines = ['everyone', 'most', 'nobody'].map(ask).join('\n');
  const lists = ['everyone:borough', 'most:borough'];
  const named = await gate(['--rule', at('joinable.json'), ...lists.flatMap((list) => ['--list', list])], [lines]);
  expect(named.lines).toMatchObject([{ sql: expect.any(String) }, { sql: expect.any(String) }, { refused: 'list_unknown' }]);
  const args = ['--rule', at('joinable.json'), '--data', at('data.parquet'), '--entity', 'rider'];
  const files = ['--list', `everyone:borough:${at('all.txt')}`, '--list', `most:borough:${at('most.txt')}`];
  const { lines: verdicts, err } = await gate([...args, ...files], [lines]);
  expect(verdicts).toMatchObject([{ rows: [[300]] }, { refused: 'query_failed' }, { refused: 'list_unknown' }]);
  expect(err).toMatch(/compared with answers before: 2 × 1 /);
  for (const wrong of ['mine', 'mine:fare', `mine:borough:${at('absent')}`]) {
    const refused = await gate([...args, '--list', wrong], [lines]);
    expect([refused.code, refused.lines]).toEqual([2, []]);
    expect(refused.err).toMatch(/[一-鿿].* \/ .*list/);
  }
}, 30_000);

test('a pipe of thousands of lines, which come back as they went in', async () => {
  const count = 2000;
  function* many(): Generator<string> {
    for (let n = 0; n < count; n += 1) yield `${JSON.stringify(`select count(*) from data limit ${n % 1000}`)}\n`;
  }
  const { code, lines } = await gate(['--rule', at('rule.json')], many());
  expect(code).toBe(0);
  expect(lines.map((line) => Number(/LIMIT ([0-9]+)$/.exec((line as { sql: string }).sql)?.[1]))).toEqual(
    Array.from({ length: count }, (_, n) => n % 1000),
  );
}, 30_000);

test('a rule, a file or an argument that cannot be used is said in both languages, and nothing is judged', async () => {
  await writeFile(at('bad.json'), JSON.stringify({ ...rule, minEntities: 1 }));
  await writeFile(at('other.json'), JSON.stringify({ ...rule, entity: 'borough2' }));
  await writeFile(at('foreign.json'), JSON.stringify({ ...rule, measures: [{ column: 'gone' }] }));
  await writeFile(at('ragged.csv'), 'a,b\n1\n');
  const wrong: readonly (readonly string[])[] = [
    [],
    ['--rule', at('nowhere.json')],
    ['--rule', at('bad.json')],
    ['--rule', at('other.json'), '--data', at('data.csv'), '--entity', 'rider'],
    ['--rule', at('foreign.json'), '--data', at('data.csv'), '--entity', 'rider'],
    ['--rule', at('rule.json'), '--data', at('ragged.csv')],
  ];
  const ended = await Promise.all(wrong.map((args) => gate(args, ['"select count(*) from data"\n'])));
  for (const { code, lines, err } of ended) {
    expect({ code, lines }).toEqual({ code: 2, lines: [] });
    expect(err).toMatch(/\p{Script=Han}[^]*[a-z]{3}/u);
  }
}, 30_000);

test('--help says how it is used', async () => {
  const { code, lines } = await gate(['--help'], []);
  expect(code).toBe(0);
  expect(lines.join('\n')).toContain('--entity COLUMN');
});
