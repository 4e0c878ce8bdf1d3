import type { Dataset, Job } from '../../contracts/sandbox.ts';
import type { Reaction, Take } from '../../shared/edge/context.ts';
import type { Ports } from '../../shared/edge/ports.ts';
import { RefusalError } from '../../shared/edge/refusal.ts';
import type { Ref, Refused, Stored } from '../../shared/kernel/process.ts';
import { quarantineKey } from './objects.ts';

const jobFor = (task: 'load' | 'query', { kind, id, owner, region }: Stored): Take => ({
  kind: 'job',
  action: 'create',
  input: { task, subject: { kind, id }, owner, region },
});
const jobOf = (record: Stored) => record as unknown as Stored<typeof Job>;
const worker = { type: 'system', id: 'worker' } as const;

/** Refuses the subject of a job or of a deposit as the worker does. */
const refuse = async ({ door }: Ports, subject: Ref, input: object, key: string): Promise<Refused | undefined> => {
  try {
    await door.act({ ...subject, action: 'refuse', input, actor: worker, key });
    return undefined;
  } catch (error) {
    if (error instanceof RefusalError) return error.refused;
    throw error;
  }
};

export const reactions: readonly Reaction[] = [
  {
    // A place takes one file, once: what lies there at the deposit is what is checked, approved and loaded.
    name: 'sandbox.missContent',
    on: ['dataset.deposit'],
    runs: async (event, record, ports) => {
      const { id, data } = record as unknown as Stored<typeof Dataset, 'deposited'>;
      const object = await ports.blobs.get(quarantineKey(id, data.attempt));
      object?.body.destroy();
      if (object) return undefined;
      return refuse(ports, { kind: 'dataset', id }, { fault: { code: 'content_missing' } }, `${event.id}/sandbox.missContent`);
    },
    refused: { nothing: 'it was returned already' },
  },
  {
    name: 'sandbox.loadJob',
    on: ['dataset.approve'],
    takes: (_event, record) => [jobFor('load', record)],
    refused: { nothing: 'a job is refused by nothing' },
  },
  {
    name: 'sandbox.queryJob',
    on: ['query.create'],
    takes: (_event, record) => [jobFor('query', record)],
    refused: { nothing: 'a job is refused by nothing' },
  },
  {
    name: 'sandbox.dispatch',
    on: ['job.create', 'job.requeue'],
    runs: async (event, record, { dispatch }) => {
      if (event.status === 'queued') await dispatch({ kind: 'job', id: record.id });
      return undefined;
    },
    refused: { nothing: 'dispatching refuses nothing; the lease brings back what was lost' },
  },
  {
    // Whoever waits for a job that will not be done is told.
    name: 'sandbox.giveUp',
    on: ['job.fail', 'job.requeue', 'job.cancel'],
    runs: async (event, record, ports) => {
      if (event.status !== 'failed' && event.status !== 'cancelled') return undefined;
      const { subject, ...data } = jobOf(record).data;
      const code = event.status === 'cancelled' ? 'query_cancelled' : 'code' in data ? data.code : 'query_failed';
      const input =
        subject.kind === 'dataset'
          ? { fault: { code: event.status === 'cancelled' ? 'ingestion_cancelled' : 'ingestion_failed' } }
          : { code };
      return refuse(ports, subject, input, `${event.id}/sandbox.giveUp`);
    },
    refused: { nothing: 'the subject has moved on by itself' },
  },
];
