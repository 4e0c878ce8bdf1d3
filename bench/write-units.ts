import { createTable, openDynamodb } from '../shared/store/dynamodb.ts';
import type { Entries, Item, Operation, Table } from '../shared/store/table.ts';
import type { Request } from '../shared/edge/door.ts';
import { missing, startDynamodb } from '../test/support/dynamodb.ts';
import { draftResource, openWorld } from './world.ts';

/** Write units of real transitions, as the engine counts them, against the formula of the design. */
if (missing !== undefined) {
  console.log(`not run: ${missing}`);
  process.exit(0);
}
const engine = await startDynamodb();
const client = engine.client;
await createTable({ tableName: 'records', client });
let units = 0;
const table = openDynamodb({ tableName: 'records', client, onCapacity: ({ write }) => (units += write) });
let last: readonly Operation[] = [];
const watched: Table = {
  ...table,
  get: (keys) => table.get(keys),
  query: ((range: never) => table.query(range)) as Table['query'],
  transact: (operations) => {
    last = operations;
    return table.transact(operations);
  },
  close: () => table.close(),
};
const door = openWorld(watched);

/** The size of a value as DynamoDB counts it ("DynamoDB item sizes and formats", Amazon DynamoDB Developer Guide), in bytes. */
const sizeOf = (value: unknown): number => {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return Math.ceil(String(Math.abs(value)).replace(/^0+|0+$/g, '').length / 2) + 1;
  if (typeof value !== 'object' || value === null) return 1;
  const parts = Array.isArray(value)
    ? value.map((v: unknown) => ['', v] as const)
    : Object.entries(value).filter(([, v]) => v !== undefined);
  return 3 + parts.reduce((sum, [name, part]) => sum + 1 + Buffer.byteLength(name) + sizeOf(part), 0);
};
/** Attributes have no overhead of their own at the top; index entries are two attributes each. */
const bytesOf = ({ ix = {}, ...item }: Item): number =>
  Object.entries(item).reduce((sum, [name, value]) => sum + name.length + sizeOf(value), 0) +
  Object.entries(ix).reduce((sum, [name, [key, sort]]) => sum + 2 * name.length + 7 + key.length + sort.length, 0);
const kilobytes = (item: Item): number => Math.ceil(bytesOf(item) / 1024);
const before = new Map<string, { readonly entries: Entries; readonly kilobytes: number }>();
/** 2 × (⌈KB⌉ of each item written, the larger of what was and what is + 1 for each check and removal) + 1 for each index entry, 2 where its key changes. DESIGN §9. */
const formula = (operations: readonly Operation[]): number => {
  let sum = 0;
  for (const op of operations) {
    if (!('put' in op)) {
      sum += 2;
      continue;
    }
    const item: Item = op.put;
    const name = `${item.pk}|${item.sk}`;
    const size = kilobytes(item);
    sum += 2 * Math.max(size, before.get(name)?.kilobytes ?? 0);
    const past = before.get(name)?.entries ?? {};
    const now = item.ix ?? {};
    for (const index of new Set([...Object.keys(past), ...Object.keys(now)]) as Set<keyof Entries>) {
      const [was, is] = [past[index], now[index]];
      sum += was && is && was.join('|') !== is.join('|') ? 2 : 1;
    }
    before.set(name, { entries: now, kilobytes: size });
  }
  return sum;
};
const rows: { transition: string; items: string; measured: number; formula: number }[] = [];
const act = async (request: Request) => {
  units = 0;
  const outcome = await door.act(request);
  const expected = formula(last);
  const items = last.map((op) => ('put' in op ? `${op.put.sk.split('#')[0]} ${bytesOf(op.put)} B` : Object.keys(op)[0])).join(', ');
  rows.push({ transition: `${request.kind}.${request.action}`, items, measured: units, formula: expected });
  return outcome.record;
};

const { id, steward, officer } = await draftResource(act);
await act({ kind: 'resource', action: 'submit', id, input: {}, actor: steward, key: 'submit-1' });
await act({ kind: 'resource', action: 'check', id, input: {}, actor: officer, key: 'check-1', ifMatch: 2 });

for (const { transition, items, measured, formula } of rows)
  console.log(`${transition.padEnd(20)} measured ${measured}  formula ${formula}  ratio ${(measured / formula).toFixed(2)}   (${items})`);
await table.close();
await engine.stop();
