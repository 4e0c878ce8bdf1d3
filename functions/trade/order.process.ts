import { Order } from '../../contracts/order.ts';
import { processOf } from '../../shared/kernel/process.ts';
import { holder, ownerAs, role, system } from '../../shared/kernel/seats.ts';
import { amountIsDue, chainIsBroken, isFree, notOwnProduct, notVenueStaff, refundIsAnotherTransfer, venueDoesNotTrade } from './rules.ts';

const { create, action, define } = processOf(Order);
const agent = ownerAs('buyer.agent');
const cashier = role('venue.cashier');
const reaction = system('reaction');

/** That a product was traded and at what price is public, its parties are not: disclosure notice of the NDA of 2026-02-10; requirements §3.2. */
const traded = (r: { id: string; status: string; data: { product: string; priceFen: number } }) => ({
  id: r.id,
  status: r.status,
  product: r.data.product,
  priceFen: r.data.priceFen,
});

type Traded = { owner: string; party?: string; data: { contract: string; contractDigest: string; remittance?: string | undefined } };
/** Each side can prove that the trade was its own, under which contract and by which transfer. */
const parties = ({ owner, party, data: { contract, contractDigest, remittance } }: Traded) => ({
  buyer: owner,
  ...(party === undefined ? {} : { seller: party }),
  contract,
  contractDigest,
  ...(remittance === undefined ? {} : { remittance }),
});

export const order = define({
  create: create({
    by: holder('buyer.agent'),
    to: 'placed',
    links: (input) => ({ listing: input.listing }),
    reads: ['listing'],
    live: { listing: 'listing_not_live' },
    rests: ['listing'],
    belongs: ({ refs }) => ({ party: refs.listing.owner, region: refs.listing.region }),
    unless: notVenueStaff,
    guards: [venueDoesNotTrade, notOwnProduct],
    becomes: ({ input, refs: { listing } }) => ({
      status: 'placed',
      data: {
        ...input,
        product: listing.data.product,
        title: listing.data.title,
        priceFen: listing.data.priceFen,
        ...(listing.data.callPriceFen === undefined ? {} : { callPriceFen: listing.data.callPriceFen }),
        licence: listing.data.licence,
      },
    }),
    publish: 'nothing',
  }),
  actions: {
    conclude: action('conclude', {
      from: ['placed'],
      to: ['contracted'],
      by: reaction,
      becomes: ({ record, input }) => ({ status: 'contracted', data: { ...record.data, ...input } }),
      publish: 'nothing',
    }),
    cancel: action('cancel', {
      from: ['placed', 'contracted'],
      to: ['cancelled'],
      by: agent,
      becomes: ({ record: { data }, input }) => {
        const { listing, product, title, priceFen, licence, purpose } = data;
        return { status: 'cancelled', data: { listing, product, title, priceFen, licence, purpose, reason: input.reason } };
      },
      publish: 'nothing',
    }),
    drop: action('drop', {
      from: ['placed', 'contracted'],
      to: ['cancelled'],
      by: reaction,
      becomes: ({ record: { data }, input }) => {
        const { listing, product, title, priceFen, licence, purpose } = data;
        return { status: 'cancelled', data: { listing, product, title, priceFen, licence, purpose, reason: input.reason } };
      },
      publish: 'nothing',
    }),
    reportPayment: action('reportPayment', {
      from: ['contracted'],
      to: ['contracted'],
      by: system('webhook'),
      becomes: ({ record, input }) => ({ status: 'contracted', data: { ...record.data, reported: input } }),
      publish: 'nothing',
    }),
    confirmPayment: action('confirmPayment', {
      from: ['contracted'],
      to: ['paid'],
      by: cashier,
      notBy: ['create'],
      ifMatch: true,
      guards: [amountIsDue],
      becomes: ({ record, input, actor, now }) => ({
        status: 'paid',
        data: { ...record.data, remittance: input.remittance, paidAt: now, ...(actor.type === 'person' ? { venue: actor.org } : {}) },
      }),
      publish: 'nothing',
    }),
    waivePayment: action('waivePayment', {
      from: ['contracted'],
      to: ['paid'],
      by: reaction,
      guards: [isFree],
      becomes: ({ record, now }) => ({ status: 'paid', data: { ...record.data, paidAt: now } }),
      publish: 'nothing',
    }),
    deliver: action('deliver', {
      from: ['paid'],
      to: ['delivering'],
      by: reaction,
      becomes: ({ record, input }) => ({ status: 'delivering', data: { ...record.data, entitlement: input.entitlement } }),
      publish: 'nothing',
    }),
    undeliverable: action('undeliverable', {
      from: ['paid', 'delivering'],
      to: ['refundDue'],
      by: reaction,
      becomes: ({ record, input }) => ({ status: 'refundDue', data: { ...record.data, ...input } }),
      publish: 'nothing',
    }),
    accept: action('accept', {
      from: ['delivering'],
      to: ['accepted'],
      by: agent,
      ifMatch: true,
      becomes: ({ record, now }) => ({ status: 'accepted', data: { ...record.data, acceptedAt: now, inspectionLapsed: false } }),
      publish: traded,
      commits: parties,
    }),
    // An agreed inspection period that lapses means conforming (民法典 arts. 621, 646); a chain that broke meanwhile is refunded instead.
    lapseInspection: action('lapseInspection', {
      from: ['delivering'],
      to: ['accepted', 'refundDue'],
      by: system('clock'),
      reads: ['listing'],
      probes: ['listing'],
      becomes: ({ record, now, broken: { listing: link } }) =>
        link
          ? { status: 'refundDue', data: { ...record.data, because: 'authority_broken', link } }
          : { status: 'accepted', data: { ...record.data, acceptedAt: now, inspectionLapsed: true } },
      publish: traded,
      commits: parties,
    }),
    claimRefund: action('claimRefund', {
      from: ['delivering'],
      to: ['refundDue'],
      by: agent,
      reads: ['listing'],
      probes: ['listing'],
      guards: [chainIsBroken],
      becomes: ({ record, broken: { listing: link } }) => ({
        status: 'refundDue',
        data: { ...record.data, because: 'authority_broken', ...(link ? { link } : {}) },
      }),
      publish: 'nothing',
    }),
    // Money that leaves takes another cashier than the one who took it in.
    refund: action('refund', {
      from: ['refundDue'],
      to: ['refunded'],
      by: cashier,
      notBy: ['create', 'claimRefund', 'confirmPayment'],
      ifMatch: true,
      guards: [amountIsDue, refundIsAnotherTransfer],
      becomes: ({ record, input, now }) => ({
        status: 'refunded',
        data: { ...record.data, refundRemittance: input.remittance, refundedAt: now },
      }),
      publish: traded,
      commits: (r) => ({ ...parties(r), refundRemittance: r.data.refundRemittance }),
    }),
    settle: action('settle', {
      from: ['accepted'],
      to: ['settled'],
      by: reaction,
      becomes: ({ record, now }) => ({ status: 'settled', data: { ...record.data, settledAt: now } }),
      publish: traded,
      commits: parties,
    }),
    // The state waits for the venue's cashier as much as for the buyer's bank, so lateness ends nothing.
    overdue: action('overdue', {
      from: ['contracted'],
      to: ['contracted'],
      by: system('clock'),
      becomes: ({ record }) => ({ status: 'contracted', data: record.data }),
      publish: 'nothing',
    }),
  },
  sees: { roles: ['venue.reviewer', 'venue.lead', 'venue.cashier', 'auditor'] },
  card: (r) => r.data.title.zh,
  queue: {
    contracted: { role: 'venue.cashier', of: 'region' },
    delivering: { role: 'buyer.agent', of: 'owner' },
    refundDue: { role: 'venue.cashier', of: 'region' },
  },
  clocks: {
    payment: {
      runs: ['contracted'],
      due: (r, { deadlines }) => ({ from: r.since, workingDays: deadlines.payment }),
      takes: 'overdue',
    },
    inspection: {
      runs: ['delivering'],
      due: (r, { deadlines }) => ({ from: r.since, workingDays: deadlines.inspection }),
      takes: 'lapseInspection',
      own: true,
    },
  },
  claims: (r) => {
    const { data } = r;
    const paid = 'remittance' in data && data.remittance !== undefined ? [`remittance#${data.remittance}`] : [];
    const back = 'refundRemittance' in data ? [`remittance#${data.refundRemittance}`] : [];
    return [...paid, ...back].map((value) => ({ value, or: 'remittance_used' }));
  },
});
