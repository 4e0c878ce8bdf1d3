import { Template } from '../../contracts/template.ts';
import { canonical } from '../../shared/kernel/canonical.ts';
import { digest } from '../../shared/kernel/digest.ts';
import { processOf } from '../../shared/kernel/process.ts';
import { holder, ownerAs, role, system } from '../../shared/kernel/seats.ts';
import { templateFault } from './template-text.ts';

const { create, action, define } = processOf(Template);
const agent = ownerAs('operator.agent');
const lead = role('authority.lead');
const caseOfficer = role('authority.case');

type Reviewed = { readonly id: string; readonly status: string; readonly data: { readonly product: string; readonly title: object } };
const registered = ({ id, status, data: { product, title } }: Reviewed) => ({ id, status, product, title });

/** What may be asked of a product in which words is reviewed as its rule is. 实施规范 arts. 6, 16; Measures art. 19. */
export const template = define({
  create: create({
    by: holder('operator.agent'),
    to: 'draft',
    links: (input) => ({ product: input.product }),
    reads: ['product'],
    own: ['product'],
    live: { product: 'product_not_live' },
    belongs: ({ refs }) => ({ region: refs.product.region }),
    guards: [templateFault],
    becomes: ({ input, refs }) => ({ status: 'draft', data: input, anchors: [{ kind: 'product', id: refs.product.id }] }),
    publish: 'nothing',
  }),
  actions: {
    edit: action('edit', {
      from: ['draft'],
      to: ['draft'],
      by: agent,
      guards: [templateFault],
      becomes: ({ record, input }) => ({ status: 'draft', data: { ...input, product: record.data.product } }),
      publish: 'nothing',
    }),
    submit: action('submit', {
      from: ['draft'],
      to: ['submitted'],
      by: agent,
      reads: ['product'],
      live: { product: 'product_not_live' },
      rests: ['product'],
      becomes: ({ record }) => {
        const { reason: _past, ...data } = record.data;
        return { status: 'submitted', data };
      },
      publish: 'nothing',
    }),
    return: action('return', {
      from: ['submitted'],
      to: ['draft'],
      by: caseOfficer,
      becomes: ({ record, input }) => ({ status: 'draft', data: { ...record.data, reason: input.reason } }),
      publish: 'nothing',
    }),
    approve: action('approve', {
      from: ['submitted'],
      to: ['approved'],
      by: [caseOfficer, lead],
      notBy: ['create', 'edit', 'submit'],
      ifMatch: true,
      reads: ['product'],
      live: { product: 'product_not_live' },
      rests: ['product'],
      becomes: ({ record }) => ({ status: 'approved', data: record.data }),
      publish: registered,
      commits: ({ data: { sql, parameters } }) => ({ text: digest(canonical({ sql, parameters })) }),
    }),
    retire: action('retire', {
      from: ['draft', 'approved'],
      to: ['retired'],
      by: [agent, caseOfficer], // an operator does not end alone what buyers rely on
      ifMatch: true,
      becomes: ({ record, input }) => ({ status: 'retired', data: { ...record.data, reason: input.reason } }),
      publish: (r) => (r.did['approve'] ? { id: r.id, status: r.status } : undefined),
      commits: (r) => ({ reason: r.data.reason }),
    }),
    overdue: action('overdue', {
      from: ['submitted'],
      to: ['submitted'],
      by: system('clock'),
      becomes: ({ record }) => ({ status: 'submitted', data: record.data }),
      publish: (r) => ({ id: r.id, overdue: 'review' }),
    }),
  },
  sees: { roles: ['authority.case', 'authority.lead', 'auditor'], public: ['approved'] },
  card: (r) => r.data.title.zh,
  queue: {
    submitted: [
      { role: 'authority.case', of: 'region' },
      { role: 'authority.lead', of: 'region' },
    ],
  },
  clocks: {
    review: { runs: ['submitted'], due: (r, { deadlines }) => ({ from: r.since, workingDays: deadlines.listingReview }), takes: 'overdue' },
  },
});
