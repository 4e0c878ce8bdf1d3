import { offered, type Event } from '../kernel/decide.ts';
import { isLive } from '../kernel/live.ts';
import type { Actor, Process, Stored } from '../kernel/process.ts';
import { covers, sees } from '../kernel/seats.ts';

/** Whether an actor would see a record if none of its states were public: what is being signed is not public until it is. */
export const isInside = (process: Process, record: Stored, actor: Actor): boolean =>
  sees({ ...process, sees: { ...process.sees, public: [] } }, actor, record);

const dataOf = (process: Process, record: Stored, actor: Actor): object => (process.view ? process.view(actor, record) : record.data);
/** Why a public record stands as it does is told to those inside. */
const withoutReason = ({ reason: _inside, ...data }: { readonly reason?: unknown }): object => data;

/** A record as one actor may read it, with what they could do here now. */
export const viewOf = (process: Process, record: Stored, actor: Actor, at: string) => ({
  kind: record.kind,
  id: record.id,
  version: record.version,
  status: record.status,
  isLive: isLive(process.contract.live, record, at),
  region: record.region,
  owner: record.owner,
  ...(record.party === undefined ? {} : { party: record.party }),
  receivedAt: record.receivedAt,
  since: record.since,
  ...(record.validUntil === undefined ? {} : { validUntil: record.validUntil }),
  rules: record.rules,
  links: record.links,
  data: isInside(process, record, actor) ? dataOf(process, record, actor) : withoutReason(dataOf(process, record, actor)),
  clocks: record.clocks,
  signed: isInside(process, record, actor)
    ? Object.fromEntries(Object.entries(record.signed).map(([action, { input, seats }]) => [action, { input, seats: Object.keys(seats) }]))
    : {},
  offered: offered(process, record, actor),
});

const overseers = new Set(['auditor', 'authority.lead', 'authority.case']);
/** Whether who acted is named to an actor: to themselves, to their own organisation and to those who oversee its region. */
export const isNamedTo = ({ by, org, region }: Pick<Event, 'by' | 'org' | 'region'>, actor: Actor): boolean =>
  actor.type === 'system' ||
  (org !== '' && org === actor.org) ||
  actor.id === by ||
  (actor.roles.some((r) => overseers.has(r)) && covers(actor.region, region));
/** One line of a record's timeline. Those to whom it does not name who acted read the seat. */
export const lineOf = (event: Event, actor: Actor) => ({
  n: event.n,
  action: event.action,
  at: event.at,
  seat: event.seat,
  org: event.org,
  status: event.status,
  ...(event.partial ? { partial: true } : {}),
  ...(isNamedTo(event, actor) ? { by: event.by } : {}),
  disclosed: event.public !== undefined,
});
