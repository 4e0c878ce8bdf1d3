import { randomUUID } from 'node:crypto';
import {
  CreateTableCommand,
  DynamoDBClient,
  TransactionCanceledException,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import type { AttributeValue, ConsumedCapacity, DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand, DynamoDBDocumentClient, QueryCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { additionExpression, conditionExpression, itemOf, rangeExpression, storedOf } from './expressions.ts';
import { boundsOf, checkKey, checkOperations, entryAttributes, isLive, keyOf, keyText, secondOf, sum } from './item.ts';
import { patience, patiently } from './patience.ts';
import { Busy, Unavailable, indexes } from './table.ts';
import type { Entry, Index, Item, Key, Operation, Range, Table, Transacted } from './table.ts';

/** The store port on one DynamoDB table ("Amazon DynamoDB API Reference": TransactWriteItems, BatchGetItem, Query). */
export type DynamodbOptions = {
  readonly tableName: string;
  readonly client?: DynamoDBClientConfig;
  /** Milliseconds since 1970, by which items expire. */
  readonly now?: () => number;
  /** Told the capacity units of each answered request; a cancelled transaction does not say what it took. */
  readonly onCapacity?: (units: { readonly write: number; readonly read: number }) => void;
  /** How long to try again before `Busy` or `Unavailable`, in milliseconds. */
  readonly patience?: number;
};

/** What an index holds beside the keys. `expires` too, for an index must not show what has expired, and TTL removes days later. */
export const projection = ['card', 'expires'] as const;

/** An attempt that hangs is a lost connection. */
const attemptTime = 2000;
const passingNames = new Set([
  'ThrottlingException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'TransactionInProgressException',
  // An attempt that was out of time before it came to the connection.
  'AbortError',
  'TimeoutError',
]);
const passingReasons = new Set(['None', 'TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);

/** The engine was not reached, or its answer was lost: whether it did what was asked is not known. */
class Lost extends Error {}
/** The engine did a part of what was asked, or wants to be asked otherwise. */
class Incomplete extends Error {}

/** A client that asks once, and throws `Lost` whenever there was no answer, whatever the reason. */
const openClient = (config: DynamoDBClientConfig | undefined): DynamoDBDocumentClient => {
  // The SDK's own retries would hide what is retried and for how long.
  const engine = new DynamoDBClient({ ...config, maxAttempts: 1 });
  engine.middlewareStack.add(
    (next) => async (request) => {
      try {
        return await next(request);
      } catch (cause) {
        throw new Lost('no answer', { cause });
      }
    },
    // Behind the SDK's own of this step, where nothing is left but the connection.
    { step: 'deserialize', priority: 'low', name: 'lostConnection' },
  );
  return DynamoDBDocumentClient.from(engine);
};

const isPassing = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  if (error instanceof TransactionCanceledException) {
    return (error.CancellationReasons ?? []).every(({ Code = 'None' }) => passingReasons.has(Code));
  }
  const { code, $metadata } = error as { code?: string; $metadata?: { httpStatusCode?: number } };
  return (
    error instanceof Incomplete ||
    error instanceof Lost ||
    passingNames.has(error.name) ||
    // The answer broke off.
    code === 'ECONNRESET' ||
    ($metadata?.httpStatusCode ?? 0) >= 500
  );
};

type Reason = { readonly Code?: string | undefined; readonly Item?: Record<string, AttributeValue> | undefined };

const numberOf = (attribute: AttributeValue | undefined): unknown => (attribute?.N === undefined ? attribute : Number(attribute.N));

class DynamodbTable implements Table {
  readonly #name: string;
  readonly #client: DynamoDBDocumentClient;
  readonly #now: () => number;
  readonly #onCapacity: DynamodbOptions['onCapacity'];
  readonly #patience: number;

  constructor(options: DynamodbOptions) {
    this.#name = options.tableName;
    this.#client = openClient(options.client);
    this.#now = options.now ?? Date.now;
    this.#onCapacity = options.onCapacity;
    this.#patience = options.patience ?? patience;
  }

  async get(keys: readonly Key[]): Promise<readonly (Item | undefined)[]> {
    for (const key of keys) checkKey(key);
    const second = secondOf(this.#now());
    const distinct = [...new Map(keys.map(({ pk, sk }) => [keyText({ pk, sk }), { pk, sk }])).values()];
    const chunks = Array.from({ length: Math.ceil(distinct.length / 100) }, (_, n) => distinct.slice(n * 100, n * 100 + 100));
    const read = (await Promise.all(chunks.map((chunk) => this.#read(chunk)))).flat();
    const found = new Map(read.filter((item) => isLive(item, second)).map((item) => [keyText(item), item]));
    return keys.map((key) => found.get(keyText(key)));
  }

  query(range: Range & { readonly index?: never }): Promise<readonly Item[]>;
  query(range: Range & { readonly index: Index }): Promise<readonly Entry[]>;
  async query(range: Range): Promise<readonly (Item | Entry)[]> {
    const bounds = boundsOf(range);
    if (bounds === undefined) return [];
    const second = secondOf(this.#now());
    const sort = range.index === undefined ? 'sk' : entryAttributes(range.index).sort;
    const found: Record<string, unknown>[] = [];
    let from: Record<string, unknown> | undefined;
    do {
      const page = await this.#page(range, bounds, range.limit - found.length, from);
      // BETWEEN is inclusive, and a range is not.
      const inside = (page.Items ?? []).filter((item) => item[sort] !== range.after && item[sort] !== bounds.high && isLive(item, second));
      found.push(...inside.slice(0, range.limit - found.length));
      from = page.LastEvaluatedKey;
    } while (from !== undefined && found.length < range.limit);
    if (range.index === undefined) return found.map(itemOf);
    return found.map((item) => ({ pk: item['pk'], sk: item['sk'], sort: item[sort], card: item['card'] ?? null }) as Entry);
  }

  async transact(operations: readonly Operation[]): Promise<Transacted> {
    checkOperations(operations);
    if (operations.length === 0) return { ok: true };
    const second = secondOf(this.#now());
    const renewed = new Set<number>();
    let request = this.#request(operations, second, renewed);
    return patiently<Transacted>(
      async () => {
        try {
          const { ConsumedCapacity } = await this.#client.send(new TransactWriteCommand(request), this.#inTime());
          this.#count(ConsumedCapacity, 'write');
          return { ok: true };
        } catch (error) {
          const reasons = error instanceof TransactionCanceledException ? (error.CancellationReasons ?? []) : [];
          const failed = reasons.findIndex(({ Code }) => Code === 'ConditionalCheckFailed');
          const operation = operations[failed];
          if (operation === undefined) throw error;
          if (!isOvertaken(operation, reasons[failed] ?? {}, second, renewed.has(failed))) return { failed };
          // Another transaction than the one that was cancelled, so under another token.
          if (!renewed.delete(failed)) renewed.add(failed);
          request = this.#request(operations, second, renewed);
          throw new Incomplete('an item expired or returned meanwhile');
        }
      },
      isPassing,
      Busy,
      this.#patience,
    );
  }

  async close(): Promise<void> {
    this.#client.destroy();
  }

  /** One chunk of at most 100 distinct keys, asked for again until none is left over. */
  async #read(keys: readonly Key[]): Promise<readonly Item[]> {
    const found: Item[] = [];
    let asked: Record<string, unknown>[] = [...keys];
    return patiently(
      async () => {
        const command = new BatchGetCommand({
          RequestItems: { [this.#name]: { Keys: asked, ConsistentRead: true } },
          ...this.#counting,
        });
        const { Responses, UnprocessedKeys, ConsumedCapacity } = await this.#client.send(command, this.#inTime());
        this.#count(ConsumedCapacity, 'read');
        found.push(...(Responses?.[this.#name] ?? []).map(itemOf));
        asked = UnprocessedKeys?.[this.#name]?.Keys ?? [];
        if (asked.length > 0) throw new Incomplete('keys were not processed');
        return found;
      },
      isPassing,
      Unavailable,
      this.#patience,
    );
  }

  #page(range: Range, bounds: { low: string; high: string | undefined }, left: number, from: Record<string, unknown> | undefined) {
    const command = new QueryCommand({
      TableName: this.#name,
      ...rangeExpression(range, bounds),
      ...(range.index === undefined ? { ConsistentRead: true } : { IndexName: range.index }),
      ScanIndexForward: !range.descending,
      // One more, for the end of a BETWEEN that is dropped.
      Limit: left + 1,
      ...(from && { ExclusiveStartKey: from }),
      ...this.#counting,
    });
    return patiently(
      async () => {
        const page = await this.#client.send(command, this.#inTime());
        this.#count(page.ConsumedCapacity && [page.ConsumedCapacity], 'read');
        return page;
      },
      isPassing,
      Unavailable,
      this.#patience,
    );
  }

  /** A transaction under a new token. `renewed` are the additions that met an expired item: they put a new one in its place. */
  #request(operations: readonly Operation[], second: number, renewed: ReadonlySet<number>): TransactWriteCommandInput {
    const TableName = this.#name;
    const TransactItems = operations.map((operation, n) => {
      const { pk, sk } = keyOf(operation);
      const Key = { pk, sk };
      const condition = conditionExpression(operation.if, second);
      if ('put' in operation) return { Put: { TableName, Item: storedOf(operation.put), ...condition } };
      if ('delete' in operation) return { Delete: { TableName, Key, ...condition } };
      if ('check' in operation) return { ConditionCheck: { TableName, Key, ...condition } };
      if (renewed.has(n)) {
        const Item = { ...Key, [operation.name]: operation.by };
        return { Put: { TableName, Item, ...conditionExpression({ absent: true }, second) } };
      }
      const returned = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const };
      return { Update: { TableName, Key, ...returned, ...additionExpression(operation, second) } };
    });
    // The type wants the condition of a check, which the port demands but a spread hides.
    return { TransactItems, ClientRequestToken: randomUUID(), ...this.#counting } as TransactWriteCommandInput;
  }

  get #counting() {
    return this.#onCapacity && { ReturnConsumedCapacity: 'TOTAL' as const };
  }

  #count(consumed: readonly ConsumedCapacity[] | undefined, kind: 'read' | 'write'): void {
    for (const { CapacityUnits = 0, ReadCapacityUnits = 0, WriteCapacityUnits = CapacityUnits } of consumed ?? []) {
      this.#onCapacity?.(kind === 'read' ? { read: CapacityUnits, write: 0 } : { read: ReadCapacityUnits, write: WriteCapacityUnits });
    }
  }

  #inTime(): { abortSignal: AbortSignal } {
    return { abortSignal: AbortSignal.timeout(attemptTime) };
  }
}

/**
 * Whether an addition failed only because of what expiry made of its item: it met an expired one, which counts as absent, or it was to
 * renew an expired one that lives again. @throws TypeError where the member is no integer or would leave the safe ones
 */
const isOvertaken = (operation: Operation, { Item: old }: Reason, second: number, renewed: boolean): boolean => {
  if (!('add' in operation)) return false;
  if (renewed) return true;
  const expired = old !== undefined && !isLive({ expires: numberOf(old['expires']) }, second);
  if (expired) return operation.if === undefined || 'absent' in operation.if;
  sum(numberOf(old?.[operation.name]), operation.by);
  return false;
};

/** Opens a table that exists. */
export const openDynamodb = (options: DynamodbOptions): Table => new DynamodbTable(options);

const keySchema = ({ key, sort }: { readonly key: string; readonly sort: string }) => [
  { AttributeName: key, KeyType: 'HASH' as const },
  { AttributeName: sort, KeyType: 'RANGE' as const },
];

/**
 * Creates the table as the stacks do, for emulators and local hosts, and waits until it is there.
 * @throws ResourceInUseException where it exists
 */
export const createTable = async ({ tableName, client = {} }: Pick<DynamodbOptions, 'tableName' | 'client'>): Promise<void> => {
  const engine = new DynamoDBClient(client);
  const attributes = ['pk', 'sk', ...indexes.flatMap((index) => Object.values(entryAttributes(index)))];
  try {
    await engine.send(
      new CreateTableCommand({
        TableName: tableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: attributes.map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const })),
        KeySchema: keySchema({ key: 'pk', sort: 'sk' }),
        GlobalSecondaryIndexes: indexes.map((index) => ({
          IndexName: index,
          KeySchema: keySchema(entryAttributes(index)),
          Projection: { ProjectionType: 'INCLUDE' as const, NonKeyAttributes: [...projection] },
        })),
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
      }),
    );
    await waitUntilTableExists({ client: engine, maxWaitTime: 60, minDelay: 1 }, { TableName: tableName });
    const TimeToLiveSpecification = { Enabled: true, AttributeName: 'expires' };
    await engine.send(new UpdateTimeToLiveCommand({ TableName: tableName, TimeToLiveSpecification }));
  } finally {
    engine.destroy();
  }
};
