import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Host } from '../../infra/local/host.ts';
import { until, type Line, type Session, type View } from '../../infra/local/journey/client.ts';
import { catalogueEntry } from '../../infra/local/journey/material.ts';
import { freshFolder, openTestHost } from '../support/host.ts';
import { historyOf, material, sessionOf, tries, wants } from '../support/trading.ts';
import { disclosures } from '../support/ledger.ts';

type Clocked = View & {
  readonly clocks: Readonly<Record<string, { readonly due: string; readonly provisional: boolean; readonly fired: boolean }>>;
};

const { folder, remove } = freshFolder();
const year = {
  year: 2027,
  source: '国务院办公厅关于2027年部分节假日安排的通知（测试用）',
  off: ['2027-01-01', '2027-01-04'],
  working: ['2027-01-02'],
};
let host: Host;
let submitted: View;

const openAt = async (clock: string): Promise<void> => {
  host = await openTestHost({ HARBOUR_FOLDER: folder, HARBOUR_CLOCK: clock });
};
const reopenAt = async (clock: string): Promise<void> => {
  await host.close();
  await openAt(clock);
};
const register = async (): Promise<View> => {
  const steward = await sessionOf(host.origin, 'transport', 'source.steward');
  const entry = catalogueEntry(material, `JT-${randomUUID().slice(0, 13)}`);
  const draft = await steward.create('resources', { ...entry, organisation: steward.organisation, stateSecret: false });
  return steward.act(draft, 'resources', 'submit');
};
const officer = (): Promise<Session> => sessionOf(host.origin, 'data-bureau', 'authority.case');
const lead = (): Promise<Session> => sessionOf(host.origin, 'data-bureau', 'authority.lead');
const clockOf = async (id: string) => (await (await officer()).get<Clocked>(`/v1/resources/${id}`)).clocks['check'];
const provisional = async (): Promise<readonly string[]> =>
  (await (await sessionOf(host.origin, 'platform', 'sre')).get<{ items: readonly Line[] }>('/v1/operations/provisional')).items.map(
    (item) => item.id,
  );
const overdue = async (id: string) =>
  (await historyOf(await officer(), 'resources', id)).filter((line) => line.action === 'overdue').map((line) => line.seat);

beforeAll(async () => openAt('2026-12-18T02:00:00Z'), 60_000);
afterAll(async () => {
  await host.close();
  remove();
});

describe('a date', () => {
  it('within the published calendars is firm, and marks what is late when it has passed, without deciding anything', async () => {
    const early = await register();
    expect(await clockOf(early.id)).toEqual({ due: '2026-12-25T16:00:00.000Z', provisional: false, fired: false });
    expect(await provisional()).not.toContain(early.id);
    await reopenAt('2026-12-25T15:59:00Z');
    await host.ports.clock.tick();
    expect(await overdue(early.id)).toEqual([]);
    await reopenAt('2026-12-28T02:00:00Z');
    await until('the clock marks it', async () => ((await overdue(early.id)).length > 0 ? true : undefined));
    for (let n = 0; n < 3; n += 1) await host.ports.clock.tick();
    expect(await overdue(early.id)).toEqual(['system:clock']);
    expect((await (await officer()).get(`/v1/resources/${early.id}`)).status).toBe('submitted');
    await host.idle();
    const told = (await disclosures(host.origin)).filter((entry) => entry.record === early.id);
    expect(told.map((entry) => entry.disclosed)).toEqual([{ id: early.id, overdue: 'catalogueCheck' }]);
  }, 30_000);

  it('past the last published calendar is shown as provisional, and does not fire however late it is', async () => {
    submitted = await register();
    expect(await clockOf(submitted.id)).toEqual({ due: '2027-01-04T16:00:00.000Z', provisional: true, fired: false });
    expect(await provisional()).toContain(submitted.id);
    await reopenAt('2027-01-20T02:00:00Z');
    for (let n = 0; n < 3; n += 1) expect((await host.ports.clock.tick()).map((fired) => fired.id)).not.toContain(submitted.id);
    expect(await overdue(submitted.id)).toEqual([]);
    expect(await provisional()).toContain(submitted.id);
  }, 30_000);
});

describe('the calendar of a year', () => {
  it('is proposed by one person of the authority and adopted by another, and until then is nobody else’s to see', async () => {
    for (const [slug, role] of [
      ['data-bureau', 'authority.lead'],
      ['platform', 'sre'],
      ['transport', 'source.steward'],
    ] as const)
      expect((await wants(await sessionOf(host.origin, slug, role), 'calendars', { calendar: year })).body.code).toBe('not_permitted');
    const proposed = await (await officer()).create('calendars', { calendar: year });
    expect([proposed.id, proposed.status]).toEqual(['2027', 'proposed']);
    expect((await fetch(`${host.origin}/v1/calendars/2027`)).status).toBe(404);
    expect((await wants(await sessionOf(host.origin, 'data-bureau', 'authority.case', 1), 'calendars', { calendar: year })).body.code).toBe(
      'already_exists',
    );
    expect((await tries(await officer(), 'calendars', '2027', 'adopt')).body.code).toBe('not_permitted');
    expect((await clockOf(submitted.id))?.provisional).toBe(true);
  });

  it('is not adopted by whoever proposed it, even with both offices', async () => {
    const [one, other] = [
      await sessionOf(host.origin, 'data-bureau', 'org.admin', 0),
      await sessionOf(host.origin, 'data-bureau', 'org.admin', 1),
    ];
    const person = await officer();
    const membership = { id: `${one.organisation}:${person.person}` };
    await one.act(membership, 'memberships', 'propose', { roles: ['authority.case', 'authority.lead'] });
    await other.act(membership, 'memberships', 'confirmChange');
    expect((await tries(person, 'calendars', '2027', 'adopt')).body.code).toBe('own_work');
  });

  it('can be dropped and proposed anew', async () => {
    await (await lead()).act({ id: '2027' }, 'calendars', 'drop', { reason: '与通知不符' });
    const other = { ...year, year: 2028, off: ['2028-01-01'], working: [] };
    expect((await tries(await officer(), 'calendars', '2027', 'renew', { calendar: other })).body.code).toBe('calendar_exists');
    expect((await (await officer()).act({ id: '2027' }, 'calendars', 'renew', { calendar: year })).status).toBe('proposed');
    expect((await tries(await officer(), 'calendars', '2027', 'adopt')).body.code).toBe('own_work');
  });

  it('once adopted makes the dates firm, by its days off and its make-up days, and the clock marks what is late', async () => {
    await (await lead()).act({ id: '2027' }, 'calendars', 'adopt');
    await until('the date is derived again', async () => ((await clockOf(submitted.id))?.provisional === false ? true : undefined));
    expect((await clockOf(submitted.id))?.due).toBe('2027-01-05T16:00:00.000Z');
    await until('the clock marks it', async () => ((await overdue(submitted.id)).length > 0 ? true : undefined));
    expect(await provisional()).not.toContain(submitted.id);
    expect((await historyOf(await officer(), 'resources', submitted.id)).map((line) => line.action)).toEqual([
      'create',
      'submit',
      'redate',
      'overdue',
    ]);
    const { status, data } = (await (await fetch(`${host.origin}/v1/calendars/2027`)).json()) as { status: string; data: object };
    expect([status, data]).toEqual(['adopted', { calendar: year }]);
    const next = await register();
    expect(await clockOf(next.id)).toEqual({ due: '2027-01-27T16:00:00.000Z', provisional: false, fired: false });
  }, 30_000);
});
