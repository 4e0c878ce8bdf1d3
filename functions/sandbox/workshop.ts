import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { DuckDBInstance } from '@duckdb/node-api';
import type { IngestionLimits, Progress } from './ingestion.ts';
import { quoteText } from './predicate-printing.ts';

/** Where one file is worked on: a DuckDB instance that may read the sources and write in the workspace, and nothing else. */
export type Workshop = {
  readonly connection: DuckDBConnection;
  readonly workspace: string;
  readonly limits: IngestionLimits;
  readonly tell: (stage: Progress['stage'], percent: number) => void;
  /** Runs a statement; how far it is, is told as that of a stage. */
  readonly run: (stage: Progress['stage'], sql: string) => Promise<void>;
  /** Rows of numbers: counts arrive as big integers, all far below 2^53; what is NULL is NaN. */
  readonly numbers: (sql: string) => Promise<readonly (readonly number[])[]>;
  /** Rows of texts; what is NULL is an empty text. */
  readonly texts: (sql: string) => Promise<readonly (readonly string[])[]>;
};

export async function openWorkshop(
  sources: readonly string[],
  workspace: string,
  limits: IngestionLimits,
  tell: Workshop['tell'],
  settings: readonly string[] = [],
): Promise<Workshop> {
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
    "SET TimeZone = 'UTC'",
    'SET enable_progress_bar = true',
    'SET enable_progress_bar_print = false',
    `SET allowed_paths = [${sources.map(quoteText).join(', ')}]`,
    `SET allowed_directories = [${quoteText(workspace)}]`,
    'SET enable_external_access = false',
    ...settings.map((setting) => `SET ${setting}`),
    'SET lock_configuration = true',
  ]) {
    await connection.run(statement);
  }
  const rowsOf = async (sql: string) => (await connection.runAndReadAll(sql)).getRows();
  return {
    connection,
    workspace,
    limits,
    tell,
    run: async (stage, sql) => {
      const timer = setInterval(() => tell(stage, Math.max(0, Math.floor(connection.progress.percentage))), 500);
      await connection.run(sql).finally(() => clearInterval(timer));
    },
    numbers: async (sql) => (await rowsOf(sql)).map((row) => row.map((value) => (value === null ? Number.NaN : Number(value)))),
    texts: async (sql) => (await rowsOf(sql)).map((row) => row.map((value) => (value === null ? '' : String(value)))),
  };
}
