import type { DuckDBConnection } from '@duckdb/node-api';
import { DuckDBInstance } from '@duckdb/node-api';
import { AnalysisRule } from '../../contracts/analysis-rule.ts';
import { compare, withKeys, withoutHidden, type Effort } from '../../functions/sandbox/comparing.ts';
import { askedOf } from '../../functions/sandbox/differences.ts';
import type { Answer, Cell } from '../../functions/sandbox/engine.ts';
import { compile } from '../../functions/sandbox/gate.ts';
import { openParser } from '../../functions/sandbox/parser.ts';
import { printForm } from '../../functions/sandbox/printing.ts';
import { identityOf, openReleases, settled } from '../../functions/sandbox/releases.ts';
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
  const releases = openReleases(store.table('releases'));
  const memory = new Map<string, readonly Row[]>();

  const ask = async (sql: string, over: Partial<AnalysisRule> = {}): Promise<Told> => {
    asked += 1;
    const query = `q${asked}`;
    const mine = { ...rule, ...over };
    const compiled = await compile(sql, mine, columns, parser.parse);
    if ('refused' in compiled) throw new Error(`${compiled.refused}: ${sql}`);
    const form = settled(compiled.form);
    const identity = identityOf(form, mine, 'object');
    const { place, before } = await releases.reserve(`r${resource}`, query, identity, askedOf(form, mine));
    const stored = before.find((each) => each.identity === identity && each.status === 'released');
    if (stored) return { rows: memory.get(stored.query) ?? [], effort: { before: before.length, compared: 0, atoms: 0, ms: 0 } };
    const { hidden, effort } = await compare(askedOf(form, mine), before, run);
    await releases.settle(`r${resource}`, place, hidden === null ? { status: 'refused' } : { status: 'released', hidden });
    if (hidden === null) return 'refused';
    const answer = withoutHidden(await run(printForm(withKeys(form), { rule: mine, columns })), form, hidden);
    memory.set(query, answer.rows);
    return { rows: answer.rows, effort };
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
