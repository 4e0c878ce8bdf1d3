import type { AnalysisRule } from '../../contracts/analysis-rule.ts';
import type { Ground } from './form.ts';
import { typeOf } from './cuts.ts';
import { familyOf } from './literals.ts';

const bounds = { least: 64, most: 1024, spare: 4 } as const;

/**
 * In how many buckets the entities of a cell are looked at: so many that an ordinary cell fills more than its threshold and no bucket is a
 * dominant share of it. Null where buckets can prove nothing: without entities, of a sum that is clamped for each, or where they would not be few.
 */
export function bucketsFor({ entity, minEntities, dominancePercent, measures }: AnalysisRule, summed: readonly string[]): number | null {
  if (entity === null || measures.some(({ column, clamp }) => clamp !== undefined && summed.includes(column))) return null;
  const wanted = bounds.spare * Math.max(minEntities, 100 / dominancePercent, bounds.least / bounds.spare);
  const buckets = 2 ** Math.ceil(Math.log2(wanted));
  return buckets > bounds.most ? null : buckets;
}

const by = (keys: readonly string[], prefix: string): readonly string[] => keys.map((_, index) => `${prefix}${index}`);

/** That a row is of the same cell as one of a relation with the keys `h0`, `h1`…; NULL is a cell like any. */
export const printSameCell = (keys: readonly string[]): string =>
  keys.length === 0 ? 'TRUE' : keys.map((key, index) => `${key} IS NOT DISTINCT FROM h${index}`).join(' AND ');

/**
 * Prints a row for each cell and bucket, as level one has it for each cell and entity, with what is below zero of each sum as `l` beside it. Rows
 * without an entity are in a bucket too: of the buckets of a cell, one may hold no entity.
 */
export function printBuckets(keys: readonly string[], sums: number, buckets: number): string {
  const told = Array.from({ length: sums }, (_, index) => {
    const value = `m${index}`;
    return `sum(${value}) AS s${index}, count(${value}) AS v${index}, sum(least(${value}, 0)) AS l${index}`;
  });
  // Of so small a type that DuckDB finds a group by its number alone, where there is no other key.
  const bucket = `CAST(hash(entity) & ${buckets - 1} AS ${buckets > 256 ? 'USMALLINT' : 'UTINYINT'}) AS entity`;
  const grouped = [...keys, bucket].map((_, index) => index + 1).join(', ');
  return `SELECT ${[...keys, bucket, 'count(*) AS n', ...told].join(', ')} FROM source GROUP BY ${grouped}`;
}

/**
 * Prints the exact number of entities of each cell as `counted`. Whole numbers are marked as bits, sixty-four neighbours in one: that is a row
 * for few of them where they lie close, and never more rows than there are entities. Without cells DuckDB's own count is faster.
 */
export function printCounts(keys: readonly string[], ground: Ground): string {
  const isWhole = familyOf(typeOf(ground.rule.entity ?? '', ground)) === 'integer';
  const cell = keys.map((key, index) => `${key} AS h${index}`);
  const grouped = (columns: readonly string[]): string => (columns.length === 0 ? '' : ` GROUP BY ${columns.join(', ')}`);
  if (!isWhole || keys.length === 0)
    return `SELECT ${[...cell, 'count(DISTINCT entity) AS counted'].join(', ')} FROM source${grouped(keys)}`;
  const marked = [...cell, 'bit_or(CAST(1 AS UBIGINT) << CAST(entity & 63 AS UBIGINT)) AS marks'];
  const marks = `SELECT ${marked.join(', ')} FROM source${grouped([...keys, 'entity - (entity & 63)'])}`;
  const counted = [...by(keys, 'h'), 'CAST(coalesce(sum(bit_count(marks)), 0) AS BIGINT) AS counted'];
  return `SELECT ${counted.join(', ')} FROM (${marks})${grouped(by(keys, 'h'))}`;
}
