import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { BillMonth } from '../../contracts/delivery.ts';
import { Id, Nothing } from '../../contracts/fields.ts';
import { RequestId } from '../../contracts/query.ts';
import { Arguments } from '../../contracts/template.ts';
import type { Entitlement } from '../../contracts/trade.ts';
import type { Call, Route } from '../../shared/edge/context.ts';
import { csvOf, csvReply } from '../../shared/edge/csv.ts';
import { parse } from '../../shared/edge/parse.ts';
import { RefusalError } from '../../shared/edge/refusal.ts';
import { idOf } from '../../shared/edge/routes.ts';
import type { Stored } from '../../shared/kernel/process.ts';
import { sees } from '../../shared/kernel/seats.ts';
import { ask, awaitEnd, callerOf, outcomeOf, queryOf } from './calling.ts';
import { openMeter } from './metering.ts';
import { statementOf } from './statement.ts';
import { drawToken } from './tokens.ts';
import { usageBill } from './usage-bill.process.ts';

const longestWait = 20; // seconds: API Gateway waits no longer than 29
export const ServiceCall = z.strictObject({
  arguments: Arguments.default([]),
  /** How long the caller would wait for the answer, in seconds. */
  waitSeconds: z.int().min(0).max(longestWait).default(longestWait),
});
export const UsageQuery = z.strictObject({ entitlement: Id });
export const CallsQuery = UsageQuery.extend({ month: BillMonth });

/** The same request, however its letters are written. @throws RefusalError key_required */
const requestOf = (id: string | undefined): string => {
  const read = RequestId.safeParse(id?.toLowerCase());
  if (!read.success) throw new RefusalError('key_required');
  return read.data;
};

/** The contract whose usage is asked for: for its two sides, and for whoever sees its bills. @throws RefusalError not_found */
const trade = async ({ actor, ports }: Call, id: string): Promise<Stored<typeof Entitlement>> => {
  const [record] = await ports.door.load([{ kind: 'entitlement', id }]);
  if (!record || !sees(usageBill, actor, record)) throw new RefusalError('not_found');
  return record as unknown as Stored<typeof Entitlement>;
};
const metered = ['requestId', 'accessKey', 'at', 'outcome', 'rows', 'bytes', 'ms'] as const;

const asking = [
  'service_token_invalid',
  'access_key_not_live',
  'authority_broken',
  'not_a_member',
  'query_refused',
  'unavailable',
] as const;

export const routes: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/access-keys/{id}/token',
    operation: 'drawServiceToken',
    summary: ['领取数据服务密钥（仅显示一次）', 'The token of a service key: shown once, kept nowhere'],
    open: false,
    body: Nothing,
    refusals: ['unauthenticated', 'not_found', 'not_permitted', 'wrong_state', 'token_drawn', 'invalid_input'],
    answers: async (call) => {
      const { actor, ports, body } = call;
      parse(Nothing, body);
      const id = idOf(call);
      await ports.door.act({ kind: 'accessKey', action: 'drawToken', id, input: {}, actor, key: `draw/${randomUUID()}` });
      const token = await drawToken(ports.tables.usage, id, { person: actor.id, org: actor.org });
      if (token === undefined) throw new RefusalError('token_drawn');
      return { status: 200, body: { token, address: `/v1/services/${id}` } };
    },
  },
  {
    method: 'POST',
    path: '/v1/services/{id}',
    operation: 'callService',
    summary: [
      '调用数据服务：以参数提问，等候结果；未及时得出的，返回 202 与查询地址',
      'Asks a product’s template with these arguments and waits for the answer; 202 with an address where it takes longer',
    ],
    open: true,
    keyed: true,
    body: ServiceCall,
    refusals: [
      ...asking,
      ...([
        'not_found',
        'stale',
        'invalid_input',
        'key_required',
        'key_reused',
        'rate_limited',
        'quota_exhausted',
        'not_permitted',
        'template_not_live',
      ] as const),
      ...(['argument_unknown', 'argument_repeated', 'argument_missing', 'argument_invalid', 'argument_out_of_bounds'] as const),
    ],
    answers: async (call) => {
      const { ports, body } = call;
      const caller = await callerOf(call, true);
      const requestId = requestOf(call.key);
      const { arguments: given, waitSeconds } = parse(ServiceCall, body);
      await ask(ports, caller, requestId, given);
      return outcomeOf(ports, caller.key, requestId, await awaitEnd(ports, caller.key, requestId, waitSeconds * 1000));
    },
  },
  {
    method: 'GET',
    path: '/v1/services/{id}/requests/{request}',
    operation: 'readServiceRequest',
    summary: ['读取一次调用的结果', 'What a request has come to'],
    open: true,
    keyed: true,
    refusals: [...asking, 'not_found', 'key_required'],
    answers: async (call) => {
      const { key } = await callerOf(call, false);
      const requestId = requestOf(call.params['request']);
      return outcomeOf(call.ports, key, requestId, await queryOf(call.ports, key, requestId));
    },
  },
  {
    method: 'GET',
    path: '/v1/usage',
    operation: 'getServiceUsage',
    summary: ['合同的数据服务：密钥、用量、账单', 'The data service under a contract: its keys, usage and bills'],
    open: false,
    query: UsageQuery,
    refusals: ['unauthenticated', 'invalid_input', 'not_found'],
    answers: async (call) => {
      const { entitlement } = parse(UsageQuery, call.query);
      return { status: 200, body: await statementOf(call.ports, await trade(call, entitlement), call.actor) };
    },
  },
  {
    method: 'GET',
    path: '/v1/usage/calls',
    operation: 'exportServiceCalls',
    summary: ['导出一个月的调用明细（CSV）', 'The calls of a month, line by line, as a CSV file for the buyer who made them'],
    open: false,
    query: CallsQuery,
    produces: ['text/csv'],
    refusals: ['unauthenticated', 'invalid_input', 'not_found', 'not_permitted'],
    answers: async (call) => {
      const { entitlement, month } = parse(CallsQuery, call.query);
      const { owner } = await trade(call, entitlement);
      if (call.actor.org !== owner) throw new RefusalError('not_permitted'); // when a buyer asks what is its own affair
      const rows = await openMeter(call.ports.tables.usage).rows(entitlement, month);
      return csvReply(
        `calls-${entitlement}-${month}`,
        csvOf(
          metered,
          rows.map((row) => metered.map((name) => row[name])),
        ),
      );
    },
  },
];
