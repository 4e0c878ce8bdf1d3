import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Stored } from '../../shared/kernel/process.ts';
import { reactions } from '../laws/registry.ts';
import { becomes, refusal, when, whenCreating } from '../support/decisions.ts';
import { liveOf, now, recordOf } from '../support/fixtures.ts';
import { actors, people } from '../support/people.ts';

const agent = people['operator agent'];
const reaction = actors['system reaction'];
const condition = (kind: 'PRECEDENT' | 'SUBSEQUENT', closed = false) => ({
  text: '完成渗透测试',
  kind,
  owner: '运营机构',
  due: '2027-01-31',
  verifier: '网信部门',
  closed,
});

describe('a scenario', () => {
  it('is decided where its grants were given: in their region, or in the city where there are several', () => {
    const region = (...regions: readonly string[]) =>
      becomes(whenCreating(agent, 'scenario', { refs: { grants: regions.map((r) => liveOf('grant', { region: r })) } })).region;
    expect(region('321202')).toBe('321202');
    expect(region('321202', '321202')).toBe('321202');
    expect(region('321202', '321281')).toBe('3212');
    expect(region('3212', '321202')).toBe('3212');
  });

  it('rests on live grants of its own operator', () => {
    expect(refusal(whenCreating(agent, 'scenario', { refs: { grants: [liveOf('grant'), { ...liveOf('grant'), isLive: false }] } }))).toBe(
      'grant_not_live',
    );
    expect(refusal(whenCreating(agent, 'scenario', { refs: { grants: [liveOf('grant', { owner: 'operator-b' })] } }))).toBe(
      'reference_not_found',
    );
  });

  it('keeps its grants when it is edited: another set of data is another scenario', () => {
    const draft = recordOf('scenario', 'draft', { data: { grants: ['grant-7'] } });
    expect(becomes(when(agent, 'edit', draft, { input: { grants: ['grant-9'], title: '新标题' } })).data).toMatchObject({
      grants: ['grant-7'],
      title: '新标题',
    });
  });

  it('names at its filing whose data it is, so that none of them sits on the panel', () => {
    const grants = [liveOf('grant', { party: 'source-a' }), liveOf('grant', { party: 'source-b' }), liveOf('grant', { party: 'source-a' })];
    expect(becomes(when(agent, 'file', recordOf('scenario', 'draft'), { refs: { grants } })).data).toMatchObject({
      sources: ['source-a', 'source-b'],
      round: 1,
      filedAt: now,
    });
  });

  it('is sent back at most until its third round', () => {
    const back = (round: number) => when(agent, 'file', recordOf('scenario', 'rectifying', { data: { round } }));
    expect(becomes(back(1)).data['round']).toBe(2);
    expect(becomes(back(2)).data['round']).toBe(3);
    expect(refusal(back(3))).toBe('too_many_rounds');
  });

  it('is approved for twelve months, or until the first of its grants ends', () => {
    const ends = fc.option(
      fc.integer({ min: 1, max: 1500 }).map((days) => new Date(Date.parse(now) + days * 86_400_000).toISOString()),
      { nil: undefined },
    );
    fc.assert(
      fc.property(fc.array(ends, { minLength: 1, maxLength: 5 }), (untils) => {
        const grants = untils.map((validUntil) => liveOf('grant', validUntil === undefined ? {} : { validUntil }));
        const approved = becomes(when(reaction, 'approve', recordOf('scenario', 'filed'), { refs: { grants } }));
        const earliest = ['2027-11-23T02:00:00.000Z', ...untils.filter((u) => u !== undefined)].toSorted()[0];
        expect(approved.data['approvedUntil']).toBe(earliest);
        expect(approved.validUntil).toBe(earliest);
      }),
    );
  });

  it('is not approved over a grant that ended meanwhile', () => {
    const grants = [{ ...liveOf('grant'), isLive: false }];
    expect(refusal(when(reaction, 'approve', recordOf('scenario', 'filed'), { refs: { grants } }))).toBe('grant_not_live');
    expect(refusal(when(reaction, 'reject', recordOf('scenario', 'filed')))).toBeUndefined();
  });
});

describe('an approval with conditions', () => {
  const conditioned = (...conditions: readonly object[]): Stored => recordOf('scenario', 'conditioned', { data: { conditions } });
  const close = (record: Stored, number: number) => {
    const input = { number, evidence: '测试报告' };
    const half = when(people['case of the city'], 'closeCondition', record, { input });
    return 'refused' in half ? half : when(people['lead of the city'], 'closeCondition', half.next, { input });
  };

  it('has each condition closed by two, with its evidence', () => {
    expect(becomes(close(conditioned(condition('PRECEDENT'), condition('PRECEDENT')), 2)).data['conditions']).toMatchObject([
      { closed: false },
      { closed: true, evidence: '测试报告' },
    ]);
  });

  it('knows no condition that is closed already or that it does not have', () => {
    expect(refusal(close(conditioned(condition('PRECEDENT', true)), 1))).toBe('condition_unknown');
    expect(refusal(close(conditioned(condition('PRECEDENT')), 2))).toBe('condition_unknown');
  });

  it('becomes an approval exactly when every precedent is closed, whatever is left for later', () => {
    const list = fc.array(fc.record({ kind: fc.constantFrom('PRECEDENT' as const, 'SUBSEQUENT' as const), closed: fc.boolean() }), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(list, (conditions) => {
        const met = conditions.every(({ kind, closed }) => closed || kind === 'SUBSEQUENT');
        const record = conditioned(...conditions.map(({ kind, closed }) => condition(kind, closed)));
        expect(refusal(when(reaction, 'satisfy', record))).toBe(met ? undefined : 'conditions_open');
      }),
    );
  });

  it('is looked at as soon as it is given: where no condition is a precedent, nothing is waited for', () => {
    expect(reactions.find(({ name }) => name === 'scenario.satisfy')?.on).toEqual(['scenario.condition', 'scenario.closeCondition']);
    expect(becomes(when(reaction, 'satisfy', conditioned(condition('SUBSEQUENT')))).status).toBe('approved');
  });

  it('carries no data before that: it is not live', () => {
    expect(liveOf('scenario').status).toBe('approved');
    expect(refusal(whenCreating(agent, 'dataset', { refs: { scenario: { ...conditioned(condition('PRECEDENT')), isLive: false } } }))).toBe(
      'scenario_not_live',
    );
  });
});

describe('a suspension', () => {
  it('is ordered by the authority or the cyberspace office alone, and lifted by two of the authority', () => {
    for (const one of ['lead of the city', 'cyberspace'] as const)
      expect(becomes(when(people[one], 'suspend', recordOf('scenario', 'approved'))).status).toBe('suspended');
    const half = becomes(when(people['case of the city'], 'resume', recordOf('scenario', 'suspended')));
    expect(half.status).toBe('suspended');
    expect(becomes(when(people['lead of the city'], 'resume', half))).toMatchObject({ status: 'approved' });
  });
});
