import type { Dataset, Job } from '../../contracts/sandbox.ts';
import type { Reaction, Take } from '../../shared/edge/context.ts';
import type { Ports } from '../../shared/edge/ports.ts';
import { RefusalError } from '../../shared/edge/refusal.ts';
import type { Event } from '../../shared/kernel/decide.ts';
import type { Ref, Refused, Stored } from '../../shared/kernel/process.ts';
import { exportReactions } from './export-reactions.ts';
import { placeIn, quarantineFolder } from './objects.ts';

const jobFor = (task: Stored<typeof Job>['data']['task'], event: Event, { kind, id, owner, party, region, data }: Stored): Take => ({
  kind: 'job',
  action: 'create',
  input: {
    task,
    subject: { kind, id },
    round: 'attempt' in data ? data['attempt'] : event.n,
    owner,
    ...(kind === 'dataset' && party !== undefined ? { party } : {}), // its source, which waits for it too
    region,
  },
});
const jobOf = (record: Stored) => record as unknown as Stored<typeof Job>;
const worker = { type: 'system', id: 'worker' } as const;

/** How those are told whose records bear a fault and not a code. */
const faults: Readonly<Record<string, { readonly cancelled: string; readonly failed: string }>> = {
  dataset: { cancelled: 'ingestion_cancelled', failed: 'ingestion_failed' },
  derivation: { cancelled: 'query_cancelled', failed: 'derivation_failed' },
};

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
    // A place takes one part, once: what is inspected is what is checked, approved and loaded.
    name: 'sandbox.inspectJob',
    on: ['dataset.deposit'],
    takes: (event, record) => [jobFor('inspect', event, record)],
    refused: { nothing: 'a job is refused by nothing' },
  },
  {
    // A file is kept in quarantine while it may still be loaded, and no longer. What waits for the next deposit stays.
    name: 'sandbox.clearQuarantine',
    on: ['dataset.load', 'dataset.refuse', 'dataset.return'],
    runs: async (_event, record, { blobs }) => {
      const { id, status, data } = record as unknown as Stored<typeof Dataset>;
      const isOver = status === 'refused' || status === 'loaded' || status === 'sealed';
      const last = 'attempt' in data ? data.attempt : 0;
      for (const key of await blobs.list(quarantineFolder(id))) {
        const { attempt } = placeIn(key);
        if (attempt < last || (attempt === last && isOver)) await blobs.remove(key);
      }
      return undefined;
    },
    refused: { nothing: 'removing refuses nothing' },
  },
  {
    name: 'sandbox.loadJob',
    on: ['dataset.approve'],
    takes: (event, record) => [jobFor('load', event, record)],
    refused: { nothing: 'a job is refused by nothing' },
  },
  {
    name: 'sandbox.rehearseJob',
    on: ['derivation.submit'],
    takes: (event, record) => [jobFor('rehearse', event, record)],
    refused: { nothing: 'a job is refused by nothing' },
  },
  {
    name: 'sandbox.deriveJob',
    on: ['derivation.approve'],
    takes: (event, record) => [jobFor('derive', event, record)],
    refused: { nothing: 'a job is refused by nothing' },
  },
  {
    name: 'sandbox.queryJob',
    on: ['query.create'],
    takes: (event, record) => [jobFor('query', event, record)],
    refused: { nothing: 'a job is refused by nothing' },
  },
  {
    name: 'sandbox.admitJob',
    on: ['joinList.submit'],
    takes: (event, record) => [jobFor('admit', event, record)],
    refused: { nothing: 'a job is refused by nothing' },
  },
  {
    // What a buyer put up is kept until it is matched, and no longer: of it only what stands in the data stays, and only where it was admitted.
    name: 'sandbox.clearList',
    on: ['joinList.admit', 'joinList.refuse', 'joinList.retire'],
    runs: async (_event, { id, status, data }, { blobs }) => {
      const last = 'attempt' in data ? Number(data['attempt']) : Infinity;
      for (const key of await blobs.list(quarantineFolder(id)))
        if (status !== 'checking' && placeIn(key).attempt <= last) await blobs.remove(key);
      return undefined;
    },
    refused: { nothing: 'removing refuses nothing' },
  },
  ...exportReactions,
  {
    name: 'sandbox.exportJob',
    on: ['exportRequest.submit'],
    takes: (event, record) => [jobFor('export', event, record)],
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
      const { subject, round, ...data } = jobOf(record).data;
      const code = event.status === 'cancelled' ? 'query_cancelled' : 'code' in data ? data.code : 'query_failed';
      const fault = faults[subject.kind]?.[event.status];
      const input = fault ? { ...(round === undefined ? {} : { attempt: round }), fault: { code: fault } } : { code };
      return refuse(ports, subject, input, `${event.id}/sandbox.giveUp`);
    },
    refused: { nothing: 'the subject has moved on by itself' },
  },
];
