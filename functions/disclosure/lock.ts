import type { Item, Key, Operation, Table } from '../../shared/store/table.ts';
import { emptyRoot } from './merkle.ts';

export const lockKey: Key = { pk: 'log', sk: 'lock' };
export const pendingPartition = 'pending';
/** Where a disclosed event stands: with its index and since when, once it is sequenced. */
export const standingKey = (event: string): Key => ({ pk: `event#${event}`, sk: 'entry' });

/** What is committed: the one truth about the log, moved only by compare-and-swap on `n`. It is not signed until it stands here. */
export type Lock = {
  readonly n: number;
  readonly size: number;
  readonly root: string;
  readonly staging: string;
  readonly applied: boolean;
  readonly at: string;
  /** The keys that the log has last announced. */
  readonly keys: readonly string[];
};
const noLock: Lock = { n: 0, size: 0, root: Buffer.from(emptyRoot).toString('hex'), staging: '', applied: true, at: '', keys: [] };

const lockOf = (item: Item | undefined): Lock => (item === undefined ? noLock : (item as unknown as Lock));

/** The lock of a log: one, never put back from a backup. */
export const openLock = (table: Table) => ({
  read: async (): Promise<Lock> => lockOf((await table.get([lockKey]))[0]),
  /** Moves the lock, and all that is `beside` it, in one transaction. Undefined where another was faster. */
  swap: async (from: Lock, to: Omit<Lock, 'n'>, beside: readonly Operation[] = []): Promise<Lock | undefined> => {
    const next = { ...to, n: from.n + 1 };
    const stands = from.n === 0 ? ({ absent: true } as const) : { equals: { n: from.n } };
    const result = await table.transact([{ put: { ...lockKey, ...next }, if: stands }, ...beside]);
    return 'ok' in result ? next : undefined;
  },
});
