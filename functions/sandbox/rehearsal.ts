import type { DuckDBConnection } from '@duckdb/node-api';
import { DuckDBInstance } from '@duckdb/node-api';
import { cellsOf } from './cells.ts';
import type { Cell } from './engine.ts';
import { quote } from './predicate-printing.ts';
import { quoteText } from './predicate-printing.ts';
import type { Sample } from './synthetic.ts';

/** Runs a query that the gate printed over invented rows; null where it does not end well or in time. */
export type Rehearse = (sql: string, sample: Sample) => Promise<readonly (readonly Cell[])[] | null>;

const deadlineMs = 5_000;

/** A type that is not known holds whatever is written. */
const columnOf = ({ name, type }: Sample['columns'][number], index: number): string =>
  `CAST(c${index} AS ${type === 'ANY' ? 'VARCHAR' : type}) AS ${quote(name)}`;

const tuple = (row: readonly string[]): string => `(${row.map(quoteText).join(', ')})`;

async function fill(connection: DuckDBConnection, { columns, rows }: Sample): Promise<void> {
  const names = columns.map((_, index) => `c${index}`).join(', ');
  const values = rows.map(tuple).join(', ');
  await connection.run(`CREATE TABLE data AS SELECT ${columns.map(columnOf).join(', ')} FROM (VALUES ${values}) AS sample(${names})`);
}

/**
 * In this process, since there is nothing to protect: an empty database of its own for each rehearsal, which sees no file and holds nothing but
 * what was invented. Types come from the profile of a dataset and are those of `familyOf`.
 */
export const rehearse: Rehearse = async (sql, sample) => {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1', memory_limit: '200MB' });
  const connection = await instance.connect();
  const timer = setTimeout(() => connection.interrupt(), deadlineMs);
  try {
    await connection.run("SET temp_directory=''; SET enable_external_access=false; SET lock_configuration=true");
    await fill(connection, sample);
    return cellsOf(await connection.runAndReadAll(sql));
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
    connection.closeSync();
    instance.closeSync();
  }
};
