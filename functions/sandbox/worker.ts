import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Job } from '../../contracts/sandbox.ts';
import type { Ports } from '../../shared/edge/ports.ts';
import { RefusalError } from '../../shared/edge/refusal.ts';
import type { Ref, Stored } from '../../shared/kernel/process.ts';
import { admitList } from './admitting.ts';
import { deriveTable, rehearse } from './deriving.ts';
import { examine } from './exporting.ts';
import { inspect } from './inspecting.ts';
import { load } from './loading.ts';
import { query } from './querying.ts';
import { openTask, type Tools } from './task.ts';

const tasks = { inspect, load, rehearse, derive: deriveTable, query, export: examine, admit: admitList } as const;
const movedOn = (error: unknown): boolean => error instanceof RefusalError && error.refused.code === 'wrong_state';
/** Work whose subject has moved on meanwhile (cancelled, sealed) is done, to no effect. */
const outcomeOf = async (work: () => Promise<string>): Promise<string> =>
  work().catch((error: unknown) => {
    if (movedOn(error)) return 'subject_moved_on';
    throw error;
  });

/**
 * Does leased work as a system actor. Whatever happens elsewhere while it runs (a cancellation, a seal, a revocation) is asked on the record.
 * The answer works on one job to its end. Safe to call twice, and at once in two places: whoever starts it has it.
 */
export const openWorker =
  (ports: Ports, tools: Tools) =>
  async (job: Ref): Promise<void> => {
    const [waiting] = (await ports.door.load([job])) as unknown as readonly (Stored<typeof Job> | undefined)[];
    if (waiting?.status !== 'queued') return;
    const { subject, task: name, attempt } = waiting.data;
    const folder = await mkdtemp(join(tools.workspace, 'job-'));
    const task = openTask(ports, job, subject, attempt + 1, folder);
    const rest = task.beat();
    try {
      await task.act(job, 'start', {}, `start/${folder}`); // each worker asks under a name of its own, so that one of them has it
      await task.act(job, 'finish', { outcome: await outcomeOf(() => tasks[name](task, tools)) });
    } catch (error) {
      if (movedOn(error)) return; // another worker has it, or it was cancelled
      ports.log.error('a job failed', { job: job.id, error: error as Error });
      await task.act(job, 'fail', { code: 'query_failed' }).catch(() => ports.log.warn('the job had ended already', { job: job.id }));
    } finally {
      rest();
      await rm(folder, { recursive: true, force: true });
    }
  };
