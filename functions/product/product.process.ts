import { Product } from '../../contracts/product.ts';
import { canonical } from '../../shared/kernel/canonical.ts';
import { digest } from '../../shared/kernel/digest.ts';
import { processOf } from '../../shared/kernel/process.ts';
import { either, holder, ownerAs, role, system } from '../../shared/kernel/seats.ts';
import { entityIsNamed, foundation, ruleFitsColumns, ruleFitsDerivation, ruleIsStrong, welfareIsFree } from './rules.ts';

const { create, action, define } = processOf(Product);
const agent = ownerAs('operator.agent');
const lead = role('authority.lead');
const caseOfficer = role('authority.case');

type Approved = {
  id: string;
  region: string;
  status: string;
  owner: string;
  data: { title: object; summary: string; scenario: string; useClass: string; ceilingFen: number };
};
/** The list of products with their fee ceilings: 发改价格〔2025〕65号; disclosure notice of the NDA of 2026-02-10. */
const registered = ({ id, region, status, owner, data }: Approved) => ({
  id,
  region,
  status,
  operator: owner,
  title: data.title,
  summary: data.summary,
  scenario: data.scenario,
  useClass: data.useClass,
  ceilingFen: data.ceilingFen,
});

/** A product is priced under its ceiling and bound to its analysis rule before it can be listed. 实施规范 arts. 6, 16; 发改价格〔2025〕65号. */
export const product = define({
  create: create({
    by: holder('operator.agent'),
    to: 'draft',
    links: ({ scenario, dataset, derivation }) => ({ scenario, dataset, derivation: derivation === undefined ? [] : [derivation] }),
    reads: ['scenario', 'dataset', 'derivation'],
    own: ['scenario', 'dataset', 'derivation'],
    live: { scenario: 'scenario_not_live', dataset: 'dataset_not_live', derivation: 'derivation_not_live' },
    belongs: ({ refs }) => ({ region: refs.scenario.region }), // the ceiling is set where the grant was given, not where the operator sits
    guards: [
      ({ input, refs }) => (refs.dataset.links.scenario === input.scenario ? undefined : 'resource_outside_scenario'),
      ({ input, refs: { derivation } }) =>
        derivation.every(({ data }) => data.datasets.some(({ dataset }) => dataset === input.dataset))
          ? undefined
          : 'dataset_outside_derivation',
      ruleFitsColumns,
      ruleIsStrong,
      entityIsNamed,
      ruleFitsDerivation,
    ],
    becomes: ({ input, refs }) => ({
      status: 'draft',
      data: input,
      anchors: [
        { kind: 'organisation', id: refs.scenario.owner },
        { kind: 'scenario', id: refs.scenario.id },
        { kind: 'dataset', id: refs.dataset.id },
        ...refs.derivation.map(({ id }) => ({ kind: 'derivation', id })),
      ],
    }),
    publish: 'nothing',
  }),
  actions: {
    edit: action('edit', {
      from: ['draft'],
      to: ['draft'],
      by: agent,
      reads: ['scenario', 'dataset', 'derivation'],
      guards: [ruleFitsColumns, ruleIsStrong, entityIsNamed, ruleFitsDerivation],
      becomes: ({ record, input }) => ({
        status: 'draft',
        data: { ...input, ...foundation(record.data) },
      }),
      publish: 'nothing',
    }),
    submit: action('submit', {
      from: ['draft'],
      to: ['submitted'],
      by: agent,
      reads: ['scenario', 'dataset', 'derivation'],
      live: { scenario: 'scenario_not_live', dataset: 'dataset_not_live', derivation: 'derivation_not_live' },
      rests: ['scenario', 'dataset', 'derivation'],
      becomes: ({ record }) => {
        const { reason: _past, ...data } = record.data;
        return { status: 'submitted', data };
      },
      publish: 'nothing',
    }),
    return: action('return', {
      from: ['submitted'],
      to: ['draft'],
      by: caseOfficer,
      becomes: ({ record, input }) => ({ status: 'draft', data: { ...record.data, reason: input.reason } }),
      publish: 'nothing',
    }),
    // The ceiling takes two persons of the authority, who sign the same amount: requirements §5.
    approve: action('approve', {
      from: ['submitted'],
      to: ['approved'],
      by: [caseOfficer, lead],
      notBy: ['create', 'edit', 'submit'],
      ifMatch: true,
      reads: ['scenario', 'dataset', 'derivation'],
      live: { scenario: 'scenario_not_live', dataset: 'dataset_not_live', derivation: 'derivation_not_live' },
      rests: ['scenario', 'dataset', 'derivation'],
      guards: [welfareIsFree],
      becomes: ({ record, input }) => ({ status: 'approved', data: { ...record.data, ceilingFen: input.ceilingFen, ruleVersion: 1 } }),
      publish: registered,
      commits: (r) => ({ rule: digest(canonical(r.data.rule)), licence: digest(canonical(r.data.licence)) }),
    }),
    suspend: action('suspend', {
      from: ['approved'],
      to: ['suspended'],
      by: either(lead, role('cyberspace.officer'), ownerAs('operator.signatory')),
      ifMatch: true,
      becomes: ({ record, input }) => ({ status: 'suspended', data: { ...record.data, reason: input.reason } }),
      publish: registered,
      commits: (r) => ({ reason: r.data.reason }),
    }),
    resume: action('resume', {
      from: ['suspended'],
      to: ['approved'],
      by: [caseOfficer, lead],
      ifMatch: true,
      becomes: ({ record }) => {
        const { reason: _ended, ...data } = record.data;
        return { status: 'approved', data };
      },
      publish: registered,
    }),
    retire: action('retire', {
      from: ['draft', 'approved', 'suspended'],
      to: ['retired'],
      by: [agent, caseOfficer], // an operator does not end alone what buyers have paid for
      ifMatch: true,
      becomes: ({ record: { data }, input }) => {
        const { title, summary, deliveryMode, useClass, rule, licence } = data;
        return {
          status: 'retired',
          data: { title, summary, ...foundation(data), deliveryMode, useClass, rule, licence, reason: input.reason },
        };
      },
      publish: (r) => (r.did['approve'] ? { id: r.id, status: r.status } : undefined),
      commits: (r) => ({ reason: r.data.reason }),
    }),
    overdue: action('overdue', {
      from: ['submitted'],
      to: ['submitted'],
      by: system('clock'),
      becomes: ({ record }) => ({ status: 'submitted', data: record.data }),
      publish: (r) => ({ id: r.id, overdue: 'productReview' }),
    }),
  },
  sees: {
    roles: ['authority.case', 'authority.lead', 'cyberspace.officer', 'venue.reviewer', 'venue.lead', 'auditor'],
    public: ['approved', 'suspended'],
  },
  card: (r) => r.data.title.zh,
  queue: {
    submitted: [
      { role: 'authority.case', of: 'region' },
      { role: 'authority.lead', of: 'region' },
    ],
    suspended: { role: 'authority.lead', of: 'region' },
  },
  clocks: {
    review: { runs: ['submitted'], due: (r, { deadlines }) => ({ from: r.since, workingDays: deadlines.listingReview }), takes: 'overdue' },
  },
});
