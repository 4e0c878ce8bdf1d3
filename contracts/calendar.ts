import * as z from 'zod';

const dates = (most: number) =>
  z
    .array(z.iso.date())
    .max(most)
    .refine((list) => list.every((date, at) => at === 0 || (list[at - 1] ?? '') < date), 'dates must ascend, each once')
    .readonly();

/**
 * The working calendar of one year as a notice of the State Council's General Office gives it. `off` holds the days that the notice lists
 * as free, weekend days among them only where it lists them; `working` the weekend days on which work is made up. Every other Saturday and
 * Sunday is free, every other day is worked. All dates lie in `year`: where a notice moves a day of the December before, the calendar of
 * that earlier year is landed again.
 */
export const YearCalendar = z
  .strictObject({
    year: z.int().min(2000).max(2100),
    /** The notice: its title or number, and its date. */
    source: z.string().min(10).max(300),
    off: dates(60).refine((list) => list.length > 0, 'a year has days off'),
    working: dates(30),
  })
  .refine(({ year, off, working }) => [...off, ...working].every((date) => date.startsWith(`${year}-`)), 'every date must lie in the year')
  .refine(({ off, working }) => working.every((date) => !off.includes(date)), 'a day is either off or worked')
  .refine(
    ({ working }) => working.every((date) => [0, 6].includes(new Date(`${date}T00:00:00Z`).getUTCDay())),
    'work is made up on a Saturday or a Sunday',
  )
  .readonly();
export type YearCalendar = z.output<typeof YearCalendar>;
