import * as z from 'zod';
import { AnalysisRule } from './analysis-rule.ts';
import { Derivation } from './derivation.ts';
import { Because, Fen, Id, Line, Name, Nothing, Text } from './fields.ts';
import { kinds } from './kinds.ts';
import { Dataset } from './sandbox.ts';
import { Scenario } from './scenario.ts';

/** Permitted use in machine fields: requirements §3.2, 数据提供合同. Onward transfer is never permitted here. */
export const Licence = z.strictObject({
  permittedPurpose: Text,
  users: Line,
  region: z.literal('CN'),
  termDays: z.int().min(1).max(1825),
  queries: z.int().min(1).max(100_000),
  onwardTransfer: z.literal(false),
});
/** 0 where no rule of the product was approved yet. */
export const RuleVersion = z.int().min(0).max(1_000_000);
const offer = z.strictObject({
  title: Name,
  summary: Text,
  scenario: Id,
  dataset: Id,
  derivation: Id.optional(),
  deliveryMode: z.enum(['GOVERNED_QUERY']),
  useClass: z.enum(['GOVERNANCE_WELFARE', 'INDUSTRY']),
  rule: AnalysisRule,
  licence: Licence,
});
const priced = offer.extend({ ceilingFen: Fen, ruleVersion: RuleVersion.min(1) });

/**
 * What an operator makes of granted data: of a dataset as it was loaded, or of a derivation from it and others. It rests on its scenario, dataset
 * and derivation, and through them on the whole authority chain.
 */
export const Product = {
  ...kinds.product,
  // Of derivations none or one.
  refs: { scenario: Scenario, dataset: Dataset, derivation: [Derivation] },
  states: {
    draft: offer.extend({ reason: Text.optional() }),
    submitted: offer,
    approved: priced,
    suspended: priced.extend({ reason: Text }),
    retired: offer.extend({ reason: Text }),
  },
  inputs: {
    create: offer,
    edit: offer.omit({ scenario: true, dataset: true, derivation: true }),
    submit: Nothing,
    return: Because,
    approve: z.strictObject({ ceilingFen: Fen }),
    suspend: Because,
    resume: Nothing,
    retire: Because,
    overdue: Nothing,
  },
} as const;
