import type { Parameters } from '../../contracts/parameters.ts';
import type { Refusal } from '../../contracts/refusals.ts';
import type { Calendars } from './calendar.ts';
import { canonical } from './canonical.ts';
import { clocksOf } from './clocks.ts';
import { digest } from './digest.ts';
import type {
  Action,
  Actor,
  Contract,
  Create,
  Effect,
  Next,
  Process,
  Ref,
  Refused,
  Seat,
  Seen,
  Signatures,
  Stored,
  Verdict,
} from './process.ts';
import { sees } from './seats.ts';

export type Event = {
  readonly id: string;
  readonly kind: string;
  readonly record: string;
  /** The version of the record that this event made. */
  readonly n: number;
  readonly action: string;
  /** One of several signatures: the record has not moved. */
  readonly partial?: true;
  readonly by: string;
  readonly org: string;
  readonly seat: string;
  readonly at: string;
  readonly status: string;
  readonly region: string;
  /** What the action chose to disclose. */
  readonly public?: object;
  /** Of what is disclosed, the fields that stay sealed: shown to nobody, and in the public ledger as salted commitments. */
  readonly sealed?: object;
  /** Who else has signed what is disclosed, by seat. */
  readonly signers?: Readonly<Record<string, { readonly by: string; readonly org: string }>>;
};
export type Decided = { readonly next: Stored; readonly event: Event; readonly effects: readonly Effect[] };
export type Decision = { readonly refused: Refused; readonly leaves?: Effect } | Decided;

type Loaded = Readonly<Record<string, Seen | readonly Seen[]>>;
/** What a decision is made from. The door loads it; nothing else may enter. */
export type Facts = {
  readonly actor: Actor;
  readonly input: unknown;
  readonly refs: Loaded;
  /** For each reference that the row rests on or probes, the first link upward that is not live. */
  readonly broken: Readonly<Record<string, Ref | undefined>>;
  /** What a held claim that the row asks for refuses with. */
  readonly barred?: Refusal;
  /** A reference that names no record. */
  readonly missing?: string;
  readonly now: string;
  readonly rules: Parameters;
  readonly calendars: Calendars;
  /** The clock that fires, where the actor is the clock. */
  readonly fires?: string;
};
type Row = Action<Contract, string, string, string, never>;
type CreateRow = Create<Contract, string, never>;

const listOf = <T>(one: T | readonly T[]): readonly T[] => (Array.isArray(one) ? one : [one as T]);
export const seatsOf = (row: { readonly by: Seat | readonly Seat[] }): readonly Seat[] => listOf(row.by);
const fits = (seat: Seat, actor: Actor, record: Stored): boolean =>
  'system' in seat ? actor.type === 'system' && actor.id === seat.system : actor.type === 'person' && seat.person(actor, record);
export const refusedAs = (verdict: Exclude<Verdict, undefined>): Refused => (typeof verdict === 'string' ? { code: verdict } : verdict);

/** The standing of what an action refers to: first each reference, then all that it rests on. */
const standing = (row: Pick<Row, 'live' | 'rests'>, { refs, broken, missing, barred }: Facts): Refused | undefined => {
  if (missing !== undefined) return { code: 'reference_not_found', about: { reference: missing } };
  if (barred !== undefined) return { code: barred };
  for (const [ref, code] of Object.entries<Refusal>(row.live ?? {}))
    if (!listOf(refs[ref]).every((r) => r?.isLive === true)) return { code };
  for (const ref of listOf<string>(row.rests ?? [])) {
    const link = broken[ref];
    if (link) return { code: 'authority_broken', about: { kind: link.kind, id: link.id } };
  }
  return undefined;
};
const firstRefusal = (guards: readonly ((c: never) => Verdict)[] | undefined, context: object): Refused | undefined => {
  for (const guard of guards ?? []) {
    const verdict = guard(context as never);
    if (verdict) return refusedAs(verdict);
  }
  return undefined;
};
const ownWork = (row: Row, record: Stored, signed: Signatures | undefined, { actor, refs }: Facts): boolean => {
  if (actor.type !== 'person') return false;
  const acted = (past: PropertyKey | readonly [PropertyKey, string]): boolean =>
    Array.isArray(past)
      ? listOf(refs[String(past[0])]).some((r) => r?.did[String(past[1])]?.includes(actor.id))
      : (record.did[String(past)]?.includes(actor.id) ?? false);
  return Object.values(signed?.seats ?? {}).includes(actor.id) || (row.notBy?.some(acted) ?? false);
};
/** What an action discloses of the record it made; nothing, where the table says so. */
const disclosureOf = (
  { publish, commits }: Pick<Row | CreateRow, 'publish' | 'commits'>,
  next: Stored,
): Pick<Event, 'public' | 'sealed'> => {
  const told = publish === 'nothing' ? undefined : publish(next);
  return told ? { public: told, ...(commits ? { sealed: commits(next) } : {}) } : {};
};
/** Who signed with the actor, where several did. */
const signersOf = ({ seats, orgs = {} }: Pick<Signatures, 'seats' | 'orgs'>): Pick<Event, 'signers'> => {
  const signers = Object.entries(seats).map(([seat, by]) => [seat, { by, org: orgs[seat] ?? '' }] as const);
  return signers.length > 0 ? { signers: Object.fromEntries(signers) } : {};
};
const orgOf = (actor: Actor): string => (actor.type === 'person' ? actor.org : '');
const idOf = (actor: Actor): string => (actor.type === 'person' ? actor.id : `system:${actor.id}`);

/** The id of the event that makes version n of a record. */
export const eventIdOf = (kind: string, id: string, n: number): string => `${kind}.${id}.${n}`;

const settle = (process: Process, before: Stored, moved: Next<Contract>, kept: Partial<Stored>, facts: Facts): Stored => {
  const { links, anchors, ...state } = moved;
  const until = process.until?.(state);
  const { validUntil: _lapsed, ...rest } = before;
  const next = {
    ...rest,
    ...kept,
    ...state,
    links: { ...before.links, ...links },
    anchors: anchors ?? before.anchors,
    since: before.status === state.status ? before.since : facts.now,
    ...(until === undefined ? {} : { validUntil: until }),
  } as Stored;
  return { ...next, clocks: clocksOf(process, next, before.clocks, facts.rules, facts.calendars, facts.fires) };
};

/**
 * May this actor do this, here, now, and if so, what becomes of the record? Pure.
 * The order of refusal is the law of the kernel: seen, permitted, own earlier work, state, standing, guards.
 */
export const decide = (process: Process, name: string, record: Stored, facts: Facts): Decision => {
  const row = process.actions[name] as unknown as Row;
  const { actor, now } = facts;
  if (!sees(process, actor, record)) return { refused: { code: 'not_found' } };

  const content = digest(canonical(facts.input));
  const pending = record.signed[name];
  const signed = pending?.digest === content ? pending : undefined; // any change of content voids what was signed
  const seats = seatsOf(row); // the most senior seat stands last, and a person takes the most senior open one that fits
  const seat = seats.findLast((s) => signed?.seats[s.label] === undefined && fits(s, actor, record));
  if (!seat) return { refused: { code: seats.some((s) => fits(s, actor, record)) ? 'own_work' : 'not_permitted' } };
  if (ownWork(row, record, signed, facts)) return { refused: { code: 'own_work' } };
  if (!row.from.includes(record.status)) return { refused: { code: 'wrong_state', about: { status: record.status } } };
  const context = { ...facts, record, eventId: eventIdOf(record.kind, record.id, record.version + 1) };
  const refused = standing(row, facts) ?? firstRefusal(row.guards, context);
  if (refused) return { refused };

  const did = { ...record.did, [name]: [...new Set([...(record.did[name] ?? []), idOf(actor)])] };
  const kept = { did, version: record.version + 1 };
  const news = {
    id: context.eventId,
    kind: record.kind,
    record: record.id,
    n: kept.version,
    action: name,
    by: idOf(actor),
    org: orgOf(actor),
    seat: seat.label,
    at: now,
    region: record.region,
  };
  const seated = { ...signed?.seats, [seat.label]: idOf(actor) };
  if (Object.keys(seated).length < seats.length) {
    const signatures = { digest: content, input: facts.input, seats: seated, orgs: { ...signed?.orgs, [seat.label]: orgOf(actor) } };
    const next = { ...record, ...kept, signed: { ...record.signed, [name]: signatures } };
    return { next, event: { ...news, partial: true, status: record.status }, effects: [] };
  }
  const next = settle(process, record, row.becomes(context as never), { ...kept, signed: {} }, facts);
  const disclosed = disclosureOf(row, next);
  const signers = disclosed.public && signed ? signersOf(signed) : {};
  return { next, event: { ...news, status: next.status, ...disclosed, ...signers }, effects: row.effects?.(context as never) ?? [] };
};

/** The same for the first action of a record's life. Where an intake is refused, what the table `leaves` of it is recorded without content. */
export const decideCreate = (process: Process, id: string, facts: Facts, version: string): Decision => {
  const row = process.create as unknown as CreateRow;
  const { actor, now } = facts;
  const entrance = listOf(row.by).find((e) =>
    'system' in e ? actor.type === 'system' && listOf(e.system).includes(actor.id) : actor.type === 'person' && e.person(actor),
  );
  if (!entrance) return { refused: { code: 'not_permitted' } };
  const { kind, schema } = process.contract;
  const context = { ...facts, id, eventId: eventIdOf(kind, id, 1) };
  const foreign = listOf<string>(row.own ?? []).find(
    (ref) => actor.type === 'person' && !listOf(facts.refs[ref]).every((r) => r?.owner === actor.org),
  );
  const missing = facts.missing ?? foreign; // another's record does not exist for this actor
  const refused = standing(row, missing === undefined ? facts : { ...facts, missing }) ?? firstRefusal(row.guards, context);
  const leaves = refused && row.leaves?.[refused.code]?.(context as never);
  if (refused) return { refused, ...(leaves ? { leaves } : {}) };

  const moved = row.becomes(context as never) as Next<Contract>;
  const belongs = { owner: orgOf(actor), region: actor.type === 'person' ? actor.region : '', ...row.belongs?.(context as never) };
  const by = idOf(actor);
  const blank = {
    kind,
    id,
    version: 1,
    schema,
    rules: version,
    ...belongs,
    receivedAt: now,
    since: now,
    links: row.links(facts.input as never),
    anchors: [],
    did: { create: [by] },
    signed: {},
    clocks: {},
    status: '',
    data: {},
  } as unknown as Stored;
  const next = settle(process, blank, moved, {}, facts);
  const disclosed = disclosureOf(row, next);
  const event: Event = {
    id: context.eventId,
    kind,
    record: id,
    n: 1,
    action: 'create',
    by,
    org: orgOf(actor),
    seat: entrance.label,
    at: now,
    status: next.status,
    region: next.region,
    ...disclosed,
  };
  return { next, event, effects: row.effects?.(context as never) ?? [] };
};

/** What a person could do here now, as far as seats, state and own work tell: the buttons of a page. References and guards are asked at the door. */
export const offered = (process: Process, record: Stored, actor: Actor): readonly string[] =>
  Object.entries(process.actions as unknown as Record<string, Row>)
    .filter(([name, row]) => {
      if (!row.from.includes(record.status)) return false;
      const signed = record.signed[name];
      const seat = seatsOf(row).findLast((s) => signed?.seats[s.label] === undefined && fits(s, actor, record));
      const facts = { actor, refs: {} } as unknown as Facts;
      return actor.type === 'person' && seat !== undefined && !ownWork(row, record, signed, facts);
    })
    .map(([name]) => name);
