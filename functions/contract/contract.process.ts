import { Contract } from '../../contracts/data-contract.ts';
import { venueStaffClaim } from '../../contracts/organisation.ts';
import { processOf } from '../../shared/kernel/process.ts';
import { either, only, ownerAs, partyAs, system } from '../../shared/kernel/seats.ts';
import { digestOf, signsThisText, termEnd, termsOf } from './rules.ts';
import { textOf } from './text.ts';

const { create, action, define } = processOf(Contract);
const seller = ownerAs('operator.signatory');
const buyer = partyAs('buyer.signatory');

type Sides = { owner: string; party?: string; data: { digest: string } };
/** The digest of terms that could be guessed is no less secret than they are: both sides can open it, and who they are, to whom they like. */
const sides = ({ owner, party, data }: Sides) => ({ seller: owner, ...(party === undefined ? {} : { buyer: party }), digest: data.digest });

/** Seller owns, buyer is party. Both sign the same digest; nothing commercial but the fact is disclosed. 民法典 art. 491; requirements §3.2. */
export const contract = define({
  create: create({
    by: only('reaction'),
    to: 'drafted',
    links: (input) => input,
    reads: ['order', 'listing', 'product'],
    live: { order: 'order_not_live', listing: 'listing_not_live' },
    rests: ['listing'],
    belongs: ({ refs }) => ({ owner: refs.order.party ?? '', party: refs.order.owner, region: refs.order.region }),
    becomes: (c) => {
      const terms = termsOf(c);
      return {
        status: 'drafted',
        data: { terms, digest: digestOf(terms) },
        anchors: [
          { kind: 'listing', id: c.refs.listing.id },
          { kind: 'order', id: c.refs.order.id },
        ],
      };
    },
    publish: 'nothing',
  }),
  actions: {
    sign: action('sign', {
      from: ['drafted'],
      to: ['signed'],
      by: [seller, buyer],
      ifMatch: true,
      reads: ['order', 'listing'],
      live: { order: 'order_not_live', listing: 'listing_not_live' },
      rests: ['listing'],
      unless: (actor) => [{ value: venueStaffClaim(actor.id), or: 'venue_may_not_trade' }],
      guards: [signsThisText],
      becomes: ({ record, now }) => ({
        status: 'signed',
        data: { ...record.data, signedAt: now, until: termEnd(now, record.data.terms.licence.termDays) },
      }),
      publish: (r) => ({ id: r.id, signedAt: r.data.signedAt }),
      commits: sides,
    }),
    decline: action('decline', {
      from: ['drafted'],
      to: ['declined'],
      by: either(seller, buyer),
      becomes: ({ record, input }) => ({ status: 'declined', data: { ...record.data, reason: input.reason } }),
      publish: 'nothing',
    }),
    terminate: action('terminate', {
      from: ['signed'],
      to: ['terminated'],
      by: [seller, buyer],
      ifMatch: true,
      becomes: ({ record, input }) => ({ status: 'terminated', data: { ...record.data, reason: input.reason } }),
      publish: (r) => ({ id: r.id, status: r.status }),
      commits: (r) => ({ ...sides(r), reason: r.data.reason }),
    }),
    expire: action('expire', {
      from: ['signed'],
      to: ['expired'],
      by: system('clock'),
      becomes: ({ record }) => ({ status: 'expired', data: record.data }),
      publish: 'nothing',
    }),
  },
  sees: { roles: ['venue.reviewer', 'venue.lead', 'venue.cashier', 'authority.case', 'cyberspace.officer', 'auditor'] },
  view: (_actor, r) => ({ ...r.data, text: textOf(r.data.terms, r.data.digest) }),
  card: (r) => r.data.terms.title.zh,
  queue: {
    drafted: [
      { role: 'operator.signatory', of: 'owner' },
      { role: 'buyer.signatory', of: 'party' },
    ],
  },
  clocks: {
    term: { runs: ['signed'], due: (r) => (r.status === 'signed' ? { at: r.data.until } : undefined), takes: 'expire', own: true },
  },
  until: (next) => (next.status === 'signed' ? next.data.until : undefined),
});
