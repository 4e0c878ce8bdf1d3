import reactionMap from '../contracts/generated/reactions.json' with { type: 'json' };
import { contexts } from '../functions/index.ts';
import { reactionsTo } from '../shared/edge/belt.ts';
import { openDoor } from '../shared/edge/door.ts';
import { stateCouncil } from '../shared/kernel/calendars/state-council.ts';
import type { Person } from '../shared/kernel/process.ts';
import { createTable, openDynamodb } from '../shared/store/dynamodb.ts';
import { openRecords } from '../shared/store/records.ts';
import type { Entries, Item, Operation, Table } from '../shared/store/table.ts';
import { missing, startDynamodb } from '../test/support/dynamodb.ts';

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
const records = openRecords(watched, { reactionsTo: reactionsTo(reactionMap) });
const processes = new Map(contexts.flatMap((c) => c.processes).map((p) => [p.contract.kind, p]));
const door = openDoor({
  records,
  processes,
  secret: 'bench',
  now: () => new Date(),
  calendars: async () => stateCouncil,
  wake: () => undefined,
});

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
const act = async (request: Parameters<typeof door.act>[0]) => {
  units = 0;
  const outcome = await door.act(request);
  const expected = formula(last);
  const items = last.map((op) => ('put' in op ? `${op.put.sk.split('#')[0]} ${bytesOf(op.put)} B` : Object.keys(op)[0])).join(', ');
  rows.push({ transition: `${request.kind}.${request.action}`, items, measured: units, formula: expected });
  return outcome.record;
};

const bootstrap = { type: 'system', id: 'bootstrap' } as const;
const administrators = ['a', 'b'].map((person) => ({ person, name: person, email: `${person}@example.cn` }));
const organisation = await act({
  kind: 'organisation',
  action: 'create',
  input: { name: { zh: '交通局', en: 'Transport' }, type: 'ADMIN_ORGAN', region: '3212', creditCode: '11321200PDY00001XK', administrators },
  actor: bootstrap,
  key: 'organisation',
});
await act({ kind: 'organisation', action: 'found', id: organisation.id, input: {}, actor: bootstrap, key: 'found' });
const steward: Person = {
  type: 'person',
  id: 'steward',
  org: organisation.id,
  orgType: 'ADMIN_ORGAN',
  region: '3212',
  roles: ['source.steward'],
};
const officer: Person = { ...steward, id: 'officer', org: 'bureau', orgType: 'DATA_AUTHORITY', roles: ['authority.case'] };
const entry = {
  code: 'BUS-1',
  name: { zh: '公交刷卡', en: 'Bus cards' },
  summary: '公交刷卡记录',
  origin: 'STATUTORY_DUTY',
  updateFrequency: 'DAILY',
  format: 'TABLE',
  grade: 'GENERAL_2',
  legalBasis: '办法第八条',
  sharing: { attribute: 'UNCONDITIONAL', citations: [] },
  opening: { attribute: 'UNCONDITIONAL' },
  fields: [{ name: 'line', title: '线路', personal: false }],
};
const resource = await act({
  kind: 'resource',
  action: 'create',
  input: { ...entry, organisation: organisation.id, stateSecret: false },
  actor: steward,
  key: 'create-1',
});
await act({ kind: 'resource', action: 'submit', id: resource.id, input: {}, actor: steward, key: 'submit-1' });
await act({ kind: 'resource', action: 'check', id: resource.id, input: {}, actor: officer, key: 'check-1', ifMatch: 2 });

for (const { transition, items, measured, formula } of rows)
  console.log(`${transition.padEnd(20)} measured ${measured}  formula ${formula}  ratio ${(measured / formula).toFixed(2)}   (${items})`);
await table.close();
await engine.stop();
