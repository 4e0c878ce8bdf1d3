import { createHash } from 'node:crypto';
import { openMemory } from './memory-table.ts';
import { draftResource, openWorld } from './world.ts';

const rounds = 3_000;
const target = 1; // ms of CPU

const door = openWorld(openMemory());
const { id, steward, officer } = await draftResource(async (request) => (await door.act(request)).record);

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
