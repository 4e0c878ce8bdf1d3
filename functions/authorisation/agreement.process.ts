import { Agreement, Grant } from '../../contracts/authorisation.ts';
import { dueAtDate } from '../../shared/kernel/calendar.ts';
import { canonical } from '../../shared/kernel/canonical.ts';
import { digest } from '../../shared/kernel/digest.ts';
import { processOf } from '../../shared/kernel/process.ts';
import { covers, either, holder, partyAs, role, system } from '../../shared/kernel/seats.ts';
import { partyIsOperator, resourcesAreFew, resourcesAreInRegion, resourcesMayBeOperated, termHasBegun, termHolds } from './rules.ts';

const { create, action, define } = processOf(Agreement);
const lead = role('authority.lead');
const grantor = role('granting.officer');
const organiser = either(role('implementing.officer'), role('authority.case'));

type Terms = {
  title: string;
  operator: string;
  resources: readonly string[];
  purposes: readonly string[];
  sectors: readonly string[];
  termStart: string;
  termEnd: string;
};
/** What both sides of an authorised operation disclose (发改数据规〔2025〕27号 arts. 18-19): never its clauses, which hold cost and benefit shares. */
const registered = ({ id, region, status, data }: { id: string; region: string; status: string; data: Terms }) => ({
  id,
  region,
  status,
  title: data.title,
  operator: data.operator,
  resources: data.resources,
  purposes: data.purposes,
  sectors: data.sectors,
  termStart: data.termStart,
  termEnd: data.termEnd,
});
/** Its clauses can be proved word for word. */
const terms = (r: { data: { clauses: object } }) => ({ clauses: digest(canonical(r.data.clauses)) });

/** An operation agreement of 实施规范 arts. 13-14: drafted, signed by both sides, activated by the granting body and the data authority. */
export const agreement = define({
  create: create({
    by: holder('implementing.officer', 'authority.case'),
    to: 'draft',
    links: (input) => ({ operator: input.operator, resources: input.resources }),
    reads: ['operator', 'resources'],
    live: { operator: 'organisation_not_live', resources: 'resource_not_published' },
    belongs: ({ input }) => ({ party: input.operator }),
    guards: [termHolds, resourcesAreFew, partyIsOperator, resourcesAreInRegion, resourcesMayBeOperated],
    becomes: ({ input }) => ({ status: 'draft', data: input, anchors: [{ kind: 'organisation', id: input.operator }] }),
    publish: 'nothing',
  }),
  actions: {
    sign: action('sign', {
      from: ['draft'],
      to: ['signed'],
      by: [partyAs('operator.signatory'), role('implementing.officer')],
      notBy: ['create'],
      ifMatch: true,
      reads: ['operator', 'resources'],
      live: { operator: 'organisation_not_live', resources: 'resource_not_published' },
      becomes: ({ record }) => ({ status: 'signed', data: record.data }),
      publish: 'nothing',
    }),
    withdraw: action('withdraw', {
      from: ['draft', 'signed'],
      to: ['ended'],
      by: organiser,
      becomes: ({ record, input }) => ({ status: 'ended', data: { ...record.data, reason: input.reason } }),
      publish: 'nothing',
    }),
    activate: action('activate', {
      from: ['signed'],
      to: ['active'],
      by: [grantor, lead],
      notBy: ['create', 'sign'],
      ifMatch: true,
      reads: ['operator', 'resources'],
      live: { operator: 'organisation_not_live', resources: 'resource_not_published' },
      guards: [termHasBegun],
      becomes: ({ record }) => ({ status: 'active', data: record.data }),
      effects: ({ record }) => record.data.resources.map((resource) => ({ spawn: Grant, input: { agreement: record.id, resource } })),
      publish: registered,
      commits: terms,
    }),
    suspend: action('suspend', {
      from: ['active'],
      to: ['suspended'],
      by: lead,
      ifMatch: true,
      becomes: ({ record, input }) => ({ status: 'suspended', data: { ...record.data, reason: input.reason } }),
      publish: registered,
      commits: (r) => ({ ...terms(r), reason: r.data.reason }),
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
    terminate: action('terminate', {
      from: ['active', 'suspended'],
      to: ['ended'],
      by: [grantor, lead],
      ifMatch: true,
      becomes: ({ record, input }) => ({ status: 'ended', data: { ...record.data, reason: input.reason } }),
      publish: registered,
      commits: (r) => ({ ...terms(r), reason: r.data.reason }),
    }),
    expire: action('expire', {
      from: ['active', 'suspended'],
      to: ['ended'],
      by: system('clock'),
      becomes: ({ record }) => ({ status: 'ended', data: { ...record.data, reason: '期限届满 / The term has ended' } }),
      publish: registered,
    }),
  },
  sees: {
    roles: ['implementing.officer', 'authority.case', 'authority.lead', 'granting.officer', 'cyberspace.officer', 'auditor'],
    public: ['active', 'suspended'],
  },
  view: (actor, r) => {
    const party =
      actor.type === 'system' ||
      actor.org === r.owner ||
      actor.org === r.party ||
      (covers(actor.region, r.region) &&
        actor.roles.some(
          (x) =>
            x.startsWith('authority.') ||
            x === 'auditor' ||
            x === 'granting.officer' ||
            x === 'implementing.officer' ||
            x === 'cyberspace.officer',
        ));
    return party ? r.data : registered(r);
  },
  card: (r) => r.data.title,
  queue: {
    draft: [
      { role: 'operator.signatory', of: 'party' },
      { role: 'implementing.officer', of: 'region' },
    ],
    signed: [
      { role: 'granting.officer', of: 'region' },
      { role: 'authority.lead', of: 'region' },
    ],
    suspended: { role: 'authority.lead', of: 'region' },
  },
  clocks: {
    term: { runs: ['active', 'suspended'], due: (r) => ({ date: r.data.termEnd }), takes: 'expire', own: true },
  },
  until: (next) => (next.status === 'active' || next.status === 'suspended' ? dueAtDate(next.data.termEnd) : undefined),
});
