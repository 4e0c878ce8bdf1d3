import { DisclosureRecord } from '../../contracts/report.ts';
import { processOf, type Seat, type Stored } from '../../shared/kernel/process.ts';
import { covers, either, only, ownerAs, role, system } from '../../shared/kernel/seats.ts';
import { figuresOf } from './figures.ts';
import {
  announced,
  callOf,
  contentDigest,
  correcting,
  dueOf,
  figuresAreCounted,
  idOf,
  isCorrection,
  nothingIsMissing,
  notProposer,
  publicPart,
  reminderOf,
} from './rules.ts';

const { create, action, define } = processOf(DisclosureRecord);
type Type = Stored<typeof DisclosureRecord>['data']['type'];
const typeOf = (record: Stored): Type => (record as unknown as Stored<typeof DisclosureRecord>).data.type;
/** A seat that is there for disclosures of these types only. */
const of = (types: readonly Type[], seat: Seat): Seat => ({
  label: seat.label,
  person: (actor, r) => types.includes(typeOf(r)) && 'person' in seat && seat.person(actor, r),
});
const caseOfficer = role('authority.case');
// Where the authority organises an agreement itself, its own officers prepare and approve what it must disclose.
const preparer = either(ownerAs('operator.agent'), ownerAs('implementing.officer'), ownerAs('authority.case'));
const approver = either(ownerAs('operator.signatory'), ownerAs('implementing.officer'), ownerAs('authority.lead'));
const isDemanded = (record: Stored): boolean => (record as unknown as Stored<typeof DisclosureRecord>).data.demandedBy !== undefined;
/** A seat that is there where the correction was demanded by another organisation than its owner, or where it was not. */
const where = (demanded: boolean, seat: Seat): Seat => ({
  label: seat.label,
  person: (actor, r) => isDemanded(r) === demanded && 'person' in seat && seat.person(actor, r),
});
/** What is told to the market the venue publishes; the year's account of the authorisation, the authority. Requirements §5. */
const publisher = either(of(['QUARTERLY', 'BEFORE_TRADE', 'AD_HOC'], role('venue.lead')), of(['ANNUAL'], role('authority.lead')));
const isSource = (org: string, record: Stored): boolean =>
  (record as unknown as Stored<typeof DisclosureRecord>).data.sources.includes(org);
/** The chief data officer of an institution whose data it tells of. */
const source: Seat = { label: 'source.cdo', person: (actor, r) => actor.roles.includes('source.cdo') && isSource(actor.org, r) };
const insiders = ['venue.reviewer', 'venue.lead', 'authority.case', 'authority.lead', 'auditor'] as const;

const names: Readonly<Record<Type, string>> = {
  ANNUAL: '年度信息披露',
  QUARTERLY: '季度信息披露',
  BEFORE_TRADE: '交易前信息披露',
  AD_HOC: '临时信息披露',
};

/**
 * One version of one disclosure: counted from the ledger, told and approved by two of the organisation, published by a third outside it.
 * A correction takes the same way, and what it corrects stays readable. Requirements §3.1 (NDA notice of 2026-02-10), §3.2 and §5;
 * 实施规范 arts. 18-19.
 */
export const report = define({
  create: create({
    by: only('reaction'),
    to: 'draft',
    id: idOf,
    links: () => ({}),
    belongs: ({ input }) => ({ owner: input.organisation, region: input.region }),
    becomes: ({ input: { region: _belongs, ...file } }) => ({
      status: 'draft',
      data: { ...file, figures: figuresOf([], file.period), sources: [], opinions: [] },
    }),
    publish: 'nothing',
  }),
  actions: {
    fill: action('fill', {
      from: ['draft'],
      to: ['draft'],
      by: system('reaction'),
      becomes: ({ record, input, now }) => ({ status: 'draft', data: { ...record.data, ...input, countedAt: now } }),
      publish: 'nothing',
    }),
    // More may have happened, or been carried to the ledger, since it was counted.
    regenerate: action('regenerate', {
      from: ['draft'],
      to: ['draft'],
      by: preparer,
      becomes: ({ record }) => {
        const { countedAt: _past, ...data } = record.data;
        return { status: 'draft', data };
      },
      publish: 'nothing',
    }),
    complete: action('complete', {
      from: ['draft'],
      to: ['draft'],
      by: preparer,
      // What is told goes with what has happened by then.
      becomes: ({ record, input }) => {
        const { countedAt: _past, ...data } = record.data;
        return { status: 'draft', data: { ...data, ...input } };
      },
      publish: 'nothing',
    }),
    submit: action('submit', {
      from: ['draft'],
      to: ['submitted'],
      by: preparer,
      guards: [figuresAreCounted, nothingIsMissing],
      becomes: ({ record }) => {
        const { reason: _past, ...data } = record.data;
        return { status: 'submitted', data };
      },
      publish: 'nothing',
    }),
    return: action('return', {
      from: ['submitted'],
      to: ['draft'],
      by: approver,
      ifMatch: true,
      becomes: ({ record, input }) => ({ status: 'draft', data: { ...record.data, reason: input.reason } }),
      publish: 'nothing',
    }),
    approve: action('approve', {
      from: ['submitted'],
      to: ['approved'],
      by: approver,
      notBy: ['complete', 'submit'],
      ifMatch: true,
      guards: [notProposer],
      becomes: ({ record }) => ({ status: 'approved', data: record.data }),
      publish: 'nothing',
    }),
    opine: action('opine', {
      from: ['submitted'],
      to: ['submitted'],
      by: source,
      becomes: ({ record, input, actor, now }) => {
        const opinion = { organisation: actor.type === 'person' ? actor.org : '', comment: input.comment, at: now };
        const others = record.data.opinions.filter((one) => one.organisation !== opinion.organisation);
        return { status: 'submitted', data: { ...record.data, opinions: [...others, opinion] } };
      },
      publish: 'nothing',
    }),
    reject: action('reject', {
      from: ['approved'],
      to: ['draft'],
      by: either(role('venue.lead'), role('authority.lead')),
      ifMatch: true,
      becomes: ({ record, input }) => ({ status: 'draft', data: { ...record.data, reason: input.reason } }),
      publish: 'nothing',
    }),
    publish: action('publish', {
      from: ['approved'],
      to: ['published'],
      by: publisher,
      notBy: ['complete', 'submit', 'approve'],
      ifMatch: true,
      guards: [notProposer],
      becomes: ({ record: { data }, now }) => ({ status: 'published', data: { ...data, publishedAt: now, digest: contentDigest(data) } }),
      publish: announced,
    }),
    correct: action('correct', {
      from: ['published'],
      to: ['published'],
      by: either(preparer, caseOfficer),
      becomes: ({ record }) => ({ status: 'published', data: record.data }),
      effects: ({ record, input, actor, now }) => {
        const next = correcting(record, { correction: input.correction, ...callOf(actor, record.owner), now });
        return [{ spawn: DisclosureRecord, id: idOf(next), input: next }];
      },
      publish: 'nothing',
    }),
    supersede: action('supersede', {
      from: ['published'],
      to: ['superseded'],
      by: system('reaction'),
      becomes: ({ record, input }) => ({ status: 'superseded', data: { ...record.data, supersededBy: input.supersededBy } }),
      publish: ({ id, status, data }) => ({
        id,
        status,
        organisation: data.organisation,
        version: data.version,
        supersededBy: data.supersededBy,
      }),
    }),
    // What was demanded of an organisation it cannot make disappear.
    withdraw: action('withdraw', {
      from: ['draft'],
      to: ['withdrawn'],
      by: either(where(false, preparer), where(true, caseOfficer)),
      guards: [isCorrection],
      becomes: ({ record, input }) => ({ status: 'withdrawn', data: { ...record.data, reason: input.reason } }),
      publish: 'nothing',
    }),
    renew: action('renew', {
      from: ['withdrawn'],
      to: ['draft'],
      by: either(preparer, caseOfficer),
      guards: [isCorrection],
      // What its own organisation takes up again stays owed since it was; a demand is a new one.
      becomes: ({ record, actor, now }) => {
        const { reason: _withdrawn, ...data } = record.data;
        const called = callOf(actor, record.owner);
        if (called.demandedBy === undefined) return { status: 'draft', data };
        const { remindedAt: _reminded, overdueAt: _late, ...anew } = data;
        return { status: 'draft', data: { ...anew, ...called, occurredAt: now } };
      },
      publish: 'nothing',
    }),
    // What is not offered any more is not disclosed before a trade that will not be.
    drop: action('drop', {
      from: ['draft', 'submitted', 'approved'],
      to: ['withdrawn'],
      by: system('reaction'),
      becomes: ({ record, input }) => ({ status: 'withdrawn', data: { ...record.data, reason: input.reason } }),
      publish: 'nothing',
    }),
    reopen: action('reopen', {
      from: ['withdrawn'],
      to: ['draft'],
      by: system('reaction'),
      becomes: ({ record, input }) => {
        const { countedAt: _past, reason: _dropped, remindedAt: _reminded, overdueAt: _late, ...data } = record.data;
        return { status: 'draft', data: { ...data, ...input } };
      },
      publish: 'nothing',
    }),
    remind: action('remind', {
      from: ['draft', 'submitted'],
      to: ['draft', 'submitted'],
      by: system('clock'),
      becomes: ({ record: { status, data }, now }) => ({ status, data: { ...data, remindedAt: now } }),
      publish: 'nothing',
    }),
    overdue: action('overdue', {
      from: ['draft', 'submitted', 'approved'],
      to: ['draft', 'submitted', 'approved'],
      by: system('clock'),
      becomes: ({ record: { status, data }, now }) => ({ status, data: { ...data, overdueAt: now } }),
      publish: (r) => ({
        id: r.id,
        organisation: r.data.organisation,
        status: r.status,
        overdue: 'disclosure',
        type: r.data.type,
        period: r.data.period,
      }),
    }),
  },
  sees: {
    roles: insiders,
    public: ['published', 'superseded'],
    also: (actor, r) => actor.type === 'person' && source.person(actor, r),
  },
  view: (actor, r) =>
    actor.type === 'system' ||
    actor.org === r.owner ||
    (covers(actor.region, r.region) && insiders.some((one) => actor.roles.includes(one))) ||
    source.person(actor, r)
      ? r.data
      : publicPart(r.data),
  card: ({ data: { type, period, version } }) => `${names[type]} ${period.from} — ${period.to}${version > 1 ? `（第 ${version} 版）` : ''}`,
  queue: {
    draft: [
      { role: 'operator.agent', of: 'owner' },
      { role: 'implementing.officer', of: 'owner' },
      { role: 'authority.case', of: 'owner' },
    ],
    submitted: [
      { role: 'operator.signatory', of: 'owner' },
      { role: 'implementing.officer', of: 'owner' },
      { role: 'authority.lead', of: 'owner' },
    ],
    approved: [
      { role: 'venue.lead', of: 'region' },
      { role: 'authority.lead', of: 'region' },
    ],
  },
  clocks: {
    reminder: {
      reminds: true,
      runs: ['draft', 'submitted'],
      due: (r, rules) => (r.data.remindedAt === undefined ? reminderOf(r.data, rules) : undefined),
      takes: 'remind',
    },
    disclosure: { runs: ['draft', 'submitted', 'approved'], due: (r, rules) => dueOf(r.data, rules), takes: 'overdue' },
  },
});
