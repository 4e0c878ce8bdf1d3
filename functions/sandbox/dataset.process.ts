import { ingestionRefusals } from '../../contracts/ingestion-refusals.ts';
import { Dataset } from '../../contracts/sandbox.ts';
import { processOf } from '../../shared/kernel/process.ts';
import { holder, partyAs, role, system } from '../../shared/kernel/seats.ts';
import { withDeclared } from './declared.ts';

const { create, action, define } = processOf(Dataset);
const lead = role('authority.lead');
const officer = partyAs('source.cdo');

/** No decision, no sandbox: the rows of a resource are loaded under an approved scenario, deposited by their source, and by two approvals. Measures art. 19. */
export const dataset = define({
  create: create({
    by: holder('operator.agent'),
    to: 'requested',
    links: ({ scenario, resource }) => ({ scenario, resource }),
    reads: ['scenario', 'resource'],
    own: ['scenario'],
    live: { scenario: 'scenario_not_live', resource: 'resource_not_published' },
    rests: ['scenario'],
    belongs: ({ refs }) => ({ party: refs.resource.owner, region: refs.scenario.region }),
    guards: [
      ({ refs: { scenario, resource } }) =>
        'resources' in scenario.data && scenario.data.resources.includes(resource.id) ? undefined : 'resource_outside_scenario',
    ],
    becomes: ({ input: { scenario, resource, layout = [] }, refs }) => ({
      status: 'requested',
      data: { scenario, resource, layout, resourceName: refs.resource.data.name.zh },
      anchors: [
        { kind: 'scenario', id: scenario },
        { kind: 'resource', id: resource },
      ],
    }),
    publish: 'nothing',
  }),
  actions: {
    deposit: action('deposit', {
      from: ['requested', 'refused'],
      to: ['deposited'],
      by: partyAs('source.steward'),
      becomes: ({ record: { status, data }, input, now }) => {
        const { scenario, resource, resourceName, layout } = data;
        const attempt = status === 'refused' ? data.attempt + 1 : 1;
        return {
          status: 'deposited',
          data: { scenario, resource, resourceName, layout, fileName: input.fileName, depositedAt: now, attempt },
        };
      },
      publish: 'nothing',
    }),
    check: action('check', {
      from: ['deposited'],
      to: ['checked'],
      by: role('authority.case'),
      notBy: ['create', 'deposit'],
      becomes: ({ record }) => ({ status: 'checked', data: record.data }),
      publish: 'nothing',
    }),
    return: action('return', {
      from: ['deposited', 'checked'],
      to: ['refused'],
      by: role('authority.case'),
      becomes: ({ record, input }) => ({ status: 'refused', data: { ...record.data, fault: { code: 'returned', note: input.reason } } }),
      publish: 'nothing',
    }),
    approve: action('approve', {
      from: ['checked'],
      to: ['loading'],
      by: [officer, lead],
      notBy: ['create', 'deposit', 'check'],
      ifMatch: true,
      reads: ['scenario', 'resource'],
      live: { scenario: 'scenario_not_live', resource: 'resource_not_published' },
      rests: ['scenario'],
      pins: ['scenario'],
      becomes: ({ record }) => ({ status: 'loading', data: record.data }),
      publish: 'nothing',
    }),
    load: action('load', {
      from: ['loading'],
      to: ['loaded'],
      by: system('worker'),
      reads: ['scenario', 'resource'],
      rests: ['scenario'],
      becomes: ({ record, input, refs: { resource } }) => ({
        status: 'loaded',
        data: { ...record.data, ...input, columns: withDeclared(input.columns, resource.data.fields) },
      }),
      // How many rows there are tells, from one load to the next, whether one person is among them.
      publish: (r) => ({ id: r.id, resource: r.data.resource, scenario: r.data.scenario }),
      commits: (r) => ({ digest: r.data.digest, bytes: r.data.bytes, rows: r.data.rows }),
    }),
    refuse: action('refuse', {
      from: ['deposited', 'checked', 'loading'],
      to: ['refused'],
      by: system('worker'),
      becomes: ({ record, input }) => ({ status: 'refused', data: { ...record.data, fault: input.fault } }),
      publish: 'nothing',
    }),
    seal: action('seal', {
      from: ['loaded'],
      to: ['sealed'],
      by: lead,
      ifMatch: true,
      becomes: ({ record, input }) => ({ status: 'sealed', data: { ...record.data, reason: input.reason } }),
      publish: (r) => ({ id: r.id, status: r.status }),
      commits: (r) => ({ reason: r.data.reason }),
    }),
    unseal: action('unseal', {
      from: ['sealed'],
      to: ['loaded'],
      by: [role('authority.case'), lead],
      ifMatch: true,
      reads: ['scenario'],
      rests: ['scenario'],
      becomes: ({ record }) => {
        const { reason: _ended, ...data } = record.data;
        return { status: 'loaded', data };
      },
      publish: (r) => ({ id: r.id, status: r.status }),
    }),
  },
  sees: { roles: ['authority.case', 'authority.lead', 'cyberspace.officer', 'auditor', 'sre'] },
  view: (_actor, r) => {
    if (!('fault' in r.data)) return r.data;
    const text = (ingestionRefusals as Readonly<Record<string, { zh: string; en: string }>>)[r.data.fault.code];
    return { ...r.data, fault: { ...r.data.fault, ...text } };
  },
  card: (r) => r.data.resourceName,
  queue: {
    requested: { role: 'source.steward', of: 'party' },
    refused: { role: 'source.steward', of: 'party' },
    deposited: { role: 'authority.case', of: 'region' },
    checked: [
      { role: 'source.cdo', of: 'party' },
      { role: 'authority.lead', of: 'region' },
    ],
    sealed: { role: 'authority.lead', of: 'region' },
  },
  clocks: {},
});
