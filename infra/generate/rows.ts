import { seatsOf } from '../../shared/kernel/decide.ts';
import type { AnyAction, Contract, Process } from '../../shared/kernel/process.ts';

export type Row = AnyAction<Contract>;

/** The rows of a table by the names of their actions. */
export const rowsOf = (process: Process): readonly (readonly [string, Row])[] =>
  Object.entries(process.actions as Readonly<Record<string, Row>>);
export const rowOf = (process: Process, action: string): Row => {
  const row = (process.actions as Readonly<Record<string, Row>>)[action];
  if (!row) throw new RangeError(`${process.contract.kind} has no ${action}`);
  return row;
};
/** Who takes an action: the labels of its seats. */
export const labelsOf = (row: Row): readonly string[] => seatsOf(row).map(({ label }) => label);
