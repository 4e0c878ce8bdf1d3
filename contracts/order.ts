import * as z from 'zod';
import { Because, Fen, Id, Instant, Name, Nothing, Ref, Text } from './fields.ts';
import { kinds } from './kinds.ts';
import { CallFen, Listing } from './listing.ts';
import { Licence } from './product.ts';

/** A bank's own reference of a transfer: it pays one order only. */
export const Remittance = z.string().regex(/^[A-Za-z0-9-]{6,40}$/);

const placed = z.strictObject({
  listing: Id,
  product: Id,
  title: Name,
  priceFen: Fen,
  callPriceFen: CallFen.optional(),
  licence: Licence,
  purpose: Text,
});
/** What the venue's bank says has come in, for the cashier to compare: it confirms nothing by itself. */
export const BankReport = z.strictObject({ amountFen: Fen, remittance: Remittance, at: Instant });
const contracted = placed.extend({ reported: BankReport.optional(), contract: Id, contractDigest: z.string().max(80) });
/** Without a remittance where the product is free. */
const paid = contracted.extend({ paidAt: Instant, remittance: Remittance.optional(), venue: Id.optional() });
const delivering = paid.extend({ entitlement: Id });
const accepted = delivering.extend({ acceptedAt: Instant, inspectionLapsed: z.boolean() });
const refundDue = paid.extend({ entitlement: Id.optional(), because: z.string().max(200), link: Ref.optional() });

/** One trade: the price is the listing's, never the buyer's. Money and data move only as the states say. */
export const Order = {
  ...kinds.order,
  refs: { listing: Listing },
  states: {
    placed,
    contracted,
    paid,
    delivering,
    accepted,
    settled: accepted.extend({ settledAt: Instant }),
    cancelled: placed.extend({ reason: Text }),
    refundDue,
    refunded: refundDue.extend({ refundRemittance: Remittance, refundedAt: Instant }),
  },
  inputs: {
    create: z.strictObject({ listing: Id, purpose: Text }),
    conclude: z.strictObject({ contract: Id, contractDigest: z.string().max(80) }),
    cancel: Because,
    drop: Because,
    reportPayment: BankReport,
    confirmPayment: z.strictObject({ amountFen: Fen, remittance: Remittance }),
    deliver: z.strictObject({ entitlement: Id }),
    undeliverable: z.strictObject({ because: z.string().max(200), link: Ref.optional() }),
    accept: Nothing,
    lapseInspection: Nothing,
    claimRefund: Nothing,
    refund: z.strictObject({ amountFen: Fen, remittance: Remittance }),
    settle: Nothing,
    waivePayment: Nothing,
    overdue: Nothing,
  },
} as const;
