import type { DuckDBConnection } from '@duckdb/node-api';
import { DuckDBInstance } from '@duckdb/node-api';
import { AnalysisRule } from '../../contracts/analysis-rule.ts';
import { answer, type Desk } from '../../functions/sandbox/answering.ts';
import type { Effort } from '../../functions/sandbox/comparing.ts';
import type { Answer, Cell, QueryResult } from '../../functions/sandbox/engine.ts';
import { openParser } from '../../functions/sandbox/parser.ts';
import { plan } from '../../functions/sandbox/planning.ts';
import { openSqlite } from '../../shared/store/sqlite.ts';

/** Trips in a city: 6 districts, 3 kinds, 12 months; one person alone in a district, another alone among the night trips of one. */
export const columns = [
  { name: 'district', type: 'VARCHAR' },
  { name: 'kind', type: 'VARCHAR' },
  { name: 'day', type: 'DATE' },
  { name: 'age', type: 'BIGINT' },
  { name: 'person', type: 'BIGINT' },
  { name: 'fare', type: 'BIGINT' },
];
export const rule = AnalysisRule.parse({
  dimensions: [{ column: 'district' }, { column: 'kind' }, { column: 'day', grain: 'month' }, { column: 'age', grain: { bin: 10 } }],
  measures: [{ column: 'fare' }],
  entity: 'person',
  minEntities: 5,
});

export type Row = readonly Cell[];
export type Told = { readonly rows: readonly Row[]; readonly effort: Effort } | 'refused';

/** The whole way of a question, from its text to what is shown, over real DuckDB and a real release memory. */
export async function openAsking(rows: string) {
  const parser = await openParser();
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
  const connection: DuckDBConnection = await instance.connect();
  await connection.run(`CREATE TABLE data AS ${rows}`);
  const store = openSqlite({ file: ':memory:' });
  const run = async (sql: string): Promise<Extract<Answer, { readonly rows: unknown }>> => {
    const reader = await connection.runAndReadAll(sql);
    return {
      columns: reader.columnNames().map((name) => ({ name, type: '' })),
      rows: reader
        .getRowsJson()
        .map((row) => row.map((value) => (typeof value === 'string' && /^-?[0-9]{1,15}$/.test(value) ? Number(value) : (value as Cell)))),
    };
  };
  let asked = 0;
  let resource = 0;
  const answers = new Map<string, QueryResult>();
  const desk: Desk = {
    memory: store.table('releases'),
    stored: async (query) => answers.get(query),
    pay: async () => undefined,
    pace: async (least = 0) => least,
  };

  const ask = async (sql: string, over: Partial<AnalysisRule> = {}): Promise<Told> => {
    asked += 1;
    const id = `q${asked}`;
    const ground = { rule: { ...rule, ...over }, columns };
    const planned = await plan(sql, ground.rule, columns, parser.parse);
    if ('refused' in planned) throw new Error(`${planned.refused}: ${sql}`);
    const told = await answer({ id, planned, ground, resource: `r${resource}`, object: 'object', run }, desk);
    if ('refused' in told) return 'refused';
    answers.set(id, told.result);
    return { rows: told.result.rows, effort: told.effort ?? { before: 0, compared: 0, atoms: 0, ms: 0 } };
  };
  return {
    ask,
    plain: async (sql: string): Promise<readonly Row[]> => (await run(sql)).rows,
    /** Another resource with the same rows: nothing has been asked of it. */
    forget: (): void => {
      resource += 1;
    },
    close: (): void => {
      parser.close();
      connection.closeSync();
      instance.closeSync();
      store.close();
    },
  };
}
