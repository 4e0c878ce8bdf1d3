import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { closeSync, fdatasyncSync, fsyncSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { entrySchema } from '../contracts/disclosure.ts';
import { enqueue } from '../functions/disclosure/ledger.ts';
import { append, emptyFrontier, leafHash, root } from '../functions/disclosure/merkle.ts';
import { openSequencer } from '../functions/disclosure/sequencer.ts';
import { openFiles } from '../shared/blobs/files.ts';
import { openPublicFolder } from '../shared/blobs/public-files-folder.ts';
import { canonical } from '../shared/kernel/canonical.ts';
import { openSqlite } from '../shared/store/sqlite.ts';
import type { Item, Operation } from '../shared/store/table.ts';

/**
 * Entries a second that the ledger takes, durably, on SQLite and files, by the size of a batch; and what a million cost on AWS by what was
 * counted here. Sequencing is measured whole, from reading the lock to the marked rows; putting rows there is the reaction's and is not.
 * DESIGN §9: batches of 256 within 2 times a bound that is measured in the same run, in turns with it: hashing the same entries once, and
 * writing and syncing as many files and folders as the batch did, one after the other. `node bench/ledger.ts [--folder DIR]`: the disk.
 */
const { values } = parseArgs({ options: { folder: { type: 'string', default: tmpdir() } } });
const batches = [1, 16, 256, 1_000].map((size) => ({ size, rounds: size > 100 ? 21 : 51 }));
const target = { size: 256, ratio: 2 };
/** US dollars in us-east-1, on demand, and what each counts. */
const prices = [
  { name: 'S3 puts', per: 'puts', dollars: 0.005 / 1_000 },
  { name: 'S3 gets', per: 'gets', dollars: 0.0004 / 1_000 },
  { name: 'DynamoDB write units', per: 'writeUnits', dollars: 0.625 / 1_000_000 },
  { name: 'KMS signatures', per: 'signs', dollars: 0.15 / 10_000 },
] as const;

/** What a batch did: what the disk had to take, one line for each thing to sync, and what AWS would count. */
type Disk = { readonly bytes: number; readonly syncs: 'file and folder' | 'journal' | 'folder' };
const counted = { puts: 0, gets: 0, writeUnits: 0, signs: 0 };
let disk: Disk[] = [];
/** Milliseconds that the table took for the lock and the rows: of the bound it has only the syncs. */
let inTable = 0;
const kilobytes = (bytes: number): number => Math.ceil(bytes / 1024);
const sizeOf = (item: Item): number => Buffer.byteLength(JSON.stringify(item));
const sizes = new Map<string, number>();
const nameOf = (operation: Operation): string =>
  'put' in operation
    ? `${operation.put.pk}|${operation.put.sk}`
    : 'delete' in operation
      ? `${operation.delete.pk}|${operation.delete.sk}`
      : '';
/** A transaction writes an item twice; removing costs what the item was. "Read/write capacity mode", Amazon DynamoDB Developer Guide. */
const unitsOf = (operation: Operation): number => {
  const before = sizes.get(nameOf(operation)) ?? 0;
  const after = 'put' in operation ? sizeOf(operation.put) : 0;
  sizes.set(nameOf(operation), after);
  return 2 * Math.max(1, kilobytes(Math.max(before, after)));
};

const folder = mkdtempSync(join(values.folder, 'ledger-'));
const sqlite = openSqlite({ file: join(folder, 'harbour.sqlite') });
const table = sqlite.table('disclosure');
const objects = openFiles({ folder: join(folder, 'objects') });
const files = openPublicFolder({ folder: join(folder, 'log') });
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const written = (bytes: number): void => {
  disk.push({ bytes, syncs: 'file and folder' });
  counted.puts += 1;
};
/** What was transacted is looked at once the clock stands still. */
const lookAt = (operations: readonly Operation[]): void => {
  counted.writeUnits += operations.reduce((sum, operation) => sum + unitsOf(operation), 0);
  disk.push({ bytes: operations.reduce((sum, op) => sum + ('put' in op ? sizeOf(op.put) : 0), 0), syncs: 'journal' });
};
let transacted: (readonly Operation[])[] = [];
const watched: Parameters<typeof openSequencer>[0] = {
  table: {
    get: async (keys) => table.get(keys),
    query: (async (range: never) => table.query(range)) as typeof table.query,
    transact: async (operations) => {
      transacted.push(operations);
      const start = performance.now();
      const result = await table.transact(operations);
      inTable += performance.now() - start;
      return result;
    },
    close: async () => undefined,
  },
  staging: {
    ...objects,
    put: async (key, body, options) => {
      if (body instanceof Uint8Array) written(body.length);
      return objects.put(key, body, options);
    },
    get: async (key) => {
      counted.gets += 1;
      return objects.get(key);
    },
    remove: async (key) => {
      disk.push({ bytes: 0, syncs: 'folder' });
      return objects.remove(key);
    },
  },
  ledger: {
    log: {
      origin: '127.0.0.1:3000/log',
      url: 'http://127.0.0.1:3000/log/',
      base: 0,
      files: {
        ...files,
        get: async (path) => {
          counted.gets += 1;
          return files.get(path);
        },
        create: async (path, body) => {
          written(body.length);
          return files.create(path, body);
        },
        replace: async (path, body, tag) => {
          written(body.length);
          return files.replace(path, body, tag);
        },
      },
    },
    earlier: [],
    signers: [
      {
        publicKey: publicKey.export({ format: 'der', type: 'spki' }).subarray(-32),
        sign: async (message) => {
          counted.signs += 1;
          return sign(null, message, privateKey);
        },
      },
    ],
  },
  now: () => new Date(),
};

const record = 'a'.repeat(26);
let events = 0;
/** An entry as an order's would be: some 700 bytes. */
const next = () => {
  const event = `order.${record}.${(events += 1)}`;
  const at = new Date().toISOString();
  const digest = (): string => `sha256:${randomBytes(32).toString('hex')}`;
  const disclosed = { status: 'paid', listing: record, seller: 'operator-one', product: { zh: '公交刷卡日报', en: 'Bus cards' } };
  const commitments = { buyer: digest(), price: digest(), purpose: digest() };
  const entry = {
    schema: entrySchema,
    event,
    kind: 'order',
    record,
    action: 'pay',
    seat: 'buyer',
    at,
    region: '321200',
    disclosed,
    commitments,
  };
  return { event, at, text: canonical(entry) };
};

const yard = join(folder, 'bound');
mkdirSync(yard);
const journal = openSync(join(yard, 'journal'), 'a');
let names = 0;
const syncFolder = (): void => {
  const handle = openSync(yard, 'r');
  fsyncSync(handle);
  closeSync(handle);
};
/** What no durable log could leave out: as many files, syncs of folders and of a journal, with as many bytes. */
const storesAlone = (does: readonly Disk[]): void => {
  for (const { bytes, syncs } of does) {
    const body = Buffer.alloc(bytes);
    if (syncs === 'journal') {
      writeSync(journal, body);
      fdatasyncSync(journal);
      continue;
    }
    if (syncs === 'file and folder') {
      const file = openSync(join(yard, String((names += 1))), 'wx');
      writeSync(file, body);
      fsyncSync(file);
      closeSync(file);
    }
    syncFolder();
  }
};
const hashesAlone = (texts: readonly Buffer[]) =>
  root(
    append(
      emptyFrontier,
      texts.map((text) => leafHash(text)),
    ),
  );

const timed = async (work: () => unknown): Promise<number> => {
  const start = performance.now();
  await work();
  return performance.now() - start;
};
const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;
const perSecond = (entries: number, ms: number): string =>
  Math.round((entries / ms) * 1000)
    .toLocaleString('en')
    .padStart(9);

const sequencer = openSequencer(watched);
/** The medians of some rounds, and what was counted in them. */
const measure = async (size: number, rounds: number) => {
  const taken = { sequencer: [] as number[], hashing: [] as number[], table: [] as number[], ratio: [] as number[] };
  for (let n = 0; n < rounds; n += 1) {
    const pending = Array.from({ length: size }, next);
    for (const one of pending) {
      await enqueue(table, one);
      sizes.set(`pending|${one.at}#order.${record}#${String(events).padStart(7, '0')}`, Buffer.byteLength(one.text) + 150);
    }
    const texts = pending.map(({ text }) => Buffer.from(text));
    disk = [];
    inTable = 0;
    transacted = [];
    const spent = await timed(() => sequencer.round());
    for (const operations of transacted) lookAt(operations);
    const does = disk;
    const hashing = await timed(() => hashesAlone(texts));
    const storing = await timed(() => storesAlone(does));
    taken.sequencer.push(spent);
    taken.hashing.push(hashing);
    taken.table.push(inTable);
    taken.ratio.push(spent / (hashing + storing));
  }
  return {
    spent: median(taken.sequencer),
    hashing: median(taken.hashing),
    table: median(taken.table),
    ratio: median(taken.ratio),
    does: disk,
  };
};

try {
  await sequencer.round();
  await measure(256, 5);
  for (const { size, rounds } of batches) {
    Object.assign(counted, { puts: 0, gets: 0, writeUnits: 0, signs: 0 });
    const { spent, hashing, table: rows, ratio, does } = await measure(size, rounds);
    const verdict = size === target.size ? `  target ${target.ratio.toFixed(1)}: ${ratio <= target.ratio ? 'within' : 'ABOVE'}` : '';
    const synced = does.filter(({ syncs }) => syncs === 'file and folder').length;
    console.log(
      `batches of ${String(size).padStart(5)}: ${perSecond(size, spent)} entries a second, ${spent.toFixed(1)} ms a batch, ${rows.toFixed(1)} of them in the table; ` +
        `${ratio.toFixed(2)} x the bound (the last: ${synced} files, ${does.length - synced} other syncs)${verdict}`,
    );
    console.log(`                  ${perSecond(size, hashing)} entries a second if they were only hashed`);
    const million = 1_000_000 / (size * rounds);
    const parts = prices.map(({ name, per, dollars }) => [name, counted[per] * million, counted[per] * million * dollars] as const);
    const dollars = parts.reduce((sum, [, , cost]) => sum + cost, 0);
    console.log(`                  a million cost ${dollars.toFixed(2)} dollars on AWS:`);
    for (const [name, count, cost] of parts)
      console.log(
        `                    ${Math.round(count).toLocaleString('en').padStart(12)} ${name.padEnd(22)}${cost.toFixed(2).padStart(9)}`,
      );
  }
  console.log(
    `prices: ${prices.map(({ name, dollars }) => `${name} ${(dollars * 1_000_000).toFixed(3)}`).join(', ')} dollars a million (us-east-1, on demand)`,
  );
  console.log('not counted: what puts rows there, function time, storage, and readers');
} finally {
  closeSync(journal);
  sqlite.close();
  rmSync(folder, { recursive: true, force: true });
}
