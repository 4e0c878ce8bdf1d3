import * as z from 'zod';
import { Because, Count, Day, Digest, Fen, Id, Instant, Line, Nothing, Ref, Text } from './fields.ts';
import { kinds } from './kinds.ts';

/** Annual: the NDA's notice of 2026-02-10. The others: rules of the venue under the Measures art. 21, requirements §3.2 (P). */
export const DisclosureType = z.enum(['ANNUAL', 'QUARTERLY', 'BEFORE_TRADE', 'AD_HOC']);
/** Who is obliged: an operator under an active agreement, or whoever organises one (实施规范 arts. 18-19). */
export const DisclosureRole = z.enum(['OPERATOR', 'IMPLEMENTING']);
/** What must be told within days of its happening: requirements §3.2 (P), a closed list. */
export const DisclosureGround = z.enum([
  'SCOPE_OR_PRICE_CHANGE',
  'SOURCE_INTERRUPTION',
  'QUALITY_DEFECT',
  'SECURITY_EVENT',
  'DISPUTE',
  'PENALTY',
  'CONTROL_CHANGE',
  'APPROVAL_SUSPENDED',
]);
/** What people must put in words; everything that can be counted is generated. */
export const DisclosureTopic = z.enum([
  'ORGANISATION',
  'PRODUCT',
  'SOURCE',
  'RIGHTS',
  'QUALITY',
  'LIMITS',
  'PRICE',
  'RELATED_PARTIES',
  'CONDITIONS',
  'COMPLAINTS',
  'AUDIT',
  'FACT',
  'EFFECT',
  'MEASURES',
]);
const Statement = z.strictObject({ topic: DisclosureTopic, text: Text });
/** What is left out, and why: the text itself stands nowhere. Who one is, what is sold at which price and what happened are never left out. */
const Redaction = z.strictObject({
  topic: DisclosureTopic.exclude(['ORGANISATION', 'PRODUCT', 'PRICE', 'FACT']),
  ground: z.enum(['TRADE_SECRET', 'PERSONAL_INFORMATION', 'SECURITY']),
  citation: Line,
});
const words = z.strictObject({ statements: z.array(Statement).max(14), redactions: z.array(Redaction).max(10) });

/** Days of Shanghai, both included. */
const Period = z.strictObject({ from: Day, to: Day });
/** An agreement that someone must disclose about; `ended` is its last day. */
export const Covered = z.strictObject({ id: Id, operator: Id, region: z.string().max(6), ended: Day.optional() });

const shown = 100;
/** A sum of money over many trades, in fen. */
const Volume = z.int().min(0).max(9_000_000_000_000_000);
/** The entries of the public ledger that a figure rests on: how many, the first of their indexes, and the digest of all of these as canonical JSON. */
const Basis = z.strictObject({ count: Count, indexes: z.array(Count).max(20), digest: Digest });
const Standing = z.string().max(40);
/** What happened in a period, as the public ledger has it, so that anyone can count again. `digest` is that of every line, those left out here too. */
export const Figures = z.strictObject({
  totals: z.strictObject({
    resources: Count,
    products: Count,
    listings: Count,
    trades: Count,
    volumeFen: Volume,
    refunds: Count,
    refundedFen: Volume,
    halts: Count,
    late: Count,
  }),
  resources: z
    .array(
      z.strictObject({
        grant: Id,
        resource: Id,
        source: z.string().max(120),
        agreement: z.string().max(120),
        termStart: Day,
        termEnd: Day,
        status: Standing,
        basis: Basis,
      }),
    )
    .max(shown),
  products: z.array(z.strictObject({ product: Id, status: Standing, ceilingFen: Fen, basis: Basis })).max(shown),
  listings: z.array(z.strictObject({ listing: Id, product: Id, status: Standing, priceFen: Fen, basis: Basis })).max(shown),
  trades: z.array(z.strictObject({ product: Id, priceFen: Fen, number: Count, volumeFen: Volume, basis: Basis })).max(shown),
  halts: z.array(z.strictObject({ kind: z.string().max(40), record: Id, action: Standing, at: Instant, index: Count })).max(shown),
  late: z
    .array(z.strictObject({ kind: z.string().max(40), record: Id, overdue: z.string().max(60), at: Instant, index: Count }))
    .max(shown),
  omitted: Count,
  entries: Basis,
  digest: Digest,
});
export type Figures = z.output<typeof Figures>;

/** `matter` is what all versions of one disclosure share; `occurredAt` is from when on it was owed. */
const file = words.extend({
  matter: Id,
  type: DisclosureType,
  role: DisclosureRole,
  organisation: Id,
  period: Period,
  agreements: z.array(Covered).max(200),
  version: z.int().min(1).max(1000),
  occurredAt: Instant,
  ground: DisclosureGround.optional(),
  subject: Ref.optional(),
  corrects: Id.optional(),
  correction: Text.optional(),
  /** The person who called for the correction. */
  proposedBy: z.string().max(100).optional(),
  /** Where it was not whoever discloses that called for it: the organisation that did. */
  demandedBy: Id.optional(),
});
const Opinion = z.strictObject({ organisation: Id, comment: Text, at: Instant });
/** `sources` are the institutions whose data it tells of: they may say what they think of it. */
const draft = file.extend({
  figures: Figures,
  /** When the figures were counted from the ledger; absent until they are. */
  countedAt: Instant.optional(),
  sources: z.array(Id).max(100),
  opinions: z.array(Opinion).max(100),
  remindedAt: Instant.optional(),
  overdueAt: Instant.optional(),
  reason: Text.optional(),
});
const published = draft.extend({ publishedAt: Instant, digest: Digest });

/** The one disclosure before trade of a listing, whichever application it goes with. */
export const beforeTradeOf = (listing: string): string => `before-trade:${listing}`;

/** What an organisation makes public about its operation, once: a correction is another record, and the one it corrects stays readable. */
export const DisclosureRecord = {
  ...kinds.disclosureRecord,
  refs: {},
  states: {
    draft,
    submitted: draft,
    approved: draft,
    published,
    superseded: published.extend({ supersededBy: Id }),
    withdrawn: draft,
  },
  inputs: {
    create: file.extend({ region: z.string().max(6) }),
    fill: z.strictObject({ figures: Figures, sources: z.array(Id).max(100) }),
    regenerate: Nothing,
    complete: words,
    submit: Nothing,
    return: Because,
    approve: Nothing,
    opine: z.strictObject({ comment: Text }),
    reject: Because,
    publish: Nothing,
    correct: z.strictObject({ correction: Text }),
    supersede: z.strictObject({ supersededBy: Id }),
    withdraw: Because,
    renew: Nothing,
    drop: Because,
    reopen: z.strictObject({ occurredAt: Instant, period: Period }),
    remind: Nothing,
    overdue: Nothing,
  },
} as const;
