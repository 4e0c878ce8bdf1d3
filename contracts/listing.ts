import * as z from 'zod';
import { Because, Fen, Id, Instant, Line, Name, Nothing, Text } from './fields.ts';
import { kinds } from './kinds.ts';
import { Licence, Product } from './product.ts';
import { DisclosureRecord } from './report.ts';
import { Stopper } from './roles.ts';

/** What a released call of the data service costs beside the price; a bill of 100,000 calls stays within `Fen`. */
export const CallFen = z.int().min(0).max(1_000_000);
const filed = z.strictObject({
  product: Id,
  title: Name,
  summary: Text,
  priceFen: Fen,
  callPriceFen: CallFen.optional(),
  licence: Licence,
  legality: Text,
  contact: Line,
});
const listed = filed.extend({ listedAt: Instant });

/** An offer on the trading venue. Its description follows the listing file of requirements §3.2. */
export const Listing = {
  ...kinds.listing,
  refs: { product: Product, report: DisclosureRecord },
  states: {
    draft: filed.extend({ reason: Text.optional() }),
    reviewing: filed.extend({ filedAt: Instant }),
    listed,
    suspended: listed.extend({ reason: Text, stoppedBy: Stopper.optional() }),
    withdrawn: filed.extend({ reason: Text }),
    delisted: filed.extend({ reason: Text }),
  },
  inputs: {
    create: z.strictObject({ product: Id, priceFen: Fen, callPriceFen: CallFen.optional(), legality: Text, contact: Line }),
    reprice: z.strictObject({ priceFen: Fen, callPriceFen: CallFen.optional() }),
    submit: Nothing,
    approve: Nothing,
    reject: Because,
    suspend: Because,
    resume: Nothing,
    withdraw: Because,
    delist: Because,
    overdue: Nothing,
  },
} as const;
