import type { Blobs } from '../../shared/blobs/blobs.ts';
import type { LedgerPorts } from '../../shared/edge/ledger.ts';
import { canonical } from '../../shared/kernel/canonical.ts';
import type { Item, Operation, Table } from '../../shared/store/table.ts';
import { announcement } from './announcement.ts';
import { openLock, pendingPartition, standingKey, type Lock } from './lock.ts';
import { signCheckpoint, verifierKey } from './note.ts';
import { LedgerForked, openPublishing, type Published } from './publishing.ts';
import { openStaging, stagingKey, type Row, type Staged } from './staging.ts';
import { emptyEdge, extend, readEdge, type Edge } from './tiles.ts';

/** Most entries in one batch. */
const most = 1000;
/** The rows of one transaction: two operations each, beside the lock, and a table takes a hundred. */
const rowsAtOnce = 49;

export type SequencerPorts = {
  readonly table: Table;
  /** Where a batch lies between its commit and its end. */
  readonly staging: Blobs;
  readonly ledger: Pick<LedgerPorts, 'log' | 'earlier' | 'signers'>;
  readonly now: () => Date;
};
type Batch = { readonly lock: Omit<Lock, 'n'>; readonly edge: Edge; readonly staged: Staged };
type Committed = { readonly lock: Lock; readonly staged: Staged; readonly seen?: Published };

const placeOf = (item: Item): readonly [record: string, n: number] => {
  const event = String(item['event']);
  const dot = event.lastIndexOf('.');
  return [event.slice(0, dot), Number(event.slice(dot + 1))];
};
/** What pends, by time; but the events of one record in the order of their numbers, whatever its clock said meanwhile. */
const inOrder = (items: readonly Item[]): readonly Item[] => {
  const records = Map.groupBy(items, (item) => placeOf(item)[0]);
  for (const [record, events] of records)
    records.set(
      record,
      events.toSorted((a, b) => placeOf(b)[1] - placeOf(a)[1]),
    );
  return items.flatMap((item) => records.get(placeOf(item)[0])?.pop() ?? []);
};
const rowOf = ({ sk, event }: Item): Row => ({ sk, event: String(event) });

/** What becomes of rows once the tree that holds them is public: each is marked with its index and pends no longer. */
const marksOf = ({ size, at }: Lock, rows: readonly Row[], origin: string): readonly Operation[] =>
  rows.flatMap(({ sk, event }, n) => [
    { put: { ...standingKey(event), index: size - rows.length + n, since: at, origin } },
    { delete: { pk: pendingPartition, sk } },
  ]);

/** Builds what follows a lock from what is pending, and stages it. Nothing of it is signed, public, or committed. */
const openBuilding = ({ staging, ledger, now }: SequencerPorts) => {
  const keys = ledger.signers.map((signer) => verifierKey(ledger.log.origin, signer.publicKey));
  const { put } = openStaging(staging);
  return async (lock: Lock, pending: readonly Item[], warm: Edge | undefined): Promise<Batch | undefined> => {
    const announced = canonical(keys) === canonical(lock.keys) ? [] : [announcement(ledger, keys, lock.n, now().toISOString())];
    const texts = [...announced, ...pending.map((item) => String(item['text']))];
    if (texts.length === 0) return undefined;
    const edge = warm?.size === lock.size ? warm : lock.size === 0 ? emptyEdge : await readEdge(ledger.log.files, lock.size);
    const entries = texts.map((text) => Buffer.from(text));
    const { tiles, edge: next, root: hash } = extend(edge, Buffer.from(lock.root, 'hex'), entries);
    const [size, root] = [next.size, Buffer.from(hash).toString('hex')];
    const key = stagingKey(lock.n, size, root);
    const staged = { tiles, rows: pending.map(rowOf), announces: announced.length > 0 };
    await put(key, staged);
    return { lock: { size, root, staging: key, applied: false, at: now().toISOString(), keys }, edge: next, staged };
  };
};

/**
 * Turns pending rows into the log, batch by batch, in seven steps whose order is the whole of its safety; so any number of sequencers may
 * run, and each may die at any moment. After `FiloSottile/sunlight`, and disclosure-ledger of the design.
 */
export const openSequencer = (ports: SequencerPorts) => {
  const { table, ledger } = ports;
  const { files, origin } = ledger.log;
  const [locks, stage, publishing, build] = [openLock(table), openStaging(ports.staging), openPublishing(files), openBuilding(ports)];
  /** The edge of the tree as this sequencer last made it. Any error drops it: what it thought it had written may not be there. */
  let warm: Edge | undefined;

  const signed = async ({ size, root }: Lock): Promise<string> =>
    signCheckpoint({ origin, size, root: Buffer.from(root, 'hex') }, ledger.signers);
  /**
   * Compares what is public with what is committed. Somebody who has seen a larger tree than the lock holds would see this one as a fork:
   * nothing may be added to it. What is gone of it, or was put back to something older, is put again.
   */
  const compare = async (lock: Lock): Promise<Published> => {
    const seen = await publishing.published();
    if (seen.size > lock.size && (await locks.read()).n === lock.n)
      throw new LedgerForked('the published ledger is larger than what is committed here: the lock was lost or put back');
    if (seen.size < lock.size) await publishing.putCheckpoint(lock.size, await signed(lock), seen);
    if (lock.size > 0) await publishing.putKeys(lock.size, lock.keys);
    return seen.size < lock.size ? publishing.published() : seen;
  };
  const readPending = async (): Promise<readonly Item[]> => inOrder(await table.query({ key: pendingPartition, limit: most }));
  const commit = async (lock: Lock, pending: readonly Item[]): Promise<Committed | undefined> => {
    const batch = await build(lock, pending, warm);
    warm = batch?.edge;
    const next = batch && (await locks.swap(lock, batch.lock));
    if (!next) warm = undefined;
    return next && { lock: next, staged: batch.staged };
  };
  /** Marks rows with their index, the last of them together with the lock: a batch that is applied has left no row pending. */
  const finish = async (lock: Lock, rows: readonly Row[]): Promise<void> => {
    const marks = marksOf(lock, rows, origin);
    const last = Math.max(0, Math.ceil(rows.length / rowsAtOnce) - 1) * rowsAtOnce * 2;
    for (let from = 0; from < last; from += rowsAtOnce * 2) await table.transact(marks.slice(from, from + rowsAtOnce * 2));
    await locks.swap(lock, { ...lock, applied: true }, marks.slice(last));
  };
  /** Makes what is committed public; doing it twice, or beside another, is doing it once. */
  const apply = async ({ lock, staged, seen }: Committed): Promise<void> => {
    const [note] = await Promise.all([signed(lock), ...[...staged.tiles].map(async ([path, bytes]) => publishing.putTile(path, bytes))]);
    await publishing.putCheckpoint(lock.size, note, seen);
    if (staged.announces) await publishing.putKeys(lock.size, lock.keys);
    await finish(lock, staged.rows);
  };
  /** Finishes what another had begun, or this one before it failed. */
  const resume = async (lock: Lock): Promise<void> => {
    const staged = await stage.get(lock.staging);
    if (staged) await apply({ lock, staged });
    else if ((await locks.read()).n === lock.n) throw new Error('the batch that was committed to the ledger is missing');
  };
  /** The batch of a lock that is applied is needed no more, also where whoever applied it died just then. */
  const clear = async (lock: Lock): Promise<void> => (lock.staging === '' ? undefined : stage.remove(lock.staging));

  const round = async (): Promise<boolean> => {
    const lock = await locks.read();
    if (!lock.applied) {
      await resume(lock);
      return true;
    }
    const [pending, seen] = await Promise.all([readPending(), compare(lock)]);
    const committed = await commit(lock, pending);
    await Promise.all([clear(lock), committed && apply({ ...committed, seen })]);
    return committed !== undefined;
  };
  return {
    /** Removes batches that were staged and lost the swap. Answers how many. */
    sweep: async (): Promise<number> => stage.sweep((await locks.read()).n - 1),
    /**
     * One round: finishes the batch of whoever died before its end, or sequences what is pending. False where there was nothing to do, or
     * another sequencer was faster.
     * @throws LedgerForked where what is public is not what is committed; nothing is signed then
     */
    round: async (): Promise<boolean> => {
      try {
        return await round();
      } catch (error) {
        warm = undefined;
        throw error;
      }
    },
  };
};
