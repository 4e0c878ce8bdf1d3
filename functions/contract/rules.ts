import type * as z from 'zod';
import type { Contract, Terms } from '../../contracts/data-contract.ts';
import { canonical } from '../../shared/kernel/canonical.ts';
import { digest, type Digest } from '../../shared/kernel/digest.ts';
import type { Creating, Verdict } from '../../shared/kernel/process.ts';

export type Terms_ = z.output<typeof Terms>;

/** The terms of a contract, from the order, the listing and the product as they stand: nothing in them is the parties' own text but the purpose. */
export const termsOf = ({ refs: { order, product }, rules }: Creating<typeof Contract, 'order' | 'listing' | 'product'>): Terms_ => ({
  type: 'PROVIDE',
  order: order.id,
  seller: order.party ?? '',
  buyer: order.owner,
  product: product.id,
  ruleVersion: 'ruleVersion' in product.data ? product.data.ruleVersion : 0,
  title: order.data.title,
  priceFen: order.data.priceFen,
  ...(order.data.callPriceFen === undefined ? {} : { callPriceFen: order.data.callPriceFen }),
  currency: 'CNY',
  purpose: order.data.purpose,
  licence: order.data.licence,
  minEntities: product.data.rule.minEntities,
  reidentification: 'FORBIDDEN',
  derivedDataRights: 'BUYER',
  inspectionWorkingDays: rules.deadlines.inspection,
  refund: 'FULL_WHEN_AUTHORITY_ENDS_BEFORE_ACCEPTANCE',
  law: 'CN',
});
/** What both sides sign: the digest of the canonical JSON (RFC 8785) of the terms. */
export const digestOf = (terms: Terms_): Digest => digest(canonical(terms));

/** Whoever signs says what they have read. */
export const signsThisText = ({
  record,
  input,
}: {
  readonly record: { readonly data: { readonly digest: string } };
  readonly input: { readonly digest: string };
}): Verdict => (record.data.digest === input.digest ? undefined : 'stale');

const day = 86_400_000;
export const termEnd = (now: string, days: number): string => new Date(Date.parse(now) + days * day).toISOString();
