import { Query } from '../../contracts/query.ts';
import { processOf } from '../../shared/kernel/process.ts';
import { holder, ownerAs, system } from '../../shared/kernel/seats.ts';
import { affordable, payments } from './budget.ts';
import { explain, isRefusalCode, placeAt } from './placing.ts';
import { byItsKey, question, questionFault, quotaOf } from './question.ts';

const { create, action, define } = processOf(Query);
const worker = system('worker');

/** A refusal in both languages, with the place in the text where there is one. */
const explained = ({ code, at, sql }: { readonly code: string; readonly at?: number | undefined; readonly sql: string }) =>
  isRefusalCode(code) ? explain(code, at === undefined ? null : placeAt(sql, at)) : {};

const asService = <S>({ service }: { readonly service?: S | undefined }) => (service ? { service } : {});

/** The chain is asked when a query is admitted, when its result is released, and whenever the stored result is read. DESIGN §5. */
export const query = define({
  create: create({
    by: holder('buyer.agent'),
    to: 'admitted',
    // A request of the data service is one question, whoever sends it how often.
    id: ({ service }) => service && `${service.accessKey}.${service.requestId}`,
    links: ({ entitlement, template, service }) => ({
      entitlement,
      template: template === undefined ? [] : [template],
      accessKey: service === undefined ? [] : [service.accessKey],
    }),
    reads: ['entitlement', 'template', 'accessKey'],
    own: ['entitlement', 'accessKey'],
    live: { template: 'template_not_live', accessKey: 'access_key_not_live' },
    rests: ['entitlement', 'template'],
    belongs: ({ refs }) => ({ region: refs.entitlement.region }),
    guards: [byItsKey, questionFault],
    becomes: (c) => ({
      status: 'admitted',
      data: {
        ...question(c),
        ...asService(c.input),
        entitlement: c.input.entitlement,
        product: c.refs.entitlement.data.product,
        askedAt: c.now,
      },
      anchors: [{ kind: 'entitlement', id: c.refs.entitlement.id }],
    }),
    effects: (c) => [{ take: quotaOf(c), amount: 1, or: 'quota_exhausted' }],
    publish: 'nothing',
  }),
  actions: {
    // Before anything is run, and never given back: what fails tells something too.
    charge: action('charge', {
      from: ['admitted'],
      to: ['admitted'],
      by: worker,
      guards: [({ input }) => (affordable(input.accounts, input.cost) ? undefined : 'budget_exhausted')],
      becomes: ({ record, input }) => ({ status: 'admitted', data: { ...record.data, charged: input.cost } }),
      effects: ({ input }) => payments(input.accounts, input.cost, 'budget_exhausted'),
      publish: 'nothing',
    }),
    release: action('release', {
      from: ['admitted'],
      to: ['released'],
      by: worker,
      reads: ['entitlement'],
      rests: ['entitlement'],
      becomes: ({ record, input, now }) => ({ status: 'released', data: { ...record.data, ...input, releasedAt: now } }),
      publish: 'nothing',
    }),
    refuse: action('refuse', {
      from: ['admitted'],
      to: ['refused'],
      by: worker,
      becomes: ({ record, input }) => ({ status: 'refused', data: { ...record.data, ...input } }),
      publish: 'nothing',
    }),
    withhold: action('withhold', {
      from: ['admitted'],
      to: ['withheld'],
      by: worker,
      becomes: ({ record, input }) => ({ status: 'withheld', data: { ...record.data, link: input.link } }),
      publish: 'nothing',
    }),
    cancel: action('cancel', {
      from: ['admitted'],
      to: ['cancelled'],
      by: ownerAs('buyer.agent'),
      becomes: ({ record }) => ({ status: 'cancelled', data: record.data }),
      publish: 'nothing',
    }),
  },
  sees: { roles: ['auditor'] },
  // How many stood before tells what others asked.
  view: (actor, r) => {
    const { effort, ...data } = { effort: undefined, ...r.data };
    const audits = actor.type === 'system' || actor.roles.includes('auditor');
    return { ...data, ...(audits && effort ? { effort } : {}), ...(r.status === 'refused' ? explained(r.data) : {}) };
  },
  card: (r) => r.data.sql.slice(0, 80),
  queue: {},
  clocks: {},
});
