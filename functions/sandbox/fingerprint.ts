import type { ExportColumn } from '../../contracts/export.ts';
import { hmac } from '../../shared/kernel/digest.ts';

/** What a fingerprint does to one number: takes one unit of its last place from it, leaves it, or adds one. */
export type Mark = -1 | 0 | 1;

/** A number as it stands in a file: `units` of its last place, of which there are `places` after the point. */
export type Written = { readonly units: bigint; readonly places: number };

/** Below so many units of the last place a number stays exact, so that no number moves by more than a thousandth of itself. */
const least = 1000n;
const plain = /^(-?)([0-9]{1,38})(?:\.([0-9]{1,18}))?$/;

/** The number that a cell is, or undefined where it is none in plain digits. */
export const readNumber = (text: string): Written | undefined => {
  const [, sign = '', whole, fraction = ''] = plain.exec(text.trim()) ?? [];
  if (whole === undefined) return undefined;
  const size = BigInt(whole + fraction);
  return { units: sign === '-' ? -size : size, places: fraction.length };
};
const print = ({ units, places }: Written): string => {
  const size = String(units < 0n ? -units : units).padStart(places + 1, '0');
  const whole = size.slice(0, size.length - places);
  return `${units < 0n ? '-' : ''}${whole}${places > 0 ? `.${size.slice(-places)}` : ''}`;
};
/** Whether a number is large enough to carry a mark. */
export const carries = ({ units }: Written): boolean => units >= least || units <= -least;

/** The key of one buyer's fingerprint: of its contract, so that every file under it carries the same marks in the same cells. */
export const fingerprintKey = (secret: string, contract: string): string => hmac(secret, 'fingerprint', contract);

/** The mark of a cell under a key: each of the three as likely as the others, by HMAC-SHA-256 over the row's dimensions and the column. */
export const markOf = (key: string, row: readonly string[], column: string): Mark => {
  const drawn = Buffer.from(hmac(key, column, ...row), 'base64url').readUIntBE(0, 6);
  return ((drawn % 3) - 1) as Mark;
};
/** The dimensions of a row, which name it whatever its place in the file. */
export const nameOf = (row: readonly string[], columns: readonly Pick<ExportColumn, 'measured'>[]): readonly string[] =>
  row.filter((_, index) => columns[index]?.measured === false);

/**
 * The rows of a file (without its header) with the fingerprint of one buyer: every measured number of at least 1,000 units of its last place
 * moves by −1, 0 or +1 of them, that is by at most 0.1 % of itself; dimensions, smaller numbers and all else stay as they are. After the
 * fingerprinting of databases of Agrawal and Kiernan (VLDB 2002) and Li, Swarup and Jajodia (2005), keyed per cell and without a sequence, so that
 * whatever part of the file is left can be read. 发改数据〔2025〕18号 names watermarks and fingerprints among the means of tracing.
 */
export function fingerprint(rows: readonly (readonly string[])[], columns: readonly ExportColumn[], key: string): readonly string[][] {
  return rows.map((row) => {
    const name = nameOf(row, columns);
    return row.map((text, index) => {
      const column = columns[index];
      const number = column?.measured === true ? readNumber(text) : undefined;
      if (!column || !number || !carries(number)) return text;
      return print({ ...number, units: number.units + BigInt(markOf(key, name, column.name)) });
    });
  });
}
