import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Kind } from '../../contracts/index.ts';
import type { Calendars } from '../../shared/kernel/calendar.ts';
import { stateCouncil } from '../../shared/kernel/calendars/state-council.ts';
import { clocksOf, nextDue } from '../../shared/kernel/clocks.ts';
import { isLive } from '../../shared/kernel/live.ts';
import type { Running, Stored } from '../../shared/kernel/process.ts';
import { becomes, done, when } from '../support/decisions.ts';
import { rules, runningOf } from '../support/fixtures.ts';
import { systems } from '../support/people.ts';
import { processes, processOf } from '../laws/registry.ts';

const clock = systems['system clock'];
const begun = '2026-11-23T02:00:00.000Z'; // Monday, 10:00 in Shanghai
const running = (kind: Kind, status: string, data: object = {}): Stored =>
  runningOf(processOf(kind), status, { receivedAt: begun, since: begun, data });
const dueOf = (record: Stored, name: string): string | undefined => record.clocks[name]?.due;
/** The clock of a record fires: what the host does when an instant has passed. */
const fire = (record: Stored) => {
  const next = nextDue(record.clocks);
  if (!next) throw new Error('nothing is due');
  const takes = processOf(record.kind).clocks[next.clock]?.takes ?? '';
  return done(when(clock, takes, record, { now: next.due, fires: next.clock }));
};

describe('the periods of the rules', () => {
  it.each<readonly [string, Stored, string, string]>([
    ['an organisation is verified in 5 working days', running('organisation', 'applied'), 'verification', '2026-11-30T16:00:00.000Z'],
    ['an entry is checked in 5 working days', running('resource', 'submitted'), 'check', '2026-11-30T16:00:00.000Z'],
    ['a scenario is assessed in 20', running('scenario', 'filed', { filedAt: begun }), 'assessment', '2026-12-21T16:00:00.000Z'],
    ['of which experts have 10', running('sheet', 'awaited'), 'scoring', '2026-12-07T16:00:00.000Z'],
    ['a file is rectified in 20', running('scenario', 'rectifying', { rectifyFrom: begun }), 'rectification', '2026-12-21T16:00:00.000Z'],
    ['a listing is reviewed in 5', running('listing', 'reviewing', { filedAt: begun }), 'review', '2026-11-30T16:00:00.000Z'],
    ['a file that is to leave is reviewed in 5', running('exportRequest', 'reviewing'), 'exportReview', '2026-11-30T16:00:00.000Z'],
    ['an order is paid in 10', running('order', 'contracted'), 'payment', '2026-12-07T16:00:00.000Z'],
    ['a delivery is inspected in 10', running('order', 'delivering'), 'inspection', '2026-12-07T16:00:00.000Z'],
    ['a grant ends with the last day of its term', running('grant', 'active'), 'term', '2027-06-30T16:00:00.000Z'],
  ])('%s, to 24:00 of the last day in Shanghai', (_what, record, name, due) => {
    expect(record.clocks[name]).toEqual({ due, provisional: false, fired: false });
  });

  it('counts from the day after receipt and over the weekend that is worked', () => {
    const received = { receivedAt: '2026-09-18T02:00:00.000Z', since: '2026-09-18T02:00:00.000Z' }; // Friday before a worked Sunday
    expect(dueOf(runningOf(processOf('organisation'), 'applied', received), 'verification')).toBe('2026-09-24T16:00:00.000Z');
  });
});

describe('a clock that fires', () => {
  const overdue = processes.flatMap((process) =>
    Object.entries(process.clocks)
      .filter(([, { own }]) => own === undefined)
      .flatMap(([name, { runs }]) => runs.map((status) => [process.contract.kind as Kind, name, status] as const)),
  );

  it.each(overdue)('marks a late %s (%s) in %s, and leaves the file where it is', (kind, _name, status) => {
    const { next } = fire(
      running(kind, status, status === 'filed' || (kind === 'listing' && status === 'reviewing') ? { filedAt: begun } : {}),
    );
    expect(next.status).toBe(status);
  });

  it('does not fire a second time for the same instant', () => {
    const late = fire(running('organisation', 'applied')).next;
    expect(late.clocks['verification']?.fired).toBe(true);
    expect(nextDue(late.clocks)).toBeUndefined();
  });

  it('keeps its mark through what others do, and loses it when the period begins anew', () => {
    const process = processOf('organisation');
    const late = fire(running('organisation', 'applied')).next;
    expect(clocksOf(process, late, late.clocks, rules, stateCouncil)['verification']?.fired).toBe(true);
    const again = clocksOf(process, { ...late, since: '2026-12-10T02:00:00.000Z' }, late.clocks, rules, stateCouncil);
    expect(again['verification']).toEqual({ due: '2026-12-17T16:00:00.000Z', provisional: false, fired: false });
  });

  it('fires again for the next lease of a job: each is another instant', () => {
    let job = running('job', 'queued', { attempt: 0, leaseUntil: '2026-11-23T02:01:00.000Z' });
    for (const leaseUntil of ['2026-11-23T02:02:00.000Z', '2026-11-23T02:03:00.000Z', '2026-11-23T02:04:00.000Z']) {
      job = fire(job).next;
      expect(nextDue(job.clocks)).toEqual({ clock: 'lease', due: leaseUntil });
    }
  });

  it('stops with the state in which it runs', () => {
    const paid = becomes(when(systems['system reaction'], 'waivePayment', running('order', 'contracted', { priceFen: 0 })));
    expect(paid.clocks).toEqual({});
  });

  it('ends only a file whose owner is late', () => {
    expect(fire(running('order', 'contracted')).next.status).toBe('contracted');
    expect(fire(running('scenario', 'rectifying', { rectifyFrom: begun })).next.status).toBe('withdrawn');
    expect(fire(running('grant', 'offered')).next.status).toBe('expired');
  });

  it('discloses that an authority is late, and not that an expert is', () => {
    expect(fire(running('scenario', 'filed', { filedAt: begun })).event.public).toEqual({
      id: 'scenario-1',
      overdue: 'scenarioAssessment',
    });
    expect(fire(running('sheet', 'declared')).event.public).toBeUndefined();
  });
});

describe('a date past the last published calendar', () => {
  const without = new Map([...stateCouncil].filter(([year]) => year < 2027));
  const december = {
    receivedAt: '2026-12-04T02:00:00.000Z',
    since: '2026-12-04T02:00:00.000Z',
    data: { filedAt: '2026-12-04T02:00:00.000Z' },
  };
  const filed = runningOf(processOf('scenario'), 'filed', december, without);
  const landed: Calendars = new Map([...without, [2027, { year: 2027, source: '国务院办公厅通知', off: ['2027-01-01'], working: [] }]]);

  it('is shown and never fires', () => {
    expect(filed.clocks['assessment']).toEqual({ due: '2027-01-01T16:00:00.000Z', provisional: true, fired: false });
    expect(nextDue(filed.clocks)).toBeUndefined();
  });

  it('is firm, and moves, when the calendar lands', () => {
    const dated = clocksOf(processOf('scenario'), filed, filed.clocks, rules, landed);
    expect(dated['assessment']).toEqual({ due: '2027-01-04T16:00:00.000Z', provisional: false, fired: false });
    expect(nextDue(dated)).toEqual({ clock: 'assessment', due: '2027-01-04T16:00:00.000Z' });
  });

  it('of a lease that counts no working days is firm at once', () => {
    const job = runningOf(processOf('job'), 'running', { data: { leaseUntil: '2031-05-01T00:00:00.000Z' } }, without);
    expect(nextDue(job.clocks)).toEqual({ clock: 'lease', due: '2031-05-01T00:00:00.000Z' });
  });
});

describe('the next clock', () => {
  const at = fc.date({ min: new Date('2026-01-01'), max: new Date('2028-01-01'), noInvalidDate: true }).map((date) => date.toISOString());
  const clocks = fc.dictionary(
    fc.constantFrom('a', 'b', 'c', 'd'),
    fc.record({ due: at, provisional: fc.boolean(), fired: fc.boolean() }) as fc.Arbitrary<Running>,
  );

  it('is the earliest that is firm and has not fired', () => {
    fc.assert(
      fc.property(clocks, (all) => {
        const waiting = Object.values(all).filter((c) => !c.fired && !c.provisional);
        const next = nextDue(all);
        expect(next === undefined).toBe(waiting.length === 0);
        for (const { due } of waiting) expect((next?.due ?? '') <= due).toBe(true);
      }),
    );
  });
});

describe('a record is live', () => {
  it('while its status is and its validity has not ended, whether or not a clock has ticked', () => {
    const times = fc.integer({ min: 0, max: 4_000_000_000_000 }).map((ms) => new Date(ms).toISOString());
    fc.assert(
      fc.property(
        fc.constantFrom('active', 'suspended', 'revoked'),
        fc.option(times, { nil: undefined }),
        times,
        (status, validUntil, now) => {
          const alive = status === 'active' && (validUntil === undefined || Date.parse(now) < Date.parse(validUntil));
          expect(isLive(['active'], { status, ...(validUntil === undefined ? {} : { validUntil }) }, now)).toBe(alive);
        },
      ),
    );
  });

  it('until the exclusive end of its term: a grant of today is dead at midnight', () => {
    const grant = running('grant', 'active', { termEnd: '2026-11-23' });
    expect(grant.validUntil).toBe('2026-11-23T16:00:00.000Z');
    expect(isLive(['active'], grant, '2026-11-23T15:59:59.999Z')).toBe(true);
    expect(isLive(['active'], grant, '2026-11-23T16:00:00.000Z')).toBe(false);
  });
});
