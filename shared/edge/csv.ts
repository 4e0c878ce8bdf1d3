import type { Reply } from './context.ts';

/** What is written as it is: a number of more digits than JavaScript's are exact in, or a cell that was made safe before. */
export type Exact = { readonly exact: string };
export type CsvCell = string | number | boolean | null | undefined | Exact;
type Rows = readonly (readonly CsvCell[])[];

/** What a spreadsheet takes for the beginning of a formula, full-width forms included (OWASP, CSV Injection). */
const formula = /^[=+\-@\t\r\n＝＋－＠]/;
/** A text that begins like a formula gets a quote before it, as in the portal's own downloads; numbers stay numbers. */
const cellOf = (value: CsvCell): string => {
  const text = typeof value === 'object' && value !== null ? value.exact : String(value ?? '');
  const safe = typeof value === 'string' && formula.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** Rows as a CSV file (RFC 4180), the header first; the mark at its beginning lets spreadsheets read it as UTF-8. */
export const csvOf = (header: Rows[number], rows: Rows): string =>
  `\uFEFF${[header, ...rows].map((row) => `${row.map(cellOf).join(',')}\r\n`).join('')}`;

/** A CSV as a download, under a file name without its ending. */
export const csvReply = (name: string, csv: string, headers: Readonly<Record<string, string>> = {}): Reply => ({
  status: 200,
  raw: csv,
  headers: { ...headers, 'content-type': 'text/csv; charset=utf-8', 'content-disposition': `attachment; filename="${name}.csv"` },
});
