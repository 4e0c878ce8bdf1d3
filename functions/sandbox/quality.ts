import type { InspectedColumn, Quality } from './ingestion.ts';

/** What is counted of the values of one column that are not NULL. A number is NaN where the column's type has no such thing. */
export type Counted = {
  readonly filled: number;
  /** Texts without blanks at either end and without characters that were lost in a conversion (U+FFFD). */
  readonly tidy: number;
  /** Texts that are numbers. */
  readonly numeric: number;
  /** Dates from 1900 to a year from now. */
  readonly plausible: number;
  /** Days since the newest plausible date. */
  readonly age: number;
};

const permilleOf = (part: number, whole: number): number => (whole === 0 ? 1000 : Math.round((part * 1000) / whole));

/** The ages that are told instead of a date, in days: a day, a week, a month, a quarter, half a year, 1, 2, 5 and 100 years. */
const ages = [1, 7, 31, 92, 183, 366, 731, 1827, 36_525] as const;
const oldest = 36_525;

/** What each age is worth, per thousand: a step less for each. */
const freshness = (days: number): number => Math.round(1000 * (1 - ages.findIndex((age) => age === days) / (ages.length - 1)));

/** What is told of one column: see `InspectedColumn`. `matching` is the part of a sample, per thousand, that has the format of `personal`. */
export const describeColumn = (
  counted: Counted,
  isText: boolean,
  matching: number | null,
): Pick<InspectedColumn, 'conformPermille' | 'plausiblePermille' | 'freshDays'> => ({
  conformPermille: isText ? Math.min(permilleOf(counted.tidy, counted.filled), matching ?? 1000) : 1000,
  plausiblePermille: Number.isNaN(counted.plausible) ? null : permilleOf(counted.plausible, counted.filled),
  freshDays: Number.isNaN(counted.age) ? null : (ages.find((age) => counted.age <= age) ?? oldest),
});

/**
 * The six dimensions of GB/T 36344-2018, per thousand, each a share of the values that are not NULL where nothing else is said:
 * - normativity (规范性): values written as the type or the recognised format of their column asks;
 * - completeness (完整性): of all cells, those that are not NULL;
 * - accuracy (准确性): dates between 1900 and a year from now; null without a column of dates;
 * - consistency (一致性): values of the kind that prevails in their column, numbers or other text; a column with a type is of one kind;
 * - timeliness (时效性): the age of the newest plausible date of the freshest column, from 1000 within a day down to 0 beyond five years; null
 *   without one;
 * - accessibility (可访问性): of all columns, those in which there is something to ask for.
 */
export function assessQuality(rows: number, columns: readonly InspectedColumn[], counts: readonly Counted[]): Quality {
  const total = (of: (counted: Counted, column: InspectedColumn) => number): number =>
    columns.reduce((sum, column, index) => sum + of(counts[index] as Counted, column), 0);
  const filled = total((each) => each.filled);
  const dated = columns.flatMap(({ plausiblePermille }, index) => (plausiblePermille === null ? [] : [counts[index] as Counted]));
  const ofDates = dated.reduce((sum, each) => sum + each.filled, 0);
  const fresh = columns.flatMap(({ freshDays }) => freshDays ?? []);
  return {
    normativity: permilleOf(
      total((each, { conformPermille }) => (each.filled * conformPermille) / 1000),
      filled,
    ),
    completeness: permilleOf(filled, rows * columns.length),
    accuracy:
      ofDates === 0
        ? null
        : permilleOf(
            dated.reduce((sum, each) => sum + each.plausible, 0),
            ofDates,
          ),
    consistency: permilleOf(
      total((each) => (Number.isNaN(each.numeric) ? each.filled : Math.max(each.numeric, each.filled - each.numeric))),
      filled,
    ),
    timeliness: fresh.length === 0 ? null : freshness(Math.min(...fresh)),
    accessibility: permilleOf(columns.filter((_, index) => (counts[index] as Counted).filled > 0).length, columns.length),
  };
}
