import { flushCompileCache } from 'node:module';
import { DuckDBInstance, StatementType } from '@duckdb/node-api';
import type { DuckDBConnection } from '@duckdb/node-api';
import { cellsOf } from './cells.ts';
import type { Answer, Files, Limits, Said, Settings, Told } from './engine.ts';
import { quote, quoteText } from './predicate-printing.ts';

/**
 * The body of an engine process: it runs one query and is killed. It starts without its host's environment, opens one DuckDB instance, locks it
 * over the query's files, is told the query only then, and answers rows or a fixed code; what the engine said when it failed is never passed
 * on, since its messages quote cells.
 */
async function open({ threads, memoryBytes }: Settings): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(threads),
    memory_limit: `${Math.floor(memoryBytes / 1024)}KiB`,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
    allow_unsigned_extensions: 'false',
    allow_persistent_secrets: 'false',
  });
  const connection = await instance.connect();
  for (const setting of ["temp_directory = ''", 'enable_logging = false', 'max_expression_depth = 200', 'preserve_insertion_order = false'])
    await connection.run(`SET ${setting}`);
  return connection;
}

/** The order matters: views are made while files may be opened, and the last line closes the settings for good. */
async function lock(connection: DuckDBConnection, files: Files): Promise<void> {
  for (const statement of [
    ...Object.entries(files).map(([view, file]) => `CREATE VIEW ${quote(view)} AS SELECT * FROM read_parquet(${quoteText(file)})`),
    `SET allowed_paths = [${Object.values(files).map(quoteText).join(', ')}]`,
    'SET enable_external_access = false',
    'SET allowed_configs = []',
    'SET lock_configuration = true',
  ])
    await connection.run(statement);
}

async function run(connection: DuckDBConnection, sql: string, most: Pick<Limits, 'rows' | 'bytes'>): Promise<Answer> {
  const statements = await connection.extractStatements(sql);
  if (statements.count !== 1) return { refused: 'query_failed' };
  const statement = await statements.prepare(0);
  if (statement.statementType !== StatementType.SELECT) return { refused: 'query_failed' };
  const reader = await statement.streamAndReadUntil(most.rows + 1);
  if (reader.currentRowCount > most.rows) return { refused: 'result_too_large' };
  const types = reader.columnTypes();
  const rows = cellsOf(reader);
  if (Buffer.byteLength(JSON.stringify(rows)) > most.bytes) return { refused: 'result_too_large' };
  return { columns: reader.columnNames().map((name, index) => ({ name, type: String(types[index]) })), rows };
}

/** Beside what a query may take, which some functions do not heed, the process itself may take this much: Node, DuckDB's code and buffers. */
const ownBytes = 300 * 1024 * 1024;
let queryBytes = 0;
setInterval(() => {
  if (process.memoryUsage.rss() > queryBytes + ownBytes) process.kill(process.pid, 'SIGKILL');
}, 20);

type Opened = { readonly settings: Settings; readonly connection: DuckDBConnection; readonly isLocked: boolean };

const isFor = (opened: Opened | undefined, { threads, memoryBytes }: Settings): opened is Opened =>
  opened?.settings.threads === threads && opened.settings.memoryBytes === memoryBytes;

async function heed(told: Told, opened: Opened | undefined): Promise<{ readonly said: Said; readonly opened?: Opened }> {
  if ('ready' in told) return { said: 'ready', opened: { settings: told.ready, connection: await open(told.ready), isLocked: false } };
  if ('run' in told) return { said: opened?.isLocked ? await run(opened.connection, told.run, told.most) : { refused: 'query_failed' } };
  queryBytes = told.settings.memoryBytes;
  const connection = isFor(opened, told.settings) ? opened.connection : await open(told.settings);
  await lock(connection, told.lock);
  return { said: 'locked', opened: { settings: told.settings, connection, isLocked: true } };
}

// At its start, since a process that is killed keeps nothing.
flushCompileCache();
let last: Promise<Opened | undefined> = Promise.resolve(undefined);
process.on('message', (told: Told) => {
  last = last.then(async (before) => {
    const { said, opened } = await heed(told, before).catch(() => ({ said: { refused: 'query_failed' } as const, opened: undefined }));
    process.send?.(said);
    return opened;
  });
});
process.once('disconnect', () => process.exit());
