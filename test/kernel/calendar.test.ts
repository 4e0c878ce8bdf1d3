import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { YearCalendar } from '../../contracts/calendar.ts';
import {
  afterDaysOff,
  dueAfterCalendarDays,
  dueAfterHours,
  dueAfterWorkingDays,
  dueAtDate,
  isWorkingDay,
  shanghaiDate,
  type Calendars,
} from '../../shared/kernel/calendar.ts';
import { stateCouncil } from '../../shared/kernel/calendars/state-council.ts';

const span = (first: string, last: string): readonly string[] => {
  const days: string[] = [];
  for (let at = Date.parse(first); at <= Date.parse(last); at += 86_400_000) days.push(new Date(at).toISOString().slice(0, 10));
  return days;
};
/** The date whose 24:00 in Shanghai an exclusive instant is. */
const lastDay = (at: string): string => shanghaiDate(new Date(Date.parse(at) - 1).toISOString());
const noonOf = (date: string): string => `${date}T04:00:00.000Z`;
const due = (date: string, days: number, calendars: Calendars = stateCouncil) => {
  const { at, provisional } = dueAfterWorkingDays(noonOf(date), days, calendars);
  return provisional ? `${lastDay(at)} provisional` : lastDay(at);
};

const endOf = (from: string, days: number) => dueAfterWorkingDays(from, days, stateCouncil).at;

const instants = fc
  .date({ min: new Date('2023-01-01T00:00:00Z'), max: new Date('2027-06-30T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString());
const counts = fc.integer({ min: 1, max: 60 });

/** An invented calendar for 2027. */
const invented: YearCalendar = {
  year: 2027,
  source: 'An invented notice for a test, 2026-11-05',
  off: [...span('2027-01-01', '2027-01-03'), ...span('2027-02-05', '2027-02-12'), ...span('2027-10-01', '2027-10-07')],
  working: ['2027-01-30', '2027-02-20', '2027-10-09'],
};
const withInvented: Calendars = new Map([...stateCouncil, [2027, invented]]);

describe('the State Council calendars', () => {
  it.each([...stateCouncil.values()])('$year obeys the schema under which later years are landed', (calendar) => {
    expect(YearCalendar.safeParse(calendar)).toMatchObject({ success: true });
  });

  // Moving days does not change their number: weekdays less the statutory holidays (全国年节及纪念日放假办法: 11, since 2025 13).
  it.each([
    [2023, 26, 7, 260 - 11],
    [2024, 28, 8, 262 - 11],
    [2025, 28, 5, 261 - 13],
    [2026, 33, 6, 261 - 13],
  ])('%i lists %i days off and %i made-up days, and has %i working days in all', (year, off, working, all) => {
    const calendar = stateCouncil.get(year);
    expect(calendar?.off).toHaveLength(off);
    expect(calendar?.working).toHaveLength(working);
    expect(span(`${year}-01-01`, `${year}-12-31`).filter((date) => isWorkingDay(date, stateCouncil))).toHaveLength(all);
  });

  it('2026 is the calendar that the requirements give', () => {
    expect(stateCouncil.get(2026)).toMatchObject({
      off: [
        ...span('2026-01-01', '2026-01-03'),
        ...span('2026-02-15', '2026-02-23'),
        ...span('2026-04-04', '2026-04-06'),
        ...span('2026-05-01', '2026-05-05'),
        ...span('2026-06-19', '2026-06-21'),
        ...span('2026-09-25', '2026-09-27'),
        ...span('2026-10-01', '2026-10-07'),
      ],
      working: ['2026-01-04', '2026-02-14', '2026-02-28', '2026-05-09', '2026-09-20', '2026-10-10'],
    });
  });
});

describe('a calendar that is landed', () => {
  it.each([
    ['a date of another year', { off: ['2026-12-31', '2027-01-01'] }],
    ['a date twice', { off: ['2027-01-01', '2027-01-01'] }],
    ['dates out of order', { off: ['2027-01-02', '2027-01-01'] }],
    ['a day that is both off and worked', { working: ['2027-01-02'] }],
    ['a made-up day on a Wednesday', { working: ['2027-01-06'] }],
    ['a date that does not exist', { off: ['2027-02-29'] }],
    ['no day off', { off: [] }],
    ['no source', { source: '' }],
    ['a member of its own', { note: 'more' }],
  ])('is refused with %s', (_what, change) => {
    expect(YearCalendar.safeParse(invented).success).toBe(true);
    expect(YearCalendar.safeParse({ ...invented, ...change }).success).toBe(false);
  });
});

describe('working days', () => {
  it.each([
    ['2026-02-13', 3, '2026-02-25'],
    ['2026-02-13', 5, '2026-02-27'],
    ['2026-02-13', 7, '2026-03-02'],
    ['2026-09-18', 3, '2026-09-22'],
    ['2026-09-18', 5, '2026-09-24'],
    ['2026-09-18', 7, '2026-09-29'],
    ['2026-09-30', 3, '2026-10-10'],
    ['2026-09-30', 5, '2026-10-13'],
    ['2026-09-30', 7, '2026-10-15'],
    ['2026-10-03', 3, '2026-10-10'],
    ['2026-10-03', 5, '2026-10-13'],
    ['2026-10-03', 7, '2026-10-15'],
    ['2026-11-23', 3, '2026-11-26'],
    ['2026-11-23', 5, '2026-11-30'],
    ['2026-11-23', 7, '2026-12-02'],
  ])('received on %s, %i working days end on %s', (received, days, last) => {
    expect(due(received, days)).toBe(last);
  });

  it('20 of them from 2026-12-04 count weekends only once they pass into 2027, and are provisional', () => {
    expect(due('2026-12-04', 19)).toBe('2026-12-31');
    expect(due('2026-12-04', 20)).toBe('2027-01-01 provisional');
    expect(due('2026-12-04', 20, withInvented)).toBe('2027-01-04');
  });

  it('end at 24:00 in Shanghai, which is 16:00 UTC', () => {
    expect(dueAfterWorkingDays('2026-11-23T01:02:03Z', 3, stateCouncil)).toEqual({ at: '2026-11-26T16:00:00.000Z', provisional: false });
  });

  it('do not count the day of receipt as it is in Shanghai, where it begins at 16:00 UTC', () => {
    expect(dueAfterWorkingDays('2026-11-23T15:59:59.999Z', 3, stateCouncil).at).toBe('2026-11-26T16:00:00.000Z');
    expect(dueAfterWorkingDays('2026-11-23T16:00:00.000Z', 3, stateCouncil).at).toBe('2026-11-27T16:00:00.000Z');
  });

  it('received on the last day of a year without calendar are firm if they lie in one that has it', () => {
    const only2026: Calendars = new Map([...stateCouncil].filter(([year]) => year === 2026));
    expect(dueAfterWorkingDays(noonOf('2025-12-31'), 3, only2026).provisional).toBe(false);
    expect(dueAfterWorkingDays(noonOf('2025-12-30'), 3, only2026).provisional).toBe(true);
  });

  it.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('are not counted for a period of %d', (days) => {
    expect(() => dueAfterWorkingDays(noonOf('2026-11-23'), days, stateCouncil)).toThrow(RangeError);
  });

  it('never end on a day off, and pass exactly as many working days as asked', () => {
    fc.assert(
      fc.property(instants, counts, (from, days) => {
        const last = lastDay(dueAfterWorkingDays(from, days, stateCouncil).at);
        const passed = span(shanghaiDate(from), last).slice(1);
        expect(isWorkingDay(last, stateCouncil)).toBe(true);
        expect(passed.filter((date) => isWorkingDay(date, stateCouncil))).toHaveLength(days);
      }),
    );
  });

  it('are monotone: later receipt is never due earlier, and one more day is due later', () => {
    fc.assert(
      fc.property(instants, instants, counts, (one, other, days) => {
        const [early, late] = one < other ? [one, other] : [other, one];
        expect(endOf(early, days) <= endOf(late, days)).toBe(true);
        expect(endOf(early, days) < endOf(early, days + 1)).toBe(true);
      }),
    );
  });

  it('move only where they were provisional when a calendar lands, and are then firm', () => {
    fc.assert(
      fc.property(instants, counts, (from, days) => {
        const before = dueAfterWorkingDays(from, days, stateCouncil);
        const after = dueAfterWorkingDays(from, days, withInvented);
        expect(before.provisional || before.at === after.at).toBe(true);
        expect(after.provisional).toBe(false);
      }),
    );
  });
});

describe('other periods', () => {
  it('calendar days end at 24:00 of the last, the day of receipt not counted', () => {
    expect(dueAfterCalendarDays('2026-09-30T15:59:00Z', 30)).toBe('2026-10-30T16:00:00.000Z');
    expect(dueAfterCalendarDays('2026-09-30T16:00:00Z', 30)).toBe('2026-10-31T16:00:00.000Z');
  });

  it('a period whose last day is a day off ends with the first working day after it (民法典 art. 203)', () => {
    expect(afterDaysOff(dueAtDate('2026-10-03'), stateCouncil)).toEqual({ at: dueAtDate('2026-10-08'), provisional: false });
    expect(afterDaysOff(dueAtDate('2026-10-10'), stateCouncil)).toEqual({ at: dueAtDate('2026-10-10'), provisional: false });
    expect(afterDaysOff(dueAtDate('2027-01-02'), stateCouncil)).toEqual({ at: dueAtDate('2027-01-04'), provisional: true });
    expect(afterDaysOff(dueAtDate('2027-01-05'), stateCouncil)).toEqual({ at: dueAtDate('2027-01-05'), provisional: true });
  });

  it('hours run from the moment, through nights and holidays', () => {
    expect(dueAfterHours('2026-10-01T23:30:00.000Z', 4)).toBe('2026-10-02T03:30:00.000Z');
  });

  it('a fixed date ends at its 24:00 in Shanghai, in leap years and at the turn of the year', () => {
    expect(dueAtDate('2026-03-31')).toBe('2026-03-31T16:00:00.000Z');
    expect(dueAtDate('2028-02-29')).toBe('2028-02-29T16:00:00.000Z');
    expect(shanghaiDate('2025-12-31T16:00:00Z')).toBe('2026-01-01');
  });

  it('what is no instant is refused', () => {
    expect(() => shanghaiDate('yesterday')).toThrow(RangeError);
    expect(() => dueAtDate('2026-13-01')).toThrow(RangeError);
  });

  it('calendar days never end before as many hours have passed, nor a day later', () => {
    fc.assert(
      fc.property(instants, counts, (from, days) => {
        const slack = Date.parse(dueAfterCalendarDays(from, days)) - Date.parse(dueAfterHours(from, 24 * days));
        expect(slack).toBeGreaterThan(0);
        expect(slack).toBeLessThanOrEqual(86_400_000);
      }),
    );
  });
});
