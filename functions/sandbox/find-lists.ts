import type { JoinList } from '../../contracts/join-list.ts';
import type { Ports } from '../../shared/edge/ports.ts';
import type { Stored } from '../../shared/kernel/process.ts';
import type { FindLists } from './gate.ts';
import { joinListOf } from './join-list.process.ts';

/** The lists that a contract may join with, as they are admitted now. One that was matched with other data than `object` is not there. */
export const openFindLists =
  ({ load }: Pick<Ports['door'], 'load'>, entitlement: string, object: string): FindLists =>
  async (name) => {
    if (!/^[a-z][a-z0-9_]{0,39}$/.test(name)) return [];
    const [record] = await load([{ kind: 'joinList', id: joinListOf({ entitlement, name }) }]);
    const list = record as unknown as Stored<typeof JoinList> | undefined;
    return list?.status === 'ready' && list.data.object === object ? [{ name, column: list.data.column, version: list.data.version }] : [];
  };
