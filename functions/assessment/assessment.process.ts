import { Assessment, Sheet } from '../../contracts/assessment.ts';
import type { Outcome } from '../../contracts/rubric.ts';
import { canonical } from '../../shared/kernel/canonical.ts';
import { digest } from '../../shared/kernel/digest.ts';
import { processOf } from '../../shared/kernel/process.ts';
import { only, role, system } from '../../shared/kernel/seats.ts';
import { derivedSheets } from './panel.ts';
import { outcome, tally } from './rubric.ts';
import {
  followsOrReasons,
  noVetoStands,
  panelCoversFields,
  panelIsBalanced,
  panelIsIndependent,
  panelIsOdd,
  scoreSheets,
  sheetsAreIn,
} from './rules.ts';

const { create, action, define } = processOf(Assessment);
const lead = role('authority.lead');
const deciders = [role('cyberspace.officer'), lead];

type Decided = {
  id: string;
  region: string;
  data: {
    scenario: string;
    title: string;
    operator: string;
    outcome: Outcome;
    reasons?: string | undefined;
    advised: Outcome;
    panel: readonly { person: string }[];
    conditions: readonly object[];
    floor?: object | undefined;
    tally: { compliance: number; security: number };
  };
};
/** The outcome and its scores, never names: requirements §4; Measures art. 19. */
const published = ({ id, region, data }: Decided) => ({
  id,
  region,
  scenario: data.scenario,
  title: data.title,
  operator: data.operator,
  outcome: data.outcome,
  compliance: data.tally.compliance,
  security: data.tally.security,
});
/** What the committee was, what it advised, and what the deciders made of it, for whoever oversees them. */
const sealed = ({ data: { advised, panel, conditions, reasons, floor } }: Decided) => ({
  advised,
  panel: panel.map(({ person }) => person),
  conditions: digest(canonical(conditions)),
  ...(reasons === undefined ? {} : { reasons }),
  ...(floor === undefined ? {} : { floor: digest(canonical(floor)) }),
});
/** Nobody decides what they have filed, whose panel they have chosen, or what they have scored: requirements §5, hard rule (1). */
const earlierHands = ['proposePanel', ['scenario', 'create'], ['scenario', 'edit'], ['scenario', 'file'], ['sheets', 'seal']] as const;
const deciding = {
  from: ['opened'],
  to: ['decided'],
  by: deciders,
  notBy: earlierHands,
  ifMatch: true,
  reads: ['scenario', 'sheets'],
  publish: published,
  commits: sealed,
} as const;

export const assessment = define({
  create: create({
    by: only('reaction'),
    to: 'awaitingPanel',
    links: (input) => ({ scenario: input.scenario }),
    reads: ['scenario'],
    belongs: ({ refs }) => ({ region: refs.scenario.region }),
    becomes: ({ refs: { scenario } }) => ({
      status: 'awaitingPanel',
      data: {
        scenario: scenario.id,
        title: scenario.data.title,
        operator: scenario.owner,
        sources: 'sources' in scenario.data ? scenario.data.sources : [],
        round: 'round' in scenario.data ? scenario.data.round : 1,
      },
    }),
    publish: 'nothing',
  }),
  actions: {
    proposePanel: action('proposePanel', {
      from: ['awaitingPanel'],
      to: ['panelProposed'],
      by: role('committee.secretary'),
      reads: ['scenario'],
      guards: [panelIsOdd, panelCoversFields, panelIsIndependent, panelIsBalanced],
      becomes: ({ record, input }) => ({ status: 'panelProposed', data: { ...record.data, panel: input.panel } }),
      publish: 'nothing',
    }),
    returnPanel: action('returnPanel', {
      from: ['panelProposed'],
      to: ['awaitingPanel'],
      by: lead,
      becomes: ({ record }) => {
        const { panel: _returned, ...data } = record.data;
        return { status: 'awaitingPanel', data };
      },
      publish: 'nothing',
    }),
    confirmPanel: action('confirmPanel', {
      from: ['panelProposed'],
      to: ['scoring'],
      by: lead,
      notBy: ['proposePanel'],
      ifMatch: true,
      becomes: ({ record, eventId }) => ({
        status: 'scoring',
        data: record.data,
        links: { sheets: derivedSheets(record.data.panel, eventId).map((s) => s.id) },
      }),
      effects: ({ record, eventId }) =>
        derivedSheets(record.data.panel, eventId).map(({ id, person }) => ({
          spawn: Sheet,
          id,
          input: {
            assessment: record.id,
            scenario: record.data.scenario,
            title: record.data.title,
            expert: person,
            round: record.data.round,
            region: record.region,
          },
        })),
      publish: 'nothing',
    }),
    // A change of the panel after sealing takes two: requirements §5.
    dissolvePanel: action('dissolvePanel', {
      from: ['scoring'],
      to: ['awaitingPanel'],
      by: [role('committee.secretary'), lead],
      ifMatch: true,
      becomes: ({ record }) => {
        const { panel: _dissolved, ...data } = record.data;
        return { status: 'awaitingPanel', data, links: { sheets: [] } };
      },
      publish: 'nothing',
    }),
    open: action('open', {
      from: ['scoring'],
      to: ['opened'],
      by: system('reaction'),
      reads: ['sheets'],
      guards: [sheetsAreIn],
      becomes: ({ record, refs: { sheets }, rules }) => {
        const result = tally(scoreSheets(sheets), rules);
        return {
          status: 'opened',
          data: { ...record.data, tally: result, advised: outcome(result, rules, record.data.round - 1).outcome },
        };
      },
      publish: 'nothing',
    }),
    approve: action('approve', {
      ...deciding,
      guards: [noVetoStands, followsOrReasons('APPROVED')],
      becomes: ({ record, input, now }) => ({
        status: 'decided',
        data: { ...record.data, ...input, outcome: 'APPROVED', conditions: [], decidedAt: now },
      }),
    }),
    approveWithConditions: action('approveWithConditions', {
      ...deciding,
      guards: [noVetoStands, followsOrReasons('APPROVED_WITH_CONDITIONS')],
      becomes: ({ record, input, now }) => ({
        status: 'decided',
        data: { ...record.data, ...input, outcome: 'APPROVED_WITH_CONDITIONS', decidedAt: now },
      }),
    }),
    rectify: action('rectify', {
      ...deciding,
      guards: [followsOrReasons('RECTIFY_RESUBMIT')],
      becomes: ({ record, input, now }) => ({
        status: 'decided',
        data: { ...record.data, ...input, outcome: 'RECTIFY_RESUBMIT', conditions: [], decidedAt: now },
      }),
    }),
    reject: action('reject', {
      ...deciding,
      guards: [followsOrReasons('REJECTED')],
      becomes: ({ record, input, now }) => ({
        status: 'decided',
        data: { ...record.data, ...input, outcome: 'REJECTED', conditions: [], decidedAt: now },
      }),
    }),
    overdue: action('overdue', {
      from: ['scoring'],
      to: ['scoring'],
      by: system('clock'),
      becomes: ({ record }) => ({ status: 'scoring', data: record.data }),
      publish: (r) => ({ id: r.id, overdue: 'expertScoring' }),
    }),
  },
  sees: { roles: ['committee.secretary', 'authority.case', 'authority.lead', 'cyberspace.officer', 'auditor'] },
  card: (r) => r.data.title,
  queue: {
    awaitingPanel: { role: 'committee.secretary', of: 'region' },
    panelProposed: { role: 'authority.lead', of: 'region' },
    opened: [
      { role: 'authority.lead', of: 'region' },
      { role: 'cyberspace.officer', of: 'region' },
    ],
  },
  clocks: {
    scoring: { runs: ['scoring'], due: (r, { deadlines }) => ({ from: r.since, workingDays: deadlines.expertScoring }), takes: 'overdue' },
  },
});
