import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { ruleBases } from '../../contracts/parameters.ts';
import { balances, isBalanced, received, refunded, settled, type OrderParties, type Transfer } from '../../functions/settlement/posting.ts';
import { split } from '../../functions/settlement/split.ts';

const amounts = fc.bigInt({ min: 1n, max: 10n ** 15n });
const shares = fc
  .tuple(fc.nat({ max: 10_000 }), fc.nat({ max: 10_000 }))
  .map(([one, other]) => ({ venueBasisPoints: Math.min(one, other), publicFinanceBasisPoints: Math.abs(one - other) }));
const usual = ruleBases['2026-1'].price;
const partiesOf = (order: string): OrderParties => ({ order, buyer: 'b1', operator: 'o1', venue: 'v1', region: '321200' });

describe('dividing a price', () => {
  it('gives the venue 3 %, public finance 20 % and the operator the rest under the first rule base', () => {
    expect(split(1_000_000n, usual)).toEqual({ operator: 770_000n, venue: 30_000n, publicFinance: 200_000n });
  });

  it.each([
    [0n, 0n, 0n, 0n],
    [1n, 1n, 0n, 0n],
    [5n, 4n, 0n, 1n],
    [34n, 27n, 1n, 6n],
    [99n, 78n, 2n, 19n],
  ])('of %d fen rounds the shares down and leaves the fractions to the operator', (amount, operator, venue, publicFinance) => {
    expect(split(amount, usual)).toEqual({ operator, venue, publicFinance });
  });

  it('always sums to the price, never goes below nothing, and no share exceeds its points', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 18n }), shares, (amount, points) => {
        const { operator, venue, publicFinance } = split(amount, points);
        expect(operator + venue + publicFinance).toBe(amount);
        for (const part of [operator, venue, publicFinance]) expect(part).toBeGreaterThanOrEqual(0n);
        expect(venue * 10_000n).toBeLessThanOrEqual(amount * BigInt(points.venueBasisPoints));
        expect((venue + 1n) * 10_000n).toBeGreaterThan(amount * BigInt(points.venueBasisPoints));
        expect((publicFinance + 1n) * 10_000n).toBeGreaterThan(amount * BigInt(points.publicFinanceBasisPoints));
      }),
    );
  });

  it.each([
    [-1n, 300, 2000],
    [1n, -1, 2000],
    [1n, 300, 9701],
    [1n, 0.5, 2000],
  ])('refuses %d fen at %d and %d basis points', (amount, venueBasisPoints, publicFinanceBasisPoints) => {
    expect(() => split(amount, { venueBasisPoints, publicFinanceBasisPoints })).toThrow(RangeError);
  });
});

describe('the postings of an order', () => {
  const parties = partiesOf('t1');

  it('hold what the bank received, then pay it out by shares', () => {
    expect(received(parties, 10_000n)).toEqual({
      id: 'received:t1',
      currency: 'CNY',
      lines: [
        { account: 'bank:v1', fen: '-10000' },
        { account: 'escrow:t1', fen: '10000' },
      ],
    });
    expect(settled(parties, 10_000n, usual)).toEqual({
      id: 'settled:t1',
      currency: 'CNY',
      lines: [
        { account: 'escrow:t1', fen: '-10000' },
        { account: 'operator:o1', fen: '7700' },
        { account: 'venue:v1', fen: '300' },
        { account: 'finance:321200', fen: '2000' },
      ],
    });
  });

  it('owe a refund to the buyer', () => {
    expect(refunded(parties, 400n).lines).toEqual([
      { account: 'escrow:t1', fen: '-400' },
      { account: 'buyer:b1', fen: '400' },
    ]);
  });

  it('have no line for a share of nothing', () => {
    expect(settled(parties, 1n, usual).lines.map(({ account }) => account)).toEqual(['escrow:t1', 'operator:o1']);
  });

  it.each([0n, -5n])('move no amount of %d', (amount) => {
    expect(() => received(parties, amount)).toThrow(RangeError);
    expect(() => settled(parties, amount, usual)).toThrow(RangeError);
    expect(() => refunded(parties, amount)).toThrow(RangeError);
  });

  it('are out of balance when a line is changed', () => {
    const { lines, ...rest } = received(parties, 10n);
    expect(isBalanced({ ...rest, lines: lines.map((line) => ({ ...line, fen: '10' })) })).toBe(false);
  });

  it('conserve money after any sequence of orders: balanced, nothing owed below nothing, and the bank holds all that is owed', () => {
    const steps = fc.array(fc.record({ amount: amounts, refundPercent: fc.bigInt({ min: 0n, max: 100n }), shares, closed: fc.boolean() }), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(steps, (orders) => {
        const books: Transfer[] = [];
        for (const [n, { amount, refundPercent, shares, closed }] of orders.entries()) {
          const parties = partiesOf(`t${n}`);
          const refund = (amount * refundPercent) / 100n;
          books.push(received(parties, amount));
          if (closed && refund > 0n) books.push(refunded(parties, refund));
          if (closed && refund < amount) books.push(settled(parties, amount - refund, shares));
          const owed = balances(books);
          expect(owed.get(`escrow:t${n}`)).toBe(closed ? 0n : amount);
          for (const [account, fen] of owed) if (!account.startsWith('bank:')) expect(fen).toBeGreaterThanOrEqual(0n);
        }
        expect(books.every((transfer) => isBalanced(transfer))).toBe(true);
        expect(new Set(books.map(({ id }) => id)).size).toBe(books.length);
        const paidIn = orders.reduce((sum, { amount }) => sum + amount, 0n);
        expect(balances(books).get('bank:v1') ?? 0n).toBe(-paidIn);
        expect([...balances(books).values()].reduce((sum, fen) => sum + fen, 0n)).toBe(0n);
      }),
    );
  });
});
