import { Grant } from '../../contracts/authorisation.ts';
import { dueAtDate } from '../../shared/kernel/calendar.ts';
import { processOf } from '../../shared/kernel/process.ts';
import { only, partyAs, role, system } from '../../shared/kernel/seats.ts';

const { create, action, define } = processOf(Grant);
const lead = role('authority.lead');

type Granted = {
  id: string;
  region: string;
  status: string;
  owner: string;
  party?: string;
  links: { resource?: string; agreement?: string };
  data: { purposes: readonly string[]; sectors: readonly string[]; termStart: string; termEnd: string };
};
/** The resources authorised, to whom and for what: 发改数据规〔2025〕27号 arts. 18-19; never why one was taken back. */
const registered = ({ id, region, status, owner, party, links, data }: Granted) => ({
  id,
  region,
  status,
  operator: owner,
  source: party,
  resource: links.resource,
  agreement: links.agreement,
  purposes: data.purposes,
  sectors: data.sectors,
  termStart: data.termStart,
  termEnd: data.termEnd,
});

/** One resource for one operator under one agreement: offered at its activation, active when the source consents. Measures art. 18. */
export const grant = define({
  create: create({
    by: only('reaction'),
    to: 'offered',
    links: (input) => input,
    reads: ['agreement', 'resource'],
    live: { agreement: 'agreement_not_live', resource: 'resource_not_published' },
    belongs: ({ refs }) => ({ owner: refs.agreement.data.operator, party: refs.resource.owner, region: refs.agreement.region }),
    becomes: ({ refs: { agreement, resource } }) => ({
      status: 'offered',
      data: {
        resourceName: resource.data.name.zh,
        purposes: agreement.data.purposes,
        sectors: agreement.data.sectors,
        termStart: agreement.data.termStart,
        termEnd: agreement.data.termEnd,
      },
      anchors: [
        { kind: 'agreement', id: agreement.id },
        { kind: 'resource', id: resource.id },
      ],
    }),
    publish: 'nothing',
  }),
  actions: {
    consent: action('consent', {
      from: ['offered'],
      to: ['active'],
      by: partyAs('source.cdo'),
      ifMatch: true,
      reads: ['agreement', 'resource'],
      live: { agreement: 'agreement_not_live', resource: 'resource_not_published' },
      pins: ['agreement'],
      becomes: ({ record }) => ({ status: 'active', data: record.data }),
      publish: registered,
    }),
    decline: action('decline', {
      from: ['offered'],
      to: ['declined'],
      by: partyAs('source.cdo'),
      ifMatch: true,
      becomes: ({ record, input }) => ({ status: 'declined', data: { ...record.data, reason: input.reason } }),
      publish: 'nothing',
    }),
    suspend: action('suspend', {
      from: ['active'],
      to: ['suspended'],
      by: lead,
      ifMatch: true,
      becomes: ({ record, input }) => ({ status: 'suspended', data: { ...record.data, reason: input.reason } }),
      publish: registered,
      commits: (r) => ({ reason: r.data.reason }),
    }),
    resume: action('resume', {
      from: ['suspended'],
      to: ['active'],
      by: [role('authority.case'), lead],
      ifMatch: true,
      becomes: ({ record }) => {
        const { reason: _ended, ...data } = record.data;
        return { status: 'active', data };
      },
      publish: registered,
    }),
    revoke: action('revoke', {
      from: ['offered', 'active', 'suspended'],
      to: ['revoked'],
      by: lead,
      ifMatch: true,
      becomes: ({ record, input }) => ({ status: 'revoked', data: { ...record.data, reason: input.reason } }),
      publish: registered,
      commits: (r) => ({ reason: r.data.reason }),
    }),
    expire: action('expire', {
      from: ['offered', 'active', 'suspended'],
      to: ['expired'],
      by: system('clock'),
      becomes: ({ record: { data } }) => {
        const { resourceName, purposes, sectors, termStart, termEnd } = data;
        return { status: 'expired', data: { resourceName, purposes, sectors, termStart, termEnd } };
      },
      publish: registered,
    }),
  },
  sees: {
    roles: ['implementing.officer', 'authority.case', 'authority.lead', 'granting.officer', 'cyberspace.officer', 'auditor'],
    public: ['active', 'suspended', 'revoked'],
  },
  card: (r) => r.data.resourceName,
  queue: { offered: { role: 'source.cdo', of: 'party' }, suspended: { role: 'authority.lead', of: 'region' } },
  clocks: {
    term: { runs: ['offered', 'active', 'suspended'], due: (r) => ({ date: r.data.termEnd }), takes: 'expire', own: true },
  },
  until: (next) => (next.status === 'active' || next.status === 'suspended' ? dueAtDate(next.data.termEnd) : undefined),
  // While suspended it is still held: otherwise a second grant could walk around the suspension.
  claims: (r) =>
    r.status === 'active' || r.status === 'suspended' ? [{ value: `grant#${r.links.resource}#${r.owner}`, or: 'grant_exists' }] : [],
});
