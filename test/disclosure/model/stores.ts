import { hash } from 'node:crypto';
import { Readable } from 'node:stream';
import { openSequencer } from '../../../functions/disclosure/sequencer.ts';
import { Exists, type Blobs } from '../../../shared/blobs/blobs.ts';
import type { PublicFiles } from '../../../shared/blobs/public-files.ts';
import { boundsOf, checkOperations, holds, keyOf } from '../../../shared/store/item.ts';
import type { Item, Key, Operation, Range, Table, Transacted } from '../../../shared/store/table.ts';
import type { Signer } from '../../../shared/vendor/signer.ts';
import type { Actor, Scheduler } from './scheduler.ts';

/** All that lies outside of any process, and so outlives every one. */
export type State = {
  readonly items: Map<string, Item>;
  readonly staging: Map<string, Uint8Array>;
  readonly files: Map<string, Uint8Array>;
};
export const emptyState = (): State => ({ items: new Map(), staging: new Map(), files: new Map() });
export const copyOf = ({ items, staging, files }: State): State => ({
  items: new Map(items),
  staging: new Map(staging),
  files: new Map(files),
});

/** Hears of every change that is about to be, and may say that it must not. */
export type Watch = {
  readonly itemPut: (item: Item) => void;
  readonly fileWritten: (path: string, body: Uint8Array) => void;
  readonly signed: (message: Uint8Array) => void;
};

export const nameOf = ({ pk, sk }: Key): string => `${pk}\u0000${sk}`;
const transact = ({ items }: State, { itemPut }: Watch, operations: readonly Operation[]): Transacted => {
  checkOperations(operations);
  const failed = operations.findIndex((operation) => operation.if && !holds(operation.if, items.get(nameOf(keyOf(operation)))));
  if (failed >= 0) return { failed };
  for (const operation of operations) {
    if ('put' in operation) {
      itemPut(operation.put);
      items.set(nameOf(operation.put), operation.put);
    } else if ('delete' in operation) items.delete(nameOf(operation.delete));
    else if ('add' in operation) throw new Error('nothing of the ledger is added up');
  }
  return { ok: true };
};
const query = ({ items }: State, range: Range): readonly Item[] => {
  const bounds = boundsOf(range);
  if (!bounds || range.index !== undefined) throw new Error('the sequencer reads one partition of the table');
  return [...items.values()]
    .filter(({ pk, sk }) => pk === range.key && sk >= bounds.low && sk !== range.after && (bounds.high === undefined || sk < bounds.high))
    .sort((one, other) => (one.sk < other.sk ? -1 : 1))
    .slice(0, range.limit);
};

/** What a put without a condition would carry: it goes over whatever is there. No adapter knows it; a wrong sequencer uses it. */
export const whateverIsThere = '*';
const tagOf = (body: Uint8Array | undefined): string | undefined => body && hash('md5', body);

/** The signature that this model takes for one: it is as long, and only who knows the key could make it. */
export const signatureOf = (publicKey: Uint8Array, message: Uint8Array): Buffer =>
  hash('sha512', Buffer.concat([publicKey, message]), 'buffer');

/** The ports of one actor over the common state. Each call is a moment of the scheduler. */
export const portsOf = (state: State, watch: Watch, by: Actor, { call }: Pick<Scheduler, 'call'>) => {
  const { files, staging } = state;
  const write = (path: string, body: Uint8Array): boolean => {
    watch.fileWritten(path, body);
    files.set(path, body);
    return true;
  };
  const table: Table = {
    get: async (keys) => call(by, `get ${keys.map(({ pk }) => pk).join()}`, () => keys.map((key) => state.items.get(nameOf(key)))),
    query: (async (range: Range) => call(by, `query ${range.key}`, () => query(state, range))) as Table['query'],
    transact: async (operations) =>
      call(by, `transact ${operations.map((operation) => `${Object.keys(operation)[0] ?? ''} ${keyOf(operation).pk}`).join()}`, () =>
        transact(state, watch, operations),
      ),
    close: async () => undefined,
  };
  const blobs: Blobs = {
    put: async (key, body, { once = false } = {}) => {
      if (!(body instanceof Uint8Array)) throw new Error('a batch is put as a whole');
      return call(by, `stage ${key.slice(0, 16)}`, () => {
        if (once && staging.has(key)) throw new Exists();
        staging.set(key, body);
        return { size: body.length, digest: '' };
      });
    },
    get: async (key) =>
      call(by, `get ${key.slice(0, 16)}`, () => {
        const body = staging.get(key);
        return body && { body: Readable.from([body]), size: body.length };
      }),
    list: async (prefix) => [...staging.keys()].filter((key) => key.startsWith(prefix)).toSorted(),
    remove: async (key) => call(by, `remove ${key.slice(0, 16)}`, () => void staging.delete(key)),
    close: async () => undefined,
  };
  const publicFiles: PublicFiles = {
    get: async (path) =>
      call(by, `get ${path}`, () => {
        const body = files.get(path);
        return body && { body, tag: tagOf(body) ?? '' };
      }),
    create: async (path, body) => call(by, `create ${path}`, () => !files.has(path) && write(path, body)),
    replace: async (path, body, tag) =>
      call(by, `replace ${path}`, () => (tag === whateverIsThere || tagOf(files.get(path)) === tag) && write(path, body)),
    list: async (prefix) => [...files.keys()].filter((path) => path.startsWith(prefix)).toSorted(),
    remove: async (path) => call(by, `remove ${path}`, () => void files.delete(path)),
    close: async () => undefined,
  };
  const signer = (publicKey: Uint8Array): Signer => ({
    publicKey,
    sign: async (message) =>
      call(by, 'sign', () => {
        watch.signed(message);
        return signatureOf(publicKey, message);
      }),
  });
  return { table, staging: blobs, files: publicFiles, signer };
};
export type Ports = ReturnType<typeof portsOf>;

const noWatch: Watch = { itemPut: () => undefined, fileWritten: () => undefined, signed: () => undefined };
/** The ports of the only one there is: every call is answered at once, and nothing goes wrong. */
export const stillPorts = (state: State, watch: Watch = noWatch): Ports =>
  portsOf(state, watch, { name: '', alive: true, weight: 1 }, { call: async (_by, _what, effect) => effect() });

export const origin = '127.0.0.1:3000/log';
/** A sequencer that signs with each of the keys. */
export const sequencerOver = ({ table, staging, files, signer }: Ports, now: () => Date, publicKeys: readonly Uint8Array[]) =>
  openSequencer({
    table,
    staging,
    ledger: { log: { origin, url: `http://${origin}/`, base: 0, files }, earlier: [], signers: publicKeys.map((key) => signer(key)) },
    now,
  });
