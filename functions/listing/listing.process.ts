import { Listing } from '../../contracts/listing.ts';
import { beforeTradeOf } from '../../contracts/report.ts';
import { canonical } from '../../shared/kernel/canonical.ts';
import { digest } from '../../shared/kernel/digest.ts';
import { resumedByItsSide, stopperOf } from '../../shared/kernel/halts.ts';
import { processOf } from '../../shared/kernel/process.ts';
import { either, holder, ownerAs, role, system } from '../../shared/kernel/seats.ts';
import { withinCeiling } from './rules.ts';

const { create, action, define } = processOf(Listing);
const agent = ownerAs('operator.agent');
const reviewer = role('venue.reviewer');
const lead = role('venue.lead');

type Offered = {
  id: string;
  region: string;
  status: string;
  owner: string;
  data: { product: string; title: object; summary: string; priceFen: number; callPriceFen?: number | undefined };
};
const callPriceOf = ({ callPriceFen }: { readonly callPriceFen?: number | undefined }) =>
  callPriceFen === undefined ? {} : { callPriceFen };
/** The offer, with its actual price: disclosure before trade (Measures art. 21; disclosure notice of the NDA of 2026-02-10). */
const offered = ({ id, region, status, owner, data }: Offered) => ({
  id,
  region,
  status,
  operator: owner,
  product: data.product,
  title: data.title,
  summary: data.summary,
  priceFen: data.priceFen,
  ...callPriceOf(data),
});

/** An offer on the venue: reviewed by two of its staff, neither of the operator. Measures art. 21; requirements §3.2. */
export const listing = define({
  create: create({
    by: holder('operator.agent'),
    to: 'draft',
    links: (input) => ({ product: input.product }),
    reads: ['product'],
    own: ['product'],
    live: { product: 'product_not_live' },
    belongs: ({ refs }) => ({ region: refs.product.region }),
    guards: [(c) => withinCeiling(c.input, c)],
    becomes: ({ input, refs: { product } }) => ({
      status: 'draft',
      data: { ...input, title: product.data.title, summary: product.data.summary, licence: product.data.licence },
      anchors: [{ kind: 'product', id: product.id }],
    }),
    publish: 'nothing',
  }),
  actions: {
    reprice: action('reprice', {
      from: ['draft'],
      to: ['draft'],
      by: agent,
      reads: ['product'],
      live: { product: 'product_not_live' },
      guards: [(c) => withinCeiling(c.input, c)],
      becomes: ({ record, input }) => {
        const { callPriceFen: _past, ...data } = record.data;
        return { status: 'draft', data: { ...data, ...input } };
      },
      publish: 'nothing',
    }),
    submit: action('submit', {
      from: ['draft'],
      to: ['reviewing'],
      by: agent,
      reads: ['product'],
      live: { product: 'product_not_live' },
      guards: [(c) => withinCeiling(c.record.data, c)],
      becomes: ({ record, now }) => {
        const { reason: _past, ...data } = record.data;
        return { status: 'reviewing', data: { ...data, filedAt: now }, links: { report: beforeTradeOf(record.id) } };
      },
      publish: 'nothing',
    }),
    approve: action('approve', {
      from: ['reviewing'],
      to: ['listed'],
      by: [reviewer, lead],
      notBy: ['create', 'reprice', 'submit', ['product', 'create'], ['product', 'edit'], ['product', 'submit']],
      ifMatch: true,
      reads: ['product', 'report'],
      // Nothing is offered before what buyers must know is public: requirements §3.2 (P), for the rules of Measures art. 21.
      live: { product: 'product_not_live', report: 'disclosure_not_live' },
      rests: ['product'],
      pins: ['product'],
      guards: [(c) => withinCeiling(c.record.data, c)],
      becomes: ({ record, now }) => {
        const { filedAt: _reviewed, ...data } = record.data;
        return { status: 'listed', data: { ...data, listedAt: now } };
      },
      publish: offered,
      commits: (r) => ({ legality: r.data.legality, licence: digest(canonical(r.data.licence)) }),
    }),
    reject: action('reject', {
      from: ['reviewing'],
      to: ['draft'],
      by: either(reviewer, lead),
      notBy: ['create', 'reprice', 'submit'],
      ifMatch: true,
      becomes: ({ record, input }) => {
        const { filedAt: _reviewed, ...data } = record.data;
        return { status: 'draft', data: { ...data, reason: input.reason } };
      },
      publish: 'nothing',
    }),
    suspend: action('suspend', {
      from: ['listed'],
      to: ['suspended'],
      by: either(lead, role('authority.lead'), role('cyberspace.officer')),
      ifMatch: true,
      becomes: ({ record, input, actor }) => ({
        status: 'suspended',
        data: { ...record.data, reason: input.reason, stoppedBy: stopperOf(actor) },
      }),
      publish: offered,
      commits: (r) => ({ reason: r.data.reason }),
    }),
    resume: action('resume', {
      from: ['suspended'],
      to: ['listed'],
      by: [either(reviewer, role('authority.case')), either(lead, role('authority.lead'))],
      ifMatch: true,
      reads: ['product'],
      live: { product: 'product_not_live' },
      rests: ['product'],
      guards: [resumedByItsSide],
      becomes: ({ record }) => {
        const { reason: _ended, stoppedBy: _by, ...data } = record.data;
        return { status: 'listed', data };
      },
      publish: offered,
    }),
    // What was never public leaves no trace in public.
    withdraw: action('withdraw', {
      from: ['draft'],
      to: ['withdrawn'],
      by: agent,
      becomes: ({ record, input }) => ({ status: 'withdrawn', data: { ...record.data, reason: input.reason } }),
      publish: 'nothing',
    }),
    delist: action('delist', {
      from: ['listed', 'suspended'],
      to: ['delisted'],
      by: [agent, lead], // neither ends alone what buyers have paid for
      ifMatch: true,
      becomes: ({ record: { data }, input }) => {
        const { product, title, summary, priceFen, licence, legality, contact } = data;
        const offer = { product, title, summary, priceFen, ...callPriceOf(data), licence, legality, contact };
        return { status: 'delisted', data: { ...offer, reason: input.reason } };
      },
      publish: offered,
      commits: (r) => ({ reason: r.data.reason }),
    }),
    overdue: action('overdue', {
      from: ['reviewing'],
      to: ['reviewing'],
      by: system('clock'),
      becomes: ({ record }) => ({ status: 'reviewing', data: record.data }),
      publish: (r) => ({ id: r.id, overdue: 'listingReview' }),
    }),
  },
  sees: {
    roles: ['venue.reviewer', 'venue.lead', 'authority.case', 'authority.lead', 'cyberspace.officer', 'auditor', 'thirdparty.assessor'],
    public: ['listed', 'suspended', 'delisted'],
  },
  card: (r) => r.data.title.zh,
  queue: {
    reviewing: [
      { role: 'venue.reviewer', of: 'region' },
      { role: 'venue.lead', of: 'region' },
    ],
    suspended: [
      { role: 'venue.lead', of: 'region' },
      { role: 'authority.lead', of: 'region' },
    ],
  },
  clocks: {
    review: {
      runs: ['reviewing'],
      due: (r, { deadlines }) => (r.status === 'reviewing' ? { from: r.data.filedAt, workingDays: deadlines.listingReview } : undefined),
      takes: 'overdue',
    },
  },
  claims: (r) =>
    r.status === 'listed' || r.status === 'suspended' || r.status === 'reviewing'
      ? [{ value: `listing#${r.data.product}`, or: 'listing_exists' }]
      : [],
});
