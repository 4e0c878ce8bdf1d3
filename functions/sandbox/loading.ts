import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { Dataset } from '../../contracts/sandbox.ts';
import { RefusalError } from '../../shared/edge/refusal.ts';
import type { Stored } from '../../shared/kernel/process.ts';
import { faultOf, limits, openDeposit } from './depositing.ts';
import { ingest } from './ingestion.ts';
import { parquetKey, sandboxFolder } from './objects.ts';
import type { Task, Tools } from './task.ts';

/** Takes an approved file from quarantine into the sandbox by the schema that was approved, or refuses it with its fault. @returns the outcome of the job */
export const load = async (task: Task, { entries }: Pick<Tools, 'entries'>): Promise<string> => {
  const { subject, folder, blobs, act, one, watch, progress } = task;
  const { status, data } = await one<Stored<typeof Dataset>>(subject);
  if (status !== 'loading') return 'nothing_to_load';
  const { attempt, inspection, layout } = data;
  const { source, gather, refuse } = openDeposit(task, data);
  const { signal, stop } = watch('loading', { kind: 'scenario', id: data.scenario });
  try {
    const file = await gather();
    if ('code' in file) return await refuse(file);
    if (file.digest !== inspection.digest) return await refuse({ code: 'content_changed' });
    const target = join(folder, 'target.parquet');
    const entry = entries ? { entry: entries.ingestion } : {};
    const schema = inspection.columns.map(({ name, type }) => ({ name, type }));
    const done = await ingest({ source, target, layout, schema, limits, onProgress: progress, signal, ...entry });
    if ('refused' in done) return await refuse(faultOf(done));
    const object = parquetKey(subject.id, attempt);
    // What a worker that was killed put here for another attempt was never loaded.
    for (const key of await blobs.list(sandboxFolder(subject.id))) if (key !== object) await blobs.remove(key);
    const { digest, size } = await blobs.put(object, createReadStream(target));
    const columns = done.columns.map(({ name, type, nullShare, personal, unique }) => ({
      name,
      type,
      nullPermille: nullShare,
      personal,
      unique,
    }));
    try {
      await act(subject, 'load', { attempt, object, digest, bytes: size, rows: done.rows, columns });
    } catch (error) {
      if (error instanceof RefusalError) await blobs.remove(object); // what may not be loaded does not stay
      throw error;
    }
    return 'loaded';
  } finally {
    stop();
  }
};
