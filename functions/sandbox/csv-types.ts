type Step = { readonly type: string; readonly fits: string };

const text: Step = { type: 'VARCHAR', fits: 'TRUE' };

const pointed = String.raw`'^[+-]?(0|[1-9][0-9]*)(\.[0-9]+)?$'`;

/**
 * The types a CSV column may get, narrowest first. A column gets the first that every one of its values fits, to the last row. `fits` is a
 * DuckDB condition on a text `x`. A leading zero keeps a number text: `0110` is a code, and would lose it.
 */
const ladder: readonly Step[] = [
  { type: 'BOOLEAN', fits: "lower(x) IN ('true', 'false')" },
  { type: 'BIGINT', fits: "regexp_matches(x, '^[+-]?(0|[1-9][0-9]*)$') AND TRY_CAST(x AS BIGINT) IS NOT NULL" },
  { type: 'DECIMAL', fits: `regexp_matches(x, ${pointed})` },
  {
    type: 'DOUBLE',
    fits: String.raw`regexp_matches(x, '^[+-]?(0|[1-9][0-9]*)?(\.[0-9]*)?([eE][+-]?[0-9]{1,3})?$') AND isfinite(TRY_CAST(x AS DOUBLE))`,
  },
  { type: 'DATE', fits: "regexp_matches(x, '^[0-9]{4}-[0-9]{2}-[0-9]{2}$') AND TRY_CAST(x AS DATE) IS NOT NULL" },
  {
    type: 'TIMESTAMP',
    fits: String.raw`regexp_matches(x, '^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?)?$') AND TRY_CAST(x AS TIMESTAMP) IS NOT NULL`,
  },
  text,
];

export const widest = ladder.length - 1;

/** Digits before and after the point that an exact decimal may have; beyond that a number is a DOUBLE. */
const digitsOfDecimal = 18;
const scaleOfDecimal = 9;

/** What is counted of one column under one type: the values that do not fit, and the digits a decimal would need. */
export const countMisfits = (column: string, step: number): readonly string[] => {
  const { type, fits } = ladder[step] ?? text;
  const condition = fits.replaceAll(/\bx\b/g, column);
  const digits =
    type === 'DECIMAL' ? [`length(split_part(ltrim(${column}, '+-'), '.', 1))`, `length(split_part(${column}, '.', 2))`] : ['0', '0'];
  return [
    `count(*) FILTER (WHERE ${column} IS NOT NULL AND (${condition}) IS NOT TRUE)`,
    ...digits.map((each) => `coalesce(max(${each}), 0)`),
  ];
};

/** The DuckDB type a column gets at a step, or undefined if its values do not fit there. */
export function typeAt(step: number, [misfits = 1, whole = 0, scale = 0]: readonly number[]): string | undefined {
  const { type } = ladder[step] ?? text;
  if (misfits > 0) return undefined;
  if (type !== 'DECIMAL') return type;
  return whole + scale <= digitsOfDecimal && scale <= scaleOfDecimal ? `DECIMAL(${digitsOfDecimal},${scale})` : undefined;
}

/** A DuckDB condition: the text is one that a spreadsheet would run (it begins like a formula and is not a number). */
export const isFormula = (column: string): string =>
  String.raw`regexp_matches(${column}, '^[=+\-@\t\r]') AND NOT regexp_matches(${column}, '^[+-]?[0-9][0-9,]*(\.[0-9]*)?([eE][+-]?[0-9]+)?%?$')`;
