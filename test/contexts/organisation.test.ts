import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { organisationTypes, rolesOf, roles as allRoles, type OrganisationType, type Role } from '../../contracts/roles.ts';
import { checkCreditCode } from '../../shared/kernel/identifiers.ts';
import { becomes, claimsOf, done, refusal, when, whenCreating, type Circumstances } from '../support/decisions.ts';
import { liveOf, recordOf, runningOf } from '../support/fixtures.ts';
import { colleague, people, systems } from '../support/people.ts';
import { processOf } from '../laws/registry.ts';
import { after } from '../support/stories.ts';

const { applicant, admin, newcomer } = people;
const lead = people['lead of the district'];
const codes = fc.string({ unit: fc.constantFrom(...Array.from('0123456789ABCDEFGHJKLMNPQRTUWXY')), minLength: 18, maxLength: 18 });

describe('a party that applies', () => {
  it('is verified by the authority, under its own name', () => {
    const applied = becomes(whenCreating(applicant, 'organisation', {}));
    expect([applied.status, applied.owner]).toEqual(['applied', 'organisation-new']);
    const { next: verified, event } = done(when(lead, 'verify', applied));
    expect(verified.status).toBe('verified');
    expect(JSON.stringify(event.public)).not.toContain('gu@example.cn'); // administrators are personal
  });

  it('is refused a credit code whose check digit is wrong', () => {
    fc.assert(
      fc.property(codes, (creditCode) => {
        fc.pre(!checkCreditCode(creditCode));
        expect(refusal(whenCreating(applicant, 'organisation', { input: { creditCode } }))).toBe('credit_code_invalid');
      }),
    );
  });

  it('names two different administrators, the applicant among them', () => {
    const [one, two] = [
      { person: 'maker', name: '顾青', email: 'gu@example.cn' },
      { person: 'second', name: '陆白', email: 'lu@example.cn' },
    ];
    expect(refusal(whenCreating(applicant, 'organisation', { input: { administrators: [one, { ...two, person: 'maker' }] } }))).toBe(
      'administrators_same',
    );
    expect(refusal(whenCreating(newcomer, 'organisation', { input: { administrators: [one, two] } }))).toBe('administrator_must_apply');
  });

  it('states its licence where it is a venue', () => {
    expect(refusal(whenCreating(applicant, 'organisation', { input: { type: 'TRADING_VENUE' } }))).toBe('venue_licence_required');
    const licence = { type: 'SERVICE_CENTRE', approval: '苏政复〔2024〕1号' };
    expect(refusal(whenCreating(applicant, 'organisation', { input: { type: 'TRADING_VENUE', licence } }))).toBeUndefined();
  });

  it('is not verified by the one who applied or corrected it, however long ago', () => {
    const asLead = { ...lead, id: 'maker' };
    expect(refusal(when(asLead, 'verify', recordOf('organisation', 'applied')))).toBe('own_work');
    const corrected = recordOf('organisation', 'applied', { did: { create: ['other'], resubmit: ['maker', 'other'] } });
    expect(refusal(when(asLead, 'verify', corrected))).toBe('own_work');
  });

  it('holds its credit code from the application on, and gives it back when it is rejected', () => {
    const applied = recordOf('organisation', 'applied');
    expect(claimsOf(applied)).toEqual(['credit-code#91350100M000100Y43']);
    expect(claimsOf(after(applied, ['reject', lead]))).toEqual([]);
    expect(claimsOf(after(applied, ['verify', lead], ['suspend', lead]))).toEqual(claimsOf(applied));
  });

  it('is only marked when the authority is late', () => {
    const applied = runningOf(processOf('organisation'), 'applied');
    const { next: late, event } = done(when(systems['system clock'], 'overdue', applied, { fires: 'verification' }));
    expect([late.status, late.data]).toEqual(['applied', applied.data]);
    expect(event.public).toMatchObject({ overdue: 'organisationVerification' });
  });

  it('is suspended by the lead, and reinstated only by two', () => {
    const suspended = after(recordOf('organisation', 'verified'), ['suspend', lead]);
    const half = after(suspended, ['reinstate', people['case of the district']]);
    expect(half.status).toBe('suspended');
    expect(after(half, ['reinstate', lead]).status).toBe('verified');
  });
});

describe('a member', () => {
  const theirs = (type: OrganisationType): Circumstances['refs'] => ({
    organisation: liveOf('organisation', {
      id: 'source-a',
      owner: 'source-a',
      data: { type, licence: { type: 'SERVICE_CENTRE', approval: '苏政复〔2024〕1号' } },
    }),
  });

  it('is appointed to what the type of the organisation gives, and to nothing else', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...(Object.keys(organisationTypes) as OrganisationType[])),
        fc.uniqueArray(fc.constantFrom(...(Object.keys(allRoles) as Role[])), { minLength: 1, maxLength: 4 }),
        (type, roles) => {
          const fits = roles.every((role) => rolesOf[type].includes(role));
          expect(refusal(whenCreating(admin, 'membership', { input: { roles }, refs: theirs(type) }))).toBe(
            fits ? undefined : 'role_not_of_type',
          );
        },
      ),
    );
  });

  it('is proposed by one administrator and confirmed by another', () => {
    const proposed = becomes(
      whenCreating(admin, 'membership', { input: { organisation: 'source-a' }, refs: theirs('PUBLIC_INSTITUTION') }),
    );
    expect(refusal(when(admin, 'confirm', proposed))).toBe('own_work');
    expect(after(proposed, ['confirm', colleague(admin)]).status).toBe('active');
  });

  it('gets other roles in the same way, whoever had appointed them', () => {
    const active = recordOf('membership', 'active', { data: { proposedBy: 'someone' } });
    const changing = after(active, ['propose', admin, { input: { roles: ['source.cdo'] }, refs: theirs('PUBLIC_INSTITUTION') }]);
    expect(changing.data['roles']).toEqual(['source.steward']);
    expect(refusal(when(admin, 'confirmChange', changing))).toBe('own_work');
    expect(after(changing, ['confirmChange', colleague(admin)]).data['roles']).toEqual(['source.cdo']);
    expect(after(changing, ['declineChange', colleague(admin)]).data['roles']).toEqual(['source.steward']);
  });

  it('comes back only as a new proposal', () => {
    const ended = recordOf('membership', 'ended', { data: { proposedBy: 'someone' } });
    const renewed = after(ended, ['renew', admin, { refs: theirs('PUBLIC_INSTITUTION') }]);
    expect(renewed.status).toBe('proposed');
    expect(refusal(when(admin, 'confirm', renewed))).toBe('own_work');
  });

  it('is nobody of another organisation, and of none that is not live', () => {
    const other = { organisation: liveOf('organisation', { id: 'source-b', owner: 'source-b' }) };
    expect(refusal(whenCreating(admin, 'membership', { refs: other }))).toBe('reference_not_found');
    const suspended = { organisation: { ...liveOf('organisation', { owner: 'source-a' }), isLive: false } };
    expect(refusal(whenCreating(admin, 'membership', { refs: suspended }))).toBe('organisation_not_live');
  });

  it('holds an e-mail of its organisation once, however it is written, until the membership ends', () => {
    const upper = recordOf('membership', 'active', { data: { email: 'Gu@Example.CN' } });
    expect(claimsOf(upper)).toEqual(claimsOf(recordOf('membership', 'proposed', { data: { email: 'gu@example.cn' } })));
    expect(claimsOf(after(upper, ['end', admin]))).toEqual([]);
  });
});
