import { createHash } from 'node:crypto';
import type { Refusal } from '../../contracts/refusals.ts';
import type { Event } from '../kernel/decide.ts';
import { nextDue, shownDue } from '../kernel/clocks.ts';
import { isLive } from '../kernel/live.ts';
import type { Claim, Process, Ref, Stored, Waits } from '../kernel/process.ts';
import type { Entries, Item, Key, Operation } from './table.ts';

/** What one action writes, all or nothing. It modifies no second existing record. */
export type Commit = {
  readonly writes: readonly Write[];
  readonly mark?: { readonly ref: Ref; readonly key: string; readonly mark: Mark; readonly expires: number };
  readonly allows?: readonly { readonly id: string; readonly amount: number }[];
  readonly takes?: readonly { readonly id: string; readonly amount: number; readonly event: string; readonly or: Refusal }[];
  /** Must still be live at commit. */
  readonly pins?: readonly { readonly ref: Ref; readonly or: Refusal }[];
};
export type Write = { readonly process: Process; readonly before?: Stored; readonly next: Stored; readonly event: Event };
/** What a request with an idempotency key did the first time. */
export type Mark = { readonly digest: string; readonly n: number; readonly status: number };
/** An event with the reactions that it still awaits, and those that could not take it. */
export type Outgoing = {
  readonly event: Event;
  readonly pending: readonly string[];
  readonly parked: Readonly<Record<string, Parked>>;
  readonly rev: number;
};
export type Parked = { readonly at: string; readonly error: string; readonly trace: string };
export const pkOf = ({ kind, id }: Ref): string => `${kind}#${id}`;
export const recordKey = (ref: Ref): Key => ({ pk: pkOf(ref), sk: 'record' });
export const eventKey = (ref: Ref, n: number): Key => ({ pk: pkOf(ref), sk: `event#${String(n).padStart(7, '0')}` });
const shardOf = (id: string, shards: number): number => createHash('sha256').update(id).digest().readUInt32BE(0) % shards;
const listOf = <T>(one: T | readonly T[] | undefined): readonly T[] => (one === undefined ? [] : Array.isArray(one) ? one : [one as T]);

const labelOf = ({ role, of }: Waits): string => (of === 'region' ? role : `${of}:${role}`);
const scopeOf = (record: Stored, of: Waits['of']): string => record[of] ?? '';
/** The key of the queue of a role in a region or an organisation. */
export const queueKey = (scope: string, role: string, kind: string): string => `${scope}#${role}#${kind}`;
export const listKey = (kind: string, scope: string): string => `${kind}#${scope}`;

/** Everyone a record waits for, but those who have signed what is being signed. */
const queuesOf = (process: Process, record: Stored): readonly string[] => {
  const signed = new Set(Object.values(record.signed).flatMap((s) => Object.keys(s.seats)));
  return listOf<Waits>(process.queue[record.status])
    .filter((wait) => !signed.has(labelOf(wait)))
    .map((wait) => queueKey(scopeOf(record, wait.of), wait.role, record.kind));
};

const cardOf = (process: Process, record: Stored) => {
  const due = shownDue(record.clocks) ?? null;
  return {
    title: process.card(record).slice(0, 120),
    status: record.status,
    region: record.region,
    owner: record.owner,
    receivedAt: record.receivedAt,
    due,
  };
};

const waitsLimit = 4;
const itemsOf = ({ process, before, next }: Write, shards: number): readonly Operation[] => {
  const shard = shardOf(next.id, shards);
  const sort = `${next.receivedAt}#${next.id}`;
  const due = nextDue(next.clocks);
  const provisional = Object.values(next.clocks).some((c) => c.provisional);
  const [first, ...others] = queuesOf(process, next);
  const card = cardOf(process, next);
  const urgency = `${card.due ?? '9'}#${sort}`;
  const ix: Entries = {
    owner: [`${listKey(next.kind, next.owner)}#${shard}`, sort],
    kind: [`${listKey(next.kind, next.region)}#${shard}`, sort],
    ...(next.party === undefined ? {} : { party: [`${listKey(next.kind, next.party)}#${shard}`, sort] }),
    ...(first === undefined ? {} : { queue: [`${first}#${shard}`, urgency] }),
    ...(due ? { due: [`due#${shard}`, `${due.due}#${pkOf(next)}`] } : provisional ? { due: [`provisional#${shard}`, pkOf(next)] } : {}),
  };
  const standing = isLive(process.contract.live, { status: next.status }, '');
  const record: Operation = {
    put: {
      ...recordKey(next),
      version: next.version,
      standing,
      ...(next.validUntil === undefined ? {} : { validUntil: next.validUntil }),
      body: next,
      ix,
      card,
    },
    if: before ? { equals: { version: before.version } } : { absent: true },
  };
  const wait = (n: number): Key => ({ pk: pkOf(next), sk: `wait#${n}` });
  const past = before ? queuesOf(process, before).slice(1) : [];
  const waits = others
    .slice(0, waitsLimit)
    .map((queue, n): Operation => ({ put: { ...wait(n), ix: { queue: [`${queue}#${shard}`, `${urgency}#${n}`] }, card } }));
  const gone = past.slice(waits.length, waitsLimit).map((_, n): Operation => ({ delete: wait(waits.length + n) }));
  return [record, ...waits, ...gone];
};

export const claimKey = (value: string): Key => ({ pk: `claim#${value}`, sk: 'claim' });
const claimOps = ({ process, before, next }: Write): readonly Step[] => {
  const held = (r: Stored | undefined): readonly Claim[] => (r ? (process.claims?.(r) ?? []) : []);
  const past = held(before);
  const now = held(next);
  const taken = now.filter((c) => !past.some((p) => p.value === c.value));
  const left = past.filter((p) => !now.some((c) => c.value === p.value));
  return [
    ...taken.map(({ value, or }) => ({ op: { put: { ...claimKey(value), holder: pkOf(next) }, if: { absent: true } } as const, or })),
    ...left.map(({ value }) => ({ op: { delete: claimKey(value), if: { equals: { holder: pkOf(next) } } }, or: 'stale' }) as const),
  ];
};

export const outgoingItem = (out: Outgoing, shards: number): Item => {
  const shard = shardOf(out.event.record, shards);
  const parked = Object.keys(out.parked).length > 0;
  const key = out.pending.length > 0 ? 'undelivered' : parked ? 'parked' : undefined;
  return {
    ...eventKey({ kind: out.event.kind, id: out.event.record }, out.event.n),
    ...out,
    ...(key
      ? {
          ix: { undelivered: [`${key}#${shard}`, `${out.event.at}#${out.event.id}`] },
          card: { kind: out.event.kind, record: out.event.record, n: out.event.n },
        }
      : {}),
  };
};
// Nothing but what an event is: the entry that it had in the index would be written again with it.
export const outgoing = (item: Item): Outgoing => {
  const { event, pending, parked, rev } = item as unknown as Outgoing;
  return { event, pending, parked, rev };
};

/** One operation, and what it means when its condition does not hold. */
export type Step = { readonly op: Operation; readonly or: Refusal };
/** The transaction of one action, operation by operation: DESIGN §5. */
export const stepsOf = (
  { writes, mark, allows = [], takes = [], pins = [] }: Commit,
  shards: number,
  reactionsTo: (event: Event) => readonly string[],
): readonly Step[] => {
  const steps: Step[] = [];
  for (const write of writes) {
    for (const op of itemsOf(write, shards)) steps.push({ op, or: write.before ? 'stale' : 'already_exists' });
    steps.push({
      op: {
        put: outgoingItem({ event: write.event, pending: reactionsTo(write.event), parked: {}, rev: 1 }, shards),
        if: { absent: true },
      },
      or: 'stale',
    });
    steps.push(...claimOps(write));
  }
  if (mark)
    steps.push({
      op: { put: { pk: pkOf(mark.ref), sk: `key#${mark.key}`, ...mark.mark, expires: mark.expires }, if: { absent: true } },
      or: 'stale',
    });
  for (const { id, amount } of allows)
    steps.push({ op: { put: { pk: `allowance#${id}`, sk: 'allowance', left: amount }, if: { absent: true } }, or: 'already_exists' });
  for (const { id, amount, event, or } of takes) {
    steps.push({
      op: { add: { pk: `allowance#${id}`, sk: 'allowance' }, name: 'left', by: -amount, if: { atLeast: { name: 'left', amount } } },
      or,
    });
    steps.push({ op: { put: { pk: `allowance#${id}`, sk: `take#${event}`, amount }, if: { absent: true } }, or: 'stale' });
  }
  for (const { ref, or } of pins) steps.push({ op: { check: recordKey(ref), if: { equals: { standing: true } } }, or });
  return steps;
};
