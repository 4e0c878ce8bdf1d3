import type { DuckDBResultReader, DuckDBType, Json } from '@duckdb/node-api';
import { DuckDBTypeId } from '@duckdb/node-api';
import type { Cell } from './engine.ts';

const whole: ReadonlySet<DuckDBTypeId> = new Set([DuckDBTypeId.BIGINT, DuckDBTypeId.UBIGINT, DuckDBTypeId.HUGEINT, DuckDBTypeId.UHUGEINT]);

/** Makes a value safe for JSON: whole numbers are numbers as long as they are exact and text beyond, decimals are text, times are ISO 8601. */
function cell(value: Json, type: DuckDBType | undefined): Cell {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value !== 'string') return JSON.stringify(value);
  if (type !== undefined && whole.has(type.typeId)) return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  return type?.typeId === DuckDBTypeId.TIMESTAMP ? value.replace(' ', 'T') : value;
}

/** The rows that a reader holds. */
export function cellsOf(reader: DuckDBResultReader): readonly (readonly Cell[])[] {
  const types = reader.columnTypes();
  return reader.getRowsJson().map((row) => row.map((value, index) => cell(value, types[index])));
}
