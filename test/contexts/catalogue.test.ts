import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { withSharing } from '../../functions/catalogue/rules.ts';
import { becomes, claimsOf, done, refusal, when, whenCreating } from '../support/decisions.ts';
import { inputOf, liveOf, recordOf } from '../support/fixtures.ts';
import { colleague, people } from '../support/people.ts';
import { after } from '../support/stories.ts';

const { steward, cdo } = people;
const officer = people['case of the district'];
const own = { organisation: liveOf('organisation', { id: 'source-a', owner: 'source-a' }) };
const create = (input: object = {}) => whenCreating(steward, 'resource', { input, refs: own });

type Entry = Parameters<typeof withSharing>[0];
const entry = inputOf('resource', 'edit') as unknown as Entry;
const citation = fc.record({
  rank: fc.constantFrom('LAW', 'ADMIN_REG', 'LOCAL_REG', 'RULE', 'NOTICE'),
  title: fc.constant('江苏省数据条例'),
  article: fc.constant('第三十三条'),
  inForce: fc.boolean(),
});
const sharings = fc.record(
  {
    attribute: fc.constantFrom('UNCONDITIONAL', 'CONDITIONAL', 'NONE'),
    reason: fc.constant('涉及个人隐私'),
    citations: fc.array(citation, { maxLength: 3 }),
  },
  { requiredKeys: ['attribute', 'citations'] },
) as fc.Arbitrary<Entry['sharing']>;

describe('sharing (Measures art. 14)', () => {
  it('is less than unconditional only with a reason and a law, administrative or local regulation in force; what was asked for is kept', () => {
    fc.assert(
      fc.property(sharings, (sharing) => {
        const { sharing: held, sharingForcedFrom } = withSharing({ ...entry, sharing });
        const based =
          sharing.citations.some(({ rank, inForce }) => inForce && rank !== 'RULE' && rank !== 'NOTICE') && sharing.reason !== undefined;
        const forced = sharing.attribute !== 'UNCONDITIONAL' && !based;
        expect(held.attribute).toBe(forced ? 'UNCONDITIONAL' : sharing.attribute);
        expect(sharingForcedFrom).toBe(forced ? sharing.attribute : undefined);
        expect([held.reason, held.citations]).toEqual([sharing.reason, sharing.citations]);
      }),
      { numRuns: 500 },
    );
  });

  it.each(['RULE', 'NOTICE'])('is not narrowed by a %s, neither at first, nor by an edit, nor by a change', (rank) => {
    const sharing = { attribute: 'NONE', reason: '内部规定', citations: [{ rank, title: '某办法', article: '第一条', inForce: true }] };
    const forced = { sharing: { attribute: 'UNCONDITIONAL' }, sharingForcedFrom: 'NONE' };
    const draft = becomes(create({ sharing }));
    expect(draft.data).toMatchObject(forced);
    expect(after(draft, ['edit', steward, { input: { sharing } }]).data).toMatchObject(forced);
    expect(after(recordOf('resource', 'published'), ['change', steward, { input: { sharing } }]).data).toMatchObject({ change: forced });
  });
});

describe('an entry of the catalogue', () => {
  it('that holds a secret is not entered: what stays is a stub with the unit and nothing of the content', () => {
    const decision = create({ stateSecret: true, name: { zh: '绝密资源', en: 'Secret' } });
    expect(decision).toMatchObject({
      refused: { code: 'state_secret_refused' },
      leaves: { spawn: { kind: 'secretStub' }, input: { unit: expect.any(String) } },
    });
    expect(JSON.stringify('leaves' in decision ? (decision.leaves as { input: object }).input : '')).not.toContain('绝密');
    expect(refusal(create({ stateSecret: false }))).toBeUndefined();
  });

  it('gives the ground on which it is not opened', () => {
    expect(refusal(create({ opening: { attribute: 'NONE' } }))).toBe('opening_ground_required');
    expect(refusal(create({ opening: { attribute: 'NONE', ground: '依法不予开放' } }))).toBeUndefined();
  });

  it('is made by the steward, checked by the authority and published by the chief data officer', () => {
    const published = after(becomes(create()), ['submit', steward], ['check', officer], ['publish', cdo]);
    expect(published).toMatchObject({ status: 'published', did: { create: ['steward'], check: ['case-d'], publish: ['cdo'] } });
  });

  it('is not published by a steward who became chief data officer, even if a colleague has edited it since', () => {
    const both = { ...steward, roles: [...steward.roles, ...cdo.roles] };
    const checked = after(becomes(create()), ['edit', colleague(steward)], ['submit', colleague(steward)], ['check', officer]);
    expect(refusal(when(both, 'publish', checked))).toBe('own_work');
  });

  it('returns to its steward with a reason, and loses the reason when it is submitted again', () => {
    const draft = after(recordOf('resource', 'submitted'), ['return', officer, { input: { reason: '缺少字段说明' } }]);
    expect(draft.data['reason']).toBe('缺少字段说明');
    expect(after(draft, ['submit', steward]).data['reason']).toBeUndefined();
  });

  it('changes only when another person approves, and stays published meanwhile', () => {
    const pending = after(recordOf('resource', 'published'), ['change', steward, { input: { summary: '新的摘要' } }]);
    expect(pending.data['summary']).not.toBe('新的摘要');
    expect(refusal(when({ ...cdo, id: steward.id }, 'approveChange', pending))).toBe('own_work');
    const { next: changed, event } = done(when(cdo, 'approveChange', pending));
    expect([changed.status, changed.data['summary']]).toEqual(['published', '新的摘要']);
    expect(event.public).toBeDefined();
    expect(after(pending, ['dropChange', cdo]).data).toEqual(recordOf('resource', 'published').data);
  });

  it('holds its code within its unit until it is retired', () => {
    const published = recordOf('resource', 'published', { data: { code: 'R-01' } });
    expect(claimsOf(published)).toEqual(['resource-code#source-a#R-01']);
    expect(claimsOf({ ...published, owner: 'source-b' })).not.toEqual(claimsOf(published));
    expect(claimsOf(after(published, ['retire', cdo]))).toEqual([]);
  });
});
