import * as z from 'zod';
import { Because, Fen, Id, Instant, Line, Name, Nothing, Text } from './fields.ts';
import { kinds } from './kinds.ts';
import { Licence, Product } from './product.ts';
import { DisclosureRecord } from './report.ts';
import { Stopper } from './roles.ts';

const filed = z.strictObject({
  product: Id,
  title: Name,
  summary: Text,
  priceFen: Fen,
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
    create: z.strictObject({ product: Id, priceFen: Fen, legality: Text, contact: Line }),
    reprice: z.strictObject({ priceFen: Fen }),
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
