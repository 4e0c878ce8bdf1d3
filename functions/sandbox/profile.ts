import { holdsNul, inCalendar, isFormula } from './csv-types.ts';
import type { Fitted } from './fitting.ts';
import { widerThan, withValues } from './fitting.ts';
import type { IngestedColumn, InspectedColumn, Quality } from './ingestion.ts';
import { familyOf } from './literals.ts';
import { detectPersonal, shareOf } from './personal.ts';
import { quote, quoteText } from './predicate-printing.ts';
import type { Counted } from './quality.ts';
import { assessQuality, describeColumn } from './quality.ts';
import type { Workshop } from './workshop.ts';

const columnsAtOnce = 50;
const sampleRows = 5000;
const firstRows = 200_000;
const day = 86_400_000;

/** The values of a sample that are not NULL, by column; a date stands for all dates, whose heading alone can tell what they are. */
async function sampleOf(
  { texts }: Workshop,
  relation: string,
  columns: readonly { readonly at: string; readonly type: string }[],
): Promise<readonly (readonly string[])[]> {
  const read = columns.filter(({ type }) => !/^(DATE|TIMESTAMP|BOOLEAN)$/.test(type)).map(({ at }) => at);
  const rows = await texts(
    `SELECT ${['TRUE', ...read].map((at) => `${at}::VARCHAR`).join(', ')} FROM ${relation} USING SAMPLE reservoir(${sampleRows} ROWS) REPEATABLE (7)`,
  );
  return columns.map(({ at, type }) => {
    const place = read.indexOf(at) + 1;
    if (place === 0) return type === 'BOOLEAN' ? [] : ['2000-01-01'];
    return rows.map((row) => row[place] ?? '').filter((value) => value !== '');
  });
}

/** Which columns hold no value twice. Exact; most columns show in their first rows that they do. */
async function uniqueOf({ numbers }: Workshop, relation: string, columns: readonly string[], may: readonly boolean[]): Promise<boolean[]> {
  const differs = (each: string): string => `count(DISTINCT ${each}) = count(*)`;
  const unique = [...may];
  for (const rows of [`(SELECT * FROM ${relation} LIMIT ${firstRows})`, relation]) {
    for (const [index, column] of columns.entries()) {
      if (!unique[index]) continue;
      const [[all = 0] = []] = await numbers(`SELECT ${differs(column)} FROM ${rows}`);
      unique[index] = all === 1;
    }
  }
  return unique;
}

/** Tells what is in a finished Parquet file. How many values are NULL its own footer knows. */
export async function describeParquet(
  workshop: Workshop,
  file: string,
  fitted: readonly Fitted[],
  rows: number,
): Promise<IngestedColumn[]> {
  const { numbers, tell } = workshop;
  tell('profiling', 0);
  const path = quoteText(file);
  const nulls = await numbers(`SELECT sum(stats_null_count) FROM parquet_metadata(${path}) GROUP BY column_id ORDER BY column_id`);
  const names = fitted.map(({ name }) => quote(name));
  const relation = `read_parquet(${path})`;
  const values = await sampleOf(
    workshop,
    relation,
    fitted.map(({ type }, index) => ({ at: names[index] ?? '', type })),
  );
  tell('profiling', 50);
  const unique = await uniqueOf(
    workshop,
    relation,
    names,
    nulls.map(([none]) => none === 0),
  );
  return fitted.map(({ name, type }, index) => ({
    name,
    type,
    nullShare: Math.round(((nulls[index]?.[0] ?? 0) * 1000) / rows),
    personal: detectPersonal(name, values[index] ?? []),
    unique: unique[index] ?? false,
  }));
}

/** What is counted of a column, in one pass with all others: as `Counted`, then distinct values, digits, and texts that may not be. */
function countsOf({ from, type }: Fitted, index: number, today: string): readonly string[] {
  const text = type === 'VARCHAR' && from === 'VARCHAR';
  const family = familyOf(type);
  const dated = family === 'date' || family === 'timestamp';
  const c = `c${index}`;
  const value = `v${index}`;
  const plausible = `${value} >= '1900-01-01' AND ${value} <= DATE '${today}' + INTERVAL 1 YEAR`;
  const when = (condition: boolean, sql: string): string => (condition ? sql : 'NULL');
  const bad = text ? `${isFormula(c)} OR ${holdsNul(c)}` : family === 'double' ? `NOT isfinite(${value})` : `NOT ${inCalendar(value)}`;
  return [
    `count(${c})`,
    when(text, `count(*) FILTER (WHERE ${c} = trim(${c}) AND NOT contains(${c}, '\uFFFD'))`),
    when(text, `count(*) FILTER (WHERE ${c} < ':' AND regexp_matches(${c}, '^[+-]?[0-9]+(\\.[0-9]+)?$'))`),
    when(dated, `count(*) FILTER (WHERE ${plausible})`),
    when(dated, `date_diff('day', (max(${value}) FILTER (WHERE ${plausible}))::DATE, DATE '${today}')`),
    `approx_count_distinct(${value})`,
    when(family === 'integer', `coalesce(length(max(abs(${value}::HUGEINT))::VARCHAR), 0)`),
    when(text || dated || family === 'double', `count(*) FILTER (WHERE ${bad})`),
  ];
}

const countsPerColumn = 8;

type Profile = { readonly columns: readonly InspectedColumn[]; readonly quality: Quality; readonly wrong: boolean };

/** Tells what is in a relation of columns `c0`, `c1`…; `wrong` says that some value may not be taken in as it is. */
export async function profile(workshop: Workshop, relation: string, fitted: readonly Fitted[], rows: number): Promise<Profile> {
  const { numbers, tell } = workshop;
  tell('profiling', 0);
  const today = new Date(Math.floor(Date.now() / day) * day).toISOString().slice(0, 10);
  const valued = withValues(relation, fitted);
  const found: number[] = [];
  for (let start = 0; start < fitted.length; start += columnsAtOnce) {
    const batch = fitted.slice(start, start + columnsAtOnce).flatMap((column, place) => countsOf(column, start + place, today));
    const [row = []] = await numbers(`SELECT ${batch.join(', ')} FROM ${valued}`);
    found.push(...row);
    tell('profiling', Math.floor((50 * start) / fitted.length));
  }
  const rowsOfCounts = fitted.map((_, index) => found.slice(index * countsPerColumn, (index + 1) * countsPerColumn));
  const counts: Counted[] = rowsOfCounts.map(([filled = 0, tidy = 0, numeric = 0, plausible = 0, age = 0]) => ({
    filled,
    tidy,
    numeric,
    plausible,
    age,
  }));
  const values = await sampleOf(
    workshop,
    relation,
    fitted.map(({ type }, index) => ({ at: `c${index}`, type })),
  );
  // The estimate may be off by a third; only what may be a key is counted exactly.
  const may = rowsOfCounts.map(([filled = 0, , , , , distinct = 0]) => filled === rows && distinct * 2 >= rows);
  const unique = await uniqueOf(
    workshop,
    valued,
    fitted.map((_, index) => `v${index}`),
    may,
  );
  const columns = fitted.map(({ name, type }, index): InspectedColumn => {
    const counted = counts[index] as Counted;
    const [, , , , , distinct = 0, digits = 0] = rowsOfCounts[index] ?? [];
    const personal = detectPersonal(name, values[index] ?? []);
    return {
      name,
      type,
      alternatives: widerThan(type, digits),
      nullPermille: Math.round(((rows - counted.filled) * 1000) / rows),
      distinctApprox: Math.min(distinct, counted.filled),
      unique: unique[index] ?? false,
      personal,
      ...describeColumn(counted, type === 'VARCHAR', personal === null ? null : shareOf(personal, values[index] ?? [])),
    };
  });
  return { columns, quality: assessQuality(rows, columns, counts), wrong: rowsOfCounts.some((row) => (row[7] ?? 0) > 0) };
}
