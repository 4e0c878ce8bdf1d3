import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { duties } from '../../functions/disclosure/duties.ts';
import type { Period } from '../../functions/disclosure/figures.ts';
import { nextQuarterEnd, quarterEnd, quarterTo } from '../../functions/disclosure/rules.ts';
import { done, refusal, when } from '../support/decisions.ts';
import { now, recordOf, runningOf } from '../support/fixtures.ts';
import { people, systems } from '../support/people.ts';
import { after } from '../support/stories.ts';
import { processOf } from '../laws/registry.ts';
import type { Event } from '../../shared/kernel/decide.ts';
import type { Stored } from '../../shared/kernel/process.ts';

const agent = people['operator agent'];
const reaction = systems['system reaction'];
const clock = systems['system clock'];
const year: Period = { from: '2026-01-01', to: '2026-12-31' };
const quarters = (of: Period): readonly Period[] => {
  const first = quarterEnd(of.from);
  const second = nextQuarterEnd(first);
  const third = nextQuarterEnd(second);
  return [first, second, third, nextQuarterEnd(third)].map(quarterTo);
};

/** What the duties do on an event of a record. */
const follows = (action: string, record: Stored) =>
  duties
    .filter(({ on }) => on.includes(`${record.kind}.${action}`))
    .flatMap((reaction) =>
      'takes' in reaction
        ? reaction.takes({ id: `${record.kind}.${record.id}.4`, kind: record.kind, action, at: now } as Event, record)
        : [],
    );

describe('what happens', () => {
  it('to an application to list begins its disclosure before trade, drops it, and takes the same one up again', () => {
    const begun = follows('submit', recordOf('listing', 'reviewing'));
    const id = 'before-trade:listing-1';
    expect(begun.map(({ kind, action, id: of, input }) => [kind, action, of ?? (input as { matter: string }).matter])).toEqual([
      ['disclosureRecord', 'create', id],
      ['disclosureRecord', 'reopen', id],
    ]);
    for (const action of ['reject', 'withdraw'])
      expect(follows(action, recordOf('listing', 'draft'))).toMatchObject([{ kind: 'disclosureRecord', action: 'drop', id }]);
  });

  it.each([
    ['listing', 'suspend', 'suspended', 'APPROVAL_SUSPENDED'],
    ['listing', 'delist', 'delisted', 'SCOPE_OR_PRICE_CHANGE'],
    ['product', 'suspend', 'suspended', 'APPROVAL_SUSPENDED'],
    ['scenario', 'suspend', 'suspended', 'APPROVAL_SUSPENDED'],
    ['agreement', 'suspend', 'suspended', 'APPROVAL_SUSPENDED'],
    ['grant', 'suspend', 'suspended', 'SOURCE_INTERRUPTION'],
    ['grant', 'revoke', 'revoked', 'SOURCE_INTERRUPTION'],
    ['dataset', 'seal', 'sealed', 'QUALITY_DEFECT'],
  ] as const)('to a %s that is to %s is told at once, by its operator', (kind, action, status, ground) => {
    expect(follows(action, recordOf(kind, status)).map(({ input }) => input)).toMatchObject([
      {
        type: 'AD_HOC',
        organisation: 'operator-a',
        ground,
        occurredAt: now,
        subject: { kind, id: `${kind}-1` },
        matter: `ad-hoc:${kind}.${kind}-1.4`,
      },
    ]);
  });

  it('to a product that was never approved is nobody’s to know', () => {
    expect(follows('retire', recordOf('product', 'retired'))).toEqual([]);
    expect(follows('retire', recordOf('product', 'retired', { did: { approve: ['case', 'lead'] } }))).toHaveLength(1);
  });
});

describe('a schedule', () => {
  const covering = (n: number, region = '321202') => ({ id: `agreement-${n}`, operator: 'operator-a', region });
  const schedule = (over: object = {}) =>
    runningOf(processOf('disclosureDuty'), 'active', {
      data: {
        organisation: 'operator-a',
        role: 'OPERATOR',
        agreements: [covering(1)],
        quarterEnd: '2026-12-31',
        yearEnd: '2026-12-31',
        ...over,
      },
    });

  it('opens the last quarter before the year, each when it is over, and goes on to the next', () => {
    const running = schedule();
    expect(Object.fromEntries(Object.entries(running.clocks).map(([name, { due }]) => [name, due]))).toEqual({
      quarter: '2026-12-31T16:00:00.000Z',
    });
    const quarter = done(when(clock, 'openQuarter', running));
    expect(quarter.effects).toMatchObject([
      {
        id: 'quarterly:operator-a:2026-12-31',
        input: { type: 'QUARTERLY', period: { from: '2026-10-01', to: '2026-12-31' }, region: '321202' },
      },
    ]);
    expect(Object.keys(quarter.next.clocks).toSorted()).toEqual(['quarter', 'year']);
    const whole = done(when(clock, 'openYear', quarter.next));
    expect(whole.effects).toMatchObject([{ id: 'annual:operator-a:2026', input: { type: 'ANNUAL', period: year } }]);
    expect(whole.next.data).toMatchObject({ quarterEnd: '2027-03-31', yearEnd: '2027-12-31' });
  });

  it('of whoever organises agreements has years and no quarters', () => {
    expect(Object.keys(schedule({ role: 'IMPLEMENTING' }).clocks)).toEqual(['year']);
  });

  it('is the city’s where the agreements are of several districts', () => {
    const both = schedule({ agreements: [covering(1), covering(2, '321204')] });
    expect(done(when(clock, 'openQuarter', both)).effects).toMatchObject([{ input: { region: '3212' } }]);
  });

  it('holds each agreement once', () => {
    expect(refusal(when(reaction, 'join', schedule(), { input: { agreement: covering(1) } }))).toBe('already_exists');
    expect(after(schedule(), ['join', reaction, { input: { agreement: covering(2) } }]).data['agreements']).toHaveLength(2);
  });

  it('runs on after the last agreement until the year of its end is told, and ends then; a new agreement begins it again', () => {
    const closing = after(schedule(), ['leave', reaction, { input: { agreement: 'agreement-1', lastDay: '2026-11-23' } }]);
    expect(closing).toMatchObject({ status: 'closing', data: { lastDay: '2026-11-23' } });
    expect(after(closing, ['finish', reaction]).status).toBe('closing');
    const over = after(closing, ['openQuarter', clock], ['openYear', clock]);
    expect(Object.keys(over.clocks)).toEqual(['year']);
    const ended = after(over, ['finish', reaction]);
    expect(ended).toMatchObject({ status: 'ended', clocks: {} });
    const again = after(ended, ['join', reaction, { input: { agreement: covering(3) }, now: '2027-05-05T00:00:00.000Z' }]);
    expect(again).toMatchObject({ status: 'active', data: { quarterEnd: '2027-06-30', yearEnd: '2027-12-31' } });
    expect(again.data).not.toHaveProperty('lastDay');
  });

  it('opens, by hand, a disclosure of what has happened, and of nothing ahead', () => {
    const input = { ground: 'DISPUTE', occurredAt: '2026-11-20T02:00:00.000Z' };
    const { effects } = done(when(agent, 'openAdHoc', schedule(), { input }));
    expect(effects).toMatchObject([{ input: { type: 'AD_HOC', ground: 'DISPUTE', period: { from: '2026-11-20', to: '2026-11-20' } } }]);
    expect(refusal(when(agent, 'openAdHoc', schedule(), { input: { ...input, occurredAt: '2026-11-24T02:00:00.000Z' } }))).toBe(
      'invalid_input',
    );
  });

  it('knows the quarters of every year', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2023, max: 2099 }), (n) => {
        const [first, , , last] = quarters({ from: `${n}-01-01`, to: `${n}-12-31` });
        expect([first?.from, last?.to]).toEqual([`${n}-01-01`, `${n}-12-31`]);
      }),
    );
    expect(quarters(year)).toEqual([
      { from: '2026-01-01', to: '2026-03-31' },
      { from: '2026-04-01', to: '2026-06-30' },
      { from: '2026-07-01', to: '2026-09-30' },
      { from: '2026-10-01', to: '2026-12-31' },
    ]);
  });
});
