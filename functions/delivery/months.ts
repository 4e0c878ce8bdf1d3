import { shanghaiDate } from '../../shared/kernel/calendar.ts';

/** The month in Shanghai, as `2026-11`, in which an instant lies. */
export const monthOf = (instant: string): string => shanghaiDate(instant).slice(0, 7);

/** The last day of such a month. */
export const lastDayOf = (month: string): string => {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number, 0)).toISOString().slice(0, 10);
};
