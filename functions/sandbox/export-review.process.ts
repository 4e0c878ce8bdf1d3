import { ExportReview, type ReviewSeat } from '../../contracts/export.ts';
import { processOf, type Person, type Seat, type Stored } from '../../shared/kernel/process.ts';
import { covers, either, only, ownerAs, role, system } from '../../shared/kernel/seats.ts';

const { create, action, define } = processOf(ExportReview);
const overseers = ['authority.case', 'authority.lead', 'cyberspace.officer', 'auditor'] as const;
const oversees = (actor: Person, region: string): boolean => overseers.some((r) => actor.roles.includes(r)) && covers(actor.region, region);

const seats: Readonly<Record<ReviewSeat, Seat>> = {
  CASE: role('authority.case'),
  LEAD: role('authority.lead'),
  SOURCE: ownerAs('source.cdo'),
};
type Data = { readonly seat: ReviewSeat; readonly operator: string; readonly buyer: string };
/** Whoever fits the seat of this opinion, and is of neither side of the contract. */
const reviewer: Seat = {
  label: either(seats.CASE, seats.LEAD, seats.SOURCE).label,
  person: (actor: Person, record: Stored) => {
    const { seat, operator, buyer } = record.data as unknown as Data;
    const place = seats[seat];
    return actor.org !== operator && actor.org !== buyer && 'person' in place && place.person(actor, record);
  },
};

/** Sealed and independent: until all are in, nobody but its author reads an opinion. sandbox.md, "Export review". */
export const exportReview = define({
  create: create({
    by: only('reaction'),
    to: 'pending',
    links: (input) => ({ request: input.request }),
    belongs: ({ input: { institution, region } }) => ({ owner: institution ?? '', region }),
    becomes: ({ input: { region: _of, institution: _owner, ...data } }) => ({ status: 'pending', data }),
    publish: 'nothing',
  }),
  actions: {
    seal: action('seal', {
      from: ['pending'],
      to: ['sealed'],
      by: reviewer,
      reads: ['request'],
      notBy: [
        ['request', 'create'],
        ['request', 'submit'],
      ],
      ifMatch: true,
      becomes: ({ record, input, now }) => ({ status: 'sealed', data: { ...record.data, ...input, sealedAt: now } }),
      publish: 'nothing',
    }),
    open: action('open', {
      from: ['sealed'],
      to: ['opened'],
      by: system('reaction'),
      becomes: ({ record }) => ({ status: 'opened', data: record.data }),
      publish: 'nothing',
    }),
    drop: action('drop', {
      from: ['pending', 'sealed'],
      to: ['dropped'],
      by: system('reaction'),
      becomes: ({ record: { data } }) => {
        const { request, title, seat, operator, buyer } = data;
        return { status: 'dropped', data: { request, title, seat, operator, buyer } };
      },
      publish: 'nothing',
    }),
  },
  sees: { roles: [], also: (actor, r) => oversees(actor, r.region) },
  view: (actor, r) => {
    const isAuthor = actor.type === 'person' && (r.did['seal']?.includes(actor.id) ?? false);
    if (r.status === 'opened' || actor.type === 'system' || isAuthor) return r.data;
    const { request, title, seat } = r.data;
    return { request, title, seat };
  },
  card: (r) => r.data.title,
  queue: { pending: { role: 'source.cdo', of: 'owner' } },
  clocks: {},
  // The same person does not judge a file from two seats, whoever asks at once.
  claims: (r) => (r.did['seal'] ?? []).map((person) => ({ value: `export-review#${r.data.request}#${person}`, or: 'own_work' })),
});
