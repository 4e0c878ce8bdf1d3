import { Resource, SecretStub } from '../../contracts/catalogue.ts';
import { processOf } from '../../shared/kernel/process.ts';
import { covers, holder, ownerAs, role, system } from '../../shared/kernel/seats.ts';
import { holdsNoSecret, openingIsGrounded, withSharing } from './rules.ts';

const { create, action, define } = processOf(Resource);
const steward = ownerAs('source.steward');
const officer = ownerAs('source.cdo');

type Published = {
  id: string;
  region: string;
  owner: string;
  data: {
    code: string;
    name: object;
    summary: string;
    updateFrequency: string;
    grade: string;
    sharing: { attribute: string };
    opening: { attribute: string };
  };
};
/** The catalogue of public data: Measures art. 8. */
const catalogued = ({ id, region, owner, data }: Published) => ({
  id,
  region,
  owner,
  code: data.code,
  name: data.name,
  updateFrequency: data.updateFrequency,
  grade: data.grade,
  sharing: data.sharing.attribute,
  opening: data.opening.attribute,
});

export const resource = define({
  create: create({
    by: holder('source.steward'),
    to: 'draft',
    links: (input) => ({ organisation: input.organisation }),
    reads: ['organisation'],
    own: ['organisation'],
    live: { organisation: 'organisation_not_live' },
    guards: [holdsNoSecret, openingIsGrounded],
    leaves: {
      state_secret_refused: ({ input, refs }) => ({
        spawn: SecretStub,
        input: { unit: input.organisation, region: refs.organisation.region },
      }),
    },
    becomes: ({ input: { stateSecret: _declared, organisation, ...entry } }) => ({
      status: 'draft',
      data: withSharing(entry),
      anchors: [{ kind: 'organisation', id: organisation }],
    }),
    publish: 'nothing',
  }),
  actions: {
    edit: action('edit', {
      from: ['draft'],
      to: ['draft'],
      by: steward,
      guards: [openingIsGrounded],
      becomes: ({ input }) => ({ status: 'draft', data: withSharing(input) }),
      publish: 'nothing',
    }),
    submit: action('submit', {
      from: ['draft'],
      to: ['submitted'],
      by: steward,
      becomes: ({ record }) => {
        const { reason: _past, ...data } = record.data;
        return { status: 'submitted', data };
      },
      publish: 'nothing',
    }),
    check: action('check', {
      from: ['submitted'],
      to: ['checked'],
      by: role('authority.case'),
      notBy: ['create', 'edit', 'submit'],
      ifMatch: true,
      becomes: ({ record }) => ({ status: 'checked', data: record.data }),
      publish: 'nothing',
    }),
    return: action('return', {
      from: ['submitted'],
      to: ['draft'],
      by: role('authority.case'),
      becomes: ({ record, input }) => ({ status: 'draft', data: { ...record.data, reason: input.reason } }),
      publish: 'nothing',
    }),
    publish: action('publish', {
      from: ['checked'],
      to: ['published'],
      by: officer,
      notBy: ['create', 'edit', 'submit'],
      ifMatch: true,
      becomes: ({ record }) => ({ status: 'published', data: record.data }),
      publish: catalogued,
    }),
    change: action('change', {
      from: ['published'],
      to: ['changePending'],
      by: steward,
      guards: [openingIsGrounded],
      becomes: ({ record, input }) => ({ status: 'changePending', data: { ...record.data, change: withSharing(input) } }),
      publish: 'nothing',
    }),
    approveChange: action('approveChange', {
      from: ['changePending'],
      to: ['published'],
      by: officer,
      notBy: ['change'],
      ifMatch: true,
      becomes: ({ record }) => ({ status: 'published', data: record.data.change }),
      publish: catalogued,
    }),
    dropChange: action('dropChange', {
      from: ['changePending'],
      to: ['published'],
      by: officer,
      becomes: ({ record }) => {
        const { change: _dropped, ...data } = record.data;
        return { status: 'published', data };
      },
      publish: 'nothing',
    }),
    retire: action('retire', {
      from: ['published', 'checked', 'draft'],
      to: ['retired'],
      by: officer,
      ifMatch: true,
      becomes: ({ record, input }) => ({ status: 'retired', data: { ...record.data, reason: input.reason } }),
      publish: (r) => (r.did['publish'] ? catalogued(r) : undefined), // what was never published leaves no trace in public
      commits: (r) => ({ reason: r.data.reason }),
    }),
    overdue: action('overdue', {
      from: ['submitted'],
      to: ['submitted'],
      by: system('clock'),
      becomes: ({ record }) => ({ status: 'submitted', data: record.data }),
      publish: (r) => ({ id: r.id, overdue: 'catalogueCheck' }),
    }),
  },
  sees: {
    roles: ['authority.case', 'authority.lead', 'auditor', 'cyberspace.officer', 'implementing.officer'],
    public: ['published', 'changePending'],
  },
  view: (actor, r) => {
    if (
      r.status !== 'changePending' ||
      actor.type === 'system' ||
      actor.org === r.owner ||
      (actor.roles.some((x) => x.startsWith('authority.')) && covers(actor.region, r.region))
    )
      return r.data;
    const { change: _pending, ...published } = r.data;
    return published;
  },
  card: (r) => r.data.name.zh,
  queue: {
    submitted: { role: 'authority.case', of: 'region' },
    checked: { role: 'source.cdo', of: 'owner' },
    changePending: { role: 'source.cdo', of: 'owner' },
  },
  clocks: {
    check: { runs: ['submitted'], due: (r, { deadlines }) => ({ from: r.since, workingDays: deadlines.catalogueCheck }), takes: 'overdue' },
  },
  claims: (r) => (r.status === 'retired' ? [] : [{ value: `resource-code#${r.owner}#${r.data.code}`, or: 'resource_code_taken' }]),
});
