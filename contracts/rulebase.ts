import * as z from 'zod';
import { YearCalendar } from './calendar.ts';
import { Because, Nothing } from './fields.ts';
import { kinds } from './kinds.ts';

const year = z.strictObject({ calendar: YearCalendar });

/** The days off and make-up working days of one year, as the State Council announces them. Its id is the year. */
export const Calendar = {
  ...kinds.calendar,
  refs: {},
  states: { proposed: year, adopted: year, dropped: year.extend({ reason: z.string().max(2000) }) },
  inputs: { create: year, adopt: Nothing, drop: Because, renew: year },
} as const;
