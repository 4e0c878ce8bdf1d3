import { describe, expect, it } from '@jest/globals';
import { Erasure } from '../../contracts/erasure.ts';
import { sealedOf } from '../../functions/disclosure/entry.ts';
import { erasing } from '../../functions/disclosure/erasing.ts';
import { entitledOpenings, openingsFor, openingsOf } from '../../functions/disclosure/openings.ts';
import { openDoor, type Request } from '../../shared/edge/door.ts';
import type { Ports } from '../../shared/edge/ports.ts';
import { stateCouncil } from '../../shared/kernel/calendars/state-council.ts';
import type { Person, Stored } from '../../shared/kernel/process.ts';
import { openRecords } from '../../shared/store/records.ts';
import { openSqlite } from '../../shared/store/sqlite.ts';
import { publishing } from '../disclosure/walk.ts';
import { processes, processOf } from '../laws/registry.ts';
import { becomes, done, refusal, when, whenCreating } from '../support/decisions.ts';
import { now, recordOf, seenOf } from '../support/fixtures.ts';
import { people } from '../support/people.ts';

const buyer = people['buyer agent'];
const lead = people['lead of the city'];
const trade = recordOf('order', 'accepted', { did: { create: ['former'], accept: [buyer.id] } });
const request = {
  event: 'order.order-1.4',
  sealedField: 'by:owner:buyer.agent',
  ground: 'CONSENT_WITHDRAWN',
  reason: '本人已离职，撤回同意',
};
const asks = (actor: Person, input: object = {}, of: Stored = trade) =>
  whenCreating(actor, 'erasure', { input: { ...request, ...input }, refs: { [of.kind]: [seenOf(of)] } });

describe('a request to erase what opens the public ledger', () => {
  it.each<readonly [string, Person]>([
    ['the organisation whose record it is', people['buyer signatory']],
    ['the other side of it', people['operator agent']],
    ['whoever acted on it, although they have left', { ...people.newcomer, id: 'former' }],
    ['a case officer of its region', people['case of the district']],
  ])('is made by %s, in the region of the record', (_who, actor) => {
    expect(becomes(asks(actor))).toMatchObject({ status: 'requested', region: trade.region, data: request });
  });

  it('belongs to whom it is made for: an organisation, or a person who acts for none', () => {
    expect(becomes(asks(people['buyer signatory'])).owner).toBe('buyer-a');
    expect(becomes(asks({ ...people.newcomer, id: 'former' })).owner).toBe('person:former');
  });

  it.each([
    'newcomer',
    'other buyer agent',
    'other operator agent',
    'case of another district',
    'lead of the city',
    'venue cashier',
    'auditor',
    'sre',
  ] as const)('is not made by %s, for whom there is no such record', (who) => {
    expect(refusal(asks(people[who]))).toBe('reference_not_found');
  });

  it('is refused alike where there is no such record, or no such kind', () => {
    const none = { input: request, refs: { order: [] } };
    expect(refusal(whenCreating(buyer, 'erasure', none))).toBe('reference_not_found');
    expect(refusal(asks(buyer, { event: 'membership.buyer-a:buyer.1' }))).toBe('reference_not_found');
  });

  it.each([
    'by:authority.lead',
    'org:authority.lead',
    'by:authority.case',
    'by:cyberspace.officer',
    'by:granting.officer',
    'by:committee.secretary',
    'by:venue.lead|authority.lead|cyberspace.officer',
    'panel',
  ])('is refused for %s, whose name the law has kept', (sealedField) => {
    expect(refusal(asks(buyer, { sealedField }))).toBe('kept_by_law');
  });

  it('that does not concern the actor is not told what the law keeps', () => {
    expect(refusal(asks(people['other buyer agent'], { sealedField: 'panel' }))).toBe('reference_not_found');
  });

  it('is decided by a lead who did not make it', () => {
    const record = recordOf('erasure', 'requested', { did: { create: [lead.id] } });
    expect(refusal(when(lead, 'approve', record))).toBe('own_work');
    expect(refusal(when(lead, 'reject', record))).toBe('own_work');
    const other = { ...lead, id: 'second' };
    expect(becomes(when(other, 'reject', record, { input: { reasons: '仍在保存期限内' } })).data).toMatchObject({
      reasons: '仍在保存期限内',
    });
    expect(done(when(other, 'approve', record)).event.public).toBeUndefined();
  });

  it('discloses once it is done which field of which event was erased and on what ground, and seals who decided', () => {
    const approved = recordOf('erasure', 'approved', { did: { create: ['former'], approve: [lead.id] }, data: request });
    const { event, next } = done(when({ type: 'system', id: 'reaction' } as never, 'erase', approved));
    expect(next).toMatchObject({ status: 'erased', data: { erasedAt: now } });
    expect(event.public).toEqual({ event: 'order.order-1.4', field: 'by:owner:buyer.agent', ground: 'CONSENT_WITHDRAWN' });
    expect(sealedOf(event)).toEqual({ 'by:authority.lead': lead.id });
  });

  it('can be made of every kind that discloses anything but notices and erasures themselves', () => {
    const disclosing = processes.filter((process) => publishing(process).length > 0).map(({ contract }) => contract.kind);
    const others = disclosing.filter((kind) => !(kind in Erasure.refs));
    expect(others.toSorted()).toEqual(['calendar', 'disclosureDuty', 'erasure']);
  });
});

describe('an approved erasure, through the door', () => {
  const byKind = new Map(processes.map((process) => [process.contract.kind, process]));
  const open = () => {
    const engine = openSqlite({ file: ':memory:' });
    const records = openRecords(engine.table('records'), { reactionsTo: () => [] });
    const door = openDoor({
      records,
      processes: byKind,
      secret: 'a secret of this test',
      now: () => new Date(now),
      calendars: async () => stateCouncil,
      wake: () => undefined,
    });
    const tables = { openings: engine.table('openings') };
    const ports = { records, door, tables, processes: byKind, now: () => new Date(now) } as unknown as Ports;
    const act = async (take: Omit<Request, 'kind' | 'key'>) => door.act({ kind: 'erasure', key: `key-${take.action}-${take.id}`, ...take });
    return { records, door, openings: tables.openings, ports, act };
  };
  const { next: accepted, event: acceptance } = done(when(buyer, 'accept', recordOf('order', 'delivering')));
  const approved = async (sealedField: string) => {
    const world = open();
    await world.records.commit({ writes: [{ process: processOf('order'), next: accepted, event: acceptance }] });
    await openingsFor(world.openings, acceptance);
    const made = await world.act({ action: 'create', actor: buyer, input: { ...request, event: acceptance.id, sealedField } });
    const { record } = await world.act({ action: 'approve', id: made.record.id, actor: lead, input: {}, ifMatch: 1 });
    const [, out] = await world.records.history({ kind: 'erasure', id: record.id }, 0, 10);
    if (!out || !('runs' in erasing)) throw new Error('nothing was approved');
    const { runs } = erasing;
    const react = async () => runs(out.event, record, world.ports);
    const present = async () => (await world.door.load([{ kind: 'erasure', id: record.id }]))[0]?.status;
    return { ...world, record, event: out.event, react, present };
  };

  it('forgets the field, then says that it did; done twice it is done once', async () => {
    const { react, present, openings, records, record } = await approved('by:owner:buyer.agent');
    expect(await react()).toBeUndefined();
    expect(await react()).toBeUndefined();
    expect(await present()).toBe('erased');
    const kept = await openingsOf(openings, acceptance.id);
    expect(kept.filter((one) => 'erasedAt' in one).map(({ field }) => field)).toEqual(['by:owner:buyer.agent']);
    const history = (await records.history({ kind: 'erasure', id: record.id }, 0, 10)).map(({ event }) => event);
    expect(history.map(({ action }) => action)).toEqual(['create', 'approve', 'erase']);
  });

  it('names who decided to those who oversee it, and not to who asked', async () => {
    const { react, records, openings, ports, record } = await approved('by:owner:buyer.agent');
    await react();
    const event = (await records.history({ kind: 'erasure', id: record.id }, 2, 1))[0]?.event;
    if (!event) throw new Error('nothing was erased');
    await openingsFor(openings, event);
    const opened = async (actor: Person) => (await entitledOpenings({ actor, ports }, event.id)).map(({ field, value }) => [field, value]);
    expect(await opened(people.auditor)).toEqual([['by:authority.lead', lead.id]]);
    expect(await opened(buyer)).toEqual([]);
  });

  it('whose disclosure has no such field fails, and nothing is published of it', async () => {
    const { react, present, act, event, record } = await approved('by:owner:nobody');
    const refused = await react();
    expect(refused).toEqual({ code: 'opening_unknown' });
    const then = typeof erasing.refused === 'function' && refused ? erasing.refused(refused, event, record) : undefined;
    expect(then).toMatchObject({ kind: 'erasure', action: 'fail', id: record.id });
    await act({ action: 'fail', id: record.id, input: {}, actor: { type: 'system', id: 'reaction' } });
    expect(await present()).toBe('failed');
  });
});
