import { setTimeout as sleep } from 'node:timers/promises';
import type { AccessKey } from '../../contracts/delivery.ts';
import { kinds } from '../../contracts/kinds.ts';
import type { Query } from '../../contracts/query.ts';
import type { Argument } from '../../contracts/template.ts';
import { memberAs } from '../../shared/edge/actor.ts';
import type { Call, Reply } from '../../shared/edge/context.ts';
import type { Ports } from '../../shared/edge/ports.ts';
import { RefusalError } from '../../shared/edge/refusal.ts';
import { resultOf } from '../../shared/edge/results.ts';
import { idOf } from '../../shared/edge/routes.ts';
import { isLive } from '../../shared/kernel/live.ts';
import type { Person, Stored } from '../../shared/kernel/process.ts';
import { leaseBlock } from './leasing.ts';
import { countCall } from './rates.ts';
import { drawnBy } from './tokens.ts';

type Key = Stored<typeof AccessKey>;
type Asked = Stored<typeof Query>;
/** Whoever calls: the key, and the person who drew its token, for each call is theirs. */
export type Caller = { readonly key: Key; readonly actor: Person };

const mostRounds = 50;
const firstLookMs = 100;
const longestLookMs = 1_000;

const keyOf = async ({ door }: Ports, id: string): Promise<Key> => {
  const [key] = (await door.load([{ kind: 'accessKey', id }])) as unknown as readonly (Key | undefined)[];
  if (!key) throw new RefusalError('service_token_invalid');
  return key;
};

/**
 * Who calls the service that a path names. Of what is wrong with a token nothing is told. The key and the whole chain are asked at each request.
 * @throws RefusalError service_token_invalid, rate_limited, access_key_not_live, authority_broken, not_a_member
 */
export const callerOf = async (call: Pick<Call, 'params' | 'token' | 'ports'>, counts: boolean): Promise<Caller> => {
  const { ports, token } = call;
  const id = idOf(call);
  const drawn = token === undefined ? undefined : await drawnBy(ports.tables.usage, id, token);
  if (!drawn) throw new RefusalError('service_token_invalid');
  const key = await keyOf(ports, id);
  const retryAfter = counts ? await countCall(ports.tables.usage, id, key.data.perMinute, ports.now()) : undefined;
  if (retryAfter !== undefined) throw new RefusalError({ code: 'rate_limited', about: { retryAfter } });
  if (!isLive(kinds.accessKey.live, key, ports.now().toISOString())) throw new RefusalError('access_key_not_live');
  const link = await ports.door.brokenUnder({ kind: 'accessKey', id });
  if (link) throw new RefusalError({ code: 'authority_broken', about: { kind: link.kind, id: link.id } });
  // Whoever drew it may have lost the role since: the door asks their present one.
  return { key, actor: await memberAs(drawn.person, drawn.org, ports) };
};

const codeOf = (error: unknown): string | undefined => (error instanceof RefusalError ? error.refused.code : undefined);

/** The query that a request of a key has become. @throws RefusalError not_found */
export const queryOf = async ({ door }: Ports, { id }: Pick<Key, 'id'>, requestId: string): Promise<Asked> => {
  const [query] = (await door.load([{ kind: 'query', id: `${id}.${requestId}` }])) as unknown as readonly (Asked | undefined)[];
  if (!query) throw new RefusalError('not_found');
  return query;
};

/**
 * Asks the question of a key's template through the door as its buyer would, once for each request id. What it takes from the quota comes from
 * the block that the key has leased; where that is used up the next one is leased, and the question is put again.
 * @throws RefusalError quota_exhausted, key_reused for another body under the same id, and what the door refuses a question with
 */
export const ask = async (ports: Ports, { key, actor }: Caller, requestId: string, given: readonly Argument[]): Promise<string> => {
  const { entitlement, template } = key.data;
  const input = { entitlement, template, arguments: given, service: { accessKey: key.id, requestId } };
  let present = key;
  for (let round = 0; round < mostRounds; round += 1) {
    try {
      const { record } = await ports.door.act({ kind: 'query', action: 'create', input, actor, key: `service/${key.id}/${requestId}` });
      return record.id;
    } catch (error) {
      if (codeOf(error) !== 'quota_exhausted') throw error;
    }
    await leaseBlock(ports, present);
    present = await keyOf(ports, key.id);
  }
  throw new RefusalError('busy');
};

/** What a request has come to: its result, its refusal, or that it is still worked on, with the address to ask again. */
export const outcomeOf = async (ports: Ports, { id }: Pick<Key, 'id'>, requestId: string, query: Asked): Promise<Reply> => {
  if (query.status === 'cancelled') throw new RefusalError({ code: 'query_refused', about: { code: 'query_cancelled' } });
  if (query.status !== 'admitted') return { status: 200, body: { requestId, ...(await resultOf(query, ports)) } };
  const location = `/v1/services/${id}/requests/${requestId}`;
  return { status: 202, headers: { location, 'retry-after': '1' }, body: { requestId, id: query.id, status: query.status, location } };
};

/** Looks for the end of a query, less and less often, for at most so long. */
export const awaitEnd = async (ports: Ports, key: Pick<Key, 'id'>, requestId: string, longestMs: number): Promise<Asked> => {
  const began = performance.now();
  for (let lookMs = firstLookMs; ; lookMs = Math.min(lookMs * 2, longestLookMs)) {
    const query = await queryOf(ports, key, requestId);
    if (query.status !== 'admitted' || performance.now() - began + lookMs > longestMs) return query;
    await sleep(lookMs);
  }
};
