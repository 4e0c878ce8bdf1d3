import { join } from 'node:path';
import type { Contract } from '../../contracts/data-contract.ts';
import type { Product } from '../../contracts/product.ts';
import type { Query } from '../../contracts/query.ts';
import type { Dataset } from '../../contracts/sandbox.ts';
import type { Entitlement } from '../../contracts/trade.ts';
import { RefusalError } from '../../shared/edge/refusal.ts';
import type { Ref, Stored } from '../../shared/kernel/process.ts';
import type { QueryResult, Limits } from './engine.ts';
import { compile } from './gate.ts';
import { resultKey } from './objects.ts';
import type { Task, Tools } from './task.ts';

const megabyte = 1_000_000;
const limits: Omit<Limits, 'rows'> = { deadlineMs: 30_000, memoryBytes: 1_000 * megabyte, threads: 2, bytes: 4 * megabyte };

/** The product and dataset behind a query, by the contract that was signed. */
const behind = async ({ one, subject }: Task) => {
  const query = await one<Stored<typeof Query>>(subject);
  const entitlement = await one<Stored<typeof Entitlement>>({ kind: 'entitlement', id: query.data.entitlement });
  const contract = await one<Stored<typeof Contract>>({ kind: 'contract', id: entitlement.data.contract });
  const { product: id, ruleVersion } = contract.data.terms;
  const product = await one<Stored<typeof Product>>({ kind: 'product', id });
  const dataset = await one<Stored<typeof Dataset>>({ kind: 'dataset', id: product.data.dataset });
  return { sql: query.data.sql, rule: product.data.rule, dataset, ruleVersion };
};
const refuse = async ({ act, subject }: Task, code: string, at: number | null = null): Promise<string> => {
  await act(subject, 'refuse', { code, ...(at === null ? {} : { at }) });
  return code;
};
const withhold = async ({ act, subject }: Task, link: Ref): Promise<string> => {
  await act(subject, 'withhold', { link });
  return 'withheld';
};
/** Stores the result, then releases it through the door, which asks the whole chain again; what may not be released does not stay. */
const release = async (task: Task, result: QueryResult, ruleVersion: number): Promise<string> => {
  const { blobs, act, subject } = task;
  const object = resultKey(subject.id);
  const stored = await blobs.put(object, Buffer.from(JSON.stringify(result)));
  try {
    await act(subject, 'release', { result: { object, digest: stored.digest, rows: result.rows.length }, ruleVersion });
    return 'released';
  } catch (error) {
    await blobs.remove(object);
    const link = error instanceof RefusalError && error.refused.code === 'authority_broken' ? error.refused.about : undefined;
    if (!link) throw error;
    return withhold(task, { kind: String(link['kind']), id: String(link['id']) });
  }
};

/** Answers a buyer's question: gate, engine, release. @returns the outcome of the job */
export const query = async (task: Task, { engine, parse }: Tools): Promise<string> => {
  const { sql, rule, dataset, ruleVersion } = await behind(task);
  if (!('object' in dataset.data)) return withhold(task, { kind: 'dataset', id: dataset.id });
  const { object, columns } = dataset.data;
  const compiled = await compile(sql, rule, columns as never, parse);
  if ('refused' in compiled) return refuse(task, compiled.refused, compiled.at);
  const path = join(task.folder, 'data.parquet');
  if (!(await task.fetch(object, path))) return refuse(task, 'query_failed');
  const { signal, stop } = task.watch('admitted');
  const answer = await engine
    .runQuery({ sql: compiled.sql, files: { data: path }, limits: { ...limits, rows: rule.maxRows }, signal })
    .finally(stop);
  if ('refused' in answer) return refuse(task, answer.refused);
  const named = answer.columns.map((c, n) => ({ ...c, name: compiled.labels[n] ?? c.name }));
  return release(task, { columns: named, rows: answer.rows }, ruleVersion);
};
