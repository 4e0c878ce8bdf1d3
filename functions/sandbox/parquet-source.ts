import { open } from 'node:fs/promises';
import type { IngestionRefusal } from './csv-header.ts';
import { checkNames, refuse } from './csv-header.ts';
import { quoteText } from './predicate-printing.ts';
import type { Workshop } from './workshop.ts';

/** A Parquet file as rows of flat columns `c0`, `c1`… with types that the gate knows. */
export type ParquetSource = { readonly names: readonly string[]; readonly types: readonly string[]; readonly relation: string };

const footerBytes = 32 * 1024 * 1024;
const cellBytes = 2 * 1024 * 1024;
const widthOfValue = 8; // bytes, of whatever is no text

/** The type of the gate that holds a type of the file, or undefined where there is none. Times with a zone become UTC, nanoseconds are cut. */
const typeOf = (type: string): string | undefined => {
  if (/^(U?(TINYINT|SMALLINT|INTEGER|BIGINT)|DECIMAL\([0-9]+,[0-9]+\)|FLOAT|DOUBLE|VARCHAR|DATE|TIMESTAMP|BOOLEAN)$/.test(type))
    return type;
  if (/^TIMESTAMP(_S|_MS|_NS| WITH TIME ZONE)$/.test(type)) return 'TIMESTAMP';
  return type === 'UUID' ? 'VARCHAR' : undefined;
};

/** Looks at the end of a file, before any reader does: its magic and the length of its footer. */
async function checkEnd(source: string, size: number): Promise<IngestionRefusal | undefined> {
  if (size < 12) return refuse('parquet_corrupt');
  const file = await open(source);
  try {
    const { buffer } = await file.read(Buffer.alloc(8), 0, 8, size - 8);
    const magic = buffer.subarray(4).toString('latin1');
    if (magic === 'PARE') return refuse('parquet_encrypted');
    const length = buffer.readUInt32LE(0);
    return magic !== 'PAR1' || length === 0 || length > Math.min(size - 12, footerBytes) ? refuse('parquet_corrupt') : undefined;
  } finally {
    await file.close();
  }
}

type Element = { readonly name: string; readonly flat: boolean };

/** The columns at the top of the tree that `parquet_schema` lists depth first. */
function topOf(rows: readonly (readonly string[])[]): readonly Element[] {
  const children = (at: number): number => Number(rows[at]?.[1] ?? 0);
  const end = (at: number): number => {
    let next = at + 1;
    for (let child = 0; child < children(at) && next < rows.length; child += 1) next = end(next);
    return next;
  };
  const elements: Element[] = [];
  for (let at = 1; at < rows.length; at = end(at)) {
    elements.push({ name: (rows[at]?.[0] ?? '').trim(), flat: children(at) === 0 && rows[at]?.[2] !== 'REPEATED' });
  }
  return elements;
}

/**
 * Reads what a Parquet file says of itself, refuses what is not flat or would grow beyond the limits, and reads every text once to see that it
 * does not: a page of a few bytes may stand for terabytes.
 *
 * Refusals: `parquet_corrupt`, `parquet_encrypted`, `parquet_column_type`, `file_expands`, and those of a header.
 */
export async function openParquet(workshop: Workshop, source: string, size: number): Promise<ParquetSource | IngestionRefusal> {
  const broken = await checkEnd(source, size);
  if (broken !== undefined) return broken;
  try {
    return await readParquet(workshop, quoteText(source));
  } catch {
    return refuse('parquet_corrupt');
  }
}

async function readParquet(workshop: Workshop, file: string): Promise<ParquetSource | IngestionRefusal> {
  const { limits, numbers, texts } = workshop;
  const elements = topOf(await texts(`SELECT name, num_children, repetition_type FROM parquet_schema(${file})`));
  const names = elements.map(({ name }) => name);
  const unfit = checkNames(names, limits.columns);
  if (unfit !== undefined) return { ...unfit, line: null };
  const written = (await texts(`DESCRIBE SELECT * FROM read_parquet(${file})`)).map(([, type = '']) => type);
  const types = elements.map(({ flat }, index) => (flat ? typeOf(written[index] ?? '') : undefined));
  const foreign = types.indexOf(undefined);
  if (foreign !== -1 || written.length !== names.length) return refuse('parquet_column_type', { column: foreign + 1 });
  const known = types.filter((type) => type !== undefined);
  const raw = `read_parquet(${file}) AS t(${names.map((_, index) => `c${index}`).join(', ')})`;
  const values = known.map((type, index) => {
    const cast = type === written[index] ? `c${index}` : `CAST(c${index} AS ${type})`;
    // Many writers put NaN where there is nothing.
    return `${/^(FLOAT|DOUBLE)$/.test(type) ? `CASE WHEN isnan(c${index}) THEN NULL ELSE c${index} END` : cast} AS c${index}`;
  });
  const expands = await grows(workshop, raw, file, known);
  if (expands !== undefined) return expands;
  const [[rows = 0] = []] = await numbers(`SELECT count(*) FROM ${raw}`);
  if (rows === 0) return refuse('csv_no_rows');
  if (rows > limits.rows) return refuse('csv_too_many_rows', { row: limits.rows + 1 });
  return { names, types: known, relation: `(SELECT ${values.join(', ')} FROM ${raw})` };
}

async function grows(
  { limits, numbers }: Workshop,
  raw: string,
  file: string,
  types: readonly string[],
): Promise<IngestionRefusal | undefined> {
  const most = limits.expandedBytes ?? 10 * limits.bytes;
  const [[told = 0, least = 0] = []] = await numbers(
    `SELECT sum(total_uncompressed_size::DOUBLE), min(least(total_uncompressed_size, total_compressed_size, num_values)) FROM parquet_metadata(${file})`,
  );
  if (least < 0) return refuse('parquet_corrupt');
  if (told > most) return refuse('file_expands');
  const [[rows = 0] = []] = await numbers(`SELECT sum(num_rows) FROM parquet_file_metadata(${file})`);
  if (rows > limits.rows) return refuse('csv_too_many_rows', { row: limits.rows + 1 });
  let bytes = rows * types.length * widthOfValue;
  for (const [index, type] of types.entries()) {
    if (type !== 'VARCHAR' || bytes > most) continue;
    const [[all = 0, longest = 0] = []] = await numbers(
      `SELECT coalesce(sum(strlen(c${index}::VARCHAR)::DOUBLE), 0), coalesce(max(strlen(c${index}::VARCHAR)), 0) FROM ${raw}`,
    );
    bytes += all;
    if (longest > cellBytes) return refuse('file_expands', { column: index + 1 });
  }
  return bytes > most ? refuse('file_expands') : undefined;
}
