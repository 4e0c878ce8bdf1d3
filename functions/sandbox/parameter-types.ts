import type { Parameter, ParameterType } from '../../contracts/template.ts';
import { quoteText } from './predicate-printing.ts';

/** What nobody sees, or what turns the order of reading: controls, formats, unassigned signs, half characters, and ends of lines. */
const unseen = /[\p{C}\p{Zl}\p{Zp}]/u;
const integer = /^(?:0|-?[1-9][0-9]{0,17})$/;
const decimal = /^-?(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{1,9})?$/;

const isDay = (value: string): boolean => {
  if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(value) || value.startsWith('0000')) return false;
  const at = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(value); // the 30th of February reads back as March
};
const whole = 9;
/** A number as a count of billionths, exactly. */
const scaled = (value: string): bigint => {
  const [units = '', fraction = ''] = value.split('.');
  return BigInt(units + fraction.padEnd(whole, '0'));
};
const order = <T>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);

/** How values of a type are read, ordered and printed. A decimal keeps its point, so that the same parameter is always the same kind of literal. */
const types: Readonly<
  Record<
    ParameterType,
    {
      readonly reads: (value: string) => boolean;
      readonly order: (a: string, b: string) => number;
      readonly print: (value: string) => string;
      readonly longest: number;
    }
  >
> = {
  text: { reads: (value) => !unseen.test(value), order, print: quoteText, longest: 402 },
  integer: { reads: (value) => integer.test(value), order: (a, b) => order(BigInt(a), BigInt(b)), print: (value) => value, longest: 19 },
  decimal: {
    reads: (value) => decimal.test(value) && !/^-0(?:\.0*)?$/.test(value),
    order: (a, b) => order(scaled(a), scaled(b)),
    print: (value) => (value.includes('.') ? value : `${value}.0`),
    longest: 20,
  },
  date: { reads: isDay, order, print: (value) => `DATE '${value}'`, longest: 17 },
};

/** Whether a text is a value of a type. */
export const isTyped = (type: ParameterType, value: string): boolean => types[type].reads(value);
/** The order of two values of a type: negative, zero or positive. */
export const compareValues = (type: ParameterType, a: string, b: string): number => types[type].order(a, b);
/** A value of a type as a literal of SQL. */
export const printValue = (type: ParameterType, value: string): string => types[type].print(value);
/** How many characters the literal of a parameter can have, with the spaces around it. */
export const longest = (parameter: Parameter | undefined): number => {
  if (!parameter) return 0;
  const { type, values } = parameter;
  const most = values ? Math.max(...values.map((value) => printValue(type, value).length)) : types[type].longest;
  return most + 2;
};
