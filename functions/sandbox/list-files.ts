import { join } from 'node:path';
import type { JoinList } from '../../contracts/join-list.ts';
import type { Ports } from '../../shared/edge/ports.ts';
import type { Stored } from '../../shared/kernel/process.ts';
import type { Files } from './engine.ts';
import type { Predicate } from './form.ts';
import type { FindLists } from './gate.ts';
import { joinListOf } from './join-list.process.ts';
import { listKey } from './join-lists.ts';
import { viewOf } from './predicate-printing.ts';
import type { Task } from './task.ts';

/** The lists that a contract may join with, as they are admitted now. One that was matched with other data than `object` is not there. */
export const openFindLists =
  ({ load }: Pick<Ports['door'], 'load'>, entitlement: string, object: string): FindLists =>
  async (name) => {
    if (!/^[a-z][a-z0-9_]{0,39}$/.test(name)) return [];
    const [record] = await load([{ kind: 'joinList', id: joinListOf({ entitlement, name }) }]);
    const list = record as unknown as Stored<typeof JoinList> | undefined;
    return list?.status === 'ready' && list.data.object === object ? [{ name, column: list.data.column, version: list.data.version }] : [];
  };

const versionsIn = (where: Predicate | null): readonly number[] => {
  if (where === null) return [];
  if ('of' in where) return where.of.flatMap(versionsIn);
  return where.kind === 'listed' ? [where.version] : [];
};

/** What SQL that tests these conditions joins with; undefined where a list is not there. */
export type ListFiles = (conditions: readonly (Predicate | null)[]) => Promise<Omit<Files, 'data'> | undefined>;

/** The lists of a resource as files, each fetched once. */
export const openListFiles = ({ folder, fetch }: Pick<Task, 'folder' | 'fetch'>, resource: string): ListFiles => {
  const fetched = new Map<number, Promise<string | undefined>>();
  const fileOf = (version: number): Promise<string | undefined> => {
    const path = join(folder, `${viewOf(version)}.parquet`);
    const file = fetched.get(version) ?? fetch(listKey(resource, version), path).then((found) => (found ? path : undefined));
    fetched.set(version, file);
    return file;
  };
  return async (conditions) => {
    const files: Record<string, string> = {};
    for (const version of new Set(conditions.flatMap(versionsIn))) {
      const file = await fileOf(version);
      if (file === undefined) return undefined;
      files[viewOf(version)] = file;
    }
    return files;
  };
};
