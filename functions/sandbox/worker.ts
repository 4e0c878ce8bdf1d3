import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Contract } from '../../contracts/data-contract.ts';
import type { Product } from '../../contracts/product.ts';
import type { Query } from '../../contracts/query.ts';
import type { Dataset, Job } from '../../contracts/sandbox.ts';
import type { Entitlement } from '../../contracts/trade.ts';
import type { Ports } from '../../shared/edge/ports.ts';
import { RefusalError } from '../../shared/edge/refusal.ts';
import type { Ref, Stored } from '../../shared/kernel/process.ts';
import type { Engine, Limits } from './engine.ts';
import { compile, type Parser } from './gate.ts';
import { ingest, type IngestionLimits } from './ingestion.ts';
import { parquetKey, quarantineKey, resultKey } from './objects.ts';

const megabyte = 1_000_000;
const ingestionLimits: IngestionLimits = { bytes: 6_000 * megabyte, rows: 100_000_000, columns: 500, deadlineMs: 900_000, memoryBytes: 1_000 * megabyte, threads: 2 };
const queryLimits: Omit<Limits, 'rows'> = { deadlineMs: 30_000, memoryBytes: 1_000 * megabyte, threads: 2, bytes: 4 * megabyte };
const watchMs = 500;
const progressSteps = 100; // permille between two notes of progress
const worker = { type: 'system', id: 'worker' } as const;

/** What runs a query, opened once by whoever hosts the worker. */
export type Tools = { readonly engine: Engine; readonly parse: Parser; readonly entries?: { readonly ingestion: string } };

/**
 * Does leased work as a system actor. Whatever happens elsewhere while it runs (a cancellation, a seal, a revocation) is asked on the record,
 * and a result is released through the door, which asks the whole chain again, only after it is stored.
 */
export const openWorker = (ports: Ports, tools: Tools) => {
  const { door, blobs, log } = ports;
  const act = (ref: Ref, action: string, input: object, key: string) => door.act({ ...ref, action, input, actor: worker, key });
  const one = async <T>(ref: Ref): Promise<T> => {
    const [record] = await door.load([ref]);
    if (!record) throw new RefusalError('reference_not_found');
    return record as unknown as T;
  };
  /** Aborts what runs as soon as its subject is no longer in the state that the work is for. */
  const watch = (subject: Ref, status: string) => {
    const abort = new AbortController();
    const timer = setInterval(() => {
      door.load([subject]).then(
        ([record]) => record?.status !== status && abort.abort(),
        (error: unknown) => log.warn('a job could not be watched', { job: subject.id, error: error as Error }),
      );
    }, watchMs);
    return { signal: abort.signal, stop: () => clearInterval(timer) };
  };
  const fetchTo = async (key: string, path: string): Promise<boolean> => {
    const object = await blobs.get(key);
    if (!object) return false;
    await pipeline(object.body, createWriteStream(path, { mode: 0o600 }));
    return true;
  };

  const load = async (job: Ref, subject: Ref, attempt: number, folder: string): Promise<string> => {
    const { data } = await one<Stored<typeof Dataset>>(subject);
    if (!('attempt' in data)) return 'nothing_to_load';
    const refuse = async (fault: object & { code: string }) => {
      await act(subject, 'refuse', { fault }, `${job.id}/${attempt}/refuse`);
      return fault.code;
    };
    const source = join(folder, 'source.csv');
    const target = join(folder, 'target.parquet');
    if (!(await fetchTo(quarantineKey(subject.id, data.attempt), source))) return refuse({ code: 'content_missing' });
    const watching = watch(subject, 'loading');
    let told = 0;
    const onProgress = ({ percent }: { percent: number }): void => {
      const permille = Math.min(1000, Math.floor(percent * 10));
      if (permille < told + progressSteps) return;
      told = permille;
      act(job, 'progress', { permille }, `${job.id}/${attempt}/progress/${permille}`).catch((error: unknown) => log.warn('progress was not noted', { job: job.id, error: error as Error }));
    };
    const entry = tools.entries ? { entry: tools.entries.ingestion } : {};
    const done = await ingest({ source, target, layout: data.layout, limits: ingestionLimits, onProgress, signal: watching.signal, ...entry }).finally(watching.stop);
    if ('refused' in done) {
      const place = Object.fromEntries(Object.entries({ line: done.line, row: done.row, column: done.column }).filter(([, at]) => at !== null));
      return refuse({ code: done.refused, ...place });
    }
    const object = parquetKey(subject.id, data.attempt);
    const stored = await blobs.put(object, createReadStream(target));
    const columns = done.columns.map(({ name, type, nullShare, personal, unique }) => ({ name, type, nullPermille: nullShare, personal, unique }));
    await act(subject, 'load', { object, digest: stored.digest, bytes: stored.size, rows: done.rows, columns, malwareScan: 'NOT_RUN' }, `${job.id}/${attempt}/load`);
    return 'loaded';
  };

  /** The product and dataset behind a query, by the contract that was signed. */
  const behind = async (subject: Ref) => {
    const query = await one<Stored<typeof Query>>(subject);
    const entitlement = await one<Stored<typeof Entitlement>>({ kind: 'entitlement', id: query.data.entitlement });
    const contract = await one<Stored<typeof Contract>>({ kind: 'contract', id: entitlement.data.contract });
    const product = await one<Stored<typeof Product>>({ kind: 'product', id: contract.data.terms.product });
    const dataset = await one<Stored<typeof Dataset>>({ kind: 'dataset', id: product.data.dataset });
    return { query, product, dataset, ruleVersion: contract.data.terms.ruleVersion };
  };
  const query = async (job: Ref, subject: Ref, attempt: number, folder: string): Promise<string> => {
    const { query, product, dataset, ruleVersion } = await behind(subject);
    const refuse = async (code: string, at: number | null) => {
      await act(subject, 'refuse', { code, ...(at === null ? {} : { at }) }, `${job.id}/${attempt}/refuse`);
      return code;
    };
    if (!('object' in dataset.data)) return withhold(job, subject, attempt, { kind: 'dataset', id: dataset.id });
    const compiled = await compile(query.data.sql, product.data.rule, dataset.data.columns as never, tools.parse);
    if ('refused' in compiled) return refuse(compiled.refused, compiled.at);
    const path = join(folder, 'data.parquet');
    if (!(await fetchTo(dataset.data.object, path))) return refuse('query_failed', null);
    const watching = watch(subject, 'admitted');
    const limits = { ...queryLimits, rows: product.data.rule.maxRows };
    const answer = await tools.engine.runQuery({ sql: compiled.sql, files: { data: path }, limits, signal: watching.signal }).finally(watching.stop);
    if ('refused' in answer) return refuse(answer.refused, null);
    const object = resultKey(subject.id);
    const columns = answer.columns.map((c, n) => ({ ...c, name: compiled.labels[n] ?? c.name }));
    const stored = await blobs.put(object, Buffer.from(JSON.stringify({ columns, rows: answer.rows })));
    try {
      await act(subject, 'release', { result: { object, digest: stored.digest, rows: answer.rows.length }, ruleVersion }, `${job.id}/${attempt}/release`);
      return 'released';
    } catch (error) {
      const link = error instanceof RefusalError && error.refused.code === 'authority_broken' ? error.refused.about : undefined;
      if (!link) throw error;
      await blobs.remove(object);
      return withhold(job, subject, attempt, { kind: String(link['kind']), id: String(link['id']) });
    }
  };
  const withhold = async (job: Ref, subject: Ref, attempt: number, link: Ref): Promise<string> => {
    await act(subject, 'withhold', { link }, `${job.id}/${attempt}/withhold`);
    return 'withheld';
  };
  const tasks = { load, query } as const;

  /** Works on one job to its end. Safe to call twice, and at once in two places: whoever starts it has it. */
  return async (job: Ref): Promise<void> => {
    const waiting = await one<Stored<typeof Job>>(job);
    if (waiting.status !== 'queued') return;
    const attempt = waiting.data.attempt + 1;
    try {
      await act(job, 'start', {}, `${job.id}/${attempt}/start/${process.pid}`);
    } catch (error) {
      if (error instanceof RefusalError) return; // another worker has it
      throw error;
    }
    const folder = await mkdtemp(join(tmpdir(), 'data-harbour-'));
    try {
      const outcome = await tasks[waiting.data.task](job, waiting.data.subject, attempt, folder);
      await act(job, 'finish', { outcome }, `${job.id}/${attempt}/finish`);
    } catch (error) {
      log.error('a job failed', { job: job.id, error: error as Error });
      await act(job, 'fail', { code: 'query_failed' }, `${job.id}/${attempt}/fail`).catch(() => log.warn('the job had ended already', { job: job.id }));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
};
