import { stat } from 'node:fs/promises';
import { flushCompileCache } from 'node:module';
import { join } from 'node:path';
import type { IngestionRefusal } from './csv-header.ts';
import { refuse } from './csv-header.ts';
import { derivedSettings, openDerived } from './derived-source.ts';
import type { Fitted } from './fitting.ts';
import { firstMisfit, isMisfit, isUsable, misfitAt, typedRows } from './fitting.ts';
import type { Derive, Encoding, Format, Ingested, IngestionTask, Inspection, Progress, Report } from './ingestion.ts';
import { parquetName } from './ingestion.ts';
import { openParquet } from './parquet-source.ts';
import { quote, quoteText } from './predicate-printing.ts';
import type { Profiled } from './profile.ts';
import { describeParquet, profile, refuseRows } from './profile.ts';
import { recognise } from './source-format.ts';
import { Unreadable } from './text-lines.ts';
import type { Guess, TextSource } from './text-source.ts';
import { guessTypes, openText, proveTypes, rejectedLine, takeSample } from './text-source.ts';
import type { Workshop } from './workshop.ts';
import { openWorkshop } from './workshop.ts';

const report = (message: Report): boolean | undefined => process.send?.(message);

/** A file that was opened: its rows as columns `c0`, `c1`…, and how each of them comes into Parquet. */
type Opened = Profiled & { readonly format: Format; readonly encoding: Encoding | null };

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

/** Opens a file. One of text without a schema is first read once, to see that it can be, for a sample from which its types are guessed. */
async function openSource(
  workshop: Workshop,
  source: string,
  schema: IngestionTask['schema'],
  size: number,
): Promise<Opened | IngestionRefusal> {
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
  const asText = { format, encoding, relation: text.relation, columns: text.names.map((name) => column(name, 'VARCHAR')) };
  const broken = await readAll(workshop, 'reading', takeSample(text.relation), asText);
  if (broken !== undefined) return broken;
  const guess = await guessTypes(workshop, text);
  return { ...asText, columns: asTyped(text, guess), guessed: { source: text, guess } };
}

const asTyped = ({ names }: TextSource, { types }: Guess): readonly Fitted[] =>
  names.map((name, index) => ({ name, from: 'VARCHAR', type: types[index] ?? 'VARCHAR' }));

const column = (name: string, type = 'VARCHAR'): Fitted => ({ name, from: type, type });

/** What is derived may be empty: a refusal would tell whether anybody meets its conditions. */
async function countRows({ numbers, limits }: Workshop, relation: string, mayBeEmpty: boolean): Promise<number | IngestionRefusal> {
  const [[rows = 0] = []] = await numbers(`SELECT count(*) FROM ${relation}`);
  return (rows === 0 && mayBeEmpty ? undefined : refuseRows(rows, { limits })) ?? rows;
}

/** The columns of a file with types that every row fits, where they are not declared. */
async function proven(workshop: Workshop, { columns, guessed }: Opened): Promise<readonly Fitted[]> {
  if (guessed === undefined) return columns;
  const { source, guess } = guessed;
  return asTyped(source, await proveTypes(workshop, source, guess, [...columns.keys()]));
}

async function takeIn(workshop: Workshop, from: Opened, { layout, source }: IngestionTask): Promise<Ingested | IngestionRefusal> {
  const { relation } = from;
  const columns = await proven(workshop, from);
  const opened = { ...from, columns };
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
  const rows = await countRows(workshop, `read_parquet(${quoteText(target)})`, typeof source !== 'string');
  if (typeof rows !== 'number') return rows;
  const described = await describeParquet(workshop, target, columns, rows);
  return { rows, columns: described, bytes: (await stat(target)).size };
}

async function lookAt(workshop: Workshop, opened: Opened, bytes: number): Promise<Inspection | IngestionRefusal> {
  const found = await profile(workshop, opened);
  if ('refused' in found) return found;
  const { format, encoding } = opened;
  return { format, encoding, bytes, ...found };
}

/** What is derived is taken in like a Parquet file, but that nothing of it is refused: it holds what any file may, as it was printed. */
async function openTable(workshop: Workshop, derive: Derive): Promise<Opened> {
  const { names, types, relation } = await openDerived(workshop, derive, (done) => report({ done }));
  return { format: 'parquet', encoding: null, relation, columns: names.map((name, index) => column(name, types[index])) };
}

async function work(task: IngestionTask): Promise<Ingested | Inspection | IngestionRefusal> {
  const { source: given, workspace, limits } = task;
  const tell = (stage: Progress['stage'], percent: number): void => void report({ progress: { stage, percent } });
  if (typeof given !== 'string') {
    const workshop = await openWorkshop(Object.values(given.files), workspace, limits, tell, derivedSettings);
    return takeIn(workshop, await openTable(workshop, given), task);
  }
  const source = given;
  const workshop = await openWorkshop([source], workspace, limits, tell);
  const { size } = await stat(source);
  if (size > limits.bytes) return refuse('csv_too_large');
  const opened = await openSource(workshop, source, task.schema, size);
  if ('refused' in opened) return opened;
  return task.wanted === 'parquet' ? takeIn(workshop, opened, task) : lookAt(workshop, opened, size);
}

/** Beyond `memoryBytes`, which some of DuckDB's buffers do not heed, the process itself may take this much: Node, DuckDB's code and buffers. */
const ownBytes = 600 * 1024 * 1024;
const watchMs = 50;

// At its start, since a process that is killed keeps nothing.
flushCompileCache();
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
