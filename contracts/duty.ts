import * as z from 'zod';
import { Day, Id, Instant, Nothing, Ref } from './fields.ts';
import { kinds } from './kinds.ts';
import { Covered, DisclosureGround, DisclosureRole } from './report.ts';

/** `quarterEnd` and `yearEnd` are the last days of the next periods to be disclosed. */
const schedule = z.strictObject({
  organisation: Id,
  role: DisclosureRole,
  agreements: z.array(Covered).max(200),
  quarterEnd: Day,
  yearEnd: Day,
  /** The last day of its last agreement. */
  lastDay: Day.optional(),
});
const Agreement = z.strictObject({ agreement: Covered });

/** That an organisation must disclose, from its first agreement's activation until the year of its last one's end is told. */
export const DisclosureDuty = {
  ...kinds.disclosureDuty,
  refs: {},
  states: { active: schedule, closing: schedule, ended: schedule },
  inputs: {
    create: Agreement.extend({ organisation: Id, role: DisclosureRole }),
    join: Agreement,
    leave: z.strictObject({ agreement: Id, lastDay: Day }),
    openQuarter: Nothing,
    openYear: Nothing,
    openAdHoc: z.strictObject({ ground: DisclosureGround, occurredAt: Instant, subject: Ref.optional() }),
    finish: Nothing,
  },
} as const;
