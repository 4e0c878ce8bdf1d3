import type * as z from 'zod';
import { ingestionRefusals } from '../../contracts/ingestion-refusals.ts';
import { Dataset } from '../../contracts/sandbox.ts';
import { processOf } from '../../shared/kernel/process.ts';
import type { Verdict } from '../../shared/kernel/process.ts';
import { either, holder, partyAs, role, system } from '../../shared/kernel/seats.ts';
import { withDeclared } from './declared.ts';
import { findingsOf } from './grading.ts';

const { create, action, define } = processOf(Dataset);
const lead = role('authority.lead');
const officer = partyAs('source.cdo');
/** Who may read what a scanner calls what it found. */
const wardens = ['authority.case', 'authority.lead', 'cyberspace.officer'] as const;

type States = (typeof Dataset)['states'];
type Of<S extends keyof States> = z.output<States[S]>;

/** A worker that is late speaks of an earlier attempt. */
const isOfThisAttempt = ({
  record,
  input,
}: {
  readonly record: { readonly data: object };
  readonly input: { readonly attempt?: number | undefined };
}): Verdict =>
  input.attempt === undefined || ('attempt' in record.data && record.data.attempt === input.attempt) ? undefined : 'wrong_state';
/** What is chosen for a column is what the inspection says it can be. */
const typesArePossible = ({
  record,
  input: { types },
}: {
  readonly record: { readonly data: Of<'inspected'> };
  readonly input: z.output<(typeof Dataset)['inputs']['correct']>;
}): Verdict => {
  const possible = new Map(record.data.inspection.columns.map((c) => [c.name, c.alternatives]));
  const wrong = types.find(({ column, type }) => possible.get(column)?.includes(type) !== true);
  return wrong && { code: 'column_type_impossible', about: { column: wrong.column } };
};

/** A refused attempt is told by its fault; what was found of its file goes with the file. */
const refused = (
  { inspection: _file, accepts: _finding, ...data }: Of<'deposited'> & { readonly inspection?: unknown; readonly accepts?: unknown },
  fault: Of<'refused'>['fault'],
): Of<'refused'> => ({ ...data, fault });

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
        const { fileName, parts = 1, ...stated } = input;
        return {
          status: 'deposited',
          data: { scenario, resource, resourceName, layout, fileName, depositedAt: now, attempt, parts, stated },
        };
      },
      publish: 'nothing',
    }),
    inspect: action('inspect', {
      from: ['deposited'],
      to: ['inspected'],
      by: system('worker'),
      reads: ['resource'],
      guards: [isOfThisAttempt],
      becomes: ({ record, input: { inspection }, refs: { resource } }) => ({
        status: 'inspected',
        data: {
          ...record.data,
          inspection: {
            ...inspection,
            columns: inspection.columns.map((c) => ({ ...c, alternatives: [...new Set([c.type, ...c.alternatives])] })),
            findings: findingsOf(inspection.columns, resource.data),
          },
        },
      }),
      publish: 'nothing',
    }),
    correct: action('correct', {
      from: ['inspected'],
      to: ['inspected'],
      by: partyAs('source.steward'),
      guards: [typesArePossible],
      becomes: ({ record: { data }, input: { types } }) => {
        const chosen = new Map(types.map(({ column, type }) => [column, type]));
        const columns = data.inspection.columns.map((c) => ({ ...c, type: chosen.get(c.name) ?? c.type }));
        return { status: 'inspected', data: { ...data, inspection: { ...data.inspection, columns } } };
      },
      publish: 'nothing',
    }),
    check: action('check', {
      from: ['inspected'],
      to: ['checked'],
      by: role('authority.case'),
      notBy: ['create', 'deposit', 'correct'],
      ifMatch: true,
      guards: [
        ({ record, input }) =>
          record.data.inspection.findings.length > 0 && input.accepts === undefined ? 'findings_not_accepted' : undefined,
      ],
      becomes: ({ record, input }) => ({ status: 'checked', data: { ...record.data, ...input } }),
      publish: 'nothing',
    }),
    return: action('return', {
      from: ['deposited', 'inspected', 'checked'],
      to: ['refused'],
      by: role('authority.case'),
      becomes: ({ record, input }) => ({ status: 'refused', data: refused(record.data, { code: 'returned', note: input.reason }) }),
      publish: 'nothing',
    }),
    approve: action('approve', {
      from: ['checked'],
      to: ['loading'],
      by: [officer, lead],
      notBy: ['create', 'deposit', 'correct', 'check'],
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
      guards: [isOfThisAttempt],
      becomes: ({ record: { data }, input, refs: { resource } }) => ({
        status: 'loaded',
        data: {
          ...data,
          ...input,
          columns: withDeclared(input.columns, resource.data.fields),
          malwareScan: data.inspection.malwareScan,
        },
      }),
      // How many rows there are tells, from one load to the next, whether one person is among them.
      publish: (r) => ({ id: r.id, resource: r.data.resource, scenario: r.data.scenario }),
      commits: (r) => ({ digest: r.data.digest, bytes: r.data.bytes, rows: r.data.rows }),
    }),
    refuse: action('refuse', {
      from: ['deposited', 'loading'],
      to: ['refused'],
      by: system('worker'),
      guards: [isOfThisAttempt],
      becomes: ({ record, input }) => ({ status: 'refused', data: refused(record.data, input.fault) }),
      publish: 'nothing',
    }),
    seal: action('seal', {
      from: ['loaded'],
      to: ['sealed'],
      by: either(lead, role('cyberspace.officer'), officer), // whoever answers for the data may stop it alone; to unseal takes two
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
  view: (actor, r) => {
    if (!('fault' in r.data)) return r.data;
    const { signature, ...fault } = r.data.fault;
    const text = (ingestionRefusals as Readonly<Record<string, { zh: string; en: string }>>)[fault.code];
    const isWarden = actor.type === 'person' && wardens.some((one) => actor.roles.includes(one));
    return { ...r.data, fault: { ...fault, ...text, ...(isWarden && signature !== undefined ? { signature } : {}) } };
  },
  card: (r) => r.data.resourceName,
  queue: {
    requested: { role: 'source.steward', of: 'party' },
    refused: { role: 'source.steward', of: 'party' },
    inspected: { role: 'authority.case', of: 'region' },
    checked: [
      { role: 'source.cdo', of: 'party' },
      { role: 'authority.lead', of: 'region' },
    ],
    sealed: { role: 'authority.lead', of: 'region' },
  },
  clocks: {},
});
