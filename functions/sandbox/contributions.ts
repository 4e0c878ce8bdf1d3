import type { AnalysisRule } from '../../contracts/analysis-rule.ts';
import { statisticsOf, type Statistic } from './budget.ts';
import type { Shares } from './dominance.ts';
import type { Atom } from './suppression.ts';
import type { Cell } from './engine.ts';
import type { Form } from './form.ts';
import { quote } from './predicate-printing.ts';

/** What entities add to a number of a cell: rows, values of a column, or their sum, which may be clamped for each. */
export type Measured = { readonly number: string } & (
  | { readonly kind: 'rows' }
  | { readonly kind: 'values'; readonly column: string }
  | { readonly kind: 'sum'; readonly column: string; readonly clamp?: { readonly min: string; readonly max: string } }
);

/** The number that a statistic tells of. All counts are one: rows, entities and values are the same where each entity has one row with one value. */
export const numberOf = (statistic: Statistic): string => (statistic.kind === 'sum' ? `sum:${statistic.column}` : 'count');

/** By what the dominance of an answer's cells is measured, as `printForm` does. Entities add one each, and dimensions alone tell no number. */
export function measuredOf(form: Form, { measures }: Pick<AnalysisRule, 'measures'>): readonly Measured[] {
  const isShown = form.outputs.some(({ output }) => output.kind !== 'dimension');
  return statisticsOf(form).flatMap((each): readonly Measured[] => {
    if (each.kind === 'entities' || !isShown) return [];
    if (each.kind !== 'sum') return [{ number: numberOf(each), ...each }];
    const clamp = measures.find(({ column }) => column === each.column)?.clamp;
    return [{ number: numberOf(each), kind: 'sum', column: each.column, ...(clamp === undefined ? {} : { clamp }) }];
  });
}

const mostNamed = 10;

/** How many of an atom's contributors have to be known: of so many at most one can be above the share. */
export const namedFor = (percent: number): number => Math.min(mostNamed, Math.max(3, Math.ceil(100 / percent)));

/** What is measured, under which percentage, and below how many entities they are named. */
type By = { readonly percent: number; readonly of: readonly Measured[]; readonly most: number };

/** Beyond all that can be added up: who holds an infinite value dominates whatever it is in. */
const endless = '1e300';

/** What one contributor adds, as a number: an entity by all its rows in an atom, or a row where each is its own. */
function printPart(measured: Measured, entity: string | null): string {
  if (measured.kind === 'rows') return entity === null ? 'CAST(1 AS DOUBLE)' : 'CAST(count(*) AS DOUBLE)';
  const column = `data.${quote(measured.column)}`;
  if (measured.kind === 'values')
    return entity === null ? `CASE WHEN ${column} IS NULL THEN 0e0 ELSE 1e0 END` : `CAST(count(${column}) AS DOUBLE)`;
  const sum = `CAST(${entity === null ? column : `sum(${column})`} AS DOUBLE)`;
  const { clamp } = measured;
  const clamped =
    clamp === undefined
      ? sum
      : `CASE WHEN ${sum} < ${clamp.min} THEN ${clamp.min} WHEN ${sum} > ${clamp.max} THEN ${clamp.max} ELSE ${sum} END`;
  return `CASE WHEN isfinite(${sum}) THEN abs(CAST(${clamped} AS DOUBLE)) WHEN ${sum} IS NULL THEN NULL ELSE ${endless} END`;
}

/** Prints what is known of each contributor of an atom; where each row is one, of all together. */
export const printParts = ({ percent, of }: By, entity: string | null): string =>
  of
    .map((measured, index) => {
      const part = printPart(measured, entity);
      return entity === null
        ? `, sum(${part}) AS "~total${index}", count(${part}) AS "~held${index}", CAST(max(${part}, ${namedFor(percent)}) AS VARCHAR) AS "~top${index}"`
        : `, ${part} AS "~part${index}"`;
    })
    .join('');

/** How many columns `printShares` prints of each number. */
export const partsOfShare = 5;

/**
 * Prints, from these, of each measured number of an atom: its size; what the largest contributors add, and hashes of who they are; how many
 * entities have a value at all, and hashes of them where they are few.
 */
export const printShares = ({ percent, of, most }: By, entity: string | null): string =>
  of
    .map(({ kind }, index) => {
      const [part, named] = [`"~part${index}"`, namedFor(percent)];
      const name = 'CAST(hash("~entity") AS VARCHAR)';
      const who = `CASE WHEN ${part} IS NULL THEN NULL ELSE "~entity" END`;
      const told =
        entity === null
          ? [`any_value("~total${index}")`, `any_value("~top${index}")`, "''", `any_value("~held${index}")`, 'NULL']
          : [
              `sum(${part})`,
              `CAST(max(${part}, ${named}) AS VARCHAR)`,
              `CAST(arg_max(hash("~entity"), ${part}, ${named}) AS VARCHAR)`,
              // Rows and values are counted of every entity, if only as none.
              ...(kind === 'sum'
                ? [
                    `count(${who})`,
                    `CASE WHEN count(${who}) < ${most} THEN coalesce(string_agg(CASE WHEN ${who} IS NULL THEN NULL ELSE ${name} END, ','), '') END`,
                  ]
                : ['NULL', 'NULL']),
            ];
      return told.map((each, column) => `, ${each} AS "~share${index}.${column}"`).join('');
    })
    .join('');

/** What is known of a number of an atom: who makes it what it is, and the atom as it is where only those with a value count. */
export type Share = { readonly shares: Shares; readonly holders?: Atom };

/** Reads them. A row that is its own entity is in one atom only. */
export function readShare(parts: readonly (Cell | undefined)[], atom: number, { percent }: By): Share {
  const [total, top, whose, held, few] = parts;
  const values = typeof top === 'string' ? (JSON.parse(top) as readonly number[]) : [];
  const names = typeof whose === 'string' ? whose.replace(/[[\] ]/g, '').split(',') : [];
  return {
    shares: {
      total: Number(total ?? 0),
      top: values.map((value, index) => ({ who: names[index] || `${atom}/${index}`, value })),
      isAll: values.length < namedFor(percent),
    },
    ...(typeof held === 'number' ? { holders: { entities: held, ...namedIn(few) } } : {}),
  };
}

/** Who is in an atom, where they are few enough to be named. */
export const namedIn = (names: Cell | undefined): { readonly few?: readonly string[] } =>
  typeof names === 'string' || typeof names === 'number' ? { few: names === '' ? [] : String(names).split(',') } : {};
