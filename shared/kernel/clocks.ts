import { afterDaysOff, dueAfterCalendarDays, dueAfterHours, dueAfterWorkingDays, dueAtDate, type Calendars } from './calendar.ts';
import type { Due, Process, Running, Stored } from './process.ts';
import type { Parameters } from '../../contracts/parameters.ts';

type Instant = { readonly at: string; readonly provisional: boolean };

/** The exclusive UTC instant at which a period ends. 民法典 arts. 201, 203; 行政许可法 art. 82. */
export const instantOf = (due: Due, calendars: Calendars): Instant => {
  if ('workingDays' in due) return dueAfterWorkingDays(due.from, due.workingDays, calendars);
  if ('days' in due) return afterDaysOff(dueAfterCalendarDays(due.from, due.days), calendars);
  if ('hours' in due) return { at: dueAfterHours(due.from, due.hours), provisional: false };
  return { at: 'date' in due ? dueAtDate(due.date) : due.at, provisional: false };
};

/** The clocks that run on a record in its present state. One that has fired for an instant does not fire for it again. */
export const clocksOf = (
  process: Process,
  record: Stored,
  before: Readonly<Record<string, Running>>,
  rules: Parameters,
  calendars: Calendars,
  fires?: string,
): Readonly<Record<string, Running>> => {
  const running: Record<string, Running> = {};
  for (const [name, clock] of Object.entries(process.clocks)) {
    const due = clock.runs.includes(record.status) ? clock.due(record, rules) : undefined;
    if (!due) continue;
    const { at, provisional } = instantOf(due, calendars);
    const past = before[name];
    const fired = past?.due === at && (past.fired || name === fires);
    running[name] = { due: at, provisional, fired, ...(clock.reminds ? { reminds: true } : {}) };
  }
  return running;
};

/** The earliest instant that is shown for a record, past or to come: what is overdue stays urgent. */
export const shownDue = (clocks: Readonly<Record<string, Running>>): string | undefined =>
  Object.values(clocks)
    .filter((c) => !c.provisional && !c.reminds)
    .map((c) => c.due)
    .toSorted()[0];

/** The next clock that will fire. */
export const nextDue = (clocks: Readonly<Record<string, Running>>): { readonly clock: string; readonly due: string } | undefined =>
  Object.entries(clocks)
    .filter(([, c]) => !c.fired && !c.provisional)
    .map(([clock, { due }]) => ({ clock, due }))
    .toSorted((a, b) => (a.due < b.due ? -1 : 1))[0];
