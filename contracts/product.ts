import * as z from 'zod';
import { AnalysisRule } from './analysis-rule.ts';
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
  deliveryMode: z.enum(['GOVERNED_QUERY']),
  useClass: z.enum(['GOVERNANCE_WELFARE', 'INDUSTRY']),
  rule: AnalysisRule,
  licence: Licence,
});
const priced = offer.extend({ ceilingFen: Fen, ruleVersion: RuleVersion.min(1) });

/** What an operator makes of granted data. It rests on its scenario and dataset, and through them on the whole authority chain. */
export const Product = {
  ...kinds.product,
  refs: { scenario: Scenario, dataset: Dataset },
  states: {
    draft: offer.extend({ reason: Text.optional() }),
    submitted: offer,
    approved: priced,
    suspended: priced.extend({ reason: Text }),
    retired: offer.extend({ reason: Text }),
  },
  inputs: {
    create: offer,
    edit: offer.omit({ scenario: true, dataset: true }),
    submit: Nothing,
    return: Because,
    approve: z.strictObject({ ceilingFen: Fen }),
    suspend: Because,
    resume: Nothing,
    retire: Because,
    overdue: Nothing,
  },
} as const;
