/** Shares of a price in basis points (1/10000). */
export type Shares = { readonly venueBasisPoints: number; readonly publicFinanceBasisPoints: number };
/** How an amount is divided, in fen. */
export type Split = { readonly operator: bigint; readonly venue: bigint; readonly publicFinance: bigint };

const whole = 10_000;
const isShare = (points: number): boolean => Number.isInteger(points) && points >= 0;

/**
 * Divides an amount in fen between the operator, the venue (its fee) and public finance (the benefit share of the agreement, 发改数据规〔2025〕27号
 * art. 14). Both shares are taken of the whole amount and rounded down to the fen; the operator has the rest, so the three sum to the amount
 * and nobody is charged a fraction. Throws a RangeError for a negative amount, or shares that are negative, not whole, or above the whole.
 */
export const split = (amountFen: bigint, { venueBasisPoints, publicFinanceBasisPoints }: Shares): Split => {
  if (amountFen < 0n) throw new RangeError('an amount to divide is not negative');
  if (!isShare(venueBasisPoints) || !isShare(publicFinanceBasisPoints) || venueBasisPoints + publicFinanceBasisPoints > whole)
    throw new RangeError('shares are whole basis points that together do not exceed 10000');
  const venue = (amountFen * BigInt(venueBasisPoints)) / BigInt(whole);
  const publicFinance = (amountFen * BigInt(publicFinanceBasisPoints)) / BigInt(whole);
  return { operator: amountFen - venue - publicFinance, venue, publicFinance };
};
