import { Entitlement } from '../../contracts/trade.ts';
import { resumedByItsSide, stopperOf } from '../../shared/kernel/halts.ts';
import { processOf } from '../../shared/kernel/process.ts';
import { either, only, ownerAs, role, system } from '../../shared/kernel/seats.ts';

const { create, action, define } = processOf(Entitlement);
const halts = either(role('venue.lead'), role('authority.lead'), role('cyberspace.officer'));

/** What a paid contract opens. It rests on contract, product and the whole chain above them, and every use asks them all. */
export const entitlement = define({
  create: create({
    by: only('reaction'),
    to: 'active',
    links: (input) => input,
    reads: ['order', 'contract'],
    live: { order: 'order_not_live', contract: 'contract_not_live' },
    rests: ['contract'],
    belongs: ({ refs }) => ({
      owner: refs.order.owner,
      ...(refs.order.party === undefined ? {} : { party: refs.order.party }),
      region: refs.order.region,
    }),
    becomes: ({ input, refs: { order, contract } }) => ({
      status: 'active',
      data: { ...input, product: order.data.product, queries: order.data.licence.queries, until: contract.validUntil ?? '' },
      anchors: [
        { kind: 'contract', id: contract.id },
        { kind: 'order', id: order.id },
        { kind: 'product', id: order.data.product },
        { kind: 'organisation', id: order.owner },
      ],
    }),
    effects: ({ id, refs }) => [{ allow: `queries#${id}`, amount: refs.order.data.licence.queries }],
    publish: 'nothing',
  }),
  actions: {
    suspend: action('suspend', {
      from: ['active'],
      to: ['suspended'],
      by: halts,
      ifMatch: true,
      becomes: ({ record, input, actor }) => ({
        status: 'suspended',
        data: { ...record.data, reason: input.reason, stoppedBy: stopperOf(actor) },
      }),
      publish: 'nothing',
    }),
    resume: action('resume', {
      from: ['suspended'],
      to: ['active'],
      by: [either(role('venue.reviewer'), role('authority.case')), either(role('venue.lead'), role('authority.lead'))],
      ifMatch: true,
      guards: [resumedByItsSide],
      becomes: ({ record }) => {
        const { reason: _ended, stoppedBy: _by, ...data } = record.data;
        return { status: 'active', data };
      },
      publish: 'nothing',
    }),
    revoke: action('revoke', {
      from: ['active', 'suspended'],
      to: ['revoked'],
      by: either(role('venue.lead'), role('authority.lead'), ownerAs('buyer.signatory')),
      ifMatch: true,
      becomes: ({ record, input }) => ({ status: 'revoked', data: { ...record.data, reason: input.reason } }),
      publish: 'nothing',
    }),
    expire: action('expire', {
      from: ['active', 'suspended'],
      to: ['expired'],
      by: system('clock'),
      becomes: ({ record: { data } }) => {
        const { order, contract, product, queries, until } = data;
        return { status: 'expired', data: { order, contract, product, queries, until } };
      },
      publish: 'nothing',
    }),
  },
  sees: { roles: ['venue.reviewer', 'venue.lead', 'authority.case', 'authority.lead', 'cyberspace.officer', 'auditor'] },
  card: (r) => r.data.product,
  queue: {
    suspended: [
      { role: 'venue.lead', of: 'region' },
      { role: 'authority.lead', of: 'region' },
    ],
  },
  clocks: { term: { runs: ['active', 'suspended'], due: (r) => ({ at: r.data.until }), takes: 'expire', own: true } },
  until: (next) => (next.status === 'active' ? next.data.until : undefined),
});
