import { Scenario } from '../../contracts/scenario.ts';
import { processOf } from '../../shared/kernel/process.ts';
import { either, holder, ownerAs, role, system } from '../../shared/kernel/seats.ts';
import {
  approvedUntil,
  conditionIsOpen,
  decision,
  precedentsClosed,
  regionOf,
  registered,
  roundsLeft,
  withClosed,
  withoutPurpose,
} from './rules.ts';

const { create, action, define } = processOf(Scenario);
const agent = ownerAs('operator.agent');
const lead = role('authority.lead');
const reaction = system('reaction');
const anchorsOf = (grants: readonly { id: string }[]) => grants.map(({ id }) => ({ kind: 'grant', id }));

export const scenario = define({
  create: create({
    by: holder('operator.agent'),
    to: 'draft',
    links: (input) => ({ grants: input.grants }),
    reads: ['grants'],
    own: ['grants'],
    live: { grants: 'grant_not_live' },
    belongs: ({ refs }) => ({ region: regionOf(refs.grants) }),
    becomes: ({ input, refs }) => ({ status: 'draft', data: input, anchors: anchorsOf(refs.grants) }),
    publish: 'nothing',
  }),
  actions: {
    edit: action('edit', {
      from: ['draft'],
      to: ['draft'],
      by: agent,
      // The grants of a file do not change under it: another set of data is another scenario.
      becomes: ({ record, input }) => ({ status: 'draft', data: { ...input, grants: record.data.grants } }),
      publish: 'nothing',
    }),
    file: action('file', {
      from: ['draft', 'rectifying'],
      to: ['filed'],
      by: agent,
      reads: ['grants'],
      live: { grants: 'grant_not_live' },
      rests: ['grants'],
      guards: [roundsLeft],
      becomes: ({ record, now, refs }) => {
        const { title, purpose, grants, users, prohibitedUses, safeguards, personalInformation } = record.data;
        const sources = [...new Set(refs.grants.map((g) => g.party ?? ''))];
        const resources = refs.grants.flatMap((g) => g.links.resource ?? []);
        const round = record.status === 'rectifying' ? record.data.round + 1 : 1;
        return {
          status: 'filed',
          data: { title, purpose, grants, users, prohibitedUses, safeguards, personalInformation, filedAt: now, round, sources, resources },
        };
      },
      publish: 'nothing',
    }),
    withdraw: action('withdraw', {
      from: ['draft', 'filed', 'rectifying'],
      to: ['withdrawn'],
      by: agent,
      becomes: ({ record: { data } }) => {
        const { title, purpose, grants, users, prohibitedUses, safeguards, personalInformation } = data;
        return { status: 'withdrawn', data: { title, purpose, grants, users, prohibitedUses, safeguards, personalInformation } };
      },
      publish: 'nothing',
    }),
    approve: action('approve', {
      from: ['filed'],
      to: ['approved'],
      by: reaction,
      reads: ['grants'],
      live: { grants: 'grant_not_live' },
      becomes: ({ record, input, refs, now, rules }) => ({
        status: 'approved',
        data: { ...record.data, ...input, conditions: [], approvedUntil: approvedUntil(now, rules.assessment.approvalMonths, refs.grants) },
      }),
      publish: registered,
      commits: decision,
    }),
    condition: action('condition', {
      from: ['filed'],
      to: ['conditioned'],
      by: reaction,
      reads: ['grants'],
      live: { grants: 'grant_not_live' },
      becomes: ({ record, input: { conditions, ...decision }, refs, now, rules }) => ({
        status: 'conditioned',
        data: {
          ...record.data,
          ...decision,
          conditions: conditions.map((c) => ({ ...c, closed: false })),
          approvedUntil: approvedUntil(now, rules.assessment.approvalMonths, refs.grants),
        },
      }),
      publish: registered,
      commits: decision,
    }),
    rectify: action('rectify', {
      from: ['filed'],
      to: ['rectifying'],
      by: reaction,
      becomes: ({ record, input, now }) => ({ status: 'rectifying', data: { ...record.data, ...input, conditions: [], rectifyFrom: now } }),
      publish: 'nothing',
    }),
    reject: action('reject', {
      from: ['filed'],
      to: ['rejected'],
      by: reaction,
      becomes: ({ record, input }) => ({ status: 'rejected', data: { ...record.data, ...input, conditions: [] } }),
      publish: withoutPurpose,
      commits: (r) => ({ ...decision(r), purpose: r.data.purpose }),
    }),
    closeCondition: action('closeCondition', {
      from: ['conditioned'],
      to: ['conditioned'],
      by: [role('authority.case'), lead],
      ifMatch: true,
      guards: [conditionIsOpen],
      becomes: ({ record, input }) => ({ status: 'conditioned', data: withClosed(record.data, input) }),
      publish: 'nothing',
    }),
    // A subsequent condition outlives the approval, and takes the same two persons.
    closeSubsequent: action('closeSubsequent', {
      from: ['approved'],
      to: ['approved'],
      by: [role('authority.case'), lead],
      ifMatch: true,
      guards: [conditionIsOpen],
      becomes: ({ record, input }) => ({ status: 'approved', data: withClosed(record.data, input) }),
      publish: 'nothing',
    }),
    satisfy: action('satisfy', {
      from: ['conditioned'],
      to: ['approved'],
      by: reaction,
      guards: [precedentsClosed],
      becomes: ({ record }) => ({ status: 'approved', data: record.data }),
      publish: registered,
      commits: decision,
    }),
    suspend: action('suspend', {
      from: ['approved'],
      to: ['suspended'],
      by: either(lead, role('cyberspace.officer')),
      ifMatch: true,
      becomes: ({ record, input }) => ({ status: 'suspended', data: { ...record.data, reason: input.reason } }),
      publish: registered,
      commits: (r) => ({ reason: r.data.reason }),
    }),
    resume: action('resume', {
      from: ['suspended'],
      to: ['approved'],
      by: [role('authority.case'), lead],
      ifMatch: true,
      becomes: ({ record }) => {
        const { reason: _ended, ...data } = record.data;
        return { status: 'approved', data };
      },
      publish: registered,
    }),
    overdue: action('overdue', {
      from: ['filed'],
      to: ['filed'],
      by: system('clock'),
      becomes: ({ record }) => ({ status: 'filed', data: record.data }),
      publish: (r) => ({ id: r.id, overdue: 'scenarioAssessment' }),
    }),
    lapse: action('lapse', {
      from: ['rectifying'],
      to: ['withdrawn'],
      by: system('clock'),
      becomes: ({ record: { data } }) => {
        const { title, purpose, grants, users, prohibitedUses, safeguards, personalInformation } = data;
        return { status: 'withdrawn', data: { title, purpose, grants, users, prohibitedUses, safeguards, personalInformation } };
      },
      publish: 'nothing',
    }),
    expire: action('expire', {
      from: ['approved', 'conditioned', 'suspended'],
      to: ['expired'],
      by: system('clock'),
      becomes: ({ record: { data } }) => {
        const { approvedUntil: _past, ...decided } = data;
        const { reason: _ended, ...rest } = { reason: undefined, ...decided };
        return { status: 'expired', data: rest };
      },
      publish: registered,
    }),
  },
  sees: { roles: ['authority.case', 'authority.lead', 'cyberspace.officer', 'committee.secretary', 'auditor'] },
  card: (r) => r.data.title,
  queue: {
    filed: { role: 'committee.secretary', of: 'region' },
    conditioned: { role: 'authority.case', of: 'region' },
    rectifying: { role: 'operator.agent', of: 'owner' },
    suspended: { role: 'authority.lead', of: 'region' },
  },
  clocks: {
    assessment: {
      runs: ['filed'],
      due: (r, { deadlines }) => (r.status === 'filed' ? { from: r.data.filedAt, workingDays: deadlines.scenarioAssessment } : undefined),
      takes: 'overdue',
    },
    rectification: {
      runs: ['rectifying'],
      due: (r, { deadlines }) =>
        r.status === 'rectifying' ? { from: r.data.rectifyFrom, workingDays: deadlines.rectification } : undefined,
      takes: 'lapse',
      own: true,
    },
    validity: {
      runs: ['approved', 'conditioned', 'suspended'],
      due: (r) => ('approvedUntil' in r.data ? { at: r.data.approvedUntil } : undefined),
      takes: 'expire',
      own: true,
    },
  },
  until: (next) => ('approvedUntil' in next.data ? next.data.approvedUntil : undefined),
});
