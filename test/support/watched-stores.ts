import type { Makers } from '../../infra/local/host.ts';
import { openStores, tableNames } from '../../infra/local/stores.ts';
import type { Table } from '../../shared/store/table.ts';

export type TableName = (typeof tableNames)[number];

/** A table that does as another does, but for what is said. */
export const tableLike = (table: Table, over: Partial<Table>): Table => ({
  get: (keys) => table.get(keys),
  query: ((range: never) => table.query(range)) as Table['query'],
  transact: (operations) => table.transact(operations),
  close: () => table.close(),
  ...over,
});

/** The stores of a host with something between each table and those who write to it. */
export const openWatchedStores =
  (watch: (name: TableName, table: Table) => Table): Makers['stores'] =>
  async (settings, now) => {
    const open = await openStores(settings, now);
    const tables = Object.fromEntries(tableNames.map((name) => [name, watch(name, open.tables[name])])) as typeof open.tables;
    return { ...open, tables };
  };
