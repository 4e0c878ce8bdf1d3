import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Person, Stored } from '../../shared/kernel/process.ts';
import { becomes, done, refusal, when } from '../support/decisions.ts';
import { recordOf } from '../support/fixtures.ts';
import { colleague, people, systems } from '../support/people.ts';

const officer = people['case of the city'];
const lead = people['lead of the city'];
/** One person who holds both seats of the authority. */
const both: Person = { ...lead, id: 'both', roles: ['authority.case', 'authority.lead'] };

describe('a joint signature', () => {
  const draft = recordOf('agreement', 'signed');

  it('of the first leaves the record where it is, and is told as a part', () => {
    const { next, event } = done(when(people.grantor, 'activate', draft));
    expect(next.status).toBe('signed');
    expect(event).toMatchObject({ partial: true, status: 'signed', seat: 'granting.officer', by: 'grantor' });
    expect(event.public).toBeUndefined();
  });

  it('of the last moves it, spawns what follows, and is disclosed', () => {
    const half = becomes(when(people.grantor, 'activate', draft));
    const { next, event, effects } = done(when(lead, 'activate', half));
    expect(next).toMatchObject({ status: 'active', signed: {}, did: { activate: ['grantor', 'lead'] } });
    expect(event.partial).toBeUndefined();
    expect(event.public).toMatchObject({ operator: 'operator-1', status: 'active' });
    expect(effects).toHaveLength((draft.data as { resources: readonly string[] }).resources.length);
  });

  it('may come in any order', () => {
    expect(becomes(when(people.grantor, 'activate', becomes(when(lead, 'activate', draft)))).status).toBe('active');
  });

  it('is not given twice by one person, whatever their roles', () => {
    const half = becomes(when(both, 'resume', recordOf('product', 'suspended')));
    expect(refusal(when(both, 'resume', half))).toBe('own_work');
    expect(becomes(when(officer, 'resume', half)).status).toBe('approved');
  });

  it('seats whoever holds both in the more senior seat, so that a junior can follow', () => {
    const half = becomes(when(both, 'resume', recordOf('product', 'suspended')));
    expect(half.signed['resume']?.seats).toEqual({ 'authority.lead': 'both' });
  });

  it('of a colleague in a seat already taken adds nothing', () => {
    const half = becomes(when(officer, 'resume', recordOf('product', 'suspended')));
    expect(refusal(when(colleague(officer), 'resume', half))).toBe('own_work');
  });

  it('is void when the content changes', () => {
    const submitted = recordOf('product', 'submitted', { data: { useClass: 'INDUSTRY' } });
    const half = becomes(when(officer, 'approve', submitted, { input: { ceilingFen: 100 } }));
    const other = becomes(when(lead, 'approve', half, { input: { ceilingFen: 200 } }));
    expect(other.status).toBe('submitted');
    expect(other.signed['approve']?.seats).toEqual({ 'authority.lead': 'lead' });
    expect(becomes(when(officer, 'approve', other, { input: { ceilingFen: 200 } }))).toMatchObject({
      status: 'approved',
      data: { ceilingFen: 200 },
    });
  });

  it('is void when the record moves, even if it comes back', () => {
    const half = becomes(when(officer, 'approve', recordOf('product', 'submitted')));
    const back = becomes(when(officer, 'return', half));
    expect(back.signed).toEqual({});
  });

  it('asks the references and guards of each who signs', () => {
    const half = becomes(when(officer, 'approve', recordOf('product', 'submitted')));
    expect(refusal(when(lead, 'approve', half, { broken: { scenario: { kind: 'grant', id: 'grant-1' } } }))).toBe('authority_broken');
  });

  it('moves a record only when two different persons have signed the same content', () => {
    const persons = [officer, colleague(officer), lead, colleague(lead), both] as const;
    const signing = fc.record({ who: fc.constantFrom(...persons), ceilingFen: fc.constantFrom(0, 100) });
    fc.assert(
      fc.property(fc.array(signing, { maxLength: 12 }), (signings) => {
        let record: Stored = recordOf('product', 'submitted', { data: { useClass: 'INDUSTRY' } });
        const standing = new Map<string, number>(); // what each person has last been seen to sign
        for (const { who, ceilingFen } of signings) {
          const decision = when(who, 'approve', record, { input: { ceilingFen } });
          if ('refused' in decision) continue;
          standing.set(who.id, ceilingFen);
          record = decision.next;
          if (record.status === 'approved') break;
        }
        if (record.status !== 'approved') return;
        const agreed = [...standing].filter(([, fen]) => fen === (record.data as { ceilingFen?: number }).ceilingFen);
        expect(agreed.length).toBeGreaterThanOrEqual(2);
      }),
    );
  });

  it('of both sides of a contract takes a person of each', () => {
    const drafted = recordOf('contract', 'drafted');
    const { digest } = drafted.data as unknown as { digest: string };
    const half = becomes(when(people['operator signatory'], 'sign', drafted, { input: { digest } }));
    expect(refusal(when(colleague(people['operator signatory']), 'sign', half, { input: { digest } }))).toBe('own_work');
    expect(becomes(when(people['buyer signatory'], 'sign', half, { input: { digest } })).status).toBe('signed');
  });
});

describe('who did the work before', () => {
  it('bars whoever ever took the step, not only the last', () => {
    const process = recordOf('calendar', 'proposed', { did: { create: ['first'], drop: ['chief'], renew: ['second'] } });
    const chief = (id: string): Person => ({ ...lead, id });
    expect(refusal(when(chief('first'), 'adopt', process))).toBe('own_work');
    expect(refusal(when(chief('second'), 'adopt', process))).toBe('own_work');
    expect(refusal(when(chief('third'), 'adopt', process))).toBeUndefined();
  });

  it('counts persons, not the organisation they act for', () => {
    const submitted = recordOf('product', 'submitted', { did: { create: ['agent'], submit: ['agent'] } });
    expect(refusal(when({ ...officer, id: 'agent' }, 'approve', submitted))).toBe('own_work');
  });

  it('counts the records of the case that the table names', () => {
    const reviewing = recordOf('listing', 'reviewing');
    expect(refusal(when({ ...people['venue lead'], id: 'maker' }, 'approve', { ...reviewing, did: {} }))).toBe('own_work'); // made the product
    expect(refusal(when(people['venue lead'], 'approve', { ...reviewing, did: {} }))).toBeUndefined();
  });

  it('counts a signature that another content has voided', () => {
    const contract = recordOf('contract', 'signed');
    const half = becomes(when(people['buyer signatory'], 'terminate', contract, { input: { reason: '双方协商' } }));
    const anew = becomes(when(people['operator signatory'], 'terminate', half, { input: { reason: '另有原因' } }));
    expect(anew.did['terminate']).toEqual(['buyer-sign', 'signatory']);
    expect(Object.keys(anew.signed['terminate']?.seats ?? {})).toEqual(['owner:operator.signatory']);
  });

  it('bars no system', () => {
    const loading = recordOf('dataset', 'loading', { did: { create: ['system:worker'], load: ['system:worker'] } });
    expect(refusal(when(systems['system worker'], 'load', loading))).toBeUndefined();
  });

  it('lets another cashier pay back than the one who took the money in', () => {
    const due = recordOf('order', 'refundDue', {
      did: { create: ['buyer'], confirmPayment: ['cashier'] },
      data: { priceFen: 500, remittance: 'RM-2026-01' },
    });
    const input = { amountFen: 500, remittance: 'RM-2026-02' };
    expect(refusal(when(people['venue cashier'], 'refund', due, { input }))).toBe('own_work');
    expect(becomes(when(colleague(people['venue cashier']), 'refund', due, { input })).status).toBe('refunded');
  });
});
