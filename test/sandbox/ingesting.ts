import { mkdtempSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Ingested, IngestionLimits, IngestionRefusal, Inspection, SchemaColumn } from '../../functions/sandbox/ingestion.ts';
import { ingest, inspect } from '../../functions/sandbox/ingestion.ts';
import { childrenOf } from '../support/memory.ts';

export const limits: IngestionLimits = {
  bytes: 20_000_000,
  rows: 50_000,
  columns: 500,
  deadlineMs: 30_000,
  memoryBytes: 300 * 1024 * 1024,
  threads: 1,
};

/** Beyond DuckDB's memory a process may take so much, in megabytes, as the ingestion says of itself. */
const ownMegabytes = 630;

type Options = {
  readonly limits?: Partial<IngestionLimits>;
  readonly layout?: readonly string[];
  readonly schema?: readonly SchemaColumn[];
};

type Taken = { readonly done: Ingested | IngestionRefusal; readonly target: string };

/** A folder in which files are ingested and inspected as the platform does it, each in a process of its own. */
export const openFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'ingesting-'));
  let files = 0;
  const place = async (
    content: string | Uint8Array,
  ): Promise<{ readonly source: string; readonly target: string; readonly own: string }> => {
    files += 1;
    const own = join(folder, String(files));
    await mkdir(own);
    const source = join(own, 'source.csv');
    await writeFile(source, content);
    return { source, target: join(own, 'target.parquet'), own };
  };
  const load = async (content: string | Uint8Array, options: Options = {}): Promise<Taken & { readonly left: readonly string[] }> => {
    const { source, target, own } = await place(content);
    const done = await ingest({ ...options, source, target, limits: { ...limits, ...options.limits } });
    return { done, target, left: await readdir(own) };
  };
  const look = async (content: string | Uint8Array, over: Partial<IngestionLimits> = {}) => {
    const { source, own } = await place(content);
    const done: Inspection | IngestionRefusal = await inspect({ source, workspace: own, limits: { ...limits, ...over } });
    return { done, left: await readdir(own) };
  };
  return {
    load,
    look,
    /**
     * Offers a bad file to the inspection, which every file meets first and which opens it as the ingestion does: it is refused, nothing of it is
     * quoted or left behind, and no more memory is taken than may be.
     */
    isRefused: async (
      content: string | Uint8Array,
      refusal: Partial<IngestionRefusal>,
      over: Partial<IngestionLimits> = {},
    ): Promise<void> => {
      const [{ done, left }, megabytes] = await overrun(look(content, over));
      expect(done).toMatchObject(refusal);
      expect(JSON.stringify(done)).not.toMatch(/secret|秘密/);
      expect([left, megabytes]).toEqual([['source.csv'], 0]);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
};

/** Runs something, and tells by how much, in megabytes, any process that it started went beyond what it may take; 0 where none did. */
const overrun = async <T>(run: Promise<T>, memoryBytes = limits.memoryBytes): Promise<readonly [done: T, megabytes: number]> => {
  let most = 0;
  const timer = setInterval(() => (most = Math.max(most, ...childrenOf(process.pid).map(({ peak }) => peak))), 50);
  const done = await run.finally(() => clearInterval(timer));
  return [done, Math.max(0, most - memoryBytes / 1_000_000 - ownMegabytes)];
};

/** Runs statements of DuckDB, and answers the rows of the last. */
export async function duck(...statements: readonly string[]): Promise<readonly Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  let rows: readonly Record<string, unknown>[] = [];
  try {
    for (const sql of statements) rows = (await connection.runAndReadAll(sql)).getRowObjectsJson();
    return rows;
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** The rows of a Parquet file, and its columns with their types. */
export const rowsIn = (target: string) => duck(`FROM read_parquet('${target}')`);
export const typesIn = async (target: string): Promise<Readonly<Record<string, string>>> =>
  Object.fromEntries(
    (await duck(`DESCRIBE FROM read_parquet('${target}')`)).map((row) => [String(row['column_name']), String(row['column_type'])]),
  );

/** A Parquet file of what a query gives. */
export async function parquetOf(sql: string, options = 'COMPRESSION snappy'): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'parquet-'));
  const file = join(folder, 'made.parquet');
  try {
    await duck("SET TimeZone = 'UTC'", `COPY (${sql}) TO '${file}' (FORMAT parquet, ${options})`);
    return await readFile(file);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** GB18030 of what has two bytes there, of ASCII and of characters beyond the basic plane. @throws RangeError for any other */
const pairs = new Map<string, readonly [number, number]>();
export function gb18030(text: string): Buffer {
  if (pairs.size === 0) {
    const decoder = new TextDecoder('gb18030');
    for (let lead = 0x81; lead <= 0xfe; lead += 1)
      for (let trail = 0x40; trail <= 0xfe; trail += 1) {
        const character = decoder.decode(Uint8Array.of(lead, trail));
        if (trail !== 0x7f && character.length === 1 && character !== '\uFFFD') pairs.set(character, [lead, trail]);
      }
  }
  return Buffer.from(
    Array.from(text).flatMap((character) => {
      const code = character.codePointAt(0) ?? 0;
      if (code < 0x80) return [code];
      if (code >= 0x10000) {
        const at = code - 0x10000;
        return [0x90 + Math.floor(at / 12600), 0x30 + (Math.floor(at / 1260) % 10), 0x81 + (Math.floor(at / 10) % 126), 0x30 + (at % 10)];
      }
      const pair = pairs.get(character);
      if (pair === undefined) throw new RangeError('not of two bytes');
      return [...pair];
    }),
  );
}
