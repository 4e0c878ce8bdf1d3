import * as z from 'zod';
import { Count, Digest, Id, Instant, Nothing, Ref } from './fields.ts';
import { kinds } from './kinds.ts';
import { RuleVersion } from './product.ts';
import { Entitlement } from './trade.ts';

const asked = z.strictObject({ entitlement: Id, product: Id, sql: z.string().max(8000), askedAt: Instant });
const Result = z.strictObject({ object: z.string().max(200), digest: Digest, rows: Count });

/** A buyer's question under the analysis rule of a product. Only checked aggregates come out. */
export const Query = {
  ...kinds.query,
  refs: { entitlement: Entitlement },
  states: {
    admitted: asked,
    released: asked.extend({ result: Result, releasedAt: Instant, ruleVersion: RuleVersion }),
    refused: asked.extend({ code: z.string().max(60), at: Count.optional() }),
    withheld: asked.extend({ link: Ref }),
    cancelled: asked,
  },
  inputs: {
    create: z.strictObject({ entitlement: Id, sql: z.string().trim().min(1).max(8000) }),
    release: z.strictObject({ result: Result, ruleVersion: RuleVersion }),
    refuse: z.strictObject({ code: z.string().max(60), at: Count.optional() }),
    withhold: z.strictObject({ link: Ref }),
    cancel: Nothing,
  },
} as const;
