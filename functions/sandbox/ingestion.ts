import { fork } from 'node:child_process';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PersonalKind } from '../../contracts/personal-kinds.ts';
import type { IngestionRefusal } from './csv-header.ts';
import { refuse } from './csv-header.ts';

export type { IngestionRefusal } from './csv-header.ts';

/** What one file may take: size in bytes, rows, columns (at most 500), wall-clock time, DuckDB's memory and threads. */
export type IngestionLimits = {
  readonly bytes: number;
  readonly rows: number;
  readonly columns: number;
  readonly deadlineMs: number;
  readonly memoryBytes: number;
  readonly threads: number;
};

/** A CSV file to read and the Parquet file to write; rows are sorted by the columns of `layout` (entity first, then dimensions). */
export type IngestionOrder = {
  readonly source: string;
  readonly target: string;
  readonly layout?: readonly string[];
  readonly limits: IngestionLimits;
};

/** What is told of a column: never a value of it. `nullShare` is per thousand, `distinctApprox` an estimate, `unique` exact. */
export type IngestedColumn = {
  readonly name: string;
  readonly type: string;
  readonly nullShare: number;
  readonly distinctApprox: number;
  readonly personal: PersonalKind | null;
  readonly unique: boolean;
};

export type Ingested = {
  readonly rows: number;
  readonly columns: readonly IngestedColumn[];
  readonly bytes: number;
  readonly digest: string;
};

export type Progress = { readonly stage: 'reading' | 'typing' | 'writing' | 'profiling'; readonly percent: number };

/** What the process says: how far it is, and at the end what became of the file. */
export type Report = { readonly progress: Progress } | { readonly done: Ingested | IngestionRefusal };

/**
 * Turns a CSV file (UTF-8, comma, RFC 4180; an empty cell is NULL, quoted or not) into a Parquet file with an explicit schema, and tells what
 * is in it. It runs in a process of its own, without an environment, which streams: memory does not grow with the file. The target appears
 * whole or not at all. A refusal names lines, rows and columns by number and quotes nothing.
 */
export async function ingest(
  order: IngestionOrder & { readonly onProgress?: (progress: Progress) => void; readonly signal?: AbortSignal; readonly entry?: string },
): Promise<Ingested | IngestionRefusal> {
  const { source, target, layout = [], limits, signal, onProgress } = order;
  if (signal?.aborted === true) return refuse('ingestion_cancelled');
  const workspace = await mkdtemp(join(dirname(target), 'ingestion-'));
  try {
    const entry = order.entry ?? fileURLToPath(new URL('ingestion-process.ts', import.meta.url));
    const done = await work(entry, { source, workspace, layout, limits }, onProgress, signal);
    if (!('refused' in done)) await rename(join(workspace, parquetName), target);
    return done;
  } finally {
    await rm(workspace, { recursive: true, force: true });
  }
}

/** The name of the finished file inside the workspace. */
export const parquetName = 'data.parquet';

/** What the process is told; it reads `source` and writes inside `workspace` only. */
export type IngestionTask = {
  readonly source: string;
  readonly workspace: string;
  readonly layout: readonly string[];
  readonly limits: IngestionLimits;
};

function work(
  entry: string,
  task: IngestionTask,
  onProgress: ((progress: Progress) => void) | undefined,
  signal: AbortSignal | undefined,
): Promise<Ingested | IngestionRefusal> {
  const child = fork(entry, { env: {}, execArgv: ['--no-warnings'], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  return new Promise((resolve) => {
    let answer = refuse('ingestion_failed') as Ingested | IngestionRefusal;
    const stop = (reason: Ingested | IngestionRefusal): void => {
      answer = reason;
      child.kill('SIGKILL');
    };
    const abort = (): void => stop(refuse('ingestion_cancelled'));
    const timer = setTimeout(() => stop(refuse('ingestion_timeout')), task.limits.deadlineMs);
    signal?.addEventListener('abort', abort);
    const settle = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      resolve(answer);
    };
    child.on('message', (report: Report) => ('progress' in report ? onProgress?.(report.progress) : stop(report.done)));
    // Only when the process is gone may its workspace be removed.
    child.once('exit', settle).once('error', settle);
    child.send(task, (error) => error !== null && settle());
  });
}
