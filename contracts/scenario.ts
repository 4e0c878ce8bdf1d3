import * as z from 'zod';
import { RuleFloor } from './analysis-rule.ts';
import { Grant } from './authorisation.ts';
import { Because, Day, Id, Instant, Line, Nothing, Text } from './fields.ts';
import { kinds } from './kinds.ts';

export const Condition = z.strictObject({
  text: Text,
  kind: z.enum(['PRECEDENT', 'SUBSEQUENT']),
  owner: Line,
  due: Day,
  verifier: Line,
});
const Standing = Condition.extend({ evidence: Line.optional(), closed: z.boolean() });

const plan = z.strictObject({
  title: Line,
  purpose: Text,
  grants: z.array(Id).min(1).max(20),
  users: Text,
  prohibitedUses: Text,
  safeguards: Text,
  personalInformation: z.enum(['NONE', 'ANONYMISED', 'DEIDENTIFIED', 'PSEUDONYMISED', 'IDENTIFIED']),
});
/** `sources` are the institutions whose data it is: none of them may sit on the panel. `resources` is all that may be loaded under it. */
const filed = plan.extend({
  filedAt: Instant,
  round: z.int().min(1).max(10),
  sources: z.array(Id).max(20),
  resources: z.array(Id).max(20),
});
const decision = z.strictObject({ assessment: Id, reasons: Text.optional(), floor: RuleFloor.optional() });
const decided = filed.extend({ ...decision.shape, conditions: z.array(Standing).max(20) });

const Closing = z.strictObject({ number: z.int().min(1).max(20), evidence: Line });

/** A single stated purpose over granted data: assessed before any data is loaded. Measures art. 19. */
export const Scenario = {
  ...kinds.scenario,
  refs: { grants: [Grant] },
  states: {
    draft: plan,
    filed,
    approved: decided.extend({ approvedUntil: Instant }),
    conditioned: decided.extend({ approvedUntil: Instant }),
    rectifying: decided.extend({ rectifyFrom: Instant }),
    rejected: decided,
    suspended: decided.extend({ approvedUntil: Instant, reason: Text }),
    withdrawn: plan,
    expired: decided,
  },
  inputs: {
    create: plan,
    edit: plan,
    file: Nothing,
    withdraw: Nothing,
    approve: decision,
    condition: decision.extend({ conditions: z.array(Condition).min(1).max(20) }),
    rectify: decision.omit({ floor: true }),
    reject: decision.omit({ floor: true }),
    closeCondition: Closing,
    closeSubsequent: Closing,
    satisfy: Nothing,
    suspend: Because,
    resume: Nothing,
    overdue: Nothing,
    lapse: Nothing,
    expire: Nothing,
  },
} as const;
