import * as z from 'zod';
import { Id } from '../../contracts/fields.ts';
import type { Route } from '../../shared/edge/context.ts';
import { parse } from '../../shared/edge/parse.ts';
import { RefusalError } from '../../shared/edge/refusal.ts';
import type { Role } from '../../contracts/roles.ts';
import type { Person } from '../../shared/kernel/process.ts';
import { sortOf } from '../../shared/store/records.ts';

export const PageQuery = z.strictObject({ cursor: z.string().max(800).optional() });
export const Replay = z.strictObject({ kind: z.string().max(40), id: Id, n: z.int().min(1).max(9_999_999) });

const watchers: readonly Role[] = ['sre', 'auditor', 'authority.lead'];
const permit = (actor: Person, roles: readonly Role[]): void => {
  if (!roles.some((role) => actor.roles.includes(role))) throw new RefusalError('not_permitted');
};
const afterOf = (query: unknown): string | undefined => {
  const { cursor } = parse(PageQuery, query);
  const after = cursor === undefined ? undefined : sortOf(cursor);
  if (cursor !== undefined && after === undefined) throw new RefusalError('invalid_cursor');
  return after;
};

/** What runs beside the tables: ids and states only, never a payload. */
export const routes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/health',
    operation: 'getHealth',
    summary: ['运行状况', 'Whether the store answers'],
    open: true,
    refusals: ['unavailable'],
    answers: async ({ ports }) => {
      await ports.records.left('health');
      return { status: 200, body: { status: 'ok', now: ports.now().toISOString() } };
    },
  },
  {
    method: 'GET',
    path: '/v1/operations/parked',
    operation: 'listParkedReactions',
    summary: ['搁置的反应', 'Events that a reaction could not take'],
    open: false,
    query: PageQuery,
    refusals: ['unauthenticated', 'not_permitted', 'invalid_cursor'],
    answers: async ({ query, actor, ports }) => {
      permit(actor, watchers);
      const { items, cursor } = await ports.belt.parked(afterOf(query));
      const body = items.map(({ event, parked }) => ({
        kind: event.kind,
        id: event.record,
        n: event.n,
        action: event.action,
        at: event.at,
        parked,
      }));
      return { status: 200, body: { items: body, ...(cursor === undefined ? {} : { cursor }) } };
    },
  },
  {
    method: 'GET',
    path: '/v1/operations/provisional',
    operation: 'listProvisionalDates',
    summary: ['暂定期限', 'Records whose dates lie past the last published calendar'],
    open: false,
    query: PageQuery,
    refusals: ['unauthenticated', 'not_permitted', 'invalid_cursor'],
    answers: async ({ query, actor, ports }) => {
      permit(actor, watchers);
      const { entries, cursor } = await ports.clock.provisional(afterOf(query));
      const items = entries.map(({ pk, card }) => {
        const id = pk.slice(pk.indexOf('#') + 1);
        return { ...(card as object), kind: pk.slice(0, pk.indexOf('#')), id, title: id, owner: '' }; // whoever runs the platform reads no content
      });
      return { status: 200, body: { items, ...(cursor === undefined ? {} : { cursor }) } };
    },
  },
  {
    method: 'POST',
    path: '/v1/operations/replay',
    operation: 'replayParkedReaction',
    summary: ['重放搁置的反应', 'Have the parked reactions of an event tried again'],
    open: false,
    body: Replay,
    status: 202,
    refusals: ['unauthenticated', 'not_permitted', 'nothing_parked', 'invalid_input'],
    answers: async ({ body, actor, ports }) => {
      permit(actor, ['sre']);
      const { kind, id, n } = parse(Replay, body);
      await ports.belt.replay({ kind, id }, n);
      return { status: 202, body: {} };
    },
  },
];
