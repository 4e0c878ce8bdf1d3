import { describe, expect, it } from '@jest/globals';
import { nextDue, shownDue } from '../../shared/kernel/clocks.ts';
import { quarterTo } from '../../functions/disclosure/rules.ts';
import type { Stored } from '../../shared/kernel/process.ts';
import { done, refusal, when } from '../support/decisions.ts';
import { now, recordOf, runningOf, seenOf } from '../support/fixtures.ts';
import { people, systems } from '../support/people.ts';
import { after } from '../support/stories.ts';
import { processOf } from '../laws/registry.ts';

const agent = people['operator agent'];
const signatory = people['operator signatory'];
const venueLead = people['venue lead'];
const lead = people['lead of the city'];
const reaction = systems['system reaction'];
const clock = systems['system clock'];
const year = { from: '2026-01-01', to: '2026-12-31' };

const told = (topics: readonly string[]) => ({ statements: topics.map((topic) => ({ topic, text: '如实说明。' })), redactions: [] });
const counted = { countedAt: now, period: year };
const draft = (data: object = {}) => recordOf('disclosureRecord', 'draft', { data: { ...counted, ...data } });
const publishedBy = (record: Stored, publisher: typeof venueLead): Stored =>
  after(record, ['submit', agent], ['approve', signatory], ['publish', publisher]);

describe('a disclosure', () => {
  it('is told by one of the organisation, approved by another, and published by a third outside it', () => {
    const ready = draft(told(['ORGANISATION']));
    const submitted = after(ready, ['submit', agent]);
    const worded = after(
      draft(),
      ['complete', { ...agent, id: 'writer' }, { input: told(['ORGANISATION']) }],
      ['fill', reaction],
      ['submit', agent],
    );
    expect(refusal(when({ ...signatory, id: 'writer' }, 'approve', worded))).toBe('own_work');
    expect(refusal(when({ ...signatory, id: agent.id }, 'approve', submitted))).toBe('own_work');
    const approved = after(submitted, ['approve', signatory]);
    expect(refusal(when({ ...lead, id: signatory.id }, 'publish', approved))).toBe('own_work');
    const { next, event } = done(when(lead, 'publish', approved));
    expect(next).toMatchObject({ status: 'published', data: { publishedAt: now } });
    expect(Object.keys(event.public ?? {}).toSorted()).toEqual(
      [
        'digest',
        'id',
        'late',
        'organisation',
        'period',
        'publishedAt',
        'redacted',
        'role',
        'status',
        'totals',
        'type',
        'version',
      ].toSorted(),
    );
  });

  it.each([
    ['ANNUAL', ['ORGANISATION']],
    ['QUARTERLY', ['COMPLAINTS', 'QUALITY', 'AUDIT']],
    ['BEFORE_TRADE', ['PRODUCT', 'SOURCE', 'RIGHTS', 'QUALITY', 'LIMITS', 'PRICE', 'RELATED_PARTIES', 'CONDITIONS']],
    ['AD_HOC', ['FACT', 'EFFECT', 'MEASURES']],
  ])('%s tells each item that the rules name, and is not submitted without one', (type, topics) => {
    expect(refusal(when(agent, 'submit', draft({ type, ...told(topics) })))).toBeUndefined();
    for (const missing of topics) {
      const decision = when(agent, 'submit', draft({ type, ...told(topics.filter((topic) => topic !== missing)) }));
      expect('refused' in decision && decision.refused).toEqual({ code: 'disclosure_incomplete', about: { topic: missing } });
    }
  });

  it('asks for the annual audit with the last quarter only', () => {
    const first = { type: 'QUARTERLY', ...told(['COMPLAINTS', 'QUALITY']), period: quarterTo('2026-03-31') };
    expect(refusal(when(agent, 'submit', draft(first)))).toBeUndefined();
  });

  it('may leave an item out on a cited ground, which is shown instead of it, but never who one is, what is sold, for how much, or what happened', () => {
    const redactions = [{ topic: 'RIGHTS', ground: 'TRADE_SECRET', citation: '《反不正当竞争法》第九条' }];
    const topics = ['PRODUCT', 'SOURCE', 'QUALITY', 'LIMITS', 'PRICE', 'RELATED_PARTIES', 'CONDITIONS'];
    expect(refusal(when(agent, 'submit', draft({ type: 'BEFORE_TRADE', ...told(topics), redactions })))).toBeUndefined();
    for (const topic of ['ORGANISATION', 'PRODUCT', 'PRICE', 'FACT'])
      expect(() => draft({ redactions: [{ ...redactions[0], topic }] })).toThrow();
  });

  it('is counted anew whenever words are put to it, and not submitted before it is', () => {
    const complete = after(draft(), ['complete', agent, { input: told(['ORGANISATION']) }]);
    expect(refusal(when(agent, 'submit', complete))).toBe('figures_pending');
    expect(refusal(when(agent, 'submit', after(complete, ['fill', reaction])))).toBeUndefined();
    expect(refusal(when(agent, 'submit', after(draft(told(['ORGANISATION'])), ['regenerate', agent])))).toBe('figures_pending');
  });

  it('goes back with a reason, from the second person or the publisher, and leaves it behind when it comes again', () => {
    const submitted = after(draft(told(['ORGANISATION'])), ['submit', agent]);
    const returned = after(submitted, ['return', signatory, { input: { reason: '缺少主体变更' } }]);
    expect(returned).toMatchObject({ status: 'draft', data: { reason: '缺少主体变更' } });
    expect(after(returned, ['submit', agent]).data).not.toHaveProperty('reason');
    for (const one of [venueLead, lead]) expect(after(submitted, ['approve', signatory], ['reject', one]).status).toBe('draft');
  });

  it('hears each source once, and does not wait for it', () => {
    const submitted = recordOf('disclosureRecord', 'submitted', { data: { ...counted, sources: ['source-a'], ...told(['ORGANISATION']) } });
    const heard = after(
      submitted,
      ['opine', people.cdo, { input: { comment: '更新频率有误' } }],
      ['opine', people.cdo, { input: { comment: '已改正，无意见' } }],
    );
    expect(heard.data['opinions']).toEqual([{ organisation: 'source-a', comment: '已改正，无意见', at: now }]);
    expect(refusal(when(signatory, 'approve', submitted))).toBeUndefined();
    expect(refusal(when(people['other cdo'], 'opine', submitted))).toBe('not_found');
  });

  it('shows everyone what is published, and nobody outside what was said on the way', () => {
    const { view } = processOf('disclosureRecord');
    const record = recordOf('disclosureRecord', 'published', {
      data: { ...counted, sources: ['source-a'], opinions: [{ organisation: 'source-a', comment: '内部意见', at: now }] },
    });
    for (const one of [people.visitor, people['other operator agent'], people['buyer agent'], people['lead of another district']])
      expect(JSON.stringify(view?.(one, record))).not.toMatch(/内部意见|"sources"/);
    for (const one of [agent, lead, people.auditor, people.cdo]) expect(view?.(one, record)).toMatchObject({ sources: ['source-a'] });
    expect(view?.(people.visitor, record)).toMatchObject({ figures: expect.anything(), digest: expect.anything() });
  });
});

describe('a listing', () => {
  it('waits for its disclosure before trade, whichever version of it is public', () => {
    const approves = (report: Stored) =>
      refusal(when(people['venue reviewer'], 'approve', recordOf('listing', 'reviewing'), { refs: { report: seenOf(report) } }));
    for (const status of ['draft', 'submitted', 'approved', 'withdrawn'])
      expect(approves(recordOf('disclosureRecord', status))).toBe('disclosure_not_live');
    for (const status of ['published', 'superseded']) expect(approves(recordOf('disclosureRecord', status))).toBeUndefined();
  });
});

describe('a correction', () => {
  const version1 = publishedBy(draft({ ...told(['ORGANISATION']), matter: 'annual:operator-a:2026', organisation: 'operator-a' }), lead);
  const corrected = done(when(agent, 'correct', version1, { input: { correction: '价格表有误' } }));
  const [spawn] = corrected.effects;

  it('is another version that begins from the words of the one it corrects, which stays as it was', () => {
    expect(corrected.next).toMatchObject({ status: 'published', data: version1.data });
    expect(corrected.event.public).toBeUndefined();
    expect(spawn).toMatchObject({
      id: 'annual:operator-a:2026:2',
      input: { version: 2, corrects: version1.id, correction: '价格表有误', ...told(['ORGANISATION']) },
    });
  });

  it('may be called for by the authority’s case officer, not by a buyer', () => {
    expect(refusal(when(people['case of the city'], 'correct', version1))).toBeUndefined();
    expect(refusal(when(people['buyer agent'], 'correct', version1))).toBe('not_permitted');
  });

  it('is neither approved nor published by who called for it', () => {
    expect(spawn).toMatchObject({ input: { proposedBy: agent.id } });
    const called = (status: string) =>
      recordOf('disclosureRecord', status, { data: { ...counted, version: 2, proposedBy: 'caller', ...told(['ORGANISATION']) } });
    expect(refusal(when({ ...signatory, id: 'caller' }, 'approve', called('submitted')))).toBe('own_work');
    expect(refusal(when({ ...lead, id: 'caller' }, 'publish', called('approved')))).toBe('own_work');
    expect(refusal(when(lead, 'publish', called('approved')))).toBeUndefined();
  });

  it('once published supersedes it; both stay readable', () => {
    const superseded = after(version1, ['supersede', reaction, { input: { supersededBy: 'annual:operator-a:2026:2' } }]);
    expect(superseded).toMatchObject({ status: 'superseded', data: version1.data });
    expect(processOf('disclosureRecord').sees.public).toEqual(['published', 'superseded']);
    expect(refusal(when(agent, 'correct', superseded))).toBe('wrong_state');
  });

  it('can be withdrawn and taken up again by whoever began it; what must be disclosed cannot', () => {
    expect(refusal(when(agent, 'withdraw', draft({ version: 1 })))).toBe('not_a_correction');
    const withdrawn = after(draft({ version: 2 }), ['withdraw', agent]);
    expect(withdrawn.status).toBe('withdrawn');
    const renewed = after(withdrawn, ['renew', agent]);
    expect([renewed.status, renewed.data['occurredAt']]).toEqual(['draft', withdrawn.data['occurredAt']]); // what was owed stays owed since then
  });
});

describe('a correction that the authority demands', () => {
  const officer = people['case of the city'];
  const owner = people['operator agent'].org;
  const late = { version: 2, occurredAt: '2026-01-05T01:00:00.000Z', overdueAt: now };

  it('is not withdrawn by whom it is demanded of, but by the authority', () => {
    const version1 = publishedBy(draft(told(['ORGANISATION'])), lead);
    const [spawn] = done(when(officer, 'correct', version1, { input: { correction: '价格表有误' } })).effects;
    expect(spawn).toMatchObject({ input: { proposedBy: officer.id, demandedBy: officer.org } });
    const demanded = draft({ version: 2, demandedBy: officer.org });
    expect(demanded.owner).toBe(owner);
    expect(refusal(when(agent, 'withdraw', demanded))).toBe('not_permitted');
    expect(refusal(when(officer, 'withdraw', demanded))).toBeUndefined();
    expect(refusal(when(officer, 'withdraw', draft({ version: 2 })))).toBe('not_permitted');
  });

  it('takes up one that was begun and withdrawn before it, and is owed from then on', () => {
    const withdrawn = after(draft(late), ['withdraw', agent]);
    const { next } = done(when(officer, 'renew', withdrawn));
    expect(next).toMatchObject({ status: 'draft', data: { occurredAt: now, proposedBy: officer.id, demandedBy: officer.org } });
    expect(next.data).not.toHaveProperty('overdueAt');
    expect(refusal(when(agent, 'withdraw', next))).toBe('not_permitted');
    expect(after(withdrawn, ['renew', agent]).data).toMatchObject(late);
  });
});

describe('the periods of a disclosure', () => {
  const occurredAt = '2026-11-23T02:00:00.000Z'; // Monday, 10:00 in Shanghai
  const clocks = (data: object) => runningOf(processOf('disclosureRecord'), 'draft', { data: { occurredAt, ...data } }).clocks;
  const dueOf = (data: object, name = 'disclosure') => clocks(data)[name]?.due;

  it('end on 31 March for the year before, whatever day of the week that is', () => {
    expect(dueOf({ type: 'ANNUAL', period: { from: '2025-01-01', to: '2025-12-31' } })).toBe('2026-03-31T16:00:00.000Z');
    expect(dueOf({ type: 'ANNUAL', period: { from: '2025-01-01', to: '2025-12-31' } }, 'reminder')).toBe('2026-03-17T16:00:00.000Z');
  });

  it('end 20 working days after a quarter, of which the first day after it is the first, and remind half way', () => {
    // 2026: the first of July is a Wednesday, no day off until October.
    expect(dueOf({ type: 'QUARTERLY', period: quarterTo('2026-06-30') })).toBe('2026-07-28T16:00:00.000Z');
    expect(dueOf({ type: 'QUARTERLY', period: quarterTo('2026-06-30') }, 'reminder')).toBe('2026-07-14T16:00:00.000Z');
  });

  it('stand in lists with the day on which they end, never with a reminder before it', () => {
    const annual = { type: 'ANNUAL', period: { from: '2025-01-01', to: '2025-12-31' } };
    expect(nextDue(clocks(annual))?.clock).toBe('reminder');
    expect(shownDue(clocks(annual))).toBe('2026-03-31T16:00:00.000Z');
  });

  it('end 2 working days after what happened, and after an error is known', () => {
    expect(dueOf({ type: 'AD_HOC', period: year })).toBe('2026-11-25T16:00:00.000Z');
    expect(dueOf({ type: 'ANNUAL', period: year, version: 2 })).toBe('2026-11-25T16:00:00.000Z');
    expect(dueOf({ type: 'AD_HOC', period: year }, 'reminder')).toBeUndefined();
  });

  it('end 5 working days after a listing was applied for', () => {
    expect(dueOf({ type: 'BEFORE_TRADE', period: year })).toBe('2026-11-30T16:00:00.000Z');
  });

  it('remind once, mark what is late for all to see, and end nothing', () => {
    const owed = draft({ period: { from: '2025-01-01', to: '2025-12-31' }, organisation: 'operator-a' });
    const reminded = after(owed, ['remind', clock, { fires: 'reminder' }]);
    expect(reminded).toMatchObject({ status: 'draft', data: { remindedAt: now } });
    expect(reminded.clocks['reminder']).toBeUndefined();
    const { next, event } = done(when(clock, 'overdue', owed, { fires: 'disclosure' }));
    expect(next).toMatchObject({ status: 'draft', data: { overdueAt: now } });
    expect(event.public).toMatchObject({ id: owed.id, overdue: 'disclosure', organisation: 'operator-a' });
    expect(
      done(when(lead, 'publish', recordOf('disclosureRecord', 'approved', { data: { ...counted, overdueAt: now } }))).event.public,
    ).toMatchObject({ late: true });
  });
});
