import { join } from 'node:path';
import type { Dataset } from '../../contracts/sandbox.ts';
import type { Stored } from '../../shared/kernel/process.ts';
import type { IngestionLimits, IngestionRefusal } from './ingestion.ts';
import { gather } from './gathering.ts';
import { quarantineKey } from './objects.ts';
import type { Task } from './task.ts';

const megabyte = 1_000_000;
/** What a deposited file may take. */
export const limits: IngestionLimits = {
  bytes: 6_000 * megabyte,
  rows: 100_000_000,
  columns: 500,
  deadlineMs: 840_000,
  memoryBytes: 1_000 * megabyte,
  threads: 2,
};

type Deposit = Pick<Stored<typeof Dataset, 'deposited'>['data'], 'attempt' | 'parts'>;

/** Fetches what was deposited, in its parts; refuses what is of an attempt on its behalf. */
export const openDeposit = ({ subject, folder, act, blobs }: Task, { attempt, parts }: Deposit) => {
  const keys = Array.from({ length: parts }, (_, n) => quarantineKey(subject.id, attempt, n + 1));
  const source = join(folder, 'source');
  return {
    keys,
    source,
    gather: () => gather(blobs, keys, source, limits.bytes),
    /** @returns the code, as the outcome of the job */
    refuse: async (fault: { readonly code: string; readonly signature?: string }): Promise<string> => {
      await act(subject, 'refuse', { attempt, fault });
      return fault.code;
    },
  };
};

/** A refusal of the file with its place, as far as there is one. */
export const faultOf = ({ refused, line, row, column }: IngestionRefusal) => ({
  code: refused,
  ...Object.fromEntries(Object.entries({ line, row, column }).filter(([, at]) => at !== null)),
});
