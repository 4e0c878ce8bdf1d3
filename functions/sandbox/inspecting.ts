import type { Dataset } from '../../contracts/sandbox.ts';
import type { Stored } from '../../shared/kernel/process.ts';
import { faultOf, limits as most, openDeposit } from './depositing.ts';
import { inspect as inspectFile } from './ingestion.ts';
import type { Task, Tools } from './task.ts';

/** Fetching the file and its scan need the rest of a quarter of an hour. */
const limits = { ...most, deadlineMs: 480_000 };

/** Looks at a deposited file where it waits: whole, without malware, of which schema and quality. @returns the outcome of the job */
export const inspect = async (task: Task, { entries, scan }: Pick<Tools, 'entries' | 'scan'>): Promise<string> => {
  const { subject, folder, act, one, watch, progress } = task;
  const { status, data } = await one<Stored<typeof Dataset>>(subject);
  if (status !== 'deposited') return 'nothing_to_inspect';
  const { attempt, stated } = data;
  const { keys, source, gather, refuse } = openDeposit(task, data);
  const { signal, stop } = watch('deposited', { kind: 'scenario', id: data.scenario });
  try {
    const file = await gather();
    if ('code' in file) return await refuse(file);
    const { bytes, digest } = file;
    if ((stated.bytes ?? bytes) !== bytes || (stated.digest ?? digest) !== digest) return await refuse({ code: 'content_differs' });
    const scanned = await scan({ path: source, keys, signal });
    if (scanned.result === 'INFECTED') return await refuse({ code: 'malware_found', signature: scanned.signature });
    const entry = entries ? { entry: entries.ingestion } : {};
    const found = await inspectFile({ source, workspace: folder, limits, onProgress: progress, signal, ...entry });
    if ('refused' in found) return await refuse(faultOf(found));
    const malware = scanned.result === 'NOT_RUN' ? { malwareReason: scanned.reason } : {};
    await act(subject, 'inspect', { attempt, inspection: { ...found, bytes, digest, malwareScan: scanned.result, ...malware } });
    return 'inspected';
  } finally {
    stop();
  }
};
