import type { Cut, Literal } from './form.ts';
import { Refused } from './form.ts';
import type { Mark } from './placing.ts';
import type { Json, Node } from './tree.ts';
import { isNode, misplaced, node, only, place, text } from './tree.ts';

/** What kinds of value a column holds, as far as a rule may use it; `any` of a column that is known from its rule alone. */
export type Family = 'integer' | 'decimal' | 'double' | 'text' | 'date' | 'timestamp' | 'boolean' | 'any';

const families: readonly (readonly [RegExp, Family])[] = [
  [/^U?(TINYINT|SMALLINT|INTEGER|BIGINT)$/, 'integer'],
  [/^DECIMAL\([0-9]+,[0-9]+\)$/, 'decimal'],
  [/^(FLOAT|DOUBLE)$/, 'double'],
  [/^VARCHAR$/, 'text'],
  [/^DATE$/, 'date'],
  [/^TIMESTAMP$/, 'timestamp'],
  [/^BOOLEAN$/, 'boolean'],
  [/^ANY$/, 'any'],
];

/** The family of a DuckDB type, or null for one that no rule can use (lists, zoned times, huge integers). */
export const familyOf = (type: string): Family | null => families.find(([pattern]) => pattern.test(type))?.[1] ?? null;

export const isNumeric = (family: Family | null): boolean => family === 'integer' || family === 'decimal' || family === 'double';

/**
 * Reads a constant of the tree. TRUE and typed dates arrive as casts of a text constant; no other cast is understood.
 * Integers beyond all columns and decimals beyond 18 digits are refused: comparing them could overflow, and whether it does depends on the data.
 */
export function readLiteral(json: Json | undefined): Literal {
  if (!isNode(json)) throw new Refused('predicate_not_allowed');
  const at = place(json);
  if (json['class'] === 'CAST') {
    const target = node(json['cast_type'])['id'];
    const child = json['child'];
    const kind = typeof target === 'string' ? castKinds.get(target) : undefined;
    if (!isNode(child) || child['class'] !== 'CONSTANT' || kind === undefined) throw misplaced(json, 'cast_not_allowed');
    only(json, ['class', 'type', 'query_location', 'child', 'cast_type']);
    only(node(json['cast_type']), ['id']);
    const inner = readLiteral(child);
    if (inner.kind !== 'text') throw new Refused('cast_not_allowed', place(child));
    return typed(inner.text, kind, place(child));
  }
  if (json['class'] !== 'CONSTANT') throw misplaced(json, 'predicate_not_allowed');
  only(json, ['class', 'type', 'query_location', 'value']);
  const value = node(json['value']);
  if (value['is_null'] === true) throw new Refused('null_test_not_allowed', at);
  const type = node(value['type']);
  const raw = isNode(value['value']) ? joined(value['value']) : value['value'];
  const read = typeof type['id'] === 'string' ? readers[type['id']] : undefined;
  if (read === undefined || typeof raw !== 'string') throw new Refused('literal_invalid', at);
  return read(raw, type, at);
}

const castKinds: ReadonlyMap<string, 'boolean' | 'date' | 'timestamp'> = new Map([
  ['BOOLEAN', 'boolean'],
  ['DATE', 'date'],
  ['TIMESTAMP', 'timestamp'],
]);

/** Of a number that has more than 63 bits the tree holds two halves of 64. */
const joined = (halves: Node): string => String(BigInt(text(halves['upper'])) * 2n ** 64n + BigInt(text(halves['lower'])));

type Reader = (raw: string, type: { readonly [key: string]: Json }, at: Mark | null) => Literal;

const integer: Reader = (raw, _type, at) => {
  if (!/^-?[0-9]{1,19}$/.test(raw)) throw new Refused('literal_invalid', at);
  return { kind: 'integer', text: raw };
};

const most = 2n ** 64n;

/** What UBIGINT holds and BIGINT does not; whatever whole number a column holds can be compared with it. */
const large: Reader = (raw, _type, at) => {
  if (BigInt(raw) < 0n || BigInt(raw) >= most) throw new Refused('literal_invalid', at);
  return { kind: 'integer', text: raw };
};

const decimal: Reader = (raw, type, at) => {
  // `20.` has no digit after its point, and no scale in the tree.
  const scale = Number(text(node(type['type_info'])['scale'] ?? '0'));
  if (!/^-?[0-9]{1,18}$/.test(raw) || !(scale >= 0 && scale <= 9)) throw new Refused('literal_invalid', at);
  if (scale === 0) return { kind: 'integer', text: raw };
  const digits = raw.replace('-', '').padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  return { kind: 'decimal', text: `${raw.startsWith('-') ? '-' : ''}${whole}.${digits.slice(digits.length - scale)}` };
};

const double: Reader = (raw, _type, at) => {
  if (!/^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$/.test(raw) || !Number.isFinite(Number(raw))) throw new Refused('literal_invalid', at);
  return { kind: 'double', text: /[eE]/.test(raw) ? raw : `${raw}e0` };
};

const string: Reader = (raw, _type, at) => {
  if (raw.length > 1000 || raw.includes('\0') || !raw.isWellFormed()) throw new Refused('literal_invalid', at);
  return { kind: 'text', text: raw };
};

const readers: Readonly<Record<string, Reader>> = {
  INTEGER: integer,
  BIGINT: integer,
  HUGEINT: large,
  DECIMAL: decimal,
  DOUBLE: double,
  VARCHAR: string,
};

const instant = /^([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[ T]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6}))?)?)?$/;

function typed(raw: string, kind: 'boolean' | 'date' | 'timestamp', at: Mark | null): Literal {
  if (kind === 'boolean') {
    const truth = /^(?:t|true)$/i.test(raw) ? 'true' : /^(?:f|false)$/i.test(raw) ? 'false' : undefined;
    if (truth === undefined) throw new Refused('literal_invalid', at);
    return { kind, text: truth };
  }
  const match = instant.exec(raw);
  if (match === null) throw new Refused('literal_invalid', at);
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = ''] = match;
  const date = `${year}-${month}-${day}`;
  const clock = `${hour}:${minute}:${second}`;
  const parsed = new Date(`${date}T${clock}Z`);
  // A date such as 2023-02-30 rolls over into March, and does not read back as it was written.
  if (Number.isNaN(parsed.getTime()) || parsed.toISOString().slice(0, 19) !== `${date}T${clock}` || year === '0000') {
    throw new Refused('literal_invalid', at);
  }
  if (kind === 'date') {
    if (match[4] !== undefined) throw new Refused('literal_invalid', at);
    return { kind, text: date };
  }
  // One text for each instant, by which conditions are compared.
  return { kind, text: `${date} ${clock}${trimmed(`.${fraction}0`)}` };
}

const midnight = ' 00:00:00';

/**
 * Gives a literal the kind that its column compares with, as DuckDB would, but refuses where DuckDB would cast the column: a cast that fails
 * on one row would tell of that row.
 */
export function fitLiteral(literal: Literal, family: Family, at: Mark | null): Literal {
  const { kind } = literal;
  if (isNumeric(family) && (kind === 'integer' || kind === 'decimal' || kind === 'double')) return literal;
  if (family === 'date' && kind === 'text' && literal.text.length > 10) return fitLiteral(typed(literal.text, 'timestamp', at), family, at);
  if ((family === 'date' || family === 'timestamp') && kind === 'text') return typed(literal.text, family, at);
  // No cast of the column: at midnight both say the same of a date.
  if (family === 'date' && kind === 'timestamp' && literal.text.endsWith(midnight))
    return { kind: 'date', text: literal.text.slice(0, 10) };
  if (family === 'timestamp' && kind === 'date') return { kind: 'timestamp', text: `${literal.text}${midnight}` };
  if (family === kind || family === 'any') return literal;
  throw new Refused('literal_type', at);
}

const starts = { hour: / [0-9]{2}:00:00$/, day: / 00:00:00$/, month: /-01 00:00:00$/, year: /-01-01 00:00:00$/ } as const;

/** Whether a value is where a cell of this grain starts, so that `>=` and `<` cut between cells and never through one. */
export function isAligned(literal: Literal, grain: Extract<Cut['grain'], string> | { readonly bin: string }): boolean {
  if (typeof grain === 'string') return starts[grain].test(literal.kind === 'date' ? `${literal.text} 00:00:00` : literal.text);
  return literal.kind !== 'double' && isMultiple(literal.text, grain.bin);
}

/**
 * A number as a column of floating point holds it, so that a comparison means what the column's values are written like: one of FLOAT with 0.7
 * the FLOAT that is nearest to it. Of other columns, the literal itself.
 */
export function nearest(literal: Literal, type: string): Literal {
  if (familyOf(type) !== 'double') return literal;
  const own = Number(literal.text);
  const single = Math.fround(own);
  return { kind: 'double', text: inDouble(type === 'FLOAT' && Number.isFinite(single) ? single : own) };
}

const inDouble = (value: number): string => (String(value).includes('e') ? String(value) : `${value}e0`);

/** Decimal text without zeros at its end. */
export const trimmed = (decimal: string): string => (decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal);

/** Whether one decimal text is a whole multiple of another, exactly. */
export function isMultiple(value: string, of: string): boolean {
  return scaled(value) % scaled(of) === 0n;
}

function scaled(decimal: string): bigint {
  const [whole = '', fraction = ''] = decimal.split('.');
  return BigInt(whole + fraction.padEnd(9, '0'));
}
