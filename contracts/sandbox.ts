import * as z from 'zod';
import { Resource } from './catalogue.ts';
import { Because, Count, Digest, Id, Instant, Line, Nothing, Ref, Text } from './fields.ts';
import { kinds } from './kinds.ts';
import { Scenario } from './scenario.ts';

export const Column = z.strictObject({
  name: Line,
  type: z.string().max(40),
  nullPermille: z.int().min(0).max(1000),
  personal: z.string().max(40).nullable(),
  unique: z.boolean(),
});
/** `layout` sorts the rows (entity first, then dimensions), so that governed queries are fast. */
const Layout = z.array(Line).max(5);
const requested = z.strictObject({ scenario: Id, resource: Id, resourceName: Line, layout: Layout });
const deposited = requested.extend({ fileName: Line, depositedAt: Instant, attempt: z.int().min(1).max(1000) });
const loaded = deposited.extend({
  object: z.string().max(200),
  digest: Digest,
  bytes: Count,
  rows: Count,
  columns: z.array(Column).max(500),
  malwareScan: z.enum(['NOT_RUN', 'CLEAN']),
});
const Fault = z.strictObject({
  code: z.string().max(60),
  note: Text.optional(),
  line: Count.optional(),
  row: Count.optional(),
  column: Count.optional(),
});

/** A data resource loaded into the sandbox under a scenario. Its raw rows never leave. */
export const Dataset = {
  ...kinds.dataset,
  refs: { scenario: Scenario, resource: Resource },
  states: {
    requested,
    deposited,
    checked: deposited,
    loading: deposited,
    refused: deposited.extend({ fault: Fault }),
    loaded,
    sealed: loaded.extend({ reason: z.string().max(2000) }),
  },
  inputs: {
    create: z.strictObject({ scenario: Id, resource: Id, layout: Layout.optional() }),
    deposit: z.strictObject({ fileName: Line }),
    check: Nothing,
    return: Because,
    approve: Nothing,
    load: loaded.pick({ object: true, digest: true, bytes: true, rows: true, columns: true, malwareScan: true }),
    refuse: z.strictObject({ fault: Fault }),
    seal: Because,
    unseal: Nothing,
  },
} as const;

const Task = z.enum(['load', 'query']);
const task = z.strictObject({ task: Task, subject: Ref, leaseUntil: Instant, attempt: z.int().min(0).max(1000) });

/** Work that may exceed two seconds: leased by a worker, shown while it runs, cancelled by a person. */
export const Job = {
  ...kinds.job,
  refs: {},
  states: {
    queued: task,
    running: task.extend({ permille: z.int().min(0).max(1000) }),
    done: task.extend({ outcome: z.string().max(60) }),
    failed: task.extend({ code: z.string().max(60) }),
    cancelled: task,
  },
  inputs: {
    create: z.strictObject({ task: Task, subject: Ref, owner: Id, region: z.string().max(6) }),
    start: Nothing,
    progress: z.strictObject({ permille: z.int().min(0).max(1000) }),
    finish: z.strictObject({ outcome: z.string().max(60) }),
    fail: z.strictObject({ code: z.string().max(60) }),
    cancel: Nothing,
    requeue: Nothing,
  },
} as const;
