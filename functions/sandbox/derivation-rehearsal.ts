import { cellsOf } from './cells.ts';
import { holdsNul, inCalendar, isFormula } from './csv-types.ts';
import { derivedSettings } from './derived-source.ts';
import { maxAddend, maxScale, type Source } from './derivation-expressions.ts';
import type { Derived } from './derivation-grammar.ts';
import type { RehearseDerivation } from './derivation-trial.ts';
import { isUsable } from './fitting.ts';
import { familyOf } from './literals.ts';
import { quote } from './predicate-printing.ts';
import { fill, inEmptyDatabase } from './rehearsal.ts';
import { invented } from './synthetic.ts';

const most = { entities: 8, rowsOfEach: 3, shown: 20 } as const;

/** Rows of a few entities, the same in every source, so that joins find them. They follow from the types alone. */
function inventRows({ columns, entity }: Source): readonly (readonly string[])[] {
  return Array.from({ length: most.entities * most.rowsOfEach }, (_, row) =>
    columns.map(({ name, type }, column) => {
      const pool = invented[familyOf(type) ?? 'any'];
      const turn = name === entity ? row % most.entities : row + column;
      const value = pool[turn % pool.length] ?? '';
      return name === entity && pool === invented.text
        ? `${value}${turn}`
        : name === entity && pool === invented.integer
          ? String(turn)
          : value;
    }),
  );
}

/** The decimals of a number so wide that sums of it could overflow, which would end a query where one person has such a value; else undefined. */
const wideScale = (type: string): number | undefined => {
  const [, width = 0, scale = 0] = /^DECIMAL\(([0-9]+),([0-9]+)\)$/.exec(type)?.map(Number) ?? [];
  return width > 18 ? scale : undefined;
};
/** What Parquet or the gate has no place for becomes what they have. */
const storedAs = (type: string): string => (type === 'HUGEINT' ? 'DECIMAL(38,0)' : (wideScale(type) ?? 0) > maxScale ? 'DOUBLE' : type);

/** None of what it says depends on data. */
export const rehearseDerivation: RehearseDerivation = ({ sql, addends, columns, entity }, sources) =>
  inEmptyDatabase(async (connection) => {
    for (const source of sources) await fill(connection, source.name, { columns: source.columns, rows: inventRows(source) });
    const added = addends === null ? [] : (await connection.runAndReadAll(addends)).columnTypes().map(String);
    if (added.some((type) => (wideScale(type) ?? 0) > maxScale)) throw new RangeError('a sum could overflow');
    const reader = await connection.runAndReadAll(sql);
    const types = reader.columnTypes().map((type, n) => (columns[n]?.name === entity ? String(type) : storedAs(String(type))));
    if (!types.every(isUsable)) throw new RangeError('a type that no rule can use');
    return { types, rows: cellsOf(reader).slice(0, most.shown) };
  }, derivedSettings);

/** NULL for a value that no deposited file may hold either, or that is too great to be added up: to refuse it would tell of the data. */
function printHeld(value: string, type: string): string {
  const family = familyOf(type);
  if (family === 'text') return `CASE WHEN ${isFormula(value)} OR ${holdsNul(value)} THEN NULL ELSE ${value} END`;
  if (wideScale(type) !== undefined) return `CASE WHEN abs(CAST(${value} AS DOUBLE)) < ${maxAddend} THEN ${value} END`;
  if (family === 'double') return `CASE WHEN isfinite(${value}) THEN ${value} END`;
  return family === 'date' || family === 'timestamp' ? `CASE WHEN ${inCalendar(value)} THEN ${value} END` : value;
}

/** A derivation with the types that it was approved with. */
export function printTyped({ sql, columns, entity }: Derived, types: readonly string[]): string {
  const typeOf = (n: number): string => types[n] ?? 'VARCHAR';
  const cast = columns.map(({ name }, n) => `TRY_CAST(${quote(name)} AS ${typeOf(n)}) AS ${quote(name)}`);
  const held = columns.map(({ name }, n) => `${name === entity ? quote(name) : printHeld(quote(name), typeOf(n))} AS ${quote(name)}`);
  return `SELECT ${held.join(', ')} FROM (SELECT ${cast.join(', ')} FROM (${sql}))`;
}
