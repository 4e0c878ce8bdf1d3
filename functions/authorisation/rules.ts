import type * as z from 'zod';
import type { Agreement } from '../../contracts/authorisation.ts';
import type { Parameters } from '../../contracts/parameters.ts';
import type { Refusal } from '../../contracts/refusals.ts';
import { dueAtDate, shanghaiDate } from '../../shared/kernel/calendar.ts';
import type { Creating, Verdict } from '../../shared/kernel/process.ts';
import { covers } from '../../shared/kernel/seats.ts';

type Terms = z.output<(typeof Agreement)['inputs']['create']>;
type Given = { readonly input: Terms; readonly now: string; readonly rules: Parameters };

/** 实施规范 art. 14: the term is in principle at most five years; it must lie ahead. Days are of Shanghai, both included. */
export const termHolds = ({ input: { termStart, termEnd }, now, rules }: Given): Refusal | undefined => {
  if (termEnd <= termStart || dueAtDate(termEnd) <= now) return 'term_invalid';
  const lastYear = Number(termStart.slice(0, 4)) + rules.agreement.maxYears;
  const last = `${String(lastYear).padStart(4, '0')}${termStart.slice(4)}`; // days are compared as text
  return termEnd >= last ? 'term_too_long' : undefined;
};
export const resourcesAreFew = ({ input, rules }: Given): Refusal | undefined =>
  new Set(input.resources).size > rules.agreement.maxResources || new Set(input.resources).size < input.resources.length
    ? 'too_many_resources'
    : undefined;

/** Who organises an agreement reaches the region of all that it covers: a district does not grant the city's data. */
export const resourcesAreInRegion = ({ refs, actor }: Creating<typeof Agreement, 'operator' | 'resources'>): Refusal | undefined =>
  actor.type === 'person' && refs.resources.some((r) => !covers(actor.region, r.region)) ? 'not_permitted' : undefined;

/** Nothing is used before its term: what is active is live. */
export const termHasBegun = ({ record, now }: { readonly record: { readonly data: Terms }; readonly now: string }): Verdict =>
  record.data.termStart > shanghaiDate(now) ? { code: 'term_invalid', about: { termStart: record.data.termStart } } : undefined;

/** An operator that holds for the granting side of the mechanism of Measures art. 18. */
export const partyIsOperator = ({ refs }: Creating<typeof Agreement, 'operator' | 'resources'>): Refusal | undefined =>
  refs.operator.data.type === 'OPERATOR' ? undefined : 'not_an_operator';

/** Requirements §2, 16b: what the law forbids to open never enters a grant; core data never does. */
export const resourcesMayBeOperated = ({ refs }: Creating<typeof Agreement, 'operator' | 'resources'>): Refusal | undefined =>
  refs.resources.some((r) => r.data.opening.bar === 'FORBIDDEN_BY_LAW' || r.data.grade === 'CORE') ? 'resource_barred' : undefined;
