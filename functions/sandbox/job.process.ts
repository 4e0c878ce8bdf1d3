import type * as z from 'zod';
import { Job } from '../../contracts/sandbox.ts';
import { processOf } from '../../shared/kernel/process.ts';
import { only, ownerAs, partyAs, either, role, system } from '../../shared/kernel/seats.ts';
import { jobId } from './objects.ts';

const { create, action, define } = processOf(Job);
const worker = system('worker');
const attempts = 5;
const minute = 60_000;
const lease = (now: string, minutes: number): string => new Date(Date.parse(now) + minutes * minute).toISOString();

type Kept = z.output<(typeof Job)['states']['queued']>;
const kept = ({ task, subject, round, leaseUntil, attempt }: Kept): Kept => ({
  task,
  subject,
  ...(round === undefined ? {} : { round }),
  leaseUntil,
  attempt,
});

/** A lease that runs out puts the work back in the queue: a worker that was killed loses nothing. */
export const job = define({
  create: create({
    by: only('reaction'),
    to: 'queued',
    id: jobId,
    links: () => ({}),
    belongs: ({ input: { owner, party, region } }) => ({ owner, region, ...(party === undefined ? {} : { party }) }),
    becomes: ({ input: { task, subject, round }, now }) => ({
      status: 'queued',
      data: { task, subject, round, attempt: 0, leaseUntil: lease(now, 1) },
    }),
    publish: 'nothing',
  }),
  actions: {
    start: action('start', {
      from: ['queued'],
      to: ['running'],
      by: worker,
      becomes: ({ record: { data }, now }) => ({
        status: 'running',
        data: { ...data, attempt: data.attempt + 1, leaseUntil: lease(now, 2), permille: 0 },
      }),
      publish: 'nothing',
    }),
    progress: action('progress', {
      from: ['running'],
      to: ['running'],
      by: worker,
      becomes: ({ record, input, now }) => ({
        status: 'running',
        data: { ...record.data, permille: input.permille, leaseUntil: lease(now, 2) },
      }),
      publish: 'nothing',
    }),
    finish: action('finish', {
      from: ['running'],
      to: ['done'],
      by: worker,
      becomes: ({ record, input }) => {
        const { permille: _whole, ...data } = record.data;
        return { status: 'done', data: { ...data, outcome: input.outcome } };
      },
      publish: 'nothing',
    }),
    fail: action('fail', {
      from: ['running'],
      to: ['failed'],
      by: worker,
      becomes: ({ record, input }) => {
        const { permille: _part, ...data } = record.data;
        return { status: 'failed', data: { ...data, code: input.code } };
      },
      publish: 'nothing',
    }),
    cancel: action('cancel', {
      from: ['queued', 'running'],
      to: ['cancelled'],
      by: either(ownerAs('operator.agent'), ownerAs('buyer.agent'), partyAs('source.steward'), role('authority.lead')),
      becomes: ({ record: { data } }) => ({ status: 'cancelled', data: kept(data) }),
      publish: 'nothing',
    }),
    requeue: action('requeue', {
      from: ['queued', 'running'],
      to: ['queued', 'failed'],
      by: system('clock'),
      becomes: ({ record: { data }, now }) => {
        const again = { ...kept(data), leaseUntil: lease(now, 1) };
        return data.attempt >= attempts ? { status: 'failed', data: { ...again, code: 'worker_lost' } } : { status: 'queued', data: again };
      },
      publish: 'nothing',
    }),
  },
  sees: { roles: ['authority.lead', 'auditor', 'sre'] },
  card: (r) => `${r.data.task} ${r.data.subject.id}`,
  queue: {},
  clocks: { lease: { runs: ['queued', 'running'], due: (r) => ({ at: r.data.leaseUntil }), takes: 'requeue', own: true } },
});
