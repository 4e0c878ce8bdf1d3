import { billionths } from './domains.ts';
import type { Comparison, Cut, Literal, Predicate } from './form.ts';
import { same } from './form.ts';

/** What a comparison admits of one dimension: some values, or all from an end to an end. */
type Admitted = { readonly cut: Cut } & (
  | { readonly values: readonly Literal[] }
  | { readonly by: Exclude<Comparison, '='>; readonly value: Literal }
);
/** Rows that fulfil all of these. */
type Box = readonly Admitted[];

const mostBoxes = 64;

/** Where one value of a list is of floating point, the engine compares with all of them as such. */
const asCompared = (values: readonly Literal[]): readonly Literal[] =>
  values.some(({ kind }) => kind === 'double') ? values.map(({ text }) => ({ kind: 'double', text })) : values;

const known = new WeakMap<Predicate, { readonly boxes: readonly Box[] | undefined }>();

/** A condition as alternatives of conjunctions; undefined where there are too many to look at. */
function boxesOf(predicate: Predicate): readonly Box[] | undefined {
  const found = known.get(predicate) ?? { boxes: alternativesOf(predicate) };
  known.set(predicate, found);
  return found.boxes;
}

function alternativesOf(predicate: Predicate): readonly Box[] | undefined {
  // What stands in a list is not told by the text.
  if (predicate.kind === 'listed') return [[]];
  if (predicate.kind === 'in') return [[{ cut: predicate.cut, values: asCompared(predicate.values) }]];
  if (predicate.kind === 'compare') {
    const { cut, by, value } = predicate;
    return [[by === '=' ? { cut, values: [value] } : { cut, by, value }]];
  }
  let boxes: readonly Box[] = predicate.kind === 'or' ? [] : [[]];
  for (const part of predicate.of) {
    const more = boxesOf(part);
    if (more === undefined) return undefined;
    boxes = predicate.kind === 'or' ? [...boxes, ...more] : boxes.flatMap((box) => more.map((other) => [...box, ...other]));
    if (boxes.length > mostBoxes) return undefined;
  }
  return boxes;
}

/** Minus, zero or plus as one value is below, equal to or above another; undefined where that is not certain to be the engine's order. */
function order(a: Literal, b: Literal): number | undefined {
  const exact = ({ kind }: Literal): boolean => kind === 'integer' || kind === 'decimal';
  if (exact(a) && exact(b)) {
    const difference = billionths(a.text) - billionths(b.text);
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
  }
  if (a.kind === 'double' && b.kind === 'double') return Number(a.text) - Number(b.text);
  const instant = ({ kind, text }: Literal): string | undefined =>
    kind === 'date' ? `${text} 00:00:00` : kind === 'timestamp' ? text : undefined;
  const [left, right] = [instant(a), instant(b)];
  if (left === undefined || right === undefined) return undefined;
  return left < right ? -1 : left > right ? 1 : 0;
}

const differs = (a: Literal, b: Literal): boolean => {
  if (a.kind === b.kind && (a.kind === 'text' || a.kind === 'boolean')) return a.text !== b.text;
  const found = order(a, b);
  return found !== undefined && found !== 0;
};

const holds: Readonly<Record<Exclude<Comparison, '='>, (order: number) => boolean>> = {
  '<': (found) => found < 0,
  '<=': (found) => found <= 0,
  '>': (found) => found > 0,
  '>=': (found) => found >= 0,
};

const isOutside = (value: Literal, range: Extract<Admitted, { readonly by: string }>): boolean => {
  const found = order(value, range.value);
  return found !== undefined && !holds[range.by](found);
};

function excludes(a: Admitted, b: Admitted): boolean {
  if (!same(a.cut, b.cut)) return false;
  if ('values' in a && 'values' in b) return a.values.every((value) => b.values.every((other) => differs(value, other)));
  if ('values' in a) return 'by' in b && a.values.every((value) => isOutside(value, b));
  if ('values' in b) return b.values.every((value) => isOutside(value, a));
  const up = a.by.startsWith('>');
  if (up === b.by.startsWith('>')) return false;
  const [low, high] = up ? [a, b] : [b, a];
  const found = order(low.value, high.value);
  if (found === undefined) return false;
  return found > 0 || (found === 0 && (low.by === '>' || high.by === '<'));
}

/**
 * Whether two conditions cannot both hold for a row, told from their texts alone: one comparison of each, on the same dimension at the same
 * grain, excludes the other, in every pair of alternatives. Never true of conditions that can; where it is not certain it is false.
 */
export function areDisjoint(a: Predicate | null, b: Predicate | null): boolean {
  if (a === null || b === null) return false;
  const [left, right] = [boxesOf(a), boxesOf(b)];
  if (left === undefined || right === undefined) return false;
  return left.every((box) => right.every((other) => box.some((one) => other.some((two) => excludes(one, two)))));
}
