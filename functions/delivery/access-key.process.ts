import { AccessKey, blockOf } from '../../contracts/delivery.ts';
import { processOf, type Creating, type Verdict } from '../../shared/kernel/process.ts';
import { either, holder, ownerAs, role, system } from '../../shared/kernel/seats.ts';

const { create, action, define } = processOf(AccessKey);
const agent = ownerAs('buyer.agent');
const ends = either(agent, ownerAs('buyer.signatory'), role('venue.lead'), role('authority.lead'), role('cyberspace.officer'));

type K = typeof AccessKey;

/** A template of another product is not there for this contract. */
const ofItsProduct = ({ refs: { entitlement, template } }: Creating<K, 'entitlement' | 'template'>): Verdict =>
  template.data.product === entitlement.data.product ? undefined : { code: 'reference_not_found', about: { reference: 'template' } };
const withinRate = ({ input, rules }: Pick<Creating<K>, 'input' | 'rules'>): Verdict =>
  input.perMinute > rules.service.callsPerMinute ? { code: 'rate_over_bound', about: { most: rules.service.callsPerMinute } } : undefined;

/** The allowance that a contract opened. */
export const quotaOf = (entitlement: string): string => `queries#${entitlement}`;

/**
 * A key to a product as a service. It rests on the contract and the template, which every call asks again. Requirements §5: the buyer makes it;
 * whoever may stop a use of data may end it at once. It is moved by calls too, so nobody is asked which version they have read.
 */
export const accessKey = define({
  create: create({
    by: holder('buyer.agent'),
    to: 'active',
    links: ({ entitlement, template }) => ({ entitlement, template }),
    reads: ['entitlement', 'template'],
    own: ['entitlement'],
    live: { template: 'template_not_live' },
    rests: ['entitlement', 'template'],
    belongs: ({ refs }) => ({ region: refs.entitlement.region }),
    guards: [ofItsProduct, withinRate],
    becomes: ({ input, refs: { entitlement, template } }) => ({
      status: 'active',
      data: { ...input, product: entitlement.data.product, until: entitlement.data.until, block: 0 },
      anchors: [
        { kind: 'entitlement', id: entitlement.id },
        { kind: 'template', id: template.id },
      ],
    }),
    publish: 'nothing',
  }),
  actions: {
    // Once: what was shown is stored nowhere, so it cannot be shown again.
    drawToken: action('drawToken', {
      from: ['active'],
      to: ['active'],
      by: agent,
      guards: [({ record }) => (record.data.drawnAt === undefined ? undefined : 'token_drawn')],
      becomes: ({ record, now }) => ({ status: 'active', data: { ...record.data, drawnAt: now } }),
      publish: 'nothing',
    }),
    // The contract's own counter is asked once for a whole block.
    lease: action('lease', {
      from: ['active'],
      to: ['active'],
      by: system('worker'),
      guards: [({ record, input }) => (input.block === record.data.block + 1 ? undefined : 'already_exists')],
      becomes: ({ record, input }) => ({ status: 'active', data: { ...record.data, block: input.block } }),
      effects: ({ record, input }) => [
        { take: quotaOf(record.data.entitlement), amount: input.amount, or: 'quota_exhausted' },
        { allow: blockOf(record.id, input.block), amount: input.amount },
      ],
      publish: 'nothing',
    }),
    // Where a key has expired its contract has too, and there is nothing to give back to.
    giveBack: action('giveBack', {
      from: ['revoked'],
      to: ['revoked'],
      by: system('reaction'),
      becomes: ({ record }) => ({ status: 'revoked', data: record.data }),
      effects: ({ record, input }) => [
        { take: blockOf(record.id, input.block), amount: input.amount, or: 'quota_exhausted' },
        { take: quotaOf(record.data.entitlement), amount: -input.amount, or: 'quota_exhausted' },
      ],
      publish: 'nothing',
    }),
    revoke: action('revoke', {
      from: ['active'],
      to: ['revoked'],
      by: ends,
      becomes: ({ record, input }) => ({ status: 'revoked', data: { ...record.data, reason: input.reason } }),
      publish: 'nothing',
    }),
    expire: action('expire', {
      from: ['active'],
      to: ['expired'],
      by: system('clock'),
      becomes: ({ record }) => ({ status: 'expired', data: record.data }),
      publish: 'nothing',
    }),
  },
  sees: { roles: ['venue.reviewer', 'venue.lead', 'authority.case', 'authority.lead', 'cyberspace.officer', 'auditor'] },
  card: (r) => r.data.title,
  queue: {},
  clocks: { term: { runs: ['active'], due: (r) => ({ at: r.data.until }), takes: 'expire', own: true } },
  until: (next) => (next.status === 'active' ? next.data.until : undefined),
});
