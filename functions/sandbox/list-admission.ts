import { join } from 'node:path';
import type { AnalysisRule } from '../../contracts/analysis-rule.ts';
import type { Engine, Limits } from './engine.ts';
import type { Column } from './form.ts';
import { ingest, type IngestionLimits } from './ingestion.ts';
import type { openLists } from './join-lists.ts';
import { maxKeys, printPresent, versionOf } from './join-lists.ts';

const megabyte = 1_000_000;
const matchLimits: IngestionLimits = {
  bytes: 100 * megabyte,
  rows: maxKeys,
  columns: 1,
  deadlineMs: 60_000,
  memoryBytes: 1_000 * megabyte,
  threads: 2,
};
const readLimits: Limits = { deadlineMs: 30_000, memoryBytes: 1_000 * megabyte, threads: 2, rows: maxKeys, bytes: 100 * megabyte };

/** A list and the table that it is matched with: the file `data` of the resource, under a rule. `secret` is that of the host. */
export type Candidate = {
  readonly keys: readonly string[];
  readonly column: string;
  readonly rule: AnalysisRule;
  readonly columns: readonly Column[];
  readonly data: string;
  readonly resource: string;
  readonly secret: string;
};
type Matching = {
  readonly lists: ReturnType<typeof openLists>;
  readonly engine: Engine;
  /** Where the matched keys may be written. */
  readonly folder: string;
  readonly entry?: string;
  readonly signal?: AbortSignal;
};

/** By its keys a list of entities, or of rows, can be judged; by those of other columns only the comparison of each answer can tell of how many. */
const leastOf = ({ column, rule, columns }: Candidate): number =>
  column === rule.entity || columns.find(({ name }) => name === column)?.unique === true ? rule.minEntities : 1;

/**
 * Matches a list with the data and admits what stands in both as the next version of the resource, unless it tells of too few beside the versions
 * before. @returns the version with the Parquet file of its keys (one column `key`), or undefined for whatever reason
 */
export async function admitKeys(
  candidate: Candidate,
  { lists, engine, folder, entry, signal }: Matching,
): Promise<{ readonly version: number; readonly file: string } | undefined> {
  const { keys, column, data, resource, secret } = candidate;
  const file = join(folder, 'list.parquet');
  const interrupted = signal === undefined ? {} : { signal };
  const matched = await ingest({
    source: { sql: printPresent(column, keys), files: { data } },
    target: file,
    schema: [{ name: 'key', type: 'VARCHAR' }],
    limits: matchLimits,
    ...interrupted,
    ...(entry === undefined ? {} : { entry }),
  });
  if ('refused' in matched) return undefined;
  const found = await engine.runQuery({ sql: 'SELECT key FROM data', files: { data: file }, limits: readLimits, ...interrupted });
  if ('refused' in found) return undefined;
  const present = versionOf(
    resource,
    found.rows.map(([key]) => String(key)),
    secret,
  );
  const version = await lists.admit(resource, present, leastOf(candidate));
  return version === undefined ? undefined : { version, file };
}
