/**
 * The store port: one table of items as DynamoDB knows it, small enough that SQLite can be one too.
 * Everything that is stored (records, events, the disclosure log, postings of money, search) is written once, over this port.
 *
 * The contract, which one suite checks on every adapter over its real wire:
 *
 * - **Items.** An item is JSON under a key of two strings, `pk` and `sk`. Strings, safe integers, booleans, null, lists and maps; no
 *   undefined, no float. At most 400 KB. What was put is what is read, member for member.
 * - **Reads of the table are strongly consistent.** `get` answers in the order asked, `undefined` where nothing is stored. A key that the
 *   engine did not process is never a miss: it is asked for again, and after that the read throws `Unavailable`.
 * - **`query`** without an index reads one `pk` in byte order of `sk`, strongly consistent, exclusive of `after`, at most `limit` items.
 *   With an index it reads the entries of one index key in byte order of their sort, and may be late: an entry may be missing, old, or
 *   already gone. So lists never decide. An index answers only `pk`, `sk`, `sort` and the item's `card`, whatever else the item holds.
 * - **Entries are sparse.** An item stands in an index only if its `ix` names that index, as `[key, sort]`. Sorts are unique within a key.
 * - **`transact`** applies all of at most 100 operations, each on a different key, or none. It answers `{ ok: true }`, or
 *   `{ failed: n }` with the position of the first operation whose condition did not hold. An adapter retries conflicts with other
 *   transactions, throttling and lost connections by itself, with jitter and bounded in time, and then throws `Busy`. Each call carries one
 *   token, so that a retry after a lost answer is the same transaction and is applied once.
 * - **Durable.** When `transact` has answered, the items survive a SIGKILL of this process.
 * - **`expires`** (seconds since 1970) makes an item absent from that second on, to reads, queries and conditions alike, whether or not the
 *   engine has removed it.
 * - **Conditions** compare members at the top of an item only.
 */
export type Key = { readonly pk: string; readonly sk: string };
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

export const indexes = ['owner', 'party', 'queue', 'kind', 'due', 'undelivered'] as const;
export type Index = (typeof indexes)[number];
export type Entries = { readonly [I in Index]?: readonly [key: string, sort: string] };

export type Item = Key & {
  /** The entries of this item in the indexes. */
  readonly ix?: Entries;
  /** What the indexes project: what a list shows. */
  readonly card?: Json;
  readonly expires?: number;
  readonly [name: string]: unknown;
};
export type Entry = Key & { readonly sort: string; readonly card: Json };

export type Condition =
  | { readonly absent: true }
  | { readonly equals: { readonly [name: string]: string | number | boolean } }
  | { readonly atLeast: { readonly name: string; readonly amount: number } };

export type Operation =
  | { readonly put: Item; readonly if?: Condition }
  | { readonly delete: Key; readonly if?: Condition }
  | { readonly check: Key; readonly if: Condition }
  /** Adds `by` (which may be negative) to an integer member, 0 where it was absent; other members stay. */
  | { readonly add: Key; readonly name: string; readonly by: number; readonly if?: Condition };

export type Transacted = { readonly ok: true } | { readonly failed: number };

export type Range = {
  readonly index?: Index;
  readonly key: string;
  /** Exclusive. */
  readonly after?: string;
  /** Exclusive. */
  readonly before?: string;
  readonly prefix?: string;
  readonly limit: number;
  readonly descending?: boolean;
};

export interface Table {
  get(keys: readonly Key[]): Promise<readonly (Item | undefined)[]>;
  query(range: Range & { readonly index?: never }): Promise<readonly Item[]>;
  query(range: Range & { readonly index: Index }): Promise<readonly Entry[]>;
  transact(operations: readonly Operation[]): Promise<Transacted>;
  close(): Promise<void>;
}

/** The engine answered, but not with all that was asked: fail closed. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
}
/** Too many conflicts or too much load. Whether it was written is not known where the last answers were lost: the caller tries again under a mark. */
export class Busy extends Error {
  override readonly name = 'Busy';
}
