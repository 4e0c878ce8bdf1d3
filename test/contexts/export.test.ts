import { describe, expect, it } from '@jest/globals';
import { sees } from '../../shared/kernel/seats.ts';
import { processOf } from '../laws/registry.ts';
import { becomes, claimsOf, done, refusal, when, whenCreating } from '../support/decisions.ts';
import { liveOf, recordOf, seenOf } from '../support/fixtures.ts';
import { actors, people } from '../support/people.ts';

const agent = people['operator agent'];
const worker = actors['system worker'];
const reaction = actors['system reaction'];
const link = { kind: 'grant', id: 'grant-1' };

describe('an export request (requirements §5: the operator makes)', () => {
  const ask = (over: object = {}) => whenCreating(agent, 'exportRequest', over);

  it('is for the buyer of one’s own product, and another’s contract is not there, whatever its standing', () => {
    expect(becomes(ask())).toMatchObject({ owner: 'operator-a', party: 'buyer-a', links: { product: 'product-1' } });
    expect(refusal(ask({ broken: { entitlement: link } }))).toBe('authority_broken');
    const foreign = { refs: { entitlement: liveOf('entitlement', { party: 'operator-b' }) } };
    for (const broken of [{}, { entitlement: link }])
      expect(ask({ ...foreign, broken })).toEqual({ refused: { code: 'reference_not_found', about: { reference: 'entitlement' } } });
  });

  it('is not made of a product under differential privacy: an exact file would undo its budget', () => {
    const privacy = { epsilonMicro: 1, cellsPerEntity: 1, rowsPerCell: 1, datasetBudgetMicro: 1, buyerBudgetMicro: 1 };
    const { rule } = recordOf('product', 'approved').data as { rule: object };
    const product = seenOf(recordOf('product', 'approved', { data: { rule: { ...rule, privacy } } }));
    const draft = recordOf('exportRequest', 'draft');
    expect(refusal(when(agent, 'submit', draft, { refs: { product } }))).toBe('export_under_privacy');
    expect(refusal(when(agent, 'submit', draft))).toBeUndefined();
  });

  it('has a seat for the source where the dataset holds personal information, and only then', () => {
    const checking = recordOf('exportRequest', 'checking');
    const seats = (input: object) =>
      done(when(worker, 'pass', checking, { input })).effects.map((effect) => ('spawn' in effect ? effect.input : {}));
    expect(seats({})).toMatchObject([{ seat: 'CASE' }, { seat: 'LEAD' }]);
    expect(seats({ institution: 'source-a' })).toMatchObject([
      { seat: 'CASE' },
      { seat: 'LEAD' },
      { seat: 'SOURCE', institution: 'source-a' },
    ]);
    expect(refusal(when(worker, 'pass', checking, { broken: { entitlement: link } }))).toBe('authority_broken');
  });

  it('is seen and read by the officer of that source, and of no other', () => {
    const reviewing = recordOf('exportRequest', 'reviewing', { data: { institution: 'source-a' } });
    expect(refusal(when(people.cdo, 'read', reviewing))).toBeUndefined();
    for (const who of [people['other cdo'], people.steward]) expect(sees(processOf('exportRequest'), who, reviewing)).toBe(false);
    expect(sees(processOf('exportRequest'), people.cdo, recordOf('exportRequest', 'reviewing'))).toBe(false);
  });

  it('is approved when all have approved it, rejected when one has not, and waits for who has said nothing', () => {
    const reviewing = recordOf('exportRequest', 'reviewing');
    const sealed = (verdict: string) => seenOf(recordOf('exportReview', 'sealed', { data: { verdict } }));
    const judged = (...reviews: ReturnType<typeof sealed>[]) => when(reaction, 'judge', reviewing, { refs: { reviews } });
    expect(becomes(judged(sealed('APPROVE'), sealed('APPROVE'))).status).toBe('approved');
    expect(becomes(judged(sealed('APPROVE'), sealed('REJECT'))).status).toBe('rejected');
    expect(refusal(judged(sealed('APPROVE'), seenOf(recordOf('exportReview', 'pending'))))).toBe('reviews_missing');
    expect(done(judged(sealed('APPROVE'))).event.public).toEqual({ id: 'exportRequest-1', status: 'approved', product: 'product-1' });
  });

  it('is drawn and downloaded only while its chain stands, and lapses with the right of its buyer', () => {
    const delivered = recordOf('exportRequest', 'delivered');
    for (const action of ['draw', 'download']) {
      expect(refusal(when(people['buyer agent'], action, delivered))).toBeUndefined();
      expect(refusal(when(people['buyer agent'], action, delivered, { broken: { entitlement: link } }))).toBe('authority_broken');
    }
    expect(processOf('exportRequest').until?.(delivered)).toBe('2027-06-30T16:00:00.000Z');
  });
});

describe('an opinion on an export (hard rule (2): four eyes)', () => {
  const pending = (seat: string, over: object = {}) =>
    recordOf('exportReview', 'pending', { owner: seat === 'SOURCE' ? 'source-a' : '', data: { seat, ...over } });
  const [officer, lead] = [people['case of the city'], people['lead of the city']];

  it('holds its author against every other opinion on the same request', () => {
    const sealed = becomes(when(officer, 'seal', pending('CASE')));
    expect(claimsOf(sealed)).toEqual([`export-review#request-1#${officer.id}`]);
    const both = { ...officer, roles: ['authority.case', 'authority.lead'] as const };
    expect(claimsOf(becomes(when(both, 'seal', pending('LEAD'))))).toEqual(claimsOf(sealed));
  });

  it('is given by nobody of either side of the contract, nor by who had a hand in the request', () => {
    for (const side of ['operator', 'buyer'])
      expect(refusal(when(lead, 'seal', pending('LEAD', { [side]: lead.org })))).toBe('not_permitted');
    const request = liveOf('exportRequest', { did: { create: ['someone'], submit: [lead.id] } });
    expect(refusal(when(lead, 'seal', pending('LEAD'), { refs: { request } }))).toBe('own_work');
  });

  it('is read by its author alone until it is opened', () => {
    const { view } = processOf('exportReview');
    const sealed = becomes(when(officer, 'seal', pending('CASE'), { input: { verdict: 'REJECT' } }));
    expect(view?.(officer, sealed)).toMatchObject({ verdict: 'REJECT' });
    for (const who of [lead, people.auditor, people['case of the district'], people.cyberspace])
      expect(Object.keys(view?.(who, sealed) ?? {})).toEqual(['request', 'title', 'seat']);
    expect(view?.(lead, becomes(when(reaction, 'open', sealed)))).toMatchObject({ verdict: 'REJECT' });
    expect(becomes(when(reaction, 'drop', sealed)).data).not.toHaveProperty('verdict');
  });
});
