import { Organisation } from '../../contracts/organisation.ts';
import { processOf } from '../../shared/kernel/process.ts';
import { anyone, covers, only, role, system } from '../../shared/kernel/seats.ts';
import { applicantAdministers, creditCodeHolds, notAdministrator, sameRegion, twoAdministrators, venueIsLicensed } from './rules.ts';

const { create, action, define } = processOf(Organisation);
const lead = role('authority.lead');
const applicant = {
  label: 'applicant',
  person: (actor: { id: string }, r: { did: Readonly<Record<string, readonly string[]>> }) => r.did['create']?.includes(actor.id) ?? false,
};
const guards = [creditCodeHolds, twoAdministrators, applicantAdministers, venueIsLicensed];
/** The register of parties, as 企业信息公示暂行条例 art. 6 makes registrations known; never who administers them. */
const register = (r: { id: string; region: string; data: { name: object; type: string; creditCode: string } }) => ({
  id: r.id,
  region: r.region,
  name: r.data.name,
  type: r.data.type,
  creditCode: r.data.creditCode,
});

export const organisation = define({
  create: create({
    by: [anyone, only('bootstrap')],
    to: 'applied',
    links: () => ({}),
    guards,
    belongs: ({ id, input }) => ({ owner: id, region: input.region }),
    becomes: ({ input }) => ({ status: 'applied', data: input }),
    publish: 'nothing',
  }),
  actions: {
    resubmit: action('resubmit', {
      from: ['rejected'],
      to: ['applied'],
      by: applicant,
      guards: [sameRegion, ...guards],
      becomes: ({ input }) => ({ status: 'applied', data: input }),
      publish: 'nothing',
    }),
    verify: action('verify', {
      from: ['applied'],
      to: ['verified'],
      by: lead,
      notBy: ['create', 'resubmit'],
      ifMatch: true,
      guards: [notAdministrator],
      becomes: ({ record }) => ({ status: 'verified', data: record.data }),
      publish: register,
    }),
    found: action('found', {
      from: ['applied'],
      to: ['verified'],
      by: system('bootstrap'),
      becomes: ({ record }) => ({ status: 'verified', data: record.data }),
      publish: register,
    }),
    reject: action('reject', {
      from: ['applied'],
      to: ['rejected'],
      by: lead,
      notBy: ['create', 'resubmit'],
      ifMatch: true,
      becomes: ({ record, input }) => ({ status: 'rejected', data: { ...record.data, reason: input.reason } }),
      publish: 'nothing',
    }),
    suspend: action('suspend', {
      from: ['verified'],
      to: ['suspended'],
      by: lead,
      ifMatch: true,
      becomes: ({ record, input }) => ({ status: 'suspended', data: { ...record.data, reason: input.reason } }),
      publish: register,
      commits: (r) => ({ reason: r.data.reason }),
    }),
    reinstate: action('reinstate', {
      from: ['suspended'],
      to: ['verified'],
      by: [role('authority.case'), lead],
      ifMatch: true,
      becomes: ({ record: { data } }) => {
        const { reason: _ended, ...application } = data;
        return { status: 'verified', data: application };
      },
      publish: register,
    }),
    overdue: action('overdue', {
      from: ['applied'],
      to: ['applied'],
      by: system('clock'),
      becomes: ({ record }) => ({ status: 'applied', data: record.data }),
      publish: (r) => ({ id: r.id, overdue: 'organisationVerification' }),
    }),
  },
  sees: {
    roles: ['authority.case', 'authority.lead', 'auditor'],
    public: ['verified'],
    also: (actor, r) => actor.id !== '' && (r.did['create']?.includes(actor.id) ?? false),
  },
  view: (actor, r) => {
    const inside =
      actor.type === 'system' ||
      actor.org === r.owner ||
      (actor.roles.some((x) => x.startsWith('authority.') || x === 'auditor') && covers(actor.region, r.region)) ||
      r.did['create']?.includes(actor.id);
    if (inside) return r.data;
    const { administrators: _personal, ...register } = r.data;
    return register;
  },
  card: (r) => r.data.name.zh,
  queue: { applied: { role: 'authority.lead', of: 'region' }, suspended: { role: 'authority.lead', of: 'region' } },
  clocks: {
    verification: {
      runs: ['applied'],
      due: (r, { deadlines }) => ({ from: r.since, workingDays: deadlines.organisationVerification }),
      takes: 'overdue',
    },
  },
  claims: (r) => (r.status === 'rejected' ? [] : [{ value: `credit-code#${r.data.creditCode}`, or: 'credit_code_taken' }]),
});
