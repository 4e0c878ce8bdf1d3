import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { JoinList } from '../../contracts/join-list.ts';
import { RefusalError } from '../../shared/edge/refusal.ts';
import type { Stored } from '../../shared/kernel/process.ts';
import { findMisfit } from './fitness.ts';
import { gather } from './gathering.ts';
import { groundsOf } from './grounds.ts';
import { listKey, openLists } from './join-lists.ts';
import { admitKeys } from './list-admission.ts';
import { listBytes, readKeys } from './list-keys.ts';
import { quarantineKey } from './objects.ts';
import { openPace } from './pacing.ts';
import type { RefusalCode } from './placing.ts';
import type { Task, Tools } from './task.ts';

/**
 * Matches a list that was put up with the data, and admits it as a version or refuses it: with the line where its text is at fault, else by the
 * one code that says nothing of the data, told at a paced time. @returns the outcome of the job
 */
export const admitList = async (task: Task, { engine, entries }: Pick<Tools, 'engine' | 'entries'>): Promise<string> => {
  const pace = openPace();
  const { subject, folder, blobs, act, one, watch, fetch } = task;
  const { status, data } = await one<Stored<typeof JoinList>>(subject);
  if (status !== 'checking') return 'nothing_to_admit';
  const { attempt, entitlement, column } = data;
  const refuse = async (code: RefusalCode, line?: number): Promise<string> => {
    await act(subject, 'refuse', { attempt, code, ...(line === undefined ? {} : { line }) });
    return code;
  };
  const { rule, held, weak } = await groundsOf(one, entitlement);
  if (!held) return refuse('dataset_not_live');
  if (weak) return refuse('rule_privacy_required');
  const misfit = findMisfit(rule, held.columns);
  if (misfit) return refuse(misfit.refused);
  if (!rule.joinable?.includes(column)) return refuse('column_not_joinable');
  const source = join(folder, 'source');
  const file = await gather(blobs, [quarantineKey(subject.id, attempt, 1)], source, listBytes);
  if ('code' in file) return refuse(file.code === 'content_missing' ? 'list_missing' : 'list_too_long');
  const keys = await readKeys(source);
  if ('refused' in keys) return refuse(keys.refused, keys.line);
  const path = join(folder, 'data.parquet');
  if (!(await fetch(held.object, path))) return refuse('query_failed');
  const { signal, stop } = watch('checking', { kind: 'entitlement', id: entitlement });
  try {
    const candidate = { keys, column, rule, columns: held.columns, data: path, resource: held.root, secret: task.secret };
    const entry = entries ? { entry: entries.ingestion } : {};
    const admitted = await admitKeys(candidate, { lists: openLists(task.memory, blobs), engine, folder, signal, ...entry });
    if (admitted) await blobs.put(listKey(held.root, admitted.version), createReadStream(admitted.file));
    await pace();
    if (!admitted) return await refuse('query_failed');
    await act(subject, 'admit', { attempt, version: admitted.version, object: held.object });
    return 'admitted';
  } catch (error) {
    // Where the chain has broken meanwhile nobody may use the list, and its buyer is told why.
    if (error instanceof RefusalError && error.refused.code === 'authority_broken') return await refuse('authority_broken');
    throw error;
  } finally {
    stop();
  }
};
