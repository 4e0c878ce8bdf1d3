import { describe, expect, it } from '@jest/globals';
import type * as z from 'zod';
import type { Kind } from '../../contracts/index.ts';
import type { OnRefused, Reaction, Take } from '../../shared/edge/context.ts';
import type { Ports } from '../../shared/edge/ports.ts';
import { eventIdOf, seatsOf, type Event } from '../../shared/kernel/decide.ts';
import type { Process, Ref, Seat, Stored } from '../../shared/kernel/process.ts';
import { liveOf, now, recordOf } from '../support/fixtures.ts';
import { processes, processOf, reactions } from './registry.ts';

type Row = { readonly by: Seat | readonly Seat[]; readonly to: string | readonly string[] };
const rowOf = ({ create, actions }: Process, action: string): Row | undefined =>
  (action === 'create' ? create : actions[action as never]) as unknown as Row | undefined;
const happen = (name: string): Event => {
  const [kind = '', action = ''] = name.split('.');
  return {
    id: eventIdOf(kind, `${kind}-1`, 4),
    kind,
    record: `${kind}-1`,
    n: 4,
    action,
    by: 'system:reaction',
    org: '',
    seat: '',
    at: now,
    status: '',
    region: '',
  };
};

const condition = { text: '先行通过渗透测试', kind: 'PRECEDENT', owner: '运营机构', due: '2027-01-31', verifier: '网信部门' };
const service = { accessKey: 'accessKey-1', requestId: '0b5a1c1e-6c58-4f0c-9d0a-1f4f8f6f2c11' };
/** What a record may hold that a reaction looks at, beside what every fixture holds. */
const variants: Readonly<Record<string, readonly object[]>> = {
  'assessment decided': [
    {},
    { outcome: 'APPROVED_WITH_CONDITIONS', conditions: [condition] },
    { outcome: 'RECTIFY_RESUBMIT' },
    { outcome: 'REJECTED', reasons: '来源不合法' },
  ],
  'order contracted': [{}, { priceFen: 100 }],
  'disclosureRecord published': [{}, { corrects: 'annual:operator-a:2026' }],
  ...Object.fromEntries(['released', 'refused', 'withheld', 'cancelled'].map((end) => [`query ${end}`, [{}, { service }]])),
  'usageBill paid': [{ venue: 'venue', amountFen: 100 }],
  'job failed': ['dataset', 'derivation', 'query', 'joinList', 'exportRequest'].map((kind) => ({ subject: { kind, id: `${kind}-1` } })),
  'job cancelled': ['dataset', 'derivation', 'query', 'joinList', 'exportRequest'].map((kind) => ({ subject: { kind, id: `${kind}-1` } })),
};
/** Every event that a reaction listens to, with the record in each state to which that event may have brought it. */
const heard = ({ on }: Reaction): readonly { readonly event: Event; readonly record: Stored }[] =>
  on === 'published'
    ? []
    : on.flatMap((name) => {
        const event = happen(name);
        return [rowOf(processOf(event.kind), event.action)?.to ?? []].flat().flatMap((status) =>
          (variants[`${event.kind} ${status}`] ?? [{}]).map((data) => ({
            event: { ...event, status },
            record: recordOf(event.kind as Kind, status, { data }),
          })),
        );
      });

/** Why the table would turn a reaction away whatever the state of its records. */
const wrong = ({ kind, action, id, input }: Take): string | undefined => {
  const process = processes.find(({ contract }) => contract.kind === kind);
  const row = process && rowOf(process, action);
  if (!process || !row) return `there is no ${kind}.${action}`;
  if ((action === 'create') !== (id === undefined)) return `${kind}.${action} is given ${id === undefined ? 'no id' : 'an id'}`;
  const parsed = (process.contract.inputs[action] as z.ZodObject).safeParse(input);
  if (!parsed.success) return `${kind}.${action} is given what it cannot read: ${parsed.error.message}`;
  const systems = seatsOf(row).flatMap((seat) => ('system' in seat ? [seat.system].flat() : []));
  return systems.length > 0 ? undefined : `${kind}.${action} is for persons`;
};
const afterRefusal = (refused: OnRefused, event: Event, record: Stored): readonly Take[] => {
  if (typeof refused !== 'function') return [];
  const about = { kind: 'grant', id: 'grant-1' };
  return [refused({ code: 'authority_broken', about }, event, record), refused({ code: 'order_not_live' }, event, record)].filter(
    (take) => take !== undefined,
  );
};
/** What a reaction that works on a module asks of the door meanwhile. */
const asked = async (reaction: Reaction, event: Event, record: Stored): Promise<readonly Take[]> => {
  if (!('runs' in reaction)) return reaction.takes(event, record);
  const takes: Take[] = [];
  const door = {
    act: async (take: Take) => takes.push(take),
    load: async (refs: readonly Ref[]) => refs.map(({ kind }) => liveOf(kind as Kind)),
  };
  const records = { left: async () => 3 };
  const blobs = { get: async () => undefined, list: async () => [], remove: async () => undefined };
  const tables = {
    disclosure: { get: async () => [], query: async () => [] },
    releases: { query: async () => [] },
    money: { transact: async () => ({ ok: true }) },
    usage: { transact: async () => ({ ok: true }), query: async () => [] },
    openings: { get: async (keys: readonly unknown[]) => keys.map(() => ({ commitment: '', erasedAt: now })), query: async () => [] },
  };
  const refused = await reaction.runs(event, record, { door, records, blobs, tables, now: () => new Date(now) } as unknown as Ports);
  expect(refused).toBeUndefined();
  return takes;
};
/** These write to stores of their own and ask nothing of the door. */
const inward = new Set([
  'disclosure.append',
  'disclosure.countUse',
  'listing.index',
  'sandbox.clearList',
  'sandbox.clearQuarantine',
  'sandbox.dispatch',
  'settlement.receive',
  'settlement.refund',
  'rulebase.deriveProvisionalDates',
]);

describe('every reaction', () => {
  it('has a name of its own, of its context', () => {
    expect(new Set(reactions.map(({ name }) => name)).size).toBe(reactions.length);
  });

  it('says what becomes of the source when it is refused', () => {
    for (const { refused } of reactions) expect(typeof refused === 'function' || refused.nothing.length > 10).toBe(true);
  });

  it('listens to events that exist', () => {
    const strange = reactions.flatMap(({ name, on }) =>
      (on === 'published' ? [] : on)
        .filter((type) => !rowOf(processOf(type.split('.')[0] ?? ''), type.split('.')[1] ?? ''))
        .map((type) => `${name} waits for ${type}`),
    );
    expect(strange).toEqual([]);
  });

  it.each(reactions.filter(({ name }) => !inward.has(name)).map((reaction) => [reaction.name, reaction] as const))(
    '%s takes actions that exist, are for systems and can read what they are given',
    async (_name, reaction) => {
      const takes: Take[] = [];
      for (const { event, record } of heard(reaction)) {
        takes.push(...(await asked(reaction, event, record)), ...afterRefusal(reaction.refused, event, record));
      }
      expect(takes.length).toBeGreaterThan(0);
      expect(takes.map(wrong).filter((why) => why !== undefined)).toEqual([]);
    },
  );

  it('carries each outcome of an assessment to its own action of the scenario', () => {
    const carry = reactions.find(({ name }) => name === 'assessment.carryDecision');
    const taken = carry && 'takes' in carry ? heard(carry).flatMap(({ event, record }) => carry.takes(event, record)) : [];
    expect(new Set(taken.map(({ action }) => action))).toEqual(new Set(['approve', 'condition', 'rectify', 'reject']));
  });
});

describe('a system action of a table', () => {
  it('is reached by a reaction, a clock, a worker or the bootstrap', async () => {
    const taken = new Set<string>();
    for (const reaction of reactions.filter(({ name }) => !inward.has(name)))
      for (const { event, record } of heard(reaction))
        for (const { kind, action } of [...(await asked(reaction, event, record)), ...afterRefusal(reaction.refused, event, record)])
          taken.add(`${kind}.${action}`);
    const waiting = processes.flatMap((process) =>
      Object.keys(process.actions)
        .filter((action) => seatsOf(rowOf(process, action) as Row).some((seat) => 'system' in seat && seat.system === 'reaction'))
        .map((action) => `${process.contract.kind}.${action}`),
    );
    expect(waiting.filter((name) => !taken.has(name))).toEqual([]);
  });
});
