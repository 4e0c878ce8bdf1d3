import type { Condition, Item, Key, Operation, Range } from './table.ts';
import { indexes } from './table.ts';

/**
 * What every adapter refuses before it asks its engine, and what expiry, conditions and ranges mean: so that an item which one adapter
 * takes is taken by all, and means the same. All refusals are a `TypeError` that names no data.
 *
 * The numbers are DynamoDB's quotas ("Constraints in Amazon DynamoDB"): keys of 2,048 and 1,024 bytes, 32 levels, 100 operations and 4 MB
 * in a transaction. The measure of size is its own too, and the 400 KB are decimal, which leaves room for what an adapter adds.
 */
const most = { pk: 2048, sk: 1024, levels: 32, item: 400_000, operations: 100, transaction: 4_000_000 };

/** The attributes in which the DynamoDB adapter keeps entries; no adapter takes them as names. */
export const entryAttributes = (index: string): { readonly key: string; readonly sort: string } => ({
  key: `${index}Key`,
  sort: `${index}Sort`,
});
const reserved = new Set(indexes.flatMap((index) => Object.values(entryAttributes(index))));
export const isEntryAttribute = (name: string): boolean => reserved.has(name);
const notAdded = new Set(['pk', 'sk', 'ix', 'card', 'expires']);

const refuse = (what: string): never => {
  throw new TypeError(what);
};

const checkText = (text: unknown, least: number, bytes: number): void => {
  if (typeof text !== 'string' || text.length < least || !text.isWellFormed() || Buffer.byteLength(text) > bytes) refuse('not a key');
};

export const checkKey = (key: Key): void => {
  checkText(key.pk, 1, most.pk);
  checkText(key.sk, 1, most.sk);
};

/** One string that two keys share only if they are the same key. */
export const keyText = (key: Key): string => JSON.stringify([key.pk, key.sk]);

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> => {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Not compared with Object.prototype: a map may come from another realm.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
};

const checkName = (name: string): void => {
  if (name === '' || name === '__proto__' || !name.isWellFormed()) refuse('not a name');
};

/** The bytes that a value takes by DynamoDB's measure. @throws TypeError for what is not JSON with safe integers */
const measure = (value: unknown, level: number): number => {
  if (typeof value === 'string' && value.isWellFormed()) return Buffer.byteLength(value);
  if (value === null || typeof value === 'boolean') return 1;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return 2 + Math.ceil(String(value).length / 2);
  if (level === most.levels) return refuse('nested too deeply');
  let bytes = 3;
  if (Array.isArray(value)) {
    for (const member of value) bytes += 1 + measure(member, level + 1);
    return bytes;
  }
  if (!isMap(value)) return refuse('not a value that can be stored');
  for (const [name, member] of Object.entries(value)) {
    checkName(name);
    bytes += 1 + Buffer.byteLength(name) + measure(member, level + 1);
  }
  return bytes;
};

const checkMember = (name: string): void => {
  checkName(name);
  if (isEntryAttribute(name)) refuse('a reserved name');
};

const checkEntries = (ix: unknown): void => {
  if (!isMap(ix)) return refuse('not entries');
  for (const [index, entry] of Object.entries(ix)) {
    if (!indexes.some((known) => known === index) || !Array.isArray(entry) || entry.length !== 2) return refuse('not an entry');
    checkText(entry[0], 1, most.pk);
    checkText(entry[1], 1, most.sk);
  }
};

const checkItem = (item: Item): number => {
  checkKey(item);
  if (item.ix !== undefined) checkEntries(item.ix);
  if (item.expires !== undefined && !Number.isSafeInteger(item.expires)) refuse('not seconds');
  for (const name of Object.keys(item)) checkMember(name);
  const bytes = measure(item, 0);
  return bytes > most.item ? refuse('an item over 400 KB') : bytes;
};

const checkCondition = (condition: Condition): void => {
  if ('atLeast' in condition) {
    checkMember(condition.atLeast.name);
    if (!Number.isSafeInteger(condition.atLeast.amount)) refuse('not an amount');
  }
  if ('equals' in condition) {
    for (const [name, value] of Object.entries(condition.equals)) {
      checkMember(name);
      measure(value, most.levels);
    }
  }
};

export const keyOf = (operation: Operation): Key => {
  if ('put' in operation) return operation.put;
  if ('delete' in operation) return operation.delete;
  return 'check' in operation ? operation.check : operation.add;
};

/** @throws TypeError for more than 100 operations, two on one key, more than 4 MB, or a bad key, item, name or amount */
export const checkOperations = (operations: readonly Operation[]): void => {
  if (operations.length > most.operations) refuse('more than 100 operations');
  if (new Set(operations.map((operation) => keyText(keyOf(operation)))).size < operations.length) refuse('two operations on one key');
  let bytes = 0;
  for (const operation of operations) {
    checkKey(keyOf(operation));
    if (operation.if !== undefined) checkCondition(operation.if);
    if ('put' in operation) bytes += checkItem(operation.put);
    if ('add' in operation) {
      checkMember(operation.name);
      if (notAdded.has(operation.name) || !Number.isSafeInteger(operation.by)) refuse('not an addition');
    }
  }
  if (bytes > most.transaction) refuse('a transaction over 4 MB');
};

/** Seconds since 1970 of an instant in milliseconds, as `expires` counts them. */
export const secondOf = (instant: number): number => Math.floor(instant / 1000);

/** `expires` makes an item absent from that second on. */
export const isLive = (item: { readonly expires?: unknown }, second: number): boolean =>
  typeof item.expires !== 'number' || item.expires > second;

/** Whether a condition holds on the live item, or on its absence. A member that is absent or of another type is not equal, nor enough. */
export const holds = (condition: Condition, item: Item | undefined): boolean => {
  if ('absent' in condition) return item === undefined;
  if (item === undefined) return false;
  if ('equals' in condition) return Object.entries(condition.equals).every(([name, value]) => item[name] === value);
  const member = item[condition.atLeast.name];
  return typeof member === 'number' && member >= condition.atLeast.amount;
};

/** What a member becomes by an addition; absent counts as 0. @throws TypeError unless both are safe integers */
export const sum = (member: unknown, by: number): number => {
  const result = typeof member === 'number' ? member + by : by;
  if ((member !== undefined && typeof member !== 'number') || !Number.isSafeInteger(result)) refuse('not an integer member');
  return result;
};

const inBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** The first string in byte order behind all that begin with this one: its last character raised by one, past the surrogates. */
const behind = (prefix: string): string | undefined => {
  const characters = Array.from(prefix);
  const last = characters.pop()?.codePointAt(0);
  if (last === undefined) return undefined;
  if (last === 0x10ffff) return behind(characters.join(''));
  return characters.join('') + String.fromCodePoint(last === 0xd7ff ? 0xe000 : last + 1);
};

/**
 * The bounds of a range in byte order: `low` is inclusive unless it is `after`, `high` is exclusive and undefined without an end.
 * Undefined where no sort can lie between them. @throws TypeError for a range that no adapter takes
 */
export const boundsOf = (range: Range): { readonly low: string; readonly high: string | undefined } | undefined => {
  const { after = '', before, prefix = '' } = range;
  checkText(range.key, 1, most.pk);
  for (const text of [after, before ?? '', prefix]) checkText(text, 0, most.sk);
  if (!Number.isSafeInteger(range.limit) || range.limit < 1) refuse('not a limit');
  const low = inBytes(after, prefix) < 0 ? prefix : after;
  const end = behind(prefix);
  const high = end === undefined || (before !== undefined && inBytes(before, end) < 0) ? before : end;
  return high !== undefined && inBytes(low, high) >= 0 ? undefined : { low, high };
};
