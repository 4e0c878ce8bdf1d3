import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

/**
 * Stands between the SDK and an emulator, which is too kind, and does what DynamoDB does on a bad day:
 *
 * - `lateIndex`: an index query is answered as it was answered before, or without the newest entries;
 * - `conflict`, `throttle`, `inProgress`, `broken`: a request is refused before it is forwarded, the last with a 500;
 * - `mixed`: a transaction that was cancelled by a condition is also cancelled by a conflict;
 * - `unprocessed`: a batch read leaves some of its keys over;
 * - `lostBefore`, `lostAfter`: the connection is cut before the request reaches the engine, or after the engine did it;
 * - `delayedStream`, `repeatedStream`, `reorderedStream`: stream records come later, twice, or in another order.
 */
export const faults = [
  'lateIndex',
  'conflict',
  'throttle',
  'inProgress',
  'broken',
  'mixed',
  'unprocessed',
  'lostBefore',
  'lostAfter',
  'delayedStream',
  'repeatedStream',
  'reorderedStream',
] as const;
export type Fault = (typeof faults)[number];
type Rates = Partial<Record<Fault, number>>;

export type UnkindProxy = {
  readonly endpoint: string;
  /** How often each fault happened. */
  readonly happened: Readonly<Record<Fault, number>>;
  /** Sets the probability of each fault, from 0 to 1; those not named never happen. */
  readonly be: (rates: Rates) => void;
  /** The next `times` chances for this fault are taken, whatever its rate. */
  readonly next: (fault: Fault, times?: number) => void;
  readonly stop: () => Promise<void>;
};

type Body = Record<string, unknown>;
/** `headers` are what the engine needs of the client's: the action and the signature. */
type Call = { readonly action: string | undefined; readonly headers: Record<string, string>; readonly request: Body };
type Answer = { readonly status: number; readonly body: Body };
type Keyed = { readonly pk: { readonly S: string }; readonly sk: { readonly S: string } };

/** Mulberry32 (Tommy Ettinger, public domain): small, and the same everywhere for the same seed. */
const randomFrom = (seed: number) => (): number => {
  seed = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
};

const refusal = (type: string, more: Body = {}): Answer => ({
  status: 400,
  body: { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: 'injected', ...more },
});

const keyOf = ({ pk, sk }: Keyed): string => JSON.stringify([pk.S, sk.S]);

/** The keys that a transaction writes. */
const writtenBy = (request: Body): readonly string[] =>
  (request['TransactItems'] as Record<string, { Item?: Keyed; Key?: Keyed }>[]).flatMap(({ Put, Update, Delete }) => {
    const key = Put?.Item ?? Update?.Key ?? Delete?.Key;
    return key ? [keyOf(key)] : [];
  });

class Unkindness {
  readonly happened = Object.fromEntries(faults.map((fault) => [fault, 0])) as Record<Fault, number>;
  readonly forced: Rates = {};
  rates: Rates = {};
  readonly #upstream: string;
  readonly #random: () => number;
  readonly #earlier = new Map<string, Answer>();
  readonly #delivered = new Map<unknown, unknown[]>();
  #newest: readonly string[] = [];

  constructor(upstream: string, seed: number) {
    this.#upstream = upstream;
    this.#random = randomFrom(seed);
  }

  /** Undefined where the connection is to be cut. */
  async answer(call: Call): Promise<Answer | undefined> {
    if (this.strikes('lostBefore')) return undefined;
    const answer = this.#refuse(call) ?? (await this.#serve(call));
    return this.strikes('lostAfter') ? undefined : answer;
  }

  strikes(fault: Fault): boolean {
    const forced = this.forced[fault] ?? 0;
    const strikes = forced > 0 || this.#random() < (this.rates[fault] ?? 0);
    if (forced > 0) this.forced[fault] = forced - 1;
    if (strikes) this.happened[fault] += 1;
    return strikes;
  }

  #refuse({ action, request }: Call): Answer | undefined {
    if (this.strikes('throttle')) return refusal(this.#random() < 0.5 ? 'ThrottlingException' : 'ProvisionedThroughputExceededException');
    if (this.strikes('broken')) return { ...refusal('InternalServerError'), status: 500 };
    if (action !== 'TransactWriteItems') return undefined;
    if (this.strikes('inProgress')) return refusal('TransactionInProgressException');
    if (!this.strikes('conflict')) return undefined;
    const { length } = request['TransactItems'] as unknown[];
    const at = Math.floor(this.#random() * length);
    const reasons = Array.from({ length }, (_, n) => ({ Code: n === at ? 'TransactionConflict' : 'None' }));
    return refusal('TransactionCanceledException', { CancellationReasons: reasons });
  }

  async #serve(call: Call): Promise<Answer> {
    const { action, request } = call;
    if (action === 'TransactWriteItems') return this.#transact(call);
    if (action === 'BatchGetItem' && this.strikes('unprocessed')) return this.#leaveOver(call);
    if (action === 'Query' && request['IndexName'] !== undefined) return this.#queryIndex(call);
    if (action === 'GetRecords') return this.#getRecords(call);
    return this.#forward(call);
  }

  async #transact(call: Call): Promise<Answer> {
    const answer = await this.#forward(call);
    if (answer.status === 200) this.#newest = [...this.#newest, ...writtenBy(call.request)].slice(-8);
    const reasons = answer.body['CancellationReasons'] as { Code: string }[] | undefined;
    const at = reasons?.findIndex(({ Code }) => Code === 'None') ?? -1;
    if (!reasons?.some(({ Code }) => Code === 'ConditionalCheckFailed') || at < 0 || !this.strikes('mixed')) return answer;
    return { status: 400, body: { ...answer.body, CancellationReasons: reasons.with(at, { Code: 'TransactionConflict' }) } };
  }

  async #leaveOver(call: Call): Promise<Answer> {
    const { request } = call;
    const [[table, { Keys: keys, ...how }] = ['', { Keys: [] }]] = Object.entries(
      request['RequestItems'] as Record<string, { Keys: Keyed[] }>,
    );
    const left = keys.filter(() => this.#random() < 0.5);
    const Keys = keys.filter((key) => !left.includes(key));
    const unprocessed = { [table]: { ...how, Keys: left.length > 0 ? left : keys } };
    if (Keys.length === 0 || left.length === 0) return { status: 200, body: { Responses: { [table]: [] }, UnprocessedKeys: unprocessed } };
    const { status, body } = await this.#forward({ ...call, request: { ...request, RequestItems: { [table]: { ...how, Keys } } } });
    return { status, body: status === 200 ? { ...body, UnprocessedKeys: unprocessed } : body };
  }

  async #queryIndex(call: Call): Promise<Answer> {
    const asked = JSON.stringify(call.request);
    const earlier = this.#earlier.get(asked);
    const isLate = this.strikes('lateIndex');
    if (isLate && earlier && this.#random() < 0.5) return earlier;
    const answer = await this.#forward(call);
    if (answer.status !== 200) return answer;
    this.#earlier.set(asked, answer);
    const items = (answer.body['Items'] as Keyed[]).filter((item) => !this.#newest.includes(keyOf(item)));
    return isLate ? { status: 200, body: { ...answer.body, Items: items, Count: items.length } } : answer;
  }

  async #getRecords(call: Call): Promise<Answer> {
    const iterator = call.request['ShardIterator'];
    if (this.strikes('delayedStream')) return { status: 200, body: { Records: [], NextShardIterator: iterator } };
    const answer = await this.#forward(call);
    if (answer.status !== 200) return answer;
    const fresh = answer.body['Records'] as unknown[];
    this.#delivered.set(answer.body['NextShardIterator'], fresh);
    const Records = this.strikes('repeatedStream') ? [...(this.#delivered.get(iterator) ?? []), ...fresh, ...fresh.slice(-1)] : [...fresh];
    if (this.strikes('reorderedStream')) {
      for (let n = Records.length - 1; n > 0; n -= 1) {
        const other = Math.floor(this.#random() * (n + 1));
        [Records[n], Records[other]] = [Records[other], Records[n]];
      }
    }
    return { status: 200, body: { ...answer.body, Records } };
  }

  async #forward({ headers, request }: Call): Promise<Answer> {
    const response = await fetch(this.#upstream, { method: 'POST', headers, body: JSON.stringify(request) });
    return { status: response.status, body: (await response.json()) as Body };
  }
}

/** Starts the proxy on a free loopback port. The same seed and the same requests in the same order give the same faults. */
export const startUnkindProxy = async (upstream: string, seed: number): Promise<UnkindProxy> => {
  const unkindness = new Unkindness(upstream, seed);
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = JSON.parse(await text(request)) as Body;
    const { authorization = '', 'x-amz-target': target, 'x-amz-date': date } = request.headers;
    const headers = {
      authorization,
      'x-amz-target': String(target),
      'x-amz-date': String(date),
      'content-type': 'application/x-amz-json-1.0',
    };
    const answer = await unkindness.answer({ action: headers['x-amz-target'].split('.').at(-1), headers, request: body });
    if (answer === undefined) return void request.socket.destroy();
    response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(answer.body));
  };
  const server = createServer((request, response) => {
    serve(request, response).catch(() => request.socket.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    happened: unkindness.happened,
    be: (rates) => {
      unkindness.rates = rates;
    },
    next: (fault, times = 1) => {
      unkindness.forced[fault] = times;
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
