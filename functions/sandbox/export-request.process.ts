import { ExportRequest, ExportReview, type Check, type ReviewSeat } from '../../contracts/export.ts';
import {
  processOf,
  type Actor,
  type Creating,
  type Ctx,
  type Person,
  type Seat,
  type Stored,
  type Verdict,
} from '../../shared/kernel/process.ts';
import { either, holder, ownerAs, partyAs, role, system } from '../../shared/kernel/seats.ts';
import { explain, isRefusalCode } from './placing.ts';

const { create, action, define } = processOf(ExportRequest);
const agent = ownerAs('operator.agent');
const buyer = partyAs('buyer.agent');
const lead = role('authority.lead');
const officer = role('authority.case');
const worker = system('worker');

type R = typeof ExportRequest;
type Decided = { readonly id: string; readonly status: string; readonly data: { readonly product: string } };

/** For all others the contract is not there: an operator exports of its own products only. */
const ofOwnProduct = ({ actor, refs }: Creating<R, 'entitlement'>): Verdict =>
  actor.type === 'person' && refs.entitlement.party === actor.org
    ? undefined
    : { code: 'reference_not_found', about: { reference: 'entitlement' } };
const chainStands = ({ broken: { entitlement: link } }: Creating<R, 'entitlement'>): Verdict =>
  link && { code: 'authority_broken', about: { kind: link.kind, id: link.id } };
/** Any exact file would undo what noise and budget protect. */
const hasNoNoise = ({ refs }: Ctx<R, 'draft', 'submit', 'entitlement' | 'product'>): Verdict =>
  refs.product.data.rule.privacy === undefined ? undefined : 'export_under_privacy';

/** An officer of the source, where the dataset holds its people's information. */
const cdo = (actor: Person, record: Stored): boolean =>
  'institution' in record.data && record.data['institution'] === actor.org && actor.roles.includes('source.cdo');
const reviewers = either(officer, lead);
/** Neither side of the contract judges the file. */
export const reviewer: Seat = {
  label: `${reviewers.label}|source.cdo`,
  person: (actor, r) =>
    actor.org !== r.owner && actor.org !== r.party && (cdo(actor, r) || ('person' in reviewers && reviewers.person(actor, r))),
};

const overseers = ['authority.case', 'authority.lead', 'cyberspace.officer', 'auditor'] as const;
const judges = (actor: Actor, record: Stored<R>): boolean =>
  actor.type === 'system' || overseers.some((one) => actor.roles.includes(one)) || cdo(actor, record);
const ofParty = (actor: Actor, organisation: string | undefined): boolean => actor.type === 'person' && actor.org === organisation;
/** An operator reads no numbers of the cells that it chose, nor how much others have asked: each attempt would count people for it. */
const uncounted = (check: Check): Check => (check.test === 'PERSONAL_INFORMATION' ? check : { test: check.test, level: check.level });
/** The digest of the unmarked file stays with its reviewers: by it the marks of a small file could be guessed away. */
const withoutObject = <T extends { readonly object: string }>({ object: _where, ...output }: T) => output;
const explained = (code: string): object => (isRefusalCode(code) ? explain(code, null) : {});

const seatsFor = (institution: string | undefined): readonly ReviewSeat[] => [
  'CASE',
  'LEAD',
  ...(institution ? (['SOURCE'] as const) : []),
];
const reviewId = (eventId: string, seat: ReviewSeat): string => `${eventId}.${seat.toLowerCase()}`;
/** That a file of a product was let out, or not; nothing of the file, nor for whom. */
const published = ({ id, status, data: { product } }: Decided) => ({ id, status, product });

/** What leaves the sandbox as a file passes automatic checks and independent reviewers. Requirements §5, "Export from sandbox", hard rule (2). */
export const exportRequest = define({
  create: create({
    by: holder('operator.agent'),
    to: 'draft',
    links: (input) => ({ entitlement: input.entitlement }),
    reads: ['entitlement'],
    probes: ['entitlement'],
    belongs: ({ refs }) => ({ party: refs.entitlement.owner, region: refs.entitlement.region }),
    guards: [ofOwnProduct, chainStands],
    becomes: ({ input, refs: { entitlement } }) => {
      const { contract, product, until } = entitlement.data;
      return {
        status: 'draft',
        data: { ...input, contract, product, until },
        links: { product },
        anchors: [{ kind: 'entitlement', id: entitlement.id }],
      };
    },
    publish: 'nothing',
  }),
  actions: {
    submit: action('submit', {
      from: ['draft'],
      to: ['checking'],
      by: agent,
      reads: ['entitlement', 'product'],
      rests: ['entitlement'],
      guards: [hasNoNoise],
      becomes: ({ record }) => ({ status: 'checking', data: record.data }),
      publish: 'nothing',
    }),
    withdraw: action('withdraw', {
      from: ['draft', 'reviewing'],
      to: ['withdrawn'],
      by: agent,
      becomes: ({ record }) => ({ status: 'withdrawn', data: record.data }),
      publish: 'nothing',
    }),
    pass: action('pass', {
      from: ['checking'],
      to: ['reviewing'],
      by: worker,
      reads: ['entitlement'],
      rests: ['entitlement'],
      becomes: ({ record, input, now, eventId }) => ({
        status: 'reviewing',
        data: { ...record.data, ...input, checkedAt: now },
        links: { reviews: seatsFor(input.institution).map((seat) => reviewId(eventId, seat)) },
      }),
      effects: ({ record, input: { institution }, eventId }) =>
        seatsFor(institution).map((seat) => ({
          spawn: ExportReview,
          id: reviewId(eventId, seat),
          input: {
            request: record.id,
            title: record.data.title,
            seat,
            operator: record.owner,
            buyer: record.party ?? '',
            region: record.region,
            ...(seat === 'SOURCE' ? { institution } : {}),
          },
        })),
      publish: 'nothing',
    }),
    refuse: action('refuse', {
      from: ['checking'],
      to: ['rejected'],
      by: worker,
      becomes: ({ record, input }) => ({ status: 'rejected', data: { ...record.data, ...input } }),
      publish: 'nothing',
    }),
    // Who has looked into the file is on record.
    read: action('read', {
      from: ['reviewing'],
      to: ['reviewing'],
      by: reviewer,
      becomes: ({ record }) => ({ status: 'reviewing', data: record.data }),
      publish: 'nothing',
    }),
    judge: action('judge', {
      from: ['reviewing'],
      to: ['approved', 'rejected'],
      by: system('reaction'),
      reads: ['reviews'],
      guards: [({ refs: { reviews } }) => (reviews.every(({ status }) => status === 'sealed') ? undefined : 'reviews_missing')],
      becomes: ({ record, refs, now }) => {
        const reviews = refs.reviews.flatMap(({ data }) =>
          'verdict' in data ? [{ seat: data.seat, verdict: data.verdict, reason: data.reason }] : [],
        );
        const data = { ...record.data, reviews, reviewedAt: now };
        const agreed = reviews.every(({ verdict }) => verdict === 'APPROVE');
        return agreed ? { status: 'approved', data } : { status: 'rejected', data };
      },
      publish: published,
    }),
    deliver: action('deliver', {
      from: ['approved'],
      to: ['delivered'],
      by: system('reaction'),
      becomes: ({ record }) => ({ status: 'delivered', data: record.data }),
      publish: 'nothing',
    }),
    draw: action('draw', {
      from: ['delivered'],
      to: ['delivered'],
      by: buyer,
      reads: ['entitlement'],
      rests: ['entitlement'],
      becomes: ({ record }) => ({ status: 'delivered', data: record.data }),
      publish: 'nothing',
    }),
    download: action('download', {
      from: ['delivered'],
      to: ['delivered'],
      by: buyer,
      reads: ['entitlement'],
      rests: ['entitlement'],
      becomes: ({ record }) => ({ status: 'delivered', data: record.data }),
      publish: 'nothing',
    }),
    revoke: action('revoke', {
      from: ['approved', 'delivered'],
      to: ['revoked'],
      by: either(lead, role('cyberspace.officer'), role('venue.lead'), ownerAs('operator.signatory')),
      ifMatch: true,
      becomes: ({ record, input }) => ({ status: 'revoked', data: { ...record.data, reason: input.reason } }),
      publish: published,
    }),
    expire: action('expire', {
      from: ['approved', 'delivered'],
      to: ['expired'],
      by: system('clock'),
      becomes: ({ record }) => ({ status: 'expired', data: record.data }),
      publish: 'nothing',
    }),
    overdue: action('overdue', {
      from: ['reviewing'],
      to: ['reviewing'],
      by: system('clock'),
      becomes: ({ record }) => ({ status: 'reviewing', data: record.data }),
      publish: (r) => ({ id: r.id, overdue: 'exportReview' }),
    }),
  },
  sees: {
    roles: ['authority.case', 'authority.lead', 'cyberspace.officer', 'venue.lead', 'auditor'],
    also: cdo,
  },
  view: (actor, r) => {
    const { output, checks, ...data } = { output: undefined, checks: undefined, ...r.data };
    const because = 'code' in data && data.code ? explained(data.code) : {};
    if (judges(actor, r))
      return { ...data, ...(checks ? { checks } : {}), ...(output ? { output: withoutObject(output) } : {}), ...because };
    if (ofParty(actor, r.owner)) return { ...data, ...(checks ? { checks: checks.map(uncounted) } : {}), ...because };
    const { product, title, format, until } = data;
    const told = { product, title, format, until, ...('reason' in data ? { reason: data.reason } : {}) };
    if (!ofParty(actor, r.party)) return told;
    const { entitlement, purpose, sql } = data;
    return { ...told, entitlement, purpose, sql, ...(output ? { output: { rows: output.rows, columns: output.columns } } : {}) };
  },
  card: (r) => r.data.title,
  queue: {
    reviewing: [
      { role: 'authority.case', of: 'region' },
      { role: 'authority.lead', of: 'region' },
    ],
  },
  clocks: {
    exportReview: {
      runs: ['reviewing'],
      due: (r, { deadlines }) => ({ from: r.since, workingDays: deadlines.exportReview }),
      takes: 'overdue',
    },
    term: { runs: ['approved', 'delivered'], due: (r) => ({ at: r.data.until }), takes: 'expire', own: true },
  },
  until: (next) => (next.status === 'approved' || next.status === 'delivered' ? next.data.until : undefined),
});
