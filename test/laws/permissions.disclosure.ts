import type { Who } from '../support/people.ts';
import { theCase, theLead, authority, operator, reaction, clock } from './permissions.cast.ts';
import type { Section } from './permissions.matrix.ts';

/** What happens to a disclosure whoever's it is. */
const disclosing = {
  fill: { in: ['draft'], by: reaction },
  reject: { in: ['approved'], by: ['venue lead', ...theLead] },
  supersede: { in: ['published'], by: reaction },
  drop: { in: ['draft', 'submitted', 'approved'], by: reaction },
  reopen: { in: ['withdrawn'], by: reaction },
  remind: { in: ['draft', 'submitted'], by: clock },
  overdue: { in: ['draft', 'submitted', 'approved'], by: clock },
} as const;
/** What its own organisation does: one prepares, another approves. */
const disclosed = (preparer: readonly Who[], approver: readonly Who[]) => ({
  regenerate: { in: ['draft'], by: preparer },
  complete: { in: ['draft'], by: preparer },
  submit: { in: ['draft'], by: preparer },
  return: { in: ['submitted'], by: approver },
  approve: { in: ['submitted'], by: approver },
  withdraw: { in: ['draft'], by: preparer },
  renew: { in: ['withdrawn'], by: [...new Set([...preparer, ...theCase])] },
  correct: { in: ['published'], by: [...new Set([...preparer, ...theCase])] },
});
const ofOurSource = { sources: ['source-a'] };
const watchers = ['venue reviewer', 'venue lead', ...authority, 'auditor'] as const;

/** The rows of the permission matrix about the duty to disclose: requirements §5, Disclosure. */
export const disclosures: readonly Section[] = [
  {
    // Who must disclose is public. A schedule runs by itself; the operator and the case of any region it works in may tell of what happened.
    kind: 'disclosureDuty',
    data: { agreements: [{ id: 'agreement-1', operator: 'operator-a', region: '321202' }] },
    create: reaction,
    see: [],
    open: ['active', 'closing', 'ended'],
    may: {
      join: { in: ['active', 'closing', 'ended'], by: reaction },
      leave: { in: ['active', 'closing'], by: reaction },
      openQuarter: { in: ['active', 'closing'], by: clock },
      openYear: { in: ['active', 'closing'], by: clock },
      openAdHoc: { in: ['active'], by: ['operator agent', ...theCase] },
      finish: { in: ['closing'], by: reaction },
    },
  },
  {
    // Disclosure: operator M + A, lead A publishes the year, source S gives its opinion, case M calls for a correction, auditor R, everyone R.
    kind: 'disclosureRecord',
    data: { type: 'ANNUAL', ...ofOurSource },
    create: reaction,
    see: [...operator, ...watchers, 'cdo'],
    open: ['published', 'superseded'],
    may: {
      ...disclosing,
      ...disclosed(['operator agent'], ['operator signatory']),
      opine: { in: ['submitted'], by: ['cdo'] },
      publish: { in: ['approved'], by: theLead },
    },
  },
  {
    // Centre A venue: what is told to its market.
    kind: 'disclosureRecord',
    data: { type: 'QUARTERLY' },
    create: reaction,
    see: [...operator, ...watchers],
    open: ['published', 'superseded'],
    may: {
      ...disclosing,
      ...disclosed(['operator agent'], ['operator signatory']),
      opine: { in: ['submitted'], by: [] },
      publish: { in: ['approved'], by: ['venue lead'] },
    },
  },
  {
    // A correction that the case officer called for is the authority's to withdraw.
    kind: 'disclosureRecord',
    data: { type: 'QUARTERLY', demandedBy: 'authority-city' },
    create: reaction,
    see: [...operator, ...watchers],
    open: ['published', 'superseded'],
    may: {
      ...disclosing,
      ...disclosed(['operator agent'], ['operator signatory']),
      withdraw: { in: ['draft'], by: theCase },
      opine: { in: ['submitted'], by: [] },
      publish: { in: ['approved'], by: ['venue lead'] },
    },
  },
  {
    // The implementing institution has one role: another of its officers approves.
    kind: 'disclosureRecord',
    owner: 'implementing',
    data: { type: 'ANNUAL', ...ofOurSource },
    create: reaction,
    see: ['implementing', ...watchers, 'cdo'],
    open: ['published', 'superseded'],
    may: {
      ...disclosing,
      ...disclosed(['implementing'], ['implementing']),
      opine: { in: ['submitted'], by: ['cdo'] },
      publish: { in: ['approved'], by: theLead },
    },
  },
  {
    // An authority that organises its agreements itself.
    kind: 'disclosureRecord',
    owner: 'authority-city',
    data: { type: 'ANNUAL' },
    create: reaction,
    see: watchers,
    open: ['published', 'superseded'],
    may: {
      ...disclosing,
      ...disclosed(['case of the city'], ['lead of the city']),
      opine: { in: ['submitted'], by: [] },
      publish: { in: ['approved'], by: theLead },
    },
  },
];
