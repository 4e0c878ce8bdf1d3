import { createHash } from 'node:crypto';
import reactionMap from '../contracts/generated/reactions.json' with { type: 'json' };
import { contexts } from '../functions/index.ts';
import { reactionsTo } from '../shared/edge/belt.ts';
import { openDoor } from '../shared/edge/door.ts';
import { stateCouncil } from '../shared/kernel/calendars/state-council.ts';
import type { Person } from '../shared/kernel/process.ts';
import { openRecords } from '../shared/store/records.ts';
import { openMemory } from './memory-table.ts';

const rounds = 3_000;
const target = 1; // ms of CPU

const records = openRecords(openMemory(), { reactionsTo: reactionsTo(reactionMap) });
const processes = new Map(contexts.flatMap((c) => c.processes).map((p) => [p.contract.kind, p]));
const door = openDoor({
  records,
  processes,
  secret: 'bench',
  now: () => new Date(),
  calendars: async () => stateCouncil,
  wake: () => undefined,
});

const bootstrap = { type: 'system', id: 'bootstrap' } as const;
const administrators = ['a', 'b'].map((person) => ({ person, name: person, email: `${person}@example.cn` }));
const organisation = await door.act({
  kind: 'organisation',
  action: 'create',
  input: { name: { zh: '交通局', en: 'Transport' }, type: 'ADMIN_ORGAN', region: '3212', creditCode: '11321200PDY00001XK', administrators },
  actor: bootstrap,
  key: 'organisation',
});
await door.act({ kind: 'organisation', action: 'found', id: organisation.record.id, input: {}, actor: bootstrap, key: 'found' });
const steward: Person = {
  type: 'person',
  id: 'steward',
  org: organisation.record.id,
  orgType: 'ADMIN_ORGAN',
  region: '3212',
  roles: ['source.steward'],
};
const officer: Person = { ...steward, id: 'officer', org: 'bureau', orgType: 'DATA_AUTHORITY', roles: ['authority.case'] };
const entry = (code: string) => ({
  code,
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
});
const created = await door.act({
  kind: 'resource',
  action: 'create',
  input: { ...entry('BUS-1'), organisation: organisation.record.id, stateSecret: false },
  actor: steward,
  key: 'create-1',
});
const { id } = created.record;

/** The work that no door could leave out: the record and its event as text once, and one digest of them. */
const floor = (record: unknown): number => {
  const start = process.cpuUsage();
  createHash('sha256')
    .update(JSON.stringify(JSON.parse(JSON.stringify(record))))
    .digest('hex');
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
};
const spent: number[] = [];
const floors: number[] = [];
for (let n = 0; n < rounds; n += 1) {
  const submits = n % 2 === 0;
  const start = process.cpuUsage();
  const { record } = await door.act({
    kind: 'resource',
    action: submits ? 'submit' : 'return',
    id,
    input: submits ? {} : { reason: '请补充字段说明' },
    actor: submits ? steward : officer,
    key: `request-${n}`,
  });
  const { user, system } = process.cpuUsage(start);
  spent.push((user + system) / 1000);
  floors.push(floor(record));
}
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const cost = median(spent.slice(rounds / 3));
const bound = median(floors.slice(rounds / 3));
console.log(`CPU per transition of the door, without the store, median of ${rounds}: ${cost.toFixed(3)} ms`);
console.log(`  ratio to the target of ${target} ms: ${(cost / target).toFixed(2)}`);
console.log(`  ratio to the bound, the record as text and one digest (${bound.toFixed(3)} ms): ${(cost / bound).toFixed(1)}`);
