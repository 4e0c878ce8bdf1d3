import * as z from 'zod';
import { Resource } from './catalogue.ts';
import { Because, Count, Digest, Id, Instant, Line, Nothing, Reason, Ref, Text } from './fields.ts';
import { kinds } from './kinds.ts';
import { Scenario } from './scenario.ts';

const Permille = z.int().min(0).max(1000);
const ColumnType = z.string().max(40);
export const Column = z.strictObject({
  name: Line,
  type: ColumnType,
  nullPermille: Permille,
  personal: z.string().max(40).nullable(),
  unique: z.boolean(),
});
/** `layout` sorts the rows (entity first, then dimensions), so that governed queries are fast. */
const Layout = z.array(Line).max(5);
const requested = z.strictObject({ scenario: Id, resource: Id, resourceName: Line, layout: Layout });
const Attempt = z.int().min(1).max(1000);
/** In how many parts a file is put in quarantine, in the order of their numbers. */
const Parts = z.int().min(1).max(100);
/** What the steward says of the file; what arrives must be that. */
const Stated = z.strictObject({ bytes: Count.optional(), digest: Digest.optional() });
const deposited = requested.extend({ fileName: Line, depositedAt: Instant, attempt: Attempt, parts: Parts, stated: Stated });
const MalwareScan = z.enum(['NOT_RUN', 'CLEAN']);
/** Why a scan did not run. */
const MalwareReason = z.enum(['NO_SCANNER', 'UNREACHABLE', 'TIMED_OUT', 'NOT_UNDERSTOOD', 'TOO_LARGE', 'NOT_SCANNED']);
const InspectedColumn = Column.extend({
  alternatives: z.array(ColumnType).max(12),
  distinctApprox: Count,
  conformPermille: Permille,
  plausiblePermille: Permille.nullable(),
  freshDays: Count.nullable(),
});
/** The six dimensions of GB/T 36344-2018; null where a file has nothing to count. */
const Quality = z.strictObject({
  normativity: Permille,
  completeness: Permille,
  accuracy: Permille.nullable(),
  consistency: Permille,
  timeliness: Permille.nullable(),
  accessibility: Permille,
});
const Findings = z
  .array(z.strictObject({ column: Line, personal: z.string().max(40), finding: z.enum(['UNDECLARED', 'GRADE_TOO_LOW']) }))
  .max(1000);
/** What an inspection says of a file in quarantine: never a value of it. `digest` and `bytes` are those of the file as it lies there. */
const Inspection = z.strictObject({
  format: z.enum(['csv', 'jsonl', 'parquet']),
  encoding: z.enum(['utf-8', 'gb18030']).nullable(),
  rows: Count,
  bytes: Count,
  digest: Digest,
  columns: z.array(InspectedColumn).max(500),
  quality: Quality,
  malwareScan: MalwareScan,
  malwareReason: MalwareReason.optional(),
  findings: Findings,
});
const inspected = deposited.extend({ inspection: Inspection });
const checked = inspected.extend({ accepts: Text.optional() });
const loaded = deposited.extend({
  inspection: Inspection.optional(),
  accepts: Text.optional(),
  object: z.string().max(200),
  digest: Digest,
  bytes: Count,
  rows: Count,
  columns: z.array(Column).max(500),
  malwareScan: MalwareScan,
});
const Fault = z.strictObject({
  code: z.string().max(60),
  note: Text.optional(),
  signature: z.string().max(200).optional(),
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
    inspected,
    checked,
    loading: checked,
    refused: deposited.extend({ fault: Fault }),
    loaded,
    sealed: loaded.extend({ reason: z.string().max(2000) }),
  },
  inputs: {
    create: z.strictObject({ scenario: Id, resource: Id, layout: Layout.optional() }),
    deposit: z.strictObject({ fileName: Line, parts: Parts.optional(), bytes: Count.optional(), digest: Digest.optional() }),
    inspect: z.strictObject({ attempt: Attempt, inspection: Inspection.omit({ findings: true }) }),
    correct: z.strictObject({
      types: z
        .array(z.strictObject({ column: Line, type: ColumnType }))
        .min(1)
        .max(500),
    }),
    check: z.strictObject({ accepts: Reason.optional() }),
    return: Because,
    approve: Nothing,
    load: loaded.pick({ attempt: true, object: true, digest: true, bytes: true, rows: true, columns: true }),
    refuse: z.strictObject({ attempt: Attempt.optional(), fault: Fault }),
    seal: Because,
    unseal: Nothing,
  },
} as const;

const Task = z.enum(['inspect', 'load', 'rehearse', 'derive', 'query', 'export', 'admit']);
/** For which attempt of its subject a job is, or for which of its events. */
const Round = z.int().min(1).max(9_999_999);
const task = z.strictObject({
  task: Task,
  subject: Ref,
  round: Round.optional(),
  leaseUntil: Instant,
  attempt: z.int().min(0).max(1000),
});

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
    create: z.strictObject({ task: Task, subject: Ref, round: Round, owner: Id, party: Id.optional(), region: z.string().max(6) }),
    start: Nothing,
    progress: z.strictObject({ permille: z.int().min(0).max(1000) }),
    finish: z.strictObject({ outcome: z.string().max(60) }),
    fail: z.strictObject({ code: z.string().max(60) }),
    cancel: Nothing,
    requeue: Nothing,
  },
} as const;
