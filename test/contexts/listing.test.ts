import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { claimsOf, done, refusal, when, whenCreating } from '../support/decisions.ts';
import { liveOf, now, recordOf } from '../support/fixtures.ts';
import { people } from '../support/people.ts';
import { after } from '../support/stories.ts';

const agent = people['operator agent'];
const reviewer = people['venue reviewer'];
const lead = people['venue lead'];
const product = (ceilingFen: number) => ({ product: liveOf('product', { id: 'product-1', data: { ceilingFen } }) });
const fen = fc.integer({ min: 0, max: 1_000_000 });

describe('the price of a listing', () => {
  it('never exceeds the ceiling: not when it is drafted, changed, submitted or approved', () => {
    fc.assert(
      fc.property(fen, fen, (priceFen, ceilingFen) => {
        const due = priceFen > ceilingFen ? 'price_over_ceiling' : undefined;
        const refs = product(ceilingFen);
        const priced = (state: string) => recordOf('listing', state, { data: { priceFen } });
        expect(refusal(whenCreating(agent, 'listing', { input: { priceFen }, refs }))).toBe(due);
        expect(refusal(when(agent, 'reprice', recordOf('listing', 'draft'), { input: { priceFen }, refs }))).toBe(due);
        expect(refusal(when(agent, 'submit', priced('draft'), { refs }))).toBe(due);
        expect(refusal(when(reviewer, 'approve', priced('reviewing'), { refs }))).toBe(due);
      }),
    );
  });

  it('may be the ceiling itself, and nothing', () => {
    for (const priceFen of [0, 500])
      expect(refusal(whenCreating(agent, 'listing', { input: { priceFen }, refs: product(500) }))).toBeUndefined();
  });

  it('does not change once it is under review or listed', () => {
    for (const state of ['reviewing', 'listed', 'suspended', 'delisted'])
      expect(refusal(when(agent, 'reprice', recordOf('listing', state)))).toBe('wrong_state');
  });
});

describe('a listing', () => {
  it('is of a live product of the operator’s own, and says of it what the product says', () => {
    const { product: live } = product(500);
    const draft = done(whenCreating(agent, 'listing', { input: { priceFen: 1 }, refs: { product: live } })).next;
    const { title, summary, licence } = live.data;
    expect(draft).toMatchObject({
      status: 'draft',
      owner: 'operator-a',
      data: { title, summary, licence },
      anchors: [{ kind: 'product', id: 'product-1' }],
    });
    expect(refusal(whenCreating(people['other operator agent'], 'listing', { refs: { product: live } }))).toBe('reference_not_found');
    expect(refusal(whenCreating(agent, 'listing', { refs: { product: { ...live, isLive: false } } }))).toBe('product_not_live');
  });

  it('is listed by two of the venue, none of whom made it or its product', () => {
    const reviewing = recordOf('listing', 'reviewing', { did: { create: ['agent'], submit: ['agent'] } });
    const half = after(reviewing, ['approve', reviewer]);
    expect(half.status).toBe('reviewing');
    const { next, event } = done(when(lead, 'approve', half));
    expect(next).toMatchObject({ status: 'listed', data: { listedAt: now } });
    expect(Object.keys(event.public ?? {}).toSorted()).toEqual([
      'id',
      'operator',
      'priceFen',
      'product',
      'region',
      'status',
      'summary',
      'title',
    ]);
    const made = { product: liveOf('product', { did: { create: [lead.id] } }) };
    expect(refusal(when(lead, 'approve', half, { refs: made }))).toBe('own_work');
  });

  it('goes back to its operator with a reason that the next submission leaves behind', () => {
    const back = after(recordOf('listing', 'reviewing'), ['reject', reviewer, { input: { reason: '用途说明不清' } }]);
    expect(back).toMatchObject({ status: 'draft', data: { reason: '用途说明不清' } });
    expect(after(back, ['submit', agent]).data).not.toHaveProperty('reason');
  });

  it('is halted at once by venue, authority or cyberspace office, and comes back by two while its chain is whole', () => {
    const overseers = [people['case of the district'], people['lead of the district']] as const;
    const halts = [
      [lead, [reviewer, lead], overseers[1]],
      [people['lead of the district'], overseers, lead],
      [people.cyberspace, overseers, lead],
    ] as const;
    for (const [one, [first, second], another] of halts) {
      const halted = after(recordOf('listing', 'listed'), ['suspend', one]);
      expect(after(halted, ['resume', first]).status).toBe('suspended');
      expect(after(halted, ['resume', first], ['resume', second]).status).toBe('listed');
      // The venue does not undo what an overseer has done, nor an overseer what is the venue's own.
      expect(refusal(when(another, 'resume', halted))).toBe('stopped_by_another');
      expect(refusal(when(lead, 'resume', halted, { broken: { product: { kind: 'scenario', id: 'scenario-1' } } }))).toBe(
        'authority_broken',
      );
    }
  });

  it('holds its product from its submission until it is delisted, suspended or not', () => {
    const held = ['reviewing', 'listed', 'suspended'].map((state) => claimsOf(recordOf('listing', state)));
    expect(new Set(held.map(String)).size).toBe(1);
    expect(held[0]).toHaveLength(1);
    expect(claimsOf(recordOf('listing', 'draft'))).toEqual([]);
    expect(claimsOf(after(recordOf('listing', 'listed'), ['delist', agent], ['delist', lead]))).toEqual([]);
  });
});
