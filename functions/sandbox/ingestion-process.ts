import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { IngestionRefusal } from './csv-header.ts';
import { refuse } from './csv-header.ts';
import type { Fitted } from './fitting.ts';
import { firstMisfit, isMisfit, isUsable, misfitAt, typedRows } from './fitting.ts';
import type { Encoding, Format, Ingested, IngestionTask, Inspection, Progress, Report } from './ingestion.ts';
import { parquetName } from './ingestion.ts';
import { openParquet } from './parquet-source.ts';
import { quote, quoteText } from './predicate-printing.ts';
import { describeParquet, profile } from './profile.ts';
import { recognise } from './source-format.ts';
import { Unreadable } from './text-lines.ts';
import { inferTypes, openText, rejectedLine } from './text-source.ts';
import type { Workshop } from './workshop.ts';
import { openWorkshop } from './workshop.ts';

const report = (message: Report): boolean | undefined => process.send?.(message);

/** A file that was opened: its rows as columns `c0`, `c1`…, and how each of them comes into Parquet. */
type Opened = {
  readonly format: Format;
  readonly encoding: Encoding | null;
  readonly relation: string;
  readonly columns: readonly Fitted[];
};

const digestOf = async (file: string): Promise<string> => {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1024 * 1024 }), hash);
  return `sha256:${hash.digest('hex')}`;
};

/** The columns of a file with the types that a person gave them, in the order of the file. */
function declared(
  schema: NonNullable<IngestionTask['schema']>,
  names: readonly string[],
  froms: readonly string[],
): readonly Fitted[] | IngestionRefusal {
  const wrong = Array.from({ length: Math.max(names.length, schema.length) }).findIndex((_, index) => {
    const column = schema[index];
    return column === undefined || column.name !== names[index] || !isUsable(column.type);
  });
  if (wrong !== -1) return refuse('schema_mismatch', { column: wrong + 1 });
  return schema.map(({ name, type }, index) => ({ name, type, from: froms[index] ?? 'VARCHAR' }));
}

/** Runs what reads the whole file, and tells what is wrong with the file where that fails. */
async function readAll(workshop: Workshop, stage: Progress['stage'], sql: string, opened: Opened): Promise<IngestionRefusal | undefined> {
  const rejected = async (): Promise<IngestionRefusal | undefined> => (opened.format === 'parquet' ? undefined : rejectedLine(workshop));
  try {
    workshop.tell(stage, 0);
    await workshop.run(stage, sql);
    return await rejected();
  } catch (error) {
    if (isMisfit(error)) {
      const [found = []] = await workshop.numbers(firstMisfit(opened.relation, opened.columns));
      return (await rejected()) ?? misfitAt(found);
    }
    if (error instanceof Error && error.message.startsWith('Out of Memory')) return refuse('ingestion_memory');
    return refuse(opened.format === 'parquet' ? 'parquet_corrupt' : 'csv_unreadable');
  }
}

/** Opens a file. One of text without a schema is first read once, as text, into Parquet in the workspace, from which its types are told. */
async function openSource(workshop: Workshop, { source, schema }: IngestionTask, size: number): Promise<Opened | IngestionRefusal> {
  const recognised = await recognise(source);
  if ('refused' in recognised) return recognised;
  const { format, encoding } = recognised;
  if (format === 'parquet') {
    const parquet = await openParquet(workshop, source, size);
    if ('refused' in parquet) return parquet;
    const { names, types, relation } = parquet;
    const columns = schema === null ? names.map((name, index) => column(name, types[index])) : declared(schema, names, types);
    return 'refused' in columns ? columns : { format, encoding, relation, columns };
  }
  const text = await openText(workshop, recognised, source, size, schema);
  if ('refused' in text) return text;
  if (schema !== null) {
    const columns = declared(schema, text.names, []);
    return 'refused' in columns ? columns : { format, encoding, relation: text.relation, columns };
  }
  const stage = quoteText(join(workshop.workspace, 'stage.parquet'));
  const staged = { format, encoding, relation: `read_parquet(${stage})`, columns: text.names.map((name) => column(name, 'VARCHAR')) };
  const broken = await readAll(workshop, 'reading', `COPY (FROM ${text.relation}) TO ${stage} (FORMAT parquet, COMPRESSION lz4)`, staged);
  if (broken !== undefined) return broken;
  const rows = await countRows(workshop, staged.relation);
  if (typeof rows !== 'number') return rows;
  const types = await inferTypes(workshop, { ...text, relation: staged.relation });
  return { ...staged, columns: text.names.map((name, index) => ({ name, from: 'VARCHAR', type: types[index] ?? 'VARCHAR' })) };
}

const column = (name: string, type = 'VARCHAR'): Fitted => ({ name, from: type, type });

async function countRows({ numbers, limits }: Workshop, relation: string): Promise<number | IngestionRefusal> {
  const [[rows = 0] = []] = await numbers(`SELECT count(*) FROM ${relation}`);
  if (rows === 0) return refuse('csv_no_rows');
  return rows > limits.rows ? refuse('csv_too_many_rows', { row: limits.rows + 1 }) : rows;
}

async function takeIn(workshop: Workshop, opened: Opened, { layout }: IngestionTask): Promise<Ingested | IngestionRefusal> {
  const { columns, relation } = opened;
  const foreign = layout.findIndex((name) => !columns.some((each) => each.name === name));
  if (foreign !== -1) return refuse('layout_column_unknown', { column: foreign + 1 });
  const target = join(workshop.workspace, parquetName);
  const order = layout.map((name) => `${quote(name)} NULLS LAST`).join(', ');
  const sorted = `FROM (${typedRows(relation, columns)})${order === '' ? '' : ` ORDER BY ${order}`}`;
  const broken = await readAll(
    workshop,
    'writing',
    `COPY (${sorted}) TO ${quoteText(target)} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)`,
    opened,
  );
  if (broken !== undefined) return broken;
  const rows = await countRows(workshop, `read_parquet(${quoteText(target)})`);
  if (typeof rows !== 'number') return rows;
  const described = await describeParquet(workshop, target, columns, rows);
  return { rows, columns: described, bytes: (await stat(target)).size, digest: await digestOf(target) };
}

async function lookAt(workshop: Workshop, opened: Opened, source: string, bytes: number): Promise<Inspection | IngestionRefusal> {
  const { format, encoding, relation, columns: fitted } = opened;
  const rows = await countRows(workshop, relation);
  if (typeof rows !== 'number') return rows;
  const { columns, quality, wrong } = await profile(workshop, relation, fitted, rows);
  if (wrong) {
    const [found = []] = await workshop.numbers(firstMisfit(relation, fitted));
    return misfitAt(found);
  }
  return { format, encoding, rows, bytes, digest: await digestOf(source), columns, quality };
}

async function work(task: IngestionTask): Promise<Ingested | Inspection | IngestionRefusal> {
  const { size } = await stat(task.source);
  if (size > task.limits.bytes) return refuse('csv_too_large');
  const tell = (stage: Progress['stage'], percent: number): void => void report({ progress: { stage, percent } });
  const workshop = await openWorkshop(task.source, task.workspace, task.limits, tell);
  const opened = await openSource(workshop, task, size);
  if ('refused' in opened) return opened;
  return task.wanted === 'parquet' ? takeIn(workshop, opened, task) : lookAt(workshop, opened, task.source, size);
}

/** Beyond `memoryBytes`, which some of DuckDB's buffers do not heed, the process itself may take this much: Node, DuckDB's code and buffers. */
const ownBytes = 600 * 1024 * 1024;
const watchMs = 50;

process.once('message', (task: IngestionTask) => {
  setInterval(() => {
    if (process.memoryUsage.rss() > task.limits.memoryBytes + ownBytes) report({ done: refuse('ingestion_memory') });
  }, watchMs);
  work(task).then(
    (done) => report({ done }),
    (error: unknown) => report({ done: error instanceof Unreadable ? error.refusal : refuse('ingestion_failed') }),
  );
});
process.once('disconnect', () => process.exit());
