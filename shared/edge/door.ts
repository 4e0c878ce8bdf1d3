import { rulesOf } from '../../contracts/parameters.ts';
import type { Calendars } from '../kernel/calendar.ts';
import { canonical } from '../kernel/canonical.ts';
import { clocksOf } from '../kernel/clocks.ts';
import { decide, eventIdOf, type Decided, type Event } from '../kernel/decide.ts';
import { derivedId, digest, hmac, type Digest } from '../kernel/digest.ts';
import type { Actor, Process, Ref, Stored } from '../kernel/process.ts';
import { sees } from '../kernel/seats.ts';
import type { Commit, Mark } from '../store/layout.ts';
import type { Records } from '../store/records.ts';
import { openCreation, type Draft } from './creation.ts';
import { parse } from './parse.ts';
import { linked, openReferences, type Needs, type References } from './references.ts';
import { RefusalError } from './refusal.ts';

/** One action that someone wants to take. Without an id it is a creation. */
export type Request = {
  readonly kind: string;
  readonly action: string;
  readonly id?: string;
  readonly input: unknown;
  readonly actor: Actor;
  /** The idempotency key of the request. */
  readonly key: string;
  /** The version that a person has read. */
  readonly ifMatch?: number;
  /** The clock that fires. */
  readonly fires?: string;
};
export type Outcome = { readonly record: Stored; readonly status: number; readonly version: number; readonly replayed: boolean };
export type Door = ReturnType<typeof openDoor>;
export type DoorPorts = {
  readonly records: Records;
  readonly processes: ReadonlyMap<string, Process>;
  readonly secret: string;
  readonly now: () => Date;
  readonly calendars: (fresh?: boolean) => Promise<Calendars>;
  /** Told after a commit that a record has news. */
  readonly wake: (ref: Ref) => void;
};
type Row = Needs & { readonly live?: Readonly<Record<string, never>>; readonly pins?: readonly string[]; readonly ifMatch?: true };
/** A request that has been understood: which record it is about, and how it is known again. */
type Understood = {
  readonly process: Process;
  readonly row: Row;
  readonly ref: Ref;
  readonly input: unknown;
  readonly markKey: string;
  readonly body: Digest;
  readonly creating: boolean;
};

const markDays = 30;
const retries = 8;
const personOf = (actor: Actor): string => (actor.type === 'person' ? `${actor.id}@${actor.org}` : `system:${actor.id}`);
const pinsOf = ({ process, row }: Understood, record: Stored): NonNullable<Commit['pins']> =>
  (row.pins ?? []).flatMap((name) => linked(process.contract, record.links, name).map((ref) => ({ ref, or: row.live?.[name] ?? 'stale' })));
/** Nobody approves what they have not read. */
const hasRead = (row: Row, record: Stored, { actor, ifMatch }: Request): void => {
  if (actor.type !== 'person') return;
  if (ifMatch === undefined && row.ifMatch) throw new RefusalError('version_required');
  if (ifMatch !== undefined && ifMatch !== record.version) throw new RefusalError('stale');
};

const understand = (process: Process, { kind, action, id: given, input: raw, actor, key }: Request, secret: string): Understood => {
  const creating = given === undefined;
  const schema = process.contract.inputs[action];
  if (!schema || (action === 'create') !== creating) throw new RefusalError('no_such_route');
  const input: unknown = parse(schema, raw);
  const id = given ?? process.create.id?.(input as never) ?? derivedId(secret, personOf(actor), kind, key);
  const row = (creating ? process.create : process.actions[action as never]) as unknown as Row;
  return {
    process,
    row,
    ref: { kind, id },
    input,
    markKey: hmac(secret, personOf(actor), key),
    body: digest(canonical({ action, input })),
    creating,
  };
};

/** The first answer again, if the actor still sees the record. */
const replay = async ({ load }: References, { process, ref, body }: Understood, mark: Mark, actor: Actor): Promise<Outcome> => {
  const [record] = await load([ref]);
  if (!record || !sees(process, actor, record)) throw new RefusalError('not_found');
  if (mark.digest !== body) throw new RefusalError('key_reused');
  return { record, status: mark.status, version: mark.n, replayed: true };
};

const judgeMove = async (
  { references, calendars }: { readonly references: References } & Pick<DoorPorts, 'calendars'>,
  request: Request,
  { process, row, input }: Understood,
  record: Stored,
  at: string,
): Promise<Decided> => {
  const { actor, action, fires } = request;
  const gathered = await references.gather(process.contract, row, record.links, at, []);
  const barred = await references.barred(row, actor);
  const known = { now: at, rules: rulesOf(record.rules), calendars: await calendars() };
  const decision = decide(process, action, record, {
    actor,
    input,
    ...gathered,
    ...barred,
    ...known,
    ...(fires === undefined ? {} : { fires }),
  });
  if ('refused' in decision) throw new RefusalError(decision.refused);
  hasRead(row, record, request);
  return decision;
};

const required = (process: Process | undefined): Process => {
  if (!process) throw new RangeError('no such process behind this door');
  return process;
};

/**
 * The one door: parse → actor → load the record and the references it reads → decide (pure) → commit. HTTP, the clock, payment webhooks,
 * workers and reactions all come through it. DESIGN §4, §5.
 */
export const openDoor = ({ records, processes, secret, now, calendars, wake }: DoorPorts) => {
  const processOf = (kind: string): Process => required(processes.get(kind));
  const references = openReferences(records);
  const { load } = references;
  const creation = openCreation({ references, processOf, calendars, secret });

  const judgeCreation = async (
    { actor, input }: Request,
    { process, ref }: Understood,
    record: Stored | undefined,
    at: string,
  ): Promise<Decided> => {
    const decision = await creation.decideOn(process, ref.id, input, actor, at);
    if ('refused' in decision) {
      const left = decision.leaves && (await creation.leave(decision.leaves, eventIdOf(ref.kind, ref.id, 0), at)); // no event has number 0
      if (left) await write({ writes: [left], takes: [], allows: [] });
      throw new RefusalError(decision.refused);
    }
    if (record) throw new RefusalError('already_exists'); // told to nobody who may not create it
    return decision;
  };
  const write = async (commit: Draft & Pick<Commit, 'mark' | 'pins'>) => {
    const refused = await records.commit(commit);
    if (!refused) for (const { next } of commit.writes) wake({ kind: next.kind, id: next.id });
    return refused;
  };

  const attempt = async (request: Request): Promise<Outcome> => {
    const understood = understand(processOf(request.kind), request, secret);
    const { process, ref, markKey, body, creating } = understood;
    const { actor } = request;
    const instant = now();
    const at = instant.toISOString();
    const [record] = await load([ref]);
    if (!creating && (!record || !sees(process, actor, record))) throw new RefusalError('not_found');
    const mark = record && (await records.mark(ref, markKey));
    if (mark) return replay(references, understood, mark, actor);

    const decision =
      record && !creating
        ? await judgeMove({ references, calendars }, request, understood, record, at)
        : await judgeCreation(request, understood, record, at);
    const { next, event } = decision;
    const draft: Draft = { writes: [{ process, ...(record ? { before: record } : {}), next, event }], takes: [], allows: [] };
    await creation.enact(decision.effects, decision, draft, at);
    const status = creating ? 201 : 200;
    const expires = Math.floor(instant.getTime() / 1000) + markDays * 86_400;
    const refused = await write({
      ...draft,
      mark: { ref, key: markKey, mark: { digest: body, n: event.n, status }, expires },
      pins: pinsOf(understood, next),
    });
    if (!refused) return { record: next, status, version: next.version, replayed: false };
    const raced = await records.mark(ref, markKey); // the same request, sent twice at once
    if (raced) return replay(references, understood, raced, actor);
    throw new RefusalError(refused);
  };

  /**
   * Takes an action or refuses. A system actor retries a lost race by itself; a person is told.
   * @throws RefusalError with a code of contracts/refusals.ts; Busy and Unavailable of the store, after which nothing was written
   */
  const act = async (request: Request): Promise<Outcome> => {
    for (let tried = 1; ; tried += 1) {
      try {
        return await attempt(request);
      } catch (error) {
        const lost = error instanceof RefusalError && error.refused.code === 'stale';
        if (!lost || request.actor.type !== 'system' || tried === retries) throw error;
      }
    }
  };
  const brokenUnder = (ref: Ref): Promise<Ref | undefined> => references.brokenUnder(ref, now().toISOString());
  const redate = (ref: Ref): Promise<boolean> => redating({ records, processOf, load, calendars, now }, ref);
  return { act, load, processOf, brokenUnder, redate };
};

type Redating = Pick<DoorPorts, 'records' | 'calendars' | 'now'> & {
  readonly processOf: (kind: string) => Process;
  readonly load: (refs: readonly Ref[]) => Promise<readonly (Stored | undefined)[]>;
};
/** Derives the dates of a record again, after a calendar has landed. Whether they changed. */
const redating = async ({ records, processOf, load, calendars, now }: Redating, ref: Ref): Promise<boolean> => {
  const process = processOf(ref.kind);
  const [record] = await load([ref]);
  if (!record) return false;
  const clocks = clocksOf(process, record, record.clocks, rulesOf(record.rules), await calendars(true));
  if (canonical(clocks) === canonical(record.clocks)) return false;
  const next = { ...record, clocks, version: record.version + 1 };
  const by = 'system:reaction';
  const { status, region } = record;
  const event: Event = {
    id: eventIdOf(ref.kind, ref.id, next.version),
    kind: ref.kind,
    record: ref.id,
    n: next.version,
    action: 'redate',
    by,
    org: '',
    seat: by,
    at: now().toISOString(),
    status,
    region,
  };
  const refused = await records.commit({ writes: [{ process, before: record, next, event }] });
  if (refused) throw new RefusalError(refused);
  return true;
};
