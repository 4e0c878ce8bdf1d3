import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { Dataset } from '../../contracts/sandbox.ts';
import type { Stored } from '../../shared/kernel/process.ts';
import { ingest, type IngestionLimits } from './ingestion.ts';
import { parquetKey, quarantineKey } from './objects.ts';
import type { Task, Tools } from './task.ts';

const megabyte = 1_000_000;
const limits: IngestionLimits = {
  bytes: 6_000 * megabyte,
  rows: 100_000_000,
  columns: 500,
  deadlineMs: 840_000,
  memoryBytes: 1_000 * megabyte,
  threads: 2,
};
const progressSteps = 100; // permille between two notes of progress

/** Notes how far the job is; a note that is lost matters to nobody. */
const progressOf = ({ act, job, log }: Task) => {
  let told = 0;
  return ({ percent }: { readonly percent: number }): void => {
    const permille = Math.min(1000, Math.floor(percent * 10));
    if (permille < told + progressSteps) return;
    told = permille;
    act(job, 'progress', { permille }, `progress/${permille}`).catch((error: unknown) =>
      log.warn('progress was not noted', { job: job.id, error: error as Error }),
    );
  };
};

/** Takes a deposited file from quarantine into the sandbox, or refuses it with its fault. @returns the outcome of the job */
export const load = async (task: Task, { entries }: Pick<Tools, 'entries'>): Promise<string> => {
  const { subject, folder, blobs, act, one, watch, fetch } = task;
  const { data } = await one<Stored<typeof Dataset>>(subject);
  if (!('attempt' in data)) return 'nothing_to_load';
  const refuse = async (fault: { readonly code: string }) => {
    await act(subject, 'refuse', { fault });
    return fault.code;
  };
  const source = join(folder, 'source.csv');
  const target = join(folder, 'target.parquet');
  if (!(await fetch(quarantineKey(subject.id, data.attempt), source))) return refuse({ code: 'content_missing' });
  const { signal, stop } = watch('loading');
  const entry = entries ? { entry: entries.ingestion } : {};
  const done = await ingest({ source, target, layout: data.layout, limits, onProgress: progressOf(task), signal, ...entry }).finally(stop);
  if ('refused' in done) {
    const place = Object.fromEntries(
      Object.entries({ line: done.line, row: done.row, column: done.column }).filter(([, at]) => at !== null),
    );
    return refuse({ code: done.refused, ...place });
  }
  const object = parquetKey(subject.id, data.attempt);
  const stored = await blobs.put(object, createReadStream(target));
  const columns = done.columns.map(({ name, type, nullShare, personal, unique }) => ({
    name,
    type,
    nullPermille: nullShare,
    personal,
    unique,
  }));
  await act(subject, 'load', { object, digest: stored.digest, bytes: stored.size, rows: done.rows, columns, malwareScan: 'NOT_RUN' });
  return 'loaded';
};
