import type { Order } from '../../contracts/order.ts';
import { venueStaffClaim } from '../../contracts/organisation.ts';
import type { Claim, Creating, Ctx, Person, Verdict } from '../../shared/kernel/process.ts';

type O = typeof Order;

/** Nobody who serves a venue, whichever organisation they act for here: requirements §5, hard rule (5). */
export const notVenueStaff = (actor: Person): readonly Claim[] => [{ value: venueStaffClaim(actor.id), or: 'venue_may_not_trade' }];
/** Requirements §3.2, separation: the venue may not be a merchant, its staff may not trade. */
export const venueDoesNotTrade = ({ actor }: Creating<O, 'listing'>): Verdict =>
  actor.type === 'person' && actor.orgType === 'TRADING_VENUE' ? 'venue_may_not_trade' : undefined;
export const notOwnProduct = ({ actor, refs }: Creating<O, 'listing'>): Verdict =>
  actor.type === 'person' && actor.org === refs.listing.owner ? 'own_product' : undefined;

type Paying = { readonly record: { readonly data: { readonly priceFen: number } }; readonly input: { readonly amountFen: number } };
export const amountIsDue = ({ record, input }: Paying): Verdict =>
  input.amountFen === record.data.priceFen ? undefined : { code: 'amount_differs', about: { dueFen: record.data.priceFen } };
/** A claim is held by the order itself, so its own payment would pass for the transfer back. */
export const refundIsAnotherTransfer = ({ record, input }: Ctx<O, 'refundDue', 'refund'>): Verdict =>
  record.data.remittance === input.remittance ? 'remittance_used' : undefined;
export const isFree = ({ record }: Pick<Paying, 'record'>): Verdict => (record.data.priceFen === 0 ? undefined : 'amount_differs');

/** The refund that the contract promises where the authority ends before acceptance. */
export const chainIsBroken = ({ broken }: Ctx<O, 'delivering', 'claimRefund', 'listing'>): Verdict =>
  broken['listing'] ? undefined : 'authority_intact';
