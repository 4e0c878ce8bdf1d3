import type { LedgerWorkPorts } from '../../shared/edge/ports.ts';
import type { Log, LedgerPorts } from '../../shared/edge/ledger.ts';
import { openLedger } from './ledger.ts';
import { openRegister } from './register.ts';

/** Entries that one round of the projection reads at a time. */
const span = 1024;

/** The size that a log has published. */
const sizeOf = async ({ files }: Log): Promise<number> => (await openLedger(files).published())?.size ?? 0;

/**
 * The entries of all logs in one row, each at a position: its index, behind all entries of the logs before its own. Only what a published
 * checkpoint covers is there.
 */
export const openPublished = ({ earlier, log }: Pick<LedgerPorts, 'earlier' | 'log'>) => {
  const logs = [...earlier, log];
  return {
    size: async (): Promise<number> => log.base + (await sizeOf(log)),
    /** The log of a position, and the index there. */
    placeOf: (position: number): { readonly log: Log; readonly index: number } => {
      const found = logs.findLast(({ base }) => base <= position) ?? log;
      return { log: found, index: position - found.base };
    },
    /** The texts at positions `from` to `to` (exclusive), as far as they are published. */
    entries: async (from: number, to: number): Promise<readonly string[]> => {
      const texts: string[] = [];
      for (const [n, one] of logs.entries()) {
        const end = Math.min(to, logs[n + 1]?.base ?? one.base + (await sizeOf(one)));
        const first = Math.max(from, one.base);
        if (first < end) texts.push(...(await openLedger(one.files).entries(first - one.base, end - one.base, await sizeOf(one))));
      }
      return texts;
    },
  };
};

/** The public register over the published entries. */
export const openPublicRegister = ({ tables, ledger }: Pick<LedgerWorkPorts, 'tables' | 'ledger'>) => {
  const published = openPublished(ledger);
  return openRegister({ table: tables.disclosure, read: { entries: published.entries, publishedSize: published.size }, span });
};
