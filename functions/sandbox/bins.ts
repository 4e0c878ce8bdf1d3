import type { Cut } from './form.ts';
import { familyOf } from './literals.ts';

type Bin = Extract<Cut['grain'], { readonly bin: string }>;

const wholeDigits: Readonly<Record<string, number>> = { TINYINT: 3, SMALLINT: 5, INTEGER: 10, BIGINT: 19, UBIGINT: 20 };

/** How many digits the numbers of a type have before and after the point. */
function sizeOf(type: string): { readonly whole: number; readonly scale: number } {
  const [, width = 0, scale = 0] = /^DECIMAL\(([0-9]+),([0-9]+)\)$/.exec(type)?.map(Number) ?? [];
  return width > 0 ? { whole: width - scale, scale } : { whole: wholeDigits[type] ?? wholeDigits[type.replace(/^U/, '')] ?? 20, scale: 0 };
}

const most = 38;

/** Whole numbers in whole bins. Below the least of 64 bits there may still be the start of a cell. */
function printWhole(name: string, { bin, of }: Bin): string {
  const isWide = of === 'BIGINT' || of === 'UBIGINT';
  const value = isWide ? name : `CAST(${name} AS BIGINT)`;
  const below = `(${value} + 1) // ${bin}`;
  return `CASE WHEN ${value} >= 0 THEN ${value} // ${bin} * ${bin} ELSE ${isWide ? `CAST(${below} AS HUGEINT)` : below} * ${bin} - ${bin} END`;
}

/** Numbers of fixed point: what is left over after whole bins is exact at as many decimals as number and width have. */
function printFixed(name: string, { bin, of }: Bin): string {
  const size = sizeOf(of);
  const [units = '', fraction = ''] = bin.split('.');
  const scale = Math.max(size.scale, fraction.length);
  const needed = Math.max(size.whole, units.length) + 1 + scale;
  const width = needed <= 18 ? 18 : most;
  const cast = (value: string): string => `TRY_CAST(${value} AS DECIMAL(${width},${scale}))`;
  const rest = `${cast(name)} % ${cast(bin)}`;
  const start = `${cast(name)} - ${rest} - CASE WHEN ${rest} < 0 THEN ${cast(bin)} ELSE ${cast('0')} END`;
  const whole = width - scale > 18 ? 'HUGEINT' : 'BIGINT';
  const shown = `CAST(${start} AS ${fraction === '' ? whole : `DECIMAL(${width - scale + fraction.length},${fraction.length})`})`;
  return needed > most ? `TRY(${shown})` : shown;
}

/**
 * Floating point: a cell begins at the number of the column's type that is nearest to its decimal start, which is the number that a comparison
 * with that decimal means, and the one that is written like it. The division is off by one at most, which both comparisons put right; beyond
 * `limit` it would not be.
 */
function printFloating(name: string, { bin, of }: Bin): string {
  const [, fraction = ''] = bin.split('.');
  const width = `${BigInt(bin.replace('.', ''))}`;
  const unit = `1${'0'.repeat(fraction.length)}e0`;
  const limit = of === 'FLOAT' ? Math.min(Number(width) * 2 ** 23, 2 ** 53) : 2 ** 53;
  const near = `floor(CAST(${name} AS DOUBLE) * ${unit} / ${width}e0)`;
  const start = (more: number): string => `CAST((${near} + ${more}) * ${width}e0 / ${unit} AS ${of})`;
  const index = `${near} + CASE WHEN ${name} >= ${start(1)} THEN 1 WHEN ${name} < ${start(0)} THEN -1 ELSE 0 END`;
  const cell = `CASE WHEN abs(CAST(${name} AS DOUBLE)) * ${unit} < ${limit}e0 THEN TRY_CAST(${index} AS BIGINT) END`;
  return fraction === '' ? `${cell} * ${bin}` : `CAST(${cell} AS DECIMAL(19,0)) * ${bin}`;
}

/**
 * Prints the start of the cell that a number is in, exactly, as a number with the decimals of the bin: whole numbers as BIGINT or HUGEINT, others
 * as DECIMAL. DOUBLE and FLOAT are taken as the decimals by which they are written: 0.3 is in the cell 0.3 of bins of 0.1, and so is all that a
 * comparison puts at or above 0.3 and below 0.4. Numbers so great that they have no digit at the place of the bin, of floating point beyond
 * 2^53 of its last place (FLOAT beyond 2^23 bins) or of fixed point beyond 38 digits, are in no cell (NULL), and so is what is not finite.
 * @param name the quoted column
 */
export function printBin(name: string, bin: Bin): string {
  const family = familyOf(bin.of);
  if (family === 'double') return `(${printFloating(name, bin)})`;
  return `(${family === 'integer' && !bin.bin.includes('.') ? printWhole(name, bin) : printFixed(name, bin)})`;
}
