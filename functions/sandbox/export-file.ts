import type { ExportColumn } from '../../contracts/export.ts';
import { csvOf, type CsvCell } from '../../shared/edge/csv.ts';
import type { Cell, QueryResult } from './engine.ts';
import type { Form } from './form.ts';
import { detectPersonal } from './personal.ts';

/** A file as it is reviewed: its columns, its text, and, for reviewers alone, on how many entities each row rests and whether one dominates it. */
export type ReviewedFile = {
  readonly columns: readonly ExportColumn[];
  readonly csv: string;
  readonly entities: readonly number[];
  readonly dominated: number;
};

/** Of floating point, what the order of summation may change is not written: seven significant digits are. */
const digits = 7;
const plain = /^-?[0-9]+(\.[0-9]+)?$/;
const written = (value: Cell, type: string): CsvCell => {
  if (typeof value === 'number') return /^(?:DOUBLE|FLOAT)$/.test(type) ? Number(value.toPrecision(digits)) : value;
  return typeof value === 'string' && /^(?:DECIMAL|HUGEINT)/.test(type) && plain.test(value) ? { exact: value } : value;
};

/** Lays out the answer to `printUnsuppressed`: outputs first, then the two columns that stay inside. */
export function layOut(form: Form, { columns, rows }: QueryResult): ReviewedFile {
  const width = form.outputs.length;
  const cells = rows.map((row) => row.slice(0, width).map((value, index) => written(value, columns[index]?.type ?? '')));
  const described = form.outputs.map(({ label, output }, index) => {
    const texts = cells.map((row) => row[index]).filter((value) => typeof value === 'string');
    const measured = output.kind !== 'dimension';
    return { name: label, measured, personal: measured ? null : detectPersonal(label, texts) };
  });
  return {
    columns: described,
    csv: csvOf(
      described.map(({ name }) => name),
      cells,
    ),
    entities: rows.map((row) => Number(row[width])),
    dominated: rows.filter((row) => row[width + 1] === true).length,
  };
}
