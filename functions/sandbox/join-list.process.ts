import type * as z from 'zod';
import { JoinList } from '../../contracts/join-list.ts';
import { processOf, type Ctx, type Verdict } from '../../shared/kernel/process.ts';
import { either, holder, ownerAs, role, system } from '../../shared/kernel/seats.ts';
import { explain, isRefusalCode } from './placing.ts';

const { create, action, define } = processOf(JoinList);
const agent = ownerAs('buyer.agent');
const worker = system('worker');

type L = typeof JoinList;
type Named = z.output<L['states']['named']>;
const bare = ({ entitlement, name, column, product }: Named): Named => ({ entitlement, name, column, product });

const isJoinable = ({ record, refs: { product } }: Ctx<L, 'named' | 'ready' | 'refused', 'submit', 'product'>): Verdict =>
  (product.data.rule.joinable ?? []).includes(record.data.column)
    ? undefined
    : { code: 'column_not_joinable', about: { column: record.data.column } };
/** A worker that is late speaks of an earlier attempt. */
const isOfThisAttempt = ({
  record,
  input,
}: {
  readonly record: { readonly data: { readonly attempt: number } };
  readonly input: { readonly attempt?: number | undefined };
}): Verdict => ((input.attempt ?? record.data.attempt) === record.data.attempt ? undefined : 'wrong_state');

/** The id of a contract's list by its name in questions: who asks finds it without a search. */
export const joinListOf = ({ entitlement, name }: { readonly entitlement: string; readonly name: string }): string =>
  `${entitlement}.${name}`;

/**
 * A list is put up again as often as its buyer likes; each time is a version, which is compared with all before it, costs a query of the contract
 * whatever comes of it, and is refused without a reason that depends on the data. sandbox.md, "Versioned join lists"; 实施规范 art. 16.
 */
export const joinList = define({
  create: create({
    by: holder('buyer.agent'),
    to: 'named',
    id: joinListOf,
    links: ({ entitlement }) => ({ entitlement }),
    reads: ['entitlement'],
    own: ['entitlement'],
    rests: ['entitlement'],
    belongs: ({ refs }) => ({ region: refs.entitlement.region }),
    becomes: ({ input, refs: { entitlement } }) => ({
      status: 'named',
      data: { ...input, product: entitlement.data.product },
      links: { product: entitlement.data.product },
      anchors: [{ kind: 'entitlement', id: entitlement.id }],
    }),
    publish: 'nothing',
  }),
  actions: {
    submit: action('submit', {
      from: ['named', 'ready', 'refused'],
      to: ['checking'],
      by: agent,
      reads: ['entitlement', 'product'],
      rests: ['entitlement'],
      guards: [isJoinable],
      becomes: ({ record: { data } }) => ({
        status: 'checking',
        data: { ...bare(data), attempt: 'attempt' in data ? data.attempt + 1 : 1 },
      }),
      effects: ({ record }) => [{ take: `queries#${record.data.entitlement}`, amount: 1, or: 'quota_exhausted' }],
      publish: 'nothing',
    }),
    admit: action('admit', {
      from: ['checking'],
      to: ['ready'],
      by: worker,
      reads: ['entitlement'],
      rests: ['entitlement'],
      guards: [isOfThisAttempt],
      becomes: ({ record, input }) => ({ status: 'ready', data: { ...record.data, ...input } }),
      publish: 'nothing',
    }),
    refuse: action('refuse', {
      from: ['checking'],
      to: ['refused'],
      by: worker,
      guards: [isOfThisAttempt],
      becomes: ({ record, input: { code, line } }) => ({
        status: 'refused',
        data: { ...record.data, code, ...(line === undefined ? {} : { line }) },
      }),
      publish: 'nothing',
    }),
    retire: action('retire', {
      from: ['named', 'ready', 'refused'],
      to: ['retired'],
      by: either(agent, ownerAs('buyer.signatory'), role('venue.lead'), role('authority.lead'), role('cyberspace.officer')),
      ifMatch: true,
      becomes: ({ record, input }) => ({ status: 'retired', data: { ...bare(record.data), reason: input.reason } }),
      publish: 'nothing',
    }),
  },
  sees: { roles: ['venue.lead', 'authority.lead', 'cyberspace.officer', 'auditor'] },
  // What it was matched with is the sandbox's own affair, and its number tells how many others have brought lists.
  view: (actor, r) => {
    const { object: _where, version: _turn, ...data } = { object: undefined, version: undefined, ...r.data };
    if (actor.type === 'system' || actor.roles.includes('auditor')) return r.data;
    return { ...data, ...('code' in data && isRefusalCode(data.code) ? explain(data.code, null) : {}) };
  },
  card: (r) => r.data.name,
  queue: {},
  clocks: {},
});
