import { Erasure } from '../../contracts/erasure.ts';
import type { Refusal } from '../../contracts/refusals.ts';
import { processOf, type Creating, type Seen } from '../../shared/kernel/process.ts';
import { anyone, covers, names, role, system } from '../../shared/kernel/seats.ts';

const { create, action, define } = processOf(Erasure);
const lead = role('authority.lead');
const reaction = system('reaction');

type Subject = keyof typeof Erasure.refs;
const subjects = Object.keys(Erasure.refs) as Subject[];
type Asking = Creating<typeof Erasure, Subject>;
/** `<kind>.<record>.<n>` */
const eventOf = (event: string): { readonly kind: string; readonly record: string } => ({
  kind: event.slice(0, event.indexOf('.')),
  record: event.slice(event.indexOf('.') + 1, event.lastIndexOf('.')),
});
const subjectOf = ({ input, refs }: Asking): Seen | undefined => refs[eventOf(input.event).kind as Subject]?.[0];

/** For all others the record is not there: whoever acted on it, either side of it, and a case officer of its region may ask. */
const concernsActor = (c: Asking): Refusal | undefined => {
  const { actor } = c;
  const record = subjectOf(c);
  if (record === undefined || actor.type !== 'person') return 'reference_not_found';
  const own = names(actor);
  const mayAsk =
    own.includes(record.owner) ||
    (record.party !== undefined && own.includes(record.party)) ||
    Object.values(record.did).some((persons) => persons.includes(actor.id)) ||
    (actor.roles.includes('authority.case') && covers(actor.region, record.region));
  return mayAsk ? undefined : 'reference_not_found';
};

/** Who decided for the public, in whichever seat: requirements §5. A seat that others may hold too is kept as well. */
const deciding = /[:|](?:authority|granting|cyberspace|police|security|committee|expert)\b/;
/** Names of those who decided are kept as long as their decisions (PIPL arts. 13(3), 47: a duty by law). */
const lawAllows = ({ input: { sealedField } }: Asking): Refusal | undefined =>
  deciding.test(sealedField) || sealedField === 'panel' ? 'kept_by_law' : undefined;

/** What a sealed field was is forgotten; that it stood in the ledger, and that it was erased, is not. PIPL art. 47; requirements §5, destruction. */
export const erasure = define({
  create: create({
    by: anyone,
    to: 'requested',
    links: ({ event }) => ({ [eventOf(event).kind]: [eventOf(event).record] }),
    reads: subjects,
    belongs: (c) => ({
      region: subjectOf(c)?.region ?? '',
      ...(c.actor.type === 'person' && c.actor.org === '' ? { owner: `person:${c.actor.id}` } : {}),
    }),
    guards: [concernsActor, lawAllows],
    becomes: ({ input }) => ({ status: 'requested', data: input }),
    publish: 'nothing',
  }),
  actions: {
    approve: action('approve', {
      from: ['requested'],
      to: ['approved'],
      by: lead,
      notBy: ['create'],
      ifMatch: true,
      becomes: ({ record }) => ({ status: 'approved', data: record.data }),
      publish: 'nothing',
    }),
    reject: action('reject', {
      from: ['requested'],
      to: ['rejected'],
      by: lead,
      notBy: ['create'],
      ifMatch: true,
      becomes: ({ record, input }) => ({ status: 'rejected', data: { ...record.data, reasons: input.reasons } }),
      publish: 'nothing',
    }),
    erase: action('erase', {
      from: ['approved'],
      to: ['erased'],
      by: reaction,
      becomes: ({ record, now }) => ({ status: 'erased', data: { ...record.data, erasedAt: now } }),
      publish: ({ data }) => ({ event: data.event, field: data.sealedField, ground: data.ground }),
      commits: ({ did }) => ({ 'by:authority.lead': did['approve']?.at(-1) ?? '' }),
    }),
    fail: action('fail', {
      from: ['approved'],
      to: ['failed'],
      by: reaction,
      becomes: ({ record }) => ({ status: 'failed', data: record.data }),
      publish: 'nothing',
    }),
  },
  sees: { roles: ['authority.case', 'authority.lead', 'auditor'] },
  card: (r) => r.data.event,
  queue: { requested: { role: 'authority.lead', of: 'region' } },
  clocks: {},
});
