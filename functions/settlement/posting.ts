import { split, type Shares } from './split.ts';

/**
 * An account of the venue's books. `bank` is the venue's account at its bank, where the money lies; the others are what it owes: `escrow` to
 * an order that is not yet settled, `operator`, `venue` and `finance` what they have earned, `buyer` what is to be paid back.
 */
export type Account =
  | `escrow:${string}`
  | `operator:${string}`
  | `venue:${string}`
  | `finance:${string}`
  | `buyer:${string}`
  | `bank:${string}`;

/** One line: the fen, a decimal string with its sign, by which what is owed on an account rises. On `bank` it is negative when money comes in. */
export type Line = { readonly account: Account; readonly fen: string };

/** A double-entry transfer: its lines sum to nothing. Its id says what happened to which order, and each happens once. */
export type Transfer = { readonly id: string; readonly currency: 'CNY'; readonly lines: readonly Line[] };

/** Whose money an order moves: the ids of the order, of the organisations, and of the region whose public finance has its share. */
export type OrderParties = {
  readonly order: string;
  readonly buyer: string;
  readonly operator: string;
  readonly venue: string;
  readonly region: string;
};

/** Whether the lines of a transfer sum to nothing. */
export const isBalanced = ({ lines }: Transfer): boolean => lines.reduce((sum, { fen }) => sum + BigInt(fen), 0n) === 0n;

/** What is owed on each account after transfers, in fen. On `bank` accounts it is what lies there, negated. */
export const balances = (transfers: readonly Transfer[]): ReadonlyMap<Account, bigint> => {
  const owed = new Map<Account, bigint>();
  for (const { account, fen } of transfers.flatMap(({ lines }) => lines)) owed.set(account, (owed.get(account) ?? 0n) + BigInt(fen));
  return owed;
};

type Movement = readonly [account: Account, fen: bigint];

/** Moves an amount from one account to others; lines of nothing are left out. */
const transfer = (id: string, from: Account, to: readonly Movement[]): Transfer => {
  const amount = to.reduce((sum, [, fen]) => sum + fen, 0n);
  if (amount <= 0n || to.some(([, fen]) => fen < 0n)) throw new RangeError('a transfer moves a positive amount');
  const movements: readonly Movement[] = [[from, -amount], ...to];
  return {
    id,
    currency: 'CNY',
    lines: movements.filter(([, fen]) => fen !== 0n).map(([account, fen]) => ({ account, fen: fen.toString() })),
  };
};

/** The buyer's money has come in at the bank and is held for the order. Throws a RangeError unless the amount is positive. */
export const received = ({ order, venue }: OrderParties, amountFen: bigint): Transfer =>
  transfer(`received:${order}`, `bank:${venue}`, [[`escrow:${order}`, amountFen]]);

/** What was held for the order is earned, divided as `split` says. Throws a RangeError unless the amount is positive. */
export const settled = ({ order, operator, venue, region }: OrderParties, amountFen: bigint, shares: Shares): Transfer => {
  const parts = split(amountFen, shares);
  return transfer(`settled:${order}`, `escrow:${order}`, [
    [`operator:${operator}`, parts.operator],
    [`venue:${venue}`, parts.venue],
    [`finance:${region}`, parts.publicFinance],
  ]);
};

/** What was held for the order is owed back to the buyer, all of it or a part. Throws a RangeError unless the amount is positive. */
export const refunded = ({ order, buyer }: OrderParties, amountFen: bigint): Transfer =>
  transfer(`refunded:${order}`, `escrow:${order}`, [[`buyer:${buyer}`, amountFen]]);

/** What is owed to the buyer has left the bank. Throws a RangeError unless the amount is positive. */
export const paidBack = ({ order, buyer, venue }: OrderParties, amountFen: bigint): Transfer =>
  transfer(`paidBack:${order}`, `buyer:${buyer}`, [[`bank:${venue}`, amountFen]]);
