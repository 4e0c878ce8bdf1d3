import { describe, expect, it } from '@jest/globals';
import type { Kind } from '../../contracts/index.ts';
import { canonical } from '../../shared/kernel/canonical.ts';
import { decide, seatsOf, type Decision } from '../../shared/kernel/decide.ts';
import { digest } from '../../shared/kernel/digest.ts';
import type { Person, Process, Seat, Seen, Stored } from '../../shared/kernel/process.ts';
import { factsOf, recordOf } from '../support/fixtures.ts';
import { people } from '../support/people.ts';
import { processes, processOf } from './registry.ts';

/** An action on the record itself, or on one that it refers to. */
type Past = string | readonly [ref: string, action: string];

/**
 * Four eyes: requirements §5, hard rule (2), and the makers who may not check of rule (1). `seats` is how many different persons must agree;
 * `notBy` whose earlier work bars. Not built, so not here: legal-basis override, art. 15 order, destruction, break-glass, rule-version change (a release of the software).
 * Privilege grant is a guard on who proposed last: test/contexts/organisation.test.ts.
 */
const fourEyes: Readonly<Record<string, { readonly seats?: number; readonly notBy?: readonly Past[] }>> = {
  // agreement activation
  'agreement.sign': { seats: 2, notBy: ['create'] },
  'agreement.activate': { seats: 2, notBy: ['create', 'sign'] },
  'agreement.terminate': { seats: 2 },
  // dataset load, unsealing
  'dataset.check': { notBy: ['create', 'deposit', 'correct'] },
  'dataset.approve': { seats: 2, notBy: ['create', 'deposit', 'correct', 'check'] },
  'dataset.unseal': { seats: 2 },
  'derivation.approve': { seats: 2, notBy: ['create', 'edit', 'submit'] },
  'derivation.unseal': { seats: 2 },
  // scenario decision by authority and cyberspace office, panel change after sealing, condition closure
  'assessment.confirmPanel': { notBy: ['proposePanel'] },
  'assessment.dissolvePanel': { seats: 2 },
  'assessment.approve': { seats: 2, notBy: ['proposePanel'] },
  'assessment.approveWithConditions': { seats: 2, notBy: ['proposePanel'] },
  'assessment.rectify': { seats: 2, notBy: ['proposePanel'] },
  'assessment.reject': { seats: 2, notBy: ['proposePanel'] },
  'scenario.closeCondition': { seats: 2 },
  'scenario.closeSubsequent': { seats: 2 },
  // price and ceiling change, listing
  'product.approve': { seats: 2, notBy: ['create', 'edit', 'submit'] },
  'template.approve': { seats: 2, notBy: ['create', 'edit', 'submit'] },
  'listing.approve': { seats: 2, notBy: ['create', 'reprice', 'submit'] },
  'listing.reject': { notBy: ['create', 'reprice', 'submit'] },
  // un-suspension
  'organisation.reinstate': { seats: 2 },
  'agreement.resume': { seats: 2 },
  'grant.resume': { seats: 2 },
  'scenario.resume': { seats: 2 },
  'product.resume': { seats: 2 },
  'listing.resume': { seats: 2 },
  'entitlement.resume': { seats: 2 },
  // sandbox export: its makers are those of the request; that nobody sits twice is a claim: test/contexts/export.test.ts
  'exportReview.seal': {
    notBy: [
      ['request', 'create'],
      ['request', 'submit'],
    ],
  },
  // disclosure correction, which is another disclosure: told, approved within, published from outside
  'disclosureRecord.approve': { notBy: ['complete', 'submit'] },
  'disclosureRecord.publish': { notBy: ['complete', 'submit', 'approve'] },
  // calendar change
  'calendar.adopt': { notBy: ['create', 'renew'] },
  // destruction of what opens the public ledger
  'erasure.approve': { notBy: ['create'] },
  'erasure.reject': { notBy: ['create'] },
  // maker and checker
  'organisation.verify': { notBy: ['create', 'resubmit'] },
  'organisation.reject': { notBy: ['create', 'resubmit'] },
  'resource.check': { notBy: ['create', 'edit', 'submit'] },
  'resource.publish': { notBy: ['create', 'edit', 'submit'] },
  'resource.approveChange': { notBy: ['change'] },
  'order.confirmPayment': { notBy: ['create'] },
  'order.refund': { notBy: ['create', 'claimRefund', 'confirmPayment'] },
  // both sides of a contract
  'contract.sign': { seats: 2 },
  'contract.terminate': { seats: 2 },
  // the end of what buyers have paid for
  'product.retire': { seats: 2 },
  'template.retire': { seats: 2 },
  'derivation.retire': { seats: 2 },
  'listing.delist': { seats: 2 },
};

type Row = {
  readonly by: Seat | readonly Seat[];
  readonly notBy?: readonly unknown[];
  readonly from: readonly string[];
  readonly ifMatch?: true;
};
const rowOf = (process: Process, action: string): Row => process.actions[action] as unknown as Row;
const split = (name: string): readonly [Kind, string] => name.split('.') as unknown as readonly [Kind, string];
const codeOf = (decision: Decision) => ('refused' in decision ? decision.refused.code : undefined);
/** Those of the cast who fit a seat of a record. */
const sitting = (seat: Seat, record: Stored): readonly Person[] =>
  Object.values(people).filter((one) => 'person' in seat && seat.person(one, record));

describe('four eyes', () => {
  it('stands in the hand-written table wherever a table asks for it', () => {
    const asked = processes.flatMap((process) =>
      Object.keys(process.actions)
        .filter((action) => seatsOf(rowOf(process, action)).length > 1 || rowOf(process, action).notBy)
        .map((action) => `${process.contract.kind}.${action}`),
    );
    expect(asked.filter((name) => !(name in fourEyes))).toEqual([]);
  });

  it.each(Object.entries(fourEyes))('%s takes more than one person', (name, { seats = 1, notBy = [] }) => {
    const [kind, action] = split(name);
    const row = rowOf(processOf(kind), action);
    expect(seatsOf(row)).toHaveLength(seats);
    expect(row.notBy ?? []).toEqual(expect.arrayContaining([...notBy]));
    expect(seats + notBy.length).toBeGreaterThan(1);
  });

  it.each(Object.entries(fourEyes))('%s is refused to whoever did the earlier work, ever and in any seat', (name, { notBy = [] }) => {
    const [kind, action] = split(name);
    const process = processOf(kind);
    const record = recordOf(kind, rowOf(process, action).from[0] ?? '');
    for (const seat of seatsOf(rowOf(process, action))) {
      const [person] = sitting(seat, record);
      expect(person).toBeDefined();
      for (const past of notBy) {
        const [of, done] = typeof past === 'string' ? [undefined, past] : past;
        const did = { create: ['someone'], [done]: ['another', person?.id ?? '', 'a third'] };
        const facts = factsOf(process, action, person ?? people.visitor);
        const refs = of === undefined ? facts.refs : { ...facts.refs, [of]: { ...(facts.refs[of] as Seen), did } };
        expect([past, codeOf(decide(process, action, of === undefined ? { ...record, did } : record, { ...facts, refs }))]).toEqual([
          past,
          'own_work',
        ]);
      }
    }
  });

  it.each(Object.entries(fourEyes).filter(([, { seats = 1 }]) => seats > 1))('%s is not signed twice by one person', (name) => {
    const [kind, action] = split(name);
    const process = processOf(kind);
    const blank = recordOf(kind, rowOf(process, action).from[0] ?? '');
    const [first, second] = seatsOf(rowOf(process, action));
    if (!first || !second) throw new RangeError(`${name} has one seat`);
    const facts = factsOf(process, action, people.visitor);
    for (const [taken, open] of [
      [first, second],
      [second, first],
    ] as const) {
      const [signer] = sitting(taken, blank);
      const [other] = sitting(open, blank);
      if (!signer || !other) throw new RangeError(`nobody sits in ${name}`);
      const signed = { [action]: { digest: digest(canonical(facts.input)), input: facts.input, seats: { [taken.label]: signer.id } } };
      const codes = [signer, { ...other, id: signer.id }, other].map((actor) =>
        codeOf(decide(process, action, { ...blank, signed }, { ...facts, actor })),
      );
      expect(codes.slice(0, 2)).toEqual(['own_work', 'own_work']);
      expect(codes[2]).not.toBe('own_work');
    }
  });

  it('asks people which version they have read before a decision, a signature, a payment or a score', () => {
    const blind = Object.entries(fourEyes).filter(([name]) => {
      const [kind, action] = split(name);
      return rowOf(processOf(kind), action).ifMatch !== true;
    });
    expect(blind.map(([name]) => name)).toEqual([]);
    expect(rowOf(processOf('order'), 'confirmPayment').ifMatch).toBe(true);
    expect(rowOf(processOf('sheet'), 'seal').ifMatch).toBe(true);
  });
});
