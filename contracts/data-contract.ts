import * as z from 'zod';
import { Because, Digest, Fen, Id, Instant, Name, Nothing, Text } from './fields.ts';
import { kinds } from './kinds.ts';
import { CallFen, Listing } from './listing.ts';
import { Order } from './order.ts';
import { Licence, Product, RuleVersion } from './product.ts';

/** The machine fields of 数据提供合同 (PROVIDE), requirements §3.2. Their canonical JSON is what both sides sign. */
export const Terms = z.strictObject({
  type: z.literal('PROVIDE'),
  order: Id,
  seller: Id,
  buyer: Id,
  product: Id,
  ruleVersion: RuleVersion,
  title: Name,
  priceFen: Fen,
  callPriceFen: CallFen.optional(),
  currency: z.literal('CNY'),
  purpose: Text,
  licence: Licence,
  minEntities: z.int().min(2).max(1_000_000),
  reidentification: z.literal('FORBIDDEN'),
  derivedDataRights: z.literal('BUYER'),
  inspectionWorkingDays: z.int().min(1).max(1000),
  refund: z.literal('FULL_WHEN_AUTHORITY_ENDS_BEFORE_ACCEPTANCE'),
  law: z.literal('CN'),
});
const drafted = z.strictObject({ terms: Terms, digest: Digest });
const signed = drafted.extend({ signedAt: Instant, until: Instant });

/** The contract of one order. Its text is rendered from its terms; the digest of their canonical JSON is what is signed. */
export const Contract = {
  ...kinds.contract,
  refs: { order: Order, listing: Listing, product: Product },
  states: { drafted, signed, declined: drafted.extend({ reason: Text }), terminated: signed.extend({ reason: Text }), expired: signed },
  inputs: {
    create: z.strictObject({ order: Id, listing: Id, product: Id }),
    sign: z.strictObject({ digest: Digest }),
    decline: Because,
    terminate: Because,
    expire: Nothing,
  },
} as const;
