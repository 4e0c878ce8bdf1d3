import { countWhere, fitsText, holdsNul, inCalendar, isFormula } from './csv-types.ts';
import type { IngestionRefusal } from './csv-header.ts';
import { refuse } from './csv-header.ts';
import { familyOf } from './literals.ts';
import { quote } from './predicate-printing.ts';

/** One column on its way from a file into Parquet: how the file has it, its name there, the type that it gets. */
export type Fitted = { readonly name: string; readonly from: string; readonly type: string };

/** Whether a type may be asked for: one that the gate knows, and that DuckDB can build. It becomes part of SQL. */
export function isUsable(type: string): boolean {
  const family = familyOf(type);
  if (family === null || family === 'any') return false;
  const [, width = 1, scale = 0] = /^DECIMAL\(([0-9]+),([0-9]+)\)$/.exec(type)?.map(Number) ?? [];
  return width >= 1 && width <= 38 && scale <= width;
}

/**
 * A relation of columns `c0`, `c1`… with the value that each gets beside it, as `v0`, `v1`…; NULL where the engine cannot cast it. `more` comes
 * before them; `which` are the columns to have, all where it is not given.
 */
export const withValues = (
  relation: string,
  columns: readonly Fitted[],
  { more = [], which = [...columns.keys()] }: { readonly more?: readonly string[]; readonly which?: readonly number[] } = {},
): string => {
  const both = which.map((index) => {
    const { from, type } = columns[index] as Fitted;
    const cast = type === from ? `c${index}` : type === 'VARCHAR' ? `c${index}::VARCHAR` : `TRY_CAST(c${index} AS ${type})`;
    return `c${index}, ${cast} AS v${index}`;
  });
  return `(SELECT ${[...more, ...both].join(', ')} FROM ${relation})`;
};

const misfits = ['value_misfit', 'csv_formula_cell', 'csv_nul_byte'] as const;

/** What makes a text wrong, in the order of `misfits`. */
const faultsOfText = (v: string): readonly string[] => ['FALSE', isFormula(v), holdsNul(v)];

/** What any other value that is not NULL must meet. */
function fitsValue({ from, type }: Fitted, index: number): string {
  const [c, v] = [`c${index}`, `v${index}`];
  if (from === 'VARCHAR') return fitsText(c, v, type);
  const family = familyOf(type);
  const own = family === 'date' || family === 'timestamp' ? inCalendar(v) : family === 'double' ? `isfinite(${v})` : 'TRUE';
  return from === type || type === 'VARCHAR' ? own : `(${own} AND TRY_CAST(${v} AS ${from}) = ${c})`;
}

const isText = ({ from, type }: Fitted): boolean => from === 'VARCHAR' && type === 'VARCHAR';

/** Counts the values of a column that may not be taken in as they are. */
export const countUnfit = (column: Fitted, index: number): string => {
  if (isText(column)) return countWhere(faultsOfText(`c${index}`).join(' OR '));
  const fits = fitsValue(column, index);
  return fits === 'TRUE' ? '0' : `count(c${index}) - ${countWhere(fits)}`;
};

const stop = "error('misfit')";

/**
 * Reads a relation of columns `c0`, `c1`… as typed columns; the first value that does not fit ends the query. Conditions stand bare in CASE,
 * where the engine asks the dear ones only of the values that the cheap ones left open.
 */
export function typedRows(relation: string, columns: readonly Fitted[]): string {
  const outputs = columns.map((column, index) => {
    const [v, wrong] = [`v${index}`, `${stop}::${column.type}`];
    const fits = fitsValue(column, index);
    const value = isText(column)
      ? `CASE WHEN ${faultsOfText(v).join(' OR ')} THEN ${wrong} ELSE ${v} END`
      : fits === 'TRUE'
        ? v
        : `CASE WHEN c${index} IS NULL OR ${fits} THEN ${v} ELSE ${wrong} END`;
    return `${value} AS ${quote(column.name)}`;
  });
  return `SELECT ${outputs.join(', ')} FROM ${withValues(relation, columns)}`;
}

/** Whether a query was ended by a value that does not fit. */
export const isMisfit = (error: unknown): boolean => error instanceof Error && error.message.includes('misfit');

/** Finds the first row with a value that does not fit: its number from 1, and a code of its column and fault for `misfitAt`. */
export function firstMisfit(relation: string, columns: readonly Fitted[]): string {
  const cases = columns.flatMap((column, index) => {
    const faults = isText(column) ? faultsOfText(`v${index}`) : [`c${index} IS NOT NULL AND ${fitsValue(column, index)} IS NOT TRUE`];
    return faults.map((fault, kind) => `WHEN ${fault} THEN ${index * misfits.length + kind}`);
  });
  const numbered = withValues(`(SELECT row_number() OVER () AS n, * FROM ${relation})`, columns, { more: ['n'] });
  return `SELECT n, k FROM (SELECT n, CASE ${cases.join(' ')} ELSE -1 END AS k FROM ${numbered}) WHERE k >= 0 ORDER BY n LIMIT 1`;
}

export const misfitAt = ([row = 0, code = 0]: readonly number[]): IngestionRefusal =>
  refuse(misfits[code % misfits.length] ?? 'value_misfit', { row, column: Math.floor(code / misfits.length) + 1 });

/**
 * The wider types that hold every value of a column, so that a person may correct what was inferred: never a narrower one. `digits` is the
 * most digits that a number of it has: one of more than 15 is not exact as a DOUBLE, one of more than 18 is no decimal of the gate.
 */
export function widerThan(type: string, digits: number): readonly string[] {
  const family = familyOf(type);
  const wider = [
    ...(family === 'integer' && type !== 'BIGINT' && type !== 'UBIGINT' ? ['BIGINT'] : []),
    ...(family === 'integer' && digits <= 18 ? ['DECIMAL(18,0)'] : []),
    ...(((family === 'integer' || family === 'decimal') && digits <= 15) || type === 'FLOAT' ? ['DOUBLE'] : []),
    ...(type === 'DATE' ? ['TIMESTAMP'] : []),
    ...(type === 'VARCHAR' ? [] : ['VARCHAR']),
  ];
  return wider;
}
