import { DatabaseSync } from 'node:sqlite';
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { tableNames } from '../../infra/local/stores.ts';
import type { Item } from '../../shared/store/table.ts';

/** All that a host has stored, read behind its back. */
export type Items = Readonly<Record<(typeof tableNames)[number], readonly Item[]>>;

const tabled = (of: (name: string) => readonly Item[]): Items =>
  Object.fromEntries(tableNames.map((name) => [name, of(name)])) as unknown as Items;

/** One moment of a SQLite file. */
export const itemsInFile = (file: string): Items => {
  const database = new DatabaseSync(file, { timeout: 5000 });
  try {
    const rows = database.prepare('SELECT name, body FROM items').all() as { name: string; body: string }[];
    const all = Map.groupBy(rows, (row) => row.name);
    return tabled((name) => (all.get(name) ?? []).map(({ body }) => JSON.parse(body) as Item));
  } finally {
    database.close();
  }
};

/** The tables of an engine, once nobody writes to them. */
export const itemsInDynamodb = async (config: DynamoDBClientConfig): Promise<Items> => {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(config));
  const read = async (TableName: string): Promise<readonly Item[]> => {
    const items: Item[] = [];
    for await (const page of paginateScan({ client }, { TableName, ConsistentRead: true })) items.push(...((page.Items ?? []) as Item[]));
    return items;
  };
  const all = new Map<string, readonly Item[]>();
  for (const name of tableNames) all.set(name, await read(name));
  client.destroy();
  return tabled((name) => all.get(name) ?? []);
};
