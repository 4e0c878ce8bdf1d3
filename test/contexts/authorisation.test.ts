import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { termHolds } from '../../functions/authorisation/rules.ts';
import { becomes, claimsOf, done, refusal, when, whenCreating, type Circumstances } from '../support/decisions.ts';
import { inputOf, liveOf, now, recordOf, rules, runningOf, seenOf } from '../support/fixtures.ts';
import { colleague, people, systems } from '../support/people.ts';
import { processOf } from '../laws/registry.ts';
import { after } from '../support/stories.ts';

const { implementing, grantor, cdo } = people;
const lead = people['lead of the city'];
const officer = people['case of the district'];
const signatory = people['operator signatory'];

const operator = liveOf('organisation', { id: 'operator-a', owner: 'operator-a', data: { type: 'OPERATOR' } });
const resource = (data: object = {}) => liveOf('resource', { data: { grade: 'GENERAL_2', ...data } });
const parties = (data: object = {}): Circumstances => ({ refs: { operator, resources: [resource(data)] } });

const day = fc
  .date({ min: new Date('2026-11-24'), max: new Date('2040-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));

describe('the term of an agreement', () => {
  const holds = (termStart: string, termEnd: string) =>
    termHolds({
      input: { ...inputOf('agreement', 'create'), termStart, termEnd } as unknown as Parameters<typeof termHolds>[0]['input'],
      now,
      rules,
    });

  it('is at most five years, ends after it starts and lies ahead', () => {
    fc.assert(
      fc.property(day, day, (start, end) => {
        const fifth = new Date(`${start}T00:00:00Z`);
        fifth.setUTCFullYear(fifth.getUTCFullYear() + 5); // the day after the last of five years
        const over = end >= fifth.toISOString().slice(0, 10);
        expect(holds(start, end)).toBe(end <= start ? 'term_invalid' : over ? 'term_too_long' : undefined);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['2026-12-01', '2031-11-30', undefined],
    ['2026-12-01', '2031-12-01', 'term_too_long'],
    ['2028-02-29', '2033-02-28', undefined],
    ['2026-10-01', '2026-11-22', 'term_invalid'],
    ['2026-10-01', '2026-11-23', undefined], // today, until its end
  ])('from %s to %s: %s', (start, end, told) => {
    expect(holds(start, end)).toBe(told);
  });
});

describe('an agreement', () => {
  it('is made with an operator, over few resources, none of which the law bars', () => {
    expect(refusal(whenCreating(implementing, 'agreement', parties()))).toBeUndefined();
    const buyer = { refs: { operator: liveOf('organisation', { data: { type: 'BUYER' } }), resources: [resource()] } };
    expect(refusal(whenCreating(implementing, 'agreement', buyer))).toBe('not_an_operator');
    expect(refusal(whenCreating(implementing, 'agreement', parties({ grade: 'CORE' })))).toBe('resource_barred');
    expect(
      refusal(
        whenCreating(implementing, 'agreement', parties({ opening: { attribute: 'NONE', ground: '法定', bar: 'FORBIDDEN_BY_LAW' } })),
      ),
    ).toBe('resource_barred');
    expect(
      refusal(whenCreating(implementing, 'agreement', parties({ opening: { attribute: 'NONE', ground: '暂缓', bar: 'WITHHELD' } }))),
    ).toBeUndefined();
    const many = { ...parties(), input: { resources: Array.from({ length: rules.agreement.maxResources + 1 }, (_, n) => `r-${n}`) } };
    expect(refusal(whenCreating(implementing, 'agreement', many))).toBe('too_many_resources');
    expect(refusal(whenCreating(implementing, 'agreement', { ...parties(), input: { resources: ['r-1', 'r-1'] } }))).toBe(
      'too_many_resources',
    );
  });

  it('holds all thirteen clauses, or is no agreement', () => {
    const { clauses } = inputOf('agreement', 'create') as { clauses: Record<string, string> };
    expect(Object.keys(clauses)).toHaveLength(13);
    for (const left of Object.keys(clauses)) {
      const { [left]: _out, ...rest } = clauses;
      expect(
        processOf('agreement').contract.inputs['create']?.safeParse({ ...inputOf('agreement', 'create'), clauses: rest }).success,
      ).toBe(false);
    }
  });

  it('is signed by both sides and activated by two others, who then have offered each resource to its source', () => {
    const draft = becomes(
      whenCreating(implementing, 'agreement', { ...parties(), input: { operator: 'operator-a', resources: ['r-1', 'r-2'] } }),
    );
    expect(refusal(when(implementing, 'sign', draft, parties()))).toBe('own_work');
    const half = after(draft, ['sign', signatory, parties()]);
    expect([half.status, Object.values(half.signed['sign']?.seats ?? {})]).toEqual(['draft', ['signatory']]);
    const signed = after(half, ['sign', colleague(implementing), parties()], ['activate', grantor, parties()]);
    expect(signed.status).toBe('signed');
    const { next: active, effects } = done(when(lead, 'activate', signed, parties()));
    expect([active.status, active.signed]).toEqual(['active', {}]);
    expect(effects).toMatchObject([
      { input: { agreement: active.id, resource: 'r-1' } },
      { input: { agreement: active.id, resource: 'r-2' } },
    ]);
  });

  it('is not activated by anyone who signed or drafted it', () => {
    const signed = recordOf('agreement', 'signed', { did: { create: ['drafter'], sign: ['signatory', 'implementer'] } });
    for (const id of ['drafter', 'signatory', 'implementer'])
      expect(refusal(when({ ...grantor, id }, 'activate', signed, parties()))).toBe('own_work');
  });

  it('is not activated over a resource that was retired meanwhile', () => {
    const gone = { refs: { operator, resources: [resource(), { ...resource(), isLive: false }] } };
    expect(refusal(when(grantor, 'activate', recordOf('agreement', 'signed'), gone))).toBe('resource_not_published');
  });

  it('stops being live with the last day of its term, before any clock ticks', () => {
    const active = runningOf(processOf('agreement'), 'active', { data: { termEnd: '2026-12-31' } });
    expect(active.validUntil).toBe('2026-12-31T16:00:00.000Z');
    expect(seenOf(active, '2026-12-31T15:59:59.999Z').isLive).toBe(true);
    expect(seenOf(active, '2026-12-31T16:00:00.000Z')).toMatchObject({ status: 'active', isLive: false });
  });
});

describe('a grant', () => {
  it('is active when its source consents, while agreement and resource are live', () => {
    const offered = recordOf('grant', 'offered');
    expect(after(offered, ['consent', cdo]).status).toBe('active');
    expect(refusal(when(cdo, 'consent', offered, { refs: { agreement: { ...liveOf('agreement'), isLive: false } } }))).toBe(
      'agreement_not_live',
    );
    expect(refusal(when(cdo, 'consent', offered, { refs: { resource: { ...liveOf('resource'), isLive: false } } }))).toBe(
      'resource_not_published',
    );
  });

  it('is held while it is suspended, so that a second one cannot walk around the suspension', () => {
    const active = recordOf('grant', 'active');
    const suspended = after(active, ['suspend', lead]);
    expect(claimsOf(suspended)).toEqual(claimsOf(active));
    expect(claimsOf(active)).toHaveLength(1);
    expect(claimsOf(after(suspended, ['revoke', lead]))).toEqual([]);
    expect(claimsOf(after(suspended, ['expire', systems['system clock']]))).toEqual([]);
  });

  it('lapses with its term although no clock has fired, and comes back from a suspension only by two', () => {
    const active = runningOf(processOf('grant'), 'active', { data: { termEnd: '2026-11-22' } });
    expect(seenOf(active)).toMatchObject({ status: 'active', isLive: false });
    const suspended = recordOf('grant', 'suspended');
    expect(after(suspended, ['resume', officer]).status).toBe('suspended');
    expect(after(suspended, ['resume', officer], ['resume', lead]).status).toBe('active');
  });
});
