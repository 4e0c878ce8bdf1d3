import { DuckDBInstance, StatementType } from '@duckdb/node-api';
import type { DuckDBConnection } from '@duckdb/node-api';
import { cellsOf } from './cells.ts';
import type { Answer, Order } from './engine.ts';
import { quoteText } from './predicate-printing.ts';

/**
 * The body of an engine process: it runs one query and is killed. It starts without an environment, opens one DuckDB instance, locks it, and
 * answers rows or a fixed code; what the engine said when it failed is never passed on, since its messages quote cells.
 */
async function answer({ sql, files, limits }: Order): Promise<Answer> {
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
  await lock(connection, files.data);
  const statements = await connection.extractStatements(sql);
  if (statements.count !== 1) return { refused: 'query_failed' };
  const statement = await statements.prepare(0);
  if (statement.statementType !== StatementType.SELECT) return { refused: 'query_failed' };
  const reader = await statement.streamAndReadUntil(limits.rows + 1);
  if (reader.currentRowCount > limits.rows) return { refused: 'result_too_large' };
  const types = reader.columnTypes();
  const rows = cellsOf(reader);
  if (Buffer.byteLength(JSON.stringify(rows)) > limits.bytes) return { refused: 'result_too_large' };
  return { columns: reader.columnNames().map((name, index) => ({ name, type: String(types[index]) })), rows };
}

/** The order matters: views are made while files may be opened, and the last line closes the settings for good. */
async function lock(connection: DuckDBConnection, file: string): Promise<void> {
  const path = quoteText(file);
  for (const statement of [
    "SET temp_directory = ''",
    'SET enable_logging = false',
    'SET max_expression_depth = 200',
    'SET preserve_insertion_order = false',
    `CREATE VIEW data AS SELECT * FROM read_parquet(${path})`,
    `SET allowed_paths = [${path}]`,
    'SET enable_external_access = false',
    'SET allowed_configs = []',
    'SET lock_configuration = true',
  ]) {
    await connection.run(statement);
  }
}

/** Beyond `memory_limit`, which some functions do not heed, the process itself may take this much: Node, DuckDB's code and buffers. */
const ownBytes = 300 * 1024 * 1024;

const send = (reply: Answer): boolean | undefined => process.send?.(reply);

process.once('message', (order: Order) => {
  setInterval(() => {
    if (process.memoryUsage.rss() > order.limits.memoryBytes + ownBytes) process.kill(process.pid, 'SIGKILL');
  }, 20);
  answer(order).then(send, () => send({ refused: 'query_failed' }));
});
process.once('disconnect', () => process.exit());
