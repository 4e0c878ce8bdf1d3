import type { Refusal } from '../../contracts/refusals.ts';
import type { Table } from '../../shared/store/table.ts';
import { atomLimits, compare, withKeys, withoutHidden, withRoom, type Effort } from './comparing.ts';
import { askedOf } from './differences.ts';
import type { Answer, Limits, QueryResult } from './engine.ts';
import type { Ground, Predicate } from './form.ts';
import { chanceOf } from './noise.ts';
import { noise } from './noised.ts';
import type { RefusalCode } from './placing.ts';
import type { Plan } from './planning.ts';
import { printForm } from './printing.ts';
import { printPrivate } from './printing-private.ts';
import { identityOf, openReleases, settled, type Release } from './releases.ts';

/** A question that the gate has accepted, on data that lies ready. `id` is the query's, `object` the version of the data, `resource` its root. */
export type Question = {
  readonly id: string;
  readonly planned: Plan;
  readonly ground: Ground;
  readonly resource: string;
  readonly object: string;
  /** `conditions` are those that the SQL tests: whoever runs it sees from them which lists it joins with. */
  readonly run: (sql: string, conditions: readonly (Predicate | null)[], most?: Pick<Limits, 'rows' | 'bytes'>) => Promise<Answer>;
};
/** What stands behind all questions of a resource. */
export type Desk = {
  /** The memory of what was released. */
  readonly memory: Table;
  /** The answer that a query got, while it lies there. */
  readonly stored: (query: string) => Promise<QueryResult | undefined>;
  /** Pays in millionths of ε, or says with which code that was refused. */
  readonly pay: (cost: number) => Promise<Refusal | undefined>;
  /** Waits for the next time at which an outcome may be told: `openPace`. */
  readonly pace: (least?: number) => Promise<number>;
};
/** What a buyer gets; the effort is for auditors. */
export type Told = ({ readonly result: QueryResult } | { readonly refused: RefusalCode }) & { readonly effort?: Effort };

/** The answer that the same question had before, told when that was. */
const storedAnswer = async (identity: string, before: readonly Release[], { stored, pace }: Desk): Promise<Told | undefined> => {
  const same = before.find((each) => each.identity === identity && each.status === 'released');
  const result = same && (await stored(same.query));
  if (!result) return undefined;
  await pace(same.stepMs);
  return { result };
};

/** By threshold and dominance, compared with all that was released of the resource. */
const answerExactly = async ({ id, planned, ground, resource, object, run }: Question, desk: Desk): Promise<Told> => {
  const releases = openReleases(desk.memory);
  const form = settled(planned.form);
  const identity = identityOf(form, ground.rule, object);
  const asked = askedOf(form, ground.rule);
  const { place, before } = await releases.reserve(resource, id, identity, asked);
  const stored = await storedAnswer(identity, before, desk);
  if (stored) return stored;
  const { hidden, effort } = await compare(asked, before, (sql, conditions) => run(sql, conditions, atomLimits));
  const answer: Answer =
    hidden === null
      ? { refused: 'query_failed' }
      : await run(printForm(withRoom(withKeys(form), hidden, ground.rule.maxRows), ground), [form.where]);
  const stepMs = await desk.pace();
  if (hidden === null || 'refused' in answer) {
    await releases.settle(resource, place, { status: 'refused' });
    return { refused: 'refused' in answer ? answer.refused : 'query_failed', effort };
  }
  await releases.settle(resource, place, { status: 'released', hidden, stepMs });
  return { result: withoutHidden(answer, form, hidden), effort };
};

/** With noise, paid for before anything is run. */
const answerPrivately = async (question: Question, noised: NonNullable<Plan['noised']>, desk: Desk): Promise<Told> => {
  const { id, planned, ground, resource, object, run } = question;
  const { privacy, grid } = noised;
  const releases = openReleases(desk.memory);
  const kept = `noised/${resource}`;
  const form = settled(planned.form);
  const identity = identityOf(form, ground.rule, object);
  const { place, before } = await releases.reserve(kept, id, identity, askedOf(form, ground.rule));
  const stored = await storedAnswer(identity, before, desk);
  if (stored) return stored;
  const refused = await desk.pay(planned.cost.budget?.epsilonMicro ?? 0);
  if (refused !== undefined) return { refused };
  const truth = await run(printPrivate(form, ground, grid), [form.where]);
  const stepMs = await desk.pace();
  if ('refused' in truth) return truth;
  await releases.settle(kept, place, { status: 'released', hidden: [], stepMs });
  return { result: noise(form, { ...ground, privacy }, grid, truth, chanceOf()) };
};

/**
 * Answers an accepted question: the stored answer where the same one was released before; else under the rule's privacy with noise that is paid
 * for first, or exactly, compared with all that was released. A place in the memory is taken before anything is run, so that of two complements
 * sent at once the later sees the earlier. Refusals are codes of `gateRefusals` or `refusals`, none of which quotes data.
 */
export const answer = (question: Question, desk: Desk): Promise<Told> => {
  const { noised } = question.planned;
  return noised ? answerPrivately(question, noised, desk) : answerExactly(question, desk);
};
