import type { IngestionCode } from '../../contracts/ingestion-refusals.ts';
import { linesIn } from './text-encoding.ts';

/** Where a file is wrong: a physical `line` or a data `row` (the header not counted), and a `column`, all from one; null where unknown. */
export type IngestionRefusal = {
  readonly refused: IngestionCode;
  readonly line: number | null;
  readonly row: number | null;
  readonly column: number | null;
};

export const refuse = (refused: IngestionCode, where: Partial<Omit<IngestionRefusal, 'refused'>> = {}): IngestionRefusal => ({
  refused,
  line: null,
  row: null,
  column: null,
  ...where,
});

const field = /(?:"([^"]*(?:""[^"]*)*)"|([^",\r\n]*))(,|\r?\n|$)/y;

/**
 * Reads the names of the columns from the first bytes of a CSV (RFC 4180, comma, UTF-8 with or without a byte order mark). `whole` says that
 * these are all the bytes there are. Names are trimmed; they may not be empty, longer than 128 characters, hold control characters, begin
 * like a formula, or repeat without regard to case.
 */
export function readHeader(bytes: Buffer, whole: boolean, maxColumns: number): readonly string[] | IngestionRefusal {
  if (bytes.length === 0) return refuse('csv_empty');
  let text: string;
  try {
    // A character cut at the end of the chunk is not an error of the file.
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: !whole });
  } catch {
    return refuse('csv_wrong_encoding', { line: linesIn('utf-8', bytes) + 1 });
  }
  if (text.includes('\0')) return refuse('csv_nul_byte', { line: 1 });
  if (text.trim() === '') return refuse('csv_empty');
  const names: string[] = [];
  field.lastIndex = 0;
  for (let end = ','; end === ',';) {
    const match = field.exec(text);
    if (match === null || (match[3] === '' && !whole))
      return refuse(match === null ? 'csv_unbalanced_quote' : 'csv_line_too_long', { line: 1 });
    names.push((match[1]?.replaceAll('""', '"') ?? match[2] ?? '').trim());
    end = match[3] ?? '';
  }
  return checkNames(names, maxColumns) ?? names;
}

/** Names are those of columns, wherever a file has them; their refusals come with line 1. */
export function checkNames(names: readonly string[], maxColumns: number): IngestionRefusal | undefined {
  if (names.length > maxColumns) return refuse('csv_too_many_columns', { line: 1, column: maxColumns + 1 });
  const seen = new Set<string>();
  for (const [index, name] of names.entries()) {
    const column = index + 1;
    if (name === '' || name.length > 128 || /\p{Cc}/u.test(name)) return refuse('csv_bad_header', { line: 1, column });
    if (/^[=+\-@]/.test(name)) return refuse('csv_formula_cell', { line: 1, column });
    if (seen.has(name.toLowerCase())) return refuse('csv_duplicate_header', { line: 1, column });
    seen.add(name.toLowerCase());
  }
  return undefined;
}
