import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import * as z from 'zod';
import { AnalysisRule } from '../../contracts/analysis-rule.ts';
import { answer, type Desk, type Question, type Told } from '../../functions/sandbox/answering.ts';
import type { Engine, Files, Limits, QueryResult } from '../../functions/sandbox/engine.ts';
import { openEngine } from '../../functions/sandbox/engine.ts';
import type { Column, Ground, JoinList } from '../../functions/sandbox/form.ts';
import type { Effort } from '../../functions/sandbox/comparing.ts';
import { findMisfit } from '../../functions/sandbox/fitness.ts';
import type { FindLists, Parser } from '../../functions/sandbox/gate.ts';
import type { IngestionLimits } from '../../functions/sandbox/ingestion.ts';
import { ingest } from '../../functions/sandbox/ingestion.ts';
import { openLists } from '../../functions/sandbox/join-lists.ts';
import { admitKeys } from '../../functions/sandbox/list-admission.ts';
import { readKeys } from '../../functions/sandbox/list-keys.ts';
import { openParser } from '../../functions/sandbox/parser.ts';
import type { Place, RefusalCode } from '../../functions/sandbox/placing.ts';
import { explain } from '../../functions/sandbox/placing.ts';
import { plan, type Plan } from '../../functions/sandbox/planning.ts';
import { presumeColumns } from '../../functions/sandbox/presumed.ts';
import { quoteText, viewOf } from '../../functions/sandbox/predicate-printing.ts';
import { openFiles } from '../../shared/blobs/files.ts';
import { openSqlite } from '../../shared/store/sqlite.ts';
import { inOrder, linesOf } from './json-lines.ts';

const usage = `用法 / Usage: npm run -s gate -- --rule RULE.json [--data FILE --entity COLUMN] [--list NAME:COLUMN[:FILE]] < QUERIES

从标准输入逐行读取JSON字符串形式的SQL，按同样顺序逐行输出JSON结论。
Reads SQL from standard input, one JSON string per line, and writes one JSON verdict per line, in the same order.

  {"sql":…}                          接受：将要执行的查询 / accepted: the query as it would run
  {"sql":…,"columns":[…],"rows":[…]} 同上，另加买方所得（--data）/ the same, with what a buyer would get (--data)
  {"refused":code,"at":{"offset","line","column","text"},"zh":…,"en":…}
                                     拒绝：代码、位置、双语说明 / refused: code, place, words in both languages

  --rule FILE      分析规则（contracts/analysis-rule.ts）/ an analysis rule
  --data FILE      CSV（UTF-8）或Parquet，经真实入库与引擎 / CSV (UTF-8) or Parquet, through the real ingestion and engine
  --entity COLUMN  规则的实体列，规则未写明时用 / the entity column, for a rule that names none
  --list NAME:COLUMN[:FILE]
                   可连接的名单，文件每行一个值，有--data时须给出；可重复 / a list to join with, one key a line, needed with --data; may be repeated
  --apart          各行互不相干 / each line stands for itself

有--data时，各行如同一个买方对同一产品依次提问：与此前放行的结果逐一比较，并扣减规则的隐私预算；--apart使各行互不相干。
With --data the lines are one buyer's questions in turn: each is compared with what was released before, and spends the rule's privacy budget;
with --apart each line stands for itself.
无--data时，列的类型按规则推定：时间粒度为TIMESTAMP，分箱和度量为DOUBLE。
Without --data the types of columns are presumed from the rule: TIMESTAMP for a grain of time, DOUBLE for bins and measures.
退出码 / exit code: 0；规则、数据或参数有误为2 / 2 where the rule, the data or the arguments are at fault.`;

/** What was asked for cannot be done; the message is for people. */
class Unusable extends Error {}

const maxLine = 100_000;
const megabyte = 1_000_000;
const queryLimits: Omit<Limits, 'rows'> = { deadlineMs: 30_000, memoryBytes: 1_000 * megabyte, threads: 2, bytes: 4 * megabyte };
const fileLimits: IngestionLimits = {
  bytes: 6_000 * megabyte,
  rows: 100_000_000,
  columns: 500,
  deadlineMs: 840_000,
  memoryBytes: 1_000 * megabyte,
  threads: 2,
};

type Asked = { readonly data?: string; readonly apart: boolean; readonly lists: readonly GivenList[] };
/** A list as the command line names it. */
type GivenList = { readonly name: string; readonly column: string; readonly file?: string };

/** What queries are judged by, and what answers those that pass; without data nothing does. */
type Bench = {
  readonly rule: AnalysisRule;
  readonly columns: readonly Column[];
  readonly parse: Parser;
  readonly findLists: FindLists;
  readonly answer?: (planned: Plan) => Promise<Told>;
  /** What it took to compare the answers with those before them. */
  readonly efforts: Effort[];
};

const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function readRule(file: string, entity: string | undefined): Promise<AnalysisRule> {
  const json = await readFile(file, 'utf8')
    .then((text): unknown => JSON.parse(text))
    .catch((error: unknown) => {
      throw new Unusable(`规则文件无法读取 / the rule cannot be read: ${words(error)}`);
    });
  const named = z.looseObject({ entity: z.string().nullish() }).safeParse(json);
  const own = named.success ? (named.data.entity ?? undefined) : undefined;
  if (entity !== undefined && own !== undefined && own !== entity)
    throw new Unusable(`规则的实体列是“${own}”，而--entity是“${entity}” / the rule names the entity “${own}”, and --entity “${entity}”`);
  const rule = AnalysisRule.safeParse(named.success && entity !== undefined ? { ...named.data, entity } : json);
  if (!rule.success) throw new Unusable(`规则无效 / the rule is invalid:\n${z.prettifyError(rule.error)}`);
  return rule.data;
}

const isParquet = async (file: string): Promise<boolean> => {
  const handle = await open(file).catch((error: unknown) => {
    throw new Unusable(`数据文件无法读取 / the data cannot be read: ${words(error)}`);
  });
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0);
    return bytesRead === 4 && buffer.toString('latin1') === 'PAR1';
  } finally {
    await handle.close();
  }
};

async function describeParquet(file: string): Promise<readonly Column[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM read_parquet(${quoteText(file)})`);
    return described.getRows().map(([name, type]) => ({ name: String(name), type: String(type) }));
  } catch {
    throw new Unusable('数据文件不是可读的Parquet / the data is not a readable Parquet file');
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** The data as the sandbox would hold it: a CSV file goes through the ingestion, which types and scans it; Parquet is taken as it is. */
async function takeData(source: string, folder: string): Promise<{ readonly file: string; readonly columns: readonly Column[] }> {
  if (await isParquet(source)) return { file: source, columns: await describeParquet(source) };
  const file = join(folder, 'data.parquet');
  const taken = await ingest({ source, target: file, limits: fileLimits });
  if ('refused' in taken) throw new Unusable(`数据未能入库 / the data cannot be ingested: ${JSON.stringify(taken)}`);
  return { file, columns: taken.columns };
}

const refusal = (code: RefusalCode, at: Place | null, about?: string) => ({
  refused: code,
  at,
  ...(about === undefined ? {} : { about }),
  ...explain(code, at, about),
});

const badLine = {
  refused: 'invalid_input',
  at: null,
  zh: '该行须是一个JSON字符串，不超过100000字节。',
  en: 'The line must be one JSON string of at most 100,000 bytes.',
};

const utf8 = new TextDecoder('utf-8', { fatal: true });
const readLine = (line: Buffer | null): string | undefined => {
  try {
    return line === null ? undefined : z.string().parse(JSON.parse(utf8.decode(line)));
  } catch {
    return undefined;
  }
};

async function judge(line: Buffer | null, { rule, columns, parse, findLists, answer, efforts }: Bench): Promise<object> {
  const sql = readLine(line);
  if (sql === undefined) return badLine;
  const planned = await plan(sql, rule, columns, parse, findLists);
  if ('refused' in planned) return refusal(planned.refused, planned.at, planned.about);
  if (answer === undefined) return { sql: planned.sql };
  const told = await answer(planned);
  if (told.effort) efforts.push(told.effort);
  if ('refused' in told) return { sql: planned.sql, ...refusal(told.refused, null) };
  return { sql: planned.sql, columns: told.result.columns, rows: told.result.rows };
}

/** What one buyer, the only one, has left of the rule's budget. */
const openPurse = ({ privacy }: AnalysisRule): Desk['pay'] => {
  let left = privacy === undefined ? 0 : Math.min(privacy.datasetBudgetMicro, privacy.buyerBudgetMicro);
  return async (cost) => {
    if (cost > left) return 'budget_exhausted';
    left -= cost;
    return undefined;
  };
};

/** Answers as the platform would answer one buyer, whose questions are all that was ever asked; apart, each as if it were the first. */
const openDesk = (ground: Ground, files: Files, folder: string, engine: Engine, apart: boolean): Required<Bench>['answer'] => {
  const limits = { ...queryLimits, rows: ground.rule.maxRows };
  const run: Question['run'] = (sql, _conditions, most = limits) => engine.runQuery({ sql, files, limits: { ...limits, ...most } });
  const memory = openSqlite({ file: join(folder, 'memory.sqlite') }).table('releases');
  const answers = new Map<string, QueryResult>();
  const pay = openPurse(ground.rule);
  let asked = 0;
  return async (planned) => {
    asked += 1;
    const id = String(asked);
    const told = await answer(
      { id, planned, ground, resource: apart ? id : 'data', object: files.data, run },
      { memory, stored: async (query) => answers.get(query), pay: apart ? openPurse(ground.rule) : pay, pace: async (least = 0) => least },
    );
    if ('result' in told) answers.set(id, told.result);
    return told;
  };
};

/** A query that the parser itself cannot bear is refused like one that the engine cannot. */
const verdict = (line: Buffer | null, bench: Bench): Promise<string> =>
  judge(line, bench)
    .catch(() => refusal('query_failed', null))
    .then((answer) => `${JSON.stringify(answer)}\n`);

const readList = (given: string): GivenList => {
  const [, name = '', column = '', file] = /^([a-z][a-z0-9_]{0,39}):([^:]+)(?::(.+))?$/.exec(given) ?? [];
  if (name === '') throw new Unusable(`名单须写作NAME:COLUMN[:FILE] / a list is NAME:COLUMN[:FILE]: ${given}`);
  return { name, column, ...(file === undefined ? {} : { file }) };
};

/** Admits lists in turn, as they would be for one resource; one that is not admitted is said so and not there. */
async function admitAll(given: readonly GivenList[], ground: Ground, data: string, folder: string, engine: Engine) {
  const lists = openLists(openSqlite({ file: join(folder, 'lists.sqlite') }).table('lists'), openFiles({ folder: join(folder, 'lists') }));
  const admitted: (JoinList & { readonly file: string })[] = [];
  for (const { name, column, file } of given) {
    if (ground.rule.joinable?.includes(column) !== true)
      throw new Unusable(`规则不允许按此列连接 / the rule joins no list on this column: ${column}`);
    const keys = file === undefined ? undefined : await readKeys(resolve(file)).catch(() => undefined);
    if (keys === undefined || 'refused' in keys)
      throw new Unusable(`名单无法读取 / the list cannot be read: ${name} ${JSON.stringify(keys ?? {})}`);
    const place = await mkdtemp(join(folder, 'list-'));
    const found = await admitKeys({ keys, column, ...ground, data, resource: 'data', secret: 'gate' }, { lists, engine, folder: place });
    if (found) admitted.push({ name, column, ...found });
    else console.error(`名单未获准入 / the list was not admitted: ${name}`);
  }
  return admitted;
}

async function openBench(rule: AnalysisRule, { data, apart, lists }: Asked, folder: string, parse: Parser, engine: Engine): Promise<Bench> {
  const findIn =
    (known: readonly JoinList[]): FindLists =>
    async (name) =>
      known.filter((list) => list.name === name);
  if (data === undefined)
    return {
      rule,
      columns: presumeColumns(rule),
      parse,
      efforts: [],
      findLists: findIn(lists.map((list, index) => ({ ...list, version: index + 1 }))),
    };
  const { file, columns } = await takeData(resolve(data), folder);
  const misfit = findMisfit(rule, columns);
  if (misfit !== null) {
    const { zh, en } = explain(misfit.refused, null, misfit.column);
    throw new Unusable(`${misfit.refused}: ${zh} / ${en}`);
  }
  const ground = { rule, columns };
  const admitted = await admitAll(lists, ground, file, folder, engine);
  const files = { ...Object.fromEntries(admitted.map((list) => [viewOf(list.version), list.file])), data: file };
  return { rule, columns, parse, efforts: [], findLists: findIn(admitted), answer: openDesk(ground, files, folder, engine, apart) };
}

const total = (efforts: readonly Effort[], of: keyof Effort): number => efforts.reduce((sum, effort) => sum + effort[of], 0);
/** Where answers were compared with others before them: with how many, and what that cost. */
const tellEfforts = (efforts: readonly Effort[]): void => {
  const [compared, atoms, ms] = (['compared', 'atoms', 'ms'] as const).map((of) => total(efforts, of));
  if (compared === 0) return;
  console.error(
    `与此前放行的比较 / compared with answers before: ${efforts.length} × ${compared} / ${total(efforts, 'before')}, ${atoms} atoms, ${ms} ms`,
  );
};

/** The reader of the verdicts may have had enough of them. */
const isClosedPipe = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EPIPE';

/**
 * Judges queries by a rule, on this machine and for whoever has the rule and the data at hand: an operator who tries a rule, a reviewer. What it
 * prints is said in `usage`. Lines are read as they come and held only while they are worked on, so that it serves as a pipe of any length.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rule: { type: 'string' },
      data: { type: 'string' },
      entity: { type: 'string' },
      list: { type: 'string', multiple: true, default: [] },
      apart: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) return console.log(usage);
  if (values.rule === undefined) throw new Unusable(usage);
  const rule = await readRule(values.rule, values.entity);
  const lists = values.list.map(readList);
  const folder = await mkdtemp(join(tmpdir(), 'gate-'));
  // Without data nothing is run, and no process waits for it.
  const engine = openEngine(values.data === undefined ? {} : { spares: 2 });
  const parser = await openParser();
  try {
    const bench = await openBench(rule, { ...values, lists }, folder, parser.parse, engine);
    // One buyer's questions are asked in turn, so that of two complements the later is refused.
    const verdicts = inOrder(linesOf(process.stdin, maxLine), values.data !== undefined && values.apart ? 2 : 1, (line) =>
      verdict(line, bench),
    );
    await pipeline(Readable.from(verdicts), process.stdout).catch((error: unknown) => {
      if (!isClosedPipe(error)) throw error;
    });
    tellEfforts(bench.efforts);
  } finally {
    engine.close();
    parser.close();
    await rm(folder, { recursive: true, force: true });
  }
}

await main().catch((error: unknown) => {
  const known = error instanceof Unusable || (error instanceof TypeError && 'code' in error);
  console.error(known ? words(error) : error);
  process.exitCode = 2;
});
