import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Stored } from '../../shared/kernel/process.ts';
import { becomes, claimsOf, done, refusal, when, whenCreating } from '../support/decisions.ts';
import { liveOf, now, recordOf } from '../support/fixtures.ts';
import { actors, colleague, people } from '../support/people.ts';

const agent = people['buyer agent'];
const cashier = people['venue cashier'];
const link = { kind: 'grant', id: 'grant-1' };
const broken = { broken: { listing: link } };
const order = (status: string, data: object = {}): Stored => recordOf('order', status, { data: { priceFen: 120_000, ...data } });

describe('an order', () => {
  it('takes price, product and licence from the listing, never from the buyer', () => {
    const listing = liveOf('listing', { owner: 'operator-a', region: '3212', data: { priceFen: 9900, product: 'product-7' } });
    const placed = becomes(whenCreating(agent, 'order', { refs: { listing } }));
    expect(placed).toMatchObject({ owner: 'buyer-a', party: 'operator-a', region: '3212', data: { priceFen: 9900, product: 'product-7' } });
    expect(placed.data['licence']).toEqual((listing.data as { licence?: object }).licence);
  });

  it('is not placed by the venue or its staff, nor on one’s own product', () => {
    expect(refusal(whenCreating({ ...agent, org: 'venue', orgType: 'TRADING_VENUE' }, 'order'))).toBe('venue_may_not_trade');
    expect(refusal(whenCreating(agent, 'order', { refs: { listing: liveOf('listing', { owner: 'buyer-a' }) } }))).toBe('own_product');
  });

  it('rests on the whole authority chain of its listing', () => {
    expect(refusal(whenCreating(agent, 'order', broken))).toBe('authority_broken');
  });
});

describe('a payment', () => {
  it('is confirmed only in the amount that is due', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 0, max: 500 }), (priceFen, amountFen) => {
        const decision = when(cashier, 'confirmPayment', order('contracted', { priceFen }), { input: { amountFen } });
        expect(decision).toEqual(
          priceFen === amountFen
            ? expect.objectContaining({ next: expect.objectContaining({ status: 'paid' }) })
            : { refused: { code: 'amount_differs', about: { dueFen: priceFen } } },
        );
      }),
    );
  });

  it('is waived only where the product is free', () => {
    const waive = (priceFen: number) => refusal(when(actors['system reaction'], 'waivePayment', order('contracted', { priceFen })));
    expect(waive(0)).toBeUndefined();
    expect(waive(1)).toBe('amount_differs');
  });

  it('names the venue that received it, whose money it is not', () => {
    expect(
      becomes(when(cashier, 'confirmPayment', order('contracted'), { input: { amountFen: 120_000, remittance: 'ICBC-2026-7' } })).data,
    ).toMatchObject({ venue: 'venue', paidAt: now, remittance: 'ICBC-2026-7' });
  });
});

describe('a remittance reference', () => {
  const holding = ['paid', 'delivering', 'accepted', 'settled', 'refundDue'] as const;

  it.each(holding)('is held by the order it paid, for ever, also while it is %s', (status) => {
    expect(claimsOf(order(status, { remittance: 'ICBC-2026-7' }))).toEqual(['remittance#ICBC-2026-7']);
  });

  it('is held twice by an order that was paid and paid back', () => {
    expect(claimsOf(order('refunded', { remittance: 'ICBC-2026-7', refundRemittance: 'ICBC-2026-8' }))).toEqual([
      'remittance#ICBC-2026-7',
      'remittance#ICBC-2026-8',
    ]);
  });

  it('is held by nobody before the money came', () => {
    for (const status of ['placed', 'contracted', 'cancelled']) expect(claimsOf(order(status))).toEqual([]);
    expect(claimsOf(order('paid'))).toEqual([]); // free
  });

  it('of the payment does not pass for the one of the refund', () => {
    const due = order('refundDue', { remittance: 'ICBC-2026-7' });
    const refund = (remittance: string) => refusal(when(cashier, 'refund', due, { input: { amountFen: 120_000, remittance } }));
    expect(refund('ICBC-2026-7')).toBe('remittance_used');
    expect(refund('ICBC-2026-8')).toBeUndefined();
  });
});

describe('a refund', () => {
  it('is claimed only where the authority chain is broken, and names the link', () => {
    expect(refusal(when(agent, 'claimRefund', order('delivering')))).toBe('authority_intact');
    expect(becomes(when(agent, 'claimRefund', order('delivering'), broken))).toMatchObject({
      status: 'refundDue',
      data: { because: 'authority_broken', link },
    });
  });

  it('is not claimed once the delivery was accepted, broken chain or not', () => {
    for (const status of ['accepted', 'settled']) expect(refusal(when(agent, 'claimRefund', order(status), broken))).toBe('wrong_state');
  });

  it('is owed of itself for what was paid and cannot be delivered', () => {
    const input = { because: 'authority_broken', link };
    expect(becomes(when(actors['system reaction'], 'undeliverable', order('paid'), { input }))).toMatchObject({
      status: 'refundDue',
      data: input,
    });
  });

  it('pays back all, by another cashier than the one who took the money in', () => {
    const due = { ...order('refundDue', { remittance: 'ICBC-2026-7' }), did: { confirmPayment: [cashier.id] } };
    const input = { amountFen: 120_000, remittance: 'ICBC-2026-8' };
    expect(refusal(when(cashier, 'refund', due, { input }))).toBe('own_work');
    expect(refusal(when(colleague(cashier), 'refund', due, { input: { ...input, amountFen: 119_999 } }))).toBe('amount_differs');
    expect(becomes(when(colleague(cashier), 'refund', due, { input })).data).toMatchObject({
      remittance: 'ICBC-2026-7',
      refundRemittance: 'ICBC-2026-8',
      refundedAt: now,
    });
  });
});

describe('an inspection period that lapses', () => {
  const lapse = (circumstances: object) => becomes(when(actors['system clock'], 'lapseInspection', order('delivering'), circumstances));

  it('means that the delivery conforms (民法典 arts. 621, 646)', () => {
    expect(lapse({})).toMatchObject({ status: 'accepted', data: { inspectionLapsed: true, acceptedAt: now } });
  });

  it('means a refund where the chain broke meanwhile', () => {
    expect(lapse(broken)).toMatchObject({ status: 'refundDue', data: { because: 'authority_broken', link } });
  });

  it('is told apart from an acceptance that someone gave', () => {
    expect(becomes(when(agent, 'accept', order('delivering'))).data).toMatchObject({ inspectionLapsed: false });
  });
});

describe('what is disclosed of a trade', () => {
  it('is its product and price, and neither of its parties', () => {
    const { event } = done(when(agent, 'accept', order('delivering')));
    expect(event.public).toEqual({ id: 'order-1', status: 'accepted', product: 'product-1', priceFen: 120_000 });
  });
});

describe('an entitlement', () => {
  const contract = liveOf('contract', { data: { until: '2027-05-01T00:00:00.000Z' }, validUntil: '2027-05-01T00:00:00.000Z' });
  const licence = { ...(recordOf('order', 'paid').data as unknown as { licence: object }).licence, queries: 40 };
  const paid = liveOf('order', { data: { licence } });
  const opened = whenCreating(actors['system reaction'], 'entitlement', { refs: { contract, order: paid } });

  it('opens as many queries as the licence says, for the term of the contract', () => {
    const { next, effects } = done(opened);
    expect(effects).toEqual([{ allow: 'queries#entitlement-new', amount: 40 }]);
    expect(next).toMatchObject({ owner: 'buyer-a', party: 'operator-a', validUntil: '2027-05-01T00:00:00.000Z', data: { queries: 40 } });
  });

  it('rests on contract, order, product and buyer', () => {
    expect(done(opened).next.anchors.map(({ kind }) => kind)).toEqual(['contract', 'order', 'product', 'organisation']);
    expect(refusal(whenCreating(actors['system reaction'], 'entitlement', { broken: { contract: link } }))).toBe('authority_broken');
  });

  it('once paid for is not taken back by the operator', () => {
    for (const status of ['active', 'suspended'])
      expect(refusal(when(people['operator signatory'], 'revoke', recordOf('entitlement', status)))).toBe('not_permitted');
  });

  it('is not live while it is suspended, and lives again only by two of the side that stopped it', () => {
    const stopped = becomes(when(people.cyberspace, 'suspend', recordOf('entitlement', 'active')));
    expect(refusal(when(people['venue reviewer'], 'resume', stopped))).toBe('stopped_by_another');
    const suspended = becomes(when(people['venue lead'], 'suspend', recordOf('entitlement', 'active')));
    expect(suspended.validUntil).toBeUndefined();
    const half = becomes(when(people['venue reviewer'], 'resume', suspended));
    expect(half.status).toBe('suspended');
    expect(becomes(when(people['venue lead'], 'resume', half)).status).toBe('active');
  });
});
