import type { Log } from '../../shared/edge/ledger.ts';
import type { Table } from '../../shared/store/table.ts';
import { openLedger } from './ledger.ts';
import { tilePath, tileWidth } from './tiles.ts';

const dayMs = 86_400_000;
/** Days for which a partial tile stays beside the full one: some readers do not look for the full one under an older checkpoint. */
const keptDays = 30;
/** Full tiles of the lowest level looked through in one round. */
const tilesAtOnce = 64;

/** Removes partial tiles that full ones have long replaced: a log that grows one by one leaves 255 of each. C2SP tlog-tiles, Partial Tiles. */
export const openPruning = ({
  table,
  log,
  now,
}: {
  readonly table: Table;
  readonly log: Pick<Log, 'files' | 'origin'>;
  readonly now: () => Date;
}) => {
  const { files, origin } = log;
  const sizes = `log-sizes#${origin}`;
  const prunedKey = { pk: 'log', sk: `pruned#${origin}` };
  const remember = async (size: number): Promise<void> => {
    const day = now().toISOString().slice(0, 10);
    await table.transact([{ put: { pk: sizes, sk: day, size }, if: { absent: true } }]);
  };
  /** The size that was published at least so many days ago. */
  const longPublished = async (): Promise<number> => {
    const before = new Date(now().getTime() - keptDays * dayMs).toISOString().slice(0, 10);
    const [item] = await table.query({ key: sizes, before, limit: 1, descending: true });
    return (item?.['size'] as number | undefined) ?? 0;
  };
  const removePartials = async (level: number | 'entries', n: number): Promise<number> => {
    const paths = await files.list(`${tilePath({ level, n, width: tileWidth })}.p/`);
    for (const path of paths) await files.remove(path);
    return paths.length;
  };
  return {
    /** One round. Answers how many files it removed. */
    prune: async (): Promise<number> => {
      const head = await openLedger(files).published();
      if (!head) return 0;
      await remember(head.size);
      const [item] = await table.get([prunedKey]);
      const from = (item?.['size'] as number | undefined) ?? 0;
      const whole = Math.floor((await longPublished()) / tileWidth) * tileWidth;
      const to = Math.min(whole, from + tilesAtOnce * tileWidth);
      if (to <= from) return 0;
      let removed = 0;
      for (let n = from / tileWidth; n < to / tileWidth; n += 1) removed += await removePartials('entries', n);
      for (let level = 0, spread = tileWidth; spread <= to; level += 1, spread *= tileWidth)
        for (let n = Math.floor(from / spread); n < Math.floor(to / spread); n += 1) removed += await removePartials(level, n);
      await table.transact([{ put: { ...prunedKey, size: to } }]);
      return removed;
    },
  };
};
