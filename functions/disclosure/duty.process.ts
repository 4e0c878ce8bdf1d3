import { DisclosureDuty } from '../../contracts/duty.ts';
import { DisclosureRecord } from '../../contracts/report.ts';
import { shanghaiDate } from '../../shared/kernel/calendar.ts';
import { processOf, type Effect, type Seat, type Stored } from '../../shared/kernel/process.ts';
import { covers, either, only, ownerAs, system } from '../../shared/kernel/seats.ts';
import {
  allEnded,
  dutyOf,
  ended,
  hasHappened,
  idOf,
  nextQuarterEnd,
  nextYearEnd,
  begun,
  owesQuarter,
  quarterEnd,
  quarterTo,
  standingAfter,
  yearEnd,
  yearTo,
  type Begun,
} from './rules.ts';

const { create, action, define } = processOf(DisclosureDuty);
const spawned = (input: Begun): Effect => ({ spawn: DisclosureRecord, id: idOf(input), input });

/** A case officer of any region in which the organisation works. */
const caseOfficer: Seat = {
  label: 'authority.case',
  person: (actor, r) =>
    actor.roles.includes('authority.case') &&
    (r as unknown as Stored<typeof DisclosureDuty>).data.agreements.some(({ region }) => covers(actor.region, region)),
};

/** That an organisation must disclose is public itself. */
const registered = ({ id, status, data }: { id: string; status: string; data: { organisation: string; role: string } }) => ({
  id,
  status,
  organisation: data.organisation,
  role: data.role,
});

/**
 * The schedule of what an operator, or whoever organises its agreements, must disclose: it opens each quarter's and each year's disclosure when
 * the period is over, and the last year's after the last agreement has ended. 实施规范 arts. 18-19; NDA notice of 2026-02-10; requirements §3.2.
 */
export const duty = define({
  create: create({
    by: only('reaction'),
    to: 'active',
    id: (input) => dutyOf(input.organisation),
    links: () => ({}),
    // An organisation may have agreements in several districts: its schedule is the city's.
    belongs: ({ input }) => ({ owner: input.organisation, region: input.agreement.region.slice(0, 4) }),
    becomes: ({ input: { organisation, role: as, agreement }, now }) => ({
      status: 'active',
      data: {
        organisation,
        role: as,
        agreements: [agreement],
        quarterEnd: quarterEnd(shanghaiDate(now)),
        yearEnd: yearEnd(shanghaiDate(now)),
      },
    }),
    publish: registered,
  }),
  actions: {
    join: action('join', {
      from: ['active', 'closing', 'ended'],
      to: ['active'],
      by: system('reaction'),
      guards: [({ record, input }) => (record.data.agreements.some(({ id }) => id === input.agreement.id) ? 'already_exists' : undefined)],
      becomes: ({ record, input, now }) => {
        const { lastDay: _past, agreements, ...data } = record.data;
        const today = shanghaiDate(now);
        // While nothing was owed no period was opened: they begin anew with today's.
        const periods = record.status === 'ended' ? { quarterEnd: quarterEnd(today), yearEnd: yearEnd(today) } : {};
        return { status: 'active', data: { ...data, ...periods, agreements: [...agreements, input.agreement] } };
      },
      publish: registered,
    }),
    leave: action('leave', {
      from: ['active', 'closing'],
      to: ['active', 'closing'],
      by: system('reaction'),
      becomes: ({ record, input }) => {
        const agreements = ended(record.data.agreements, input.agreement, input.lastDay);
        return allEnded(agreements)
          ? { status: 'closing', data: { ...record.data, agreements, lastDay: input.lastDay } }
          : { status: 'active', data: { ...record.data, agreements } };
      },
      publish: registered,
    }),
    openQuarter: action('openQuarter', {
      from: ['active', 'closing'],
      to: ['active', 'closing'],
      by: system('clock'),
      becomes: ({ record: { status, data } }) => ({ status, data: { ...data, quarterEnd: nextQuarterEnd(data.quarterEnd) } }),
      effects: ({ record: { data }, now }) => [
        spawned(
          begun(data, {
            matter: `quarterly:${data.organisation}:${data.quarterEnd}`,
            type: 'QUARTERLY',
            period: quarterTo(data.quarterEnd),
            occurredAt: now,
          }),
        ),
      ],
      publish: 'nothing',
    }),
    openYear: action('openYear', {
      from: ['active', 'closing'],
      to: ['active', 'closing'],
      by: system('clock'),
      becomes: ({ record: { status, data } }) => ({
        status,
        data: { ...data, agreements: standingAfter(data.agreements, data.yearEnd), yearEnd: nextYearEnd(data.yearEnd) },
      }),
      effects: ({ record: { data }, now }) => [
        spawned(
          begun(data, {
            matter: `annual:${data.organisation}:${data.yearEnd.slice(0, 4)}`,
            type: 'ANNUAL',
            period: yearTo(data.yearEnd),
            occurredAt: now,
          }),
        ),
      ],
      publish: 'nothing',
    }),
    openAdHoc: action('openAdHoc', {
      from: ['active'],
      to: ['active'],
      by: either(ownerAs('operator.agent'), ownerAs('implementing.officer'), caseOfficer),
      guards: [hasHappened],
      becomes: ({ record }) => ({ status: 'active', data: record.data }),
      effects: ({ record: { data }, input, eventId }) => {
        const day = shanghaiDate(input.occurredAt);
        return [spawned(begun(data, { matter: `ad-hoc:${eventId}`, type: 'AD_HOC', period: { from: day, to: day }, ...input }))];
      },
      publish: 'nothing',
    }),
    finish: action('finish', {
      from: ['closing'],
      to: ['closing', 'ended'],
      by: system('reaction'),
      // An agreement that ended after the year that was told is of a year that is not told yet.
      becomes: ({ record: { data } }) => ({ status: data.agreements.length > 0 ? 'closing' : 'ended', data }),
      publish: (r) => (r.status === 'ended' ? registered(r) : undefined),
    }),
  },
  sees: { roles: ['venue.reviewer', 'venue.lead', 'authority.case', 'authority.lead', 'auditor'], public: ['active', 'closing', 'ended'] },
  card: (r) => r.data.organisation,
  queue: {},
  clocks: {
    quarter: {
      runs: ['active', 'closing'],
      due: (r) => (owesQuarter(r) ? { date: r.data.quarterEnd } : undefined),
      takes: 'openQuarter',
    },
    // The last quarter of a year comes before the year: with that, a schedule may end.
    year: {
      runs: ['active', 'closing'],
      due: (r) => (owesQuarter(r) && r.data.quarterEnd <= r.data.yearEnd ? undefined : { date: r.data.yearEnd }),
      takes: 'openYear',
    },
  },
});
