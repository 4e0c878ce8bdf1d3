import type { DuckDBConnection } from '@duckdb/node-api';
import { DuckDBInstance } from '@duckdb/node-api';
import { cellsOf } from './cells.ts';
import type { Cell } from './engine.ts';
import { quote, quoteText, viewOf } from './predicate-printing.ts';
import type { Sample } from './synthetic.ts';

/** Runs a query that the gate printed over invented rows; null where it does not end well or in time. */
export type Rehearse = (sql: string, sample: Sample) => Promise<readonly (readonly Cell[])[] | null>;

const deadlineMs = 5_000;

/** A type that is not known holds whatever is written. */
const columnOf = ({ name, type }: Sample['columns'][number], index: number): string =>
  `CAST(c${index} AS ${type === 'ANY' ? 'VARCHAR' : type}) AS ${quote(name)}`;

const tuple = (row: readonly string[]): string => `(${row.map(quoteText).join(', ')})`;

/** Makes a table of invented rows. */
export async function fill(
  connection: DuckDBConnection,
  table: string,
  { columns, rows }: Pick<Sample, 'columns' | 'rows'>,
): Promise<void> {
  const names = columns.map((_, index) => `c${index}`).join(', ');
  const values = rows.map(tuple).join(', ');
  const typed = columns.map(columnOf).join(', ');
  await connection.run(`CREATE TABLE ${quote(table)} AS SELECT ${typed} FROM (VALUES ${values}) AS sample(${names})`);
}

/**
 * In this process, since there is nothing to protect: an empty database of its own for each rehearsal, which sees no file and holds nothing but
 * what was invented. Undefined where it does not end well or in time.
 */
export async function inEmptyDatabase<T>(
  run: (connection: DuckDBConnection) => Promise<T>,
  settings: readonly string[] = [],
): Promise<T | undefined> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1', memory_limit: '200MB' });
  const connection = await instance.connect();
  const timer = setTimeout(() => connection.interrupt(), deadlineMs);
  try {
    for (const setting of ["temp_directory = ''", 'enable_external_access = false', ...settings, 'lock_configuration = true'])
      await connection.run(`SET ${setting}`);
    return await run(connection);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
    connection.closeSync();
    instance.closeSync();
  }
}

/** Types come from the profile of a dataset and are those of `familyOf`. */
export const rehearse: Rehearse = async (sql, sample) => {
  const rows = await inEmptyDatabase(async (connection) => {
    await fill(connection, 'data', sample);
    if (sample.listed !== undefined) {
      const keys = `SELECT DISTINCT CAST(${quote(sample.listed)} AS VARCHAR) AS key FROM data`;
      await connection.run(`CREATE VIEW ${quote(viewOf(0))} AS ${keys}`);
    }
    return cellsOf(await connection.runAndReadAll(sql));
  });
  return rows ?? null;
};
