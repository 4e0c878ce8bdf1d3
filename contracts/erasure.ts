import * as z from 'zod';
import { Instant, Nothing, Reason, Text } from './fields.ts';
import { kinds, type Kind } from './kinds.ts';

/** Of a record whose disclosure holds a sealed field its envelope is enough: whose it is, and where. */
const anyOf = <K extends Kind>(kind: K) => {
  const open: Readonly<Record<string, z.ZodObject>> = {};
  return [{ ...kind, refs: {}, states: open, inputs: open }] as const;
};

/** The grounds on which personal information must be erased: PIPL art. 47. */
export const ErasureGround = z.enum(['PURPOSE_ENDED', 'SERVICE_ENDED', 'CONSENT_WITHDRAWN', 'UNLAWFUL', 'OTHER_BY_LAW']);
const request = z.strictObject({
  /** The disclosed event, as its entry in the public ledger names it. */
  event: z.string().regex(/^[A-Za-z]{1,40}\.[A-Za-z0-9][A-Za-z0-9._:-]{0,119}\.[1-9]\d{0,6}$/),
  /** Which of its commitments. */
  sealedField: z.string().regex(/^[A-Za-z][A-Za-z.:|]{0,79}$/),
  ground: ErasureGround,
  reason: Reason,
});

/** What a commitment of the public ledger hides is forgotten for good: asked for by whom it concerns, decided by the authority. */
export const Erasure = {
  ...kinds.erasure,
  refs: {
    organisation: anyOf(kinds.organisation),
    resource: anyOf(kinds.resource),
    agreement: anyOf(kinds.agreement),
    grant: anyOf(kinds.grant),
    scenario: anyOf(kinds.scenario),
    assessment: anyOf(kinds.assessment),
    dataset: anyOf(kinds.dataset),
    derivation: anyOf(kinds.derivation),
    product: anyOf(kinds.product),
    template: anyOf(kinds.template),
    listing: anyOf(kinds.listing),
    order: anyOf(kinds.order),
    contract: anyOf(kinds.contract),
    exportRequest: anyOf(kinds.exportRequest),
    disclosureRecord: anyOf(kinds.disclosureRecord),
  },
  states: {
    requested: request,
    approved: request,
    rejected: request.extend({ reasons: Text }),
    erased: request.extend({ erasedAt: Instant }),
    failed: request,
  },
  inputs: { create: request, approve: Nothing, reject: z.strictObject({ reasons: Text }), erase: Nothing, fail: Nothing },
} as const;
