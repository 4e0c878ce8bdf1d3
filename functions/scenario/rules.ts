import type { Scenario } from '../../contracts/scenario.ts';
import type { Refusal } from '../../contracts/refusals.ts';
import { canonical } from '../../shared/kernel/canonical.ts';
import { digest } from '../../shared/kernel/digest.ts';
import type { Ctx, Stored } from '../../shared/kernel/process.ts';

type S = typeof Scenario;
type Grants = readonly { readonly validUntil?: string }[];

/** An approval holds for the months of the rule base, or until the first of its grants ends: requirements §4. Exclusive instant. */
export const approvedUntil = (now: string, months: number, grants: Grants): string => {
  const date = new Date(now);
  date.setUTCMonth(date.getUTCMonth() + months);
  return grants.reduce((until, g) => (g.validUntil !== undefined && g.validUntil < until ? g.validUntil : until), date.toISOString());
};

/** Who granted decides: the region of the grants, or the city where they were given in several. GB/T 2260: a city's code begins its districts'. */
export const regionOf = (grants: readonly { readonly region: string }[]): string => {
  const [first = '', ...others] = new Set(grants.map((g) => g.region));
  return others.length === 0 ? first : first.slice(0, 4);
};

type Closing = { readonly number: number; readonly evidence: string };
type Conditions = Stored<S, 'approved'>['data']['conditions'];
/** The same decision with one of its conditions closed on evidence. Conditions are counted from 1. */
export const withClosed = <D extends { readonly conditions: Conditions }>(data: D, { number, evidence }: Closing): D => ({
  ...data,
  conditions: data.conditions.map((c, n) => (n === number - 1 ? { ...c, closed: true, evidence } : c)),
});
export const conditionIsOpen = ({
  record,
  input,
}: {
  readonly record: { readonly data: { readonly conditions: Conditions } };
  readonly input: Closing;
}): Refusal | undefined => (record.data.conditions[input.number - 1]?.closed === false ? undefined : 'condition_unknown');

export const precedentsClosed = ({ record }: Ctx<S, 'conditioned', 'satisfy'>): Refusal | undefined =>
  record.data.conditions.every((c) => c.closed || c.kind === 'SUBSEQUENT') ? undefined : 'conditions_open';

export const roundsLeft = ({ record, rules }: Ctx<S, 'draft' | 'rectifying', 'file', 'grants'>): Refusal | undefined =>
  record.status === 'rectifying' && record.data.round >= rules.assessment.failures ? 'too_many_rounds' : undefined;

/** What the public register says of a scenario (Measures arts. 19, 21): never its users, prohibited uses, safeguards and conditions. */
export const registered = (
  r: Pick<Stored<S>, 'id' | 'region' | 'status' | 'owner'> & { data: { title: string; purpose: string; grants: readonly string[] } },
) => ({
  id: r.id,
  region: r.region,
  status: r.status,
  operator: r.owner,
  title: r.data.title,
  purpose: r.data.purpose,
  grants: r.data.grants,
});

/** A plan that was turned down stays its operator's own: trade secrets are kept, Measures art. 21. */
export const withoutPurpose = (r: Parameters<typeof registered>[0]) => {
  const { purpose: _own, ...told } = registered(r);
  return told;
};

/** What an operator may one day prove of the decision: its reasons, and the digest of its conditions as they stand. */
export const decision = ({ data }: { readonly data: { readonly reasons?: string | undefined; readonly conditions: Conditions } }) => ({
  conditions: digest(canonical(data.conditions)),
  ...(data.reasons === undefined ? {} : { reasons: data.reasons }),
});
