import * as z from 'zod';
import { refusals } from '../../contracts/refusals.ts';
import { personalActions } from '../../shared/edge/routes.ts';
import type { Contract, Process } from '../../shared/kernel/process.ts';

/** `secretStub` and `secret-stubs` as names of schemas and operations. */
export const pascal = (name: string): string => name.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());

const Version = z.int().min(1).max(999_999_999);
const Instant = z.iso.datetime().max(40);
const Word = z.string().max(100);
const RecordId = z.string().max(120);
const Party = z.string().max(200);
const Region = z.string().max(6);
const anything = z.looseObject({});
const choice = (values: readonly string[]): z.ZodType => (values.length > 0 ? z.enum(values as [string, ...string[]]) : z.never());

const Clocks = z
  .record(Word, z.object({ due: Instant, provisional: z.boolean(), fired: z.boolean() }))
  .meta({ id: 'Clocks', description: '各期限的截止时刻（UTC，不含）· When each clock is due: an exclusive UTC instant' });
const Links = z.record(Word, z.union([RecordId, z.array(RecordId).max(500)])).meta({ id: 'Links' });
const Signed = z.record(Word, z.object({ input: anything, seats: z.array(z.string().max(300)).max(20) })).meta({ id: 'Signed' });

/** The data of a state; those outside are not told the reason of one that is public. */
const dataOf = ({ sees }: Process, status: string, data: z.ZodObject): z.ZodObject => {
  const { reason } = data.shape;
  return reason && sees.public?.includes(status) ? data.extend({ reason: (reason as z.ZodType).optional() }) : data;
};
/** The states of a kind with the data of each; where what one may read depends on who asks, any object. */
const statesOf = (process: Process): readonly (readonly [string, z.ZodObject])[] =>
  Object.entries(process.contract.states).map(([status, data]) => [status, process.view ? anything : dataOf(process, status, data)]);

/** A record as `viewOf` of shared/edge/view.ts answers it: told apart by its status. */
export const viewShape = (process: Process): z.ZodType => {
  const { kind } = process.contract;
  const envelope = z.object({
    kind: z.literal(kind),
    id: RecordId,
    version: Version,
    isLive: z.boolean(),
    region: Region,
    owner: Party,
    party: Party.optional(),
    receivedAt: Instant,
    since: Instant,
    validUntil: Instant.optional(),
    rules: z.string().max(20),
    links: Links,
    clocks: Clocks,
    signed: Signed,
    offered: z.array(choice(personalActions(process))).max(100),
  });
  const [first, ...others] = statesOf(process).map(([status, data]) => z.object({ status: z.literal(status), data }));
  if (!first) throw new RangeError(`${kind} has no state`);
  return z.intersection(envelope, z.discriminatedUnion('status', [first, ...others])).meta({ id: pascal(kind) });
};

const statusOf = (contract: Contract): z.ZodType => choice(Object.keys(contract.states));
/** A page of the lines that a list shows. */
export const pageShape = ({ contract }: Process): z.ZodType => {
  const card = z.object({
    kind: z.literal(contract.kind),
    id: RecordId,
    title: z.string().max(120),
    status: statusOf(contract),
    region: Region,
    owner: Party,
    receivedAt: Instant,
    due: Instant.nullable(),
  });
  return z.object({ items: z.array(card).max(100), cursor: z.string().max(800).optional() }).meta({ id: `${pascal(contract.kind)}Page` });
};
/** All that can happen to a record, `redate` included: a calendar has landed and its dates were derived again. */
export const happenings = ({ actions }: Process): readonly [string, ...string[]] => ['create', ...Object.keys(actions), 'redate'];
/** A record's timeline, as `lineOf` of shared/edge/view.ts tells it. */
export const historyShape = (process: Process): z.ZodType => {
  const line = z.object({
    n: Version,
    action: z.enum(happenings(process)),
    at: Instant,
    seat: z.string().max(300),
    org: Party,
    status: statusOf(process.contract),
    partial: z.literal(true).optional(),
    by: Party.optional(),
    disclosed: z.boolean(),
  });
  return z.object({ items: z.array(line).max(100), next: Version.optional() }).meta({ id: `${pascal(process.contract.kind)}History` });
};

/** The codes of refusals by their HTTP status. */
export const codesOf = (status: number): readonly string[] =>
  Object.entries(refusals)
    .filter(([, [s]]) => s === status)
    .map(([code]) => code);
/** A refusal as RFC 9457 problem+json: `problemOf` of shared/edge/refusal.ts. */
export const problemShape = (status: number): z.ZodType =>
  z
    .object({
      type: z.string().max(200),
      title: z.string().max(500),
      status: z.literal(status),
      code: choice(codesOf(status)),
      detail: z.object({ zh: z.string().max(500), en: z.string().max(500) }),
      about: z.record(Word, z.union([z.string().max(500), z.int()])).optional(),
      issues: z
        .array(z.object({ path: z.string().max(200), message: z.string().max(200) }))
        .max(20)
        .optional(),
      trace: z.string().max(200),
    })
    .meta({ id: `Problem${status}` });
