import { Membership } from '../../contracts/organisation.ts';
import { processOf } from '../../shared/kernel/process.ts';
import { holder, only, ownerAs, system } from '../../shared/kernel/seats.ts';
import { appointmentFits, nameOf, notProposer, rolesFit, venueStaff } from './rules.ts';

const { create, action, define } = processOf(Membership);
const admin = ownerAs('org.admin');

export const membership = define({
  create: create({
    by: [holder('org.admin'), only('bootstrap', 'reaction')],
    to: 'proposed',
    id: (input) => `${input.organisation}:${input.person}`,
    links: (input) => ({ organisation: input.organisation }),
    reads: ['organisation'],
    own: ['organisation'],
    live: { organisation: 'organisation_not_live' },
    belongs: ({ input, refs }) => ({ owner: input.organisation, party: `person:${input.person}`, region: refs.organisation.region }),
    guards: [appointmentFits],
    becomes: ({ input, actor }) => ({ status: 'proposed', data: { ...input, proposedBy: nameOf(actor) } }),
    publish: 'nothing',
  }),
  actions: {
    admit: action('admit', {
      from: ['proposed'],
      to: ['active'],
      by: system('reaction'),
      becomes: ({ record }) => ({ status: 'active', data: record.data }),
      publish: 'nothing',
    }),
    confirm: action('confirm', {
      from: ['proposed'],
      to: ['active'],
      by: admin,
      ifMatch: true,
      guards: [notProposer],
      becomes: ({ record }) => ({ status: 'active', data: record.data }),
      publish: 'nothing',
    }),
    decline: action('decline', {
      from: ['proposed'],
      to: ['ended'],
      by: admin,
      becomes: ({ record, input }) => ({ status: 'ended', data: { ...record.data, reason: input.reason } }),
      publish: 'nothing',
    }),
    propose: action('propose', {
      from: ['active'],
      to: ['changing'],
      by: admin,
      reads: ['organisation'],
      guards: [({ input, refs }) => rolesFit(refs.organisation, input.roles)],
      becomes: ({ record, input, actor }) => ({
        status: 'changing',
        data: { ...record.data, wanted: input.roles, proposedBy: nameOf(actor) },
      }),
      publish: 'nothing',
    }),
    confirmChange: action('confirmChange', {
      from: ['changing'],
      to: ['active'],
      by: admin,
      ifMatch: true,
      guards: [notProposer],
      becomes: ({ record }) => {
        const { wanted, ...data } = record.data;
        return { status: 'active', data: { ...data, roles: wanted } };
      },
      publish: 'nothing',
    }),
    declineChange: action('declineChange', {
      from: ['changing'],
      to: ['active'],
      by: admin,
      becomes: ({ record }) => {
        const { wanted: _dropped, ...data } = record.data;
        return { status: 'active', data };
      },
      publish: 'nothing',
    }),
    end: action('end', {
      from: ['proposed', 'active', 'changing'],
      to: ['ended'],
      by: admin,
      becomes: ({ record, input }) => {
        const { organisation, person, name, email, roles, proposedBy } = record.data;
        return { status: 'ended', data: { organisation, person, name, email, roles, proposedBy, reason: input.reason } };
      },
      publish: 'nothing',
    }),
    renew: action('renew', {
      from: ['ended'],
      to: ['proposed'],
      by: admin,
      reads: ['organisation'],
      guards: [({ input, refs }) => rolesFit(refs.organisation, input.roles)],
      becomes: ({ record, input, actor }) => {
        const { reason: _past, ...data } = record.data;
        return { status: 'proposed', data: { ...data, roles: input.roles, proposedBy: nameOf(actor) } };
      },
      publish: 'nothing',
    }),
  },
  sees: { roles: ['auditor'] },
  card: (r) => r.data.name,
  queue: { proposed: { role: 'org.admin', of: 'owner' }, changing: { role: 'org.admin', of: 'owner' } },
  clocks: {},
  claims: (r) =>
    r.status === 'ended'
      ? []
      : [{ value: `member-email#${r.data.organisation}#${r.data.email.toLowerCase()}`, or: 'member_email_taken' }, ...venueStaff(r)],
});
