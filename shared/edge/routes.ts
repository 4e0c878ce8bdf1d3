import * as z from 'zod';
import { regions, type Role } from '../../contracts/roles.ts';
import { seatsOf } from '../kernel/decide.ts';
import type { Person, Process, Stored, Waits } from '../kernel/process.ts';
import { covers, names, sees } from '../kernel/seats.ts';
import { listKey, queueKey } from '../store/layout.ts';
import { sortOf } from '../store/records.ts';
import type { Call, Context, Reply, Route } from './context.ts';
import type { Outcome } from './door.ts';
import { parse } from './parse.ts';
import { RefusalError } from './refusal.ts';
import { isInside, lineOf, viewOf } from './view.ts';

/** What a request says beside its body. */
export type HttpCall = Call & { readonly ifMatch?: string };
export type HttpRoute = {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly open: boolean;
  readonly keyed?: true;
  readonly answers: (call: HttpCall) => Promise<Reply>;
};

const scopes = ['own', 'party', 'region', 'queue'] as const;
export const ListQuery = z.strictObject({
  scope: z.enum(scopes).default('own'),
  cursor: z.string().max(800).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});
export const HistoryQuery = z.strictObject({ after: z.coerce.number().int().min(0).max(9_999_999).default(0) });

const versionOf = (header: string | undefined): number | undefined => {
  if (header === undefined) return undefined;
  const version = /^(?:W\/)?"(\d{1,9})"$/.exec(header)?.[1];
  if (version === undefined) throw new RefusalError('version_required');
  return Number(version);
};
/** The actions of a table that a person can take: those that have a route. */
export const personalActions = (process: Process): readonly string[] =>
  Object.entries(process.actions)
    .filter(([, row]) => seatsOf(row as never).some((seat) => 'person' in seat))
    .map(([name]) => name);
export const isPersonal = (process: Process): boolean => [process.create.by].flat().some((entrance) => 'person' in entrance);

const answer = (process: Process, outcome: Outcome, { actor, ports }: HttpCall): Reply => ({
  status: outcome.status,
  headers: {
    etag: `"${outcome.version}"`,
    ...(outcome.replayed ? { 'idempotent-replayed': 'true' } : {}),
    location: `/v1/${process.contract.plural}/${outcome.record.id}`,
  },
  body: { ...viewOf(process, outcome.record, actor, ports.now().toISOString()), version: outcome.version },
});
const keyOf = (key: string | undefined): string => {
  if (key === undefined || !/^[\x21-\x7e]{8,128}$/.test(key)) throw new RefusalError('key_required');
  return key;
};
const take =
  (process: Process, action: string) =>
  async (call: HttpCall): Promise<Reply> => {
    const { kind } = process.contract;
    const key = keyOf(call.key);
    const ifMatch = versionOf(call.ifMatch);
    const id = action === 'create' ? {} : { id: idOf(call) };
    const outcome = await call.ports.door.act({
      kind,
      action,
      ...id,
      input: call.body,
      actor: call.actor,
      key,
      ...(ifMatch === undefined ? {} : { ifMatch }),
    });
    call.ports.metrics.addMetric(`${kind}.${action}`, 'Count', 1);
    return answer(process, outcome, call);
  };

/** The id that a path names. @throws RefusalError not_found for what is no id */
export const idOf = ({ params }: Pick<Call, 'params'>): string => {
  const id = params['id'] ?? '';
  if (!/^[A-Za-z0-9][A-Za-z0-9._:-]{0,119}$/.test(id)) throw new RefusalError('not_found');
  return id;
};
const visible = async (process: Process, call: HttpCall): Promise<Stored> => {
  const [record] = await call.ports.door.load([{ kind: process.contract.kind, id: idOf(call) }]);
  if (!record || !sees(process, call.actor, record)) throw new RefusalError('not_found');
  return record;
};
const show =
  (process: Process) =>
  async (call: HttpCall): Promise<Reply> => {
    const record = await visible(process, call);
    return {
      status: 200,
      headers: { etag: `"${record.version}"` },
      body: viewOf(process, record, call.actor, call.ports.now().toISOString()),
    };
  };
const historyPage = 100;
const history =
  (process: Process) =>
  async (call: HttpCall): Promise<Reply> => {
    const { after } = parse(HistoryQuery, call.query);
    const record = await visible(process, call);
    const events = await call.ports.records.history({ kind: record.kind, id: record.id }, after, historyPage);
    const inside = isInside(process, record, call.actor);
    const lines = events.filter(({ event }) => inside || !event.partial).map(({ event }) => lineOf(event, call.actor));
    return { status: 200, body: { items: lines, ...(events.length === historyPage ? { next: events.at(-1)?.event.n } : {}) } };
  };

const covered = (actor: Person): readonly string[] => Object.keys(regions).filter((region) => covers(actor.region, region));
const queuesOf = (process: Process, actor: Person): readonly string[] => {
  const { kind } = process.contract;
  const waits = Object.values(process.queue).flatMap((w) => [w as Waits | readonly Waits[]].flat());
  const mine = waits.filter(({ role, of }) => actor.roles.includes(role) && (of !== 'party' || actor.org !== ''));
  const keys = mine.flatMap(({ role, of }) =>
    (of === 'region' ? covered(actor) : names(actor)).map((scope) => queueKey(scope, role, kind)),
  );
  return [...new Set(keys)];
};
/** The keys that an actor may list by. Lists are scoped by key, never filtered after reading. */
const keysOf = (process: Process, scope: (typeof scopes)[number], actor: Person): readonly string[] => {
  const { kind } = process.contract;
  if (scope === 'queue') return queuesOf(process, actor);
  if (scope !== 'region') return names(actor).map((name) => listKey(kind, name));
  if (!process.sees.roles.some((role: Role) => actor.roles.includes(role))) throw new RefusalError('not_permitted');
  return covered(actor).map((region) => listKey(kind, region));
};
const indexOf = { own: 'owner', party: 'party', region: 'kind', queue: 'queue' } as const;
const list =
  (process: Process) =>
  async (call: HttpCall): Promise<Reply> => {
    const { scope, cursor, limit } = parse(ListQuery, call.query);
    if (call.actor.id === '') throw new RefusalError('unauthenticated');
    const after = cursor === undefined ? undefined : sortOf(cursor);
    if (cursor !== undefined && after === undefined) throw new RefusalError('invalid_cursor');
    const keys = keysOf(process, scope, call.actor);
    const page = await call.ports.records.list({
      index: indexOf[scope],
      keys,
      limit,
      descending: scope !== 'queue',
      ...(after === undefined ? {} : { after }),
    });
    const items = page.entries.map((e) => ({ kind: process.contract.kind, id: e.pk.slice(e.pk.indexOf('#') + 1), ...(e.card as object) }));
    return { status: 200, body: { items, ...(page.cursor === undefined ? {} : { cursor: page.cursor }) } };
  };

/** The routes of a table. Reading is open to all and answers what one may see; acting is for the signed-in. */
export const routesOf = (process: Process): readonly HttpRoute[] => {
  const base = `/v1/${process.contract.plural}`;
  return [
    { method: 'GET', path: base, open: false, answers: list(process) },
    { method: 'GET', path: `${base}/{id}`, open: true, answers: show(process) },
    { method: 'GET', path: `${base}/{id}/history`, open: true, answers: history(process) },
    ...(isPersonal(process) ? [{ method: 'POST', path: base, open: false, answers: take(process, 'create') } as const] : []),
    ...personalActions(process).map(
      (action) => ({ method: 'POST', path: `${base}/{id}/${action}`, open: false, answers: take(process, action) }) as const,
    ),
  ];
};
/** All routes of a context: its modules' own before those of its tables. */
export const contextRoutes = (context: Context): readonly HttpRoute[] => [
  ...context.routes.map((r: Route): HttpRoute => r),
  ...context.processes.flatMap(routesOf),
];
