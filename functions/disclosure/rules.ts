import type * as z from 'zod';
import type { DisclosureDuty } from '../../contracts/duty.ts';
import type { Parameters } from '../../contracts/parameters.ts';
import type { Covered, DisclosureRecord } from '../../contracts/report.ts';
import { canonical } from '../../shared/kernel/canonical.ts';
import { digest, type Digest } from '../../shared/kernel/digest.ts';
import type { Actor, Due, Stored, Verdict } from '../../shared/kernel/process.ts';
import { dayBegins, type Period } from './figures.ts';

export type Begun = z.output<(typeof DisclosureRecord)['inputs']['create']>;
export type Covering = z.output<typeof Covered>;
type File = Omit<Begun, 'region'>;
type Type = Begun['type'];
type Topic = Begun['statements'][number]['topic'];
type Schedule = Stored<typeof DisclosureDuty>['data'];

// periods

const lastOf = (year: number, month: number): string => new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10);
const numbersOf = (day: string): readonly [year: number, month: number] => [Number(day.slice(0, 4)), Number(day.slice(5, 7))];
/** The last day of the quarter in which a day lies. */
export const quarterEnd = (day: string): string => {
  const [year, month] = numbersOf(day);
  return lastOf(year, Math.ceil(month / 3) * 3);
};
/** The last day of the quarter after the one that ends on a day. */
export const nextQuarterEnd = (end: string): string => {
  const [year, month] = numbersOf(end);
  return lastOf(year, month + 3);
};
export const yearEnd = (day: string): string => `${day.slice(0, 4)}-12-31`;
export const nextYearEnd = (end: string): string => `${Number(end.slice(0, 4)) + 1}-12-31`;
export const quarterTo = (end: string): Period => {
  const [year, month] = numbersOf(end);
  return { from: `${lastOf(year, month - 2).slice(0, 8)}01`, to: end };
};
/** From the beginning of its year to a day. */
export const yearTo = (day: string): Period => ({ from: `${day.slice(0, 4)}-01-01`, to: day });
const earlier = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) - days * 86_400_000).toISOString().slice(0, 10);

// what is owed when

const annualDue = (period: Period, { disclosure }: Parameters): string => `${Number(period.to.slice(0, 4)) + 1}-${disclosure.annual}`;
/** Until when a disclosure must be public. The day a quarter ends is its day of receipt: the first working day after it counts. */
export const dueOf = ({ type, version, period, occurredAt }: File, rules: Parameters): Due => {
  const { correction, quarterly, beforeTrade, adHoc } = rules.disclosure;
  if (version > 1) return { from: occurredAt, workingDays: correction };
  if (type === 'ANNUAL') return { date: annualDue(period, rules) };
  if (type === 'QUARTERLY') return { from: dayBegins(period.to), workingDays: quarterly };
  return { from: occurredAt, workingDays: type === 'BEFORE_TRADE' ? beforeTrade : adHoc };
};
/** When its owner is reminded; never where the whole period is shorter than that. */
export const reminderOf = ({ type, version, period }: File, rules: Parameters): Due | undefined => {
  const { reminder, reminderCalendarDays, quarterly } = rules.disclosure;
  if (version > 1) return undefined;
  if (type === 'ANNUAL') return { date: earlier(annualDue(period, rules), reminderCalendarDays) };
  return type === 'QUARTERLY' && quarterly > reminder ? { from: dayBegins(period.to), workingDays: quarterly - reminder } : undefined;
};

// what must be told

/** Requirements §3.1 and §3.2: what figures do not tell by themselves. */
const topics: Readonly<Record<Type, readonly Topic[]>> = {
  ANNUAL: ['ORGANISATION'],
  QUARTERLY: ['COMPLAINTS', 'QUALITY'],
  BEFORE_TRADE: ['PRODUCT', 'SOURCE', 'RIGHTS', 'QUALITY', 'LIMITS', 'PRICE', 'RELATED_PARTIES', 'CONDITIONS'],
  AD_HOC: ['FACT', 'EFFECT', 'MEASURES'],
};
/** The annual audit is told with the last quarter. */
const topicsOf = ({ type, period }: File): readonly Topic[] =>
  type === 'QUARTERLY' && period.to.endsWith('-12-31') ? [...topics[type], 'AUDIT'] : topics[type];
/** Each item is told, or left out on a ground that is cited. */
export const nothingIsMissing = ({ record: { data } }: { readonly record: { readonly data: File } }): Verdict => {
  const told = new Set<Topic>([...data.statements, ...data.redactions].map(({ topic }) => topic));
  const topic = topicsOf(data).find((one) => !told.has(one));
  return topic === undefined ? undefined : { code: 'disclosure_incomplete', about: { topic } };
};
export const figuresAreCounted = ({
  record: { data },
}: {
  readonly record: { readonly data: { readonly countedAt?: string | undefined } };
}): Verdict => (data.countedAt === undefined ? 'figures_pending' : undefined);
/** Who called for a correction neither approves nor publishes it: requirements §5, hard rules (1) and (2). */
export const notProposer = ({ record: { data }, actor }: { readonly record: { readonly data: File }; readonly actor: Actor }): Verdict =>
  actor.type === 'person' && data.proposedBy === actor.id ? 'own_work' : undefined;
export const isCorrection = ({ record: { data } }: { readonly record: { readonly data: File } }): Verdict =>
  data.version > 1 ? undefined : 'not_a_correction';
/** Who calls for a correction, and of which organisation where that is not the owner's. */
export const callOf = (actor: Actor, owner: string): Pick<Begun, 'proposedBy' | 'demandedBy'> =>
  actor.type === 'system'
    ? { proposedBy: `system:${actor.id}` }
    : { proposedBy: actor.id, ...(actor.org === owner ? {} : { demandedBy: actor.org }) };
/** Nothing is told before it happens. */
export const hasHappened = ({
  input: { occurredAt },
  now,
}: {
  readonly input: { readonly occurredAt: string };
  readonly now: string;
}): Verdict => (Date.parse(occurredAt) > Date.parse(now) ? { code: 'invalid_input', about: { occurredAt } } : undefined);

// what becomes public

const open: ReadonlySet<string> = new Set([
  'matter',
  'type',
  'role',
  'organisation',
  'period',
  'version',
  'occurredAt',
  'ground',
  'subject',
  'corrects',
  'correction',
  'statements',
  'redactions',
  'figures',
  'countedAt',
]);
const made: ReadonlySet<string> = new Set(['publishedAt', 'digest', 'supersededBy']);
const only = (data: object, names: ReadonlySet<string>): object =>
  Object.fromEntries(Object.entries(data).filter(([name]) => names.has(name)));
/** The digest of all that a disclosure makes public, as canonical JSON (RFC 8785). */
export const contentDigest = (data: File): Digest => digest(canonical(only(data, open)));
/** What everyone reads of it: not who was asked for an opinion, nor why a draft was sent back. */
export const publicPart = (data: object): object => only(data, new Set([...open, ...made]));

type Published = Stored<typeof DisclosureRecord, 'published'>;
/** What the public ledger says of a published version. */
export const announced = ({ id, status, data }: Pick<Published, 'id' | 'status' | 'data'>) => ({
  id,
  status,
  type: data.type,
  role: data.role,
  organisation: data.organisation,
  period: data.period,
  version: data.version,
  ...(data.ground === undefined ? {} : { ground: data.ground }),
  ...(data.subject === undefined ? {} : { subject: data.subject }),
  ...(data.corrects === undefined ? {} : { corrects: data.corrects }),
  redacted: data.redactions.map(({ topic, ground }) => ({ topic, ground })),
  totals: data.figures.totals,
  digest: data.digest,
  publishedAt: data.publishedAt,
  late: data.overdueAt !== undefined,
});

// who is obliged

/** Whether the quarter that a schedule comes to next is still to be told: an operator's, as long as an agreement stood in it. */
export const owesQuarter = ({
  status,
  data: { role, quarterEnd: end, lastDay = '' },
}: Pick<Stored<typeof DisclosureDuty>, 'status' | 'data'>): boolean =>
  role === 'OPERATOR' && (status === 'active' || quarterTo(end).from <= lastDay);

export const dutyOf = (organisation: string): string => `duty:${organisation}`;
export const idOf = ({ matter, version }: Pick<Begun, 'matter' | 'version'>): string => (version > 1 ? `${matter}:${version}` : matter);
/** Where the agreements lie: one region, or the city that covers several. GB/T 2260: a city's code begins its districts'. */
export const regionOf = (agreements: readonly Pick<Covering, 'region'>[]): string => {
  const [first = '', ...others] = new Set(agreements.map(({ region }) => region));
  return others.length === 0 ? first : first.slice(0, 4);
};
export const ended = (agreements: readonly Covering[], id: string, lastDay: string): Covering[] =>
  agreements.map((one) => (one.id === id ? { ...one, ended: lastDay } : one));
export const allEnded = (agreements: readonly Covering[]): boolean => agreements.every((one) => one.ended !== undefined);
/** The agreements that a later period than the one ending on a day is about. */
export const standingAfter = (agreements: readonly Covering[], day: string): Covering[] =>
  agreements.filter((one) => one.ended === undefined || one.ended > day);

/** A disclosure of a period of a schedule, or of something that happened at an instant. */
export const begun = (
  { organisation, role, agreements }: Pick<Schedule, 'organisation' | 'role' | 'agreements'>,
  about: Pick<Begun, 'matter' | 'type' | 'period' | 'occurredAt'> & Partial<Pick<Begun, 'ground' | 'subject'>>,
): Begun => ({
  organisation,
  role,
  agreements,
  region: regionOf(agreements),
  version: 1,
  statements: [],
  redactions: [],
  ...about,
});
/** The next version of what is published, begun from its words. */
export const correcting = (
  { id, region, data }: Pick<Published, 'id' | 'region' | 'data'>,
  { now, ...called }: Pick<Begun, 'correction' | 'proposedBy' | 'demandedBy'> & { readonly now: string },
): Begun => {
  const { matter, type, role, organisation, period, agreements, version, ground, subject, statements, redactions } = data;
  return {
    matter,
    type,
    role,
    organisation,
    period,
    agreements,
    region,
    statements,
    redactions,
    ...called,
    ...(ground === undefined ? {} : { ground }),
    ...(subject === undefined ? {} : { subject }),
    version: version + 1,
    corrects: id,
    occurredAt: now,
  };
};
