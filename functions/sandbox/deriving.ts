import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { Derivation } from '../../contracts/derivation.ts';
import type { Dataset } from '../../contracts/sandbox.ts';
import { RefusalError } from '../../shared/edge/refusal.ts';
import type { Stored } from '../../shared/kernel/process.ts';
import { limits } from './depositing.ts';
import type { Source, Used } from './derivation-expressions.ts';
import type { Derived } from './derivation-grammar.ts';
import { derive } from './derivation-grammar.ts';
import type { Ingested } from './ingestion.ts';
import { ingest } from './ingestion.ts';
import { parquetKey, sandboxFolder } from './objects.ts';
import { openPace } from './pacing.ts';
import { printTyped, rehearseDerivation } from './derivation-rehearsal.ts';
import { tryOut } from './derivation-trial.ts';
import type { Task, Tools } from './task.ts';

type Recipe = Stored<typeof Derivation>;
type Loaded = Stored<typeof Dataset, 'loaded'>;
type Given = { readonly sources: readonly Source[]; readonly loaded: ReadonlyMap<string, Loaded> };
type Fault = { readonly code: string; readonly at?: number };

/** The tables that a derivation is made from; undefined where one of them was sealed meanwhile. */
const given = async ({ one }: Pick<Task, 'one'>, { data }: Recipe): Promise<Given | undefined> => {
  const records = await Promise.all(data.datasets.map(({ dataset }) => one<Stored<typeof Dataset>>({ kind: 'dataset', id: dataset })));
  if (!records.every((record): record is Loaded => record.status === 'loaded')) return undefined;
  const loaded = new Map(data.datasets.flatMap(({ name }, n) => (records[n] ? [[name, records[n]] as const] : [])));
  return { loaded, sources: data.datasets.map(({ name, entity }) => ({ name, entity, columns: loaded.get(name)?.data.columns ?? [] })) };
};

const refuseWith =
  ({ act, subject }: Task, attempt: number) =>
  async (fault: Fault): Promise<string> => {
    await act(subject, 'refuse', { attempt, fault });
    return fault.code;
  };

const lineage = (made: readonly Used[], { loaded }: Given) =>
  made.flatMap(({ source, column }) => {
    const dataset = loaded.get(source);
    return dataset ? [{ dataset: dataset.id, resource: dataset.data.resource, column }] : [];
  });

/** Tries a submitted derivation over invented rows, so that reviewers see what it would make. @returns the outcome of the job */
export const rehearse = async (task: Task, { parse }: Pick<Tools, 'parse'>): Promise<string> => {
  const record = await task.one<Recipe>(task.subject);
  if (record.status !== 'submitted') return 'nothing_to_rehearse';
  const { attempt } = record.data;
  const refuse = refuseWith(task, attempt);
  const from = await given(task, record);
  if (!from) return refuse({ code: 'dataset_not_live' });
  const tried = await tryOut(record.data, from.sources, { parse, rehearseDerivation });
  if ('refused' in tried) return refuse({ code: tried.refused, ...(tried.at ? { at: tried.at.offset } : {}) });
  const { derived, sample } = tried;
  const columns = derived.columns.map(({ name, personal, madeOf }, n) => ({
    name,
    type: sample.types[n] ?? '',
    personal,
    madeOf: lineage(madeOf, from),
  }));
  await task.act(task.subject, 'rehearse', { attempt, columns, entity: derived.entity });
  return 'rehearsed';
};

/** Why a derivation may not go on: a dataset that is no longer loaded, or a chain above one that is broken. */
const brokenUnder = async (task: Task, { data }: Recipe): Promise<string | undefined> => {
  const links = await Promise.all(data.datasets.map(({ dataset }) => task.brokenUnder({ kind: 'dataset', id: dataset })));
  const link = links.find((one) => one !== undefined);
  return link && (link.kind === 'dataset' ? 'dataset_not_live' : 'authority_broken');
};

/** Fetches the sources; undefined where one is missing. */
const fetchAll = async ({ folder, fetch }: Task, { loaded }: Given): Promise<Readonly<Record<string, string>> | undefined> => {
  const files: Record<string, string> = {};
  for (const [name, dataset] of loaded) {
    const path = join(folder, `${dataset.id}.parquet`);
    if (!(await fetch(dataset.data.object, path))) return undefined;
    files[name] = path;
  }
  return files;
};

/** Within the step of time that ends at 512 seconds, so that a worker that lives for fifteen minutes is there at its end. */
const deadlineMs = 500_000;

/** Derives into a file; undefined where that fails. */
const deriveInto = async (
  target: string,
  { task, record, from, files, entry }: Ready & { readonly entry?: string },
  signal: AbortSignal,
): Promise<Ingested | undefined> => {
  const { layout, columns } = record.data;
  const typed = printTyped(
    from,
    columns.map(({ type }) => type),
  );
  // How far it is would tell how long it takes, and that of the data.
  const done = await ingest({
    source: { sql: typed, files },
    target,
    layout,
    limits: { ...limits, deadlineMs },
    signal,
    ...(entry ? { entry } : {}),
  });
  if ('refused' in done) task.log.warn('a derivation failed', { derivation: record.id, code: done.refused });
  return 'refused' in done ? undefined : done;
};

/** What is needed to derive: an approved record, its text as it is run, and the files of its sources. */
type Ready = { readonly task: Task; readonly record: Stored<typeof Derivation, 'deriving'>; readonly from: Derived; readonly files: Files };
type Files = Readonly<Record<string, string>>;
const prepare = async (
  task: Task,
  record: Stored<typeof Derivation, 'deriving'>,
  { parse }: Pick<Tools, 'parse'>,
): Promise<Ready | undefined> => {
  const tables = await given(task, record);
  const from = tables && (await derive(record.data.sql, tables.sources, parse));
  const files = tables && from && !('refused' in from) ? await fetchAll(task, tables) : undefined;
  return from && !('refused' in from) && files ? { task, record, from, files } : undefined;
};

/** Stores the table beside its sources and tells of it; where it may not be told of any more, it does not stay. */
const store = async ({ subject, blobs, act }: Task, attempt: number, target: string, done: Ingested): Promise<void> => {
  const object = parquetKey(subject.id, attempt);
  for (const key of await blobs.list(sandboxFolder(subject.id))) if (key !== object) await blobs.remove(key);
  const { digest, size } = await blobs.put(object, createReadStream(target));
  const columns = done.columns.map(({ nullShare, ...column }) => ({ ...column, nullPermille: nullShare }));
  try {
    await act(subject, 'derive', { attempt, object, digest, bytes: size, rows: done.rows, columns });
  } catch (error) {
    if (error instanceof RefusalError) await blobs.remove(object);
    throw error;
  }
};

/**
 * Runs an approved derivation where its sources lie and stores the table beside them. Whatever fails is told by one code, since it may depend on
 * the data, and when it ended by steps of time, each twice the one before. @returns the outcome of the job
 */
export const deriveTable = async (task: Task, tools: Pick<Tools, 'parse' | 'entries'>): Promise<string> => {
  const record = await task.one<Recipe>(task.subject);
  if (record.status !== 'deriving') return 'nothing_to_derive';
  const { attempt } = record.data;
  const refuse = refuseWith(task, attempt);
  const fault = async (): Promise<string> => refuse({ code: (await brokenUnder(task, record)) ?? 'derivation_failed' });
  const broken = await brokenUnder(task, record);
  if (broken !== undefined) return refuse({ code: broken });
  const ready = await prepare(task, record, tools);
  if (!ready) return fault();
  const { signal, stop } = task.watch('deriving', ...record.data.datasets.map(({ dataset }) => ({ kind: 'dataset', id: dataset })));
  try {
    const target = join(task.folder, 'target.parquet');
    const pace = openPace();
    const done = await deriveInto(target, { ...ready, ...(tools.entries ? { entry: tools.entries.ingestion } : {}) }, signal);
    if (!signal.aborted) await pace();
    if (!done) return await fault();
    await store(task, attempt, target, done);
    return 'derived';
  } catch (error) {
    if (error instanceof RefusalError && error.refused.code === 'authority_broken') return await fault();
    throw error;
  } finally {
    stop();
  }
};
