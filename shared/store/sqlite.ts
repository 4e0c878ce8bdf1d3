import { rename, rm } from 'node:fs/promises';
import { DatabaseSync, backup } from 'node:sqlite';
import type { StatementSync } from 'node:sqlite';
import { boundsOf, checkKey, checkOperations, holds, keyOf, secondOf, sum } from './item.ts';
import { patience, patiently } from './patience.ts';
import { Busy, Unavailable } from './table.ts';
import type { Entry, Index, Item, Key, Operation, Range, Table, Transacted } from './table.ts';

/**
 * The store port on one SQLite file, or in memory. Several named tables live in one file, and several processes may open it: WAL lets
 * readers go on beside the one writer, and synchronous=FULL syncs each commit to the disk before it is answered
 * (sqlite.org/wal.html, sqlite.org/pragma.html#pragma_synchronous). Indexes are always current here.
 */
const schema = `
CREATE TABLE IF NOT EXISTS items (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, pk TEXT NOT NULL, sk TEXT NOT NULL, body TEXT NOT NULL, expires INTEGER,
  UNIQUE (name, pk, sk)
) STRICT;
CREATE INDEX IF NOT EXISTS expiring ON items (expires) WHERE expires IS NOT NULL;
CREATE TABLE IF NOT EXISTS entries (
  name TEXT NOT NULL, ix TEXT NOT NULL, key TEXT NOT NULL, sort TEXT NOT NULL, item INTEGER NOT NULL REFERENCES items ON DELETE CASCADE,
  PRIMARY KEY (name, ix, key, sort, item)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS entriesOf ON entries (item);`;

const range = (sort: string, order: 'ASC' | 'DESC'): string => `${sort} >= :low AND ${sort} <> :after AND ${sort} < :high
  AND (expires IS NULL OR expires > :second) ORDER BY ${sort} ${order} LIMIT :limit`;
const ofTable = 'SELECT sk AS sort, body FROM items WHERE name = :name AND pk = :key AND';
const ofIndex = `SELECT sort, body FROM entries JOIN items ON id = item
  WHERE entries.name = :name AND ix = :index AND key = :key AND`;

/** A blob sorts behind every text (sqlite.org/datatype3.html, 4.1), so an empty one is the end of all sorts. */
const endOfSorts = new Uint8Array(0);

/** 64 MB of pages in memory, and the log ahead is carried over every 32 MB: pages that change with each transaction are written once for many. */
const room = 'PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 8000';

/** The event loop stands still while SQLite waits for another process's lock, so it waits shortly and the rest is waited outside. */
const lockWait = 50;

type Statements = Readonly<Record<keyof typeof statements, StatementSync>>;
const upsert = `INSERT INTO items (name, pk, sk, body, expires) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET body = excluded.body, expires = excluded.expires`;
const statements = {
  // By position: names cost more to bind than these statements to run.
  get: 'SELECT body FROM items WHERE name = ? AND pk = ? AND sk = ? AND (expires IS NULL OR expires > ?)',
  put: upsert,
  enlist: `${upsert} RETURNING id`,
  delete: 'DELETE FROM items WHERE name = ? AND pk = ? AND sk = ?',
  indexed: 'SELECT EXISTS (SELECT 1 FROM entries WHERE name = ?) AS found',
  leave: 'DELETE FROM entries WHERE item = ?',
  enter: 'INSERT INTO entries (name, ix, key, sort, item) VALUES (?, ?, ?, ?, ?)',
  sweep: 'DELETE FROM items WHERE id IN (SELECT id FROM items WHERE expires <= :second LIMIT 16)',
  tableUp: `${ofTable} ${range('sk', 'ASC')}`,
  tableDown: `${ofTable} ${range('sk', 'DESC')}`,
  indexUp: `${ofIndex} ${range('sort', 'ASC')}`,
  indexDown: `${ofIndex} ${range('sort', 'DESC')}`,
};

/** SQLITE_BUSY, in any of its extended forms (sqlite.org/rescode.html). */
const isBusy = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'errcode' in error && typeof error.errcode === 'number' && error.errcode % 256 === 5;

const itemOf = (row: unknown): Item => JSON.parse((row as { body: string }).body) as Item;

export type SqliteOptions = {
  /** A path, or `:memory:`. */
  readonly file: string;
  /** Milliseconds since 1970, by which items expire. */
  readonly now?: () => number;
  /** How long to wait for another process's lock before `Busy` or `Unavailable`, in milliseconds. */
  readonly patience?: number;
};

class SqliteTable implements Table {
  readonly #name: string;
  readonly #database: DatabaseSync;
  readonly #sql: Statements;
  readonly #now: () => number;
  readonly #patience: number;

  constructor(name: string, database: DatabaseSync, sql: Statements, options: SqliteOptions) {
    this.#name = name;
    this.#database = database;
    this.#sql = sql;
    this.#now = options.now ?? Date.now;
    this.#patience = options.patience ?? patience;
  }

  async get(keys: readonly Key[]): Promise<readonly (Item | undefined)[]> {
    for (const key of keys) checkKey(key);
    const second = secondOf(this.#now());
    return patiently(() => keys.map((key) => this.#live(key, second)), isBusy, Unavailable, this.#patience);
  }

  query(range: Range & { readonly index?: never }): Promise<readonly Item[]>;
  query(range: Range & { readonly index: Index }): Promise<readonly Entry[]>;
  async query(range: Range): Promise<readonly (Item | Entry)[]> {
    const bounds = boundsOf(range);
    if (bounds === undefined) return [];
    const { index, key, after = '', limit, descending } = range;
    const { low, high = endOfSorts } = bounds;
    const values = { name: this.#name, key, low, after, high, second: secondOf(this.#now()), limit };
    if (index === undefined) {
      const sql = descending ? this.#sql.tableDown : this.#sql.tableUp;
      return patiently(() => sql.all(values).map(itemOf), isBusy, Unavailable, this.#patience);
    }
    const sql = descending ? this.#sql.indexDown : this.#sql.indexUp;
    const rows = await patiently(() => sql.all({ ...values, index }), isBusy, Unavailable, this.#patience);
    return rows.map((row) => {
      const { pk, sk, card = null } = itemOf(row);
      return { pk, sk, sort: String(row['sort']), card };
    });
  }

  async transact(operations: readonly Operation[]): Promise<Transacted> {
    checkOperations(operations);
    return patiently(() => this.#commit(operations), isBusy, Busy, this.#patience);
  }

  /** Nothing: the file is closed by whoever opened it, and other tables live in it. */
  async close(): Promise<void> {}

  #commit(operations: readonly Operation[]): Transacted {
    const second = secondOf(this.#now());
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      // A table without indexes has no entries to look for.
      const indexed = this.#sql.indexed.get(this.#name)?.['found'] === 1;
      const failed = operations.findIndex((operation) => !this.#apply(operation, second, indexed));
      if (failed >= 0) return { failed };
      this.#sql.sweep.run({ second });
      this.#database.exec('COMMIT');
      return { ok: true };
    } finally {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
    }
  }

  /** Writes one operation, or answers false where its condition does not hold. */
  #apply(operation: Operation, second: number, indexed: boolean): boolean {
    const { pk, sk } = keyOf(operation);
    const current = 'add' in operation || operation.if ? this.#live({ pk, sk }, second) : undefined;
    const added = 'add' in operation ? sum(current?.[operation.name], operation.by) : undefined;
    if (operation.if && !holds(operation.if, current)) return false;
    if ('put' in operation) this.#put(operation.put, indexed);
    if ('delete' in operation) this.#sql.delete.run(this.#name, pk, sk);
    if ('add' in operation) this.#put({ ...current, pk, sk, [operation.name]: added }, indexed);
    return true;
  }

  #live({ pk, sk }: Key, second: number): Item | undefined {
    const row = this.#sql.get.get(this.#name, pk, sk, second);
    return row && itemOf(row);
  }

  #put(item: Item, indexed: boolean): void {
    const { pk, sk, ix = {}, expires = null } = item;
    const name = this.#name;
    const body = JSON.stringify(item);
    if (!indexed && item.ix === undefined) return void this.#sql.put.run(name, pk, sk, body, expires);
    const id = Number(this.#sql.enlist.get(name, pk, sk, body, expires)?.['id']);
    if (indexed) this.#sql.leave.run(id);
    for (const [index, [key, sort]] of Object.entries(ix)) this.#sql.enter.run(name, index, key, sort, id);
  }
}

const openDatabase = (file: string): DatabaseSync => {
  const database = new DatabaseSync(file, { timeout: patience });
  const end = performance.now() + patience;
  for (;;) {
    try {
      database.exec(
        `PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; ${room}; BEGIN IMMEDIATE; ${schema} COMMIT; PRAGMA busy_timeout = ${lockWait}`,
      );
      return database;
    } catch (error) {
      // Where two processes create a file at once, SQLite answers one of them without waiting: it could be waiting for itself.
      if (!isBusy(error) || performance.now() > end) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.random() * 20);
    }
  }
};

/**
 * A connection of its own, and one step for all pages: the copy is made by another thread, which in the store's own connection would stand
 * amid its transactions, and several steps would begin again whenever another process writes.
 */
const copyFile = async (file: string, to: string): Promise<void> => {
  const source = new DatabaseSync(file, { timeout: patience });
  try {
    await backup(source, to, { rate: 2 ** 31 - 1 });
  } finally {
    source.close();
  }
};

export type Sqlite = {
  /** The table of that name; it comes into being with its first item. */
  readonly table: (name: string) => Table;
  /** Copies the whole file as it stands at one moment, while it is read and written. `to` appears only when it is complete. */
  readonly backup: (to: string) => Promise<void>;
  readonly close: () => void;
};

/**
 * Opens or creates a file of tables.
 * @throws Error of node:sqlite where the file cannot be opened, is no database, or stays locked for five seconds
 */
export const openSqlite = (options: SqliteOptions): Sqlite => {
  const { file } = options;
  const database = openDatabase(file);
  const prepared = Object.fromEntries(Object.entries(statements).map(([name, sql]) => [name, database.prepare(sql)])) as Statements;
  return {
    table: (name) => new SqliteTable(name, database, prepared, options),
    backup: async (to) => {
      const part = `${to}.part`;
      await rm(part, { force: true });
      await (file === ':memory:' ? database.prepare('VACUUM INTO ?').run(part) : copyFile(file, part));
      await rename(part, to);
    },
    close: () => database.close(),
  };
};
