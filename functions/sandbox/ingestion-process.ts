import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { DuckDBInstance } from '@duckdb/node-api';
import type { IngestionCode } from '../../contracts/ingestion-refusals.ts';
import type { IngestionRefusal } from './csv-header.ts';
import { readHeader, refuse } from './csv-header.ts';
import { countMisfits, isFormula, typeAt, widest } from './csv-types.ts';
import type { Ingested, IngestedColumn, IngestionTask, Progress, Report } from './ingestion.ts';
import { parquetName } from './ingestion.ts';
import { detectPersonal } from './personal.ts';
import { quoteText } from './predicate-printing.ts';

const headerBytes = 1024 * 1024;
const lineBytes = 2 * 1024 * 1024;
const sampleRows = 5000;
const columnsAtOnce = 50;

/** Columns are `c0`, `c1`… while the file is worked on, so that no name of the file enters SQL before the end. */
type Work = {
  readonly connection: DuckDBConnection;
  readonly names: readonly string[];
  readonly stage: string;
  readonly task: IngestionTask;
};

const report = (message: Report): boolean | undefined => process.send?.(message);
const tell = (stage: Progress['stage'], percent: number): boolean | undefined => report({ progress: { stage, percent } });

async function ingest(task: IngestionTask): Promise<Ingested | IngestionRefusal> {
  const { size } = await stat(task.source);
  if (size > task.limits.bytes) return refuse('csv_too_large');
  const names = await readFirst(task.source, size, task.limits.columns);
  if ('refused' in names) return names;
  const foreign = task.layout.findIndex((column) => !names.includes(column));
  if (foreign !== -1) return refuse('layout_column_unknown', { column: foreign + 1 });
  const work: Work = { connection: await openWorkshop(task), names, stage: join(task.workspace, 'stage.parquet'), task };
  const broken = await stageRows(work);
  if (broken !== undefined) return broken;
  const [[rows = 0] = []] = await numbers(work.connection, `SELECT count(*) FROM ${parquet(work.stage)}`);
  if (rows === 0) return refuse('csv_no_rows');
  if (rows > task.limits.rows) return refuse('csv_too_many_rows', { row: task.limits.rows + 1 });
  const types = await inferTypes(work);
  const formula = await findFormula(work, types);
  if (formula !== undefined) return formula;
  const target = join(task.workspace, parquetName);
  await writeTyped(work, types, target);
  const columns = await profile(work, types, target, rows);
  const hash = createHash('sha256');
  await pipeline(createReadStream(target), hash);
  return { rows, columns, bytes: (await stat(target)).size, digest: `sha256:${hash.digest('hex')}` };
}

async function readFirst(source: string, size: number, maxColumns: number): Promise<readonly string[] | IngestionRefusal> {
  const file = await open(source);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(size, headerBytes)), 0, undefined, 0);
    return readHeader(buffer.subarray(0, bytesRead), bytesRead === size, maxColumns);
  } finally {
    await file.close();
  }
}

/** One instance that may read the source and write in the workspace, and nothing else. */
async function openWorkshop({ source, workspace, limits }: IngestionTask): Promise<DuckDBConnection> {
  const spill = join(workspace, 'spill');
  await mkdir(spill);
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(limits.threads),
    memory_limit: `${Math.floor(limits.memoryBytes / 1024)}KiB`,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
    allow_unsigned_extensions: 'false',
    allow_persistent_secrets: 'false',
  });
  const connection = await instance.connect();
  for (const statement of [
    `SET temp_directory = ${quoteText(spill)}`,
    'SET enable_logging = false',
    'SET enable_progress_bar = true',
    'SET enable_progress_bar_print = false',
    `SET allowed_paths = [${quoteText(source)}]`,
    `SET allowed_directories = [${quoteText(workspace)}]`,
    'SET enable_external_access = false',
    'SET lock_configuration = true',
  ]) {
    await connection.run(statement);
  }
  return connection;
}

const parquet = (file: string): string => `read_parquet(${quoteText(file)}, file_row_number = true)`;

/** Rows of numbers: counts arrive as big integers, all far below 2^53. */
async function numbers(connection: DuckDBConnection, sql: string): Promise<readonly (readonly number[])[]> {
  return (await connection.runAndReadAll(sql)).getRows().map((row) => row.map(Number));
}

const rejectCodes: Readonly<Record<string, IngestionCode>> = {
  'MISSING COLUMNS': 'csv_ragged_row',
  'TOO MANY COLUMNS': 'csv_ragged_row',
  'UNQUOTED VALUE': 'csv_unbalanced_quote',
  'LINE SIZE OVER MAXIMUM': 'csv_line_too_long',
  'INVALID ENCODING': 'csv_wrong_encoding',
};

/** Reads the CSV once, as text, into a Parquet file of the workspace; answers the first line that is wrong. */
async function stageRows({ connection, names, stage, task }: Work): Promise<IngestionRefusal | undefined> {
  const columns = names.map((_, index) => `'c${index}': 'VARCHAR'`).join(', ');
  const timer = setInterval(() => tell('reading', Math.max(0, Math.floor(connection.progress.percentage))), 500);
  try {
    await connection.run(
      `COPY (SELECT * FROM read_csv(${quoteText(task.source)}, auto_detect = false, header = true, delim = ',', quote = '"', escape = '"',
        strict_mode = true, null_padding = false, max_line_size = ${lineBytes}, columns = {${columns}}, store_rejects = true, rejects_limit = 10)
        LIMIT ${task.limits.rows + 1}) TO ${quoteText(stage)} (FORMAT parquet, COMPRESSION lz4)`,
    );
  } catch {
    return refuse('csv_unreadable');
  } finally {
    clearInterval(timer);
  }
  const rejected = await connection.runAndReadAll('SELECT error_type::VARCHAR, line, column_idx FROM reject_errors ORDER BY line LIMIT 1');
  const [type, line, column] = rejected.getRows()[0] ?? [];
  if (type === undefined) return undefined;
  return refuse(rejectCodes[String(type)] ?? 'csv_unreadable', { line: Number(line), column: column === null ? null : Number(column) });
}

/** The narrowest type that every value of each column fits: found on a sample, then proven, and widened where it fails, on all rows. */
async function inferTypes(work: Work): Promise<readonly string[]> {
  const { connection, names, stage } = work;
  await connection.run(
    `CREATE TEMP TABLE sample AS SELECT * FROM ${parquet(stage)} USING SAMPLE reservoir(${sampleRows} ROWS) REPEATABLE (7)`,
  );
  const steps = names.map(() => 0);
  const types = names.map((): string | undefined => undefined);
  for (const rows of ['sample', parquet(stage)]) {
    types.fill(undefined);
    for (let round = 0; round <= widest; round += 1) {
      const open = names.flatMap((_, index) => (types[index] === undefined ? [index] : []));
      for (let start = 0; start < open.length; start += columnsAtOnce) {
        const batch = open.slice(start, start + columnsAtOnce);
        const counts = batch.flatMap((index) => countMisfits(`c${index}`, steps[index] ?? widest));
        const [row = []] = await numbers(connection, `SELECT ${counts.join(', ')} FROM ${rows}`);
        for (const [place, index] of batch.entries()) {
          const step = steps[index] ?? widest;
          types[index] = typeAt(step, row.slice(place * 3, place * 3 + 3));
          if (types[index] === undefined) steps[index] = step + 1;
        }
        tell('typing', Math.floor((100 * start) / open.length));
      }
    }
  }
  const [filled = []] = await numbers(
    connection,
    `SELECT ${names.map((_, index) => `count(c${index})`).join(', ')} FROM ${parquet(stage)}`,
  );
  return types.map((type, index) => (filled[index] === 0 ? 'VARCHAR' : (type ?? 'VARCHAR')));
}

/** Only text can hold a formula: every value of another type is a number, a date or a truth value. */
async function findFormula({ connection, stage }: Work, types: readonly string[]): Promise<IngestionRefusal | undefined> {
  const texts = types.flatMap((type, index) => (type === 'VARCHAR' ? [index] : []));
  if (texts.length === 0) return undefined;
  const firsts = texts.map((index) => `coalesce(min(CASE WHEN ${isFormula(`c${index}`)} THEN file_row_number END), -1)`);
  const [found = []] = await numbers(connection, `SELECT ${firsts.join(', ')} FROM ${parquet(stage)}`);
  const place = found.findIndex((row) => row !== -1);
  return place === -1 ? undefined : refuse('csv_formula_cell', { row: (found[place] ?? 0) + 1, column: (texts[place] ?? 0) + 1 });
}

async function writeTyped({ connection, names, stage, task }: Work, types: readonly string[], target: string): Promise<void> {
  const columns = names.map((name, index) => `CAST(c${index} AS ${types[index]}) AS "${name.replaceAll('"', '""')}"`);
  const order = task.layout.map((name) => `CAST(c${names.indexOf(name)} AS ${types[names.indexOf(name)]}) NULLS LAST`);
  const timer = setInterval(() => tell('writing', Math.max(0, Math.floor(connection.progress.percentage))), 500);
  try {
    await connection.run(
      `COPY (SELECT ${columns.join(', ')} FROM ${parquet(stage)}${order.length === 0 ? '' : ` ORDER BY ${order.join(', ')}`})
        TO ${quoteText(target)} (FORMAT parquet, COMPRESSION zstd)`,
    );
  } finally {
    clearInterval(timer);
  }
}

async function profile(
  { connection, names }: Work,
  types: readonly string[],
  target: string,
  rows: number,
): Promise<readonly IngestedColumn[]> {
  const columns: IngestedColumn[] = [];
  for (const [index, name] of names.entries()) {
    const column = `"${name.replaceAll('"', '""')}"`;
    const from = `read_parquet(${quoteText(target)})`;
    const [[filled = 0, distinctApprox = 0] = []] = await numbers(
      connection,
      `SELECT count(${column}), approx_count_distinct(${column}) FROM ${from}`,
    );
    // The estimate may be off by a third; only what may be a key is counted exactly.
    const maybeKey = filled === rows && distinctApprox * 2 >= rows;
    const [[distinct = 0] = []] = maybeKey ? await numbers(connection, `SELECT count(DISTINCT ${column}) FROM ${from}`) : [];
    const values = await connection.runAndReadAll(`SELECT c${index} FROM sample WHERE c${index} IS NOT NULL`);
    columns.push({
      name,
      type: types[index] ?? 'VARCHAR',
      nullShare: Math.round(((rows - filled) * 1000) / rows),
      distinctApprox: Math.min(distinctApprox, filled),
      personal: detectPersonal(
        name,
        values.getRows().map((row) => String(row[0])),
      ),
      unique: distinct === rows,
    });
    tell('profiling', Math.floor((100 * (index + 1)) / names.length));
  }
  return columns;
}

process.once('message', (task: IngestionTask) => {
  ingest(task).then(
    (done) => report({ done }),
    () => report({ done: refuse('ingestion_failed') }),
  );
});
process.once('disconnect', () => process.exit());
