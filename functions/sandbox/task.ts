import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Ports } from '../../shared/edge/ports.ts';
import { RefusalError } from '../../shared/edge/refusal.ts';
import type { Ref } from '../../shared/kernel/process.ts';
import type { Engine } from './engine.ts';
import type { Parser } from './gate.ts';

/** What runs a query, opened once by whoever hosts the worker. `workspace` is where raw rows may lie while they are worked on; `entries` are the files of the processes where they are not beside this one. */
export type Tools = {
  readonly engine: Engine;
  readonly parse: Parser;
  readonly workspace: string;
  readonly entries?: { readonly ingestion: string };
};
/** One attempt at a job: whom it is for, where its files may lie, and how it acts. */
export type Task = ReturnType<typeof openTask>;

const watchMs = 500;
const worker = { type: 'system', id: 'worker' } as const;

/** Acts as the worker, once for each job, attempt and step. */
export const openTask = (
  { door, blobs, log, records, tables }: Pick<Ports, 'door' | 'blobs' | 'log' | 'records' | 'tables'>,
  job: Ref,
  subject: Ref,
  attempt: number,
  folder: string,
) => ({
  job,
  subject,
  folder,
  blobs,
  log,
  left: records.left,
  memory: tables.releases,
  act: (ref: Ref, action: string, input: object, step: string = action) =>
    door.act({ ...ref, action, input, actor: worker, key: `${job.id}/${attempt}/${step}` }),
  /** @throws RefusalError reference_not_found */
  one: async <T>(ref: Ref): Promise<T> => {
    const [record] = await door.load([ref]);
    if (!record) throw new RefusalError('reference_not_found');
    return record as unknown as T;
  },
  /** Aborts what runs as soon as its subject is no longer in the state that the work is for. */
  watch: (status: string) => {
    const abort = new AbortController();
    const look = async (): Promise<void> => {
      const [record] = await door.load([subject]);
      if (record?.status !== status) abort.abort();
    };
    const blind = (error: unknown): void => log.warn('a job could not be watched', { job: job.id, error: error as Error });
    const timer = setInterval(() => void look().catch(blind), watchMs);
    return { signal: abort.signal, stop: () => clearInterval(timer) };
  },
  /** Copies an object to a file; false where there is none. */
  fetch: async (key: string, path: string): Promise<boolean> => {
    const object = await blobs.get(key);
    if (!object) return false;
    await pipeline(object.body, createWriteStream(path, { mode: 0o600 }));
    return true;
  },
});
