const wholeNumber = "regexp_matches(x, '^[+-]?(0|[1-9][0-9]*)$')";
const pointedNumber = String.raw`regexp_matches(x, '^[+-]?(0|[1-9][0-9]*)(\.[0-9]+)?$')`;
/** A number that a DOUBLE would round, and that nobody measures: it names somebody or something, and two of them must not become one. */
const longNumber = "strlen(x) > 15 AND regexp_matches(x, '^[+-]?[0-9]{16,}$')";
const anyNumber = String.raw`regexp_matches(x, '^[+-]?(0|[1-9][0-9]*)?(\.[0-9]*)?([eE][+-]?[0-9]{1,3})?$')`;
const anyTime = String.raw`regexp_matches(x, '^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?)?$')`;

/** DuckDB knows years before Christ and beyond 9999, and an infinite date: no rule, and no literal of the gate, does. */
export const inCalendar = (value: string): string => `(${value} >= '0001-01-01' AND ${value} < '10000-01-01')`;

/**
 * The types a column of text may get, narrowest first. A column gets the first that every one of its values fits, to the last row. A leading
 * zero keeps a number text: `0110` is a code, and would lose it.
 */
const ladder = ['BOOLEAN', 'BIGINT', 'DECIMAL', 'DOUBLE', 'DATE', 'TIMESTAMP', 'VARCHAR'] as const;

export const widest = ladder.length - 1;

/** Where the ladder begins for values that their file itself calls text: they are no numbers, but may be dates. */
export const firstOfTexts = ladder.indexOf('DATE');

/** Digits before and after the point that an exact decimal may have; beyond that a number is a DOUBLE. */
const digitsOfDecimal = 18;
const scaleOfDecimal = 9;

/**
 * Counts the rows that meet a condition. Inside CASE the engine asks the dear part of a condition only of the values that its cheap part left
 * open; inside FILTER it asks all of them.
 */
export const countWhere = (condition: string): string => `count(CASE WHEN ${condition} THEN TRUE END)`;

/** How many digits a number has before and after its point, at most. */
const countDigits = (x: string): readonly string[] => {
  const point = `instr(${x}, '.')`;
  const sign = `(${x} < '0')::INTEGER`;
  return [`if(${point} = 0, strlen(${x}), ${point} - 1) - ${sign}`, `if(${point} = 0, 0, strlen(${x}) - ${point})`];
};

/** What is counted of one column under one type: its values, those that do not fit, and the digits a decimal would need. */
export function countMisfits(column: string, step: number): readonly string[] {
  const type = ladder[step] ?? 'VARCHAR';
  const filled = `count(${column})`;
  if (type === 'VARCHAR') return [filled, '0', '0', '0'];
  const decimal = type === 'DECIMAL';
  const put = (condition: string): string => condition.replaceAll(/\bx\b/g, column);
  const fits = decimal
    ? put(pointedNumber)
    : `${fitsText(column, `TRY_CAST(${column} AS ${type})`, type)}${type === 'DOUBLE' ? ` AND NOT (${put(longNumber)})` : ''}`;
  const digits = decimal ? countDigits(column) : ['0', '0'];
  return [filled, `${filled} - ${countWhere(fits)}`, ...digits.map((each) => `coalesce(max(${each}), 0)`)];
}

/** How many numbers `countMisfits` counts. */
export const countsOfMisfits = 4;

/** The DuckDB type a column gets at a step, or undefined if its values do not fit there. */
export function typeAt(step: number, [, misfits = 1, whole = 0, scale = 0]: readonly number[]): string | undefined {
  const type = ladder[step] ?? 'VARCHAR';
  if (misfits > 0) return undefined;
  if (type !== 'DECIMAL') return type;
  return whole + scale <= digitsOfDecimal && scale <= scaleOfDecimal ? `DECIMAL(${digitsOfDecimal},${scale})` : undefined;
}

/**
 * Whether a text `x` and what it was cast to, `v`, are the same value: the engine's cast alone would round, shift by a time zone, drop leading
 * zeros and blanks. Cheap conditions come first, since they are asked of every value; they are met by what is written as DuckDB would.
 */
export function fitsText(x: string, v: string, type: string): string {
  const put = (condition: string): string => condition.replaceAll(/\bx\b/g, x);
  const scale = /^DECIMAL\([0-9]+,([0-9]+)\)$/.exec(type)?.[1];
  if (scale !== undefined) {
    const exact = put(`${pointedNumber} AND length(split_part(x, '.', 2)) <= ${scale}`);
    return `((starts_with(${v}::VARCHAR, ${x}) AND NOT suffix(${x}, '.')) OR (${exact} AND ${v} IS NOT NULL))`;
  }
  if (type === 'BOOLEAN') return put("lower(x) IN ('true', 'false')");
  if (type === 'FLOAT' || type === 'DOUBLE') return `(isfinite(${v}) AND (${v}::VARCHAR = ${x} OR ${put(anyNumber)}))`;
  if (type === 'DATE') return `(${v}::VARCHAR = ${x} AND strlen(${x}) = 10)`;
  if (type === 'TIMESTAMP') return `((${v}::VARCHAR = ${x} OR ${put(anyTime)}) AND ${inCalendar(v)})`;
  return `(${v}::VARCHAR = ${x} OR (${put(wholeNumber)} AND ${v} IS NOT NULL))`;
}

/** A DuckDB condition: the text is one that a spreadsheet would run (it begins like a formula and is not a number). */
export const isFormula = (column: string): string =>
  String.raw`(${column} < 'A' AND regexp_matches(${column}, '^[=+\-@\t\r]') AND NOT regexp_matches(${column}, '^[+-]?[0-9][0-9,]*(\.[0-9]*)?([eE][+-]?[0-9]+)?%?$'))`;

/** A DuckDB condition: the text holds a NUL, which most programs take for its end. */
export const holdsNul = (column: string): string => `contains(${column}, chr(0))`;
