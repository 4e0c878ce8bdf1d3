import type { Measure } from '../../contracts/analysis-rule.ts';
import { printBin } from './bins.ts';
import type { Statistic } from './budget.ts';
import { statisticsOf } from './budget.ts';
import type { Place } from './domains.ts';
import { billionths } from './domains.ts';
import type { Cut, Form, Ground } from './form.ts';
import { printPredicate, quote } from './predicate-printing.ts';
import { familyOf } from './literals.ts';
import { quoteText } from './predicate-printing.ts';

/** A cell as the text that `placesOf` gives it, NULL for whatever has none. */
export function printKey({ column, grain }: Cut): string {
  const name = quote(column);
  if (grain === null) return `CAST(${name} AS VARCHAR)`;
  if (typeof grain === 'string') return `strftime(date_trunc('${grain}', ${name}), '%Y-%m-%d %H:%M:%S')`;
  return `CAST(${printBin(name, grain)} AS VARCHAR)`;
}

const decimals = (bound: string): number => bound.split('.')[1]?.length ?? 0;
const most = 9;

/** In how many decimals a measure is added up, so that every sum is a whole number of them: those of its column and clamp, for floating point six. */
export function scaleOf({ column, clamp }: Measure, { columns }: Ground): number {
  const type = columns.find(({ name }) => name === column)?.type ?? '';
  const own = familyOf(type) === 'double' ? 6 : Number(/,([0-9]+)\)$/.exec(type)?.[1] ?? 0);
  return Math.min(most, Math.max(own, decimals(clamp?.min ?? ''), decimals(clamp?.max ?? '')));
}

/** The ends of a measure's clamp in units of its scale; a measure without one cannot be noised. */
export function endsOf(measure: Measure, ground: Ground): { readonly min: bigint; readonly max: bigint } {
  if (measure.clamp === undefined) throw new RangeError('a measure without a clamp');
  const unit = 10n ** BigInt(most - scaleOf(measure, ground));
  return { min: billionths(measure.clamp.min) / unit, max: billionths(measure.clamp.max) / unit };
}

export function measureOf(column: string, { rule }: Ground): Measure {
  const measure = rule.measures.find((each) => each.column === column);
  if (measure === undefined) throw new RangeError('not a measure');
  return measure;
}

/** Clamped before it is made a whole number, which a great value would not survive, and after, since floating point may round past an end. */
function printUnits(sum: string, measure: Measure, ground: Ground): string {
  const { min, max } = measure.clamp ?? { min: '0', max: '0' };
  const ends = endsOf(measure, ground);
  const near = `CASE WHEN ${sum} < ${min} THEN ${min} WHEN ${sum} > ${max} THEN ${max} ELSE ${sum} END`;
  const units = `CAST(replace(CAST(CAST(${near} AS DECIMAL(38,${scaleOf(measure, ground)})) AS VARCHAR), '.', '') AS HUGEINT)`;
  // Of NULL, DuckDB's `greatest` would make the bound.
  return `CASE WHEN ${sum} IS NULL THEN 0 ELSE least(greatest(${units}, ${ends.min}), ${ends.max}) END`;
}

function printOf(statistic: Statistic, ground: Ground): string {
  const { rule } = ground;
  const rows = rule.privacy?.rowsPerCell ?? 1;
  if (statistic.kind === 'entities') return '1';
  if (statistic.kind === 'rows') return rule.entity === null ? '1' : `least(count(*), ${rows})`;
  const name = quote(statistic.column);
  if (statistic.kind === 'values')
    return rule.entity === null ? `CASE WHEN ${name} IS NULL THEN 0 ELSE 1 END` : `least(count(${name}), ${rows})`;
  return printUnits(rule.entity === null ? name : `sum(${name})`, measureOf(statistic.column, ground), ground);
}

/**
 * Prints the query behind a noised answer: for each cell of the public grid that holds anything, its keys `g0`… and its true statistics `t0`…,
 * all as text of whole numbers. It suppresses nothing, since the noise protects; what it answers never leaves the sandbox as it is.
 *
 * Each entity is bounded by its own rows alone: rows in a cell are counted up to `rowsPerCell`, sums are clamped and of fixed point, and of the
 * cells it is in, those outside the domain do not count and `cellsPerEntity` are kept, by a hash of entity and cell. Rows without an entity
 * (NULL) belong to nobody whom a bound could protect, and are left out.
 */
export function printPrivate(form: Form, ground: Ground, places: readonly (readonly Place[])[]): string {
  const { entity, privacy } = ground.rule;
  if (privacy === undefined) throw new RangeError('a rule without privacy');
  const keys = form.groups.map((_, index) => `g${index}`);
  const statistics = statisticsOf(form);
  const told = statistics.map((statistic, index) => `${printOf(statistic, ground)} AS t${index}`);
  const who = entity === null ? [] : [`${quote(entity)} AS entity`];
  const held = [...(entity === null ? [] : [`${quote(entity)} IS NOT NULL`]), ...(form.where === null ? [] : [printPredicate(form.where)])];
  const cells = [...form.groups.map((cut, index) => `${printKey(cut)} AS g${index}`), ...who];
  const grouped = entity === null ? '' : ` GROUP BY ${cells.map((_, index) => index + 1).join(', ')}`;
  const inner = `SELECT ${[...cells, ...told].join(', ')} FROM data${held.length > 0 ? ` WHERE ${held.join(' AND ')}` : ''}${grouped}`;
  const inside = keys.map((key, index) => `${key} IN (${[...new Set(places.map((row) => quoteText(row[index]?.key ?? '')))].join(', ')})`);
  const bounded =
    entity === null || keys.length === 0
      ? ''
      : ` QUALIFY row_number() OVER (PARTITION BY entity ORDER BY hash(entity, ${keys.join(', ')}), ${keys.join(', ')}) <= ${privacy.cellsPerEntity}`;
  const sums = statistics.map((_, index) => `CAST(coalesce(sum(t${index}), 0) AS VARCHAR) AS t${index}`);
  return [
    `WITH entities AS (${inner}), bounded AS (SELECT * FROM entities${inside.length > 0 ? ` WHERE ${inside.join(' AND ')}` : ''}${bounded})`,
    `SELECT ${[...keys, ...sums].join(', ')} FROM bounded`,
    ...(keys.length > 0 ? [`GROUP BY ${keys.join(', ')}`] : []),
  ].join(' ');
}
