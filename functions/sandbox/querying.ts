import { join } from 'node:path';
import type { Privacy } from '../../contracts/analysis-rule.ts';
import { rulesOf } from '../../contracts/parameters.ts';
import type { Query } from '../../contracts/query.ts';
import type { Refusal } from '../../contracts/refusals.ts';
import { RefusalError } from '../../shared/edge/refusal.ts';
import type { Ref, Stored } from '../../shared/kernel/process.ts';
import { answer } from './answering.ts';
import { accountsOf } from './budget.ts';
import type { Effort } from './comparing.ts';
import type { Limits, QueryResult } from './engine.ts';
import { openFindLists } from './find-lists.ts';
import { groundsOf } from './grounds.ts';
import { resultKey } from './objects.ts';
import { openPace } from './pacing.ts';
import type { RefusalCode } from './placing.ts';
import { plan } from './planning.ts';
import { openRun } from './running.ts';
import type { Task, Tools } from './task.ts';

const megabyte = 1_000_000;
const limits: Omit<Limits, 'rows'> = { deadlineMs: 30_000, memoryBytes: 1_000 * megabyte, threads: 2, bytes: 4 * megabyte };

/** The rule and table behind a query, by the contract that was signed. */
const behind = async ({ one, subject }: Task) => {
  const query = await one<Stored<typeof Query>>(subject);
  return { query, ...(await groundsOf(one, query.data.entitlement)) };
};
const withhold = async ({ act, subject }: Task, link: Ref): Promise<string> => {
  await act(subject, 'withhold', { link });
  return 'withheld';
};
/** What was ended because its chain broke is withheld, and says which link. */
const refuse = async (
  task: Task,
  { query, ruleVersion }: Pick<Behind, 'query' | 'ruleVersion'>,
  code: RefusalCode,
  told: { readonly at?: number; readonly effort?: Effort } = {},
): Promise<string> => {
  const link = code === 'query_cancelled' ? await task.brokenUnder({ kind: 'entitlement', id: query.data.entitlement }) : undefined;
  if (link) return withhold(task, { kind: link.kind, id: link.id });
  await task.act(task.subject, 'refuse', { code, ruleVersion, ...told });
  return code;
};
/** Stores the result, then releases it through the door, which asks the whole chain again; what may not be released does not stay. */
const release = async (task: Task, result: QueryResult, ruleVersion: number, effort?: Effort): Promise<string> => {
  const { blobs, act, subject } = task;
  const object = resultKey(subject.id);
  const stored = await blobs.put(object, Buffer.from(JSON.stringify(result)));
  try {
    await act(subject, 'release', {
      result: { object, digest: stored.digest, rows: result.rows.length, bytes: stored.size },
      ruleVersion,
      ...(effort ? { effort } : {}),
    });
    return 'released';
  } catch (error) {
    await blobs.remove(object);
    const link = error instanceof RefusalError && error.refused.code === 'authority_broken' ? error.refused.about : undefined;
    if (!link) throw error;
    return withhold(task, { kind: String(link['kind']), id: String(link['id']) });
  }
};

type Behind = Awaited<ReturnType<typeof behind>>;

const storedBy =
  ({ blobs }: Task) =>
  async (query: string): Promise<QueryResult | undefined> => {
    const object = await blobs.get(resultKey(query));
    return object && (JSON.parse(Buffer.concat(await object.body.toArray()).toString()) as QueryResult);
  };

const refusedAs = (error: unknown): Refusal => {
  if (error instanceof RefusalError) return error.refused.code;
  throw error;
};

/** Pays for an answer, or says with what it was refused. Where another opens an account meanwhile, what is left is asked again. */
const payFrom =
  (task: Task, query: Behind['query'], resources: readonly string[], privacy: Privacy | undefined) =>
  async (cost: number): Promise<Refusal | undefined> => {
    if (query.data.charged !== undefined || privacy === undefined) return undefined;
    const { product, entitlement } = query.data;
    const payers = { resources, resourceMicro: rulesOf(query.rules).sandbox.resourceEpsilonMicro, product, entitlement };
    for (let tried = 0; ; tried += 1) {
      const accounts = await Promise.all(
        accountsOf(payers, privacy).map(async (account) => {
          const left = await task.left(account.id);
          return { ...account, ...(left === undefined ? {} : { left }) };
        }),
      );
      const refused = await task.act(task.subject, 'charge', { cost, accounts }, `charge/${tried}`).then(() => undefined, refusedAs);
      if (refused !== 'already_exists') return refused;
    }
  };

/** Answers a buyer's question: gate, engine, release. @returns the outcome of the job */
export const query = async (task: Task, { engine, parse }: Tools): Promise<string> => {
  const pace = openPace();
  const found = await behind(task);
  const { query: record, rule, weak, source, held, ruleVersion } = found;
  if (weak) return refuse(task, found, 'rule_privacy_required');
  if (rule.templatesOnly && record.data.template === undefined) return refuse(task, found, 'template_required');
  if (!held) return withhold(task, { kind: source.kind, id: source.id });
  const { object, columns, root, roots } = held;
  const planned = await plan(record.data.sql, rule, columns, parse, openFindLists(task, record.data.entitlement, object));
  if ('refused' in planned) return refuse(task, found, planned.refused, planned.at ? { at: planned.at.offset } : {});
  const path = join(task.folder, 'data.parquet');
  if (!(await task.fetch(object, path))) return refuse(task, found, 'query_failed');
  const { signal, stop } = task.watch('admitted', { kind: 'entitlement', id: record.data.entitlement });
  const run = openRun(task, { engine, resource: root, data: path, limits: { ...limits, rows: rule.maxRows }, signal });
  try {
    const told = await answer(
      { id: task.subject.id, planned, ground: { rule, columns }, resource: root, object, run },
      { memory: task.memory, stored: storedBy(task), pay: payFrom(task, record, roots, rule.privacy), pace },
    );
    if ('refused' in told) return await refuse(task, found, told.refused, told.effort ? { effort: told.effort } : {});
    return await release(task, told.result, ruleVersion, told.effort);
  } finally {
    stop();
  }
};
