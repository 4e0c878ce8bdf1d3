import { Sheet } from '../../contracts/assessment.ts';
import { processOf, type Person } from '../../shared/kernel/process.ts';
import { only, oneself, system } from '../../shared/kernel/seats.ts';
import { covers } from '../../shared/kernel/seats.ts';
import { hasNoInterest } from './rules.ts';

const { create, action, define } = processOf(Sheet);
const overseers = ['committee.secretary', 'authority.case', 'authority.lead', 'cyberspace.officer', 'auditor'] as const;
const oversees = (actor: Person, region: string): boolean => overseers.some((r) => actor.roles.includes(r)) && covers(actor.region, region);

/** Sealed and independent: until all are in, nobody but its expert reads a sheet. Requirements §4. */
export const sheet = define({
  create: create({
    by: only('reaction'),
    to: 'awaited',
    links: (input) => ({ scenario: input.scenario }),
    belongs: ({ input }) => ({ owner: `person:${input.expert}`, region: input.region }),
    becomes: ({ input: { region: _of, ...data } }) => ({ status: 'awaited', data }),
    publish: 'nothing',
  }),
  actions: {
    declare: action('declare', {
      from: ['awaited'],
      to: ['declared'],
      by: oneself,
      reads: ['scenario'],
      guards: [hasNoInterest],
      becomes: ({ record, now, refs: { scenario } }) => {
        const { purpose, users, prohibitedUses, safeguards, personalInformation } = scenario.data;
        return {
          status: 'declared',
          data: { ...record.data, declaredAt: now, file: { purpose, users, prohibitedUses, safeguards, personalInformation } },
        };
      },
      publish: 'nothing',
    }),
    recuse: action('recuse', {
      from: ['awaited', 'declared'],
      to: ['recused'],
      by: oneself,
      becomes: ({ record, input }) => {
        const { assessment, scenario, title, expert, round } = record.data;
        return { status: 'recused', data: { assessment, scenario, title, expert, round, reason: input.reason } };
      },
      publish: 'nothing',
    }),
    seal: action('seal', {
      from: ['declared'],
      to: ['sealed'],
      by: oneself,
      ifMatch: true,
      becomes: ({ record, input, now }) => ({ status: 'sealed', data: { ...record.data, sheet: input.sheet, sealedAt: now } }),
      publish: 'nothing',
    }),
    open: action('open', {
      from: ['sealed'],
      to: ['opened'],
      by: system('reaction'),
      becomes: ({ record }) => ({ status: 'opened', data: record.data }),
      publish: 'nothing',
    }),
    overdue: action('overdue', {
      from: ['awaited', 'declared'],
      to: ['awaited', 'declared'],
      by: system('clock'),
      becomes: ({ record }) =>
        record.status === 'awaited' ? { status: 'awaited', data: record.data } : { status: 'declared', data: record.data },
      publish: 'nothing',
    }),
  },
  sees: { roles: [], also: (actor, r) => oversees(actor, r.region) },
  view: (actor, r) => {
    const open = r.status === 'opened' || actor.type === 'system' || r.owner === `person:${actor.id}`;
    return open ? r.data : { assessment: r.data.assessment, title: r.data.title, round: r.data.round };
  },
  card: (r) => r.data.title,
  queue: { awaited: { role: 'expert', of: 'owner' }, declared: { role: 'expert', of: 'owner' } },
  clocks: {
    scoring: {
      runs: ['awaited', 'declared'],
      due: (r, { deadlines }) => ({ from: r.receivedAt, workingDays: deadlines.expertScoring }),
      takes: 'overdue',
    },
  },
});
