import type { YearCalendar } from '../../contracts/calendar.ts';

/** The calendars that have been published, by year. */
export type Calendars = ReadonlyMap<number, YearCalendar>;

/** The end of a period: `at` is the first instant after it, UTC; `provisional` while a year that it counts through has no calendar yet. */
export type DueInstant = { readonly at: string; readonly provisional: boolean };

const hour = 3_600_000;
const day = 24 * hour;
/** Shanghai has kept UTC+8 without summer time since 1991. */
const shanghai = 8 * hour;

const numberOf = (date: string): number => Date.parse(`${date}T00:00:00Z`) / day;
const dateOf = (number: number): string => new Date(number * day).toISOString().slice(0, 10);
const yearOf = (date: string): number => Number(date.slice(0, 4));

const natural = (count: number): number => {
  if (!Number.isInteger(count) || count < 0 || count > 10_000) throw new RangeError('a period is a whole number from 0 to 10000');
  return count;
};

/** The date (YYYY-MM-DD) in Shanghai at an ISO instant. Throws a RangeError for what is no instant. */
export const shanghaiDate = (instant: string): string => new Date(Date.parse(instant) + shanghai).toISOString().slice(0, 10);

/**
 * The end of a date in Shanghai: its 24:00, which is the next day's 00:00+08:00 and 16:00Z of the date itself. 民法典 art. 203(2); the
 * platform has no business hours that would end a day earlier.
 */
export const dueAtDate = (date: string): string => new Date((numberOf(date) + 1) * day - shanghai).toISOString();

/** Whether a date is worked. In a year without calendar only Saturdays and Sundays are free. 行政许可法 art. 82. */
export const isWorkingDay = (date: string, calendars: Calendars): boolean => {
  const calendar = calendars.get(yearOf(date));
  if (calendar?.working.includes(date)) return true;
  const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
  return weekday !== 0 && weekday !== 6 && !calendar?.off.includes(date);
};

/** Walks on from the day after `date` until `days` working days have passed. */
const walk = (date: string, days: number, calendars: Calendars, known: boolean): DueInstant => {
  let last = date;
  let provisional = !known;
  for (let left = days; left > 0;) {
    last = dateOf(numberOf(last) + 1);
    provisional ||= !calendars.has(yearOf(last));
    if (isWorkingDay(last, calendars)) left -= 1;
  }
  return { at: dueAtDate(last), provisional };
};

/**
 * The end of the `days`-th working day after an instant. The day of receipt, as it is in Shanghai, is not counted (民法典 art. 201(1)).
 * Provisional when any day it passes, worked or free, lies in a year without calendar. Throws a RangeError unless `days` is a natural number.
 */
export const dueAfterWorkingDays = (receivedAt: string, days: number, calendars: Calendars): DueInstant =>
  walk(shanghaiDate(receivedAt), natural(days), calendars, true);

/**
 * The end of the `days`-th calendar day after an instant, the day of receipt not counted. It may fall on a day off; where the period is one
 * of the law's, `afterDaysOff` moves it.
 */
export const dueAfterCalendarDays = (receivedAt: string, days: number): string =>
  dueAtDate(dateOf(numberOf(shanghaiDate(receivedAt)) + natural(days)));

/** The instant `hours` after an instant, counted from the moment itself. 民法典 art. 201(2). */
export const dueAfterHours = (receivedAt: string, hours: number): string =>
  new Date(Date.parse(receivedAt) + natural(hours) * hour).toISOString();

/** The end of a period that would end on a day off: the end of the first working day after it. 民法典 art. 203(1). `at` is the end of a day. */
export const afterDaysOff = (at: string, calendars: Calendars): DueInstant => {
  const last = dateOf(numberOf(shanghaiDate(at)) - 1);
  const worked = isWorkingDay(last, calendars);
  return walk(last, worked ? 0 : 1, calendars, calendars.has(yearOf(last)));
};
