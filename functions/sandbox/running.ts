import { join } from 'node:path';
import type { Question } from './answering.ts';
import type { Engine, Limits } from './engine.ts';
import type { Predicate } from './form.ts';
import { listKey } from './join-lists.ts';
import { viewOf } from './predicate-printing.ts';
import type { Task } from './task.ts';

const versionsIn = (where: Predicate | null): readonly number[] => {
  if (where === null) return [];
  if ('of' in where) return where.of.flatMap(versionsIn);
  return where.kind === 'listed' ? [where.version] : [];
};

/** Where printed SQL runs: over the file behind `data`, within limits of which a question may have others, until it is called off. */
type Place = {
  readonly engine: Engine;
  readonly resource: string;
  readonly data: string;
  readonly limits: Limits;
  readonly signal: AbortSignal;
};

/** Runs SQL over a table and the lists that its conditions name, each of which is fetched once. Without one of them it is `query_failed`. */
export const openRun = ({ folder, fetch }: Pick<Task, 'folder' | 'fetch'>, place: Place): Question['run'] => {
  const { engine, resource, data, limits, signal } = place;
  const fetched = new Map<number, Promise<string | undefined>>();
  const fileOf = (version: number): Promise<string | undefined> => {
    const path = join(folder, `${viewOf(version)}.parquet`);
    const file = fetched.get(version) ?? fetch(listKey(resource, version), path).then((found) => (found ? path : undefined));
    fetched.set(version, file);
    return file;
  };
  return async (sql, conditions, most = limits) => {
    const files: Record<string, string> = {};
    for (const version of new Set(conditions.flatMap(versionsIn))) {
      const file = await fileOf(version);
      if (file === undefined) return { refused: 'query_failed' };
      files[viewOf(version)] = file;
    }
    return engine.runQuery({ sql, files: { ...files, data }, limits: { ...limits, ...most }, signal });
  };
};
