import { DuckDBInstance } from '@duckdb/node-api';
import type { Parser } from './gate.ts';

/**
 * Opens DuckDB's parser in this process: an empty, locked database that sees no file and is asked one fixed question, with the buyer's text as
 * its parameter. Deep nesting ends at the parser's own limit; the gate bounds the length before.
 */
export async function openParser(): Promise<{ readonly parse: Parser; close(): void }> {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '1',
    memory_limit: '100MB',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const connection = await instance.connect();
  await connection.run("SET temp_directory=''; SET enable_external_access=false; SET lock_configuration=true");
  // Prepared once: planning the question takes longer than parsing the text.
  const question = await connection.prepare(
    'SELECT json_serialize_sql($1::VARCHAR, skip_default := true, skip_empty := false, skip_null := true)',
  );
  const serialise = async (sql: string): Promise<string> => {
    question.bindVarchar(1, sql);
    const answer = await question.runAndReadAll();
    return String(answer.getRows()[0]?.[0]);
  };
  let last: Promise<unknown> = Promise.resolve();
  return {
    // One at a time: a text that is bound while another is being read would be answered in its place.
    parse: (sql) => {
      const answer = last.then(() => serialise(sql));
      last = answer.catch(() => undefined);
      return answer;
    },
    close: () => {
      question.destroySync();
      connection.closeSync();
      instance.closeSync();
    },
  };
}
