import * as z from 'zod';
import { Contract } from './data-contract.ts';
import { Id, Instant, Line, Nothing } from './fields.ts';
import { kinds } from './kinds.ts';
import { Order } from './order.ts';
import { Stopper } from './roles.ts';

const right = z.strictObject({ order: Id, contract: Id, product: Id, queries: z.int().min(1).max(100_000), until: Instant });

/** The right of a buyer to use a product under a signed and paid contract. */
export const Entitlement = {
  ...kinds.entitlement,
  refs: { order: Order, contract: Contract },
  states: {
    active: right,
    suspended: right.extend({ reason: Line, stoppedBy: Stopper.optional() }),
    revoked: right.extend({ reason: Line }),
    expired: right,
  },
  inputs: {
    create: z.strictObject({ order: Id, contract: Id }),
    suspend: z.strictObject({ reason: Line }),
    resume: Nothing,
    revoke: z.strictObject({ reason: Line }),
    expire: Nothing,
  },
} as const;
