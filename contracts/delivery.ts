import * as z from 'zod';
import { Contract } from './data-contract.ts';
import { Because, Count, Fen, Id, Instant, Line, Nothing, Text } from './fields.ts';
import { kinds } from './kinds.ts';
import { CallFen } from './listing.ts';
import { Remittance } from './order.ts';
import { Template } from './template.ts';
import { Entitlement } from './trade.ts';

const Block = z.strictObject({ block: Count, amount: Count });
const service = z.strictObject({
  entitlement: Id,
  template: Id,
  product: Id,
  title: Line,
  perMinute: z.int().min(1).max(100_000),
  until: Instant,
  /** The number of the block that calls take from; 0 before the first. */
  block: Count,
  drawnAt: Instant.optional(),
});

/** A key to a product as an HTTP service: one approved template under one contract. Its token is no part of it. */
export const AccessKey = {
  ...kinds.accessKey,
  refs: { entitlement: Entitlement, template: Template },
  states: { active: service, revoked: service.extend({ reason: Text }), expired: service },
  inputs: {
    create: service.pick({ entitlement: true, template: true, title: true, perMinute: true }),
    drawToken: Nothing,
    lease: Block,
    giveBack: Block,
    revoke: Because,
    expire: Nothing,
  },
} as const;

/** The allowance that a key has leased of its contract's quota as its n-th block: each call takes one of it. */
export const blockOf = (accessKey: string, block: number): string => `queries#service#${accessKey}#${block}`;

/** What a call came to: one of the ends of its query. */
export const outcomes = ['released', 'refused', 'withheld', 'cancelled'] as const;
export type Outcome = (typeof outcomes)[number];
/** What was metered in a month; `bytes` and `rows` are those of answers. */
export const Usage = z.strictObject({
  calls: Count,
  released: Count,
  refused: Count,
  withheld: Count,
  cancelled: Count,
  rows: Count,
  bytes: Count,
});
export type Usage = z.infer<typeof Usage>;

/** A month in Shanghai. */
export const BillMonth = z.string().regex(/^20\d\d-(?:0[1-9]|1[0-2])$/);
const account = z.strictObject({ entitlement: Id, contract: Id, product: Id, billMonth: BillMonth, callPriceFen: CallFen });
const issued = account.extend({ usage: Usage, amountFen: Fen, issuedAt: Instant });
const paid = issued.extend({ remittance: Remittance, paidAt: Instant, venue: Id.optional() });

/** What the calls of a month cost under one contract, counted from what was metered and nothing else. */
export const UsageBill = {
  ...kinds.usageBill,
  refs: { entitlement: Entitlement, contract: Contract },
  states: {
    metering: account.extend({ closedAt: Instant.optional() }),
    issued,
    paid,
    settled: issued.extend({ ...paid.pick({ remittance: true, paidAt: true, venue: true }).partial().shape, settledAt: Instant }),
  },
  inputs: {
    create: account.pick({ entitlement: true, contract: true, billMonth: true }),
    close: Nothing,
    issue: z.strictObject({ usage: Usage }),
    confirmPayment: z.strictObject({ amountFen: Fen, remittance: Remittance }),
    settle: Nothing,
    overdue: Nothing,
  },
} as const;
