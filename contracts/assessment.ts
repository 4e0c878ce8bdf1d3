import * as z from 'zod';
import { RuleFloor } from './analysis-rule.ts';
import { Because, Id, Instant, Line, Nothing, PersonId, Text } from './fields.ts';
import { kinds } from './kinds.ts';
import { Outcome, ScoreSheet, Tally } from './rubric.ts';
import { Condition, Scenario } from './scenario.ts';

export const ExpertField = z.enum(['LAW', 'PRIVACY', 'SECURITY', 'SECTOR', 'ECONOMICS']);
const Seat = z.strictObject({ person: PersonId, employer: Id, field: ExpertField, authoritySide: z.boolean() });
const Panel = z.array(Seat).min(1).max(9);

const subject = z.strictObject({ scenario: Id, title: Line, operator: Id, sources: z.array(Id).max(20), round: z.int().min(1).max(10) });
const seated = subject.extend({ panel: Panel });
/** `advised` is what the committee's own table of outcomes comes to; the deciders may depart from it with reasons. */
const opened = seated.extend({ tally: Tally, advised: Outcome });
const Decision = z.strictObject({ reasons: Text.optional() });
const Approval = Decision.extend({ floor: RuleFloor.optional() });

const sheetRefs = z.strictObject({ assessment: Id, scenario: Id, title: Line, expert: PersonId, round: z.int().min(1).max(10) });
/** What an expert may read of the file, from the declaration of interests on. */
const File = z.strictObject({
  purpose: Text,
  users: Text,
  prohibitedUses: Text,
  safeguards: Text,
  personalInformation: z.string().max(20),
});
const declared = sheetRefs.extend({ declaredAt: Instant, file: File });
const sealed = declared.extend({ sheet: ScoreSheet, sealedAt: Instant });

/** The interests to declare before file access: requirements §4, COI. True means: there is one. */
const Interests = z.strictObject({
  employment: z.boolean(),
  shares: z.boolean(),
  paidAdvice: z.boolean(),
  kin: z.boolean(),
  coAuthor: z.boolean(),
  competitor: z.boolean(),
  licence: z.boolean(),
  supervised: z.boolean(),
});

/** One expert's opinion, sealed until all are in. */
export const Sheet = {
  ...kinds.sheet,
  refs: { scenario: Scenario },
  states: { awaited: sheetRefs, declared, sealed, opened: sealed, recused: sheetRefs.extend({ reason: Text }) },
  inputs: {
    create: sheetRefs.extend({ region: z.string().max(6) }),
    declare: Interests,
    recuse: Because,
    seal: z.strictObject({ sheet: ScoreSheet }),
    open: Nothing,
    overdue: Nothing,
  },
} as const;

/** The committee's assessment of a scenario, and the joint decision of authority and cyberspace office. Measures art. 19. */
export const Assessment = {
  ...kinds.assessment,
  refs: { scenario: Scenario, sheets: [Sheet] },
  states: {
    awaitingPanel: subject,
    panelProposed: seated,
    scoring: seated,
    opened,
    decided: opened.extend({ ...Approval.shape, outcome: Outcome, conditions: z.array(Condition).max(20), decidedAt: Instant }),
  },
  inputs: {
    create: z.strictObject({ scenario: Id }),
    proposePanel: z.strictObject({ panel: Panel }),
    returnPanel: Because,
    confirmPanel: Nothing,
    dissolvePanel: Because,
    open: Nothing,
    approve: Approval,
    approveWithConditions: Approval.extend({ conditions: z.array(Condition).min(1).max(20) }),
    rectify: Decision,
    reject: Decision,
    overdue: Nothing,
  },
} as const;
