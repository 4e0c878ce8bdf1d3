import * as z from 'zod';
import { AccessKey } from './delivery.ts';
import { Count, Digest, Id, Instant, Nothing, Ref } from './fields.ts';
import { kinds } from './kinds.ts';
import { RuleVersion } from './product.ts';
import { Arguments, Template } from './template.ts';
import { Entitlement } from './trade.ts';

/** What an answer cost in millionths of ε, and what it took to compare it with those before it; told to auditors only. */
const Effort = z.strictObject({ before: Count, compared: Count, atoms: Count, ms: Count });
/** A UUID (RFC 9562), in lower case. */
export const RequestId = z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
/** By which key of the data service, and in which of its requests, a query is asked. */
const Service = z.strictObject({ accessKey: Id, requestId: RequestId });
/** `sql` is what was asked: the buyer's own text, or a template's with its arguments in their places. */
const asked = z.strictObject({
  entitlement: Id,
  product: Id,
  sql: z.string().max(8000),
  template: Id.optional(),
  templateVersion: Count.optional(),
  arguments: Arguments.optional(),
  service: Service.optional(),
  askedAt: Instant,
  charged: Count.optional(),
});
const Account = z.strictObject({ id: z.string().max(200), opens: Count, left: Count.optional() });
const Result = z.strictObject({ object: z.string().max(200), digest: Digest, rows: Count, bytes: Count.optional() });

/** A buyer's question under the analysis rule of a product. Only checked aggregates come out. */
export const Query = {
  ...kinds.query,
  // Of templates and keys none or one.
  refs: { entitlement: Entitlement, template: [Template], accessKey: [AccessKey] },
  states: {
    admitted: asked,
    released: asked.extend({ result: Result, releasedAt: Instant, ruleVersion: RuleVersion, effort: Effort.optional() }),
    refused: asked.extend({
      code: z.string().max(60),
      at: Count.optional(),
      ruleVersion: RuleVersion.optional(),
      effort: Effort.optional(),
    }),
    withheld: asked.extend({ link: Ref }),
    cancelled: asked,
  },
  inputs: {
    /** Either a text, or a template with its arguments. */
    create: z.strictObject({
      entitlement: Id,
      sql: z.string().trim().min(1).max(8000).optional(),
      template: Id.optional(),
      arguments: Arguments.optional(),
      service: Service.optional(),
    }),
    charge: z.strictObject({ cost: Count, accounts: z.array(Account).max(30) }),
    release: z.strictObject({ result: Result, ruleVersion: RuleVersion, effort: Effort.optional() }),
    refuse: z.strictObject({
      code: z.string().max(60),
      at: Count.optional(),
      ruleVersion: RuleVersion.optional(),
      effort: Effort.optional(),
    }),
    withhold: z.strictObject({ link: Ref }),
    cancel: Nothing,
  },
} as const;
