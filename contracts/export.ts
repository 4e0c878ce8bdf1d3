import * as z from 'zod';
import { Because, Count, Digest, Id, Instant, Line, Nothing, Reason, Text } from './fields.ts';
import { kinds } from './kinds.ts';
import { Product, RuleVersion } from './product.ts';
import { Entitlement } from './trade.ts';

/** Who judges a file: a case officer and a lead of the authority, and where the dataset holds personal information its source. Requirements §5. */
export const ReviewSeat = z.enum(['SOURCE', 'CASE', 'LEAD']);
export type ReviewSeat = z.infer<typeof ReviewSeat>;
const Verdict = z.enum(['APPROVE', 'REJECT']);

/** What is looked for in a file before any person sees it, and what came of it: how many cells, never which. */
export const Check = z.strictObject({
  test: z.enum(['SMALL_CELLS', 'DOMINANCE', 'RE_IDENTIFICATION', 'PERSONAL_INFORMATION', 'DIFFERENCING', 'SIZE', 'MALWARE']),
  level: z.enum(['PASS', 'WARN', 'BLOCK', 'NOT_RUN']),
  /** Of how many cells, columns or bytes it is told. */
  affected: Count.optional(),
  /** Of how many in all, or, where one is told, the bound. */
  among: Count.optional(),
  /** The smallest cell: the k of k-anonymity by the dimensions shown. */
  smallest: Count.optional(),
});
export type Check = z.infer<typeof Check>;

/** A column of the file. Measured ones carry the buyer's fingerprint. */
export const ExportColumn = z.strictObject({ name: z.string().max(200), measured: z.boolean(), personal: z.string().max(40).nullable() });
export type ExportColumn = z.infer<typeof ExportColumn>;
const Output = z.strictObject({
  object: z.string().max(200),
  digest: Digest,
  rows: Count,
  bytes: Count,
  columns: z.array(ExportColumn).max(60),
});

const asked = z.strictObject({
  entitlement: Id,
  contract: Id,
  product: Id,
  title: Line,
  purpose: Text,
  sql: z.string().max(8000),
  format: z.enum(['CSV']),
  until: Instant,
});
const Checks = z.array(Check).max(20);
const examined = z.strictObject({
  checks: Checks,
  output: Output,
  ruleVersion: RuleVersion,
  minEntities: Count,
  dominancePercent: z.int().min(1).max(100),
  /** The source of the dataset, where it holds personal information. */
  institution: Id.optional(),
});
const reviewing = asked.extend({ ...examined.shape, checkedAt: Instant });
const reviews = z.array(z.strictObject({ seat: ReviewSeat, verdict: Verdict, reason: Reason })).max(3);
const decided = reviewing.extend({ reviews, reviewedAt: Instant });

const subject = z.strictObject({ request: Id, title: Line, seat: ReviewSeat, operator: Id, buyer: Id });
const sealed = subject.extend({ verdict: Verdict, reason: Reason, sealedAt: Instant });
const open: Readonly<Record<string, z.ZodObject>> = {};

/** One reviewer's opinion of an export, sealed until all are in. */
export const ExportReview = {
  ...kinds.exportReview,
  // Of the request its envelope is enough: who made it.
  refs: { request: { ...kinds.exportRequest, refs: {}, states: open, inputs: open } },
  states: { pending: subject, sealed, opened: sealed, dropped: subject },
  inputs: {
    create: subject.extend({ region: z.string().max(6), institution: Id.optional() }),
    seal: z.strictObject({ verdict: Verdict, reason: Reason }),
    open: Nothing,
    drop: Nothing,
  },
} as const;

/** A file that leaves the sandbox outside the automatic rule, for the buyer of one contract: sandbox.md, "Export review". */
export const ExportRequest = {
  ...kinds.exportRequest,
  refs: { entitlement: Entitlement, product: Product, reviews: [ExportReview] },
  states: {
    draft: asked,
    checking: asked,
    reviewing,
    approved: decided,
    delivered: decided,
    rejected: asked.extend({
      ...examined.partial().shape,
      checkedAt: Instant.optional(),
      code: z.string().max(60).optional(),
      reviews: reviews.optional(),
      reviewedAt: Instant.optional(),
    }),
    withdrawn: asked.extend({ ...examined.partial().shape, checkedAt: Instant.optional() }),
    revoked: decided.extend({ reason: Reason }),
    expired: decided,
  },
  inputs: {
    create: asked.pick({ entitlement: true, title: true, purpose: true, format: true }).extend({ sql: z.string().trim().min(1).max(8000) }),
    submit: Nothing,
    withdraw: Nothing,
    pass: examined,
    refuse: z.strictObject({ code: z.string().max(60), checks: Checks.optional() }),
    read: Nothing,
    judge: Nothing,
    deliver: Nothing,
    draw: Nothing,
    download: Nothing,
    revoke: Because,
    expire: Nothing,
    overdue: Nothing,
  },
} as const;
