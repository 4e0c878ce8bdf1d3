import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Refusal } from '../../contracts/refusals.ts';
import type { Person, Seen, Stored } from '../../shared/kernel/process.ts';
import { becomes, refusal, when, whenCreating, type Circumstances } from '../support/decisions.ts';
import { factsOf, liveOf, recordOf, seenOf } from '../support/fixtures.ts';
import { actors, people } from '../support/people.ts';
import { decide, offered } from '../../shared/kernel/decide.ts';
import { processOf } from '../laws/registry.ts';

type Case = { readonly actor: Person; readonly record: Stored; readonly circumstances: Circumstances };
type Fault = readonly [code: Refusal, makes: (sound: Case) => Case];
const among = (sound: Case, more: Circumstances): Case => ({
  ...sound,
  circumstances: {
    ...sound.circumstances,
    ...more,
    refs: { ...sound.circumstances.refs, ...more.refs },
    broken: { ...sound.circumstances.broken, ...more.broken },
  },
});
const product = (over: Partial<Seen> = {}): Seen => ({ ...liveOf('product', { data: { ceilingFen: 100 } }), ...over });
const link = { kind: 'grant', id: 'grant-1' };

/** In the order of the law: seen, permitted, own work, state, standing (missing, live, chain), guards. */
const faults: readonly Fault[] = [
  ['not_found', (c) => ({ ...c, actor: { ...c.actor, org: 'nowhere', region: '321203' } })],
  ['not_permitted', (c) => ({ ...c, actor: { ...c.actor, roles: ['thirdparty.assessor'] } })],
  ['own_work', (c) => ({ ...c, record: { ...c.record, did: { ...c.record.did, submit: [c.actor.id] } } })],
  [
    'wrong_state',
    (c) => ({
      ...c,
      record: recordOf('listing', 'draft', { did: c.record.did, data: { priceFen: (c.record.data as { priceFen: number }).priceFen } }),
    }),
  ],
  ['reference_not_found', (c) => among(c, { missing: 'product' })],
  ['product_not_live', (c) => among(c, { refs: { product: product({ isLive: false }) } })],
  ['authority_broken', (c) => among(c, { broken: { product: link } })],
  ['price_over_ceiling', (c) => ({ ...c, record: { ...c.record, data: { ...c.record.data, priceFen: 101 } } })],
];
const sound: Case = {
  actor: people['venue reviewer'],
  record: recordOf('listing', 'reviewing', { data: { priceFen: 100 } }),
  circumstances: { refs: { product: product() } },
};
const take = ({ actor, record, circumstances }: Case) => when(actor, 'approve', record, circumstances);

describe('the order of refusal', () => {
  it('lets through what has no fault', () => {
    expect(refusal(take(sound))).toBeUndefined();
  });

  it.each(faults)('tells %s where that alone is at fault', (code, makes) => {
    expect(refusal(take(makes(sound)))).toBe(code);
  });

  it('tells the first fault of all that there are', () => {
    fc.assert(
      fc.property(fc.subarray([...faults], { minLength: 1 }), (chosen) => {
        const [first] = chosen;
        // The later a fault, the earlier it is made: a state is changed under a price that stands already.
        const flawed = chosen.toReversed().reduce((c, [, makes]) => makes(c), sound);
        expect(refusal(take(flawed))).toBe(first?.[0]);
      }),
    );
  });

  it('tells the link that is not live, and the state that stands in the way', () => {
    const broken = take(among(sound, { broken: { product: link } }));
    expect(broken).toEqual({ refused: { code: 'authority_broken', about: link } });
    expect(when(sound.actor, 'approve', recordOf('listing', 'listed'))).toEqual({
      refused: { code: 'wrong_state', about: { status: 'listed' } },
    });
  });

  it('of a creation is permitted, then exists, then lives, then its chain, then its guards', () => {
    const listing = (change: Partial<Seen>) => (c: Circumstances) => ({
      ...c,
      refs: { listing: { ...(c.refs?.['listing'] as Seen), ...change } },
    });
    const steps: readonly (readonly [Refusal, (c: Circumstances) => Circumstances])[] = [
      ['reference_not_found', (c) => ({ ...c, missing: 'listing' })],
      ['listing_not_live', listing({ isLive: false })],
      ['authority_broken', (c) => ({ ...c, broken: { listing: link } })],
      ['own_product', listing({ owner: 'buyer-a' })],
    ];
    fc.assert(
      fc.property(fc.subarray([...steps]), fc.boolean(), (chosen, permitted) => {
        const circumstances = chosen.reduce<Circumstances>((c, [, makes]) => makes(c), { refs: { listing: liveOf('listing') } });
        const actor = permitted ? people['buyer agent'] : people['buyer signatory'];
        expect(refusal(whenCreating(actor, 'order', circumstances))).toBe(permitted ? chosen[0]?.[0] : 'not_permitted');
      }),
    );
  });

  it('makes another’s record not exist for whoever would build on it', () => {
    const scenario = liveOf('scenario', { owner: 'operator-b', data: { resources: ['resource-1'] } });
    expect(refusal(whenCreating(people['operator agent'], 'dataset', { refs: { scenario } }))).toBe('reference_not_found');
    expect(
      refusal(whenCreating(people['other operator agent'], 'dataset', { refs: { scenario }, input: { resource: 'resource-1' } })),
    ).toBeUndefined();
  });
});

describe('whether a record exists for someone', () => {
  it('is asked before all else, so that nothing can be told from a refusal', () => {
    for (const who of ['visitor', 'newcomer', 'other buyer agent', 'police', 'expert'] as const)
      for (const action of ['accept', 'cancel', 'refund', 'confirmPayment'])
        for (const status of ['placed', 'delivering', 'settled'])
          expect(refusal(when(actors[who], action, recordOf('order', status)))).toBe('not_found');
  });

  it('ends at the border of a district', () => {
    const record = recordOf('organisation', 'applied', { region: '321202' });
    const lead = (region: string): Person => ({ ...people['lead of the city'], region, org: 'some' });
    expect(refusal(when(lead('321203'), 'verify', record))).toBe('not_found');
    expect(refusal(when(lead('321202'), 'verify', record))).toBeUndefined();
    expect(refusal(when(lead('3212'), 'verify', record))).toBeUndefined();
    expect(refusal(when(lead(''), 'verify', record))).toBe('not_found');
  });
});

describe('the buttons of a page', () => {
  it('offer only what the state, the seats and the own earlier work allow', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(people)),
        fc.constantFrom('draft', 'reviewing', 'listed', 'suspended', 'delisted'),
        fc.boolean(),
        (person, status, own) => {
          const process = processOf('listing');
          const record = recordOf('listing', status, own ? { did: { create: [person.id], submit: [person.id] } } : {});
          const open = offered(process, record, person);
          for (const action of Object.keys(process.actions)) {
            const code = refusal(decide(process, action, record, factsOf(process, action, person)));
            const barred = code === 'not_permitted' || code === 'own_work' || code === 'wrong_state';
            if (code !== 'not_found') expect([action, open.includes(action)]).toEqual([action, !barred]);
          }
        },
      ),
    );
  });

  it('offer nothing to a system, which needs no buttons', () => {
    expect(offered(processOf('order'), recordOf('order', 'paid'), actors['system reaction'])).toEqual([]);
  });
});

describe('what becomes of a record', () => {
  it('counts its version up, names who did it, and keeps what it was', () => {
    const listed = becomes(when(people['venue lead'], 'approve', becomes(take(sound)), sound.circumstances));
    expect(listed).toMatchObject({
      status: 'listed',
      version: 5,
      owner: 'operator-a',
      region: '321202',
      receivedAt: sound.record.receivedAt,
    });
    expect(listed.did).toEqual({ create: ['maker'], approve: ['reviewer', 'venue-lead'] });
    expect(seenOf(listed).isLive).toBe(true);
  });
});
