import { Calendar } from '../../contracts/rulebase.ts';
import { processOf } from '../../shared/kernel/process.ts';
import { holder, role } from '../../shared/kernel/seats.ts';

const { create, action, define } = processOf(Calendar);

/** Landing a calendar takes two persons of the authority: requirements §5, calendar and rule-version change. */
export const calendar = define({
  create: create({
    by: holder('authority.case'),
    to: 'proposed',
    id: (input) => String(input.calendar.year),
    links: () => ({}),
    belongs: () => ({ region: '3212' }), // one calendar for all bodies of the city
    becomes: ({ input }) => ({ status: 'proposed', data: input }),
    publish: 'nothing',
  }),
  actions: {
    adopt: action('adopt', {
      from: ['proposed'],
      to: ['adopted'],
      by: role('authority.lead'),
      notBy: ['create', 'renew'],
      ifMatch: true,
      becomes: ({ record }) => ({ status: 'adopted', data: record.data }),
      publish: (r) => ({ calendar: r.data.calendar }),
    }),
    drop: action('drop', {
      from: ['proposed'],
      to: ['dropped'],
      by: role('authority.lead'),
      becomes: ({ record, input }) => ({ status: 'dropped', data: { ...record.data, reason: input.reason } }),
      publish: 'nothing',
    }),
    renew: action('renew', {
      from: ['dropped'],
      to: ['proposed'],
      by: role('authority.case'),
      guards: [({ record, input }) => (record.id === String(input.calendar.year) ? undefined : 'calendar_exists')],
      becomes: ({ input }) => ({ status: 'proposed', data: input }),
      publish: 'nothing',
    }),
  },
  sees: { roles: ['authority.case', 'authority.lead', 'auditor', 'sre'], public: ['adopted'] },
  card: (r) => String(r.data.calendar.year),
  queue: { proposed: { role: 'authority.lead', of: 'region' } },
  clocks: {},
});
