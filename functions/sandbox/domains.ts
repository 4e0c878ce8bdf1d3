import type { Cell } from './engine.ts';
import type { Cut, Ground } from './form.ts';
import { dimensionOf, familyOfColumn } from './cuts.ts';
import { trimmed } from './literals.ts';

/** A cell of one dimension: `key` is the text by which the engine knows it, `shown` what a buyer reads. */
export type Place = { readonly key: string; readonly shown: Cell };

type TimeGrain = Extract<Cut['grain'], string>;

const digits = 9;

/** Decimal text in billionths. */
export const billionths = (decimal: string): bigint => {
  const [whole = '', fraction = ''] = decimal.split('.');
  return BigInt(whole + fraction.padEnd(digits, '0'));
};

/** A number of 10^−`scale` as decimal text with so many decimals. */
const fixedOf = (value: bigint, scale: number): string => {
  const size = (value < 0n ? -value : value).toString().padStart(scale + 1, '0');
  const point = size.length - scale;
  return `${value < 0n ? '-' : ''}${size.slice(0, point)}${scale === 0 ? '' : `.${size.slice(point)}`}`;
};

/** A number of 10^−`scale` as decimal text, without zeros at the end. */
export const decimalOf = (value: bigint, scale: number): string => trimmed(fixedOf(value, scale));

/** A whole number as JSON carries it without loss. */
export const wholeOf = (value: bigint): number | string =>
  value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value.toString();

const startOf: Readonly<Record<TimeGrain, (at: Date) => Date>> = {
  hour: (at) => at,
  day: (at) => at,
  month: (at) => new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), 1)),
  year: (at) => new Date(Date.UTC(at.getUTCFullYear(), 0, 1)),
};
const hour = 3_600_000;
const nextOf: Readonly<Record<TimeGrain, (at: Date) => Date>> = {
  hour: (at) => new Date(at.getTime() + hour),
  day: (at) => new Date(at.getTime() + 24 * hour),
  month: (at) => new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 1)),
  year: (at) => new Date(Date.UTC(at.getUTCFullYear() + 1, 0, 1)),
};

function timesOf(from: string, to: string, grain: TimeGrain, most: number): string[] | undefined {
  const end = new Date(`${to}T00:00:00Z`);
  const times: string[] = [];
  for (let at = startOf[grain](new Date(`${from}T00:00:00Z`)); at < end; at = nextOf[grain](at)) {
    if (times.length === most) return undefined;
    times.push(at.toISOString().slice(0, 19));
  }
  return times;
}

function binsOf(from: string, to: string, bin: string, most: number): Place[] | undefined {
  const width = billionths(bin);
  const scale = bin.split('.')[1]?.length ?? 0;
  const low = billionths(from);
  const first = low / width - (low < 0n && low % width !== 0n ? 1n : 0n);
  const places: Place[] = [];
  for (let index = first; index * width < billionths(to); index += 1n) {
    if (places.length === most) return undefined;
    const start = (index * width) / 10n ** BigInt(digits - scale);
    const key = fixedOf(start, scale);
    places.push({ key, shown: scale === 0 ? wholeOf(start) : key });
  }
  return places;
}

const shownAs = (family: string, value: string): Cell => {
  if (family === 'boolean') return value === 'true';
  return family === 'integer' ? wholeOf(BigInt(value)) : value;
};

/**
 * All cells of a dimension at the grain at which a query uses it, in order, from the rule alone: a cell that is absent from the data is there
 * like any other. Undefined where there are more than `most`, or where the rule says no domain.
 */
export function placesOf(cut: Cut, ground: Ground, most: number): readonly Place[] | undefined {
  const { domain, grain: finest } = dimensionOf(cut.column, ground, null);
  if (domain === undefined) return undefined;
  const family = familyOfColumn(cut.column, ground);
  if (!('from' in domain)) return domain.length > most ? undefined : domain.map((value) => ({ key: value, shown: shownAs(family, value) }));
  const grain = cut.grain ?? finest ?? 'day';
  if (typeof grain !== 'string') return binsOf(domain.from, domain.to, String(grain.bin), most);
  const isDay = cut.grain === null;
  return timesOf(domain.from, domain.to, grain, most)?.map((time) => {
    const day = time.slice(0, 10);
    return isDay ? { key: day, shown: day } : { key: time.replace('T', ' '), shown: time };
  });
}

/**
 * The public grid of a grouped query: every combination of the cells of its dimensions. One empty combination where nothing is grouped.
 * Undefined where there are more than `most` combinations.
 */
export function gridOf(groups: readonly Cut[], ground: Ground, most: number): readonly (readonly Place[])[] | undefined {
  let grid: readonly (readonly Place[])[] = [[]];
  for (const cut of groups) {
    const places = placesOf(cut, ground, Math.floor(most / grid.length));
    if (places === undefined) return undefined;
    grid = grid.flatMap((row) => places.map((place) => [...row, place]));
  }
  return grid;
}
