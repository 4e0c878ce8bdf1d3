import { mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PersonalKind } from '../../contracts/personal-kinds.ts';
import type { IngestionRefusal } from './csv-header.ts';
import { refuse } from './csv-header.ts';
import { startProcess } from './sandbox-process.ts';

export type { IngestionRefusal } from './csv-header.ts';

/** What a file is, told by its content: `PAR1` is Parquet, a first `{` JSON lines, anything else CSV. */
export type Format = 'csv' | 'jsonl' | 'parquet';

/** How the text of a file is encoded, told by its content. */
export type Encoding = 'utf-8' | 'gb18030';

/**
 * What one file may take: size in bytes, rows, columns (at most 500), wall-clock time, DuckDB's memory and threads. `expandedBytes` bounds
 * what a compressed file may become (ten times `bytes` where it is not given).
 */
export type IngestionLimits = {
  readonly bytes: number;
  readonly expandedBytes?: number;
  readonly rows: number;
  readonly columns: number;
  readonly deadlineMs: number;
  readonly memoryBytes: number;
  readonly threads: number;
};

/** A column by its name in the file (surrounding blanks aside) and the DuckDB type it is to have; the types are those of `familyOf`. */
export type SchemaColumn = { readonly name: string; readonly type: string };

/** What is run in place of reading a file: SQL of the sandbox's own printing over tables that bear the names of Parquet files. */
export type Derive = { readonly sql: string; readonly files: Readonly<Record<string, string>> };

/**
 * A file to read (or tables to derive from) and the Parquet file to write; rows are sorted by the columns of `layout` (entity first, then dimensions). With a `schema`,
 * which names every column of the file in its order, nothing is inferred: a value that does not fit is refused with its row and column.
 */
export type IngestionOrder = {
  readonly source: string | Derive;
  readonly target: string;
  readonly layout?: readonly string[];
  readonly schema?: readonly SchemaColumn[];
  readonly limits: IngestionLimits;
};

/** What is told of a column: never a value of it. `nullShare` is per thousand, `unique` exact. */
export type IngestedColumn = {
  readonly name: string;
  readonly type: string;
  readonly nullShare: number;
  readonly personal: PersonalKind | null;
  readonly unique: boolean;
};

export type Ingested = {
  readonly rows: number;
  readonly columns: readonly IngestedColumn[];
  readonly bytes: number;
};

/**
 * What is told of a column before it is taken in. `alternatives` are the types, all of them wider, to which a person may correct `type` without
 * losing a value. `conformPermille` is the part of its values written as its format asks, `plausiblePermille` the part of its dates between
 * 1900 and a year from now, and `freshDays` how old its newest plausible date is, rounded up to 1, 7, 31, 92, 183, 366, 731, 1827 or 36525
 * days: never a value itself. The last two are null for a column without dates.
 */
export type InspectedColumn = {
  readonly name: string;
  readonly type: string;
  readonly alternatives: readonly string[];
  readonly nullPermille: number;
  readonly distinctApprox: number;
  readonly unique: boolean;
  readonly personal: PersonalKind | null;
  readonly conformPermille: number;
  readonly plausiblePermille: number | null;
  readonly freshDays: number | null;
};

/** The six dimensions of GB/T 36344-2018, per thousand; null where a file has nothing to count. How each is counted: `assessQuality`. */
export type Quality = {
  readonly normativity: number;
  readonly completeness: number;
  readonly accuracy: number | null;
  readonly consistency: number;
  readonly timeliness: number | null;
  readonly accessibility: number;
};

/** What a file holds: its size in bytes is that of the source, `encoding` is null for Parquet. */
export type Inspection = {
  readonly format: Format;
  readonly encoding: Encoding | null;
  readonly rows: number;
  readonly bytes: number;
  readonly columns: readonly InspectedColumn[];
  readonly quality: Quality;
};

export type Progress = { readonly stage: 'reading' | 'typing' | 'writing' | 'profiling'; readonly percent: number };

/** What the process says: how far it is, and at the end what became of the file. */
export type Report = { readonly progress: Progress } | { readonly done: Ingested | Inspection | IngestionRefusal };

type Watching = {
  readonly limits: IngestionLimits;
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
  readonly entry?: string;
};

/**
 * Turns a file into a Parquet file with an explicit schema, and tells what is in it. It reads CSV (UTF-8 or GB18030, comma, RFC 4180; an empty
 * cell is NULL, quoted or not), JSON lines (flat objects) and Parquet (flat columns). It runs in a process of its own, without its host's
 * environment, which streams: memory does not grow with the file. The target appears whole or not at all. A refusal names lines, rows and
 * columns by number and quotes nothing.
 */
export async function ingest(order: IngestionOrder & Watching): Promise<Ingested | IngestionRefusal> {
  const { source, target, layout = [], schema = null, limits } = order;
  return inWorkspace(dirname(target), order, async (workspace) => {
    const done = (await work({ source, workspace, layout, schema, limits, wanted: 'parquet' }, order)) as Ingested | IngestionRefusal;
    if (!('refused' in done)) await rename(join(workspace, parquetName), target);
    return done;
  });
}

/**
 * Looks at a file as `ingest` would read it, and tells its schema and quality. It works in a folder of its own inside `workspace` and leaves
 * nothing there. Refusals are those of `ingest`.
 */
export async function inspect(
  order: Watching & { readonly source: string; readonly workspace: string },
): Promise<Inspection | IngestionRefusal> {
  const { source, limits } = order;
  return inWorkspace(order.workspace, order, async (workspace) => {
    const done = await work({ source, workspace, layout: [], schema: null, limits, wanted: 'inspection' }, order);
    return done as Inspection | IngestionRefusal;
  });
}

/** The name of the finished file inside the workspace. */
export const parquetName = 'data.parquet';

/** What the process is told; it reads `source` (or the files of a derivation) and writes inside `workspace` only. */
export type IngestionTask = {
  readonly source: string | Derive;
  readonly workspace: string;
  readonly layout: readonly string[];
  readonly schema: readonly SchemaColumn[] | null;
  readonly limits: IngestionLimits;
  readonly wanted: 'parquet' | 'inspection';
};

async function inWorkspace<T>(
  folder: string,
  { signal }: Watching,
  run: (workspace: string) => Promise<T | IngestionRefusal>,
): Promise<T | IngestionRefusal> {
  if (signal?.aborted === true) return refuse('ingestion_cancelled');
  const workspace = await mkdtemp(join(folder, 'ingestion-'));
  try {
    return await run(workspace);
  } finally {
    await rm(workspace, { recursive: true, force: true });
  }
}

type Answer = Ingested | Inspection | IngestionRefusal;

function work(task: IngestionTask, { onProgress, signal, entry }: Watching): Promise<Answer> {
  const file = entry ?? fileURLToPath(new URL('ingestion-process.ts', import.meta.url));
  const child = startProcess(file);
  return new Promise((resolve) => {
    let answer: Answer | undefined;
    const stop = (reason: Answer): void => {
      answer ??= reason; // what is called off stays so, though the work was done at the same moment
      child.kill('SIGKILL');
    };
    const abort = (): void => stop(refuse('ingestion_cancelled'));
    const timer = setTimeout(() => stop(refuse('ingestion_timeout')), task.limits.deadlineMs);
    signal?.addEventListener('abort', abort);
    const settle = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      resolve(answer ?? refuse('ingestion_failed'));
    };
    child.on('message', (report: Report) => ('progress' in report ? onProgress?.(report.progress) : stop(report.done)));
    // Only when the process is gone may its workspace be removed.
    child.once('exit', settle).once('error', settle);
    child.send(task, (error) => error !== null && settle());
  });
}
