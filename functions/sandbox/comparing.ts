import { randomInt } from 'node:crypto';
import type { Asked } from './differences.ts';
import { countSurplus, judge, printAtoms, relatedTo } from './differences.ts';
import type { Answer, QueryResult } from './engine.ts';
import type { Form, Predicate } from './form.ts';
import { same } from './form.ts';
import type { Release } from './releases.ts';
import { primes } from './elimination.ts';

/** What a comparison took: how many answers stood before, with how many of them data was compared, in how many atoms, in how many milliseconds. */
export type Effort = { readonly before: number; readonly compared: number; readonly atoms: number; readonly ms: number };

/** Which cells may not be shown, beyond the threshold; null where nothing may be, or where it could not be found out. */
export type Comparison = { readonly hidden: readonly string[] | null; readonly effort: Effort };

/** Runs SQL that tests these conditions. */
export type Ask = (sql: string, conditions: readonly (Predicate | null)[]) => Promise<Answer>;

/** How many atoms are looked at, and in how many bytes of JSON; beyond, nothing is released. */
export const atomLimits = { rows: 100_000, bytes: 64_000_000 } as const;

const askAtoms = (asked: Asked, related: readonly Asked[], ask: Ask): Promise<Answer> =>
  ask(
    printAtoms(asked, related),
    [asked, ...related].map(({ where }) => where),
  );

/** What stands before a question. As long as it is not known what another hides, each of its cells may be shown or not. */
const standing = (before: readonly Release[]): readonly Asked[] =>
  before.flatMap(({ status, asked }) => (status === 'refused' ? [] : [status === 'reserved' ? { ...asked, open: true as const } : asked]));

/** The one answer of the data, where a question has no earlier ones to be compared with. */
const nothing = { hidden: [], atoms: 0 } as const;

/**
 * Compares a question with all that stood before it, and before it is run. An answer that is one group of its own with nothing beside it is
 * told by its threshold alone, and asks nothing of the data.
 * @param ask runs SQL that tests these conditions in the engine over the same data, within `atomLimits`
 */
export async function compare(asked: Asked, before: readonly Release[], ask: Ask): Promise<Comparison> {
  const start = performance.now();
  const related = relatedTo(asked, standing(before));
  const look = async (): Promise<{ readonly hidden: readonly string[] | null; readonly atoms: number }> => {
    if (related.length === 0) return nothing;
    const answer = await askAtoms(asked, related, ask);
    if ('refused' in answer) return { hidden: null, atoms: 0 };
    const judged = judge(asked, related, answer.rows, primes[randomInt(primes.length)]);
    return { hidden: judged?.hidden ?? null, atoms: answer.rows.length };
  };
  const { hidden, atoms } = await look();
  return {
    hidden,
    effort: { before: before.length, compared: related.length, atoms, ms: Math.round(performance.now() - start) },
  };
}

/**
 * Compares a file that people review with all that was released before it. @returns with how many answers, and how many numbers of too few
 * entities it would let someone compute beside those that stand in it; null where that could not be found out
 */
export async function compareFile(
  asked: Asked,
  before: readonly Release[],
  ask: Ask,
): Promise<{ readonly compared: number; readonly surplus: number | null }> {
  const stand = standing(before);
  const related = relatedTo(asked, stand);
  if (related.length === 0) return { compared: 0, surplus: 0 };
  const answer = await askAtoms(asked, related, ask);
  const surplus = 'refused' in answer ? null : countSurplus(asked, related, answer.rows, primes[randomInt(primes.length)]);
  return { compared: related.length, surplus };
}

/** The same question with every dimension among its outputs, so that each row of the answer says which cell it is. */
export function withKeys(form: Form): Form {
  const missing = form.groups.filter((cut) => !form.outputs.some(({ output }) => output.kind === 'dimension' && same(output.cut, cut)));
  return { ...form, outputs: [...form.outputs, ...missing.map((cut) => ({ label: '', output: { kind: 'dimension', cut } as const }))] };
}

/** Where a limit cuts, it does so among what is shown: as many cells more as may stand before the cut and are hidden. */
export const withRoom = (form: Form, hidden: readonly string[], most: number): Form =>
  form.limit === null ? form : { ...form, limit: Math.min(form.limit + hidden.length, Math.max(form.limit, most)) };

/** Takes the hidden cells out of an answer to `withKeys(form)`, what is beyond the limit then, and the outputs that were not asked for. */
export function withoutHidden(answer: QueryResult, form: Form, hidden: readonly string[]): QueryResult {
  const keyed = withKeys(form).outputs;
  const places = form.groups.map((cut) => keyed.findIndex(({ output }) => output.kind === 'dimension' && same(output.cut, cut)));
  const shown = answer.rows.filter((row) => !hidden.includes(JSON.stringify(places.map((place) => row[place]))));
  const width = form.outputs.length;
  return {
    columns: answer.columns.slice(0, width).map((column, index) => ({ ...column, name: form.outputs[index]?.label ?? column.name })),
    rows: shown.slice(0, form.limit ?? shown.length).map((row) => row.slice(0, width)),
  };
}
