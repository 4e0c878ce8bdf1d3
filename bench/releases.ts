import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { AnalysisRule } from '../contracts/analysis-rule.ts';
import { atomLimits } from '../functions/sandbox/comparing.ts';
import { askedOf, judge, printAtoms, relatedTo, type Asked } from '../functions/sandbox/differences.ts';
import { openEngine } from '../functions/sandbox/engine.ts';
import { compile } from '../functions/sandbox/gate.ts';
import { openParser } from '../functions/sandbox/parser.ts';
import { openReleases } from '../functions/sandbox/releases.ts';
import { openSqlite } from '../shared/store/sqlite.ts';

/**
 * What the release memory costs one more question, against the number of answers that stand before it: reading them and taking a place, finding
 * those that matter from their texts, one question to the data, and solving. `node bench/releases.ts [--rows 1000000] [--before 0,10,50,100,200,500]`.
 */
const { values } = parseArgs({
  options: { rows: { type: 'string', default: '1000000' }, before: { type: 'string', default: '0,10,50,100,200,500' } },
});
const rows = Number(values.rows);
const sizes = values.before.split(',').map(Number);

const columns = [
  { name: 'district', type: 'VARCHAR' },
  { name: 'kind', type: 'VARCHAR' },
  { name: 'day', type: 'DATE' },
  { name: 'rider', type: 'BIGINT' },
  { name: 'fare', type: 'DECIMAL(18,2)' },
];
const rule = AnalysisRule.parse({
  dimensions: [{ column: 'district' }, { column: 'kind' }, { column: 'day', grain: 'month' }],
  measures: [{ column: 'fare' }],
  entity: 'rider',
});

async function generate(file: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(
    `COPY (SELECT 'd' || (hash(i, 1) % 10) AS district, 'k' || (hash(i, 2) % 6) AS kind,
      CAST(DATE '2024-01-01' + INTERVAL (hash(i, 5) % 700) DAY AS DATE) AS day, (hash(i, 3) % ${Math.ceil(rows / 20)})::BIGINT AS rider,
      ((hash(i, 4) % 10000) / 100)::DECIMAL(18,2) AS fare FROM range(${rows}) t(i)) TO '${file}' (FORMAT parquet, COMPRESSION zstd)`,
  );
  connection.closeSync();
  instance.closeSync();
}

/** The n-th question of an analyst who looks at ever other districts, months and breakdowns. */
function questionOf(n: number): string {
  const groups = ['', 'district', 'kind', "date_trunc('month', day)", 'district, kind'][n % 5] ?? '';
  const districts = Array.from({ length: 10 }, (_, d) => d).filter((d) => ((n * 37 + 11) >> (d % 7)) % 2 === 0 || d === n % 10);
  const from = `2024-${String((n % 12) + 1).padStart(2, '0')}-01`;
  const where = [`district in (${districts.map((d) => `'d${d}'`).join(', ')})`, ...(n % 3 === 0 ? [`day >= date '${from}'`] : [])];
  return `select ${groups === '' ? '' : `${groups}, `}count(*), sum(fare) from data where ${where.join(' and ')}${groups === '' ? '' : ` group by ${groups}`}`;
}

const timed = async <T>(work: () => T | Promise<T>): Promise<readonly [T, number]> => {
  const start = performance.now();
  const result = await work();
  return [result, performance.now() - start];
};

const folder = await mkdtemp(join(tmpdir(), 'releases-'));
const engine = openEngine();
const parser = await openParser();
const store = openSqlite({ file: join(folder, 'records.sqlite') });
try {
  const file = join(folder, 'data.parquet');
  await generate(file);
  const read = async (sql: string): Promise<{ readonly asked: Asked; readonly sql: string }> => {
    const compiled = await compile(sql, rule, columns, parser.parse);
    if ('refused' in compiled) throw new Error(`${compiled.refused}: ${sql}`);
    return { asked: askedOf(compiled.form, rule), sql: compiled.sql };
  };
  const limits = { deadlineMs: 120_000, memoryBytes: 4 * 1024 ** 3, threads: 2, ...atomLimits };
  const ask = async (sql: string) => {
    const answer = await engine.runQuery({ sql, files: { data: file }, limits });
    if ('refused' in answer) throw new Error(`the engine refused: ${answer.refused}`);
    return answer;
  };
  await ask('SELECT 1');
  await new Promise((resolve) => setTimeout(resolve, 700));
  const last = await read("select district, kind, date_trunc('month', day), count(*), sum(fare) from data group by 1, 2, 3");
  const [, governed] = await timed(() => ask(last.sql));
  console.log(`${rows} rows; the question itself, governed, in a warm process: ${governed.toFixed(0)} ms`);
  console.log(
    ['before', 'compared', 'atoms', 'place ms', 'texts ms', 'data ms', 'solve ms', 'in all ms', 'hidden']
      .map((name) => name.padStart(10))
      .join(''),
  );
  const releases = openReleases(store.table('releases'));
  let asked = 0;
  for (const size of sizes) {
    for (; asked < size; asked += 1) await releases.reserve('r', `q${asked}`, `identity ${asked}`, (await read(questionOf(asked))).asked);
    const [{ before }, placing] = await timed(() => releases.reserve('r', `last of ${size}`, 'last', last.asked));
    const earlier = before.filter(({ query }) => query.startsWith('q')).map((each) => each.asked);
    const [related, texts] = await timed(() => relatedTo(last.asked, earlier));
    await new Promise((resolve) => setTimeout(resolve, 700));
    const [answer, data] = await timed(() => ask(printAtoms(last.asked, related)));
    const [judged, solving] = await timed(() => judge(last.asked, related, answer.rows));
    const all = placing + texts + data + solving;
    const hidden = judged === null ? 'refused' : String(judged.hidden.length);
    const figures = [placing, texts, data, solving, all].map((ms) => ms.toFixed(0));
    console.log(
      [earlier.length, related.length, answer.rows.length, ...figures, hidden].map((value) => String(value).padStart(10)).join(''),
    );
  }
} finally {
  engine.close();
  parser.close();
  store.close();
  await rm(folder, { recursive: true, force: true });
}
