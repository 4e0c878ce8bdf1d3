import { createHash, randomBytes } from 'node:crypto';
import { commitmentOf, entryOf, sealedOf, type Commitment } from '../../functions/disclosure/entry.ts';
import { canonical } from '../../shared/kernel/canonical.ts';
import type { Event } from '../../shared/kernel/decide.ts';
import type { Filling, Schema } from './walk.ts';

/** Where a marked value stood: the kind of record and the path of the field. */
export type Mark = { readonly kind: string; readonly path: string };
const sha256 = (content: string): Buffer => createHash('sha256').update(content).digest();

const firstDay = Date.parse('2031-01-01T00:00:00Z');
const day = 86_400_000 + 1001; // so that no two fall on one moment of the day
const wideRange = 1e10; // shorter numbers are found by chance
/** Fills every leaf with a value of its own and remembers it, so that it is known again wherever it turns up. */
export const marking = (variant: number) => {
  const marks = new Map<string, Mark>();
  const leaf: Filling['leaf'] = (kind, path, { type, format, minimum, maximum = 0 }: Schema) => {
    if (type === 'boolean') return variant === 1;
    if (type === 'integer' && maximum < wideRange) return minimum ?? 1;
    const n = marks.size;
    const instant = new Date(firstDay + n * day).toISOString();
    const value =
      type === 'integer'
        ? 70_000_000_000 + n * 7919
        : format === 'date-time'
          ? instant
          : format === 'date'
            ? instant.slice(0, 10)
            : `mark${sha256(`${variant} ${n}`).toString('hex').slice(0, 20)}`;
    marks.set(String(value), { kind, path });
    return value;
  };
  const filling: Filling = { leaf, items: ({ minItems = 0 }) => (variant === 3 ? minItems : Math.max(1, minItems)), variant };
  return { filling, marks };
};

/** Base64 of a text wherever it begins among the three bytes of a group: what its neighbours decide is cut off. RFC 4648 §4, §5. */
const inBase64 = (text: string): readonly string[] =>
  [0, 1, 2].flatMap((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(text)]);
    const whole = bytes.toString('base64').slice(Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6));
    return [whole, whole.replaceAll('+', '-').replaceAll('/', '_')];
  });
const digestsOf = (content: string): readonly string[] => {
  const hash = sha256(content);
  return [hash.toString('hex'), hash.toString('base64').replace('=', ''), hash.toString('base64url')];
};
/** The ways in which a text would show in other bytes, by name. */
const waysOf: Readonly<Record<string, (text: string) => readonly string[]>> = {
  plain: (text) => [text],
  base64: inBase64,
  hex: (text) => [Buffer.from(text).toString('hex')],
  'SHA-256': digestsOf,
  'SHA-256 of its JSON': (text) => digestsOf(JSON.stringify(text)),
};
type Shown = readonly (readonly [shape: string, text: string])[];
const known = new Map<string, Shown>();
const shapesOf = (value: string): Shown => {
  const shapes =
    known.get(value) ?? Object.entries(waysOf).flatMap(([shape, of]) => of(value).map((one) => [shape, one.toLowerCase()] as const));
  known.set(value, shapes);
  return shapes;
};

export type Leak = Mark & { readonly shape: string };
/** Which marked values a text shows, in whatever shape and in capitals too. */
export const leaksOf = (text: string, marks: ReadonlyMap<string, Mark>): readonly Leak[] => {
  const low = text.toLowerCase();
  return [...marks].flatMap(([value, mark]) => {
    const shapes = shapesOf(value).filter(([, one]) => low.includes(one));
    return [...new Set(shapes.map(([shape]) => shape))].map((shape) => ({ ...mark, shape }));
  });
};

/** All objects and lists within a value, itself included. */
const partsOf = (value: unknown): readonly object[] =>
  typeof value === 'object' && value !== null ? [value, ...Object.values(value).flatMap(partsOf)] : [];
/** The parts of what was acted on whose plain digest a text shows: terms that can be guessed are told by it. */
export const digestedParts = (text: string, values: readonly unknown[]): readonly object[] =>
  values.flatMap(partsOf).filter((part) => digestsOf(canonical(part)).some((one) => text.includes(one)));

type Committing = (field: string, value: unknown) => Commitment;
const salted: Committing = (field, value) => ({
  field,
  commitment: commitmentOf({ field, salt: randomBytes(32).toString('base64url'), value: value as never }),
});
/** The entry of an event as it stands in the log. */
export const textOf = (event: Event, committing: Committing = salted): string =>
  canonical(
    entryOf(
      event,
      Object.entries(sealedOf(event)).map(([field, value]) => committing(field, value)),
    ),
  );
