import { join } from 'node:path';
import type { Privacy } from '../../contracts/analysis-rule.ts';
import type { Contract } from '../../contracts/data-contract.ts';
import type { Product } from '../../contracts/product.ts';
import type { Query } from '../../contracts/query.ts';
import type { Dataset } from '../../contracts/sandbox.ts';
import type { Entitlement } from '../../contracts/trade.ts';
import { RefusalError } from '../../shared/edge/refusal.ts';
import type { Ref, Stored } from '../../shared/kernel/process.ts';
import { accountsOf, costOf } from './budget.ts';
import { atomLimits, compare, withKeys, withoutHidden, type Effort } from './comparing.ts';
import { askedOf } from './differences.ts';
import { gridOf } from './domains.ts';
import type { Answer, Limits, QueryResult } from './engine.ts';
import type { Form, Ground } from './form.ts';
import { compile } from './gate.ts';
import { chanceOf } from './noise.ts';
import { noise } from './noised.ts';
import { resultKey } from './objects.ts';
import { printForm } from './printing.ts';
import { printPrivate } from './printing-private.ts';
import { identityOf, openReleases, settled, type Release } from './releases.ts';
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
  return { query, rule: product.data.rule, dataset, ruleVersion };
};
const refuse = async (
  { act, subject }: Task,
  code: string,
  told: { readonly at?: number; readonly effort?: Effort } = {},
): Promise<string> => {
  await act(subject, 'refuse', { code, ...told });
  return code;
};
const withhold = async ({ act, subject }: Task, link: Ref): Promise<string> => {
  await act(subject, 'withhold', { link });
  return 'withheld';
};
/** Stores the result, then releases it through the door, which asks the whole chain again; what may not be released does not stay. */
const release = async (task: Task, result: QueryResult, ruleVersion: number, effort?: Effort): Promise<string> => {
  const { blobs, act, subject } = task;
  const object = resultKey(subject.id);
  const stored = await blobs.put(object, Buffer.from(JSON.stringify(result)));
  try {
    await act(subject, 'release', {
      result: { object, digest: stored.digest, rows: result.rows.length },
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
/** A question that the gate has accepted, on data that lies ready. */
type Ready = Pick<Behind, 'query' | 'ruleVersion'> & {
  readonly task: Task;
  readonly form: Form;
  readonly ground: Ground;
  readonly resource: string;
  readonly identity: string;
  readonly run: (sql: string, most?: Pick<Limits, 'rows' | 'bytes'>) => Promise<Answer>;
};

/** The answer that the same question had before, while it lies there. */
const storedAnswer = async ({ task, identity }: Ready, before: readonly Release[]): Promise<QueryResult | undefined> => {
  const same = before.find((each) => each.identity === identity && each.status === 'released');
  const object = same && (await task.blobs.get(resultKey(same.query)));
  return object && (JSON.parse(Buffer.concat(await object.body.toArray()).toString()) as QueryResult);
};

/** By threshold and dominance, compared with all that was released of the resource. */
const answerExactly = async (ready: Ready): Promise<string> => {
  const { task, form, ground, resource, ruleVersion, run } = ready;
  const releases = openReleases(task.memory);
  const asked = askedOf(form, ground.rule);
  const { place, before } = await releases.reserve(resource, task.subject.id, ready.identity, asked);
  const stored = await storedAnswer(ready, before);
  if (stored) return release(task, stored, ruleVersion);
  const { hidden, effort } = await compare(asked, before, (sql) => run(sql, atomLimits));
  const answer: Answer = hidden === null ? { refused: 'query_failed' } : await run(printForm(withKeys(form), ground));
  if (hidden === null || 'refused' in answer) {
    await releases.settle(resource, place, { status: 'refused' });
    return refuse(task, 'refused' in answer ? answer.refused : 'query_failed', { effort });
  }
  await releases.settle(resource, place, { status: 'released', hidden });
  return release(task, withoutHidden(answer, form, hidden), ruleVersion, effort);
};

const refusedAs = (error: unknown): string => {
  if (error instanceof RefusalError) return error.refused.code;
  throw error;
};

/** Pays for an answer, or says with what it was refused. Where another opens an account meanwhile, what is left is asked again. */
const pay = async ({ task, query, resource }: Ready, privacy: Privacy, cost: number): Promise<string | undefined> => {
  if (query.data.charged !== undefined) return undefined;
  for (let tried = 0; ; tried += 1) {
    const accounts = await Promise.all(
      accountsOf(resource, query.data.entitlement, privacy).map(async (account) => {
        const left = await task.left(account.id);
        return { ...account, ...(left === undefined ? {} : { left }) };
      }),
    );
    const refused = await task.act(task.subject, 'charge', { cost, accounts }, `charge/${tried}`).then(() => undefined, refusedAs);
    if (refused !== 'already_exists') return refused;
  }
};

/** With noise, paid for before anything is run. */
const answerPrivately = async (ready: Ready, privacy: Privacy): Promise<string> => {
  const { task, form, ground, resource, ruleVersion, run } = ready;
  const grid = gridOf(form.groups, ground, ground.rule.maxRows);
  if (!grid) return refuse(task, 'result_too_large');
  const releases = openReleases(task.memory);
  const kept = `noised/${resource}`;
  const { place, before } = await releases.reserve(kept, task.subject.id, ready.identity, askedOf(form, ground.rule));
  const stored = await storedAnswer(ready, before);
  if (stored) return release(task, stored, ruleVersion);
  const refused = await pay(ready, privacy, costOf(form, ground.rule, privacy, grid.length));
  if (refused !== undefined) return refuse(task, refused);
  const truth = await run(printPrivate(form, ground, grid));
  if ('refused' in truth) return refuse(task, truth.refused);
  await releases.settle(kept, place, { status: 'released', hidden: [] });
  return release(task, noise(form, { ...ground, privacy }, grid, truth, chanceOf()), ruleVersion);
};

/** Answers a buyer's question: gate, engine, release. @returns the outcome of the job */
export const query = async (task: Task, { engine, parse }: Tools): Promise<string> => {
  const { query: record, rule, dataset, ruleVersion } = await behind(task);
  if (!('object' in dataset.data)) return withhold(task, { kind: 'dataset', id: dataset.id });
  const { object, columns, resource } = dataset.data;
  const compiled = await compile(record.data.sql, rule, columns, parse);
  if ('refused' in compiled) return refuse(task, compiled.refused, compiled.at ? { at: compiled.at.offset } : {});
  const path = join(task.folder, 'data.parquet');
  if (!(await task.fetch(object, path))) return refuse(task, 'query_failed');
  const { signal, stop } = task.watch('admitted');
  const form = settled(compiled.form);
  const ready: Ready = {
    task,
    query: record,
    ruleVersion,
    form,
    ground: { rule, columns },
    resource,
    identity: identityOf(form, rule, object),
    run: (sql, most = { rows: rule.maxRows, bytes: limits.bytes }) =>
      engine.runQuery({ sql, files: { data: path }, limits: { ...limits, ...most }, signal }),
  };
  return (rule.privacy ? answerPrivately(ready, rule.privacy) : answerExactly(ready)).finally(stop);
};
