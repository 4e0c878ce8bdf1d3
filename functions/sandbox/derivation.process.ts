import type * as z from 'zod';
import { Derivation } from '../../contracts/derivation.ts';
import { canonical } from '../../shared/kernel/canonical.ts';
import { digest } from '../../shared/kernel/digest.ts';
import { processOf } from '../../shared/kernel/process.ts';
import type { Verdict } from '../../shared/kernel/process.ts';
import { either, holder, ownerAs, role, system } from '../../shared/kernel/seats.ts';
import { namesPerson } from './derivation-expressions.ts';
import { explain, isRefusalCode, placeAt } from './placing.ts';

const { create, action, define } = processOf(Derivation);
const agent = ownerAs('operator.agent');
const lead = role('authority.lead');
const caseOfficer = role('authority.case');
const worker = system('worker');

type States = (typeof Derivation)['states'];
type Given = z.output<States['submitted']>;
type Ready = z.output<States['ready']>;

const isOfThisAttempt = ({
  record,
  input,
}: {
  readonly record: { readonly data: Given };
  readonly input: { readonly attempt?: number | undefined };
}): Verdict => ((input.attempt ?? record.data.attempt) === record.data.attempt ? undefined : 'wrong_state');
const bare = ({ scenario, title, datasets, sql, layout, attempt }: Given): Given => ({ scenario, title, datasets, sql, layout, attempt });

const registered = ({ id, status, data: { scenario, datasets } }: { id: string; status: string; data: Given }) => ({
  id,
  status,
  scenario,
  datasets: datasets.map(({ dataset }) => dataset),
});
/** Who runs the sandbox and who audits it: to its operator a number of rows would tell whether one person is among them. */
const overseers = ['authority.case', 'authority.lead', 'cyberspace.officer', 'auditor'] as const;
const masked = ({ rows: _rows, bytes: _bytes, digest: _digest, object: _object, ...data }: Ready) => ({
  ...data,
  columns: data.columns.map(({ name, type, personal, madeOf }) => ({ name, type, personal, madeOf })),
});

/**
 * Derived data is made where raw data lies and stays there, by a text that two officers have approved; each product over it rests on it, and
 * through it on every grant beneath. 实施规范 arts. 6, 16; Measures arts. 19, 22.
 */
export const derivation = define({
  create: create({
    by: holder('operator.agent'),
    to: 'draft',
    links: ({ scenario, datasets }) => ({ scenario, datasets: datasets.map(({ dataset }) => dataset) }),
    reads: ['scenario', 'datasets'],
    own: ['scenario', 'datasets'],
    live: { scenario: 'scenario_not_live', datasets: 'dataset_not_live' },
    belongs: ({ refs }) => ({ region: refs.scenario.region }),
    guards: [
      ({ input, refs }) =>
        refs.datasets.every(({ links }) => links.scenario === input.scenario) ? undefined : 'resource_outside_scenario',
      ({ input, refs }) => {
        const columns = new Map(refs.datasets.map(({ id, data }) => [id, 'columns' in data ? data.columns.map(({ name }) => name) : []]));
        const wrong = input.datasets.find(({ dataset, entity }) => entity !== null && !columns.get(dataset)?.includes(entity));
        return wrong && { code: 'column_unknown', about: { column: wrong.entity ?? '' } };
      },
      ({ input, refs }) => {
        const unnamed = input.datasets.find(({ dataset, entity }) => {
          const table = refs.datasets.find(({ id }) => id === dataset)?.data;
          return !namesPerson({ entity, columns: table && 'columns' in table ? table.columns : [] });
        });
        return unnamed && { code: 'source_entity_required', about: { source: unnamed.name } };
      },
    ],
    becomes: ({ input, refs }) => ({
      status: 'draft',
      data: { ...input, layout: input.layout ?? [], attempt: 1 },
      anchors: [{ kind: 'scenario', id: refs.scenario.id }, ...refs.datasets.map(({ id }) => ({ kind: 'dataset', id }))],
    }),
    publish: 'nothing',
  }),
  actions: {
    edit: action('edit', {
      from: ['draft'],
      to: ['draft'],
      by: agent,
      becomes: ({ record, input }) => ({ status: 'draft', data: { ...bare(record.data), ...input } }),
      publish: 'nothing',
    }),
    submit: action('submit', {
      from: ['draft'],
      to: ['submitted'],
      by: agent,
      reads: ['scenario', 'datasets'],
      live: { scenario: 'scenario_not_live', datasets: 'dataset_not_live' },
      rests: ['scenario', 'datasets'],
      becomes: ({ record }) => ({ status: 'submitted', data: { ...bare(record.data), attempt: record.data.attempt + 1 } }),
      publish: 'nothing',
    }),
    rehearse: action('rehearse', {
      from: ['submitted'],
      to: ['rehearsed'],
      by: worker,
      guards: [isOfThisAttempt],
      becomes: ({ record, input }) => ({ status: 'rehearsed', data: { ...record.data, ...input } }),
      publish: 'nothing',
    }),
    return: action('return', {
      from: ['submitted', 'rehearsed'],
      to: ['draft'],
      by: caseOfficer,
      becomes: ({ record, input }) => ({ status: 'draft', data: { ...bare(record.data), reason: input.reason } }),
      publish: 'nothing',
    }),
    approve: action('approve', {
      from: ['rehearsed'],
      to: ['deriving'],
      by: [caseOfficer, lead],
      notBy: ['create', 'edit', 'submit'],
      ifMatch: true,
      reads: ['scenario', 'datasets'],
      live: { scenario: 'scenario_not_live', datasets: 'dataset_not_live' },
      rests: ['scenario', 'datasets'],
      becomes: ({ record }) => ({ status: 'deriving', data: record.data }),
      publish: 'nothing',
    }),
    derive: action('derive', {
      from: ['deriving'],
      to: ['ready'],
      by: worker,
      reads: ['datasets'],
      rests: ['datasets'],
      guards: [isOfThisAttempt],
      becomes: ({ record, input, refs }) => {
        const { columns: rehearsed } = record.data;
        const columns = input.columns.map((column) => {
          const known = rehearsed.find(({ name }) => name === column.name);
          // What its values look like may not be told: its author could make them look so where one person has a certain value.
          return { ...column, personal: known?.personal ?? null, unique: false, madeOf: known?.madeOf ?? [] };
        });
        const resources = [...new Set(refs.datasets.map(({ data }) => data.resource))];
        return { status: 'ready', data: { ...record.data, ...input, columns, resources } };
      },
      publish: registered,
      commits: ({ data }) => ({ text: digest(canonical({ sql: data.sql, datasets: data.datasets })), digest: data.digest }),
    }),
    refuse: action('refuse', {
      from: ['submitted', 'deriving'],
      to: ['draft'],
      by: worker,
      guards: [isOfThisAttempt],
      becomes: ({ record, input }) => ({ status: 'draft', data: { ...bare(record.data), fault: input.fault } }),
      publish: 'nothing',
    }),
    seal: action('seal', {
      from: ['ready'],
      to: ['sealed'],
      by: either(lead, role('cyberspace.officer'), ownerAs('operator.signatory')),
      ifMatch: true,
      becomes: ({ record, input }) => ({ status: 'sealed', data: { ...record.data, reason: input.reason } }),
      publish: registered,
      commits: (r) => ({ reason: r.data.reason }),
    }),
    unseal: action('unseal', {
      from: ['sealed'],
      to: ['ready'],
      by: [caseOfficer, lead],
      ifMatch: true,
      reads: ['scenario', 'datasets'],
      rests: ['scenario', 'datasets'],
      becomes: ({ record }) => {
        const { reason: _ended, ...data } = record.data;
        return { status: 'ready', data };
      },
      publish: registered,
    }),
    retire: action('retire', {
      from: ['draft', 'ready', 'sealed'],
      to: ['retired'],
      by: [agent, caseOfficer], // products that buyers have paid for may rest on it
      ifMatch: true,
      becomes: ({ record, input }) => ({ status: 'retired', data: { ...bare(record.data), reason: input.reason } }),
      publish: (r) => (r.did['derive'] ? registered(r) : undefined),
      commits: (r) => ({ reason: r.data.reason }),
    }),
  },
  sees: { roles: [...overseers] },
  view: (actor, r) => {
    if ('object' in r.data) return actor.type === 'system' || overseers.some((one) => actor.roles.includes(one)) ? r.data : masked(r.data);
    if (!('fault' in r.data) || r.data.fault === undefined) return r.data;
    const { code, at } = r.data.fault;
    const text = isRefusalCode(code) ? explain(code, at === undefined ? null : placeAt(r.data.sql, at)) : {};
    return { ...r.data, fault: { ...r.data.fault, ...text } };
  },
  card: (r) => r.data.title.zh,
  queue: {
    rehearsed: [
      { role: 'authority.case', of: 'region' },
      { role: 'authority.lead', of: 'region' },
    ],
    sealed: { role: 'authority.lead', of: 'region' },
  },
  clocks: {},
});
