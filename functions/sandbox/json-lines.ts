import type { IngestionRefusal } from './csv-header.ts';
import { checkNames, refuse } from './csv-header.ts';
import type { Encoding } from './ingestion.ts';
import { blocksOf, lineBytes, Unreadable, writeText } from './text-lines.ts';

const string = String.raw`"([^"\\\u0000-\u001f]*(?:\\.[^"\\\u0000-\u001f]*)*)"`;
const number = String.raw`-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?`;
const member = new RegExp(String.raw`[ \t]*${string}[ \t]*:[ \t]*(?:${string}|(${number})|(true|false)|(null)|([[{]))[ \t]*([,}]?)`, 'y');

type Value = { readonly text: string; readonly isText: boolean } | null;

/** Escapes only: numbers do not go through JavaScript, which would round them. @throws Unreadable json_invalid_line */
const unescape = (raw: string, line: number): string => {
  if (!raw.includes('\\')) return raw;
  let text: string;
  try {
    text = JSON.parse(`"${raw}"`) as string;
  } catch {
    throw new Unreadable('json_invalid_line', { line });
  }
  if (text.includes('\0')) throw new Unreadable('csv_nul_byte', { line });
  if (!text.isWellFormed()) throw new Unreadable('json_invalid_line', { line });
  return text;
};

/** Visits the members of one flat object (RFC 8259), numbers as they are written. @throws Unreadable json_invalid_line, json_nested_value */
function readObject(object: string, line: number, visit: (key: string, value: Value) => void): void {
  const text = object.trim();
  if (!text.startsWith('{')) throw new Unreadable('json_invalid_line', { line });
  if (/^\{[ \t]*\}$/.test(text)) return;
  member.lastIndex = 1;
  for (let end = ','; end === ',';) {
    const match = member.exec(text);
    const [, key, written, digits, truth, nothing, nested] = match ?? [];
    if (key === undefined) throw new Unreadable('json_invalid_line', { line });
    if (nested !== undefined) throw new Unreadable('json_nested_value', { line });
    const bare = digits ?? truth;
    const filled = bare === undefined ? { text: unescape(written ?? '', line), isText: true } : { text: bare, isText: false };
    visit(unescape(key, line).trim(), nothing === undefined ? filled : null);
    end = match?.[7] ?? '';
    if (end === '}' && member.lastIndex === text.length) return;
  }
  throw new Unreadable('json_invalid_line', { line });
}

async function* objectsOf(
  source: string,
  encoding: Encoding,
  onBytes: (bytes: number) => void,
): AsyncGenerator<readonly { readonly text: string; readonly line: number }[]> {
  for await (const { text, line } of blocksOf(source, encoding, onBytes)) {
    yield text.split('\n').flatMap((each, n) => (each.trim() === '' ? [] : [{ text: each, line: line + n }]));
  }
}

const keysFrom = 10_000;

/** The names of the columns: the keys of the first 10,000 objects in the order in which they first appear. Refusals: as of a header. */
export async function readKeys(source: string, encoding: Encoding, maxColumns: number): Promise<readonly string[] | IngestionRefusal> {
  const keys = new Set<string>();
  let left = keysFrom;
  for await (const objects of objectsOf(source, encoding, () => undefined)) {
    for (const { text, line } of objects.slice(0, left)) {
      readObject(text, line, (key) => keys.add(key));
      if (keys.size > maxColumns) throw new Unreadable('csv_too_many_columns', { line });
    }
    left -= objects.length;
    if (left <= 0) break;
  }
  if (keys.size === 0) return refuse('csv_empty');
  return checkNames([...keys], maxColumns) ?? [...keys];
}

const cell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/**
 * Writes JSON lines (one flat object a line; blank lines are passed over) as CSV with the given columns, every value as it is written, so that
 * no digit is lost. A key that is absent, `null` and an empty text are NULL. @returns for each column whether it held a JSON text, which no
 * inference may make a number. @throws Unreadable json_invalid_line, json_nested_value, json_duplicate_key, json_unknown_key, csv_line_too_long
 */
export async function writeCsv(
  source: string,
  encoding: Encoding,
  keys: readonly string[],
  target: string,
  onBytes: (bytes: number) => void,
): Promise<readonly boolean[]> {
  const places = new Map(keys.map((key, index) => [key, index]));
  const holdsText = keys.map(() => false);
  const lastLine = keys.map(() => 0);
  // A line without anything in it would be no row.
  const nothing: string = keys.length === 1 ? '""' : '';
  const rowOf = ({ text, line }: { readonly text: string; readonly line: number }): string => {
    const cells = keys.map(() => nothing);
    readObject(text, line, (key, value) => {
      const place = places.get(key);
      if (place === undefined) throw new Unreadable('json_unknown_key', { line });
      if (lastLine[place] === line) throw new Unreadable('json_duplicate_key', { line, column: place + 1 });
      lastLine[place] = line;
      if (value === null || value.text === '') return;
      if (value.isText) holdsText[place] = true;
      cells[place] = cell(value.text);
    });
    const row = `${cells.join(',')}\n`;
    if (row.length > lineBytes / 3 && Buffer.byteLength(row) > lineBytes) throw new Unreadable('csv_line_too_long', { line });
    return row;
  };
  const pieces = async function* (): AsyncGenerator<string> {
    yield `${keys.map(cell).join(',')}\n`;
    for await (const objects of objectsOf(source, encoding, onBytes)) if (objects.length > 0) yield objects.map(rowOf).join('');
  };
  await writeText(pieces(), target);
  return holdsText;
}
