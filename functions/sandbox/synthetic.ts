import type { AnalysisRule, Dimension, Measure } from '../../contracts/analysis-rule.ts';
import type { Column, Form, Literal, Predicate } from './form.ts';
import type { Family } from './literals.ts';
import { familyOf } from './literals.ts';

/** Invented rows: values as text that casts to the type of their column, or null. `entities` is how many people are in each cell. */
export type Sample = {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly (readonly string[])[];
  readonly entities: number;
  /** The column of which all values stand in the list that the question joins with. */
  readonly listed?: string;
};

const most = { entities: 300, cells: 24, values: 6 } as const;

/** Numbers in [0, 1) that follow from a seed (mulberry32). They invent rows and protect nothing. */
function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const days = ['2024-01-15', '2024-01-16', '2024-07-15', '2025-01-15'];
/** A few values of each family, from which rows are invented. */
export const invented: Readonly<Record<Family, readonly string[]>> = {
  text: ['甲', '乙', '丙', '丁'],
  any: ['甲', '乙', '丙', '丁'],
  boolean: ['true', 'false'],
  integer: ['0', '10', '20', '30'],
  decimal: ['0', '10', '20', '30'],
  double: ['0', '10', '20', '30'],
  date: days,
  timestamp: days.map((day) => `${day} 08:00:00`),
};

/** What the rule makes public of the values of a dimension, or else values of its family and grain. */
function usual({ domain, grain }: Dimension, family: Family): readonly string[] {
  if (Array.isArray(domain)) return domain;
  const bin = typeof grain === 'object' ? grain.bin : 1;
  if (domain === undefined) return typeof grain === 'object' ? [0, 1, 2, 3].map((n) => String(n * bin)) : invented[family];
  if (family === 'date' || family === 'timestamp') return [domain.from];
  return [0, 1, 2, 3].map((n) => String(Number(domain.from) + n * bin)).filter((value) => Number(value) < Number(domain.to));
}

/** Values that the buyer wrote about a column: with them in the sample, a question finds what it asks for. */
function mentioned(where: Predicate | null, column: string): readonly Literal[] {
  if (where === null) return [];
  if ('of' in where) return where.of.flatMap((part) => mentioned(part, column));
  if (where.cut.column !== column) return [];
  if (where.kind === 'listed') return [];
  return where.kind === 'in' ? where.values : [where.value];
}

/** Only what certainly casts: other than text, a literal is a number, a date or a truth value, and of an integer column a whole number. */
const casts = ({ kind, text }: Literal, family: Family): boolean =>
  family !== 'integer' || (kind === 'integer' && /^-?[0-9]{1,9}$/.test(text));

/** A measure's values lie inside its clamp, where there is one. */
function valueOf({ clamp }: Measure, family: Family, share: number): string {
  const low = clamp === undefined ? 0 : Math.max(-1e9, Number(clamp.min));
  const high = clamp === undefined ? 100 : Math.min(1e9, Number(clamp.max));
  const value = low + (high - low) * share;
  return family === 'integer' ? String(Math.round(value)) : value.toFixed(2);
}

/**
 * Invents a small table from a rule, never from data: each dimension with a few values of its public domain (or of its type and grain), each
 * measure inside its clamp, and in every cell as many people as the rule demands, at most 300. The same rule, question and seed give the same
 * table. `columns` tell types only; `form` adds the values that the question itself speaks of.
 */
export function synthesise(rule: AnalysisRule, columns: readonly Column[], form: Pick<Form, 'where'>, seed = 1): Sample {
  const random = sequence(seed);
  const typeOf = (name: string): string => columns.find((column) => column.name === name)?.type ?? 'ANY';
  const family = (name: string): Family => familyOf(typeOf(name)) ?? 'any';
  const spoken = [...rule.dimensions, ...rule.measures].map(({ column }) => column).concat(rule.entity ?? []);
  const joinable = (rule.joinable ?? []).filter((column) => !spoken.includes(column));
  const names = [...spoken, ...joinable];
  const pools = rule.dimensions.map((dimension) => {
    const own = family(dimension.column);
    const asked = mentioned(form.where, dimension.column).filter((literal) => casts(literal, own));
    return [...new Set([...asked.map(({ text }) => text), ...usual(dimension, own)])].slice(0, most.values);
  });
  // The first cells take the first value of each dimension, then the second…, so that values which are asked for together are found together.
  const cells = Array.from({ length: most.cells }, (_, index) =>
    pools.map((pool) => pool[index < most.values ? index % pool.length : Math.floor(random() * pool.length)] ?? ''),
  );
  const entities = Math.min(most.entities, Math.max(rule.minEntities, 2 * Math.ceil(100 / rule.dominancePercent)));
  const rows = cells.flatMap((cell) =>
    Array.from({ length: entities }, (_, index) => [
      ...cell,
      ...rule.measures.map((measure) => valueOf(measure, family(measure.column), 0.4 + 0.2 * random())),
      ...(rule.entity === null ? [] : [String(index + 1)]),
      ...joinable.map((column) => invented[family(column)][index % 4] ?? ''),
    ]),
  );
  return { columns: names.map((name) => ({ name, type: typeOf(name) })), rows, entities };
}
