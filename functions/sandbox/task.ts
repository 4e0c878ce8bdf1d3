import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Ports } from '../../shared/edge/ports.ts';
import { RefusalError } from '../../shared/edge/refusal.ts';
import type { Ref } from '../../shared/kernel/process.ts';
import type { MalwareScan } from '../../shared/vendor/malware.ts';
import type { Engine } from './engine.ts';
import type { Parser } from './gate.ts';

/** What runs a query, opened once by whoever hosts the worker. `workspace` is where raw rows may lie while they are worked on; `entries` are the files of the processes where they are not beside this one. */
export type Tools = {
  readonly engine: Engine;
  readonly parse: Parser;
  readonly workspace: string;
  readonly scan: MalwareScan;
  readonly entries?: { readonly ingestion: string };
};
/** One attempt at a job: whom it is for, where its files may lie, and how it acts. */
export type Task = ReturnType<typeof openTask>;

const watchMs = 500;
const progressSteps = 100; // permille between two notes of progress
const beatMs = 40_000; // a third of a lease
const worker = { type: 'system', id: 'worker' } as const;

/** Tells how far a job is, and from time to time that it is still worked on, so that its lease holds. A note that is lost matters to nobody. */
const openPulse = (note: (permille: number, step: string) => Promise<unknown>, lost: (error: unknown) => void) => {
  let permille = 0;
  let notes = 0;
  const tell = (): void => {
    notes += 1;
    note(permille, `progress/${notes}`).catch(lost);
  };
  return {
    progress: ({ percent }: { readonly percent: number }): void => {
      const now = Math.min(1000, Math.floor(percent * 10));
      if (now < permille + progressSteps) return;
      permille = now;
      tell();
    },
    /** Until the answer is called. */
    beat: (): (() => void) => {
      const timer = setInterval(tell, beatMs);
      return () => clearInterval(timer);
    },
  };
};

/** Acts as the worker, once for each job, attempt and step. */
export const openTask = (
  { door, blobs, log, records, tables, secret }: Pick<Ports, 'door' | 'blobs' | 'log' | 'records' | 'tables' | 'secret'>,
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
  secret,
  left: records.left,
  load: door.load,
  memory: tables.releases,
  act: (ref: Ref, action: string, input: object, step: string = action) =>
    door.act({ ...ref, action, input, actor: worker, key: `${job.id}/${attempt}/${step}` }),
  /** @throws RefusalError reference_not_found */
  one: async <T>(ref: Ref): Promise<T> => {
    const [record] = await door.load([ref]);
    if (!record) throw new RefusalError('reference_not_found');
    return record as unknown as T;
  },
  /** The first link under a record that is not live. */
  brokenUnder: door.brokenUnder,
  /** Aborts what runs as soon as its subject is no longer in the state that the work is for, or one of `under` no longer rests on an unbroken chain. */
  watch: (status: string, ...under: readonly Ref[]) => {
    const abort = new AbortController();
    const look = async (): Promise<void> => {
      const [record] = await door.load([subject]);
      const broken = await Promise.all(under.map(door.brokenUnder));
      if (record?.status !== status || broken.some((link) => link !== undefined)) abort.abort();
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
  ...openPulse(
    (permille, step) => door.act({ ...job, action: 'progress', input: { permille }, actor: worker, key: `${job.id}/${attempt}/${step}` }),
    (error) => log.warn('progress was not noted', { job: job.id, error: error as Error }),
  ),
});
