import type * as z from 'zod';
import { contracts } from '../../contracts/index.ts';
import { ruleBases } from '../../contracts/parameters.ts';
import type { Parameters } from '../../contracts/parameters.ts';
import type { Calendars } from '../kernel/calendar.ts';
import { canonical } from '../kernel/canonical.ts';
import { clocksOf } from '../kernel/clocks.ts';
import { decide, decideCreate, eventIdOf, type Decided, type Event, type Facts } from '../kernel/decide.ts';
import { derivedId, digest, hmac } from '../kernel/digest.ts';
import { isLive, seen, upcast } from '../kernel/live.ts';
import type { Actor, Contract, Effect, Process, Ref, Seen, Stored } from '../kernel/process.ts';
import { sees } from '../kernel/seats.ts';
import type { Commit, Mark, Records, Write } from '../store/records.ts';
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
type Row = {
  readonly reads?: readonly string[];
  readonly live?: Readonly<Record<string, never>>;
  readonly pins?: readonly string[];
  readonly rests?: readonly string[];
  readonly probes?: readonly string[];
  readonly ifMatch?: true;
};

const present = Object.keys(ruleBases).toSorted().at(-1) as keyof typeof ruleBases;
const rulesOf = (version: string): Parameters => {
  const rules = (ruleBases as Record<string, Parameters>)[version];
  if (!rules) throw new RangeError(`no rule base ${version}`);
  return rules;
};
const contractOf = (kind: string): Contract => {
  const contract = (contracts as Readonly<Record<string, Contract>>)[kind];
  if (!contract) throw new RangeError(`no contract ${kind}`);
  return contract;
};
const markDays = 30;
const personOf = (actor: Actor): string => (actor.type === 'person' ? `${actor.id}@${actor.org}` : `system:${actor.id}`);
const retries = 8;
const chainDepth = 12;

/** Content against its schema; what is wrong is told by place, never by what was sent. @throws RefusalError invalid_input */
export const parse = <S extends z.ZodType>(schema: S, value: unknown): z.output<S> => {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new RefusalError(
    'invalid_input',
    result.error.issues.slice(0, 20).map((i) => ({ path: i.path.map(String).join('.').slice(0, 200), message: i.message.slice(0, 200) })),
  );
};

/**
 * The one door: parse → actor → load the record and the references it reads → decide (pure) → commit. HTTP, the clock, payment webhooks,
 * workers and reactions all come through it. DESIGN §4, §5.
 */
export const openDoor = ({ records, processes, secret, now, calendars, wake }: DoorPorts) => {
  const processOf = (kind: string): Process => {
    const process = processes.get(kind);
    if (!process) throw new RangeError(`no process ${kind} behind this door`);
    return process;
  };
  const load = async (refs: readonly Ref[]): Promise<readonly (Stored | undefined)[]> =>
    (await records.getAll(refs)).map((record) => record && upcast(contractOf(record.kind), record));

  /** The first link upward of a record, itself included, that is not live; level by level, strongly consistent, with no cache between. */
  const brokenLink = async (from: Seen, at: string): Promise<Ref | undefined> => {
    if (!from.isLive) return { kind: from.kind, id: from.id };
    const known = new Set<string>();
    let level: readonly Ref[] = from.anchors;
    for (let depth = 0; level.length > 0; depth += 1) {
      if (depth === chainDepth) throw new RangeError('an authority chain without end');
      const links = level.filter((ref) => !known.has(`${ref.kind}#${ref.id}`));
      for (const ref of links) known.add(`${ref.kind}#${ref.id}`);
      const loaded = await load(links);
      for (const [n, ref] of links.entries()) {
        const record = loaded[n];
        if (!record || !isLive(contractOf(ref.kind).live, record, at)) return ref;
      }
      level = loaded.flatMap((record) => record?.anchors ?? []);
    }
    return undefined;
  };

  /** The references that a row reads, and what they rest on. `within` is what the same transaction is writing. */
  const gather = async (contract: Contract, row: Row, links: Stored['links'], at: string, within: readonly Stored[]): Promise<Pick<Facts, 'refs' | 'broken' | 'missing'>> => {
    const named = (row.reads ?? []).map((name) => {
      const target = contract.refs[name];
      const many = Array.isArray(target);
      const kind = (many ? target[0] : (target as Contract)).kind;
      const ids = (links as Readonly<Record<string, string | readonly string[]>>)[name] ?? [];
      return { name, many, refs: [ids].flat().map((id) => ({ kind, id })) };
    });
    const loaded = await load(named.flatMap((n) => n.refs));
    const refs: Record<string, Seen | readonly Seen[]> = {};
    const broken: Record<string, Ref | undefined> = {};
    const stored = loaded.values();
    for (const { name, many, refs: list } of named) {
      const found = list.map((ref) => {
        const read = stored.next().value;
        return within.find((w) => w.kind === ref.kind && w.id === ref.id) ?? read;
      });
      const all = found.filter((record) => record !== undefined).map((record) => seen(contractOf(record.kind), record, at));
      const [first] = all;
      if (all.length < found.length || (!many && !first)) return { refs, broken, missing: name };
      refs[name] = many || !first ? all : first;
      if (row.rests?.includes(name) || row.probes?.includes(name)) for (const one of all) broken[name] ??= await brokenLink(one, at);
    }
    return { refs, broken };
  };

  /** What effects add to the transaction: spawned records go through their own table, as the reaction to this event that cannot wait. */
  const enact = async (effects: readonly Effect[], parent: Decided, commit: CommitDraft, at: string): Promise<void> => {
    for (const [n, effect] of effects.entries()) {
      if ('take' in effect) commit.takes.push({ id: effect.take, amount: effect.amount, event: parent.event.id, or: effect.or });
      else if ('allow' in effect) commit.allows.push({ id: effect.allow, amount: effect.amount });
      else {
        const process = processOf(effect.spawn.kind);
        const id = effect.id ?? derivedId(secret, parent.event.id, String(n));
        const made = await creation(process, id, effect.input, { type: 'system', id: 'reaction' }, at, [parent.next]);
        if ('refused' in made) throw new RefusalError(made.refused);
        commit.writes.push({ process, next: made.next, event: made.event });
        await enact(made.effects, made, commit, at);
      }
    }
  };
  type CommitDraft = { writes: Write[]; takes: NonNullable<Commit['takes']>[number][]; allows: NonNullable<Commit['allows']>[number][] };

  const creation = async (process: Process, id: string, raw: unknown, actor: Actor, at: string, within: readonly Stored[] = []) => {
    const row = process.create as unknown as Row & { links: (input: unknown) => Stored['links'] };
    const input = parse(process.contract.inputs['create'] as z.ZodType, raw);
    const gathered = await gather(process.contract, row, row.links(input), at, within);
    const facts: Facts = { actor, input, ...gathered, now: at, rules: rulesOf(present), calendars: await calendars() };
    return decideCreate(process, id, facts, present);
  };

  const pinsOf = (row: Row, record: Stored): NonNullable<Commit['pins']> =>
    (row.pins ?? []).flatMap((name) => {
      const kind = [contractOf(record.kind).refs[name]].flat()[0]?.kind ?? '';
      const ids = (record.links as Readonly<Record<string, string | readonly string[]>>)[name] ?? [];
      return [ids].flat().map((id) => ({ ref: { kind, id }, or: (row.live?.[name] ?? 'stale') as never }));
    });

  const replay = async (process: Process, ref: Ref, mark: Mark, body: string, actor: Actor): Promise<Outcome> => {
    const [record] = await load([ref]);
    if (!record || !sees(process, actor, record)) throw new RefusalError('not_found');
    if (mark.digest !== body) throw new RefusalError('key_reused');
    return { record, status: mark.status, version: mark.n, replayed: true };
  };

  const attempt = async (request: Request): Promise<Outcome> => {
    const { kind, action, actor, key } = request;
    const process = processOf(kind);
    const instant = now();
    const at = instant.toISOString();
    const creating = request.id === undefined;
    const schema = process.contract.inputs[action];
    if (!schema || (action === 'create') !== creating) throw new RefusalError('no_such_route');
    const input: unknown = parse(schema, request.input);
    const named = creating ? process.create.id?.(input as never) : undefined;
    const id = request.id ?? named ?? derivedId(secret, personOf(actor), kind, key);
    const ref = { kind, id };
    const markKey = hmac(secret, personOf(actor), key);
    const body = digest(canonical({ action, input }));

    const [record] = await load([ref]);
    if (!creating && (!record || !sees(process, actor, record))) throw new RefusalError('not_found');
    if (record) {
      const mark = await records.mark(ref, markKey);
      if (mark) return replay(process, ref, mark, body, actor);
      if (creating) throw new RefusalError('already_exists');
    }
    const row = (creating ? process.create : process.actions[action as never]) as unknown as Row;
    let decision;
    if (record) {
      const gathered = await gather(process.contract, row, record.links, at, []);
      const fires = request.fires === undefined ? {} : { fires: request.fires };
      decision = decide(process, action, record, { actor, input, ...gathered, now: at, rules: rulesOf(record.rules), calendars: await calendars(), ...fires });
    } else decision = await creation(process, id, request.input, actor, at);

    if ('refused' in decision) {
      if (decision.leaves) await leave(decision.leaves, eventIdOf(kind, id, 0), at); // no event has number 0
      throw new RefusalError(decision.refused);
    }
    if (record && actor.type === 'person') {
      if (request.ifMatch === undefined && row.ifMatch) throw new RefusalError('version_required');
      if (request.ifMatch !== undefined && request.ifMatch !== record.version) throw new RefusalError('stale');
    }
    const { next, event, effects } = decision;
    const draft: CommitDraft = { writes: [{ process, ...(record ? { before: record } : {}), next, event }], takes: [], allows: [] };
    await enact(effects, decision, draft, at);
    const status = creating ? 201 : 200;
    const expires = Math.floor(instant.getTime() / 1000) + markDays * 86_400;
    const refused = await records.commit({ ...draft, mark: { ref, key: markKey, mark: { digest: body, n: event.n, status }, expires }, pins: pinsOf(row, next) });
    if (refused) {
      const raced = await records.mark(ref, markKey); // the same request, sent twice at once
      if (raced) return replay(process, ref, raced, body, actor);
      throw new RefusalError(refused);
    }
    for (const write of draft.writes) wake({ kind: write.next.kind, id: write.next.id });
    return { record: next, status, version: next.version, replayed: false };
  };

  /** Records that something was refused, without its content. */
  const leave = async (effect: Effect, because: string, at: string): Promise<void> => {
    if (!('spawn' in effect)) return;
    const process = processOf(effect.spawn.kind);
    const id = derivedId(secret, because);
    const made = await creation(process, id, effect.input, { type: 'system', id: 'reaction' }, at);
    if ('refused' in made) throw new RefusalError(made.refused);
    await records.commit({ writes: [{ process, next: made.next, event: made.event }] });
    wake({ kind: process.contract.kind, id });
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

  /** Derives the dates of a record again, after a calendar has landed. @returns whether they changed */
  const redate = async (ref: Ref): Promise<boolean> => {
    const process = processOf(ref.kind);
    const [record] = await load([ref]);
    if (!record) return false;
    const clocks = clocksOf(process, record, record.clocks, rulesOf(record.rules), await calendars(true));
    if (canonical(clocks) === canonical(record.clocks)) return false;
    const next = { ...record, clocks, version: record.version + 1 };
    const at = now().toISOString();
    const event: Event = { id: eventIdOf(ref.kind, ref.id, next.version), kind: ref.kind, record: ref.id, n: next.version, action: 'redate', by: 'system:reaction', org: '', seat: 'system:reaction', at, status: record.status, region: record.region };
    const refused = await records.commit({ writes: [{ process, before: record, next, event }] });
    if (refused) throw new RefusalError(refused);
    return true;
  };
  /** What breaks the chain under a record, itself included: asked before each stored result or download. Undefined while all of it is live. */
  const brokenUnder = async (ref: Ref): Promise<Ref | undefined> => {
    const [record] = await load([ref]);
    return record ? brokenLink(seen(contractOf(ref.kind), record, now().toISOString()), now().toISOString()) : ref;
  };
  return { act, load, processOf, brokenUnder, redate };
};
