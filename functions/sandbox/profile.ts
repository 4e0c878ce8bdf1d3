import { join } from 'node:path';
import type { IngestionRefusal } from './csv-header.ts';
import { refuse } from './csv-header.ts';
import { countWhere } from './csv-types.ts';
import type { Fitted } from './fitting.ts';
import { countUnfit, firstMisfit, misfitAt, widerThan, withValues } from './fitting.ts';
import type { IngestedColumn, InspectedColumn, Quality } from './ingestion.ts';
import { familyOf } from './literals.ts';
import { detectPersonal, shareOf } from './personal.ts';
import { quote, quoteText } from './predicate-printing.ts';
import type { Counted } from './quality.ts';
import { assessQuality, describeColumn } from './quality.ts';
import type { Guess, TextSource } from './text-source.ts';
import { isDoubtful, proveTypes, sampled, sampleTable } from './text-source.ts';
import type { Workshop } from './workshop.ts';

const columnsAtOnce = 50;
const keysAtOnce = 8;
const firstRows = 200_000;
const bitsPerRow = 8;
const mostBits = 2 ** 28;
const day = 86_400_000;

/** The values of a sample that are not NULL, by column; a date stands for all dates, whose heading alone can tell what they are. */
async function sampleOf(
  { texts }: Workshop,
  sample: string,
  columns: readonly { readonly at: string; readonly type: string }[],
): Promise<readonly (readonly string[])[]> {
  const read = columns.filter(({ type }) => !/^(DATE|TIMESTAMP|BOOLEAN)$/.test(type)).map(({ at }) => at);
  const rows = await texts(`SELECT ${['TRUE', ...read].map((at) => `${at}::VARCHAR`).join(', ')} FROM ${sample}`);
  return columns.map(({ at, type }) => {
    const place = read.indexOf(at) + 1;
    if (place === 0) return type === 'BOOLEAN' ? [] : ['2000-01-01'];
    return rows.map((row) => row[place] ?? '').filter((value) => value !== '');
  });
}

/** Columns by what they are called in a relation that holds at least those that are asked for; reading text is dear. */
type Named = {
  readonly names: readonly string[];
  readonly types: readonly string[];
  readonly relation: (which: readonly number[]) => string;
  readonly isText: boolean;
};

/**
 * Whether a column of whole numbers, of which none is NULL, holds none of them twice: exact, by a bit for each number from the least to the
 * greatest. Undefined where that would be too many bits. Running numbers, the commonest keys, cost next to nothing so.
 */
async function isDenseKey({ numbers }: Workshop, from: string, name: string, type: string, rows: number): Promise<boolean | undefined> {
  if (familyOf(type) !== 'integer') return undefined;
  const [[least = Number.NaN, greatest = Number.NaN] = []] = await numbers(`SELECT min(${name}), max(${name}) FROM ${from}`);
  const isExact = Number.isSafeInteger(least) && Number.isSafeInteger(greatest);
  if (!isExact || greatest - least >= Math.min(bitsPerRow * rows, mostBits)) return undefined;
  const [[held] = []] = await numbers(`SELECT bit_count(bitstring_agg(${name}, ${least}::${type}, ${greatest}::${type})) FROM ${from}`);
  return held === rows;
}

/** Where several keys are to be counted in a text, they are read once and put beside. */
async function besideText({ workspace, run }: Workshop, { names, relation, isText }: Named, which: readonly number[]): Promise<string> {
  if (!isText || which.length < 3) return relation(which);
  const beside = quoteText(join(workspace, 'keys.parquet'));
  const columns = which.map((index) => names[index] ?? '').join(', ');
  await run('profiling', `COPY (SELECT ${columns} FROM ${relation(which)}) TO ${beside} (FORMAT parquet, COMPRESSION lz4)`);
  return `read_parquet(${beside})`;
}

/** Which columns hold no value twice. Exact; most columns show in their first rows that they do. */
async function uniqueOf(workshop: Workshop, named: Named, rows: number, may: readonly boolean[]): Promise<boolean[]> {
  const { names, types, relation, isText } = named;
  const unique = [...may];
  const open = (): readonly number[] => unique.flatMap((is, index) => (is ? [index] : []));
  const count = async (batch: readonly number[], from: string, limit: string): Promise<void> => {
    const columns = batch.map((index) => names[index] ?? '');
    const [row = []] = await workshop.numbers(
      `SELECT ${columns.map((each) => `count(DISTINCT ${each}) = count(*)`).join(', ')} FROM (SELECT ${columns.join(', ')} FROM ${from}${limit})`,
    );
    for (const [place, index] of batch.entries()) unique[index] = row[place] === 1;
  };
  const first = open();
  for (let start = 0; start < first.length; start += keysAtOnce) {
    const batch = first.slice(start, start + keysAtOnce);
    await count(batch, relation(batch), ` LIMIT ${firstRows}`);
  }
  if (rows <= firstRows) return unique;
  const left = open();
  const from = await besideText(workshop, named, left);
  // One at a time: each may take all the memory there is.
  for (const index of left) {
    const dense = isText ? undefined : await isDenseKey(workshop, from, names[index] ?? '', types[index] ?? '', rows);
    if (dense === undefined) await count([index], from, '');
    else unique[index] = dense;
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
    sampled(relation),
    fitted.map(({ type }, index) => ({ at: names[index] ?? '', type })),
  );
  tell('profiling', 50);
  const unique = await uniqueOf(
    workshop,
    { names, types: fitted.map(({ type }) => type), relation: () => relation, isText: false },
    rows,
    nulls.map(([none]) => none === 0),
  );
  return fitted.map(({ name, type }, index) => ({
    name,
    type,
    nullShare: Math.round(((nulls[index]?.[0] ?? 0) * 1000) / Math.max(1, rows)),
    personal: detectPersonal(name, values[index] ?? []),
    unique: unique[index] ?? false,
  }));
}

const blanks = [' ', '\u00a0', '\u3000'];
/** Without a blank at either end, and without a character that was lost in a conversion. */
const isTidy = (x: string): string =>
  `${x} >= '!' AND NOT ${[...blanks.flatMap((blank) => [`starts_with(${x}, '${blank}')`, `suffix(${x}, '${blank}')`]), `contains(${x}, '\uFFFD')`].join(` AND NOT `)}`;

/** What is counted of a column, in one pass with all others: as `Counted`, then distinct values, digits, and values that may not be. */
function countsOf(column: Fitted, index: number, today: string): readonly string[] {
  const { from, type } = column;
  const text = type === 'VARCHAR' && from === 'VARCHAR';
  const family = familyOf(type);
  const dated = family === 'date' || family === 'timestamp';
  const [c, v] = [`c${index}`, `v${index}`];
  const plausible = `${v} >= '1900-01-01' AND ${v} <= DATE '${today}' + INTERVAL 1 YEAR`;
  const when = (condition: boolean, sql: string): string => (condition ? sql : 'NULL');
  const largest = family === 'integer' ? `max(abs(${v}::HUGEINT))` : `max(abs(${v}))`;
  return [
    `count(${c})`,
    when(text, countWhere(isTidy(c))),
    when(text, countWhere(`${c} < ':' AND regexp_matches(${c}, '^[+-]?[0-9]+(\\.[0-9]+)?$')`)),
    when(dated, countWhere(plausible)),
    when(dated, `date_diff('day', max(CASE WHEN ${plausible} THEN ${v} END)::DATE, DATE '${today}')`),
    `approx_count_distinct(${v})`,
    when(family === 'integer' || family === 'decimal', `coalesce(length(replace(${largest}::VARCHAR, '.', '')), 0)`),
    countUnfit(column, index),
  ];
}

const countsPerColumn = 8;
/** The counts of a column without a value, which is text. */
const noCounts: readonly number[] = [0, 0, 0, Number.NaN, Number.NaN, 0, Number.NaN, 0];

/** Columns of a relation as they are to be told of; of a text also what their types were guessed from. */
export type Profiled = {
  readonly relation: string;
  readonly columns: readonly Fitted[];
  readonly guessed?: { readonly source: TextSource; readonly guess: Guess };
};

type Profile = { readonly rows: number; readonly columns: readonly InspectedColumn[]; readonly quality: Quality };

/** The rows and, by the number of a column, what is counted of it. */
async function countAll(
  { numbers, tell }: Workshop,
  relation: string,
  fitted: readonly Fitted[],
  which: readonly number[],
): Promise<{ readonly rows: number; readonly counts: ReadonlyMap<number, readonly number[]> }> {
  const today = new Date(Math.floor(Date.now() / day) * day).toISOString().slice(0, 10);
  const counts = new Map<number, readonly number[]>();
  let rows = 0;
  for (let start = 0; start < which.length; start += columnsAtOnce) {
    const batch = which.slice(start, start + columnsAtOnce);
    const counted = batch.flatMap((index) => countsOf(fitted[index] as Fitted, index, today));
    const [[all = 0, ...found] = []] = await numbers(
      `SELECT count(*), ${counted.join(', ')} FROM ${withValues(relation, fitted, { which: batch })}`,
    );
    rows = all;
    for (const [place, index] of batch.entries()) counts.set(index, found.slice(place * countsPerColumn, (place + 1) * countsPerColumn));
    tell('profiling', Math.floor((50 * start) / which.length));
  }
  return { rows, counts };
}

/** Counts under the types that were guessed and, of columns whose guess does not hold for every row, under those that do. */
async function countProven(workshop: Workshop, { relation, columns, guessed }: Profiled) {
  const first = await countAll(workshop, relation, columns, [...columns.keys()]);
  const counts = new Map(first.counts);
  if (guessed === undefined) return { rows: first.rows, fitted: columns, counts };
  const { source, guess } = guessed;
  const wrong = [...counts].flatMap(([index, [filled = 0, , , , , , , unfit = 0]]) =>
    isDoubtful(guess, index, filled, unfit) ? [index] : [],
  );
  const { types } = await proveTypes(workshop, source, guess, wrong);
  const typed = columns.map((column, index) => ({
    ...column,
    type: counts.get(index)?.[0] === 0 ? 'VARCHAR' : (types[index] ?? 'VARCHAR'),
  }));
  const again = await countAll(workshop, relation, typed, wrong);
  for (const [index, found] of again.counts) counts.set(index, found);
  for (const [index, [filled]] of counts) if (filled === 0) counts.set(index, noCounts);
  return { rows: first.rows, fitted: typed, counts };
}

/** Too many rows, or none. */
export const refuseRows = (rows: number, { limits }: Pick<Workshop, 'limits'>): IngestionRefusal | undefined => {
  if (rows === 0) return refuse('csv_no_rows');
  return rows > limits.rows ? refuse('csv_too_many_rows', { row: limits.rows + 1 }) : undefined;
};

/** Tells what is in a relation of columns `c0`, `c1`…, or which of its values may not be taken in as it is. */
export async function profile(workshop: Workshop, profiled: Profiled): Promise<Profile | IngestionRefusal> {
  workshop.tell('profiling', 0);
  const { relation, guessed } = profiled;
  const { rows, fitted, counts: found } = await countProven(workshop, profiled);
  const refusal = refuseRows(rows, workshop);
  if (refusal !== undefined) return refusal;
  const countsAt = (index: number): readonly number[] => found.get(index) ?? [];
  if (fitted.some((_, index) => (countsAt(index)[7] ?? 0) > 0)) {
    const [misfit = []] = await workshop.numbers(firstMisfit(relation, fitted));
    return misfitAt(misfit);
  }
  const counts: Counted[] = fitted.map((_, index) => {
    const [filled = 0, tidy = 0, numeric = 0, plausible = 0, age = 0] = countsAt(index);
    return { filled, tidy, numeric, plausible, age };
  });
  const values = await sampleOf(
    workshop,
    guessed === undefined ? sampled(relation) : sampleTable,
    fitted.map(({ type }, index) => ({ at: `c${index}`, type })),
  );
  // The estimate may be off by a third; only what may be a key is counted exactly.
  const may = fitted.map((_, index) => counts[index]?.filled === rows && (countsAt(index)[5] ?? 0) * 2 >= rows);
  const keys: Named = {
    names: fitted.map((_, index) => `v${index}`),
    types: fitted.map(({ type }) => type),
    relation: (which) => withValues(relation, fitted, { which }),
    isText: guessed !== undefined,
  };
  const unique = await uniqueOf(workshop, keys, rows, may);
  const columns = fitted.map(({ name, type }, index): InspectedColumn => {
    const counted = counts[index] as Counted;
    const [, , , , , distinct = 0, digits = 0] = countsAt(index);
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
  return { rows, columns, quality: assessQuality(rows, columns, counts) };
}
