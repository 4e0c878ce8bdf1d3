import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { IngestionCode } from '../../contracts/ingestion-refusals.ts';
import type { IngestionRefusal } from './csv-header.ts';
import { readHeader, refuse } from './csv-header.ts';
import { countMisfits, countsOfMisfits, firstOfTexts, typeAt, widest } from './csv-types.ts';
import type { SchemaColumn } from './ingestion.ts';
import { readKeys, writeCsv } from './json-lines.ts';
import { quoteText } from './predicate-printing.ts';
import type { Recognised } from './source-format.ts';
import { blocksOf, lineBytes, writeText } from './text-lines.ts';
import type { Workshop } from './workshop.ts';

/** A file of text as rows of texts `c0`, `c1`…, so that no name of the file enters SQL before the end; and where inference of each begins. */
export type TextSource = { readonly names: readonly string[]; readonly relation: string; readonly steps: readonly number[] };

/** What the columns of a text seem to be: the type of each, and how far up the ladder it stands. */
export type Guess = { readonly types: readonly string[]; readonly steps: readonly number[] };

/** The table of the workshop that holds a sample of the rows of a text. */
export const sampleTable = 'few';

const headerBytes = 1024 * 1024;
const sampleRows = 5000;
const columnsAtOnce = 50;

async function readFirst(file: string, maxColumns: number): Promise<readonly string[] | IngestionRefusal> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(Math.min(size, headerBytes)), 0, undefined, 0);
    return readHeader(buffer.subarray(0, bytesRead), bytesRead === size, maxColumns);
  } finally {
    await handle.close();
  }
}

/** Strict RFC 4180 as text; lines that are wrong are kept apart, for `rejectedLine`. */
const csvRelation = (file: string, names: readonly string[]): string =>
  `read_csv(${quoteText(file)}, auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', strict_mode = true,
    null_padding = false, max_line_size = ${lineBytes}, columns = {${names.map((_, index) => `'c${index}': 'VARCHAR'`).join(', ')}},
    store_rejects = true, rejects_limit = 10)`;

/** Opens CSV and JSON lines: what DuckDB cannot read as it is, is written anew in the workspace. @throws Unreadable */
export async function openText(
  { workspace, limits, tell }: Workshop,
  { format, encoding }: Exclude<Recognised, { format: 'parquet' }>,
  source: string,
  size: number,
  schema: readonly SchemaColumn[] | null,
): Promise<TextSource | IngestionRefusal> {
  const written = join(workspace, 'text.csv');
  let bytes = 0;
  const onBytes = (more: number): void => tell('reading', Math.floor((100 * (bytes += more)) / size));
  if (format === 'jsonl') {
    const names = schema?.map(({ name }) => name) ?? (await readKeys(source, encoding, limits.columns));
    if ('refused' in names) return { ...names, line: null };
    const holdsText = await writeCsv(source, encoding, names, written, onBytes);
    return { names, relation: csvRelation(written, names), steps: holdsText.map((text) => (text ? firstOfTexts : 0)) };
  }
  const anew = encoding === 'gb18030';
  if (anew) {
    const pieces = async function* (): AsyncGenerator<string> {
      for await (const { text } of blocksOf(source, encoding, onBytes)) yield text;
    };
    await writeText(pieces(), written);
  }
  const names = await readFirst(anew ? written : source, limits.columns);
  return 'refused' in names ? names : { names, relation: csvRelation(anew ? written : source, names), steps: names.map(() => 0) };
}

const rejectCodes: Readonly<Record<string, IngestionCode>> = {
  'MISSING COLUMNS': 'csv_ragged_row',
  'TOO MANY COLUMNS': 'csv_ragged_row',
  'UNQUOTED VALUE': 'csv_unbalanced_quote',
  'LINE SIZE OVER MAXIMUM': 'csv_line_too_long',
  'INVALID ENCODING': 'csv_wrong_encoding',
};

/** The first line that is wrong, of all the CSV that was read. */
export async function rejectedLine({ texts }: Workshop): Promise<IngestionRefusal | undefined> {
  const [rejected] = await texts('SELECT error_type::VARCHAR, line, column_idx FROM reject_errors ORDER BY line LIMIT 1');
  if (rejected === undefined) return undefined;
  const [type = '', line = '', column = ''] = rejected;
  return refuse(rejectCodes[type] ?? 'csv_unreadable', { line: Number(line), column: column === '' ? null : Number(column) });
}

/** A sample of the rows of a relation. */
export const sampled = (relation: string): string => `${relation} USING SAMPLE reservoir(${sampleRows} ROWS) REPEATABLE (7)`;

/** SQL that reads a whole text once and keeps a sample of its rows, from which types are guessed. */
export const takeSample = (relation: string): string => `CREATE TEMP TABLE ${sampleTable} AS SELECT * FROM ${sampled(relation)}`;

/** Goes up the ladder from where columns stand until all the values that they have in `rows` fit. */
async function climb({ numbers, tell }: Workshop, rows: string, from: Guess, columns: readonly number[]): Promise<Guess> {
  const steps = [...from.steps];
  const types: (string | undefined)[] = [...from.types];
  let open = columns;
  for (let round = 0; open.length > 0 && round <= widest; round += 1) {
    for (let start = 0; start < open.length; start += columnsAtOnce) {
      const batch = open.slice(start, start + columnsAtOnce);
      const counts = batch.flatMap((index) => countMisfits(`c${index}`, steps[index] ?? widest));
      const [row = []] = await numbers(`SELECT ${counts.join(', ')} FROM ${rows}`);
      for (const [place, index] of batch.entries()) {
        const step = steps[index] ?? widest;
        const counted = row.slice(place * countsOfMisfits, (place + 1) * countsOfMisfits);
        // A column without a value stays where it is: what it is nobody knows yet.
        types[index] = counted[0] === 0 ? 'VARCHAR' : typeAt(step, counted);
        if (types[index] === undefined) steps[index] = step + 1;
      }
      tell('typing', Math.floor((100 * start) / open.length));
    }
    open = open.filter((index) => types[index] === undefined);
  }
  return { steps, types: types.map((type) => type ?? 'VARCHAR') };
}

/** The narrowest types that the sample fits. */
export const guessTypes = async (workshop: Workshop, { names, steps }: TextSource): Promise<Guess> =>
  climb(workshop, sampleTable, { steps, types: names.map(() => '') }, [...names.keys()]);

/** Whether a guess fails some value of a column, or was made without one. */
export const isDoubtful = ({ types, steps }: Guess, index: number, filled: number, unfit: number): boolean =>
  types[index] === 'VARCHAR' ? steps[index] !== widest && filled > 0 : unfit > 0;

/** The narrowest types, no narrower than guessed, that every value fits: of the given columns, the others as guessed. */
export const proveTypes = async (workshop: Workshop, { relation }: TextSource, guess: Guess, columns: readonly number[]): Promise<Guess> =>
  climb(workshop, relation, guess, columns);
