import * as z from 'zod';
import { Because, Id, Instant, Line, Name, Nothing, Text } from './fields.ts';
import { kinds } from './kinds.ts';
import { Organisation } from './organisation.ts';

/** Only law, administrative regulation and local regulation can justify less than unconditional sharing: Measures art. 14. */
const Citation = z.strictObject({
  rank: z.enum(['LAW', 'ADMIN_REG', 'LOCAL_REG', 'RULE', 'NOTICE']),
  title: Line,
  article: Line,
  inForce: z.boolean(),
});
const Sharing = z.strictObject({
  attribute: z.enum(['UNCONDITIONAL', 'CONDITIONAL', 'NONE']),
  reason: Line.optional(),
  citations: z.array(Citation).max(10),
});
/** Data whose opening the law forbids never enters a grant; withheld data may, in the sandbox, as a product only. */
const Opening = z.strictObject({
  attribute: z.enum(['UNCONDITIONAL', 'CONDITIONAL', 'NONE']),
  ground: Line.optional(),
  bar: z.enum(['FORBIDDEN_BY_LAW', 'WITHHELD']).optional(),
});
const Field = z.strictObject({ name: Line, title: Line, personal: z.boolean() });
/** An item of the store holds 400 KB, and an entry with its pending change is one item. */
const Fields = z
  .array(Field)
  .min(1)
  .max(500)
  .refine((fields) => fields.reduce((sum, f) => sum + f.name.length + f.title.length, 0) <= 40_000, 'more than 40,000 characters in all');

/** The elements of Measures art. 8, and what the platform needs beside them. */
const entry = z.strictObject({
  code: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9/_-]{2,63}$/),
  name: Name,
  summary: Text,
  origin: z.enum(['STATUTORY_DUTY', 'PUBLIC_SERVICE']),
  updateFrequency: z.enum(['REALTIME', 'DAILY', 'WEEKLY', 'MONTHLY', 'QUARTERLY', 'YEARLY', 'IRREGULAR']),
  format: z.enum(['TABLE', 'API', 'FILE']),
  grade: z.enum(['CORE', 'IMPORTANT', 'GENERAL_4', 'GENERAL_3', 'GENERAL_2', 'GENERAL_1']),
  legalBasis: Line,
  sharing: Sharing,
  opening: Opening,
  fields: Fields,
});
const filed = entry.extend({ sharingForcedFrom: z.enum(['CONDITIONAL', 'NONE']).optional() });

export const Resource = {
  ...kinds.resource,
  refs: { organisation: Organisation },
  states: {
    draft: filed.extend({ reason: Text.optional() }),
    submitted: filed,
    checked: filed,
    published: filed,
    changePending: filed.extend({ change: filed }),
    retired: filed.extend({ reason: Text }),
  },
  inputs: {
    create: entry.extend({ organisation: Id, stateSecret: z.boolean() }),
    edit: entry,
    submit: Nothing,
    check: Nothing,
    return: Because,
    publish: Nothing,
    change: entry,
    approveChange: Nothing,
    dropChange: Nothing,
    retire: Because,
    overdue: Nothing,
  },
} as const;

/** What is left of an entry refused because it holds secrets: when, and by which unit. Measures art. 2. */
export const SecretStub = {
  ...kinds.secretStub,
  refs: {},
  states: { recorded: z.strictObject({ unit: Id, at: Instant }) },
  inputs: { create: z.strictObject({ unit: Id, region: z.string().max(6) }) },
} as const;
