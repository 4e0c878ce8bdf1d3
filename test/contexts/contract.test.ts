import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { Terms } from '../../contracts/data-contract.ts';
import { canonical } from '../../shared/kernel/canonical.ts';
import { digest } from '../../shared/kernel/digest.ts';
import type { Seen } from '../../shared/kernel/process.ts';
import { becomes, done, refusal, when, whenCreating } from '../support/decisions.ts';
import { liveOf, recordOf, sampleOf } from '../support/fixtures.ts';
import { actors, people } from '../support/people.ts';

const seller = people['operator signatory'];
const buyer = people['buyer signatory'];
const reaction = actors['system reaction'];
const draw = (over: { readonly order?: Seen; readonly product?: Seen } = {}) => becomes(whenCreating(reaction, 'contract', { refs: over }));
type Drawn = { readonly terms: Readonly<Record<string, unknown>>; readonly digest: string };
const drawn = (record: { readonly data: Readonly<Record<string, unknown>> }): Drawn => record.data as Drawn;

describe('a contract', () => {
  it('takes parties, price and purpose from the order, and the rule from the product', () => {
    const order = liveOf('order', { owner: 'buyer-a', party: 'operator-a', data: { priceFen: 700, purpose: '信贷风险评估' } });
    const product = liveOf('product', { data: { ruleVersion: 3 } });
    const record = draw({ order, product });
    expect(record).toMatchObject({ owner: 'operator-a', party: 'buyer-a', status: 'drafted' });
    expect(drawn(record).terms).toMatchObject({
      seller: 'operator-a',
      buyer: 'buyer-a',
      priceFen: 700,
      purpose: '信贷风险评估',
      ruleVersion: 3,
      inspectionWorkingDays: 10,
    });
  });

  it('forbids re-identification and onward transfer, whatever the order says', () => {
    const { terms } = drawn(draw());
    expect(terms).toMatchObject({
      reidentification: 'FORBIDDEN',
      licence: { onwardTransfer: false },
      refund: 'FULL_WHEN_AUTHORITY_ENDS_BEFORE_ACCEPTANCE',
      law: 'CN',
    });
    expect(Terms.safeParse(terms).success).toBe(true);
  });

  it('rests on a listing whose chain is whole', () => {
    expect(refusal(whenCreating(reaction, 'contract', { broken: { listing: { kind: 'grant', id: 'grant-1' } } }))).toBe('authority_broken');
  });
});

describe('the digest that both sides sign', () => {
  it('is that of the canonical JSON of the terms', () => {
    const { terms, digest: signed } = drawn(draw());
    expect(signed).toBe(digest(canonical(terms)));
    expect(signed).toMatch(/^sha256:/);
  });

  it('is the same for the same terms, in whatever order they stand, and another for any other', () => {
    const terms = sampleOf(Terms);
    const names = Object.keys(terms);
    fc.assert(
      fc.property(
        fc.shuffledSubarray(names, { minLength: names.length }),
        fc.constantFrom('priceFen', 'ruleVersion', 'minEntities'),
        fc.integer({ min: 1, max: 9 }),
        (order, name, more) => {
          const shuffled = Object.fromEntries(order.map((key) => [key, terms[key]]));
          expect(digest(canonical(shuffled))).toBe(digest(canonical(terms)));
          expect(digest(canonical({ ...shuffled, [name]: Number(terms[name]) + more }))).not.toBe(digest(canonical(terms)));
        },
      ),
    );
  });

  it('is named by whoever signs, else they have read another text', () => {
    const record = draw();
    const other = { digest: `sha256:${'0'.repeat(64)}` };
    expect(refusal(when(seller, 'sign', record, { input: other }))).toBe('stale');
    expect(refusal(when(seller, 'sign', record, { input: { digest: drawn(record).digest } }))).toBeUndefined();
  });
});

describe('a signature', () => {
  const record = draw();
  const input = { digest: drawn(record).digest };
  const half = becomes(when(buyer, 'sign', record, { input }));

  it('of one side binds nobody', () => {
    expect(half.status).toBe('drafted');
  });

  it('of both makes the contract, for the days of its licence, and discloses only the fact; who, and what they signed, stays sealed', () => {
    const { next, event } = done(when(seller, 'sign', half, { input, now: '2026-11-24T00:00:00.000Z' }));
    const { termDays } = (drawn(record).terms as { licence: { termDays: number } }).licence;
    expect(next).toMatchObject({
      status: 'signed',
      validUntil: new Date(Date.parse('2026-11-24T00:00:00Z') + termDays * 86_400_000).toISOString(),
    });
    expect(event.public).toEqual({ id: 'contract-new', signedAt: '2026-11-24T00:00:00.000Z' });
    expect(event.sealed).toEqual({ seller: 'operator-a', buyer: 'buyer-a', digest: input.digest });
    expect(event.signers).toEqual({ 'party:buyer.signatory': { by: buyer.id, org: 'buyer-a' } });
  });

  it('is not given by one person for both sides', () => {
    expect(refusal(when({ ...seller, id: buyer.id }, 'sign', half, { input }))).toBe('own_work');
  });

  it('is not given by the other side’s agent, nor for another party', () => {
    for (const who of ['operator agent', 'buyer agent'] as const)
      expect(refusal(when(people[who], 'sign', record, { input }))).toBe('not_permitted');
    for (const who of ['other operator signatory', 'other buyer signatory'] as const)
      expect(refusal(when(people[who], 'sign', record, { input }))).toBe('not_found');
  });

  it('is worth nothing once the listing is suspended or its authority ends', () => {
    expect(refusal(when(seller, 'sign', half, { input, refs: { listing: { ...liveOf('listing'), isLive: false } } }))).toBe(
      'listing_not_live',
    );
    expect(refusal(when(seller, 'sign', half, { input, broken: { listing: { kind: 'grant', id: 'grant-1' } } }))).toBe('authority_broken');
  });
});

describe('an end before the term', () => {
  it('takes both sides, in the same words', () => {
    const half = becomes(when(seller, 'terminate', recordOf('contract', 'signed'), { input: { reason: '双方协商一致' } }));
    expect(becomes(when(buyer, 'terminate', half, { input: { reason: '单方面解除' } })).status).toBe('signed');
    expect(becomes(when(buyer, 'terminate', half, { input: { reason: '双方协商一致' } })).status).toBe('terminated');
  });

  it('of a text not yet signed takes one', () => {
    expect(becomes(when(buyer, 'decline', recordOf('contract', 'drafted'))).status).toBe('declined');
  });
});
